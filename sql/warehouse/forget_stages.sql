-- no row: the stages of the night, before they are recorded (again, where publishing is tried again)
DELETE FROM run.stage
