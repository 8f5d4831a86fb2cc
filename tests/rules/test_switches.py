"""The switches between sources that disagree: what each option makes of a patient (RULES.md section 8)."""

import polars as pl
import pytest

from schemas.switches import DEFAULTS, SWITCHES, Switches
from tests.testbed import INDEX, evidence_of, table, verdicts_of
from transforms.choices import Choice, choice, settled
from transforms.errors import RuleDefinitionError
from transforms.iron_status import FERRITIN_30, FERRITIN_45
from transforms.judging import judge
from transforms.logic import Not
from transforms.rules import RULES, WITH_CHOICES, rule_book

# One patient a row: the verdict of the rule by default, and with the option named.
TABLE = """
option                   | rule                                        | age | sex | hb  | mcv | hct | rbc | wbc | anc | plt | retic_pct | retic_abs | ferritin | tsat | iron | transferrin | crp | dx         | pregnant | elevation | default       | otherwise
ferritin_prob=30         | iron_deficiency_anemia                      | 40  | F   | 110 |     |     |     |     |     |     |           |           | 44.9     |      |      |             |     |            |          |           | probable      | not_met
ferritin_prob=30         | iron_deficiency_anemia                      | 40  | F   | 110 |     |     |     |     |     |     |           |           | 29.9     |      |      |             |     |            |          |           | probable      | probable
ferritin_prob=15         | iron_deficiency_anemia                      | 40  | F   | 110 |     |     |     |     |     |     |           |           | 29.9     |      |      |             |     |            |          |           | probable      | not_met
ferritin_prob=15         | iron_deficiency_anemia                      | 40  | F   | 110 |     |     |     |     |     |     |           |           | 14.9     |      |      |             |     |            |          |           | confirmed     | confirmed
ferritin_prob=15         | iron_deficiency_without_anemia              | 40  | F   | 120 |     |     |     |     |     |     |           |           | 29.9     |      |      |             |     |            |          |           | probable      | not_met
ferritin_prob=30         | iron_deficiency_without_anemia              | 40  | F   | 120 |     |     |     |     |     |     |           |           | 29.9     |      |      |             |     |            |          |           | probable      | probable
infl_ferritin=70         | iron_deficiency_under_inflammation          | 40  | F   | 110 |     |     |     |     |     |     |           |           | 70       | 15   |      |             | 30  |            |          |           | probable      | not_met
infl_ferritin=70         | iron_deficiency_under_inflammation          | 40  | F   | 110 |     |     |     |     |     |     |           |           | 69.9     | 15   |      |             | 30  |            |          |           | probable      | probable
infl_ferritin=70         | mixed_iron_deficiency_and_inflammation      | 40  | F   | 110 |     |     |     |     |     |     |           |           | 99.9     | 15   |      |             | 30  |            |          |           | probable      | not_met
hf_definition=esc2021    | iron_deficiency_under_inflammation          | 70  | M   | 140 |     |     |     |     |     |     |           |           | 99.9     | 25   |      |             | 1   | I50.9@-100 |          |           | not_met       | probable
hf_definition=esc2021    | iron_deficiency_under_inflammation          | 70  | M   | 140 |     |     |     |     |     |     |           |           | 80       |      |      |             | 1   | I50.9@-100 |          |           | indeterminate (tsat) | probable
hf_definition=esc2021    | iron_deficiency_under_inflammation          | 70  | M   | 140 |     |     |     |     |     |     |           |           | 100      | 25   |      |             | 1   | I50.9@-100 |          |           | not_met       | not_met
hf_definition=esc2021    | iron_deficiency_under_inflammation          | 70  | M   | 120 |     |     |     |     |     |     |           |           | 80       | 25   |      |             | 30  |            |          |           | not_met       | not_met
hf_definition=esc2021    | functional_iron_deficiency                  | 70  | M   | 140 |     |     |     |     |     |     |           |           | 300      | 19   |      |             | 1   | I50.9@-100 |          |           | probable      | not_met
hf_definition=esc2021    | functional_iron_deficiency                  | 70  | M   | 140 |     |     |     |     |     |     |           |           | 299      | 19   |      |             | 1   | I50.9@-100 |          |           | probable      | probable
ckd_rule=kdigo2012       | functional_iron_deficiency                  | 70  | M   | 110 |     |     |     |     |     |     |           |           | 500      | 30   |      |             | 1   | N18.4@-100 |          |           | not_met       | possible
ckd_rule=kdigo2012       | functional_iron_deficiency                  | 70  | M   | 110 |     |     |     |     |     |     |           |           | 500      | 30.1 |      |             | 1   | N18.4@-100 |          |           | not_met       | not_met
ckd_rule=kdigo2012       | functional_iron_deficiency                  | 70  | M   | 110 |     |     |     |     |     |     |           |           | 501      | 30   |      |             | 1   | N18.4@-100 |          |           | not_met       | not_met
ckd_rule=kdigo2012       | functional_iron_deficiency                  | 70  | M   | 110 |     |     |     |     |     |     |           |           | 500      | 30   |      |             | 30  |            |          |           | not_met       | not_met
ckd_rule=kdigo2012       | iron_deficiency_under_inflammation          | 70  | M   | 110 |     |     |     |     |     |     |           |           | 99.9     | 30   |      |             | 1   | N18.4@-100 |          |           | not_met       | possible
ckd_rule=kdigo2012       | iron_deficiency_under_inflammation          | 70  | M   | 110 |     |     |     |     |     |     |           |           | 99.9     | 30.1 |      |             | 1   | N18.4@-100 |          |           | not_met       | not_met
ckd_rule=kdigo2026       | functional_iron_deficiency                  | 70  | M   | 110 |     |     |     |     |     |     |           |           | 300      | 24.9 |      |             | 1   | N18.4@-100 |          |           | not_met       | possible
ckd_rule=kdigo2026       | functional_iron_deficiency                  | 70  | M   | 110 |     |     |     |     |     |     |           |           | 300      | 25   |      |             | 1   | N18.4@-100 |          |           | not_met       | not_met
ckd_rule=kdigo2026       | functional_iron_deficiency                  | 70  | M   | 110 |     |     |     |     |     |     |           |           | 301      | 24.9 |      |             | 1   | N18.4@-100 |          |           | not_met       | not_met
ckd_rule=kdigo2026       | functional_iron_deficiency                  | 70  | M   | 110 |     |     |     |     |     |     |           |           | 300      | 24.9 |      |             | 1   | Z99.2@-100 |          |           | not_met       | not_met
ckd_rule=kdigo2026       | iron_deficiency_under_inflammation          | 70  | M   | 110 |     |     |     |     |     |     |           |           | 99.9     | 39.9 |      |             | 1   | N18.4@-100 |          |           | not_met       | possible
ckd_rule=kdigo2026       | iron_deficiency_under_inflammation          | 70  | M   | 110 |     |     |     |     |     |     |           |           | 99.9     | 40   |      |             | 1   | N18.4@-100 |          |           | not_met       | not_met
ckd_rule=kdigo2026       | iron_deficiency_under_inflammation          | 70  | M   | 110 |     |     |     |     |     |     |           |           | 99.9     | 39.9 |      |             | 1   | Z99.2@-100 |          |           | not_met       | not_met
ri_table=ebmcalc         | hypoproliferative_anemia_with_adequate_iron | 40  | M   | 125 |     | 37.5 |    |     |     |     | 2.5       |           | 200      | 25   |      |             | 1   |            |          |           | not_met       | possible
ri_table=medalg          | hypoproliferative_anemia_with_adequate_iron | 40  | M   | 110 |     | 34  |     |     |     |     | 4.2       |           | 200      | 25   |      |             | 1   |            |          |           | not_met       | possible
ri_cut=1                 | hypoproliferative_anemia_with_adequate_iron | 40  | M   | 125 |     | 37.5 |    |     |     |     | 1.2       |           | 200      | 25   |      |             | 1   |            |          |           | possible      | not_met
ri_cut=1                 | hypoproliferative_anemia_with_adequate_iron | 40  | M   | 125 |     | 37.5 |    |     |     |     | 1.1       |           | 200      | 25   |      |             | 1   |            |          |           | probable      | probable
ri_cut=2                 | hypoproliferative_anemia_with_adequate_iron | 40  | M   | 125 |     | 37.5 |    |     |     |     | 1.2       |           | 200      | 25   |      |             | 1   |            |          |           | possible      | probable
aa_retic=40              | suspected_aplastic_anemia                   | 40  | M   | 90  | 95  | 27  | 2.9 | 1   | 0.4 | 30  |           | 40        | 200      | 50   |      |             | 1   |            |          |           | probable      | not_met
aa_retic=40              | suspected_aplastic_anemia                   | 40  | M   | 90  | 95  | 27  | 2.9 | 1   | 0.4 | 30  |           | 39.9      | 200      | 50   |      |             | 1   |            |          |           | probable      | probable
aa_retic=20              | suspected_aplastic_anemia                   | 40  | M   | 90  | 95  | 27  | 2.9 | 1   | 0.4 | 30  |           | 20        | 200      | 50   |      |             | 1   |            |          |           | probable      | not_met
aa_retic=20              | suspected_aplastic_anemia                   | 40  | M   | 90  | 95  | 27  | 2.9 | 1   | 0.4 | 30  |           | 19.9      | 200      | 50   |      |             | 1   |            |          |           | probable      | probable
tibc_factor=1.25         | anemia_of_inflammation                      | 40  | M   | 110 | 85  |     |     |     |     |     |           |           | 200      |      | 10   | 2.1         | 30  |            |          |           | probable      | not_met
hb_edition=2011          | iron_deficiency_anemia                      | 1   | F   | 105 |     |     |     |     |     |     |           |           | 5        |      |      |             |     |            |          |           | not_met       | confirmed
hb_edition=2011          | iron_deficiency_anemia                      | 30  | F   | 105 |     |     |     |     |     |     |           |           | 5        |      |      |             |     |            | 2        |           | not_met       | confirmed
hb_edition=2011          | iron_deficiency_anemia                      | 30  | F   | 109 |     |     |     |     |     |     |           |           | 5        |      |      |             |     |            | ?        |           | indeterminate (trimester) | confirmed
hb_edition=2011          | iron_deficiency_anemia                      | 30  | F   | 123 |     |     |     |     |     |     |           |           | 5        |      |      |             |     |            |          | 999       | confirmed     | not_met
hb_edition=2011          | iron_deficiency_anemia                      | 30  | F   | 121 |     |     |     |     |     |     |           |           | 5        |      |      |             |     |            |          | 1000      | confirmed     | confirmed
hb_edition=2011          | iron_deficiency_anemia                      | 30  | F   | 164 |     |     |     |     |     |     |           |           | 5        |      |      |             |     |            |          | 4600      | not_met       | confirmed
hb_edition=2011          | gap_anemia_without_reticulocytes            | 1   | F   | 99  |     |     |     |     |     |     |           |           |          |      |      |             |     |            |          |           | not_met       | indeterminate (followup)
hb_edition=2011          | gap_anemia_without_reticulocytes            | 30  | F   | 99  |     |     |     |     |     |     |           |           |          |      |      |             |     |            | 2        |           | not_met       | indeterminate (followup)
"""
ROWS = table(TABLE)


