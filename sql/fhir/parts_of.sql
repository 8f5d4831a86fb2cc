-- macro: what is read of an Observation, or of one of its components, in one pass over its JSON; objects stay JSON
CREATE OR REPLACE TEMP MACRO parts_of(source) AS
json_extract_string(source, [
    '$.resourceType',                          -- 1
    '$.code.coding[0].system',                 -- 2
    '$.code.coding[0].code',                   -- 3
    '$.code.coding[0].display',                -- 4
    '$.code.coding[1].code',                   -- 5: there is more than one
    '$.code.text',                             -- 6
    '$.valueQuantity.value',                   -- 7
    '$.valueQuantity.comparator',              -- 8
    '$.valueQuantity.unit',                    -- 9
    '$.valueQuantity.system',                  -- 10
    '$.valueQuantity.code',                    -- 11
    '$.valueString',                           -- 12
    '$.valueCodeableConcept',                  -- 13
    '$.dataAbsentReason',                      -- 14
    '$.interpretation[0].coding[0].code',      -- 15
    '$.interpretation[0].text',                -- 16
    '$.referenceRange[0].low.value',           -- 17
    '$.referenceRange[0].high.value',          -- 18
    '$.id',                                    -- 19
    '$.status',                                -- 20
    '$.subject.reference',                     -- 21
    '$.effectiveDateTime',                     -- 22
    '$.issued',                                -- 23
    '$.specimen.reference',                    -- 24
    '$.performer[0].reference',                -- 25
    '$.performer[0].display',                  -- 26
    '$.performer[1].reference',                -- 27: there is more than one
    '$.method',                                -- 28
    '$.note',                                  -- 29
    '$.component',                             -- 30
    '$.specimen.display'                       -- 31
])
