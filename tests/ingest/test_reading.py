"""Files of an extract: what is found, and that every row keeps its text and its physical line."""

from __future__ import annotations

import gzip
from datetime import datetime
from pathlib import Path

import polars as pl
import pytest

from flows import reading
from flows.errors import ExtractError
from flows.reading import find_files

HEADER = b"patient_id,collected_at,code,value\n"


def rows(file: reading.ReadFile) -> list[tuple]:
    # all columns are read, as staging reads them: Polars notices no long line in columns it leaves out
    return file.texts.collect().select("patient_id", "value", "source_line").rows()


def ragged(file: reading.ReadFile) -> list[tuple]:
    return file.ragged.select("received", "source_line").rows()


def test_finds_tables_by_name_and_names_the_rest(extract: Path) -> None:
    for name in (
        "lab_results_2.csv",
        "lab_results.csv.gz",
        "lab_results.parquet",
        "patients.csv",
        "PATIENTS_2.CSV",
        "lab_results.xlsx",
        "notes.txt",
        "patient_merges.csv",
    ):
        (extract / name).touch()
    found = find_files(extract)
    assert [p.name for p in found.tables["lab_results"]] == [
        "lab_results.csv.gz",
        "lab_results.parquet",
        "lab_results_2.csv",
    ]
    assert [p.name for p in found.tables["patients"]] == ["PATIENTS_2.CSV", "patients.csv"]
    assert [p.name for p in found.tables["patient_merges"]] == ["patient_merges.csv"]
    assert found.unknown == ("lab_results.xlsx", "notes.txt")


@pytest.mark.parametrize("careful", [True, False])
@pytest.mark.parametrize(
    ("body", "expected", "broken"),
    [
        pytest.param(b"a,t,c,1\nb,t,c,2\n", [("a", "1", 2), ("b", "2", 3)], [], id="plain"),
        pytest.param(b"a,t,c,1\nb,t,c,2", [("a", "1", 2), ("b", "2", 3)], [], id="no line end at the end"),
        pytest.param(b"a,t,c,1\r\nb,t,c,2\r\n", [("a", "1", 2), ("b", "2", 3)], [], id="crlf"),
        pytest.param(
            b'a,t,c,"1"\r\nb,t,c,\r\n', [("a", "1", 2), ("b", None, 3)], [], id="crlf quoted, empty"
        ),
        pytest.param(
            b'a,t,c,""\nb,t,"",2\n', [("a", None, 2), ("b", "2", 3)], [], id="quoted empties are null"
        ),
        pytest.param(b'a,t,"c,d",1\nb,t,c,2\n', [("a", "1", 2), ("b", "2", 3)], [], id="comma in quotes"),
        pytest.param(
            b'a,t,"x\ny\n",1\nb,t,c,2\n', [("a", "1", 2), ("b", "2", 5)], [], id="line ends in quotes"
        ),
        pytest.param(
            b'a,t,"x\n","y\nz"\nb,t,c,2\n', [("a", "y\nz", 2), ("b", "2", 5)], [], id="closed and opened"
        ),
        pytest.param(
            b'a,t,"x ""q"" y",1\nb,t,c,2\n', [("a", "1", 2), ("b", "2", 3)], [], id="doubled quotes"
        ),
        pytest.param(b'a,t,5" tube,1\nb,t,c,2\n', [("a", "1", 2), ("b", "2", 3)], [], id="inch mark"),
        pytest.param(b'a,t,5" x,1\nb,t,5" y,2\n', [("a", "1", 2), ("b", "2", 3)], [], id="two inch marks"),
        pytest.param(b"\na,t,c,1\n\n\nb,t,c,2\n\n", [("a", "1", 3), ("b", "2", 6)], [], id="blank lines"),
        pytest.param(b"a,t,c\nb,t,c,2\n", [("b", "2", 3)], [("a,t,c", 2)], id="short line"),
        pytest.param(b"a,t,c,1,9\nb,t,c,2\n", [("b", "2", 3)], [("a,t,c,1,9", 2)], id="long line"),
        pytest.param(
            b"a,t,c,1,9\nx,t,c\nb,t,c,2\n",
            [("b", "2", 4)],
            [("a,t,c,1,9", 2), ("x,t,c", 3)],
            id="long beside short",
        ),
        pytest.param(
            b'a,t,"c,1\nb,t,c,2\nd,t,c,3\n',
            [("b", "2", 3), ("d", "3", 4)],
            [('a,t,"c,1', 2)],
            id="open to the end",
        ),
        pytest.param(
            b'a,t,"c,1\nb,t,"c",2\nd,t,c,3\n',
            [("b", "2", 3), ("d", "3", 4)],
            [('a,t,"c,1', 2)],
            id="open into a quoted line",
        ),
        pytest.param(b'a,t,"c"d,1\nb,t,c,2\n', [("b", "2", 3)], [('a,t,"c"d,1', 2)], id="text after a quote"),
        pytest.param(
            b'a,t,"c,d"\nb,t,c,2\n',
            [("b", "2", 3)],
            [('a,t,"c,d"', 2)],
            id="comma in quotes hides a short line",
        ),
        pytest.param(b"a,t,c\rd,1\nb,t,c,2\n", [("a", "1", 2), ("b", "2", 3)], [], id="bare carriage return"),
        pytest.param("ä,t,c,µ\n".encode(), [("ä", "µ", 2)], [], id="utf-8"),
    ],
)
def test_lines_and_texts(
    extract: Path, read, body: bytes, expected: list, broken: list, careful: bool
) -> None:
    (extract / "lab_results.csv").write_bytes(HEADER + body)
    try:
        (file,) = read(careful=careful)
        found = rows(file)
    except pl.exceptions.PolarsError:  # allowed only where the caller then registers carefully
        assert not careful
        return
    assert found == expected
    assert ragged(file) == broken
    assert file.rows == len(expected) + len(broken)


