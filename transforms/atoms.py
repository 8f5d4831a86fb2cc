"""The shared conditions of the rule reference (RULES.md 4.0), built once and used by name in the rules."""

from __future__ import annotations

import polars as pl

from schemas.evidence import DOMAINS, observed_column
from schemas.history_atoms import HISTORY_ATOMS
from schemas.value_sets import CODE_SETS
from transforms.choices import choice
from transforms.logic import Criterion, Named, Node, soft
from transforms.quantities import Quantity, less, unit_problem

WHO_HB = "WHO guideline on hemoglobin cutoffs 2024"
WHO_FERRITIN = "WHO ferritin guideline 2020"
T, F = pl.lit(value=True), pl.lit(value=False)

age = pl.col("age_years")
transfused = ("mcv(transfused)", pl.col("transfused_120d"))

HB = Quantity("hb")
MCV = Quantity("mcv", void=(transfused,))
RPI = Quantity("rpi", void=(("rpi(transfused)", pl.col("transfused_30d")),), reason="retic")
RETIC_ABS = Quantity("retic_abs", reason="retic")
ANC = Quantity("anc")
WBC = Quantity("wbc")
PLT = Quantity("plt")
FERRITIN = Quantity("ferritin")
TSAT = Quantity("tsat")
TIBC = Quantity("tibc")
CRP = Quantity("crp")
AGP = Quantity("agp")
EGFR = Quantity("egfr")
B12 = Quantity("b12")
FOLATE = Quantity("folate")
COPPER = Quantity("copper")
STFR_INDEX = Quantity("stfr_index")
CHR = Quantity("chr")
HYPO = Quantity("hypo_pct")
MARROW_IRON = Quantity("marrow_iron_grade")
PARTICLES = Quantity("marrow_particles")
RING_SIDEROBLASTS = Quantity("ring_sideroblasts")
SF3B1 = Quantity("sf3b1")
BLASTS = Quantity("blasts_pct")
NRBC = Quantity("nrbc")
MYELOCYTES = Quantity("myelocytes_pct")
IMMATURE_GRANULOCYTES = Quantity("ig_pct")
LEUKOERYTHROBLASTIC = Quantity("smear_leb")
TSH = Quantity("tsh")
LDH = Quantity("ldh")
HAPTOGLOBIN = Quantity("haptoglobin")
LEAD = Quantity("lead")
ZINC = Quantity("zinc")
MONO = Quantity("mono")
MARROW_CELLULARITY = Quantity("marrow_cellularity")
RESIDUAL = Quantity("residual_haem")
MARROW_BLASTS = Quantity("marrow_blasts")
MARROW_DYSPLASIA = Quantity("marrow_dysplasia")
MARROW_INFILTRATION = Quantity("marrow_infiltration")
CLONE = Quantity("clonal_mutation")
HBA2 = Quantity("hba2", void=(("hba2(transfused)", pl.col("transfused_120d") | pl.col("hba2_transfused")),))
MENTZER = Quantity("mentzer", void=(transfused,), parts=("mcv", "rbc"))
RDWI = Quantity("rdwi", void=(transfused,), parts=("mcv", "rdw", "rbc"))
GREEN_KING = Quantity("green_king", void=(transfused,), parts=("mcv", "rdw", "hb"))


def at_age(years: float, *, says: str, citation: str) -> Criterion:
    """Age at the draw is at least so many years."""
    return Criterion(
        id=f"age_at_least_{years:g}".replace(".", "_"),
        says=says,
        expr=age >= years,
        inputs=("age",),
        reasons=(("age", age.is_null()),),
        threshold=f"at least {years:g} years",
        citation=citation,
    )


def history(atom_id: str, citation: str) -> Criterion:
    """A code of the atom's sets lies in its window; unknown where none is seen and a domain is not observed."""
    atom = HISTORY_ATOMS[atom_id]
    domains = tuple(dict.fromkeys(CODE_SETS[set_id].domain for set_id, _, _ in atom.sets))
    return Criterion(
        id=f"has_{atom_id}",
        says=atom.title,
        expr=pl.col(atom_id),
        inputs=(atom_id,),
        reasons=tuple((f"domain:{DOMAINS[domain]}", ~pl.col(observed_column(domain))) for domain in domains),
        threshold="; ".join(
            f"{CODE_SETS[set_id].title}, {_span(first, last)}" for set_id, first, last in atom.sets
        ),
        citation=citation,
        domains=domains,
    )


