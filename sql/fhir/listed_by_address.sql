-- one row per result that a report or panel lists by its address in a Bundle, under the id it is known by
COPY (
    SELECT
        address.result_id,
        listed.patient_id,
        listed.collected_at
    FROM read_parquet($listed_results) AS listed
    INNER JOIN read_parquet($addresses) AS address ON listed.result_id = address.address
) TO $target (FORMAT parquet)