def test_a_column_left_out_does_not_hide_a_long_line(extract: Path, read) -> None:
    (extract / "lab_results.csv").write_bytes(
        b"patient_id,collected_at,code,value,extra\na,t,c,1,e,TOO MUCH\nx,t,c,1\nb,t,c,2,e\n"
    )
    (file,) = read(careful=False)
    assert rows(file) == [("b", "2", 4)]
    assert file.ragged.height == 2
    assert file.ignored_columns == ("extra",)


@pytest.mark.parametrize("bom", [b"\xef\xbb\xbf", b"\xef\xbb\xbf" * 2, b""])
def test_header_case_blanks_quotes_and_bom(extract: Path, read, bom: bytes) -> None:
    (extract / "lab_results.csv").write_bytes(bom + b'"PATIENT_ID", Collected_At ,code,value\na,t,c,1\n')
    (file,) = read()
    assert rows(file) == [("a", "1", 2)]


def test_absent_optional_columns_are_null(extract: Path, read) -> None:
    (extract / "lab_results.csv").write_bytes(HEADER + b"a,t,c,1\n")
    (file,) = read()
    frame = file.texts.collect()
    assert frame["unit"].to_list() == [None]
    assert frame["source_file"].to_list() == ["lab_results.csv"]


def test_gzip_reads_the_same_and_registers_the_packed_bytes(extract: Path, read) -> None:
    body = HEADER + b'a,t,"x\ny",1\nb,t,c,2\n'
    packed = gzip.compress(body[:40]) + gzip.compress(body[40:])  # two members, as `cat a.gz b.gz` makes
    (extract / "lab_results.csv.gz").write_bytes(packed)
    (file,) = read()
    assert rows(file) == [("a", "1", 2), ("b", "2", 4)]
    assert file.info.bytes == len(packed)
    assert file.info.sha256 == __import__("hashlib").sha256(packed).hexdigest()


def test_the_case_of_a_name_does_not_matter(extract: Path, read) -> None:
    body = HEADER + b'a,t,"x,y",1\n'
    (extract / "LAB_RESULTS.CSV").write_bytes(body)
    (extract / "Lab_Results_2.Csv.GZ").write_bytes(gzip.compress(body))
    columns = dict(zip(HEADER.decode().strip().split(","), "atx1", strict=True))
    pl.DataFrame([columns]).write_parquet(extract / "LAB_RESULTS.PARQUET")
    assert [(file.info.name, file.texts.collect()["value"].to_list()) for file in read()] == [
        ("LAB_RESULTS.CSV", ["1"]),
        ("LAB_RESULTS.PARQUET", ["1"]),
        ("Lab_Results_2.Csv.GZ", ["1"]),
    ]


def test_pieces_of_the_byte_pass_do_not_matter(extract: Path, read, monkeypatch: pytest.MonkeyPatch) -> None:
    (extract / "lab_results.csv").write_bytes(HEADER + 'ä,t,"",1\n'.encode() * 50)
    (whole,) = read()
    for size in (1, 7, 64):
        monkeypatch.setattr("flows.file_probe.CHUNK", size)
        (file,) = read()
        assert file.info == whole.info


