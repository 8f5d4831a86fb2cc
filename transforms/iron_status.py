"""Iron status: the tiers of iron deficiency, and when stores may be called adequate (RULES.md 3.3, 4.0)."""

from __future__ import annotations

import polars as pl

from transforms.anemia import ANEMIA
from transforms.atoms import (
    ADULT,
    AGE_5,
    FERRITIN,
    INFLAMED,
    MARROW_IRON,
    PARTICLES,
    STFR_INDEX,
    TIBC,
    TSAT,
    WHO_FERRITIN,
    F,
    T,
    age,
)
from transforms.choices import choice
from transforms.logic import Criterion, Named, Node, soft, soft_not
from transforms.quantities import less

AGA = "AGA 2020 (Ko, Gastroenterology 2020;159:1085)"
ECCO = "ECCO 2015; Kis & Carnes 1998"
WEISS = "Weiss & Goodnough, NEJM 2005;352:1011"
HUGHES = "Hughes, J Clin Pathol 2004;57:1038"


# --- marrow iron ---------------------------------------------------------------------------------------------------
def _marrow(
    id_: str,
    says: str,
    expr: pl.Expr,
    threshold: str,
    citation: str,
    reasons: tuple[tuple[str, pl.Expr], ...] = MARROW_IRON.reasons(),
) -> Criterion:
    """A statement about a stain that was reported; unknown where none was."""
    return Criterion(
        id=id_,
        says=says,
        expr=pl.when(~MARROW_IRON.missing).then(expr),
        inputs=("marrow_iron_grade", "marrow_particles"),
        reasons=reasons,
        threshold=threshold,
        citation=citation,
    )


_absent = less(MARROW_IRON, 1)
_trephine = pl.col("marrow_specimen").eq_missing(1.0)
# a decalcified core says nothing of particles (RULES.md 1.6)
_particles_known = ~PARTICLES.missing & ~_trephine
_enough = PARTICLES.low >= 7
_too_few = _particles_known & (PARTICLES.high < 7)
_unclear = _particles_known & ~_enough & ~(PARTICLES.high < 7)

MARROW_ABSENT_PROVEN = _marrow(
    "marrow_iron_absent_7_particles",
    "no stainable marrow iron in 7 particles or more",
    pl.when(_absent & _unclear)
    .then(pl.lit(None, dtype=pl.Boolean))
    .otherwise(_absent & (_particles_known & _enough).fill_null(F)),
    "Gale grade 0, at least 7 particles",
    HUGHES,
    (
        ("marrow_particles(censored)", _absent & _unclear),
        *((reason, when & ~(_absent & _unclear).fill_null(F)) for reason, when in MARROW_IRON.reasons()),
    ),
)
MARROW_ABSENT_UNCOUNTED = _marrow(
    "marrow_iron_absent_uncounted",
    "no stainable marrow iron, particles not counted",
    _absent & ~_particles_known & ~_trephine,
    "Gale grade 0, particles unknown",
    f"{HUGHES}; RULES.md 4.7",
)
MARROW_ABSENT_TREPHINE = _marrow(
    "marrow_iron_absent_trephine",
    "no stainable marrow iron in a trephine only (decalcified)",
    _absent & _trephine,
    "Gale grade 0, trephine only",
    "RULES.md 1.6 (cap at possible)",
)
MARROW_TOO_FEW = Criterion(
    id="marrow_iron_absent_few_particles",
    says="no stainable marrow iron, but fewer than 7 particles: repeat the marrow (this cannot be known)",
    expr=pl.when(_absent & _too_few).then(pl.lit(None, dtype=pl.Boolean)).otherwise(F),
    inputs=("marrow_iron_grade", "marrow_particles"),
    reasons=(("marrow_particles<7", T),),
    threshold="at least 7 particles",
    citation=HUGHES,
)
MARROW_PRESENT = MARROW_IRON.at_least(1, "1", "Gale scale (J Clin Pathol)", "RULES.md 1.6")
MARROW_DONE = Criterion(
    id="marrow_iron_reported",
    says="a marrow iron stain was reported",
    expr=~MARROW_IRON.missing,
    inputs=("marrow_iron_grade", "marrow_particles"),
    reasons=MARROW_IRON.reasons(),
    threshold="reported",
    citation="RULES.md 4.7",
)
MARROW_ADEQUATE: Node = Named(
    "adequate marrow iron result",
    soft(MARROW_PRESENT) | soft(MARROW_ABSENT_PROVEN) | soft(MARROW_ABSENT_UNCOUNTED),
)
BM_PRESENT: Node = soft(MARROW_PRESENT)
BM_ABSENT: Node = Named(
    "marrow iron absent",
    soft(MARROW_ABSENT_PROVEN) | soft(MARROW_ABSENT_UNCOUNTED) | soft(MARROW_ABSENT_TREPHINE),
)

