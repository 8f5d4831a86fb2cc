"""A night is published whole or not at all, and what it publishes is what people and programs rely on."""

from __future__ import annotations

import csv
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest
from populations import AS_OF, DEFICIENT, FORMULA, HEALTHY, POPULATION, UNDECIDED

from flows import stages
from flows.errors import CheckError, HemacohortError
from flows.failures import UnforeseenError
from flows.home import Home
from flows.night import begin, run_night
from flows.query import ask
from flows.settings import switches_of
from flows.stages import Night, Stage, run_stage
from schemas.switches import Switches

STAGE_NAMES = [stage.name for stage in stages.STAGES]


def fail_at(name: str, error: Exception, *, after: bool) -> Callable[[Stage, Night], Any]:
    """A way to carry out stages of which one fails before or after its work."""

    def carry(stage: Stage, night: Night) -> Any:
        if stage.name == name and not after:
            raise error
        counts = run_stage(stage, night)
        if stage.name == name:
            raise error
        return counts

    return carry


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("name", STAGE_NAMES[:-1])
def test_failed_night_leaves_the_last_one_and_nothing_of_itself(
    name: str, after: bool, night: Path, home: Home, tmp_path: Path
) -> None:
    with pytest.raises(CheckError):
        run_night(
            begin(home.root, tmp_path, "canonical", None, {}),
            fail_at(name, CheckError("x", "y"), after=after),
        )
    assert home.night() == night
    assert list(home.work.iterdir()) == []
    assert list(home.nights.iterdir()) == [night]
    assert ask(home.root, "SELECT run_id FROM run.run").item() == night.name


@pytest.mark.parametrize("error", [KeyboardInterrupt(), SystemExit(1)])
def test_stopped_night_leaves_nothing_of_itself(
    error: BaseException, stubbed: None, home: Home, tmp_path: Path
) -> None:
    with pytest.raises(type(error)):
        run_night(begin(home.root, tmp_path, "canonical", None, {}), fail_at("warehouse", error, after=True))  # type: ignore[arg-type]
    assert not home.published.exists()
    assert [*home.work.iterdir(), *home.nights.iterdir()] == []