def test_parquet_values_become_the_texts_of_a_csv(extract: Path, read) -> None:
    pl.DataFrame(
        {
            "patient_id": [7.0, None],
            "collected_at": [datetime(2024, 1, 2, 3, 4), datetime(2024, 1, 2, 3, 4, 5, 250_000)],
            "code": [718, 4544],
            "value": [12.5, float("nan")],
            "unit": ["", "g/L"],
            "other": [1, 2],
        }
    ).write_parquet(extract / "lab_results.parquet")
    (file,) = read()
    frame = file.texts.collect()
    assert frame["patient_id"].to_list() == ["7", None]
    assert frame["collected_at"].to_list() == ["2024-01-02 03:04:00", "2024-01-02 03:04:05.250"]
    assert frame["code"].to_list() == ["718", "4544"]
    assert frame["value"].to_list() == ["12.5", None]
    assert frame["unit"].to_list() == [None, "g/L"]
    assert frame["source_line"].to_list() == [1, 2]
    assert file.ignored_columns == ("other",)


def test_names_of_parquet_columns_are_read_like_those_of_a_csv(extract: Path, read) -> None:
    columns = {"Patient_ID ": ["a"], " collected_at": ["t"], "code": ["c"], "Value ": ["1"]}
    for foreign in ("__row", "source_line", "row_index"):  # what the file calls a column that is not read
        pl.DataFrame({**columns, foreign: [5]}).write_parquet(extract / "lab_results.parquet")
        (file,) = read()
        assert file.texts.select("patient_id", "value", "source_line").collect().row(0) == ("a", "1", 1)
        assert file.ignored_columns == (foreign,)
    pl.DataFrame({**columns, "value": ["2"]}).write_parquet(extract / "lab_results.parquet")
    with pytest.raises(ExtractError, match=r"parquet: the column name value occurs more than once"):
        read()


def test_adapter_rows_keep_their_source(extract: Path, read) -> None:
    pl.DataFrame(
        {
            "patient_id": ["a"],
            "collected_at": ["t"],
            "code": ["c"],
            "value": ["1"],
            "source_file": ["raw.csv"],
            "source_line": [77],
        }
    ).write_parquet(extract / "lab_results.parquet")
    (file,) = read(adapted=True)
    assert file.adapted
    assert file.texts.select("source_file", "source_line").collect().rows() == [("raw.csv", 77)]


def test_times_that_no_text_can_say_and_decimal_identifiers(extract: Path, read) -> None:
    """Infinity of Postgres and DuckDB is a day of the year 5881580; NUMBER of Oracle comes as a decimal."""
    infinite = pl.Series([2**31 - 2, 0, None], dtype=pl.Int32).cast(pl.Date)
    stamps = pl.Series([2**63 - 1, 0, None])
    pl.DataFrame(
        {
            "patient_id": pl.Series(["7", "8.5", None]).cast(pl.Decimal(38, 10)),
            "collected_at": infinite,
            "resulted_at": stamps.cast(pl.Datetime("us", "America/New_York")),
            "code": pl.Series([1, 2, 3], dtype=pl.Int128),
            "value": pl.Series(["7", "8.5", None]).cast(pl.Decimal(38, 2)),
        }
    ).write_parquet(extract / "lab_results.parquet")
    (file,) = read()
    frame = file.texts.collect()
    assert file.rows == 3
    assert frame["patient_id"].to_list() == ["7", "8.5000000000", None]
    assert frame["collected_at"].to_list() == ["2147483646", "1970-01-01", None]
    assert frame["resulted_at"].to_list() == ["9223372036854775807", "1969-12-31 19:00:00-05:00", None]
    assert frame["code"].to_list() == ["1", "2", "3"]
    assert frame["value"].to_list() == ["7.00", "8.50", None]


def test_an_end_that_is_far_away_stays_a_date(extract: Path, read) -> None:
    far = datetime(9999, 12, 31, 23, 59, 59)
    columns = {"patient_id": ["a"], "code": ["c"], "value": ["1"]}
    pl.DataFrame({**columns, "collected_at": [far.date()], "resulted_at": [far]}).write_parquet(
        extract / "lab_results.parquet"
    )
    (file,) = read()
    assert file.texts.select("collected_at", "resulted_at").collect().row(0) == (
        "9999-12-31",
        "9999-12-31 23:59:59",
    )
