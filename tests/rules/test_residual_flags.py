"""What the verdicts leave over: alerts, what may cause a sideroblastic pattern, what else may explain few reticulocytes."""

import pytest

from schemas.flags import DRAW_FLAGS, FLAGS
from schemas.switches import DEFAULTS
from tests.testbed import INDEX, evidence_of, table
from transforms.judging import judge
from transforms.residual_flags import residual_flags
from transforms.rules import RULES

SIDEROBLASTIC = "age=48 sex=M hb=92 hct=28 mcv=71 rbc=4.0 retic_pct=0.9 ferritin=150 tsat=50 crp=2"
PANCYTOPENIA = "age=40 sex=M hb=90 anc=1 plt=100"
HYPOPROLIFERATIVE = "age=48 sex=M hb=110 hct=33 mcv=90 retic_pct=0.9 ferritin=150 tsat=30 crp=2"
CASES = f"""
given                                                                     | flags
hb=140 blasts_pct=19.9                                                    |
hb=140 blasts_pct=20                                                      | ALERT_BLASTS_URGENT
hb=140 blasts_pct=<20                                                     |
hb=140 marrow_blasts=20                                                   | ALERT_BLASTS ALERT_BLASTS_URGENT
hb=140 marrow_blasts=19.9                                                 |
hb=140 mono=1.0;1.0@120                                                   | ALERT_CMML
hb=140 mono=1.0;1.0@119                                                   |
hb=140 mono=1.0;1.0@-730                                                  | ALERT_CMML
hb=140 mono=1.0;1.0@-731                                                  |
hb=140 mono=1.0;0.99@120                                                  |
hb=140 mono=0.99;1.0@120                                                  |
hb=140 mono=1.0                                                           |
age=30 sex=F hb=140 observed=lab                                          | PREG_UNKNOWN
age=30 sex=F hb=140                                                       |
age=30 sex=F hb=140 observed=lab pregnant=2                               |
age=30 sex=M hb=140 observed=lab                                          |
age=12 sex=F hb=140 observed=lab                                          | PREG_UNKNOWN
age=11.9 sex=F hb=140 observed=lab                                        |
age=55.9 sex=F hb=140 observed=lab                                        | PREG_UNKNOWN
age=56 sex=F hb=140 observed=lab                                          |
sex=F hb=140 observed=lab                                                 |
age=18 hb=140 nrbc=0.1                                                    | EXTREME
age=18 hb=140 nrbc=0                                                      |
age=18 hb=140 nrbc=<1                                                     |
age=17.9 hb=140 nrbc=6                                                    |
hb=140 nrbc=6                                                             |
{PANCYTOPENIA} mono=0.09                                                  | ALERT_HAIRY_CELL
{PANCYTOPENIA} mono=0.1                                                   |
age=40 sex=M hb=140 anc=1 plt=100 mono=0.05                               |
{SIDEROBLASTIC}                                                           |
{SIDEROBLASTIC} rx=J04AC01@-180:-180                                      | CAUSE_ISONIAZID
{SIDEROBLASTIC} rx=J04AC01@-181:-181                                      |
{SIDEROBLASTIC} rx=J01XX08@-5:-1                                          | ALSO_DRUG CAUSE_LINEZOLID
{SIDEROBLASTIC} rx=J01BA01@-5:-1                                          | ALSO_DRUG CAUSE_CHLORAMPHENICOL
{SIDEROBLASTIC} rx=M01CC01@-90:-90                                        | ALSO_DRUG CAUSE_PENICILLAMINE
{SIDEROBLASTIC} rx=M01CC01@-91:-91                                        |
{SIDEROBLASTIC} dx=F10.2@-300                                             | CAUSE_ALCOHOL
{SIDEROBLASTIC} copper=10.9                                               | CAUSE_COPPER_LOW COPPER_LOW
{SIDEROBLASTIC} copper=11                                                 |
{SIDEROBLASTIC} zinc=18.5                                                 | CAUSE_ZINC_HIGH
{SIDEROBLASTIC} zinc=18.4                                                 |
{SIDEROBLASTIC} lead=10                                                   | CAUSE_LEAD_HIGH LEAD_HIGH
{SIDEROBLASTIC} lead=9.9                                                  |
age=48 sex=M hb=140 dx=F10.2@-300 rx=J04AC01@-9:-1 copper=10              | COPPER_LOW
{HYPOPROLIFERATIVE}                                                       |
{HYPOPROLIFERATIVE} dx=N18.4@-300                                         | ALSO_CKD
{HYPOPROLIFERATIVE} egfr=59                                               | ALSO_CKD
{HYPOPROLIFERATIVE} b12=147                                               | ALSO_B12_LOW B12_LOW
{HYPOPROLIFERATIVE} tsh=10.1                                              | ALSO_TSH_HIGH
{HYPOPROLIFERATIVE} tsh=10                                                |
{HYPOPROLIFERATIVE} rx=L01XX05@-20:-1                                     | ALSO_DRUG
{HYPOPROLIFERATIVE} rx=J05AB14@-20:-1                                     | ALSO_DRUG
{HYPOPROLIFERATIVE} rx=J05AB14@-20:-1 observed=lab                        | ALSO_DRUG
age=48 sex=M hb=140 tsh=20 dx=N18.4@-300                                  |
age=48 sex=M hb=140 lead=10                                               | LEAD_HIGH
age=17 sex=M hb=140 lead=5                                                | LEAD_HIGH
age=17 sex=M hb=140 lead=4.9                                              |
age=48 sex=M hb=100 hct=30 retic_pct=6.75 ldh=501                         | ALERT_HAEMOLYSIS
age=48 sex=M hb=100 hct=30 retic_pct=6.75 ldh=500                         |
age=48 sex=M hb=100 hct=30 retic_pct=6.74 ldh=501                         |
age=48 sex=M hb=100 hct=30 retic_pct=6.75 haptoglobin=<0.3                | ALERT_HAEMOLYSIS
age=48 sex=M hb=100 hct=30 retic_pct=6.75 haptoglobin=0.3                 |
age=48 sex=M hb=110 tsat=19 ferritin=45 crp=5                             | LOW_TSAT_UNCLASSIFIED
age=48 sex=M hb=110 tsat=19 ferritin=44 crp=5                             |
age=48 sex=M hb=110 tsat=19 ferritin=100 crp=5                            |
age=48 sex=M hb=110 tsat=19 ferritin=60 crp=6                             |
age=48 sex=M hb=110 tsat=19 ferritin=60                                   |
{PANCYTOPENIA} ferritin=8                                                 | ID_PANCY
age=48 sex=M hb=110 ferritin=8 marrow_iron_grade=1                        | CONFLICT_MARROW_FERRITIN
age=48 sex=M hb=110 tsat=15 tibc=73 marrow_iron_grade=1                   | CONFLICT_MARROW_FERRITIN
age=48 sex=M hb=110 tsat=15 tibc=72 marrow_iron_grade=1                   |
age=4 sex=M hb=120 ferritin=19 marrow_iron_grade=1                        | CONFLICT_MARROW_FERRITIN
age=4 sex=M hb=120 ferritin=20 marrow_iron_grade=1                        |
age=48 sex=M hb=90 anc=0.4 plt=19 marrow_cellularity=20                   | SAA
age=48 sex=M hb=90 anc=0.2 plt=19 marrow_cellularity=20                   | SAA
age=48 sex=M hb=90 anc=0.19 plt=19 marrow_cellularity=20                  | VSAA
age=48 sex=M hb=90 anc=0.5 plt=20 marrow_cellularity=20                   |
age=60 sex=M hb=140 sf3b1=1@9                                             | SF3B1_ALONE
age=60 sex=M hb=140 sf3b1=1@9 ring_sideroblasts=4.9@9                     | SF3B1_ALONE
age=60 sex=M hb=140 sf3b1=1@9 ring_sideroblasts=5@9                       |
age=60 sex=M hb=140 sf3b1=0@9                                             |
age=60 sex=M hb=140 anc=3 rx=L03AA02@-14:-14                              | GCSF_14D
age=60 sex=M hb=140 anc=3 rx=L03AA02@-15:-15                              |
age=60 sex=M hb=140 anc=3 rx=L03AA02@0                                    | GCSF_14D
age=60 sex=M hb=100;100@-200 clonal_mutation=1                            | CCUS
age=60 sex=M hb=100;100@-200 clonal_mutation=0                            |
"""
ROWS = [{"given": row.get("given", ""), "flags": row.get("flags", "")} for row in table(CASES)]
NOTED = {name.split(":")[1] for name in residual_flags(DEFAULTS)}


