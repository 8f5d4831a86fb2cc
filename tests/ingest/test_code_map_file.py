"""The code map as a person's file: what is understood, what is refused with file and line, what is recorded."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from flows.cli import main
from flows.code_map import NO_CODE_MAP, read_code_map, read_rows, write_code_map
from flows.errors import UsageError
from flows.inert_cells import inert_cell, plain_cell
from flows.ingest import IngestCounts

HEAD = "code_system,code,unit,analyte"


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Write lines as the code map of a home; returns the home."""

    def run(*lines: str, end: str = "\n", encoding: str = "utf-8", name: str = "code_map.csv") -> Path:
        (tmp_path / name).write_bytes("".join(f"{text}{end}" for text in lines).encode(encoding))
        return tmp_path

    return run


def test_no_file_is_an_empty_map(tmp_path: Path) -> None:
    assert read_code_map(tmp_path, None) == NO_CODE_MAP
    assert NO_CODE_MAP.record() is None


def test_file_that_the_setting_names_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"other\.csv cannot be read"):
        read_code_map(tmp_path, Path("other.csv"))


def test_setting_names_a_file_relative_to_the_home(write: Callable[..., Path]) -> None:
    home = write(HEAD, "LAB,HGB,,hb", name="other.csv")
    assert read_code_map(home, Path("other.csv")).map.lines[0].analyte == "hb"


@pytest.mark.parametrize(
    ("end", "encoding", "mark"),
    [("\n", "utf-8", ","), ("\r\n", "utf-8-sig", ";"), ("\n", "utf-8", "\t")],
)
def test_spreadsheets_may_write_it(write: Callable[..., Path], end: str, encoding: str, mark: str) -> None:
    texts = (" Code_System ,code,NAME,analyte", 'LAB, 007 ,"Hb, spun",718-7', ",,,", "LAB,8,µ,hb")
    home = write(
        *(text.replace(",", mark).replace(f"Hb{mark}", "Hb,") for text in texts), end=end, encoding=encoding
    )
    first, second = read_code_map(home, None).map.lines
    assert (first.line, first.code, first.name, first.analyte) == (2, "007", "Hb, spun", "hb")
    assert (second.line, second.name) == (4, "µ")


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        ((), "is empty"),
        ((HEAD + ",analite", "LAB,HGB,,hb,"), "line 1: the column 'analite' is not one of accept"),
        (("code_system,code", "LAB,HGB"), "line 1: the column analyte is missing"),
        ((HEAD + ",code", "LAB,HGB,,hb,"), "line 1: the column code stands twice"),
        ((HEAD, "LAB,HGB,,hb,more"), "line 2: 5 fields under 4 columns"),
        ((HEAD, "LAB,HGB,,hb", "", "LAB,HGB"), "line 4: 2 fields under 4 columns"),
        ((HEAD, 'LAB,"HGB,,hb'), "line 2: a quote is opened and never closed."),
        (
            (f"{HEAD}\rLAB,HGB,,hb",),
            "line 1: lines end in carriage returns alone, and line feeds are needed.",
        ),
        ((HEAD, "LAB,HGB,,hemoglobine"), "line 2: 'hemoglobine' is not an analyte"),
        ((HEAD, "LAB,HGB,,hb", "lab, HGB,,hct"), "line 3: the line contradicts line 2"),
        (("accept," + HEAD, "yes,LAB,A,,hb", ",LAB,B,,hb"), "line 3: accept is ''; it must say yes or no"),
    ],
)
def test_what_is_wrong_is_reported_with_file_and_line(
    write: Callable[..., Path], lines: tuple[str, ...], says: str
) -> None:
    with pytest.raises(UsageError) as raised:
        read_code_map(write(*lines), None)
    assert str(raised.value).startswith("code_map.csv")
    assert says in str(raised.value)


def test_file_that_is_no_utf8_is_refused(write: Callable[..., Path]) -> None:
    with pytest.raises(UsageError, match="UTF-8"):
        read_code_map(write(HEAD, "LAB,Hä,,hb", encoding="latin-1"), None)


def test_line_breaks_inside_cells_do_not_shift_the_lines(write: Callable[..., Path]) -> None:
    home = write(HEAD + ",note", 'LAB,HGB,,hb,"two\nlines"', "LAB,X,,sodium,")
    with pytest.raises(UsageError, match="line 4: 'sodium'"):
        read_code_map(home, None)


def test_lines_without_accept_are_in_force_and_refused_ones_are_not(write: Callable[..., Path]) -> None:
    assert read_code_map(write(HEAD, "LAB,HGB,,hb"), None).map.lines[0].accepted
    lines = read_code_map(write("accept," + HEAD, "No,LAB,HGB,,hb", "YES,LAB,FER,,ferritin"), None).map.lines
    assert [line.accepted for line in lines] == [False, True]


@pytest.mark.parametrize("text", ["=1+1", "+A", "-", "@x", "'=x", "＝x", "'", "HGB", "", "a=b"])
def test_cells_never_start_a_formula_and_come_back_as_they_were(text: str) -> None:
    assert not inert_cell(text).startswith(("=", "+", "-", "@", "＝"))
    assert plain_cell(inert_cell(text)) == text


def test_what_is_written_reads_back(write: Callable[..., Path], tmp_path: Path) -> None:
    home = write("accept," + HEAD + ",note", 'yes,LAB,=HGB,g/dL,hb,"a, b"', "no,,X,,iron,")
    before = read_code_map(home, None)
    write_code_map(tmp_path / "again.csv", before.map.lines)
    assert read_code_map(tmp_path, Path("again.csv")).map == before.map
    assert "'=HGB" in (tmp_path / "again.csv").read_text()
    assert (tmp_path / "again.csv").stat().st_mode & 0o077 == 0
    assert [path.name for path in tmp_path.glob(".*")] == []
    assert [number for number, _ in read_rows(tmp_path / "again.csv")] == [2, 3]


def test_a_run_with_a_wrong_map_ends_before_it_begins(
    write: Callable[..., Path], capsys: pytest.CaptureFixture[str]
) -> None:
    home = write(HEAD, "LAB,HGB,,nothing")
    with pytest.raises(SystemExit) as ended:
        main(["run", "--home", str(home), "--extract", str(home / "no such"), "--direct"])
    assert ended.value.code == 2
    assert "code_map.csv, line 2: 'nothing' is not an analyte" in capsys.readouterr().err
    assert not (home / "published").exists()


def test_map_decides_what_is_accepted_and_is_recorded(
    write: Callable[..., Path],
    labs: Callable[..., Path],
    extract: Path,
    load: Callable[..., IngestCounts],
    table: Callable[[str], pl.DataFrame],
) -> None:
    labs("A,2026-01-01 08:00,LAB,HGB,9,g/dL,S,", "A,2026-01-01 08:00,LAB,XYZ,9,g/dL,S,")
    assert load().ignored == 2
    assert table("code_map").is_empty()
    code_map = read_code_map(write("accept," + HEAD, "yes,LAB,HGB,,hb", "no,LAB,XYZ,,iron"), None)
    counts = load(code_map=code_map)
    assert (counts.accepted, counts.ignored) == (1, 1)
    assert table("lab_result")["analyte"].to_list() == ["hb"]
    assert table("code_map").select("line", "code", "analyte", "accepted").rows() == [
        (2, "HGB", "hb", True),
        (3, "XYZ", "iron", False),
    ]
    content = (extract.parent / "code_map.csv").read_bytes()
    assert code_map.record() == {
        "file": "code_map.csv",
        "bytes": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
        "lines": 1,
    }
