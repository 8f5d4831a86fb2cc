"""What is really in the blood of each draw, in canonical units, before a laboratory reports it.

Hemoglobin, cell volume and cell concentration are drawn; red cells, hematocrit and cell content follow from them, and
saturation and binding capacity give the iron, so that every blood count and iron panel agrees with itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from transforms.simulation.kinds import HEALTHY_NUMBER, KINDS, column

Numbers = npt.NDArray[np.float64]
AGE_STEPS = (5, 12, 15)  # years
NORMAL_HB = (122.0, 128.0, 134.0)  # g/L below each of them
NORMAL_HB_WOMEN, NORMAL_HB_MEN, NORMAL_HB_SD = 136.0, 150.0, 6.0
SMALLER_CELLS_OF_CHILDREN = 0.55  # fL for each year below 18
SETS_IN_DAYS = 60.0  # from the first sign to the full picture
TRANSFERRIN_BINDS = 25.1  # umol/L of iron for each g/L (RULES.md 2.7)


def bodies(draws: pl.DataFrame, them: pl.DataFrame, chance: np.random.Generator) -> dict[str, Numbers]:
    """Analyte id to (draws,) values in canonical units, every analyte for every draw.

    draws: ``people.blood_draws``; them: ``people.people``.
    """
    patient = draws["patient"].to_numpy()
    kind = them["kind"].to_numpy()[patient]
    age = (draws["day"].to_numpy() - them["birth_day"].to_numpy()[patient]) / 365.25
    female = them["female"].to_numpy()[patient]
    ill = illness(draws["offset"].to_numpy(), kind)
    deviate, own = them["deviate"].to_numpy()[patient], them["own"].to_numpy()[patient]
    amounts = _Amounts(kind, ill, deviate, chance.standard_normal((len(them), len(_DRAWN)))[patient], chance)
    linear, skewed = amounts.linear, amounts.skewed
    change, spread = _blend("hb", kind, ill)
    noise = chance.normal(0, 2.0, len(kind))
    hb = np.clip(_normal_hemoglobin(age, female, own) + change + spread * deviate + noise, 34, 210)
    mcv = np.clip(linear("mcv", 0.5) - SMALLER_CELLS_OF_CHILDREN * np.clip(18 - age, 0, None), 54, 134)
    mchc = np.clip(linear("mchc", 0.4), 285, 362)
    rbc = hb / (mcv * mchc / 1000)
    wbc = np.clip(skewed("wbc"), 0.3, 180)
    neutrophils = np.clip(linear("neutrophils"), 4, 94)
    tibc = np.clip(linear("tibc"), 22, 110)
    saturation = np.clip(linear("saturation"), 3.2, 96)
    reticulocytes = np.clip(skewed("reticulocytes"), 0.1, 40)
    egfr = np.clip(linear("egfr"), 5, 140)
    creatinine = creatinine_of(egfr, age, female)
    return {
        "hb": hb,
        "hct": 100 * hb / mchc,
        "rbc": rbc,
        "mcv": mcv,
        "mch": mcv * mchc / 1000,
        "mchc": mchc,
        "rdw": np.clip(linear("rdw"), 11.0, 30),
        "wbc": wbc,
        "neut_pct": neutrophils,
        "anc": wbc * neutrophils / 100,
        "alc": wbc * (100 - neutrophils) / 100 * 0.75,
        "mono": wbc * (100 - neutrophils) / 100 * 0.18,
        "plt": np.clip(skewed("plt"), 3, 1500),
        "retic_pct": reticulocytes,
        "retic_abs": reticulocytes * rbc * 10,
        "ferritin": np.clip(skewed("ferritin"), 1.5, 9000),
        "tsat": saturation,
        "tibc": tibc,
        "iron": saturation * tibc / 100,
        "transferrin": tibc / TRANSFERRIN_BINDS,
        "crp": np.clip(skewed("crp"), 0.2, 420),
        "creatinine": creatinine,
        "egfr": egfr,
        "b12": np.clip(skewed("b12"), 40, 1400),
        "folate": np.clip(skewed("folate"), 3, 60),
        "tsh": np.exp(chance.normal(0.6, 0.4, len(kind))),
    }


_DRAWN = "mcv mchc rdw wbc neutrophils plt ferritin saturation tibc crp reticulocytes egfr b12 folate".split()
_SKEWED = frozenset({"wbc", "plt", "ferritin", "crp", "reticulocytes", "b12", "folate"})
_KIND_PAIRS: Mapping[str, Numbers] = {name: column(name) for name in (*_DRAWN, "hb")}


@dataclass(frozen=True)
class _Amounts:
    """Draws amounts by kind and illness, all (draws,). steady: what stays with a person, a column for each of _DRAWN."""

    kind: npt.NDArray[np.int64]
    ill: Numbers
    deviate: Numbers
    steady: Numbers
    chance: np.random.Generator

    def linear(self, name: str, lean: float = 0.0) -> Numbers:
        """Mean and spread of the kind, blended with the healthy by how ill; lean: correlation with the deviate."""
        mean, spread = _blend(name, self.kind, self.ill)
        of_today = self.chance.standard_normal(len(self.kind))
        mixed = 0.8 * self.steady[:, _DRAWN.index(name)] + 0.6 * of_today
        return mean + spread * (lean * self.deviate + np.sqrt(1 - lean**2) * mixed)

    def skewed(self, name: str) -> Numbers:
        """The same of an amount whose logarithm is drawn."""
        return np.exp(self.linear(name))


def illness(offset: npt.NDArray[np.int64], kind: npt.NDArray[np.int64]) -> Numbers:
    """How far the kind's picture is developed, 0 to 1, (draws,). offset: days after the index visit; kind: numbers."""
    onset = np.array([np.inf if row.onset is None else row.onset for row in KINDS])[kind]
    recovers = np.array([np.inf if row.recovers is None else row.recovers for row in KINDS])[kind]
    sets_in = np.minimum(SETS_IN_DAYS, np.where(np.isinf(onset), SETS_IN_DAYS, onset))
    risen = np.clip((offset + onset) / sets_in, 0, 1)
    return risen * np.exp(-np.clip(offset, 0, None) / recovers)