def named(text: str) -> Switches:
    """The defaults with one option changed."""
    name, _, value = text.partition("=")
    return Switches(**{name: value})


@pytest.mark.parametrize("text", sorted({row["option"] for row in ROWS}))
def test_an_option_makes_of_a_patient_what_its_source_says(text: str) -> None:
    rows = [row | {"case": f"row {n}"} for n, row in enumerate(ROWS) if row["option"] == text]
    cases = [
        {k: v for k, v in row.items() if k not in ("option", "rule", "default", "otherwise")} for row in rows
    ]
    before, after = verdicts_of(cases), verdicts_of(cases, named(text))
    found = [(before[row["case"]][row["rule"]], after[row["case"]][row["rule"]]) for row in rows]
    assert found == [(row["default"], row["otherwise"]) for row in rows]


def test_every_option_changes_the_verdict_of_somebody() -> None:
    others = {f"{switch.id}={name}" for switch in SWITCHES.values() for name in list(switch.options)[1:]}
    assert {row["option"] for row in ROWS if row["default"] != row["otherwise"]} == others


def test_an_option_reaches_the_other_blood_count() -> None:
    """Whether a line was low before is asked of the same edition."""
    case = {"case": "toddler", "age": "1", "hb": "107; 107@-30", "plt": "100; 100@-30", "anc": "5; 5@-30"}
    assert verdicts_of([case])["toddler"]["bicytopenia"] == "not_met"
    assert verdicts_of([case], Switches(hb_edition="2011"))["toddler"]["bicytopenia"] == "confirmed"


