-- macro: what is read of an Observation, or of one of its components, in one pass over its JSON; objects stay JSON
CREATE OR REPLACE TEMP MACRO parts_of(source) AS
json_extract_string(source, [
    '$.resourceType',                -- 1
    '$.id',                          -- 2
    '$.status',                      -- 3
    '$.subject.reference',           -- 4
    '$.effectiveDateTime',           -- 5
    '$.issued',                      -- 6
    '$.specimen.reference',          -- 7
    '$.specimen.display',            -- 8
    '$.specimen.identifier.value',   -- 9
    '$.component',                   -- 10
    '$.note',                        -- 11
    '$.performer',                   -- 12
    '$.method',                      -- 13
    '$.code',                        -- 14
    '$.valueQuantity.value',         -- 15
    '$.valueQuantity.comparator',    -- 16
    '$.valueQuantity.unit',          -- 17
    '$.valueQuantity.system',        -- 18
    '$.valueQuantity.code',          -- 19
    '$.valueString',                 -- 20
    '$.valueCodeableConcept',        -- 21
    '$.dataAbsentReason',            -- 22
    '$.interpretation',              -- 23
    '$.referenceRange'               -- 24
])
