"""A CSV file read exactly: every record with the line it begins on, and the lines that are no rows as they stand.

Slower than Polars' scanner, and used where that cannot be believed (flows.reading).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import polars as pl

from flows.csv_lines import CHUNK_ROWS, Record, records
from schemas.extract import RAGGED_LINE

RAGGED_SCHEMA = {"received": pl.String, "source_file": pl.String, "source_line": pl.Int64}


def read_exactly(
    path: Path, names: list[str], scratch: Path, separator: str = ","
) -> tuple[int, pl.LazyFrame, pl.DataFrame]:
    """Rows, texts and ragged lines from the exact reader; Parquet pieces in scratch keep the memory bounded."""
    scratch.mkdir(parents=True, exist_ok=True)
    schema = {**dict.fromkeys(names, pl.String), "source_line": pl.Int64}
    ragged: list[pl.DataFrame] = []
    pieces: list[Path] = []
    rows = 0
    for chunk in _chunks(records(path, len(names), separator)):
        whole = [record for record in chunk if record.ragged is None]
        rows += len(chunk)
        columns = [*zip(*(record.fields for record in whole), strict=True)] or [()] * len(names)
        frame = pl.DataFrame([*columns, [record.line for record in whole]], schema=schema, orient="col")
        pieces.append(scratch / f"{len(pieces):05d}.parquet")
        frame.with_columns(pl.col(names).replace("", None)).write_parquet(pieces[-1], compression="lz4")
        ragged.append(
            pl.DataFrame(
                [(record.ragged, path.name, record.line) for record in chunk if record.ragged is not None],
                schema=RAGGED_SCHEMA,
                orient="row",
            )
        )
    texts = pl.scan_parquet(pieces, glob=False) if pieces else pl.LazyFrame(schema=schema)
    return rows, texts, pl.concat([pl.DataFrame(schema=RAGGED_SCHEMA), *ragged])


def _chunks(stream: Iterator[Record]) -> Iterator[list[Record]]:
    while chunk := list(islice(stream, CHUNK_ROWS)):
        yield chunk


def ragged_quarantine(table: str, ragged: pl.DataFrame) -> pl.DataFrame:
    """Ragged lines as quarantine rows: table_name, received (JSON of the line), reasons, source_file, source_line.

    ragged: received (the line as it stands), source_file and source_line, of the files of one table.
    """
    return ragged.select(
        table_name=pl.lit(table),
        received=pl.col("received").map_elements(json.dumps, return_dtype=pl.String),
        reasons=pl.lit([RAGGED_LINE], pl.List(pl.String)),
        source_file="source_file",
        source_line="source_line",
    )
