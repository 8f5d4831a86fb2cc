-- macro: the unit of a quantity: its UCUM code, else the unit as people read it, else a code of another system
CREATE OR REPLACE MACRO unit_of(system, code, unit) AS
coalesce(CASE WHEN system = 'http://unitsofmeasure.org' THEN code END, unit, code)
