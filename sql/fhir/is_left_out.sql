-- macro: whether a resource says that something is not so: a refuted diagnosis, a drug not given, a visit that was canceled
CREATE OR REPLACE MACRO is_left_out(kind, source) AS
coalesce(
    CASE
        WHEN kind = 'Condition'
            THEN
                list_has_any(
                    json_extract_string(source, '$.verificationStatus.coding[*].code'), ['refuted', 'entered-in-error']
                )
        WHEN kind = 'Procedure'
            THEN json_extract_string(source, '$.status') IN ('preparation', 'not-done', 'entered-in-error')
        WHEN kind = 'Encounter'
            THEN json_extract_string(source, '$.status') IN ('planned', 'cancelled', 'entered-in-error')
        WHEN kind IN ('MedicationRequest', 'MedicationAdministration', 'MedicationStatement')
            THEN
                coalesce(json_extract_string(source, '$.status') IN (
                    'entered-in-error', 'cancelled', 'draft', 'not-done', 'not-taken', 'intended'
                ), FALSE)
                OR coalesce(json_extract_string(source, '$.intent') IN ('proposal', 'plan', 'option'), FALSE)
                OR coalesce(json_extract_string(source, '$.doNotPerform') = 'true', FALSE)
    END,
    FALSE
)