def _span(first: int, last: int) -> str:
    return f"ever to {last:+d} d" if first < -9000 else f"{first:+d}..{last:+d} d"


# --- age bands ---------------------------------------------------------------------------------------------------
IN_SCOPE = at_age(0.5, says="six months old or older", citation=f"{WHO_HB} (no cut-off below); RULES.md 0.5")
AGE_2 = at_age(2, says="two years old or older", citation="RULES.md 4.10")
AGE_5 = at_age(5, says="five years old or older", citation=f"{WHO_FERRITIN}, Table 1")
ADULT = at_age(18, says="adult (18 or older)", citation="RULES.md 4.8")

# --- pregnancy -------------------------------------------------------------------------------------------------------
PREGNANT = Criterion(
    id="pregnant_at_draw",
    says="pregnant (a code covers the draw; unknown counts as not pregnant)",
    expr=pl.col("pregnant"),
    inputs=("pregnant",),
    reasons=(("domain:dx", T),),
    threshold="a pregnancy code covers the draw",
    citation="RULES.md 0.5",
)


# --- cell size (RULES.md 3.2) -----------------------------------------------------------------------------------------
def _size(id_: str, says: str, threshold: str, expr: pl.Expr, citation: str) -> Criterion:
    apart = ("mcv(inconsistent)", pl.col("mcv_inconsistent") & ~pl.col("transfused_120d"))
    return Criterion(
        id=id_,
        says=says,
        expr=expr,
        inputs=("mcv",),
        reasons=(*MCV.reasons()[:3], apart, ("age", ~MCV.missing & age.is_null())),
        threshold=threshold,
        citation=citation,
    )


def _mcv_limits() -> tuple[pl.Expr, pl.Expr, pl.Expr, pl.Expr]:
    """(lowest, highest) admissible lower limit and (lowest, highest) admissible upper limit of normal MCV, fL."""
    lower = (
        pl.when(age < 2)
        .then(70.0)
        .when(age < 6)
        .then(75.0)
        .when(age < 12)
        .then(77.0)
        .when(age < 18)
        .then(78.0)
        .when(age >= 18)
        .then(80.0)
    )
    upper = pl.when(age < 12).then((84 + 0.6 * age).round(9)).when(age >= 12).then(100.0)
    return lower.fill_null(70.0), lower.fill_null(80.0), upper.fill_null(84.3), upper.fill_null(100.0)


def _sizes() -> tuple[Criterion, Criterion]:
    small_lowest, small_highest, large_lowest, large_highest = _mcv_limits()
    micro = pl.when(MCV.high < small_lowest).then(T).when(MCV.low >= small_highest).then(F)
    macro = pl.when(MCV.low > large_highest).then(T).when(MCV.high <= large_lowest).then(F)
    other = pl.col("mcv_computed_fl")
    doubtful_micro = pl.col("mcv_inconsistent") & ((other < small_lowest) != micro)
    doubtful_macro = pl.col("mcv_inconsistent") & ((other > large_highest) != macro)
    different = doubtful_micro | doubtful_macro
    return (
        _size(
            "microcytic",
            "small red cells: MCV below the lower limit for age",
            "<70 (0.5-<2 y), <75 (2-<6 y), <77 (6-<12 y), <78 (12-<18 y), <80 fL (adults)",
            pl.when(~different.fill_null(F)).then(micro),
            "Dallman & Siimes, J Pediatr 1979;94:26; RULES.md 3.2",
        ),
        _size(
            "macrocytic",
            "large red cells: MCV above the upper limit for age",
            ">100 fL from 12 y, >84+0.6*age below",
            pl.when(~different.fill_null(F)).then(macro),
            "RULES.md 3.2",
        ),
    )


MICRO, MACRO = _sizes()


