"""A small published night with known counts, hostile text, and every kind of answer."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from flows import explain_case
from flows.sql import statement

HOSTILE = "<script>alert(1)</script>"
FORMULA = "=cmd()"

_TABLES = """
create schema lab; create schema quality; create schema screen; create schema cohort; create schema reference;
create schema run;
create table run.run (run_id text, as_of date);
create table run.input_file (table_name text, source_file text, bytes bigint, sha256 text, rows bigint,
    accepted bigint, duplicate bigint, superseded bigint, ignored bigint, quarantined bigint);
create table run.check (name text, kind text, result text, rows bigint, seconds double, says text,
    accepted_because text);
create table run.rule_count (rule_id text, status text, tier text, draws bigint, patients bigint);
create table run.attrition (rule_id text, step integer, says text, draws bigint, patients bigint);
create table lab.patient (patient_id text, sex text, birth_date date, death_date date);
create table lab.result (patient_id text, specimen_id text, collected_at timestamp, analyte text,
    value double, value_low double, value_high double,
    unit text, source_value text, source_unit text, site text, superseded_at timestamp);
create table lab.clinical_event (patient_id text, kind text, code_system text, code text, start_date date,
    end_date date);
create table quality.flag (patient_id text, specimen_id text, collected_at timestamp, analyte text, flag text,
    source_file text, source_line bigint, detail text);
create table quality.quarantine (table_name text, patient_id text, reasons text[], analyte text,
    source_file text,
    source_line bigint);
create table quality.unmapped_codes (code_system text, code text, name text, rows bigint, suggested text,
    score double);
create table quality.patient_conflicts (patient_id text, flag text, column_name text, value_count integer,
    sources text[]);
create table quality.unknown_units (analyte text, unit text, rows bigint);
create table quality.missing_units (site text, analyte text, month date, results bigint, patients bigint,
    median_as_sent double, unit text, outcome text);
create table quality.site_unit_drift (site text, analyte text, month date, rows bigint, median double,
    median_low double, median_high double, expected double, expected_low double, expected_high double,
    unit text);
create table screen.evidence (patient_id text, index_specimen_id text, index_collected_at timestamp,
    age_years double, sex text, hb_g_l double, hb_collected_at timestamp, tsat_pct double,
    tsat_collected_at timestamp);
create table screen.verdict (patient_id text, index_specimen_id text, index_collected_at timestamp,
    anemia boolean, tsat_low boolean);
create table screen.finding (patient_id text, index_specimen_id text, index_collected_at timestamp,
    rule_id text,
    rule_version integer, status text, tier text, missing text[], side text, caveats text[], as_of date,
    run_id text);
create table screen.why (patient_id text, rule_id text, index_collected_at timestamp, criterion_id text,
    says text,
    verdict boolean, input text, value double, unit text, collected_at timestamp, specimen_id text,
    source_value text, source_unit text, threshold text, citation text);
create table screen.gap_metric (metric text, says text, stratum text, stratum_value text, n bigint, events bigint,
    median_days integer, pct_14 double, pct_30 double, pct_90 double, pct_180 double);
create table cohort.membership (patient_id text, rule_id text, rule_version integer, status text, tier text,
    entered_on date, index_collected_at timestamp);
create view cohort.deciding_finding as
    select member.patient_id, member.rule_id, member.status, member.index_collected_at, finding.missing
    from cohort.membership as member
    join screen.finding as finding using (patient_id, rule_id, index_collected_at);
create view run.population as select
    (select count(*) from (select patient_id from lab.patient union select patient_id from screen.evidence))
        as patients,
    (select count(*) from screen.evidence) as draws,
    (select count(distinct patient_id) from screen.evidence where index_collected_at >= '2025-06-30')
        as recent_patients,
    (select count(*) from screen.finding) as findings,
    0 as inferred_findings, 0 as inferred_met, 0 as inferred_patients;
create view run.site_results as
    select site, count(*) as results, cast(max(collected_at) as date) as newest from lab.result
    where superseded_at is null group by site;
create table cohort.ledger (patient_id text, rule_id text, event text, tier_before text, tier_after text,
    because text, caused_by text, run_id text);
create table reference.rule (rule_id text, version integer, title text, side text, summary text,
    follow_up text);
"""

_ROWS = """
insert into run.run values ('run-20260630', '2026-06-30');
insert into run.input_file values
    ('lab_results', 'lab_results.csv.gz', 1, 'aa', 12345, 12000, 45, 100, 150, 50),
    ('patients', 'patients.csv', 1, 'bb', 2000, 2000, 0, 0, 0, 0);
