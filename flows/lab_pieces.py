"""The staged laboratory rows of one bucket of patients after another, normalized part by part on several cores.

Polars works on one core through most of a normalization, so parts of a bucket are normalized beside each other. A
part is the unit of memory here: whole patients, a fraction of a bucket.
"""

from __future__ import annotations

import os
import threading
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, fields
from datetime import datetime
from pathlib import Path

import polars as pl

from flows.staging import Staged
from schemas.checks import split, validate
from schemas.extract_checks import LAB_CHECKS, STAGED
from schemas.tables import LAB_RESULT, QUALITY_FLAG, QUARANTINE, REPORTED_COUNT, empty, shaped
from transforms.code_map import CodeMap
from transforms.observed import CONTACT_SCHEMA, lab_contacts
from transforms.results import normalize_results

WORKERS = min(4, os.cpu_count() or 1)
_contracts = threading.Lock()  # Pandera keeps its settings in one place for all threads


@dataclass(frozen=True)
class LabPiece:
    """What became of the rows of a bucket: the four large tables, and counts.

    fates: source_file, fate, rows. unmapped: as in transforms.results. contacts: as in transforms.observed, without
    rows where nobody asked.
    """

    results: pl.DataFrame
    reported: pl.DataFrame
    flags: pl.DataFrame
    quarantine: pl.DataFrame
    fates: pl.DataFrame
    unmapped: pl.DataFrame
    contacts: pl.DataFrame


@dataclass(frozen=True)
class Load:
    """What every part needs to know. want_contacts: whether the contacts of patients are asked for."""

    timezone: str
    loaded_at: datetime
    want_contacts: bool
    code_map: CodeMap


def normalized(staged: Staged, load: Load) -> Iterator[tuple[int, LabPiece | None]]:
    """Number and piece of every bucket, in order; None for a bucket without rows. Staged files go as they are read.

    The next bucket is worked on while the caller has one. Raises ContractError.
    """
    with ThreadPoolExecutor(WORKERS) as workers:
        ahead: deque[tuple[int, list[Future[LabPiece]]]] = deque()
        for number in range(staged.buckets):
            ahead.append(
                (number, [workers.submit(_part, path, load) for path in staged.pieces.get(number, ())])
            )
            if len(ahead) > 1:
                yield _done(*ahead.popleft())
        while ahead:
            yield _done(*ahead.popleft())


def _done(number: int, parts: Sequence[Future[LabPiece]]) -> tuple[int, LabPiece | None]:
    done = [part.result() for part in parts]
    if not done:
        return number, None
    return number, LabPiece(
        *(pl.concat([getattr(part, field.name) for part in done]) for field in fields(LabPiece))
    )


def _part(path: Path, load: Load) -> LabPiece:
    texts, rejected = split(pl.read_parquet(path), LAB_CHECKS)
    path.unlink()
    with _contracts:
        validate(texts, STAGED["lab_results"])
    normal = normalize_results(
        texts, timezone=load.timezone, loaded_at=load.loaded_at, code_map=load.code_map
    )
    unreadable = rejected.group_by("source_file").agg(
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
        contacts=lab_contacts(texts, normal.results, normal.reported)
        if load.want_contacts
        else empty(CONTACT_SCHEMA),
    )
