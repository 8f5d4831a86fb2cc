"""Which tests are asked for at which draw: laboratories answer only what somebody thought of."""

from __future__ import annotations

import numpy as np
import polars as pl

from schemas.analytes import ANALYTES
from transforms.simulation.bodies import Numbers
from transforms.simulation.kinds import KINDS, asked

AGAIN = 0.3  # chance that a test somebody thought of once is repeated at another visit
WITHOUT_DIFFERENTIAL = 0.12
MARROW_AFTER_DAYS = 5
COUNT = ("hb", "hct", "rbc", "mcv", "mch", "mchc", "rdw", "wbc", "plt")
DIFFERENTIAL = ("neut_pct", "anc", "alc", "mono")
TESTS = {
    "ferritin": ("ferritin",),
    "saturation": ("iron", "tibc", "transferrin", "tsat"),
    "crp": ("crp",),
    "reticulocytes": ("retic_pct", "retic_abs"),
    "vitamins": ("b12", "folate"),
    "kidney": ("creatinine", "egfr"),
    "thyroid": ("tsh",),
}
ADULT_ONLY = frozenset({"egfr"})  # CKD-EPI holds from 18 years
ANALYTE_IDS: tuple[str, ...] = tuple(ANALYTES)
_NUMBER = {analyte: number for number, analyte in enumerate(ANALYTE_IDS)}


def ordered(
    draws: pl.DataFrame, them: pl.DataFrame, blood: dict[str, Numbers], chance: np.random.Generator
) -> pl.DataFrame:
    """One row per test asked for: draw, analyte (number in ANALYTE_IDS), value (canonical unit), shift_days.

    draws: ``people.blood_draws``; them: ``people.people``; blood: ``bodies.bodies``. A saturation is only asked for
    with a ferritin. shift_days: how many days after the draw the specimen is taken (marrow findings), else 0.
    """
    patient = draws["patient"].to_numpy()
    kind = them["kind"].to_numpy()[patient]
    age = them["age"].to_numpy()[patient]
    at_index = draws["at_index"].to_numpy()
    number = np.arange(len(draws))
    counted = number[chance.random(len(draws)) >= WITHOUT_DIFFERENTIAL]
    pieces = [_rows(number, name, blood) for name in COUNT]
    pieces += [_rows(counted, name, blood) for name in DIFFERENTIAL]
    wanted = np.ones(len(draws), dtype=bool)
    for test, names in TESTS.items():
        thought = them[f"thought_{test}"].to_numpy()[patient] < asked(test)[kind]
        now = thought & (at_index | (chance.random(len(draws)) < AGAIN))
        if test == "saturation":
            now &= wanted
        wanted = now if test == "ferritin" else wanted
        for name in names:
            adult = age >= 18 if name in ADULT_ONLY else True
            pieces.append(_rows(number[now & adult], name, blood))
    return pl.concat([*pieces, *_extras(number, kind, at_index, chance)]).sort("draw", "analyte")


def _rows(draw: np.ndarray, name: str, blood: dict[str, Numbers]) -> pl.DataFrame:
    return _frame(draw, name, blood[name][draw])


def _frame(draw: np.ndarray, name: str, value: Numbers) -> pl.DataFrame:
    shift = MARROW_AFTER_DAYS if ANALYTES[name].section == "marrow" else 0
    return pl.DataFrame({"draw": draw.astype(np.int64), "value": value}).with_columns(
        analyte=pl.lit(_NUMBER[name], pl.Int64), shift_days=pl.lit(shift, pl.Int64)
    )


def _extras(
    number: np.ndarray, kind: np.ndarray, at_index: np.ndarray, chance: np.random.Generator
) -> list[pl.DataFrame]:
    pieces = []
    for place, row in enumerate(KINDS):
        of_kind = number[at_index & (kind == place)]
        for extra in row.extras:
            ordered = of_kind[chance.random(len(of_kind)) < extra.chance]
            pieces.append(_frame(ordered, extra.analyte, chance.uniform(extra.low, extra.high, len(ordered))))
    return pieces
