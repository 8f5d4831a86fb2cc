"""A night killed at the boundary of any stage leaves the last one in force, and the next run makes good."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from histories import AS_OF, in_nights

from flows.home import Home
from flows.stages import STAGES

Run = Callable[..., dict[str, Any]]
KILLED = """
import os, signal, sys
from pathlib import Path
from flows.night import begin, run_night
from flows.stages import run_stage

home, extract, as_of, name, when = sys.argv[1:]

def carry(stage, night):
    if stage.name == name and when == "before":
        os.kill(os.getpid(), signal.SIGKILL)
    counts = run_stage(stage, night)
    if stage.name == name:
        os.kill(os.getpid(), signal.SIGKILL)
    return counts

run_night(begin(Path(home), Path(extract), "canonical", as_of, {}), carry)
"""


@pytest.mark.parametrize("name", [stage.name for stage in STAGES if stage.name not in ("adapt", "as_of")])
def test_next_run_makes_good(
    name: str, extract: dict[str, pl.DataFrame], run: Run, home_of: Callable[[str], Home], tmp_path: Path
) -> None:
    first, second = in_nights(extract, 2, seed=3)
    run("home", first)
    home = home_of("home")
    in_force = home.night()
    folder = tmp_path / "second"
    folder.mkdir()
    for table, rows in second.items():
        rows.write_csv(folder / f"{table}.csv")
    arguments = [str(home.root), str(folder), AS_OF.isoformat(), name, "after"]
    ended = subprocess.run([sys.executable, "-c", KILLED, *arguments], check=False, capture_output=True)
    assert ended.returncode == -signal.SIGKILL, ended.stderr.decode()[-2000:]
    if name != "publish":  # after that stage the night is in force, whatever is killed
        assert home.night() == in_force
    again = run("home", second)
    assert again["digest"] == run("fresh", extract)["digest"]
    assert list(home.work.iterdir()) == []
