"""The night as a Prefect flow, end to end, in a private Prefect of the test session."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from populations import POPULATION

from flows.errors import ExtractError
from flows.home import Home
from flows.home_lock import ENDED_WITHOUT_A_WORD
from flows.last_run import last_run
from flows.prefect_settings import prepare
from flows.stages import STAGES

# The command line where the first stage takes long.
LONG_NIGHT = """
import time
from dataclasses import replace
from flows import stages

def long(night):
    print("at work", flush=True)
    time.sleep(100)

stages.STAGES = (replace(stages.STAGES[0], work=long),)
from flows.cli import main
main()
"""


def run_flow(home: Home) -> dict[str, Any]:
    """The flow on the small population."""
    from flows.prefect_flow import hemacohort_night

    return hemacohort_night(home=str(home.root), extract=str(home.root.parent), as_of="2026-06-30")


def test_flow_publishes_what_the_direct_run_publishes(
    prefect_night: None,
    night: Path,
    home: Home,
    tmp_path: Path,
) -> None:
    other = Home(tmp_path / "other")
    content = run_flow(other)
    assert content["run_id"] == other.night().name
    assert content["digest"] == json.loads((night / "run.json").read_text())["digest"]


def test_flow_leaves_named_tasks_and_the_counts_without_patients(
    prefect_night: None, stubbed: None, home: Home
) -> None:
    from prefect.client.orchestration import get_client

    from flows.prefect_flow import hemacohort_night

    state = hemacohort_night(home=str(home.root), extract="x", as_of="2026-06-30", return_state=True)
    assert state.is_completed()
    with get_client(sync_client=True) as client:
        flow_run = state.state_details.flow_run_id
        tasks = [task for task in client.read_task_runs() if task.flow_run_id == flow_run]
        artifacts = [artifact for artifact in client.read_artifacts() if artifact.flow_run_id == flow_run]
    assert {task.name.rsplit("-", 1)[0] for task in tasks} == {stage.title for stage in STAGES}
    text = "\n".join(str(artifact.data) for artifact in artifacts)
    assert "Night of 2026-06-30" in text
    assert "| Iron deficiency anemia | 2 |" in text
    assert not any(who in text for who in POPULATION)


def test_domain_error_comes_out_as_it_is_and_is_not_tried_again(
    prefect_night: None,
    stubbed: None,
    home: Home,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tries: list[int] = []

    def broken(*_: Any, **__: Any) -> None:
        tries.append(1)
        raise ExtractError("lab_results.csv line 3: a quote is never closed.")

    monkeypatch.setattr(sys.modules["flows.ingest"], "ingest", broken)
    with pytest.raises(ExtractError, match="line 3"):
        run_flow(home)
    assert len(tries) == 1
    assert not home.published.exists()


def test_failed_check_is_on_the_page_and_a_person_may_accept_it(
    prefect_night: None, night: Path, home: Home
) -> None:
    from prefect.client.orchestration import get_client

    from flows.prefect_flow import hemacohort_night

    measures = night / "tables" / "measure" / "all.parquet"
    measured = pl.read_parquet(measures).with_columns(occasion=pl.lit(None, pl.String))
    many = pl.when(pl.col("measure") == "members").then(1000).otherwise("amount")
    past = [measured.with_columns(run_id=pl.lit(f"2026010{n}"), amount=many) for n in range(1, 9)]
    pl.concat([*past, past[-1].with_columns(run_id=measured["run_id"])]).write_parquet(measures)
    flow: Any = hemacohort_night  # typed as if it had to be awaited
    asked = {"home": str(home.root), "extract": "x", "as_of": "2026-06-30"}

    def page(state: Any) -> str:
        with get_client(sync_client=True) as client:
            left = client.read_artifacts()
        of_run = [one for one in left if one.flow_run_id == state.state_details.flow_run_id]
        return "\n".join(str(one.data) for one in of_run if one.key == "hemacohort-checks")

    failed = flow(**asked, return_state=True)
    assert failed.is_failed()
    assert home.night() == night
    assert "Failed: **cohort_jump**" in page(failed)
    accepted = flow(**asked, accept={"cohort_jump": "a new home"}, return_state=True)
    assert accepted.is_completed()
    assert home.night() != night
    assert "| cohort_jump | blocking | accepted |" in page(accepted)


def test_file_failure_is_tried_again(
    prefect_night: None,
    stubbed: None,
    home: Home,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from flows import prefect_flow

    ingest = sys.modules["flows.ingest"].ingest
    tries: list[int] = []

    def shaky(*positions: Any, **names: Any) -> Any:
        tries.append(1)
        if len(tries) == 1:
            raise OSError(5, "Input/output error")
        return ingest(*positions, **names)

    monkeypatch.setattr(sys.modules["flows.ingest"], "ingest", shaky)
    quick = {name: task.with_options(retry_delay_seconds=0) for name, task in prefect_flow._TASKS.items()}
    monkeypatch.setattr(prefect_flow, "_TASKS", quick)
    run_flow(home)
    assert len(tries) == 2
    assert home.night().is_dir()


def test_prefect_lives_in_the_home_unless_the_person_says_otherwise(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "environ", {})
    prepare(tmp_path)
    assert os.environ["PREFECT_HOME"] == str(tmp_path / "prefect")
    assert os.environ["DO_NOT_TRACK"] == "1"
    monkeypatch.setattr(os, "environ", {"PREFECT_API_URL": "http://prefect:4200/api", "DO_NOT_TRACK": "0"})
    prepare(tmp_path)
    assert "PREFECT_HOME" not in os.environ
    assert os.environ["DO_NOT_TRACK"] == "0"


def test_a_server_named_by_an_empty_word_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "environ", {"PREFECT_API_URL": ""})
    prepare(tmp_path)
    assert os.environ["PREFECT_HOME"] == str(tmp_path / "prefect")


@pytest.mark.parametrize(
    ("end", "told"),
    [
        (signal.SIGTERM, "UTC, was stopped. The last good night is in force."),
        (
            signal.SIGKILL,
            f"{ENDED_WITHOUT_A_WORD}. The last good night is in force, and the next run clears up what was left.",
        ),
    ],
)
def test_a_night_takes_its_server_along_however_it_ends(
    end: signal.Signals, told: str, tmp_path: Path
) -> None:
    """It would go on for good, for nobody."""
    home = tmp_path / "home"
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}
    words = ["run", "--home", str(home), "--extract", str(tmp_path)]
    with subprocess.Popen(
        [sys.executable, "-c", LONG_NIGHT, *words], env=environment, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "at work\n"
            children = [
                int(number)
                for thread in Path(f"/proc/{process.pid}/task").iterdir()
                for number in (thread / "children").read_text().split()
            ]
            process.send_signal(end)
            assert process.wait(60) == -end
        finally:
            process.kill()
    assert children
    until = time.monotonic() + 60
    while any(map(at_work, children)) and time.monotonic() < until:
        time.sleep(0.1)
    assert not any(map(at_work, children))
    assert str(last_run(home)).endswith(told)


def at_work(process: int) -> bool:
    """Whether a process goes on; one that has ended and that nobody has asked after does not."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(") ")[2][0] != "Z"
    except OSError:
        return False
