"""``hemacohort sql``: everything but reading the night itself is refused with exit 2 and one sentence."""

from __future__ import annotations

import io
import json
from pathlib import Path

import duckdb
import polars as pl
import pytest
from populations import POPULATION, stub_stages

from flows.cli import main
from flows.errors import UsageError
from flows.home import Home
from flows.night import begin, run_night
from flows.query import _sandbox, ask, reading_statement

REFUSED = {
    "copy out of the home": "COPY (SELECT 1) TO '{outside}/x.csv'",
    "copy into the night": "COPY (SELECT 1) TO '{night}/x.csv'",
    "explained copy into the night": "EXPLAIN ANALYZE COPY (SELECT 1) TO '{night}/x.csv'",
    "commented explained copy": "/* a */ EXPLAIN /* b */ ANALYZE -- c\n COPY (SELECT 1) TO '{night}/x.csv'",
    "copy from": "COPY lab.patient FROM '{outside}/secret.txt'",
    "export database": "EXPORT DATABASE '{night}/x'",
    "import database": "IMPORT DATABASE '{outside}'",
    "attach": "ATTACH '{outside}/other.duckdb'",
    "attach in the night": "ATTACH '{night}/x.duckdb'",
    "detach": "DETACH hemacohort",
    "install": "INSTALL httpfs",
    "load": "LOAD httpfs",
    "password file": "SELECT * FROM read_csv('/etc/passwd')",
    "file outside": "SELECT * FROM read_text('{outside}/secret.txt')",
    "file outside, as bytes": "SELECT * FROM read_blob('{outside}/secret.txt')",
    "file outside, by going up": "SELECT * FROM read_text('{night}/../../format')",
    "file outside, by name alone": "SELECT * FROM '{outside}/secret.csv'",
    "parquet outside": "SELECT * FROM read_parquet('{outside}/*.parquet')",
    "night with a longer name": "SELECT * FROM read_text('{night}-2/secret.txt')",
    "listing the machine": "SELECT * FROM glob('/*')",
    "listing the home": "SELECT * FROM glob('{night}/../*')",
    "network": "SELECT * FROM read_csv('https://example.org/x.csv')",
    "network, by name alone": "SELECT * FROM 'https://example.org/x.parquet'",
    "bucket": "SELECT * FROM read_parquet('s3://bucket/x.parquet')",
    "set": "SET enable_external_access = true",
    "reset": "RESET allowed_directories",
    "setting by pragma": "PRAGMA memory_limit = '1TB'",
    "set a variable": "SET VARIABLE a = 1",
    "two statements": "SELECT 1; SELECT 2",
    "hidden second statement": "SELECT 1; COPY (SELECT 1) TO '{night}/x.csv'",
    "environment": "SELECT getenv('HOME')",
    "create": "CREATE TABLE x (a INTEGER)",
    "temporary table": "CREATE TEMP TABLE x AS SELECT 1",
    "insert": "INSERT INTO run.run (run_id) VALUES ('x')",
    "update": "UPDATE run.run SET run_id = 'x'",
    "delete": "DELETE FROM run.run",
    "drop": "DROP TABLE run.run",
    "prepare": "PREPARE a AS SELECT 1",
    "call": "CALL pragma_version()",
    "checkpoint": "CHECKPOINT",
    "secret": "CREATE SECRET (TYPE s3)",
    "a variable of the program": "SELECT * FROM night",
    "nothing": "  -- nothing",
    "nonsense": "SELEKT",
    "bytes that are no text": "SELECT '\udcff'",
}


@pytest.fixture(scope="module", name="home")
def shared_home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """One home with a published night for all questions; no question can change it."""
    home = Home(tmp_path_factory.mktemp("sandbox") / "home")
    with pytest.MonkeyPatch.context() as patch:
        stub_stages(patch, dict(POPULATION))
        run_night(begin(home.root, home.root.parent / "extract", "canonical", "2026-06-30", {}))
    return home


@pytest.fixture(scope="module", name="night")
def shared_night(home: Home) -> Path:
    """The published night of that home."""
    return home.night()


def contents(folder: Path) -> dict[str, int]:
    """Every file below a folder with its time of change."""
    return {str(path.relative_to(folder)): path.stat().st_mtime_ns for path in folder.rglob("*")}