# --- reticulocytes (RULES.md 2.4) ---------------------------------------------------------------------------------------
def _low_retic(id_: str, says: str, index: float, absolute: float, adequate: float) -> Criterion:
    by_index = less(RPI, index)
    by_count = pl.when(RETIC_ABS.high < absolute).then(T).when(RETIC_ABS.low >= adequate).then(F)
    fallback = RPI.missing & ~pl.col("transfused_30d")
    unusable = RETIC_ABS.missing & (unit_problem("retic_pct") | unit_problem("retic_abs"))
    return Criterion(
        id=id_,
        says=says,
        expr=pl.when(fallback).then(by_count).otherwise(by_index),
        inputs=("rpi", "retic_abs"),
        reasons=(
            ("rpi(transfused)", pl.col("transfused_30d")),
            ("retic(unit)", fallback & unusable),
            ("retic", fallback & ~unusable),
            ("retic(censored)", ~RPI.missing & ~pl.col("transfused_30d")),
        ),
        threshold=f"RPI below {index:g}; without an RPI, reticulocytes below {absolute:g}*10^9/L (from {adequate:g} on it does not hold)",
        citation="Hillman maturation correction (AMBOSS, Merck Manual); RULES.md 2.4",
    )


_BELOW_2 = _low_retic(
    "low_reticulocytes", "too few reticulocytes for an anemia (production index below 2)", 2.0, 50, 100
)
_BELOW_1 = _low_retic(
    "very_low_reticulocytes", "very few reticulocytes (production index below 1)", 1.0, 25, 25
)
LOW_RI = choice("ri_cut", {"both": _BELOW_2, "1": _BELOW_1, "2": _BELOW_2})
VLOW_RI = choice("ri_cut", {"both": _BELOW_1, "1": _BELOW_1, "2": _BELOW_2})


TRANSFUSED = Criterion(
    id="red_cells_transfused",
    says="red cells transfused in the last 120 days",
    expr=pl.col("transfused_120d"),
    inputs=("transfused_120d",),
    reasons=(("domain:proc", T),),
    threshold="-120..0 d",
    citation="RULES.md 0.5",
)


# --- lines of the blood count (RULES.md 3.4, 4.0) -----------------------------------------------------------------------
def _neutropenia() -> Criterion:
    limit = pl.when(pl.col("duffy_null").eq_missing(T)).then(1.0).otherwise(1.5)
    return Criterion(
        id="neutropenia",
        says="neutrophils low: ANC below 1.5 (documented Duffy-null: below 1.0)",
        expr=less(ANC, limit),
        inputs=("anc", "wbc"),
        reasons=(*ANC.reasons()[:2], ("anc", ~ANC.missing)),
        threshold="below 1.5*10^9/L; documented Duffy-null below 1.0",
        citation="Choosing Wisely (AAFP 526); Merz, JAMA 2023; Hibbs, Blood 2025; RULES.md 3.4",
    )


def _thrombocytopenia() -> Criterion:
    clumped = ("plt(clumps)", pl.col("plt_clumped"))
    return Criterion(
        id="thrombocytopenia",
        says="platelets low: below 150",
        expr=less(PLT, 150),
        inputs=("plt",),
        reasons=(clumped, *((reason, when & ~pl.col("plt_clumped")) for reason, when in PLT.reasons())),
        threshold="below 150*10^9/L",
        citation="RULES.md 3.4",
    )


NEUTROPENIA = _neutropenia()
THROMBOCYTOPENIA = _thrombocytopenia()

# --- inflammation, kidney, heart (RULES.md 4.0) -----------------------------------------------------------------------
CRP_INFLAMED, AGP_INFLAMED = 5, 1.0  # mg/L and g/L
CRP_HIGH = CRP.above(CRP_INFLAMED, "mg/L", WHO_FERRITIN, "Table 1")
AGP_HIGH = AGP.above(AGP_INFLAMED, "g/L", WHO_FERRITIN, "Table 1")
EGFR_LOW = EGFR.below(60, "mL/min/1.73 m2", "KDIGO CKD guideline 2012", "stage 3")
INFLAMMATORY_CONTEXT = history("inflammatory_context", "RULES.md 4.0, 5.1 (INFL_CTX)")
CKD_CODE = history("ckd_code", "RULES.md 5.1 (CKD)")
HEART_FAILURE = history("heart_failure", "RULES.md 5.1 (HF)")
ESA = history("esa", "RULES.md 5.1 (ESA)")
DIALYSIS = history("dialysis", "RULES.md 5.1 (CKD, Z99.2)")

INFLAMED_BY_LAB: Node = Named("inflamed by laboratory", CRP_HIGH | soft(AGP_HIGH))
CONTEXT: Node = Named("inflammatory context", INFLAMMATORY_CONTEXT | soft(EGFR_LOW))
INFLAMED: Node = Named("inflamed", INFLAMED_BY_LAB | CONTEXT)
CKD: Node = Named("chronic kidney disease", CKD_CODE | soft(EGFR_LOW))
