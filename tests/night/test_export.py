"""A night as one portable file, and its report as a copy."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb
import pytest

from flows.commands import copy_report
from flows.errors import UsageError
from flows.export import export_night
from flows.home import Home


def test_portable_file_needs_no_other(night: Path, home: Home, tmp_path: Path) -> None:
    file = tmp_path / "portable.duckdb"
    file.touch()  # as mktemp leaves it
    export_night(home.root, file)
    written = file.stat().st_ino
    export_night(home.root, file)
    assert file.stat().st_ino != written
    with duckdb.connect(str(night / "hemacohort.duckdb"), read_only=True) as con:
        names = [
            f"{a}.{b}"
            for a, b in con.execute(
                "SELECT DISTINCT schema_name, table_name FROM duckdb_columns() WHERE NOT internal"
            ).fetchall()
        ]
        expected = {name: con.execute(f"SELECT count(*) FROM {name}").fetchone() for name in names}
    home.root.rename(tmp_path / "away")
    with duckdb.connect(str(file), read_only=True) as con:
        assert {name: con.execute(f"SELECT count(*) FROM {name}").fetchone() for name in names} == expected
    assert [path.name for path in tmp_path.iterdir() if "portable" in path.name] == ["portable.duckdb"]


def test_only_an_earlier_export_is_replaced(night: Path, home: Home, tmp_path: Path) -> None:
    notes, analyses = tmp_path / "notes.txt", tmp_path / "analyses.duckdb"
    notes.write_text("months of work")
    with duckdb.connect(str(analyses)) as con:
        con.execute("CREATE TABLE mine AS SELECT 1 AS run_id")
    for file in (notes, analyses):
        before = file.read_bytes()
        with pytest.raises(UsageError, match="exists and is no earlier export"):
            export_night(home.root, file)
        assert file.read_bytes() == before


def test_a_night_of_an_older_version_is_not_exported_but_its_report_is_there(
    night: Path, home: Home, tmp_path: Path
) -> None:
    """An upgrade may bring tables that the last night does not have."""
    shutil.rmtree(night / "tables" / "flag")
    with pytest.raises(UsageError, match="run one more night"):
        export_night(home.root, tmp_path / "x.duckdb")
    with pytest.raises(UsageError, match="cannot be written"):
        export_night(home.root, Path("/proc/x.duckdb"))
    assert not [path for path in tmp_path.iterdir() if "duckdb" in path.name]
    copy_report(night, tmp_path / "page")
    assert (tmp_path / "page" / "index.html").read_bytes() == (night / "report" / "index.html").read_bytes()
    with pytest.raises(UsageError, match="cannot be written"):
        copy_report(night, Path("/proc/page"))


def test_portable_file_is_not_written_into_the_home_or_nowhere(
    night: Path, home: Home, tmp_path: Path
) -> None:
    for target in (night / "x.duckdb", home.root / "x.duckdb", tmp_path / "none" / "x.duckdb", tmp_path):
        with pytest.raises(UsageError):
            export_night(home.root, target)