insert into run.check values
    ('row_conservation', 'blocking', 'passed', 0, 0.01, 'every row has one fate', null),
    ('cohort_jump', 'blocking', 'accepted', 1, 0.01, 'no cohort jumps', 'a new clinic');
insert into reference.rule values
    ('iron_deficiency_anemia', 1, 'Iron deficiency anemia', 'supply',
     'Anemia with too little iron in store.', 'Find the source of loss.'),
    ('sideroblastic_anemia', 1, 'Suspected sideroblastic anemia', 'production',
     'Anemia in which the marrow cannot build iron in.', 'Marrow with iron stain.'),
    ('functional_iron_deficiency', 1, 'Functional iron deficiency', 'restricted supply',
     'Stores are there, the marrow cannot reach them.', 'Treat the cause.');
insert into lab.patient
    select 'secretpatient' || i, if(i % 2 = 0, 'female', 'male'), date '1970-03-01', null
    from range(2000) as numbers(i);
insert into screen.evidence
    select patient_id, 'S-' || patient_id, timestamp '2026-06-01 08:15:00', 56.3, sex, 101.25,
        timestamp '2026-06-01 08:15:00', 31, timestamp '2026-06-01 08:15:00' from lab.patient
    where patient_id <> 'secretpatient1999';
insert into screen.evidence values
    ('secretpatient0', 'S-old', '2026-02-01 09:00:00', 55.9, 'female', 104, '2026-02-01 09:00:00', null,
    null),
    ('secretpatient1', 'S-ancient', '2020-02-01 09:00:00', 49.9, 'male', 101.25, '2020-02-01 09:00:00',
    null, null);
insert into screen.verdict
    select patient_id, index_specimen_id, index_collected_at, true, false from screen.evidence;
insert into lab.result
    select patient_id, index_specimen_id, index_collected_at, 'hb', 101.25, 101.25, 101.25, 'g/L', '10.125', 'g/dL',
    $hostile, null
    from screen.evidence;
insert into screen.finding
    select patient_id, index_specimen_id, index_collected_at, 'iron_deficiency_anemia', 1, 'met', 'probable',
        [], 'supply', ['FERRITIN_UNIT_SLIP'], '2026-06-30', 'run-20260630'
    from screen.evidence where index_collected_at >= '2026-06-01' and patient_id in
        (select 'secretpatient' || i from range(1200) as numbers(i));
insert into screen.finding values
    ('secretpatient0', 'S-old', '2026-02-01 09:00:00', 'iron_deficiency_anemia', 1, 'indeterminate', null,
     ['ferritin'], 'supply', [], '2026-06-30', 'run-20260630');
insert into screen.finding
    select patient_id, index_specimen_id, index_collected_at, 'sideroblastic_anemia', 1, 'indeterminate',
    null,
        if(patient_id in ('secretpatient0', 'secretpatient2', 'secretpatient3'), ['ferritin'], ['ferritin',
        'retic_pct']),
        'production', [], '2026-06-30', 'run-20260630'
    from screen.evidence where index_collected_at >= '2026-06-01' and patient_id in
        (select 'secretpatient' || i from range(7) as numbers(i));
insert into cohort.membership
    select patient_id, rule_id, 1, status, tier, date '2026-06-02', index_collected_at
    from screen.finding where index_collected_at >= '2026-06-01';
insert into cohort.ledger values
    ('secretpatient0', 'iron_deficiency_anemia', 'entered', null, 'probable', 'new_result', 'hb', 'run-20260630'),
    ('secretpatient1', 'iron_deficiency_anemia', 'reentered', null, 'probable', 'new_result', 'hb', 'run-20260630'),
    ('secretpatient2', 'iron_deficiency_anemia', 'tier_changed', 'probable', 'confirmed', 'new_result', 'hb', 'run-20260630'),
    ('secretpatient3', 'iron_deficiency_anemia', 'tier_changed', 'confirmed', 'possible', 'new_result', 'hb', 'run-20260630'),
    ('secretpatient10', 'iron_deficiency_anemia', 'tier_changed', 'possible', 'probable', 'new_result', 'hb', 'run-20260630'),
    ('secretpatient4', 'iron_deficiency_anemia', 'left', 'probable', null, 'new_result', 'hb', 'run-20260630'),
    ('secretpatient5', 'iron_deficiency_anemia', 'left', 'probable', null, 'died', null, 'run-20260630'),
    ('secretpatient6', 'iron_deficiency_anemia', 'left', 'probable', null, 'aged_out', null, 'run-20260630'),
    ('secretpatient7', 'iron_deficiency_anemia', 'left', 'probable', null, 'corrected_result', 'hb', 'run-20260630'),
    ('secretpatient8', 'iron_deficiency_anemia', 'became_indeterminate', 'probable', null, 'withdrawn', null, 'run-20260630'),
    ('secretpatient9', 'iron_deficiency_anemia', 'entered', null, 'probable', 'backfill', null, 'run-20260101');
