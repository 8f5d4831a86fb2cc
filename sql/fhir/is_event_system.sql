-- macro: whether the extract has a name for a code system
CREATE OR REPLACE MACRO is_event_system(system) AS
coalesce(event_system(system) != system, FALSE)
