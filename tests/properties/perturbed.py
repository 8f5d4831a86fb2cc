"""Evidence on and beside every limit: rows of the expert tables with a few inputs changed at random.

Chance alone rarely brings together what a rule asks for. A row of a rule's expert table is close to its decision already;
changing one to four of the columns that the rule reads, to values on and beside the limits, to true, false and unknown,
looks all around it. The evidence need not belong to a patient who could exist: what is looked at is the logic.
"""

from __future__ import annotations

import math
import random
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from flows.expert_tables import expert_tables as tables_in
from schemas.evidence import CONTEXT, INPUTS
from schemas.history_atoms import HISTORY_ATOMS
from tests.properties.cases import VALUES
from tests.testbed import INDEX, evidence_of, interval, table
from transforms.rule_basis import INPUT_OF, columns_read
from transforms.rules import RULES

TABLES = Path(__file__).parents[1] / "rules"
SEED, COPIES = 20_240_615, 30

# Values of the inputs that random patients do not have, or have only by way of others; on and beside the limits.
MORE: Mapping[str, tuple[str, ...]] = {
    "rpi": ("0.9", "0.99", "1", "1.99", "2", "2.99", "3", "<1", "<3"),
    "stfr_index": ("0.9", "0.99", "1", "2", "2.01", "3"),
    "mentzer": ("12.9", "13", "13.1"),
    "rdwi": ("219.9", "220", "250"),
    "green_king": ("64.9", "65", "80"),
    "zinc": ("18.4", "18.5"),
    "retic_abs": ("39", "40", "19", "20", "<60", ">60"),
    "marrow_specimen": ("0", "1"),
    "marrow_iron_grade": ("<1",),
    "ring_sideroblasts": ("<5", ">15", ">5"),
    "crp": ("5.0", "4.9"),
    "hb": ("89", "<100", "<130", "105", "114.9", "115"),
    "plt": ("<50", "<150", ">100"),
    "wbc": ("3.99", "<4"),
}
CONTEXTS: Mapping[str, Sequence[Any]] = {
    "age_years": (0.4, 0.5, 1.9, 2.0, 4.9, 5.0, 11.9, 12.0, 14.9, 15.0, 17.9, 18.0, 49.9, 50.0, 59.9, 60.0, None),
    "sex": ("male", "female", None),
    "trimester": (1, 2, 3, None),
    "duffy_null": (True, None),
    "mcv_computed_fl": (60.0, 79.9, 80.0, 95.0, 101.0, None),
    "iron_start_day": (-7, 0, 30, 90, None),
    "oral_iron_start_day": (-7, 0, 90, None),
    "oral_iron_supply_days": (27, 28, None),
    "hb_best_after_oral_iron_g_l": (99.9, 100.0, 109.9, 110.0, 119.9, 120.0, 130.0, None),
    **{f"follow_up_{short}_days": (0, 6, 7, 29, 30, 55, 56, 89, 90, 179, 180, 400, None) for short in
       ("lab", "dx", "rx", "proc", "enc")},
}  # fmt: skip
# Booleans of the context that are never null; the others may be.
ALWAYS_KNOWN = {name for name in CONTEXT if not name.startswith("persistent_") or name == "persistent_mono"}


def base_rows() -> pl.DataFrame:
    """Evidence of every row of every expert table at its index draw; patient_id begins with the rule's id."""
    cases = [
        {name: cell for name, cell in case.items() if name != "verdict"} | {"case": f"{rule_id}/{number}"}
        for rule_id, texts in tables_in(TABLES).items()
        for number, case in enumerate(row for text in texts for row in table(text))
    ]
    return evidence_of(cases).filter(index_collected_at=INDEX).sort("patient_id")


def perturbed(base: pl.DataFrame, seed: int = SEED, copies: int = COPIES) -> pl.DataFrame:
    """The base rows so many times over, each copy with one to four inputs changed.

    What becomes of a row depends on the row and the seed alone, not on the others.
    """
    read = {rule.rule_id: _units(columns_read(rule), base) for rule in RULES}
    changes: dict[str, dict[int, Any]] = defaultdict(dict)
    names = base["patient_id"].to_list()
    for number in range(len(base) * copies):
        copy, row = divmod(number, len(base))
        rng = random.Random(f"{seed} {copy} {names[row]}")
        units = read[names[row].split("/")[0]]
        for unit in rng.sample(units, min(len(units), rng.choice((1, 1, 2, 3, 4)))):
            for column, value in _changed(unit, base, rng).items():
                changes[column][number] = value
    repeated = pl.concat([base] * copies).with_columns(
        patient_id=pl.format("{}#{}", "patient_id", pl.int_range(pl.len()))
    )
    return repeated.with_columns(
        repeated[column].scatter(
            list(found), pl.Series(list(found.values()), dtype=base.schema[column], strict=False)
        )
        for column, found in changes.items()
    )


def of_rule(rule_id: str) -> pl.Expr:
    """The rows made of the rule's own tables."""
    return pl.col("patient_id").str.starts_with(f"{rule_id}/")


def _units(columns: Sequence[str], base: pl.DataFrame) -> list[str]:
    """What is changed together: an input with the ends of its interval, or a single column."""
    return sorted(
        {_unit(column) for column in columns if _unit(column) in CONTEXTS or column in base.columns}
    )


def _unit(column: str) -> str:
    if column.startswith("hb_adjusted"):
        return "hb"
    if column.startswith("hb_best_after_oral_iron_g_l"):
        return "hb_best_after_oral_iron_g_l"
    return INPUT_OF.get(column, column)


def _changed(unit: str, base: pl.DataFrame, rng: random.Random) -> dict[str, Any]:
    """New values of the columns of a unit."""
    if unit in INPUTS:
        return _measured(unit, rng)
    if unit == "hb_best_after_oral_iron_g_l":
        value = rng.choice(CONTEXTS[unit])
        return {f"{unit}_low": value, f"{unit}_high": value}
    if unit in CONTEXTS:
        return {unit: rng.choice(CONTEXTS[unit])}
    if base.schema[unit] == pl.Boolean:
        never_null = unit in ALWAYS_KNOWN and unit not in HISTORY_ATOMS
        return {unit: rng.choice((True, False) if never_null else (True, False, None))}
    return {}


def _measured(unit: str, rng: random.Random) -> dict[str, Any]:
    column = INPUTS[unit].column
    text = rng.choice((*VALUES.get(unit, ()), *MORE.get(unit, ()), "", ""))
    low, high = interval(text) if text else (math.nan, math.nan)
    ends = (None, None, None) if not text else (low, None, None) if low == high else (None, low, high)
    made = dict(zip((column, f"{column}_low", f"{column}_high"), ends, strict=True))
    if unit == "hb":
        adjustment = rng.choice((0.0, 0.0, 4.0))
        adjusted = [None if end is None else round(end - adjustment, 9) for end in ends]
        made |= dict(
            zip(("hb_adjusted_g_l", "hb_adjusted_g_l_low", "hb_adjusted_g_l_high"), adjusted, strict=True)
        )
        made["elevation_adjustment_g_l"] = adjustment
    return made
