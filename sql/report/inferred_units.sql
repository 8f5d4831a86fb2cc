-- one row: findings that rest on a result whose unit was inferred, by status, and all findings
SELECT
    inferred_findings AS findings,
    inferred_met AS met,
    inferred_patients AS patients,
    findings AS all_findings
FROM run.population
