"""Anemia by WHO: hemoglobin cut-offs for age, sex and pregnancy, of either edition (RULES.md 3.1, switch hb_edition)."""

from __future__ import annotations

import polars as pl

from transforms.atoms import HB, WHO_HB, F, T, age
from transforms.choices import choice
from transforms.logic import Criterion

HB_CUTOFFS = {
    "2024": "WHO 2024: <105 (6-23 mo), <110 (24-59 mo), <115 (5-11 y), <120 (12-14 y, women), <130 (men), pregnant <110, T2 <105 g/L",
    "2011": "WHO 2011: <110 (6-59 mo), <115 (5-11 y), <120 (12-14 y, women), <130 (men), pregnant <110 g/L",
}
WHO_HB_EDITION = {"2024": WHO_HB, "2011": "WHO hemoglobin concentrations 2011 (WHO/NMH/NHD/MNM/11.1)"}


def anemia_cutoffs(edition: str) -> tuple[pl.Expr, pl.Expr]:
    """The lowest and the highest admissible hemoglobin cut-off in g/L (equal where all inputs are known).

    edition: an option of the switch hb_edition.
    """
    toddler, second_trimester = {"2024": (105.0, 105.0), "2011": (110.0, 110.0)}[edition]
    woman, man = 120.0, 130.0
    female, male = pl.col("sex") == "female", pl.col("sex") == "male"
    adult_low = pl.when(male).then(man).otherwise(woman)
    adult_high = pl.when(female).then(woman).otherwise(man)
    child = (
        pl.when(age < 2).then(toddler).when(age < 5).then(110.0).when(age < 12).then(115.0).otherwise(120.0)
    )
    trimester = pl.col("trimester")
    pregnant_low = pl.when(trimester.is_in([1, 3])).then(110.0).otherwise(second_trimester)
    pregnant_high = pl.when(trimester == 2).then(second_trimester).otherwise(110.0)
    low = pl.when(age < 15).then(child).when(age >= 15).then(adult_low).otherwise(toddler)
    high = pl.when(age < 15).then(child).when(age >= 15).then(adult_high).otherwise(adult_high)
    pregnant = pl.col("pregnant")
    return pl.when(pregnant).then(pregnant_low).otherwise(low), pl.when(pregnant).then(
        pregnant_high
    ).otherwise(high)


def _anemia(edition: str) -> Criterion:
    lowest, highest = anemia_cutoffs(edition)
    value = pl.coalesce("hb_adjusted_g_l", "hb_adjusted_g_l_low")
    top = pl.coalesce("hb_adjusted_g_l", "hb_adjusted_g_l_high")
    known = ~HB.missing
    return Criterion(
        id="anemia",
        says="anemia: hemoglobin, adjusted for elevation, below WHO's cut-off for age, sex and pregnancy",
        expr=pl.when(top < lowest).then(T).when(value >= highest).then(F),
        inputs=("hb",),
        reasons=(
            *HB.reasons()[:2],
            ("age", known & age.is_null() & ~pl.col("pregnant")),
            ("trimester", known & pl.col("pregnant") & pl.col("trimester").is_null()),
            ("sex", known & pl.col("sex").is_null() & (age >= 15).fill_null(T) & ~pl.col("pregnant")),
            ("hb(censored)", known & (value != top)),
        ),
        threshold=HB_CUTOFFS[edition],
        citation=f"{WHO_HB_EDITION[edition]}, tables of cut-offs; RULES.md 3.1",
    )


ANEMIA = choice("hb_edition", {edition: _anemia(edition) for edition in HB_CUTOFFS})

_MODERATE = {
    "2024": "<95 (6-23 mo, second trimester), <100 (24-59 mo, first and third trimester), <110 g/L (others)",
    "2011": "<100 (6-59 mo, pregnant), <110 g/L (others)",
}


def _moderate(edition: str) -> Criterion:
    """Upper ends of WHO's "moderate" band plus one (RULES.md 3.1)."""
    toddler, second_trimester = {"2024": (95.0, 95.0), "2011": (100.0, 100.0)}[edition]
    trimester = pl.col("trimester")
    pregnant = pl.col("pregnant")
    band = pl.when(age < 2).then(toddler).when(age < 5).then(100.0).when(age >= 5).then(110.0)
    lowest = (
        pl.when(pregnant)
        .then(pl.when(trimester.is_in([1, 3])).then(100.0).otherwise(second_trimester))
        .otherwise(band.fill_null(toddler))
    )
    highest = (
        pl.when(pregnant)
        .then(pl.when(trimester == 2).then(second_trimester).otherwise(100.0))
        .otherwise(band.fill_null(110.0))
    )
    value = pl.coalesce("hb_adjusted_g_l", "hb_adjusted_g_l_low")
    top = pl.coalesce("hb_adjusted_g_l", "hb_adjusted_g_l_high")
    known = ~HB.missing
    return Criterion(
        id="moderate_anemia",
        says="moderate or severe anemia by WHO, hemoglobin adjusted for elevation",
        expr=pl.when(top < lowest).then(T).when(value >= highest).then(F),
        inputs=("hb",),
        reasons=(
            *HB.reasons()[:2],
            ("age", known & age.is_null() & ~pregnant),
            ("trimester", known & pregnant & trimester.is_null()),
            ("hb(censored)", known & (value != top)),
        ),
        threshold=_MODERATE[edition],
        citation=f"{WHO_HB_EDITION[edition]}, severity; RULES.md 3.1",
    )


MODERATE_ANEMIA = choice("hb_edition", {edition: _moderate(edition) for edition in _MODERATE})