def test_an_option_reaches_the_response_to_iron() -> None:
    case = {
        "case": "toddler",
        "age": "1",
        "sex": "F",
        "hb": "100; 106@30",
        "ferritin": "5",
        "rx": "B03AA@0:30",
        "followup": "100",
    }
    assert verdicts_of([case])["toddler"]["iron_treatment_nonresponse"] == "not_met"
    assert (
        verdicts_of([case], Switches(hb_edition="2011"))["toddler"]["iron_treatment_nonresponse"]
        == "confirmed"
    )


def test_an_option_reaches_the_flags() -> None:
    case = {
        "case": "A", "age": "40", "sex": "M", "hb": "90", "anc": "0.4", "plt": "30", "retic_abs": "50",
        "marrow_cellularity": "10",
    }  # fmt: skip
    flagged = {}
    for value in ("60", "40"):
        switches = Switches(aa_retic=value)
        judged = judge(evidence_of([case], switches), rule_book(switches), switches)
        flagged[value] = "anc:SAA" in (judged.flagged["draw_flags"].to_list()[0] or [])
    assert flagged == {"60": True, "40": False}


def test_a_low_index_by_every_table_is_reported() -> None:
    cases = [
        {"case": "A", "hct": "37.5", "retic_pct": "2.5"},  # 2.08 by Hillman, 1.39 by the Merck Manual
        {"case": "B", "hct": "37.5", "retic_pct": "2.3"},
        {"case": "C", "hct": "37.5"},
    ]
    found = evidence_of(cases).filter(pl.col("index_collected_at") == INDEX).sort("patient_id")
    assert found["rpi_low_all_tables"].to_list() == [False, True, None]