def _normal_hemoglobin(age: Numbers, female: npt.NDArray[np.bool_], own: Numbers) -> Numbers:
    """The person's own hemoglobin in health, g/L. own: standard normal, how high it is among those alike."""
    normal = np.select([age < step for step in AGE_STEPS], NORMAL_HB, NORMAL_HB_MEN)
    return np.where(female & (age >= AGE_STEPS[-1]), NORMAL_HB_WOMEN, normal) + NORMAL_HB_SD * own


def creatinine_of(egfr: Numbers, age: Numbers, female: npt.NDArray[np.bool_]) -> Numbers:
    """Creatinine (umol/L) at which CKD-EPI 2021 gives this eGFR (RULES.md 2.9); below 18 years by age alone."""
    k = np.where(female, 0.7, 0.9)
    below = np.where(female, -0.241, -0.302)
    ratio = egfr / (142 * 0.9938**age * np.where(female, 1.012, 1.0))
    milligrams = k * np.where(ratio >= 1, ratio ** (1 / below), ratio ** (1 / -1.2))
    # far above what age and sex allow, the formula leaves no creatinine a laboratory would report
    return np.clip(np.where(age < 18, 22 + 2.6 * age, 88.4 * milligrams), 20, 1200)


def _blend(name: str, kind: npt.NDArray[np.int64], ill: Numbers) -> tuple[Numbers, Numbers]:
    """Mean and spread (of the log, for skewed amounts) between the healthy and the kind."""
    pairs = _KIND_PAIRS[name]
    means = np.log(pairs[:, 0]) if name in _SKEWED else pairs[:, 0]
    healthy = means[HEALTHY_NUMBER], pairs[HEALTHY_NUMBER, 1]
    return (
        healthy[0] + ill * (means[kind] - healthy[0]),
        healthy[1] + ill * (pairs[kind, 1] - healthy[1]),
    )
