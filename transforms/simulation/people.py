"""Who the patients are, when their blood is drawn, and what is coded about them."""

from __future__ import annotations

from datetime import date

import numpy as np
import numpy.typing as npt
import polars as pl

from schemas.extract import COVERAGE_DOMAINS
from transforms.simulation.kinds import ASKED, KINDS, allot, column

EPOCH = date(1970, 1, 1)
YEAR_DAYS = 365.25
HOME_SITES = (0.38, 0.27, 0.2, 0.15)  # share of the patients by site, in the order of sites.SITES
FEWEST_DAYS_OLD = 40  # nobody is seen before; the rules themselves begin at half a year


def days(moment: date) -> int:
    """Days since 1970-01-01."""
    return (moment - EPOCH).days


def people(patients: int, end: date, chance: np.random.Generator) -> pl.DataFrame:
    """The patients: (patients) rows in the order of ``patient``, 0 to patients - 1.

    Columns: patient, patient_id, kind (number in KINDS), kind_name, female, age (years at the index visit), index_day,
    birth_day (days since 1970-01-01), site (number), deviate (standard normal, how ill for the kind), own (standard
    normal, how high the normal hemoglobin), and for every test of ``Asks`` thought_<test>, uniform in 0..1.
    """
    kind = allot(patients, chance)
    age = _within(column("age")[kind], chance)
    span = np.array([row.index for row in KINDS])[kind]
    index_day = days(end) - chance.integers(span[:, 0], span[:, 1], endpoint=True)
    female = chance.random(patients) < np.array([row.female for row in KINDS])[kind]
    return pl.DataFrame(
        {
            "patient": np.arange(patients),
            "patient_id": [f"P{number:06d}" for number in range(1, patients + 1)],
            "kind": kind,
            "kind_name": [KINDS[number].name for number in kind],
            "female": female,
            "age": age,
            "index_day": index_day,
            "birth_day": index_day - np.rint(age * YEAR_DAYS).astype(np.int64),
            "site": chance.choice(len(HOME_SITES), size=patients, p=HOME_SITES),
            "deviate": chance.standard_normal(patients),
            "own": chance.standard_normal(patients),
            **{f"thought_{test}": chance.random(patients) for test in ASKED},
        }
    )


def blood_draws(them: pl.DataFrame, years: int, end: date, chance: np.random.Generator) -> pl.DataFrame:
    """Every blood draw, in order of time: draw (number), patient, day, offset (days after the index visit), at_index.

    them: ``people``. The rows of a patient lie on different days, within ``years`` before the end and within the patient's life.
    """
    pieces = [them.select("patient", offset=pl.lit(0, pl.Int64))]
    for number, kind in enumerate(KINDS):
        of_kind = them.filter(pl.col("kind") == number)["patient"].to_numpy()
        further = [(visit.first, visit.last, visit.chance) for visit in kind.visits]
        further += [(-365 * year - 60, -365 * year + 60, kind.yearly) for year in range(1, years + 1)]
        for first, last, share in further:
            visiting = of_kind[chance.random(len(of_kind)) < share]
            when = chance.integers(first, last, size=len(visiting), endpoint=True)
            pieces.append(pl.DataFrame({"patient": visiting, "offset": when}))
    visits = pl.concat(pieces).unique(["patient", "offset"], maintain_order=True)
    day = pl.col("index_day") + pl.col("offset")
    begin = days(end) - round(years * YEAR_DAYS)
    return (
        visits.join(them.select("patient", "index_day", "birth_day"), on="patient", maintain_order="left")
        .with_columns(day=day, at_index=pl.col("offset") == 0)
        .filter(pl.col("day").is_between(begin, days(end)))
        .filter(pl.col("day") >= pl.col("birth_day") + FEWEST_DAYS_OLD)
        .sort("day", "patient")
        .select("patient", "day", "offset", "at_index")
        .with_row_index("draw")
    )


def clinical_events(
    them: pl.DataFrame, death: pl.Series, end: date, chance: np.random.Generator
) -> pl.DataFrame:
    """What is coded: patient, kind, code_system, code, start_day, end_day (null: open).

    Nothing starts after the end or the death. them: ``people``. death: day for each patient, null for the living.
    """
    last_day = pl.DataFrame({"patient": them["patient"], "last": death.fill_null(days(end))})
    shape = {"patient": pl.Int64, "kind": pl.String, "code_system": pl.String, "code": pl.String}
    empty = pl.DataFrame(schema={**shape, "start_day": pl.Int64, "end_day": pl.Int64})
    pieces = [empty]
    for number, kind in enumerate(KINDS):
        of_kind = them.filter(pl.col("kind") == number)
        for event in kind.events:
            had = of_kind.filter(pl.Series(chance.random(len(of_kind)) < event.chance, dtype=pl.Boolean))
            start = had["index_day"] + pl.Series(
                chance.integers(event.first, event.last, size=len(had), endpoint=True), dtype=pl.Int64
            )
            piece = had.select(
                "patient",
                kind=pl.lit(event.kind),
                code_system=pl.lit(event.code_system),
                code=pl.lit(event.code),
                start_day=start,
            )
            last = pl.lit(None, pl.Int64) if event.days is None else pl.col("start_day") + event.days - 1
            pieces.append(piece.with_columns(end_day=last))
    return (
        pl.concat(pieces)
        .join(last_day, on="patient", how="left", maintain_order="left")
        .filter(pl.col("start_day") <= pl.min_horizontal("last", pl.lit(days(end))))
        .drop("last")
        .sort("start_day", "patient", "kind", "code_system", "code")
    )


def deaths(them: pl.DataFrame, drawn: pl.DataFrame, chance: np.random.Generator) -> pl.Series:
    """Day of death of each patient, (patients,), null for the living: some time after the last visit.

    them: ``people``. drawn: ``blood_draws``.
    """
    last = them.join(drawn.group_by("patient").agg(last=pl.col("day").max()), on="patient", how="left")
    share = np.array([kind.death for kind in KINDS])[them["kind"].to_numpy()]
    dies = pl.Series(chance.random(len(them)) < share)
    after = pl.Series(chance.integers(2, 90, size=len(them)))
    return last.select(pl.when(dies).then(pl.col("last") + after)).to_series().rename("death_day")


def coverage(
    them: pl.DataFrame, death: pl.Series, years: int, end: date, chance: np.random.Generator
) -> pl.DataFrame:
    """When the hospital would have known: patient, domain, from_day, to_day.

    them: ``people``. death: ``deaths``. Of some patients prescriptions are filled elsewhere, and some moved here
    late; the dead are covered until they die.
    """
    late = chance.random(len(them)) < 0.06
    begin = days(end) - np.where(late, round(years * YEAR_DAYS / 2), round((years + 2) * YEAR_DAYS))
    last = death.fill_null(days(end)).clip(upper_bound=days(end))
    pieces = []
    for domain in COVERAGE_DOMAINS:
        unknown = chance.random(len(them)) < {"medication": 0.06, "procedure": 0.03}.get(domain, 0.01)
        piece = pl.DataFrame({"patient": them["patient"], "from_day": begin, "to_day": last})
        pieces.append(piece.filter(pl.Series(~unknown)).with_columns(domain=pl.lit(domain)))
    return pl.concat(pieces).filter(pl.col("from_day") <= pl.col("to_day")).sort("patient", "domain")


def _within(pairs: npt.NDArray[np.float64], chance: np.random.Generator) -> npt.NDArray[np.float64]:
    """Uniform between the two columns of (n, 2)."""
    return pairs[:, 0] + (pairs[:, 1] - pairs[:, 0]) * chance.random(len(pairs))
