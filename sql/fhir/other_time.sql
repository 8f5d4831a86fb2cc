-- macro: when an Observation was made, where it is not said as a moment: a period, the only event of a schedule, or when the
-- specimen it contains was collected
CREATE OR REPLACE MACRO other_time(source) AS
coalesce(
    json_extract_string(source, '$.effectiveInstant'),
    json_extract_string(source, '$.effectivePeriod.start'),
    json_extract_string(source, '$.effectivePeriod.end'),
    CASE
        WHEN json_extract_string(source, '$.effectiveTiming.event[1]') IS NULL
            THEN json_extract_string(source, '$.effectiveTiming.event[0]')
    END,
    -- in a CASE, for it would be made ready for all
    CASE
        WHEN json_exists(source, '$.contained')
            THEN specimen_time(
                list_filter(
                    try(from_json(json_extract(source, '$.contained'), '[{
                        "resourceType": "VARCHAR",
                        "id": "VARCHAR",
                        "collection": {
                            "collectedDateTime": "VARCHAR", "collectedPeriod": {"start": "VARCHAR", "end": "VARCHAR"}
                        }
                    }]')),
                    part -> part.resourceType = 'Specimen'
                        AND concat('#', part.id) = json_extract_string(source, '$.specimen.reference')
                )[1].collection
            )
    END
)
