"""A large canonical extract of invented patients for the benchmark: realistic in shape, not in medicine.

Run as a program, so that its memory is not the benchmark's own: ``python -m benchmarks.made_up FOLDER ROWS``.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

SEED = 20_261_124
DRAWS_PER_PATIENT = 10
DRAWS_PER_CHUNK = 50_000
SITES = ("north", "south", "west")
START = np.datetime64("2021-01-01T05:00:00")
SECONDS = 3 * 365 * 86_400
ANEMIC, INFLAMED, DEPLETED = 0.35, 0.3, 0.25  # shares of the patients


@dataclass(frozen=True)
class Test:
    """One test: its codes and units by site, how often it is ordered with a blood count, and its usual values.

    scale: factors of the sites from the unit of ``mean``; digits: decimals printed; anemic, inflamed, depleted: what
    the value is multiplied with in such patients.
    """

    codes: tuple[str, str, str]
    name: str
    units: tuple[str, str, str]
    often: float
    mean: float
    spread: float
    scale: tuple[float, float, float] = (1, 1, 1)
    digits: int = 1
    anemic: float = 1
    inflamed: float = 1
    depleted: float = 1


def _same(code: str) -> tuple[str, str, str]:
    return code, code, code


_COUNT = ("10*9/L", "10^9/L", "K/uL")
TESTS = (
    Test(
        ("718-7", "718-7", "59260-0"),
        "Hemoglobin",
        ("g/dL", "g/L", "mmol/L"),
        1,
        13.8,
        0.07,
        (1, 10, 0.6206),
        anemic=0.75,
    ),
    Test(_same("4544-3"), "Hematocrit", ("%", "L/L", "%"), 1, 41, 0.07, (1, 0.01, 1), 2, anemic=0.77),
    Test(
        _same("789-8"), "Erythrocytes", ("10*12/L", "10^12/L", "10*6/uL"), 1, 4.7, 0.07, digits=2, anemic=0.85
    ),
    Test(_same("787-2"), "MCV", _same("fL"), 1, 89, 0.05, depleted=0.85),
    Test(_same("785-6"), "MCH", _same("pg"), 1, 29.5, 0.05, depleted=0.82),
    Test(_same("788-0"), "RDW", _same("%"), 0.9, 13.6, 0.07, depleted=1.25),
    Test(_same("6690-2"), "Leukocytes", _COUNT, 1, 7.2, 0.3, digits=2, inflamed=1.4),
    Test(_same("777-3"), "Platelets", _COUNT, 1, 245, 0.25, digits=0),
    Test(_same("751-8"), "Neutrophils", _COUNT, 0.5, 4.2, 0.3, digits=2, inflamed=1.5),
    Test(
        ("2160-0", "14682-9", "2160-0"),
        "Creatinine",
        ("mg/dL", "umol/L", "mg/dL"),
        0.5,
        0.95,
        0.3,
        (1, 88.4, 1),
        2,
    ),
    Test(
        ("1988-5", "1988-5", "76485-2"),
        "CRP",
        ("mg/L", "mg/L", "mg/dL"),
        0.3,
        3,
        0.9,
        (1, 1, 0.1),
        inflamed=9,
    ),
    Test(
        _same("2276-4"),
        "Ferritin",
        ("ng/mL", "ug/L", "ug/L"),
        0.18,
        90,
        0.7,
        digits=0,
        inflamed=2,
        depleted=0.15,
    ),
    Test(
        ("2498-4", "14798-3", "2498-4"),
        "Iron",
        ("ug/dL", "umol/L", "ug/dL"),
        0.14,
        85,
        0.3,
        (1, 0.1791, 1),
        inflamed=0.6,
        depleted=0.4,
    ),
    Test(
        ("2500-7", "14800-7", "2500-7"),
        "TIBC",
        ("ug/dL", "umol/L", "ug/dL"),
        0.14,
        320,
        0.12,
        (1, 0.1791, 1),
        inflamed=0.8,
        depleted=1.3,
    ),
    Test(_same("60474-4"), "Reticulocytes", _COUNT, 0.06, 60, 0.35, digits=1),
    Test(
        ("2132-9", "14685-2", "2132-9"),
        "Vitamin B12",
        ("pg/mL", "pmol/L", "pg/mL"),
        0.06,
        420,
        0.4,
        (1, 0.738, 1),
        0,
    ),
    Test(_same("2951-2"), "Sodium", _same("mmol/L"), 0.5, 140, 0.02, digits=0),
    Test(("GLU", "2345-7", "GLU"), "Glucose", ("mg/dL", "mg/dL", "mg/dL"), 0.4, 100, 0.2, digits=0),
)
ROWS_PER_DRAW = sum(test.often for test in TESTS)
_ODD = ("HEMOLYZED", "see comment", "<5", ">1000", "12,5", "", "clotted", "<0.3")
_DIAGNOSES = ("I50.9", "N18.4", "K50.9", "E11.9", "D50.9", "C50.9", "I10", "J44.9", "M06.9", "Z34.0")
_DRUGS = ("B03AC", "B03XA01", "C07AB02", "A10BA02", "L01BA01", "A02BC01", "B01AC06", "B03AA07")


def make(folder: Path, rows: int, seed: int = SEED) -> None:
    """Write an extract of about ``rows`` laboratory rows, in the order in which they were reported."""
    rng = np.random.default_rng(seed)
    draws = max(1, round(rows / ROWS_PER_DRAW))
    patients = max(1, draws // DRAWS_PER_PATIENT)
    folder.mkdir(parents=True, exist_ok=True)
    groups = {
        "anemic": rng.random(patients) < ANEMIC,
        "inflamed": rng.random(patients) < INFLAMED,
        "depleted": rng.random(patients) < DEPLETED,
    }
    who = rng.integers(0, patients, draws)
    seconds = np.sort(rng.integers(0, SECONDS, draws))
    with (folder / "lab_results.csv").open("wb") as file:
        for start in range(0, draws, DRAWS_PER_CHUNK):
            part = slice(start, start + DRAWS_PER_CHUNK)
            chunk = _results(rng, who[part], seconds[part], start, groups)
            chunk.write_csv(file, include_header=start == 0, datetime_format="%Y-%m-%d %H:%M:%S")
    _patients(rng, patients).write_csv(folder / "patients.csv")
    _events(rng, patients).write_csv(folder / "clinical_events.csv")
    _coverage(patients).write_csv(folder / "coverage.csv")


def _name(numbers: np.ndarray) -> pl.Series:
    return pl.select(pl.lit("P") + pl.lit(pl.Series(numbers)).cast(pl.String).str.zfill(8)).to_series()


def _results(
    rng: np.random.Generator, who: np.ndarray, seconds: np.ndarray, first: int, groups: dict[str, np.ndarray]
) -> pl.DataFrame:
    """The rows of some draws: most are plain, a few are odd, repeated or corrected."""
    count = len(who)
    site = who % len(SITES)
    draws = pl.DataFrame(
        {
            "patient_id": _name(who),
            "collected_at": pl.Series((START + seconds.astype("timedelta64[s]")).astype("datetime64[us]")),
            "specimen_id": pl.select(
                pl.lit("S") + pl.lit(pl.Series(np.arange(first, first + count))).cast(pl.String).str.zfill(9)
            ).to_series(),
            "site": pl.Series(np.array(SITES)[site]),
        }
    )
    parts = []
    for number, test in enumerate(TESTS):
        ordered = np.flatnonzero(rng.random(count) < test.often)
        value = test.mean * np.exp(rng.normal(0, test.spread, len(ordered)))
        for group, members in groups.items():
            value = np.where(members[who[ordered]], value * getattr(test, group), value)
        at = site[ordered]
        digits = test.digits + (np.array(test.scale)[at] < 0.1)
        printed = pl.Series(value * np.array(test.scale)[at])
        text = pl.select(
            pl.when(pl.Series(digits == 0))
            .then(printed.round(0).cast(pl.Int64).cast(pl.String))
            .otherwise(
                pl.when(pl.Series(digits == 1))
                .then(printed.round(1).cast(pl.String))
                .otherwise(printed.round(2).cast(pl.String))
            )
        ).to_series()
        parts.append(
            draws[ordered].with_columns(
                draw=pl.Series(ordered),
                test=pl.lit(number),
                code=pl.Series(np.array(test.codes)[at]),
                name=pl.lit(test.name),
                unit=pl.Series(np.array(test.units)[at]),
                value=text,
            )
        )
    rows = pl.concat(parts).sort("draw", "test")
    return _with_oddities(rng, rows, first)


def _with_oddities(rng: np.random.Generator, rows: pl.DataFrame, first: int) -> pl.DataFrame:
    luck = rng.random(len(rows))
    odd = pl.Series(np.array(_ODD)[rng.integers(0, len(_ODD), len(rows))])
    rows = rows.with_columns(
        code_system=pl.when(pl.col("code") == "GLU").then(pl.lit("LAB")).otherwise(pl.lit("LOINC")),
        value=pl.when(pl.Series(luck < 0.004)).then(odd).otherwise("value"),
        unit=pl.when(pl.Series(luck > 0.998)).then(pl.lit("")).otherwise("unit"),
        resulted_at=pl.col("collected_at")
        + pl.duration(minutes=pl.lit(pl.Series(rng.integers(20, 300, len(rows))))),
        status=pl.lit("final"),
        result_id=pl.format("R{}-{}", pl.lit(first // DRAWS_PER_CHUNK), pl.int_range(pl.len())),
        rank=pl.int_range(pl.len()),
    )
    again = rows.filter(pl.Series((luck > 0.01) & (luck < 0.013)))
    corrected = rows.filter(pl.Series((luck > 0.02) & (luck < 0.022))).with_columns(
        status=pl.lit("corrected"),
        value=pl.lit("13.1"),
        resulted_at=pl.col("resulted_at") + pl.duration(hours=5),
    )
    columns = (
        "patient_id specimen_id collected_at resulted_at code_system code name value unit status site result_id"
    ).split()
    return pl.concat([rows, again, corrected]).sort("rank", maintain_order=True).select(columns)


def _days(rng: np.random.Generator, count: int, first: str, days: int) -> pl.Series:
    moments = np.datetime64(first) + rng.integers(0, days, count).astype("timedelta64[D]")
    return pl.Series(moments)


def _patients(rng: np.random.Generator, patients: int) -> pl.DataFrame:
    death = _days(rng, patients, "2023-01-01", 365)
    return pl.DataFrame(
        {
            "patient_id": _name(np.arange(patients)),
            "sex": pl.Series(np.array(["female", "male"])[rng.integers(0, 2, patients)]),
            "birth_date": _days(rng, patients, "1930-01-01", 80 * 365),
            "death_date": pl.select(pl.when(pl.Series(rng.random(patients) < 0.03)).then(death)).to_series(),
            "stratum_insurance": pl.Series(np.array(["public", "private"])[rng.integers(0, 2, patients)]),
        }
    )


def _events(rng: np.random.Generator, patients: int) -> pl.DataFrame:
    """Some eight events a patient: diagnoses, drugs, encounters, a few transfusions."""

    def some(kind: str, system: str, codes: tuple[str, ...], each: float) -> pl.DataFrame:
        count = int(patients * each)
        return pl.DataFrame(
            {
                "patient_id": _name(rng.integers(0, patients, count)),
                "kind": pl.repeat(kind, count, eager=True),
                "code_system": pl.repeat(system, count, eager=True),
                "code": pl.Series(np.array(codes)[rng.integers(0, len(codes), count)]),
                "start_date": _days(rng, count, "2019-01-01", 1_800),
            }
        )

    parts = [
        some("diagnosis", "ICD-10-CM", _DIAGNOSES, 3),
        some("medication", "ATC", _DRUGS, 2),
        some("encounter", "SPECIALTY", ("hematology", "gastroenterology", "internal medicine"), 3),
        some("procedure", "CPT", ("36430", "45378", "43235"), 0.3),
    ]
    return pl.concat(parts).sort("start_date", "patient_id")


def _coverage(patients: int) -> pl.DataFrame:
    everyone = pl.DataFrame({"patient_id": _name(np.arange(patients))})
    domains = pl.DataFrame({"domain": ["lab", "diagnosis", "medication", "procedure", "encounter"]})
    return everyone.join(domains, how="cross").with_columns(
        observed_from=pl.lit("2018-01-01"), observed_to=pl.lit("2024-06-30")
    )


if __name__ == "__main__":
    make(Path(sys.argv[1]), int(sys.argv[2]))
