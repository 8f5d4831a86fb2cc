-- One row per rule: patients in the cohort as of the night, by tier, and patients it cannot decide.
select
    rule.rule_id,
    rule.title,
    rule.side,
    rule.summary,
    rule.follow_up,
    count(*) filter (where member.status = 'met') as met,
    count(*) filter (where member.status = 'met' and member.tier = 'confirmed') as confirmed,
    count(*) filter (where member.status = 'met' and member.tier = 'probable') as probable,
    count(*) filter (where member.status = 'met' and member.tier = 'possible') as possible,
    count(*) filter (where member.status = 'indeterminate') as indeterminate
from reference.rule as rule
left join cohort.membership as member using (rule_id)
group by all
order by met desc, rule.rule_id
