"""Properties of all rules at once, over populations of patients whose values lie on and around the limits."""

from __future__ import annotations

import re

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.evidence import INPUTS
from tests.properties.cases import Case, population
from tests.properties.patients import examples, populations
from tests.testbed import INDEX, evidence_from, evidence_of, records_of, verdicts_of
from transforms.evidence import PatientRecords
from transforms.judging import all_criteria, judge
from transforms.rule import INDETERMINATE, NOT_MET, TIERS
from transforms.rules import RULES

ANY = tuple(TIERS)
# Pairs of cohorts of which no patient may be in both, with the tiers at which it holds (RULES.md section 4, summary).
EXCLUSIVE = (
    ("iron_deficiency_anemia", ANY, "iron_deficiency_without_anemia", ANY),
    ("iron_deficiency_anemia", ANY, "anemia_of_inflammation", ANY),
    ("iron_deficiency_without_anemia", ANY, "anemia_of_inflammation", ANY),
    ("anemia_of_inflammation", ANY, "mixed_iron_deficiency_and_inflammation", ANY),
    ("bicytopenia", ANY, "pancytopenia", ("probable", "confirmed")),
)
# What chemotherapy explains is not unexplained (the same).
EXPLAINED_BY_CHEMOTHERAPY = ("unexplained_pancytopenia", "suspected_aplastic_anemia")
# A sicker count never drops out of these rules: (input, rules). Hemoglobin: of a patient who is anemic already, because
# anemia itself lets a ferritin below 45 count as iron deficiency (4.0), which is against an aplastic anemia (4.15).
MONOTONE = (
    ("hb", ("bicytopenia", "pancytopenia", "unexplained_pancytopenia", "suspected_aplastic_anemia",
            "iron_deficiency_anemia", "treatment_related_marrow_suppression", "suspected_marrow_infiltration",
            "gap_anemia_without_reticulocytes")),
    ("anc", ("bicytopenia", "pancytopenia", "unexplained_pancytopenia", "suspected_aplastic_anemia", "suspected_mds",
             "persistent_unexplained_cytopenia", "suspected_marrow_infiltration",
             "treatment_related_marrow_suppression", "gap_cytopenias_without_hematology_contact")),
    ("plt", ("bicytopenia", "pancytopenia", "unexplained_pancytopenia", "suspected_aplastic_anemia", "suspected_mds",
             "persistent_unexplained_cytopenia", "suspected_marrow_infiltration",
             "treatment_related_marrow_suppression", "gap_cytopenias_without_hematology_contact")),
)  # fmt: skip
COMPARED = re.compile(r"(?P<input>.+)_(?P<verb>below|at_least|above|at_most)_(?P<limit>\d+(_\d+)?)")


def test_every_rule_is_met_and_not_met_by_somebody() -> None:
    """The other properties would hold of rules that nobody meets."""
    verdicts = verdicts_of(population(1, 400))
    lonely = [
        rule.rule_id
        for rule in RULES
        if len({found[rule.rule_id] in TIERS for found in verdicts.values()}) < 2
    ]
    assert not lonely


@examples(day=4, night=120)
@given(populations())
def test_exclusive_cohorts_share_no_patient(cases: list[Case]) -> None:
    verdicts = verdicts_of(cases)
    shared = [
        (one, other, case)
        for case in cases
        for found in [verdicts[case["case"]]]
        for one, mine, other, yours in EXCLUSIVE
        if found[one] in mine and found[other] in yours
    ]
    unexplained = [
        (name, case)
        for case in cases
        for name in EXPLAINED_BY_CHEMOTHERAPY
        if "L01@" in case.get("rx", "") and verdicts[case["case"]][name] in TIERS
    ]
    silent = [case for case in cases if "indeterminate ()" in verdicts[case["case"]].values()]
    assert not shared
    assert not unexplained
    assert not silent


@examples(day=2, night=60)
@given(populations())
def test_every_draw_has_one_status_of_every_rule(cases: list[Case]) -> None:
    judged = judge(evidence_of(cases), RULES)
    codes = judged.verdicts.select(rule.status_column for rule in RULES)
    assert codes.null_count().sum_horizontal().item() == 0
    assert judged.findings.select("patient_id", "index_collected_at", "rule_id").is_duplicated().sum() == 0
    assert judged.findings.filter(status="met")["tier"].null_count() == 0
    open_ = judged.findings.filter(status="indeterminate")
    assert len(open_) == sum((codes[name] == INDETERMINATE).sum() for name in codes.columns)


