"""No verdict rests on a missing value, and a censored result says what its interval proves.

Knowing more, a value in place of a gap or of an interval, can only settle what is open: a tier that was reached stays or
rises, and what was not met stays so. It holds of every input of which a rule makes no other use than Kleene's. What a gap
may be taken for is left out, and only for the verdicts that could rest on it: a missing confirmation counts as absent
(``soft``), so that what was not met may become met; a missing exclusion does not exclude, so that what was met may
not be; some criteria ask whether a test was made at all, or take another test in its place. ``HELD`` names what remains
of each rule, so that no rule escapes unnoticed.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from schemas.evidence import INPUTS
from tests.properties.cases import VALUES, Case
from tests.properties.patients import examples, populations
from tests.properties.test_missing import ASK_FOR_PRESENCE
from tests.testbed import INDEX, evidence_of, interval
from transforms.judging import all_criteria, judge
from transforms.logic import All, AnyOf, AtLeast, Criterion, Named, Node, Not, Soft, TierReached, Unknown
from transforms.rule import NOT_APPLICABLE, NOT_MET
from transforms.rule_basis import INPUT_OF
from transforms.rules import RULES

BY_ID = {rule.rule_id: rule for rule in RULES}
# A gap in the first is filled by the second (RULES.md 2.4, 4.0, 2.2): knowing it may contradict what stood in.
STANDS_IN = {
    "low_reticulocytes": ("rpi", "retic_abs"),
    "very_low_reticulocytes": ("rpi", "retic_abs"),
    "tsat_below_16_tibc_above_72_without_ferritin": ("ferritin",),
    "marrow_iron_absent_7_particles": ("marrow_specimen",),
    "marrow_iron_absent_uncounted": ("marrow_specimen", "marrow_particles"),
    "marrow_iron_absent_trephine": ("marrow_specimen",),
}


@dataclass
class Uses:
    """Inputs of a rule: all, those whose gap may be why it is not met, and those whose gap may be why it is met."""

    all: set[str] = field(default_factory=set)
    absent: set[str] = field(default_factory=set)
    not_excluding: set[str] = field(default_factory=set)


@cache
def uses(rule_id: str) -> Uses:
    """How a rule uses its inputs."""
    rule, found = BY_ID[rule_id], Uses()
    for name, node in rule.parts.items():
        _look(node, found, wanted=name not in ("ruled_out", "explained_by"), answers=frozenset())
    return found


def _look(node: Node, found: Uses, *, wanted: bool, answers: frozenset[bool]) -> None:
    """wanted: whether the rule asks for the node or against it. answers: what a gap below it is an answer to: for true an
    absent confirmation, for false an exclusion that does not hold.
    """
    match node:
        case Criterion():
            inputs = {_input(name) for name in node.expr.meta.root_names()} - {""}
            found.all |= inputs
            for answer in answers:
                (found.absent if answer else found.not_excluding).update(inputs)
            both = inputs if node.id in ASK_FOR_PRESENCE else set(STANDS_IN.get(node.id, ()))
            found.absent |= both
            found.not_excluding |= both
        case TierReached(rule_id=rule_id):
            other = uses(rule_id)
            found.all |= other.all
            (found.absent if wanted else found.not_excluding).update(other.all)
            (found.not_excluding if wanted else found.absent).update(other.not_excluding)
        case All(nodes=parts) | AnyOf(nodes=parts) | AtLeast(nodes=parts):
            for part in parts:
                _look(part, found, wanted=wanted, answers=answers)
        case Not(node=part):
            _look(part, found, wanted=not wanted, answers=answers)
        case Named(node=part):
            _look(part, found, wanted=wanted, answers=answers)
        case Soft(node=part):
            _look(part, found, wanted=wanted, answers=answers | {wanted})
        case Unknown(node=part):
            _look(part, found, wanted=wanted, answers=frozenset((True, False)))


def _input(column: str) -> str:
    return "hb" if column.startswith("hb_adjusted") else INPUT_OF.get(column, "")


def stays_met(rule_id: str) -> set[str]:
    """The inputs of which knowing more never takes a tier away."""
    found = uses(rule_id)
    return found.all - found.not_excluding


def stays_not_met(rule_id: str) -> set[str]:
    """The inputs of which knowing more never makes met what was not."""
    found = uses(rule_id)
    return found.all - found.absent


# Rule: inputs of which knowing more never takes a tier away, and inputs of which it never gives one.
HELD = {
    "iron_deficiency_anemia": ("hb tibc tsat", ""),
    "iron_deficiency_without_anemia": ("hb tibc tsat", ""),
    "iron_deficiency_under_inflammation": ("agp crp egfr stfr_index", ""),
    "mixed_iron_deficiency_and_inflammation": ("agp crp egfr stfr_index", ""),
    "functional_iron_deficiency": ("agp chr crp egfr ferritin hb hypo_pct", "crp stfr_index"),
    "anemia_of_inflammation": ("", "mcv tibc"),
    "marrow_confirmed_iron_deficiency": ("", ""),
    "marrow_iron_exam_candidate": ("agp crp egfr tsat", "crp ferritin marrow_iron_grade stfr_index tsat"),
    "thalassemia_trait_lookalike": ("ferritin green_king hba2 mentzer rdwi", "hb"),
    "sideroblastic_anemia": ("crp sf3b1 tsat", "agp crp egfr ferritin green_king hba2 mentzer rdwi tsat"),
    "hypoproliferative_anemia_with_adequate_iron": ("crp tsat", "agp crp egfr ferritin tsat"),
    "bicytopenia": ("", ""),  # a third line that is known to be low makes it pancytopenia
    "pancytopenia": ("hb plt wbc", ""),
    "unexplained_pancytopenia": ("hb plt wbc", "copper"),
    "suspected_aplastic_anemia": ("residual_haem wbc", "blasts_pct ferritin marrow_infiltration marrow_iron_grade mcv rpi"),
    "suspected_mds": ("anc plt ring_sideroblasts sf3b1", "ferritin marrow_cellularity marrow_infiltration marrow_iron_grade mcv residual_haem tsh"),
    "persistent_unexplained_cytopenia": ("clonal_mutation", "chr green_king hba2 hypo_pct mentzer rdwi ring_sideroblasts sf3b1"),
    "suspected_marrow_infiltration": ("anc ig_pct myelocytes_pct nrbc plt smear_leb", "anc ferritin hb marrow_iron_grade mcv plt"),
    "treatment_related_marrow_suppression": ("anc hb plt", ""),
    "iron_treatment_nonresponse": ("marrow_iron_grade mcv tsat", ""),
    "gap_microcytic_anemia_without_iron_studies": ("hb mcv", "hb mcv"),
    "gap_iron_treated_without_iron_studies": ("hb", ""),
    "gap_iron_deficiency_anemia_without_gi_evaluation": ("hb tibc tsat", ""),
    "gap_cytopenias_without_hematology_contact": ("", ""),  # as bicytopenia
    "gap_ferritin_read_as_normal_while_inflamed": ("hb", "crp"),
    "gap_anemia_without_reticulocytes": ("hb", ""),
    "gap_iron_treated_without_hemoglobin_recheck": ("hb", ""),
    "gap_iron_deficiency_label_unsupported": ("crp tsat", "agp crp egfr ferritin tsat"),
}  # fmt: skip
READ = sorted({name for rule in RULES for name in uses(rule.rule_id).all})


def test_no_rule_escapes() -> None:
    held = {rule.rule_id: (stays_met(rule.rule_id), stays_not_met(rule.rule_id)) for rule in RULES}
    assert held == {rule_id: tuple(set(names.split()) for names in both) for rule_id, both in HELD.items()}


def _with_ends(evidence: pl.DataFrame, name: str, low: pl.Expr, high: pl.Expr) -> pl.DataFrame:
    """The evidence with another interval of an input; null ends are a gap."""
    column = INPUTS[name].column
    made = [_ends(column, low, high)]
    if name == "hb":
        less = pl.col("elevation_adjustment_g_l").fill_null(0.0)
        made.append(_ends("hb_adjusted_g_l", (low - less).round(9), (high - less).round(9)))
    if name == "mcv":  # only an exact volume is found to contradict hematocrit / RBC (RULES.md 2.8)
        made.append([pl.lit(value=False).alias("mcv_inconsistent")])
    return evidence.with_columns(expr for exprs in made for expr in exprs)


def _ends(column: str, low: pl.Expr, high: pl.Expr) -> list[pl.Expr]:
    return [
        pl.when(low == high).then(low).alias(column),
        pl.when(low != high).then(low).alias(f"{column}_low"),
        pl.when(low != high).then(high).alias(f"{column}_high"),
    ]


@examples(day=4, night=60)
@given(populations())
def test_knowing_more_only_settles_what_is_open(cases: list[Case]) -> None:
    known = evidence_of(cases).filter(index_collected_at=INDEX).sort("patient_id")
    nothing = pl.lit(None, dtype=pl.Float64)
    parts = []
    for name in READ:
        value = pl.col(INPUTS[name].column)
        exact = known.filter(value.is_not_null())
        if name == "mcv":  # a volume that contradicts hematocrit / RBC opens what was settled (RULES.md 2.8)
            exact = exact.filter(~pl.col("mcv_inconsistent"))
        for low, high in ((nothing, nothing), (pl.lit(0.0), value), (value, pl.lit(float("inf")))):
            hidden = _with_ends(exact, name, low, high)
            parts.append(hidden.with_columns(revealed=pl.lit(name), mark=pl.format("{}..{}", low, high)))
    less = pl.concat(parts, how="vertical_relaxed")
    statuses = [rule.status_column for rule in RULES]
    after = judge(known, RULES).verdicts.select("patient_id", *statuses)
    before = judge(less.drop("revealed", "mark"), RULES).verdicts.select(statuses)
    both = pl.concat(
        [less.select("patient_id", "revealed", "mark"), before.rename(lambda name: f"before:{name}")],
        how="horizontal",
    ).join(after, on="patient_id", maintain_order="left")
    wrong, by_name = [], {case["case"]: case for case in cases}
    for rule in RULES:
        was, now = pl.col(f"before:{rule.status_column}"), pl.col(rule.status_column)
        lost = pl.col("revealed").is_in(list(stays_met(rule.rule_id))) & (was > NOT_MET) & (now < was)
        excluded = (NOT_MET, NOT_APPLICABLE)
        gained = (
            pl.col("revealed").is_in(list(stays_not_met(rule.rule_id)))
            & was.is_in(excluded)
            & ~now.is_in(excluded)
        )
        found = both.filter(lost | gained).select("patient_id", "revealed", "mark", was=was, now=now)
        wrong += [(rule.rule_id, *rest, by_name[who]) for who, *rest in found.rows()]
    assert not wrong


ONE_INPUT = {
    criterion.id: (name, criterion)
    for criterion in all_criteria(RULES).values()
    for names in [{_input(column) for column in criterion.expr.meta.root_names()} - {""}]
    for name in names
    if len(names) == 1 and criterion.id not in ASK_FOR_PRESENCE
}


@examples(day=6, night=150)
@given(populations(most=20), st.data())
def test_an_interval_says_what_both_its_ends_say(cases: list[Case], data: st.DataObject) -> None:
    """True where every value of the interval makes the criterion true, false where every value makes it false."""
    known = evidence_of(cases).filter(index_collected_at=INDEX)
    wrong = []
    for name in sorted({name for name, _ in ONE_INPUT.values()}):
        points = sorted(
            {end for text in VALUES.get(name, ("1", "2", "3")) for end in interval(text) if end < 1e9}
        )
        ends = sorted(data.draw(st.tuples(st.sampled_from(points), st.sampled_from(points)), label=name))
        of_input = {id_: criterion.expr for id_, (other, criterion) in ONE_INPUT.items() if other == name}
        low, high, whole = (
            _with_ends(known, name, pl.lit(one), pl.lit(other)).select(**of_input)
            for one, other in ((ends[0], ends[0]), (ends[1], ends[1]), (ends[0], ends[1]))
        )
        for id_ in of_input:
            same = [a if a == b else None for a, b in zip(low[id_], high[id_], strict=True)]
            if whole[id_].to_list() != same:
                wrong.append((id_, ends))
    assert not wrong
