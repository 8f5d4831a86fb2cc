-- no row: the checks of all nights, before they are recorded (again, where the stage is tried again)
DELETE FROM run.check_history
