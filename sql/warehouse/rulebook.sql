-- one row per rule and criterion: the rule book as the night used it
CREATE VIEW reference.rulebook AS
SELECT
    rule.rule_id,
    rule.version,
    rule.title,
    rule.side,
    rule.summary,
    criterion.criterion_id,
    criterion.says,
    criterion.input,
    criterion.threshold,
    criterion.citation
FROM reference.rule AS rule
INNER JOIN reference.criterion AS criterion ON rule.rule_id = criterion.rule_id
