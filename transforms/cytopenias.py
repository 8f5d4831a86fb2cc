"""The conditions the cytopenia rules share: which lines are low, together, again, and for months (RULES.md 3.4, 4.0)."""

import polars as pl

from transforms.anemia import ANEMIA
from transforms.atoms import ANC, HB, NEUTROPENIA, PLT, THROMBOCYTOPENIA, WBC, F, T
from transforms.logic import Criterion, Named, Node, Unknown, at_least, soft
from transforms.quantities import less

MDS_SOURCE = "WHO 5th edition and ICC (Khoury, Leukemia 2022; cap.org)"
APLASTIC = "BSH 2024; BMJ Best Practice"  # which counts make an aplastic anemia
CAMITTA = f"Camitta; {APLASTIC}"  # which make it severe
CTCAE = "CTCAE v5 (2017)"

WBC_LOW = WBC.below(4.0, "10*9/L", "RULES.md 4.13", "surrogate while the ANC is unknown")
ALL_THREE: Node = ANEMIA & THROMBOCYTOPENIA & NEUTROPENIA
BY_WHITE_CELLS: Node = soft(ANEMIA) & soft(THROMBOCYTOPENIA) & Unknown(NEUTROPENIA) & soft(WBC_LOW)
TWO_LINES: Node = at_least(2, ANEMIA, NEUTROPENIA, THROMBOCYTOPENIA)
ANY_LINE: Node = ANEMIA | NEUTROPENIA | THROMBOCYTOPENIA

# Limits on single counts, as measured (RULES.md 4.31.6: no adjustment for elevation).
HB_100 = HB.below(100, "g/L", f"{APLASTIC}; {CTCAE}", "grade 2; RULES.md 3.4")
ANC_1_5 = ANC.below(1.5, "10*9/L", f"{APLASTIC}; {CTCAE}", "grade 2; RULES.md 3.4")
ANC_0_5 = ANC.below(0.5, "10*9/L", CAMITTA, "severe aplastic anemia")
PLT_75 = PLT.below(75, "10*9/L", CTCAE, "grade 2")
PLT_50 = PLT.below(50, "10*9/L", APLASTIC, "aplastic anemia")
PLT_20 = PLT.below(20, "10*9/L", CAMITTA, "severe aplastic anemia")
GRADE_2: Node = Named("grade 2 or worse", HB_100 | ANC_1_5 | PLT_75)


# --- the lines of myelodysplasia and unexplained cytopenia (LIN) ---------------------------------------------------
def _hb_mds() -> Criterion:
    sex = pl.col("sex")
    lowest = pl.when(sex == "male").then(130.0).otherwise(120.0)
    highest = pl.when(sex == "female").then(120.0).otherwise(130.0)
    known = ~HB.missing
    return Criterion(
        id="hb_low_for_mds",
        says="hemoglobin below 130 (men) or 120 g/L (women), as measured",
        expr=pl.when(HB.high < lowest).then(T).when(HB.low >= highest).then(F),
        inputs=("hb",),
        reasons=(
            *HB.reasons()[:2],
            ("sex", known & sex.is_null()),
            ("hb(censored)", known & (HB.low != HB.high)),
        ),
        threshold="below 130 (men), 120 g/L (women)",
        citation=f"{MDS_SOURCE}; RULES.md 3.4",
    )


def _anc_mds() -> Criterion:
    limit = pl.when(pl.col("duffy_null").eq_missing(T)).then(1.0).otherwise(1.8)
    return Criterion(
        id="anc_low_for_mds",
        says="neutrophils below 1.8 (documented Duffy-null: below 1.0)",
        expr=less(ANC, limit),
        inputs=("anc", "wbc"),
        reasons=(*ANC.reasons()[:2], ("anc", ~ANC.missing)),
        threshold="below 1.8*10^9/L; documented Duffy-null below 1.0",
        citation=f"{MDS_SOURCE}; RULES.md 3.4",
    )


HB_MDS, ANC_MDS = _hb_mds(), _anc_mds()
LINES = (HB_MDS, ANC_MDS, THROMBOCYTOPENIA)
ONE_LINE: Node = Named("a line is low", HB_MDS | ANC_MDS | THROMBOCYTOPENIA)


def _persistent(column: str, input_id: str, line: str) -> Criterion:
    return Criterion(
        id=f"{column}_found",
        says=f"{line} low in another blood count 120 to 730 days away",
        expr=pl.col(column),
        inputs=(input_id,),
        reasons=((f"{input_id}_120_730d", T),),
        threshold="another blood count 120..730 d away",
        citation="ICC and WHO5 (cap.org): 4 months; RULES.md 0.5",
    )


SECOND_COUNT = Criterion(
    id="second_count_120_730d_found",
    says="another blood count 120 to 730 days away",
    expr=pl.col("second_count_120_730d"),
    inputs=("second_count_120_730d",),
    reasons=(("second_count_120_730d", T),),
    threshold="120..730 d away",
    citation="ICC and WHO5 (cap.org): 4 months; RULES.md 0.5",
)
PERSISTENT: Node = Named(
    "the same line is low again after four months",
    (HB_MDS & _persistent("persistent_hb", "hb", "hemoglobin"))
    | (ANC_MDS & _persistent("persistent_anc", "anc", "neutrophils"))
    | (THROMBOCYTOPENIA & _persistent("persistent_plt", "plt", "platelets")),
)


# --- lines low again within half a year ----------------------------------------------------------------------------
def repeated(column: str, lines: str) -> Criterion:
    """Another blood count 7-180 days away shows the same lines low; without one the finding stays unrepeated."""
    return Criterion(
        id=f"{column}_found",
        says=f"{lines} low again in another blood count 7 to 180 days away",
        expr=pl.col(column),
        inputs=("hb", "anc", "plt"),
        reasons=(("repeat blood count", T),),
        threshold="another blood count 7..180 d away, same lines low",
        citation="RULES.md 0.5",
    )


REPEAT_HB_ANC = repeated("repeat_hb_anc", "hemoglobin and neutrophils")
REPEAT_HB_PLT = repeated("repeat_hb_plt", "hemoglobin and platelets")
REPEAT_ANC_PLT = repeated("repeat_anc_plt", "neutrophils and platelets")
REPEAT_ALL = repeated("repeat_hb_anc_plt", "hemoglobin, neutrophils and platelets")
