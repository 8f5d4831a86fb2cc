-- one row per MedicationRequest, MedicationAdministration or MedicationStatement that says a drug was given or ordered,
-- with its codings, its name and its route; one that refers to a Medication has its id instead
COPY (
    WITH drug AS (
        SELECT
            source_file,
            source_line,
            drug,
            coalesce(
                drug.medicationCodeableConcept,
                list_filter(
                    drug.contained, contained -> concat('#', contained.id) = drug.medicationReference.reference
                )[1].code
            ) AS concept
        FROM (
            SELECT
                source_file,
                source_line,
                from_json(text, '{
                    "subject": {"reference": "VARCHAR"},
                    "contained": [{
                        "id": "VARCHAR",
                        "code": {
                            "coding": [{"system": "VARCHAR", "code": "VARCHAR", "display": "VARCHAR"}], "text": "VARCHAR"
                        }
                    }],
                    "medicationReference": {"reference": "VARCHAR", "display": "VARCHAR"},
                    "medicationCodeableConcept": {
                        "coding": [{"system": "VARCHAR", "code": "VARCHAR", "display": "VARCHAR"}], "text": "VARCHAR"
                    },
                    "authoredOn": "VARCHAR",
                    "dosage": "JSON",
                    "dosageInstruction": [{
                        "route": "JSON",
                        "timing": {"repeat": {"boundsPeriod": {"start": "VARCHAR", "end": "VARCHAR"}}}
                    }],
                    "dispenseRequest": {"expectedSupplyDuration": {"value": "DOUBLE", "code": "VARCHAR", "unit": "VARCHAR"}},
                    "effectiveDateTime": "VARCHAR",
                    "effectivePeriod": {"start": "VARCHAR", "end": "VARCHAR"},
                    "dateAsserted": "VARCHAR"
                }') AS drug
            FROM resource
            WHERE
                kind IN ('MedicationRequest', 'MedicationAdministration', 'MedicationStatement')
                AND NOT is_left_out(kind, text)
        )
    ),

    dated AS (
        SELECT
            *,
            reference_id(drug.subject.reference, 'Patient') AS patient_id,
            first_sure_day(
                coalesce(
                    drug.dosageInstruction[1].timing.repeat.boundsPeriod.start,
                    drug.effectiveDateTime,
                    drug.effectivePeriod.start,
                    -- what was over before it was recorded had surely begun when it ended
                    least(
                        drug.dosageInstruction[1].timing.repeat.boundsPeriod.end,
                        drug.effectivePeriod.end,
                        drug.authoredOn,
                        drug.dateAsserted
                    )
                ),
                coalesce(drug.authoredOn, drug.dateAsserted)
            ) AS start_date,
            coalesce(drug.dosageInstruction[1].timing.repeat.boundsPeriod.end, drug.effectivePeriod.end) AS ended,
            -- days of supply count from the first day, which is one of them
            CASE
                WHEN lower(
                    coalesce(
                        drug.dispenseRequest.expectedSupplyDuration.code, drug.dispenseRequest.expectedSupplyDuration.unit
                    )
                ) IN ('d', 'day', 'days')
                    THEN drug.dispenseRequest.expectedSupplyDuration.value
                WHEN lower(
                    coalesce(
                        drug.dispenseRequest.expectedSupplyDuration.code, drug.dispenseRequest.expectedSupplyDuration.unit
                    )
                ) IN ('wk', 'week', 'weeks')
                    THEN 7 * drug.dispenseRequest.expectedSupplyDuration.value
            END AS days
        FROM drug
    )

    SELECT
        patient_id,
        start_date,
        coalesce(
            last_sure_day(ended, start_date),
            CASE
                WHEN days BETWEEN 1 AND 3660
                    THEN (try_cast(left(start_date, 10) AS DATE) + (days::INTEGER - 1))::VARCHAR
            END
        ) AS end_date,
        CASE WHEN concept IS NULL THEN reference_id(drug.medicationReference.reference, 'Medication') END AS medication_id,
        CASE WHEN concept IS NOT NULL THEN event_codings(concept) END AS codings,
        coalesce(drug_name(concept), drug.medicationReference.display) AS name,
        coalesce(
            concept_text(drug.dosageInstruction[1].route),
            concept_text(json_extract(drug.dosage, '$.route')),
            concept_text(json_extract(drug.dosage, '$[0].route'))
        ) AS route,
        source_file,
        source_line
    FROM dated
) TO $target (FORMAT parquet)
