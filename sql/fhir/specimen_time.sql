-- macro: when a specimen was collected, of its collection; of a period the beginning, as of an Observation
CREATE OR REPLACE MACRO specimen_time(collection) AS
coalesce(collection.collectedDateTime, collection.collectedPeriod.start, collection.collectedPeriod.end)