# --- ferritin tiers ------------------------------------------------------------------------------------------------
FERRITIN_WHO = Criterion(
    id="ferritin_below_who",
    says="ferritin below WHO's limit (15 ug/L; under 5 years 12 ug/L)",
    expr=pl.when(FERRITIN.high < pl.when(age >= 5).then(15.0).otherwise(12.0))
    .then(T)
    .when(FERRITIN.low >= pl.when(age < 5).then(12.0).otherwise(15.0))
    .then(F),
    inputs=("ferritin",),
    reasons=(*FERRITIN.reasons(), ("age", ~FERRITIN.missing & age.is_null())),
    threshold="below 15 ug/L; under 5 years below 12 ug/L",
    citation=f"{WHO_FERRITIN}, Table 1",
)
FERRITIN_30 = FERRITIN.below(30, "ug/L", "ECCO 2015 / common clinical limit", "RULES.md 3.3")
FERRITIN_45 = FERRITIN.below(45, "ug/L", AGA, "recommendation 1")
FERRITIN_20 = FERRITIN.below(20, "ug/L", "British Columbia guideline 2019", "children; RULES.md 3.3")
FERRITIN_70 = FERRITIN.below(70, "ug/L", WHO_FERRITIN, "Table 1, with inflammation")
FERRITIN_100 = FERRITIN.below(100, "ug/L", ECCO, "active inflammation")
IRON_PATTERN = Criterion(
    id="tsat_below_16_tibc_above_72_without_ferritin",
    says="ferritin not measured, but transferrin saturation below 16 % and binding capacity above 72 umol/L",
    expr=pl.when(~FERRITIN.missing).then(F).when((TSAT.high < 16) & (TIBC.low > 72)).then(T),
    inputs=("ferritin", "tsat", "tibc"),
    reasons=FERRITIN.reasons()[:2],
    threshold="TSAT below 16 % and TIBC above 72 umol/L",
    citation="RULES.md 3.3 (hindawi 6430214), 4.0 IDF_poss",
)
FERRITIN_ANY = Criterion(
    id="ferritin_measured",
    says="ferritin was measured",
    expr=~FERRITIN.missing,
    inputs=("ferritin",),
    reasons=FERRITIN.reasons(),
    threshold="measured",
    citation="RULES.md 4.3",
)
IRON_STUDY = Criterion(
    id="iron_study_done",
    says="at least one iron study was done",
    expr=pl.col("iron_study_present"),
    inputs=("ferritin", "iron", "tibc", "tsat", "stfr"),
    reasons=(("ferritin", T),),
    threshold="at least one",
    citation="RULES.md 4.2, 4.31.8",
)

ID_CONFIRMED: Node = FERRITIN_WHO
# WHO's 15 alone is the confirmed tier: nothing is left for the probable one. The limits of adequate stores stay.
_BELOW_30: Node = AGE_5 & FERRITIN_30
ID_PROBABLE_NO_ANEMIA: Node = choice("ferritin_prob", {"45": _BELOW_30, "30": _BELOW_30, "15": None})
ID_PROBABLE: Node = choice(
    "ferritin_prob",
    {
        "45": AGE_5 & (FERRITIN_30 | (ADULT & ANEMIA & FERRITIN_45)),
        "30": _BELOW_30,
        "15": None,
    },
)
ID_POSSIBLE: Node = (~AGE_5 & FERRITIN_20) | (AGE_5 & IRON_PATTERN)


def unless_marrow_iron(tier: Node) -> Node:
    """A ferritin tier holds where it is established; with iron seen in the marrow an unknown one does not count.

    RULES.md 4.0: marrow iron present with no ferritin tier is not iron deficiency.
    """
    return soft(tier) | (tier & ~BM_PRESENT)