@pytest.fixture(scope="module")
def raised() -> list[str]:
    """Residual flags of each row at its index draw, sorted."""
    cases = [
        {"case": f"{number:03d}", **dict(item.split("=", 1) for item in row["given"].split())}
        for number, row in enumerate(ROWS)
    ]
    judged = judge(evidence_of(cases), RULES).flagged.filter(index_collected_at=INDEX).sort("patient_id")
    listed = [
        {flag.split(":")[1] for flag in flags or ()} & NOTED for flags in judged["draw_flags"].to_list()
    ]
    return [" ".join(sorted(flags)) for flags in listed]


@pytest.mark.parametrize("number", range(len(ROWS)), ids=[row["given"] for row in ROWS])
def test_flags_of_a_draw(number: int, raised: list[str]) -> None:
    assert raised[number] == " ".join(sorted(ROWS[number]["flags"].split()))


def test_every_flag_is_declared_and_raised_once() -> None:
    assert {flag.name for flag in FLAGS} >= NOTED
    assert {flag for row in ROWS for flag in row["flags"].split()} == NOTED
    assert len({flag.name for flag in DRAW_FLAGS}) == len(DRAW_FLAGS)


def test_a_cause_is_a_caveat_of_the_finding_that_it_may_explain() -> None:
    case = {"case": "A", **dict(item.split("=") for item in SIDEROBLASTIC.split()), "rx": "J04AC01@-9:-1"}
    found = judge(evidence_of([case]), RULES).findings.filter(rule_id="sideroblastic_anemia")
    assert "CAUSE_ISONIAZID" in found["caveats"].to_list()[0]