@pytest.mark.parametrize("what", REFUSED)
def test_refused(
    what: str, night: Path, home: Home, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    outside = tmp_path / "outside"
    neighbor = night.with_name(night.name + "-2")
    for folder in (outside, neighbor):
        folder.mkdir(exist_ok=True)
        (folder / "secret.txt").write_text("secret")
        (folder / "secret.csv").write_text("secret\n1\n")
    pl.DataFrame({"secret": [1]}).write_parquet(outside / "secret.parquet")
    before = contents(tmp_path) | contents(home.root)
    with pytest.raises(SystemExit) as done:
        main(["sql", "--home", str(home.root), REFUSED[what].format(night=night, outside=outside)])
    captured = capsys.readouterr()
    assert done.value.code == 2
    assert captured.out == ""
    assert captured.err.startswith("hemacohort: ")
    assert captured.err.count("\n") == 1
    assert contents(tmp_path) | contents(home.root) == before


@pytest.mark.parametrize(
    "query",
    [
        "SELECT count(*) FROM cohort.membership",
        "select 1;",
        "FROM lab.patient",
        "WITH a AS (SELECT 1) SELECT * FROM a",
        "DESCRIBE screen.evidence",
        "SHOW ALL TABLES",
        "show tables;",
        "SUMMARIZE lab.result",
        "EXPLAIN SELECT * FROM lab.result",
        "EXPLAIN ANALYZE SELECT * FROM lab.result",
        "SELECT * FROM screen.why LIMIT 5",
        "SELECT table_name, comment FROM duckdb_tables()",
    ],
)
def test_reading_is_allowed_and_changes_nothing(query: str, night: Path, home: Home) -> None:
    before = contents(night)
    assert ask(home.root, query).height > 0
    assert contents(night) == before


def test_show_tables_names_them_as_a_query_spells_them(home: Home) -> None:
    shown = dict(ask(home.root, "SHOW TABLES").iter_rows())
    assert "screen.why" in shown
    assert shown["cohort.membership"].startswith("one row per patient and rule")


@pytest.mark.parametrize(
    "query",
    [
        "SELECT CAST(patient_id AS INTEGER) FROM cohort.membership",
        "SELECT patient_id::DATE FROM cohort.membership",
    ],
)
def test_a_refusal_quotes_no_value_of_the_night(query: str, home: Home) -> None:
    with pytest.raises(UsageError, match="Conversion Error") as refused:
        ask(home.root, query)
    patients = ask(home.root, "SELECT DISTINCT patient_id FROM cohort.membership")["patient_id"]
    assert len(patients) > 1
    assert not [patient for patient in patients if patient in str(refused.value)]


@pytest.mark.parametrize(
    "opening",
    [
        "SET enable_external_access = true",
        "SET allowed_directories = ['/']",
        "SET memory_limit = '900GB'",
        "SET temp_directory = '{night}'",
        "SET lock_configuration = false",
        "SELECT * FROM read_text('/etc/hostname')",
        "CREATE TABLE lab.mine AS SELECT 1",
        "COPY (SELECT 1) TO '{outside}/x.csv'",
    ],
)
def test_fences_of_the_connection_hold_by_themselves(opening: str, night: Path, tmp_path: Path) -> None:
    """Whatever statement might pass for a reading one one day."""
    with _sandbox(night, "1GB") as connection:
        assert connection.execute("SELECT count(*) > 0 FROM cohort.membership").fetchone() == (True,)
        with pytest.raises(duckdb.Error):
            connection.execute(opening.format(night=night, outside=tmp_path))


def test_a_reading_query_is_passed_on_as_it_is() -> None:
    assert reading_statement("SELECT 'explain analyze copy'") == "SELECT 'explain analyze copy'"
    with pytest.raises(UsageError, match="not COPY"):
        reading_statement("COPY (SELECT 1) TO 'x'")


def test_no_file_is_read_to_find_out_what_a_question_is(
    night: Path, home: Home, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """DuckDB's parser replaces IMPORT DATABASE with what stands in a folder's schema.sql."""
    (tmp_path / "schema.sql").write_text("SELECT 'secret'")
    (tmp_path / "load.sql").write_text("")
    with pytest.raises(SystemExit) as done:
        main(["sql", "--home", str(home.root), f"IMPORT DATABASE '{tmp_path}'"])
    assert done.value.code == 2
    assert "secret" not in capsys.readouterr().out


def test_formats(night: Path, home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    query = "SELECT '=1+1' AS text, 5 AS number, [1, 2] AS list"
    outputs = {}
    for form in ("table", "csv", "json"):
        with pytest.raises(SystemExit) as done:
            main(["sql", "--home", str(home.root), "--format", form, query])
        assert done.value.code == 0
        outputs[form] = capsys.readouterr().out
    assert outputs["csv"] == "text,number,list\n'=1+1,5,1; 2\n"
    assert json.loads(outputs["json"]) == [{"text": "=1+1", "number": 5, "list": [1, 2]}]
    assert "=1+1" in outputs["table"]


def test_parquet_goes_to_a_file_and_not_to_a_terminal(
    night: Path,
    home: Home,
    capfdbinary: pytest.CaptureFixture[bytes],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    arguments = ["sql", "--home", str(home.root), "--format", "parquet", "SELECT 5 AS number"]
    with pytest.raises(SystemExit):
        main(arguments)
    assert pl.read_parquet(io.BytesIO(capfdbinary.readouterr().out)).to_dicts() == [{"number": 5}]
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    with pytest.raises(SystemExit) as done:
        main(arguments)
    assert done.value.code == 2


def test_text_of_the_extract_never_steers_the_terminal(
    night: Path, home: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        main(["sql", "--home", str(home.root), "SELECT chr(27) || '[2J' || '[red]x[/red]' AS text"])
    out = capsys.readouterr().out
    assert "\x1b" not in out
    assert "[red]x[/red]" in out


@pytest.mark.parametrize(
    "kind", ["INTERVAL 1 DAY", "[INTERVAL 1 DAY]", "union_value(a := 1)", "{'a': INTERVAL 1 DAY}"]
)
def test_a_column_that_only_duckdb_can_hold_is_reported_with_what_to_do(kind: str, home: Home) -> None:
    with pytest.raises(UsageError, match=r"x \(.*CAST\(column AS VARCHAR\)"):
        ask(home.root, f"SELECT {kind} AS x, 1 AS y")


def test_statistics_of_endless_intervals_are_refused_with_what_to_ask_instead(home: Home) -> None:
    instead = "SUMMARIZE SELECT * NOT SIMILAR TO '.*_(low|high)' FROM lab.result"
    with pytest.raises(UsageError) as refused:
        ask(home.root, "SELECT stddev(x) FROM (VALUES (1.5), ('infinity'::DOUBLE)) AS given(x)")
    assert instead in str(refused.value)
    summarized = ask(home.root, instead)["column_name"].to_list()
    assert "value" in summarized
    assert "value_high" not in summarized


def test_a_pivot_is_refused_with_what_to_ask_instead(home: Home) -> None:
    with pytest.raises(UsageError, match="not 2 statements") as refused:
        ask(home.root, "PIVOT cohort.membership ON tier USING count(*) GROUP BY rule_id")
    instead = str(refused.value).partition(", as in ")[2].removesuffix(".")
    assert ask(home.root, instead).columns == ["rule_id", "confirmed", "probable", "possible"]
    with pytest.raises(UsageError, match=r"not 2 statements\.$"):
        ask(home.root, "SELECT 'pivot'; SELECT 2")


def test_a_panic_of_a_library_ends_with_a_log_and_no_traceback(
    home: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as done:
        main(["sql", "--home", str(home.root), "SELECT 'infinity'::TIMESTAMP"])
    assert done.value.code == 1
    captured = capsys.readouterr().err
    assert "the log is" in captured
    assert "Traceback" not in captured


def test_a_map_of_numbers_is_shown_as_a_table_and_refused_as_json(
    home: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    for form, code in (("table", 0), ("json", 2)):
        with pytest.raises(SystemExit) as done:
            main(["sql", "--home", str(home.root), "--format", form, "SELECT MAP {1: 2} AS x"])
        assert done.value.code == code
    captured = capsys.readouterr()
    assert "{1: 2}" in captured.out
    assert "CAST(column AS VARCHAR)" in captured.err