def test_rules_without_a_choice_are_the_same_for_everybody() -> None:
    everything = Switches(**{switch.id: list(switch.options)[-1] for switch in SWITCHES.values()})
    changed = [
        one.rule_id for one, other in zip(RULES, rule_book(everything), strict=True) if one is not other
    ]
    assert "iron_deficiency_anemia" in changed
    assert "marrow_confirmed_iron_deficiency" not in changed
    assert [rule.rule_id for rule in rule_book(everything)] == [rule.rule_id for rule in WITH_CHOICES]


def test_equal_choices_have_equal_fingerprints_and_others_do_not() -> None:
    others = [Switches(**{s.id: name}) for s in SWITCHES.values() for name in list(s.options)[1:]]
    assert len({item.fingerprint for item in (DEFAULTS, *others)}) == len(others) + 1
    assert Switches().fingerprint == DEFAULTS.fingerprint


def test_an_open_choice_is_not_judged() -> None:
    open_ = choice("infl_ferritin", {"100": FERRITIN_45, "70": FERRITIN_30})
    with pytest.raises(RuleDefinitionError, match="settled"):
        open_.verdict()
    assert settled(open_, Switches(infl_ferritin="70")) is FERRITIN_30


def test_a_choice_names_every_option_of_its_switch() -> None:
    with pytest.raises(RuleDefinitionError, match="other options"):
        Choice("infl_ferritin", {"100": FERRITIN_45})


def test_never_is_not_turned_into_always() -> None:
    nothing = choice("infl_ferritin", {"100": FERRITIN_45, "70": None})
    with pytest.raises(RuleDefinitionError, match="never hold"):
        settled(Not(nothing), Switches(infl_ferritin="70"))
