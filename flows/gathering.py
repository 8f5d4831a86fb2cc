"""What a bucket of patients is judged by: where its normalized tables lie, and their rows, gathered by SQL."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import polars as pl

from flows.duck import opened
from flows.generations import current
from flows.sql import statement
from flows.staging import MOST_BUCKETS, divided

DRAWS_GATHERED = 45_000  # about as many in a place, of patients whose results are not derived again


@dataclass(frozen=True)
class Bucket:
    """The frames of one bucket of patients. unseen: patient_id and day of what lies after the night."""

    results: pl.DataFrame
    reported: pl.DataFrame
    patients: pl.DataFrame
    events: pl.DataFrame
    coverage: pl.DataFrame
    unseen: pl.DataFrame
    out_of_place: pl.DataFrame


@dataclass(frozen=True)
class Place:
    """Where the normalized tables of some patients lie: FOLDER/TABLE/PIECE.parquet."""

    folder: Path
    piece: str

    def path(self, table: str) -> str:
        """The Parquet file of one of the tables."""
        return str(self.folder / table / f"{self.piece}.parquet")


def places_wanted(earlier: Path, patients: pl.Series, workers: int) -> int:
    """How many places to gather patients in, so that what is judged at the same time fits into memory.

    earlier: tables of the night that judged them last. workers: places judged at the same time; several places are as
    many for each worker, so that the last one is not judged alone.
    """
    totals = current(earlier, "patient_total", patients)
    draws = 0 if totals is None else int(totals.select(pl.col("draws").sum()).collect().item())
    wanted = -(-max(draws, len(patients)) // DRAWS_GATHERED)
    return wanted if wanted <= 1 else min(-(-wanted // workers) * workers, MOST_BUCKETS)


def gathered(tables: Path, patients: pl.Series, scratch: Path, number: int) -> list[Place]:
    """The tables of patients who have no piece of their own, gathered from those of earlier nights in so many places.

    What the home holds is read once, however many the patients are.
    """
    for table in _READ if number else ():
        rows = current(tables, table, patients)
        if rows is not None:
            divided(rows.select(_OF_RESULTS) if table == "lab_result" else rows, number, scratch / table)
    return [Place(scratch, str(place)) for place in range(number)]


_OF_RESULTS = (  # what sql/evidence and transforms.site_drift read: reading no more saves a quarter of the time
    "patient_id",
    "specimen_id",
    "collected_at",
    "resulted_at",
    "analyte",
    "value_low",
    "value_high",
    "source_value",
    "source_unit",
    "code",
    "status",
    "site",
    "method",
    "flags",
    "superseded_at",
    "source_file",
    "source_line",
)
_READ = {
    "lab_result": "results",
    "reported_count": "reported",
    "lab_patient": "patients",
    "lab_clinical_event": "events",
    "lab_coverage": "coverage",
}
_ASKS = {
    "results": ("results", "seen_until"),
    "reported": ("reported", "seen_until"),
    "patients": ("patients", "results", "reported", "seen_until"),
    "events": ("events", "results", "reported", "seen_until"),
    "coverage": ("coverage", "results", "reported"),
    "unseen": ("results", "reported", "events", "patients", "seen_until"),
    "out_of_place": ("results", "patients", "seen_until"),
}


def read_bucket(place: Place, as_of: date, memory_limit: str) -> Bucket:
    """The frames of a bucket, read by SQL from the pieces of its patients."""
    parameters: dict[str, object] = {name: place.path(table) for table, name in _READ.items()}
    parameters["seen_until"] = datetime.combine(as_of + timedelta(days=1), time())
    config: dict[str, Any] = {"memory_limit": memory_limit, "preserve_insertion_order": False}
    with opened(**config) as connection:
        frames = {
            # A relation with parameters (`sql(..., params=)`) is 25 times slower to fetch from.
            name: connection.execute(
                statement(f"evidence/{name}"), {parameter: parameters[parameter] for parameter in asked}
            ).pl()
            for name, asked in _ASKS.items()
        }
    return Bucket(**frames)
