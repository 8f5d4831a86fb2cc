"""Raw laboratory rows normalized: one bucket of patients after another, part by part on several cores.

Polars works on one core through most of a normalization, so parts of a bucket are normalized beside each other. A
part is the unit of memory here: whole patients, a fraction of a bucket.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, fields
from datetime import datetime

import polars as pl

from flows.tables import hold
from schemas.checks import split
from schemas.extract_checks import LAB_CHECKS, STAGED
from schemas.site_medians import WITHOUT_UNIT
from schemas.tables import LAB_RESULT, QUALITY_FLAG, QUARANTINE, REPORTED_COUNT, empty, shaped
from transforms.code_map import CodeMap
from transforms.derived_coverage import lab_contacts
from transforms.missing_units import READ, silent, without_unit
from transforms.results import normalize_results

WORKERS = min(4, os.cpu_count() or 1)


@dataclass(frozen=True)
class LabPiece:
    """What became of the rows of a bucket: the four large tables, and counts.

    fates: load, source_file, fate, rows. unmapped: as in transforms.results. contacts: as in transforms.derived_coverage.
    without_unit: as in transforms.missing_units.
    """

    results: pl.DataFrame
    reported: pl.DataFrame
    flags: pl.DataFrame
    quarantine: pl.DataFrame
    fates: pl.DataFrame
    unmapped: pl.DataFrame
    contacts: pl.DataFrame
    without_unit: pl.DataFrame


@dataclass(frozen=True)
class Reading:
    """How rows are read. loads: local time of each load by number. code_map: what the site's own codes stand for.
    units: which unit missing ones are (``transforms.missing_units``); None: none is inferred.
    """

    timezone: str
    loads: Mapping[int, datetime]
    code_map: CodeMap
    units: pl.DataFrame | None

    def without_unit(self, rows: pl.LazyFrame) -> pl.DataFrame:
        """Results that came without a unit they need (``schemas.site_medians.WITHOUT_UNIT``). rows: raw rows."""
        texts = silent(rows.select(pl.col("unit").unique()).collect(engine="streaming").to_series())
        if not texts:
            return empty(WITHOUT_UNIT)
        asked = rows.filter(pl.col("unit").is_in(texts, nulls_equal=True))
        read = [*READ, "source_patient_id"] if "source_patient_id" in rows.collect_schema() else READ
        return without_unit(
            asked.select(read).collect(engine="streaming"), timezone=self.timezone, code_map=self.code_map
        )


def normalized(parts: Sequence[Sequence[pl.LazyFrame]], reading: Reading) -> Iterator[tuple[int, LabPiece]]:
    """Number and piece of every bucket, in order. parts: raw rows of each bucket, every part with whole patients.

    The next bucket is worked on while the caller has one. Raises CheckError.
    """
    with ThreadPoolExecutor(WORKERS) as workers:
        ahead: deque[tuple[int, list[Future[LabPiece]]]] = deque()
        for number, bucket in enumerate(parts):
            ahead.append((number, [workers.submit(_part, part, reading) for part in bucket]))
            if len(ahead) > 1:
                yield _done(*ahead.popleft())
        while ahead:
            yield _done(*ahead.popleft())


def _done(number: int, parts: Sequence[Future[LabPiece]]) -> tuple[int, LabPiece]:
    done = [part.result() for part in parts]
    return number, LabPiece(
        *(pl.concat([getattr(part, field.name) for part in done]) for field in fields(LabPiece))
    )


def _part(rows: pl.LazyFrame, reading: Reading) -> LabPiece:
    received = rows.collect()
    texts, rejected = split(received, LAB_CHECKS)
    hold(texts.drop("load"), STAGED["lab_results"])
    normal = normalize_results(
        texts,
        timezone=reading.timezone,
        loads=reading.loads,
        code_map=reading.code_map,
        units=reading.units,
    )
    unreadable = rejected.group_by("load", "source_file").agg(
        fate=pl.lit("quarantined"), rows=pl.len().cast(pl.Int64)
    )
    set_aside = [normal.quarantine, rejected]
    return LabPiece(
        results=normal.results.select(*LAB_RESULT),
        reported=normal.reported.select(*REPORTED_COUNT),
        flags=shaped(normal.flags, QUALITY_FLAG),
        quarantine=pl.concat(
            [shaped(rows.with_columns(table_name=pl.lit("lab_results")), QUARANTINE) for rows in set_aside]
        ),
        fates=pl.concat([normal.fates, unreadable]),
        unmapped=normal.unmapped,
        contacts=lab_contacts(texts, normal.results, normal.reported),
        without_unit=reading.without_unit(received.lazy()),
    )
