"""A blocking check keeps a night from being published; a person may accept it, and that is recorded."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from flows.audit import failed_checks
from flows.cli import main
from flows.commands import accepted_from
from flows.errors import CheckError, UsageError
from flows.home import Home
from flows.night import begin, run_night
from flows.query import ask
from flows.status import status
from schemas.audits import AUDITS
from transforms.simulation import simulate

AS_OF = date(2026, 6, 30)
NAMES = [audit.name for audit in AUDITS]
Run = Callable[..., dict[str, Any]]


@pytest.fixture(scope="module")
def extract(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small simulated extract."""
    folder = tmp_path_factory.mktemp("extract")
    for name, rows in simulate(patients=60, years=1, seed=7, end=AS_OF).items():
        rows.write_csv(folder / f"{name}.csv")
    return folder


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home that does not exist yet, with a name that a shell would take for two words."""
    return Home(tmp_path / "the lab")


@pytest.fixture
def run(home: Home, extract: Path) -> Run:
    """Run a night; the content of its run.json."""

    def night(**accept: str) -> dict[str, Any]:
        return run_night(begin(home.root, extract, "canonical", AS_OF.isoformat(), {}, accept=accept))

    return night


def doctor(home: Home, members: int) -> None:
    """Give the published night nine earlier ones, in which every cohort had as many members."""
    piece = home.night() / "tables" / "measure" / "all.parquet"
    measured = pl.read_parquet(piece)
    past = [
        measured.with_columns(
            night=pl.lit(number - 8, pl.Int64),
            run_id=pl.lit(f"20260101T00000{number}-000000"),
            occasion=pl.lit(None, pl.String),
            amount=pl.when(pl.col("measure") == "members").then(members).otherwise("amount"),
        )
        for number in range(9)
    ]
    now = past[-1].with_columns(measured["night"], measured["run_id"])
    pl.concat([*past, now]).write_parquet(piece)


def test_blocking_check_leaves_the_last_night_until_a_person_accepts_it(
    home: Home, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    first = run()
    assert [check["name"] for check in first["checks"]] == NAMES
    results = [check["result"] for check in first["checks"]]
    assert set(results) == {"passed", "not yet comparable"}
    counts = next(stage["counts"] for stage in first["stages"] if stage["stage"] == "audit")
    assert (counts["passed"], counts["not_yet_comparable"]) == (
        results.count("passed"),
        results.count("not yet comparable"),
    )
    night = home.night()
    doctor(home, members=100_000)

    with pytest.raises(CheckError) as failed:
        run()
    assert failed.value.exit_code == 11
    assert failed.value.check == "cohort_jump"
    assert home.night() == night
    assert list(home.nights.iterdir()) == [night]
    patients = pl.read_parquet(night / "tables" / "lab_patient" / "*.parquet")["patient_id"]
    assert len(patients) > 10
    kept = home.failed_checks.read_text(encoding="utf-8")
    assert not any(who in kept + str(failed.value) for who in patients)
    rules = len(first["cohorts"])
    assert f"{rules} rows" in str(failed.value)
    assert "--accept cohort_jump" in str(failed.value)
    for command in ("status", "sql"):
        assert f"`hemacohort {command} --home '{home.root}'" in str(failed.value)
    assert home.failed_checks.stat().st_mode & 0o077 == 0
    (check,) = [check for check in json.loads(kept)["checks"] if check["name"] == "cohort_jump"]
    assert check["rows"] == rules
    assert ask(home.root, check["look"]).height == rules  # it runs on the published night, here the first

    shown = status(home.root)
    assert "checks that kept a run from being published" in shown
    assert shown["checks"]["name"].to_list() == NAMES

    third = run(cohort_jump="the cohorts moved to another home")
    assert home.night() != night
    assert failed_checks(home) is None
    assert third["accepted"] == {"cohort_jump": "the cohorts moved to another home"}
    stored = ask(
        home.root, "SELECT result, rows, accepted_because FROM run.check WHERE name = 'cohort_jump'"
    ).row(0)
    assert stored == ("accepted", rules, "the cohorts moved to another home")
    assert "the cohorts moved" in (home.night() / "report" / "index.html").read_text(encoding="utf-8")
    history = ask(home.root, "SELECT run_id, name, result FROM run.check_history")
    assert history.height == 2 * len(NAMES)
    assert history.filter(pl.col("result") == "accepted")["run_id"].to_list() == [third["run_id"]]

    with pytest.raises(SystemExit):
        main(["status", "--home", str(home.root)])
    assert "cohort_jump" in capsys.readouterr().out


def test_a_rule_of_other_logic_stops_the_night_before_anybody_is_judged(home: Home, run: Run) -> None:
    run()
    piece = home.night() / "tables" / "measure" / "all.parquet"
    of_another_logic = (pl.col("rule_id") == "pancytopenia").fill_null(value=False)
    fingerprint = pl.when(of_another_logic).then(pl.lit(f"{pl.__version__}/another")).otherwise("fingerprint")
    pl.read_parquet(piece).with_columns(fingerprint=fingerprint).write_parquet(piece)

    with pytest.raises(CheckError, match="--accept rule_fingerprints_known") as failed:
        run()
    assert failed.value.exit_code == 11
    assert "1 row against" in str(failed.value)
    (log,) = home.logs.glob("*.jsonl")
    events = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    last = events[-1]["run_id"]
    stages = [(event["event"], event.get("stage")) for event in events if event["run_id"] == last]
    assert stages == [
        ("run began", None),
        ("stage ended", "adapt"),
        ("stage ended", "ingest"),
        ("stage ended", "as_of"),
        ("run failed", "screen"),
    ]
    found = status(home.root)["checks that kept a run from being published"]["found"]
    assert found.to_list() == [
        "rule_id pancytopenia, rule_version 1, recorded True, changed_under_its_version True"
    ]

    accepted = run(rule_fingerprints_known="reviewed on 1 July")
    (check,) = [check for check in accepted["checks"] if check["name"] == "rule_fingerprints_known"]
    assert (check["result"], check["rows"], check["accepted_because"]) == (
        "accepted",
        1,
        "reviewed on 1 July",
    )
    assert {check["result"] for check in run()["checks"]} == {"passed", "not yet comparable"}


def test_what_is_measured_is_carried_on_and_only_tonights_load_is_counted(home: Home, run: Run) -> None:
    run()
    run()  # nothing new
    measured = ask(
        home.root,
        "SELECT run_id, occasion, sum(amount) FILTER (WHERE measure = 'rows') AS rows, "
        "coalesce(sum(amount) FILTER (WHERE measure = 'results'), 0) AS results "
        "FROM run.measure GROUP BY ALL ORDER BY run_id",
    )
    assert measured["occasion"].to_list() == ["backfill", None]
    brought = ask(home.root, "SELECT sum(rows) FROM run.input_file WHERE table_name = 'lab_results'").item()
    assert measured["rows"].to_list() == [brought, 0]
    loaded = ask(home.root, "SELECT count(*) FROM lab.result").item()
    assert measured["results"].to_list() == [loaded, 0]


def test_nights_of_a_version_that_did_not_number_them_are_numbered(home: Home, run: Run) -> None:
    run()
    run()
    for table in ("measure", "check_history"):
        piece = home.night() / "tables" / table / "all.parquet"
        pl.read_parquet(piece).drop("night").write_parquet(piece)
    run()
    for table in ("run.measure", "run.check_history"):
        nights = ask(home.root, f"SELECT DISTINCT night, run_id FROM {table} ORDER BY night")
        assert nights["night"].to_list() == [1, 2, 3]
        assert nights["run_id"].to_list() == sorted(nights["run_id"])


@pytest.mark.parametrize(
    ("accept", "says"),
    [
        ({"cohort_jmup": "x"}, "no check"),
        ({"cohort_jump": " "}, "why"),
        ({"cohort_jump": "x" * 501}, "501 characters"),
    ],
)
def test_accepting_what_is_no_check_or_without_a_reason_is_wrong_usage(
    accept: dict[str, str], says: str, home: Home, run: Run
) -> None:
    with pytest.raises(UsageError, match=says):
        run(**accept)
    assert not home.root.exists()


def test_every_acceptance_has_a_reason_of_its_own(home: Home, extract: Path) -> None:
    assert accepted_from(["a", "b"], ["x", "y"]) == {"a": "x", "b": "y"}
    with pytest.raises(SystemExit) as ended:
        main(
            [
                "run",
                "--direct",
                "--home",
                str(home.root),
                "--extract",
                str(extract),
                "--accept",
                "cohort_jump",
            ]
        )
    assert ended.value.code == 2
    assert not home.root.exists()
