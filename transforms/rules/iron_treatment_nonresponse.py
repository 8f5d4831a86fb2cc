"""4.20 No response to oral iron: the supply was mended and the hemoglobin does not rise.

The baseline is the index hemoglobin, the course is the first start of oral iron in -7..90 days; no observed start, no
patient of this rule, however short the follow-up (RULES.md 4.31.15). A transfusion after the start makes any rise and
any missing rise unreadable. Who is eligible has to be established: an unknown cell size or transferrin saturation
leaves the gate unreached, and neither is among what makes this rule undetermined (RULES.md 4.29, 4.31.1).
"""

import polars as pl

from transforms.anemia import ANEMIA, HB_CUTOFFS, anemia_cutoffs
from transforms.atoms import HB, IN_SCOPE, MICRO, TSAT, F, T
from transforms.choices import choice
from transforms.iron_status import FERRITIN_ANY, ID_ESTABLISHED
from transforms.logic import Criterion, soft
from transforms.rule import Rule

MIGONE = "Migone De Amicis, MJHID 2021;13:e2021028"
TSAT_16 = TSAT.below(16, "%", "RULES.md 3.3", "iron-deficient erythropoiesis")


def _responded(edition: str) -> Criterion:
    lowest, highest = anemia_cutoffs(edition)
    adjustment = pl.col("elevation_adjustment_g_l").fill_null(0.0)  # adjusted only where elevation is known
    best_low, best_high = (pl.col(f"hb_best_after_oral_iron_g_l_{end}") for end in ("low", "high"))
    rise_at_least = (best_low - HB.high).round(9)
    rise_at_most, adjusted_at_most = (  # an open end stays below its limit
        pl.when(best_low == best_high).then(end.round(9)).otherwise(end)
        for end in (best_high - HB.low, best_high - adjustment)
    )
    transfused = pl.col("transfused_after_oral_iron")
    reached = ((best_low - adjustment).round(9) >= highest) | (rise_at_least >= 10)
    missed = (adjusted_at_most < lowest) & (rise_at_most < 10)
    return Criterion(
        id="hb_responded_to_oral_iron",
        says="hemoglobin rose by 10 g/L or reached the cut-off 14 to 90 days after oral iron was started (unknown "
        "after red cells within 56 days)",
        expr=pl.when(transfused).then(None).when(best_low.is_null() | missed).then(F).when(reached).then(T),
        inputs=("hb",),
        reasons=(
            ("hb(transfused)", transfused),
            ("hb(censored)", ~transfused & ((HB.low != HB.high) | (best_low != best_high))),
            ("sex", ~transfused & pl.col("sex").is_null()),
            ("trimester", ~transfused & pl.col("pregnant") & pl.col("trimester").is_null()),
        ),
        threshold="a rise of at least 10 g/L, or WHO's cut-off, in 14..90 d of the start",
        citation=f"{MIGONE}; BSG 2021; RULES.md 4.20",
    )


RESPONDED = choice("hb_edition", {edition: _responded(edition) for edition in HB_CUTOFFS})
ORAL_IRON_STARTED = Criterion(
    id="oral_iron_started",
    says="oral iron was started from 7 days before to 90 days after this blood count",
    expr=pl.col("oral_iron_start_day").is_not_null(),
    inputs=("oral_iron_start_day",),
    reasons=(("domain:rx", T),),
    threshold="first start in -7..90 d",
    citation="RULES.md 4.20, 4.31.15",
    domains=("medication",),
)
SUPPLY_28 = Criterion(
    id="oral_iron_supply_28d",
    says="oral iron for at least 28 days",
    expr=pl.col("oral_iron_supply_days") >= 28,
    inputs=("oral_iron_supply_days",),
    reasons=(("domain:rx", T),),
    threshold="at least 28 days, both ends counted",
    citation="RULES.md 4.20, 4.31.15",
)
RECHECKED = Criterion(
    id="hb_28_56d_after_start",
    says="hemoglobin was measured 28 to 56 days after oral iron was started",
    expr=pl.when(pl.col("hb_28_56d_after_oral_iron")).then(T),
    inputs=("hb_28_56d_after_oral_iron",),
    reasons=(("hb_followup_28_56d", T),),
    threshold="28..56 d after the start",
    citation=f"{MIGONE}; RULES.md 4.20",
)
ELIGIBLE = ID_ESTABLISHED | (MICRO & (~FERRITIN_ANY | TSAT_16))

IRON_TREATMENT_NONRESPONSE = Rule(
    rule_id="iron_treatment_nonresponse",
    version=1,
    title="No response to oral iron",
    side="undetermined",
    says="Anemia of iron deficiency (proven or presumed) whose hemoglobin did not rise on oral iron.",
    follow_up="Adherence, bleeding, celiac disease, H. pylori, atrophic gastritis, inflammation, a wrong diagnosis "
    "(sideroblastic anemia, thalassemia trait); hepcidin or TMPRSS6; intravenous iron.",
    seed="Do not assume microcytic anemia automatically means simple iron deficiency.",
    applies=IN_SCOPE & ORAL_IRON_STARTED,
    gate=soft(ANEMIA) & soft(ELIGIBLE),
    ruled_out=RESPONDED,
    confirmed=ID_ESTABLISHED & SUPPLY_28 & RECHECKED,
    probable=ID_ESTABLISHED & RECHECKED,
    possible=RECHECKED,
)