@pytest.mark.parametrize(("input_id", "rule_ids"), MONOTONE, ids=[name for name, _ in MONOTONE])
@examples(day=3, night=80)
@given(cases=populations(), part=st.sampled_from((0.0, 0.01, 0.5, 0.9)))
def test_a_sicker_count_never_drops_out(
    input_id: str, rule_ids: tuple[str, ...], cases: list[Case], part: float
) -> None:
    """Severity monotonicity, down to zero. Two low lines may become three: then pancytopenia takes the patient over."""
    before = evidence_of(cases).filter(index_collected_at=INDEX)
    column = INPUTS[input_id].column
    if input_id == "hb":
        before = before.filter(judge(before, RULES).verdicts["anemia"].eq_missing(other=True))
    columns = (column, "hb_adjusted_g_l") if input_id == "hb" else (column,)
    sicker = before.with_columns(
        [
            pl.when(pl.coalesce(name, f"{name}_low").is_not_null())
            .then(pl.coalesce(name, f"{name}_low") * part)
            .alias(name)
            for name in columns
        ]
    ).with_columns(
        pl.lit(None, dtype=pl.Float64).alias(f"{name}_{end}") for name in columns for end in ("low", "high")
    )
    was, now = judge(before, RULES).verdicts, judge(sicker, RULES).verdicts
    three = now["pancytopenia__status"] > NOT_MET
    by_name = {case["case"]: case for case in cases}
    dropped = [
        (rule_id, by_name[who])
        for rule_id in rule_ids
        for who in was.filter(
            (was[f"{rule_id}__status"] > NOT_MET)
            & (now[f"{rule_id}__status"] <= NOT_MET)
            & ~(three & (rule_id == "bicytopenia"))
        )["patient_id"]
    ]
    assert not dropped


@examples(day=3, night=100)
@given(cases=populations(most=15), data=st.data())
def test_every_value_lies_in_exactly_one_band(cases: list[Case], data: st.DataObject) -> None:
    """Of two halves of a scale one holds; what is below a limit is below all higher ones; severities are nested."""
    evidence = evidence_of(cases).filter(index_collected_at=INDEX)
    criteria = all_criteria(RULES)
    limits: dict[str, dict[float, list[str]]] = {}
    for name in criteria:
        match = COMPARED.fullmatch(name)
        if match and match["input"] in INPUTS:
            limit = float(match["limit"].replace("_", "."))
            limits.setdefault(match["input"], {}).setdefault(limit, []).append(name)
    values = {
        name: data.draw(
            st.one_of(st.sampled_from(sorted(found)), st.floats(0, 2 * max(found) + 1)), label=name
        )
        for name, found in limits.items()
    }
    measured = evidence.with_columns(
        column
        for name, value in values.items()
        for column in (
            pl.lit(value).alias(INPUTS[name].column),
            *(pl.lit(None, dtype=pl.Float64).alias(f"{INPUTS[name].column}_{end}") for end in ("low", "high")),
        )
    ).with_columns(
        transfused_120d=False, transfused_30d=False, hba2_transfused=False, hb_adjusted_g_l=pl.lit(values["hb"]),
        hb_adjusted_g_l_low=pl.lit(None, dtype=pl.Float64), hb_adjusted_g_l_high=pl.lit(None, dtype=pl.Float64),
    )  # fmt: skip
    verdicts = judge(measured, RULES).verdicts
    for name, found in limits.items():
        for limit, ids in found.items():
            for id_ in ids:
                verb = COMPARED.fullmatch(id_)["verb"]  # type: ignore[index]
                holds = {
                    "below": values[name] < limit,
                    "at_most": values[name] <= limit,
                    "at_least": values[name] >= limit,
                    "above": values[name] > limit,
                }[verb]
                assert verdicts[id_].eq_missing(holds).all(), (id_, values[name])
    assert not verdicts.filter(pl.col("microcytic") & pl.col("macrocytic")).height
    for worse, milder in (
        ("moderate_anemia", "anemia"),
        ("very_low_reticulocytes", "low_reticulocytes"),
        ("ferritin_below_who", "ferritin_below_30"),
    ):
        assert not verdicts.filter(pl.col(worse) & ~pl.col(milder)).height, worse


@examples(day=3, night=80)
@given(cases=populations(), seed=st.integers(0, 1000))
def test_order_duplicates_and_irrelevant_tests_do_not_matter(cases: list[Case], seed: int) -> None:
    records = records_of(cases)
    irrelevant = records.results.with_columns(
        analyte=pl.lit("esr"), collected_at=pl.col("collected_at") + pl.duration(hours=5)
    )
    again = PatientRecords(
        results=_shuffled(pl.concat([records.results, records.results, irrelevant]), seed),
        unusable=_shuffled(records.unusable, seed),
        patients=_shuffled(records.patients, seed),
        events=_shuffled(pl.concat([records.events, records.events]), seed),
        coverage=_shuffled(pl.concat([records.coverage, records.coverage]), seed),
    )
    one, other = (_judged(each) for each in (records, again))
    assert one[0].equals(other[0])
    assert one[1].equals(other[1])
    assert one[0].equals(_judged(records)[0])  # and running it again changes nothing


def _shuffled(frame: pl.DataFrame, seed: int) -> pl.DataFrame:
    return frame.sample(fraction=1.0, shuffle=True, seed=seed)


def _judged(records: PatientRecords) -> tuple[pl.DataFrame, pl.DataFrame]:
    judged = judge(evidence_from(records), RULES)
    return judged.verdicts, judged.findings.sort("patient_id", "index_collected_at", "rule_id")
