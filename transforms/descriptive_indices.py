"""Indices that are shown and never judged: no rule reads them (RULES.md 2.10, 2.13, 2.14).

BRINDA's ferritin (2.12) is none of them: its slopes are those of a survey as a whole, not of a patient.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from transforms.atoms import AGP_INFLAMED, CRP_INFLAMED
from transforms.interval_ends import derived, exact, high, low, settled_ends

# Body iron is calibrated on the assay of Flowers (Ramco); slope and offset that bring others to it (RULES.md 2.13).
FLOWERS_SCALE: Mapping[str, tuple[float, float]] = {
    "flowers": (1.0, 0.0),
    "ramco": (1.0, 0.0),
    "roche": (1.5, 0.35),
}
THOMAS_RESTRICTED = 28.0  # pg of hemoglobin in a reticulocyte (RULES.md 2.14)
THOMAS_INDEX, THOMAS_INDEX_INFLAMED = 1.5, 0.8  # sTfR-ferritin index, with CRP up to 5 mg/L and above


def descriptive(frame: pl.LazyFrame) -> pl.LazyFrame:
    """The neutrophil-lymphocyte ratio, Cook's body iron and the quadrant of the Thomas plot.

    frame: gathered evidence with the derived inputs that judge, ``stfr.assay`` and ``growth_factor``. Each is null
    where a part of it is missing, and the latter two where a part is censored.
    """
    return frame.with_columns(
        *_neutrophils_to_lymphocytes(),
        *derived("body_iron", _body_iron()),
        *derived("thomas_quadrant", _thomas_quadrant()),
        pl.col("anc.at").alias("nlr.at"),
        pl.col("stfr.at").alias("body_iron.at"),
        pl.col("chr.at").alias("thomas_quadrant.at"),
    )


def _neutrophils_to_lymphocytes() -> list[pl.Expr]:
    """ANC/ALC, an interval where either is; none after a growth factor (2.10). No value set names steroids.

    Lymphocytes that may be none give no ratio.
    """
    usable = (low("alc") > 0) & ~pl.col("growth_factor").eq_missing(True)
    ends = settled_ends(low("anc") / high("alc"), high("anc") / low("alc"))
    return [
        pl.when(usable).then(end).alias(f"nlr.{part}") for part, end in zip(("lo", "hi"), ends, strict=True)
    ]


def _body_iron() -> pl.Expr:
    """Body iron in mg/kg (Cook 2003, as RULES.md 2.13 has it); below 0 a deficit. None where inflammation is shown."""
    assay = pl.col("stfr.assay")
    slope, offset = (
        assay.replace_strict(
            {name: scale[place] for name, scale in FLOWERS_SCALE.items()},
            default=None,
            return_dtype=pl.Float64,
        )
        for place in (0, 1)
    )
    receptor = slope * exact("stfr") + offset
    inflamed = (low("crp") > CRP_INFLAMED).eq_missing(True) | (low("agp") > AGP_INFLAMED).eq_missing(True)
    stored = -((1000 * receptor / exact("ferritin")).log10() - 2.8229) / 0.1207
    return pl.when(~inflamed & (exact("ferritin") > 0)).then(stored)


def _thomas_quadrant() -> pl.Expr:
    """1 replete, 2 depleted, 3 absolute, 4 functional iron deficiency (2.14); without a CRP only where both limits agree."""
    index = exact("stfr_index")
    inflamed = pl.when(low("crp") > CRP_INFLAMED).then(True).when(high("crp") <= CRP_INFLAMED).then(False)
    beyond = (
        pl.when(inflamed)
        .then(index > THOMAS_INDEX_INFLAMED)
        .when(~inflamed)
        .then(index > THOMAS_INDEX)
        .when(index > THOMAS_INDEX)
        .then(True)
        .when(index <= THOMAS_INDEX_INFLAMED)
        .then(False)
    )
    restricted = exact("chr") < THOMAS_RESTRICTED
    return (
        pl.when(~beyond & ~restricted)
        .then(1.0)
        .when(beyond & ~restricted)
        .then(2.0)
        .when(beyond & restricted)
        .then(3.0)
        .when(~beyond & restricted)
        .then(4.0)
    )
