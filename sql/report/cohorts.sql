-- one row per rule: patients in the cohort as of the night, by tier, and patients it cannot decide.
SELECT
    rule.rule_id,
    rule.title,
    rule.side,
    rule.summary,
    rule.follow_up,
    count(*) FILTER (WHERE member.status = 'met') AS met,
    count(*) FILTER (WHERE member.status = 'met' AND member.tier = 'confirmed') AS confirmed,
    count(*) FILTER (WHERE member.status = 'met' AND member.tier = 'probable') AS probable,
    count(*) FILTER (WHERE member.status = 'met' AND member.tier = 'possible') AS possible,
    count(*) FILTER (WHERE member.status = 'indeterminate') AS indeterminate
FROM reference.rule AS rule
LEFT JOIN cohort.membership AS member USING (rule_id)
GROUP BY ALL
ORDER BY met DESC, rule.rule_id
