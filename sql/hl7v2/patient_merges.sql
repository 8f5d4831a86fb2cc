-- one row per MRG: the identifier that was given up for that of its PID
COPY (
    WITH given_up AS (
        SELECT
            patient_id_of(fields_of(merge.text)[2], NULL) AS from_id,
            patient_id_of(fields_of(patient.text)[4], fields_of(patient.text)[3]) AS to_id,
            part(fields_of(message.text)[7], 1) AS sent_at,
            merge.source_file::VARCHAR AS source_file,
            merge.source_line
        FROM merge
        LEFT JOIN patient ON merge.patient = patient.segment
        LEFT JOIN message ON merge.message = message.segment
    )

    SELECT
        unescaped(from_id) AS from_patient_id,
        unescaped(to_id) AS to_patient_id,
        moment(sent_at, NULL) AS merged_at,
        source_file,
        source_line
    FROM given_up
) TO $target (FORMAT parquet)
