"""What a kind of patient is: the shape of one row of the tables of kinds.

The numbers of the kinds are invented so that a screened extract looks like one of a hospital; none of them is a
threshold, and no rule reads them.
"""

from __future__ import annotations

from dataclasses import dataclass

# mean and standard deviation; for amounts that are skewed, median and sd of the log
Pair = tuple[float, float]


@dataclass(frozen=True)
class Extra:
    """A test that only some kinds get, at the index visit: uniform between low and high (canonical units)."""

    analyte: str
    low: float
    high: float
    chance: float = 1.0


@dataclass(frozen=True)
class Event:
    """A coded event of a share of the patients. first, last: between which days of the index visit it starts.

    days: how long it lasts, its start included; None leaves the end open.
    """

    kind: str
    code_system: str
    code: str
    chance: float
    first: int
    last: int
    days: int | None = None


@dataclass(frozen=True)
class Visit:
    """A further blood count of a share of the patients, between two days of the index visit."""

    first: int
    last: int
    chance: float = 1.0


@dataclass(frozen=True)
class Asks:
    """Share of the patients in whom a test is ever thought of (RULES.md is about those in whom it is not)."""

    ferritin: float = 0.25
    saturation: float = 0.15  # iron and binding capacity, only with a ferritin
    crp: float = 0.25
    reticulocytes: float = 0.03
    vitamins: float = 0.10
    kidney: float = 0.50
    thyroid: float = 0.10


@dataclass(frozen=True)
class Kind:
    """A kind of patient, as it is when fully developed.

    share: of all patients, relative to the sum. age: years, between which. female: share. index: how many days before
    the end of the extract the index visit lies, between which. visits: further blood counts. yearly: chance of a
    blood count in each year before. onset: days before the index visit on which it set in (None: always there).
    recovers: days after the index visit by which two thirds of it are gone (None: it stays). hb: difference to the
    person's own normal, g/L. mcv: fL, an adult's; rdw: %; mchc: g/L; wbc, plt: 10*9/L (median, log sd);
    neutrophils: % of the white cells; ferritin: ug/L (median, log sd); saturation: %; tibc: umol/L; crp: mg/L
    (median, log sd); reticulocytes: % (median, log sd); egfr: mL/min/1.73 m2; b12: pmol/L and folate: nmol/L
    (median, log sd). death: share who die after the last visit.
    """

    name: str
    share: float
    age: Pair = (18, 90)
    female: float = 0.52
    index: tuple[int, int] = (0, 355)
    visits: tuple[Visit, ...] = ()
    yearly: float = 0.5
    onset: int | None = None
    recovers: int | None = None
    hb: Pair = (0, 0)
    mcv: Pair = (90, 3.5)
    mchc: Pair = (336, 5)
    rdw: Pair = (13.2, 0.6)
    wbc: Pair = (6.8, 0.22)
    neutrophils: Pair = (59, 6)
    plt: Pair = (250, 0.18)
    ferritin: Pair = (90, 0.55)
    saturation: Pair = (29, 6)
    tibc: Pair = (60, 5)
    crp: Pair = (1.3, 0.7)
    reticulocytes: Pair = (1.3, 0.25)
    egfr: Pair = (90, 13)
    b12: Pair = (330, 0.25)
    folate: Pair = (22, 0.3)
    asks: Asks = Asks()
    extras: tuple[Extra, ...] = ()
    events: tuple[Event, ...] = ()
    death: float = 0.003


def diagnosis(code: str, chance: float = 1.0, first: int = -400, last: int = 0) -> Event:
    """A diagnosis in ICD-10-CM."""
    return Event("diagnosis", "ICD10CM", code, chance, first, last)


def medication(code: str, chance: float, first: int, last: int, days: int) -> Event:
    """A medication in ATC, for so many days."""
    return Event("medication", "ATC", code, chance, first, last, days)


def procedure(code: str, chance: float, first: int, last: int) -> Event:
    """A procedure in CPT."""
    return Event("procedure", "CPT", code, chance, first, last)


def hematology(chance: float, first: int = 1, last: int = 25) -> Event:
    """A visit to a hematologist."""
    return Event("encounter", "SPECIALTY", "hematology", chance, first, last)