def test_night_that_fails_to_swap_the_link_is_not_published(
    night: Path, home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    replace = Path.replace

    def full(self: Path, target: Path) -> Path:
        if target == home.published:
            raise OSError(28, "No space left on device")
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(UnforeseenError, match="The disk is full"):
        run_night(begin(home.root, tmp_path, "canonical", None, {}))
    assert home.night() == night
    assert list(home.nights.iterdir()) == [night]


def test_link_is_swapped_and_never_missing(
    screened: Callable[..., Path], home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = screened()
    seen: list[Path] = []
    publish = Home.publish

    def watched(self: Home, run_id: str) -> None:
        seen.append(home.published.resolve(strict=True))
        publish(self, run_id)
        seen.append(home.published.resolve(strict=True))

    monkeypatch.setattr(Home, "publish", watched)
    second = screened()
    assert seen == [first, second]
    assert home.published.readlink() == Path("nights") / second.name


def test_readers_of_a_night_go_on_while_the_next_is_published(screened: Callable[..., Path]) -> None:
    first = screened()
    with duckdb.connect(str(first / "hemacohort.duckdb"), read_only=True) as reader:
        second = screened()
        assert reader.execute("SELECT run_id FROM run.run").fetchone() == (first.name,)
        assert reader.execute("SELECT count(*) FROM screen.finding").fetchone() != (0,)
    assert second != first


def test_question_goes_to_the_night_in_force(screened: Callable[..., Path], home: Home) -> None:
    for _ in range(2):
        folder = screened()
        assert ask(home.root, "SELECT run_id FROM run.run").item() == folder.name


def test_last_nights_stay_and_the_one_in_force_always(screened: Callable[..., Path], home: Home) -> None:
    nights = [screened(keep_nights=3) for _ in range(4)]
    assert home.finished() == nights[1:]
    home.publish(nights[1].name)  # someone went back
    home.prune(1)
    assert home.finished() == [nights[1]]


def test_every_file_of_the_contract_is_there(night: Path) -> None:
    names = {path.name for path in night.iterdir()}
    assert names == {
        "hemacohort.duckdb",
        "findings.parquet",
        "why.parquet",
        "membership.parquet",
        "ledger.parquet",
        "quality_flags.parquet",
        "quarantine.parquet",
        "cohorts",
        "cohorts.xlsx",
        "report",
        "run.json",
        "manifest.json",
        "tables",
    }
    findings = pl.read_parquet_schema(night / "findings.parquet")
    assert list(findings) == [
        "patient_id",
        "index_specimen_id",
        "index_collected_at",
        "rule_id",
        "rule_version",
        "status",
        "tier",
        "missing",
        "side",
        "caveats",
        "as_of",
        "run_id",
    ]


def test_run_file_records_what_the_night_did(night: Path) -> None:
    content = json.loads((night / "run.json").read_text())
    assert content["as_of"] == AS_OF.isoformat()
    assert content["input_files"][0]["sha256"] == "aa"
    assert content["rows"] == {
        "rows": 12,
        "accepted": 11,
        "duplicate": 0,
        "superseded": 0,
        "ignored": 0,
        "quarantined": 1,
    }
    assert [stage["stage"] for stage in content["stages"]] == STAGE_NAMES[:-1]
    assert all(stage["seconds"] >= 0 and stage["peak_mb"] > 0 for stage in content["stages"])
    assert sum(row["draws"] for row in content["rule_counts"] if row["rule_id"] == "pancytopenia") == len(
        POPULATION
    )
    assert not any(who in (night / "run.json").read_text() for who in POPULATION)


def test_digest_is_the_same_for_the_same_data_and_another_for_others(
    screened: Callable[..., Path], population: dict[str, Any]
) -> None:
    def digest() -> str:
        return str(json.loads((screened() / "run.json").read_text())["digest"])

    first = digest()
    turned = dict(reversed(population.items()))
    population.clear()
    population.update(turned)
    assert digest() == first
    population[HEALTHY] = (129.5, 90.0, 80.0)
    assert digest() != first


def test_every_table_and_column_is_commented(night: Path) -> None:
    with duckdb.connect(str(night / "hemacohort.duckdb"), read_only=True) as con:
        tables = con.execute(
            "SELECT comment FROM duckdb_views() WHERE NOT internal "
            "UNION ALL SELECT comment FROM duckdb_tables()"
        ).fetchall()
        columns = con.execute("SELECT comment FROM duckdb_columns() WHERE NOT internal").fetchall()
    assert len(tables) > 20
    assert len(columns) > 300
    assert all(comment for (comment,) in tables + columns)


def test_stored_why_and_the_view_agree(night: Path) -> None:
    keys = ["patient_id", "rule_id", "index_collected_at", "criterion_id"]
    stored = pl.read_parquet(night / "why.parquet").sort(keys)
    with duckdb.connect(str(night / "hemacohort.duckdb"), read_only=True) as con:
        view = con.sql("FROM screen.why").pl()
    assert stored.height > 0
    assert view.join(stored, on=keys[:3], how="semi").sort(keys).equals(stored)


def test_one_test_short_names_the_patient_and_the_test(night: Path, home: Home) -> None:
    rows = ask(
        home.root,
        "SELECT patient_id, missing_test FROM screen.one_test_short WHERE rule_id = 'iron_deficiency_anemia'",
    )
    assert rows.rows() == [(UNDECIDED, "ferritin")]
    alone = ask(
        home.root,
        "SELECT DISTINCT missing[1] FROM cohort.deciding_finding WHERE status = 'indeterminate' AND len(missing) = 1",
    )
    tests = ask(home.root, "SELECT DISTINCT missing_test FROM screen.one_test_short")
    no_tests = set(alone.to_series()) - set(tests.to_series())
    assert "followup" in no_tests  # only time brings that
    assert all(name == "followup" or name.startswith("domain:") for name in no_tests)


def test_ledger_of_the_first_night_and_of_changes(
    screened: Callable[..., Path], population: dict[str, Any]
) -> None:
    def events(folder: Path) -> set[tuple[str, str, str]]:
        rows = pl.read_parquet(folder / "ledger.parquet").filter(pl.col("run_id") == folder.name)
        return set(rows.select("patient_id", "event", "because").rows())

    first = events(screened())
    entered = {entry for entry in first if entry[1] == "entered"}
    assert entered == {(DEFICIENT, "entered", "backfill"), (FORMULA, "entered", "backfill")}
    assert {entry[1:] for entry in first - entered} == {("became_indeterminate", "backfill")}
    assert events(screened()) == set()
    population[DEFICIENT] = (150.5, 90.0, 80.0)
    population[UNDECIDED] = (90.5, 70.25, 8.0)
    population[FORMULA] = (90.5, 70.25, None)
    assert events(screened()) >= {
        (DEFICIENT, "left", "new_result"),
        (UNDECIDED, "entered", "new_result"),
        (FORMULA, "became_indeterminate", "new_result"),
    }
    population.update(POPULATION)
    last = screened()
    assert (DEFICIENT, "reentered", "new_result") in events(last)
    assert pl.read_parquet(last / "ledger.parquet")["run_id"].n_unique() == 3


def test_cells_never_start_a_formula(night: Path) -> None:
    with (night / "cohorts" / "iron_deficiency_anemia.csv").open(newline="") as file:
        rows = list(csv.reader(file))
    assert {row[0] for row in rows[1:]} == {DEFICIENT, "'" + FORMULA}
    assert all(cell[:1] not in tuple("=+-@\t\r") or not cell for row in rows for cell in row)
    with zipfile.ZipFile(night / "cohorts.xlsx") as book:
        sheets = [book.read(name).decode() for name in book.namelist() if "worksheets/sheet" in name]
    assert not any("<f>" in sheet for sheet in sheets)
    assert any(FORMULA in sheet for sheet in sheets)  # data, unchanged, as text


def test_every_cohort_has_a_file_even_without_members(night: Path) -> None:
    assert (
        len(list((night / "cohorts").glob("*.csv")))
        == ask(night.parents[1], "SELECT count(*) FROM reference.rule").item()
    )


def test_errors_of_one_sentence() -> None:
    assert issubclass(CheckError, HemacohortError)
    assert str(CheckError("row_conservation", "rows were lost")) == "row_conservation: rows were lost"


def test_night_says_which_sources_it_was_judged_by(screened: Callable[..., Path], home: Home) -> None:
    night = screened(switches={"hb_edition": "2011"})
    content = json.loads((night / "run.json").read_text(encoding="utf-8"))
    used = Switches(hb_edition="2011")
    assert content["settings"]["hb_edition"] == "2011"
    assert content["switches"] == used.fingerprint == ask(home.root, "SELECT switches FROM run.run").item()
    changed = ask(
        home.root,
        'SELECT switch, "option", default_option FROM reference.switch WHERE "option" <> default_option',
    )
    assert changed.rows() == [("hb_edition", "2011", "2024")]
    threshold = ask(
        home.root,
        "SELECT threshold FROM reference.criterion WHERE rule_id = 'iron_deficiency_anemia' AND criterion_id = 'anemia'",
    )
    assert "WHO 2011" in threshold.item()
    assert switches_of(night) == used
