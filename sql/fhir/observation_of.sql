-- macro: what is read of an Observation, or of one of its components, in one pass over its JSON; null where the JSON is
-- broken. What is rare, or of several kinds, stays JSON
CREATE OR REPLACE MACRO observation_of(source) AS
try(
    from_json(
        source,
        '{
            "resourceType": "VARCHAR",
            "id": "VARCHAR",
            "status": "VARCHAR",
            "code": {
                "coding": [{"system": "VARCHAR", "code": "VARCHAR", "display": "VARCHAR"}],
                "text": "VARCHAR"
            },
            "subject": {"reference": "VARCHAR"},
            "focus": "JSON",
            "specimen": {"reference": "VARCHAR", "display": "VARCHAR"},
            "effectiveDateTime": "VARCHAR",
            "issued": "VARCHAR",
            "performer": [{"reference": "VARCHAR", "type": "VARCHAR", "display": "VARCHAR"}],
            "valueQuantity": {
                "value": "VARCHAR",
                "comparator": "VARCHAR",
                "unit": "VARCHAR",
                "system": "VARCHAR",
                "code": "VARCHAR"
            },
            "valueString": "VARCHAR",
            "valueCodeableConcept": "JSON",
            "dataAbsentReason": "JSON",
            "interpretation": [{"coding": [{"code": "VARCHAR"}], "text": "VARCHAR"}],
            "referenceRange": [{"low": {"value": "VARCHAR"}, "high": {"value": "VARCHAR"}}],
            "method": "JSON",
            "note": "JSON",
            "component": "JSON"
        }'
    )
)
