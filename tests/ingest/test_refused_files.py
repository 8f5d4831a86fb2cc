"""Files that cannot be read end in one clear sentence."""

from __future__ import annotations

import gzip
from pathlib import Path

import duckdb
import polars as pl
import pytest

from flows.errors import ExtractError
from flows.reading import find_files

HEADER = b"patient_id,collected_at,code,value\n"


BAD = {
    "empty folder": (None, None, "has no lab_results.* It is empty"),
    "other tables only": (
        "patients.csv",
        b"patient_id\na\n",
        r"has no lab_results.* It holds patients\.csv\.$",
    ),
    "zero bytes": ("lab_results.csv", b"", r"lab_results\.csv is empty \(0 bytes"),
    "blank first line": ("lab_results.csv", b"\n" + HEADER, "line 1: the first line is blank"),
    "column missing": (
        "lab_results.csv",
        b"patient_id,collected_at,value\n",
        r"lab_results\.csv, line 1: the required column code is missing; the columns found are patient_id, collected_at, value\.",
    ),
    "semicolons": (
        "lab_results.csv",
        HEADER.replace(b",", b";") + b"a;t;c;1\n",
        r"line 1: its only field does not name a column of lab_results;.* separated by semicolons",
    ),
    "tabs": ("lab_results.csv", HEADER.replace(b",", b"\t"), "separated by tabs"),
    "carriage returns alone": (
        "lab_results.csv",
        HEADER.replace(b"\n", b"\r") + b"a,t,c,1\r",
        "carriage returns",
    ),
    "columns twice": (
        "lab_results.csv",
        b"patient_id,collected_at,code,value,Code\n",
        "column name code occurs more than once",
    ),
    "latin-1": (
        "lab_results.csv",
        HEADER + b"a,t,c,1\nb,t,c,\xb5g\n",
        r"lab_results\.csv, line 3: not UTF-8.*Latin-1",
    ),
    "utf-16": ("lab_results.csv", HEADER.decode().encode("utf-16"), "line 1: not UTF-8.*UTF-16"),
    "utf-16 without mark": ("lab_results.csv", HEADER.decode().encode("utf-16-le"), "line 1.*UTF-16"),
    "binary": ("lab_results.csv", HEADER + b"a,t,c,1\n\x00\x00\x00\x00\x01", "line 3.*binary"),
    "excel": ("lab_results.csv", b"PK\x03\x04" + bytes(50), "Excel"),
    "gzip named csv": ("lab_results.csv", gzip.compress(HEADER), r"\.gz\)"),
    "not gzip": ("lab_results.csv.gz", HEADER, "is not a gzip file"),
    "truncated gzip": ("lab_results.csv.gz", gzip.compress(HEADER * 2000)[:-20], "truncated gzip"),
    "corrupt gzip": ("lab_results.csv.gz", gzip.compress(HEADER)[:-8] + b"\x01" * 8, "corrupt gzip"),
    "gzip of nothing": ("lab_results.csv.gz", gzip.compress(b""), "no header line"),
    "not parquet": ("lab_results.parquet", b"PAR1 but not really", "not a readable Parquet"),
    "empty parquet": ("lab_results.parquet", b"", r"is empty \(0 bytes\)"),
}


@pytest.mark.parametrize(("name", "content", "message"), BAD.values(), ids=BAD)
def test_bad_files_end_in_one_clear_sentence(
    extract: Path, load, name: str | None, content: bytes | None, message: str
) -> None:
    if name is not None and content is not None:
        (extract / name).write_bytes(content)
    with pytest.raises(ExtractError, match=message) as caught:
        load()
    assert caught.value.exit_code == 10
    assert "\n" not in str(caught.value)
    assert str(extract) not in str(caught.value)


def test_what_is_named_like_a_file_and_is_none_is_not_passed_over(extract: Path) -> None:
    (extract / "lab_results.csv").touch()
    (extract / "lab_results.parquet").mkdir()  # as Spark writes
    with pytest.raises(
        ExtractError, match=r"^lab_results\.parquet is a folder; the files of a table have to lie"
    ):
        find_files(extract)
    (extract / "lab_results.parquet").rmdir()
    (extract / "patients.csv").symlink_to("nowhere.csv")
    with pytest.raises(ExtractError, match=r"^patients\.csv is not a file, or is a link to nothing"):
        find_files(extract)


def test_a_parquet_file_has_no_lines(extract: Path, read) -> None:
    pl.DataFrame({"patient_id": ["a"], "code": ["c"], "value": ["1"]}).write_parquet(
        extract / "lab_results.parquet"
    )
    with pytest.raises(
        ExtractError, match=r"^lab_results\.parquet: the required column collected_at is missing"
    ):
        read()


def test_spans_of_time_are_refused(extract: Path, read) -> None:
    columns = {"patient_id": ["a"], "collected_at": ["t"], "code": ["c"], "value": ["1"]}
    frame = pl.DataFrame(columns).with_columns(resulted_at=pl.duration(hours=3))
    frame.write_parquet(extract / "lab_results.parquet")
    with pytest.raises(ExtractError, match="column resulted_at holds Duration"):
        read()


def test_a_parquet_type_that_is_not_known(extract: Path, read, capfd: pytest.CaptureFixture[str]) -> None:
    """An interval of DuckDB: Polars panics at the schema, and nobody has to read that."""
    path = extract / "lab_results.parquet"
    duckdb.sql(
        "copy (select 'a' as patient_id, 't' as collected_at, 'c' as code, interval 3 day as \"value\") "
        f"to '{path}' (format parquet)"
    )
    with pytest.raises(
        ExtractError, match=r"^lab_results\.parquet holds a column of a type that is not known"
    ):
        read()


def test_missing_folder(tmp_path: Path) -> None:
    with pytest.raises(ExtractError, match="'nowhere' does not exist"):
        find_files(tmp_path / "nowhere")


def test_nested_parquet_columns_are_refused(extract: Path, read) -> None:
    pl.DataFrame({"patient_id": ["a"], "collected_at": ["t"], "code": ["c"], "value": [[1]]}).write_parquet(
        extract / "lab_results.parquet"
    )
    with pytest.raises(ExtractError, match="column value holds List"):
        read()


def test_all_files_without_rows(extract: Path, load) -> None:
    (extract / "lab_results.csv").write_bytes(HEADER)
    (extract / "lab_results_2.csv").write_bytes(HEADER.rstrip())
    with pytest.raises(ExtractError, match="hold no rows"):
        load()
