-- no row: the measures of the night, before they are recorded (again, where the stage is tried again)
DELETE FROM run.measure