def test_a_pregnancy_that_cannot_be_seen_is_a_caveat_of_the_rules_about_hemoglobin() -> None:
    case = {"case": "A", "age": "30", "sex": "F", "hb": "110", "ferritin": "8", "observed": "lab"}
    found = judge(evidence_of([case]), RULES).findings.filter(rule_id="iron_deficiency_anemia")
    assert found["caveats"].to_list() == [["DOMAIN_UNOBSERVED:rx", "PREG_UNKNOWN"]]


def test_a_stain_after_iron_or_blood_is_a_caveat_of_the_marrow_rule() -> None:
    cases = [
        {"case": "iron", "marrow_iron_grade": "0@9", "rx": "B03AC@-47:-47"},
        {"case": "blood", "marrow_iron_grade": "0@9", "proc": "36430@8"},
        {"case": "before", "marrow_iron_grade": "0@9", "rx": "B03AC@-48:-48"},
        {"case": "same day", "marrow_iron_grade": "0@9", "proc": "36430@9"},
    ]
    found = judge(evidence_of([{"age": "40", **case} for case in cases]), RULES).findings
    caveated = found.filter(rule_id="marrow_confirmed_iron_deficiency").select("patient_id", "caveats")
    flagged = {who for who, caveats in caveated.rows() if "STAIN_AFTER_IRON_OR_BLOOD" in caveats}
    assert flagged == {"iron", "blood"}


def test_what_touches_a_rule_is_a_caveat_of_the_care_gap_that_rests_on_it() -> None:
    seen = {"followup": "180", "observed": "lab dx proc enc", "age": "60", "sex": "M", "hb": "100"}
    cases = [
        {"case": "deficient", "ferritin": "8", **seen},
        {"case": "two lines", "anc": "1", "plt": "100", "wbc": "3", "elevation": "1200", **seen},
    ]
    found = judge(evidence_of(cases), RULES).findings.select("patient_id", "rule_id", "caveats").rows()
    caveats_of = {(who, rule): caveats for who, rule, caveats in found}
    gap = caveats_of["deficient", "gap_iron_deficiency_anemia_without_gi_evaluation"]
    assert set(caveats_of["deficient", "iron_deficiency_anemia"]) <= set(gap)
    assert "DOMAIN_UNOBSERVED:rx" in gap
    assert set(caveats_of["two lines", "pancytopenia"]) <= set(
        caveats_of["two lines", "gap_cytopenias_without_hematology_contact"]
    )
    for gap_id, rule_id in (
        ("gap_iron_deficiency_anemia_without_gi_evaluation", "iron_deficiency_anemia"),
        ("gap_cytopenias_without_hematology_contact", "pancytopenia"),
        ("gap_cytopenias_without_hematology_contact", "bicytopenia"),
    ):
        rules = {rule.rule_id: rule for rule in RULES}
        assert set(rules[rule_id].inputs) <= set(rules[gap_id].inputs)
