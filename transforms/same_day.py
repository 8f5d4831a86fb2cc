"""Values that only other results of the same day can settle (RULES.md 1.3, 1.7).

A hemoglobin without a unit, or of 1 to 4 mmol/L, gets its unit from red cells times MCH; a reticulocyte
percentage below 0.1 is believed beside an absolute count that agrees, or beside a hemoglobin below 80 g/L.

RULES.md 1.2 rejects 1 to 4 mmol/L, which may be a normal count of tetramers. Counted in monomers it is a hemoglobin
of 16 to 64 g/L, the sickest patient there is; where red cells times MCH tells the two apart (they differ fourfold),
nothing is ambiguous. Alone, such a value stays rejected.
"""

from __future__ import annotations

import polars as pl

from schemas.flags import FLAG_BITS
from transforms.numerals import Bound

# factors to g/L (RULES.md 1.2)
GRAMS_PER_DECILITER, MILLIMOLES_PER_LITER, MILLIMOLES_OF_TETRAMERS = 10.0, 16.114, 64.5
NEAR, FAR = 0.10, 0.20  # one unit within 10 % of the estimate, the other more than 20 % off (RULES.md 1.7)
LOW_HEMOGLOBIN = 80.0  # g/L (RULES.md 1.3)
AGREES = 0.20  # RULES.md says "agrees" without a number; counts of reticulocytes vary by about as much
_HEMOGLOBIN, _RETICULOCYTES = FLAG_BITS["HB_UNIT_AMBIGUOUS"], FLAG_BITS["RETIC_FRACTION?"]


def settle_by_others(rows: pl.DataFrame, *, hemoglobins: bool = True) -> pl.DataFrame:
    """The rows with hemoglobins and reticulocyte percentages settled where results of the same day allow it.

    rows: patient_id, at (collection time), analyte, labeled (plain unit, null: none was sent), number, bound, low,
    high, flags, and usable. hemoglobins: whether units of hemoglobin may be inferred at all. Returns the same rows with
    low, high, flags and usable changed.
    """
    hemoglobin = rows["flags"] & _HEMOGLOBIN != 0
    percent = rows["flags"] & _RETICULOCYTES != 0
    if not (hemoglobin.any() or percent.any()):
        return rows
    days = rows.filter(hemoglobin | percent).select("patient_id", day=pl.col("at").dt.date()).unique()
    seen = (
        rows.filter(pl.col("usable") & (pl.col("low") == pl.col("high")))
        .filter(pl.col("analyte").is_in(["hb", "rbc", "mch", "retic_abs"]))
        .with_columns(day=pl.col("at").dt.date())
        .join(days, on=["patient_id", "day"], how="semi")
        # several of a day: the smallest, whatever the order of the rows
        .group_by("patient_id", "day")
        .agg(pl.col("low").filter(pl.col("analyte") == name).min().alias(f"day.{name}") for name in _SEEN)
    )
    beside = rows.with_columns(day=pl.col("at").dt.date()).join(
        seen, on=["patient_id", "day"], how="left", maintain_order="left"
    )
    return _percentages(_hemoglobins(beside) if hemoglobins else beside).drop(
        "day", *(f"day.{name}" for name in _SEEN)
    )


_SEEN = ("hb", "rbc", "mch", "retic_abs")


def _hemoglobins(rows: pl.DataFrame) -> pl.DataFrame:
    estimate = pl.col("day.rbc") * pl.col("day.mch")  # 10*12/L x pg = g/L
    moles = pl.col("number") * MILLIMOLES_PER_LITER
    # what else it can be: g/dL where no unit was sent, tetramers where it was mmol/L
    other = pl.col("number") * pl.when(pl.col("labeled").is_null()).then(GRAMS_PER_DECILITER).otherwise(
        MILLIMOLES_OF_TETRAMERS
    )
    off_moles, off_other = ((unit - estimate).abs() / estimate for unit in (moles, other))
    doubtful = (pl.col("flags") & _HEMOGLOBIN != 0) & (pl.col("bound") == int(Bound.EXACT))
    value = (
        pl.when(doubtful & (off_other <= NEAR) & (off_moles > FAR))
        .then(other)
        .when(doubtful & (off_moles <= NEAR) & (off_other > FAR))
        .then(moles)
        .round(9)
        .round(1, mode="half_away_from_zero")
    )
    inferred = rows.with_columns(inferred=value)
    flags = pl.col("flags") - _HEMOGLOBIN + FLAG_BITS["HB_UNIT_INFERRED"]
    return _settled(inferred, pl.col("inferred").is_not_null(), flags, pl.col("inferred")).drop("inferred")


def _percentages(rows: pl.DataFrame) -> pl.DataFrame:
    doubtful = pl.col("flags") & _RETICULOCYTES != 0
    counted = pl.col("day.retic_abs") / (pl.col("day.rbc") * 10)
    agrees = (pl.col("low") - counted).abs() <= AGREES * counted
    believed = doubtful & (
        agrees.fill_null(value=False) | (pl.col("day.hb") < LOW_HEMOGLOBIN).fill_null(value=False)
    )
    return _settled(rows, believed, pl.col("flags") - _RETICULOCYTES, None)


def _settled(rows: pl.DataFrame, where: pl.Expr, flags: pl.Expr, value: pl.Expr | None) -> pl.DataFrame:
    changed = [
        pl.when(where).then(flags).otherwise("flags").alias("flags"),
        (pl.col("usable") | where).alias("usable"),
    ]
    if value is not None:
        changed += [pl.when(where).then(value).otherwise(end).alias(end) for end in ("low", "high")]
    return rows.with_columns(changed)
