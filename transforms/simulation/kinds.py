"""All kinds of patients, in one table of arrays."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
import numpy.typing as npt

from transforms.simulation.kinds_marrow import MARROW
from transforms.simulation.kinds_other import HEALTHY, OTHER
from transforms.simulation.kinds_supply import SUPPLY
from transforms.simulation.model import Asks, Kind

KINDS: tuple[Kind, ...] = (*OTHER, *SUPPLY, *MARROW)
HEALTHY_NUMBER = KINDS.index(HEALTHY)
FEWEST = 3  # patients of each kind in an extract that is large enough, so that a demo shows all of them


def column(name: str) -> npt.NDArray[np.float64]:
    """A pair of every kind: (kinds, 2)."""
    return np.array([getattr(kind, name) for kind in KINDS], dtype=np.float64)


def asked(name: str) -> npt.NDArray[np.float64]:
    """Chance of every kind that a test is thought of: (kinds,)."""
    return np.array([getattr(kind.asks, name) for kind in KINDS], dtype=np.float64)


ASKED = tuple(field.name for field in fields(Asks))


def allot(patients: int, chance: np.random.Generator) -> npt.NDArray[np.int64]:
    """Number of the kind of each patient, (patients,): shares as in the table, nobody left out where there is room.

    With fewer patients than that the kinds are drawn.
    """
    share = np.array([kind.share for kind in KINDS])
    share = share / share.sum()
    if patients < 10 * FEWEST * len(KINDS):
        return chance.choice(len(KINDS), size=patients, p=share)
    counts = np.maximum(np.rint(share * patients).astype(np.int64), FEWEST)
    counts[HEALTHY_NUMBER] += patients - counts.sum()
    return chance.permutation(np.repeat(np.arange(len(KINDS)), counts))