insert into run.attrition values
    ('iron_deficiency_anemia', 1, 'all blood counts', 2001, 1999),
    ('iron_deficiency_anemia', 2, 'anemia', 1500, 1499),
    ('iron_deficiency_anemia', 3, 'in the cohort', 1200, 1200);
insert into screen.gap_metric values
    ('anemia_to_ferritin', 'anemia to the first ferritin', 'all', null, 1717, 900, 41, 12.4, 33.6, 61, null),
    ('anemia_to_ferritin', 'anemia to the first ferritin', 'sex', 'male', 808, 400, 77, 10, 20, 30, 40);
insert into quality.flag
    select 'secretpatient' || i, 'S', '2026-06-01', 'ferritin', 'FERRITIN_UNIT_SLIP', 'lab_results.csv.gz',
    i, null
    from range(17) as numbers(i);
insert into quality.quarantine
    select 'lab_results', 'secretpatient' || i, ['REJECT_TEXT'], 'ferritin', 'lab_results.csv.gz', i
    from range(50) as numbers(i);
insert into quality.unmapped_codes values ('local', $hostile, $formula, 150, 'ferritin', 0.9);
insert into quality.unknown_units values ('hb', $hostile, 3);
insert into screen.why values
    ('secretpatient0', 'iron_deficiency_anemia', '2026-06-01 08:15:00', 'anemia',
    'hemoglobin is below the cut-off',
     true, 'hb', 101.25, 'g/L', '2026-06-01 08:15:00', 'S-secretpatient0', '10.125', 'g/dL', '120 g/L',
     'WHO 2024'),
    ('secretpatient0', 'iron_deficiency_anemia', '2026-06-01 08:15:00', 'ferritin_low',
    'ferritin is below 30 ug/L',
     true, 'ferritin', 12.5, 'ug/L', '2026-05-30 07:00:00', 'F1', '12.5', 'ng/mL', '30 ug/L', 'AGA 2020'),
    ('secretpatient0', 'iron_deficiency_anemia', '2026-02-01 09:00:00', 'anemia',
    'hemoglobin is below the cut-off',
     true, 'hb', 104, 'g/L', '2026-02-01 09:00:00', 'S-old', '10.4', 'g/dL', '120 g/L', 'WHO 2024'),
    ('secretpatient0', 'sideroblastic_anemia', '2026-06-01 08:15:00', 'ferritin_high',
    'ferritin is at least 100 ug/L',
     null, 'ferritin', null, null, null, null, null, null, '100 ug/L', 'RULES 4.9'),
    ('secretpatient0', 'functional_iron_deficiency', '2026-06-01 08:15:00', 'tsat_low',
     'transferrin saturation is below 20 %', false, 'tsat', 31, '%', '2026-06-01 08:15:00',
     'S-secretpatient0',
     '31', '%', '20 %', 'KDIGO 2012'),
    ('secretpatient0', 'functional_iron_deficiency', '2026-06-01 08:15:00', 'anemia',
     'hemoglobin is below the cut-off', true, 'hb', 101.25, 'g/L', '2026-06-01 08:15:00', 'S-secretpatient0',
     '10.125', 'g/dL', '120 g/L', 'WHO 2024');
"""


@pytest.fixture
def night(tmp_path: Path) -> Path:
    """Folder of a published night: 2,000 patients, 1,200 of them in one cohort, 7 undecided in another."""
    folder = tmp_path / "night"
    folder.mkdir()
    with duckdb.connect(str(folder / "hemacohort.duckdb")) as con:
        con.execute(_TABLES)
        con.execute(statement("warehouse/tonight"))
        for text in _ROWS.split(";\n"):
            parameters = {name: value for name, value in _HOSTILE.items() if f"${name}" in text}
            if text.strip():
                con.execute(text, parameters or None)
    return folder


_HOSTILE = {"hostile": HOSTILE, "formula": FORMULA}


@pytest.fixture
def no_rules(monkeypatch: pytest.MonkeyPatch) -> None:
    """The night of these tests was judged by rules of its own; a test that needs a tree brings one."""
    monkeypatch.setattr(explain_case, "book_of", lambda switches: {})