ID_ESTABLISHED: Node = Named(
    "iron deficiency (probable or surer)",
    soft(ID_CONFIRMED) | soft(ID_PROBABLE) | soft(MARROW_ABSENT_PROVEN) | soft(MARROW_ABSENT_UNCOUNTED),
)
ID_ANY_TIER: Node = Named(
    "iron deficiency (any tier)", ID_ESTABLISHED | soft(ID_POSSIBLE) | soft(MARROW_ABSENT_TREPHINE)
)
FERRITIN_TIER: Node = Named("iron deficiency by ferritin", soft(ID_CONFIRMED) | soft(ID_PROBABLE))

# --- sTfR-ferritin index -------------------------------------------------------------------------------------------
STFR_HIGH: Node = soft(STFR_INDEX.above(2, "1", WEISS, "Table 2"))
STFR_LOW: Node = soft(STFR_INDEX.below(1, "1", WEISS, "Table 2"))

# --- transferrin saturation ------------------------------------------------------------------------------------------
TSAT_LOW = TSAT.below(20, "%", "NICE NG203 2021; ESC 2021; RULES.md 3.3", "TSAT")
TSAT_ADEQUATE = TSAT.at_least(20, "%", "RULES.md 3.3", "TSAT")
TSAT_MEASURED = Criterion(
    id="tsat_measured",
    says="transferrin saturation was measured",
    expr=~TSAT.missing,
    inputs=("tsat",),
    reasons=TSAT.reasons(),
    threshold="measured",
    citation="RULES.md 4.3, 4.5",
)
TSAT_LOADED = TSAT.at_least(45, "%", "RULES.md 3.3", "TSAT, loaded")
TIBC_HIGH = TIBC.above(72, "umol/L", "RULES.md 3.3 (hindawi 6430214)", "TIBC")


# --- stores ------------------------------------------------------------------------------------------------------------
def ferritin_stores(limit: float) -> Criterion:
    """Ferritin at least the limit, as evidence of stores: not believed within 56 days after intravenous iron."""
    enough = less(FERRITIN, limit).not_()
    return Criterion(
        id=f"ferritin_stores_{limit:g}",
        says=f"ferritin at least {limit:g} ug/L, not raised by recent intravenous iron",
        expr=pl.when(~(enough & pl.col("iv_iron_56d")).fill_null(F)).then(enough),
        inputs=("ferritin",),
        reasons=(
            *FERRITIN.reasons()[:2],
            ("ferritin_post_iv_iron", ~FERRITIN.missing & pl.col("iv_iron_56d")),
            ("ferritin(censored)", ~FERRITIN.missing & ~pl.col("iv_iron_56d")),
        ),
        threshold=f"at least {limit:g} ug/L, no intravenous iron in the 56 days before",
        citation="RULES.md 0.5 (IV iron), 4.0",
    )


FERRITIN_STORES_100 = ferritin_stores(100)
FERRITIN_STORES_30 = ferritin_stores(30)
STORES_100: Node = Named("stores present", BM_PRESENT | FERRITIN_STORES_100)

EQUIVOCAL = Criterion(
    id="ferritin_believable_under_inflammation",
    says="a ferritin below 100 ug/L shows adequate stores although the patient is inflamed (this cannot be known)",
    expr=pl.lit(None, dtype=pl.Boolean),
    inputs=("ferritin",),
    reasons=(("ferritin_equivocal", INFLAMED.verdict().eq_missing(T)),),
    threshold="marrow iron, sTfR index or a repeat without inflammation",
    citation="RULES.md 4.0 ADEQ_STORES",
)
STORES_BY_AGE: Node = Named(
    "ferritin at least 45 (anemic adult), 30 (others) or 20 ug/L (under 5 years)",
    (~AGE_5 & ferritin_stores(20))
    | (AGE_5 & FERRITIN_STORES_30 & ((~ADULT | ~ANEMIA) | ferritin_stores(45))),
)
# Inflammation is asked for only where the ferritin itself is known to pass.
_BY_AGE_UNLESS_INFLAMED = STORES_BY_AGE & (soft_not(STORES_BY_AGE) | ~INFLAMED | EQUIVOCAL)
ADEQUATE_STORES: Node = Named(
    "adequate stores",
    BM_PRESENT | (~BM_ABSENT & (FERRITIN_STORES_100 | _BY_AGE_UNLESS_INFLAMED)),
)
ADEQUATE_IRON: Node = Named("adequate iron", ADEQUATE_STORES & TSAT_ADEQUATE)
