"""A night that runs out of memory: the last one stays in force, the next one makes good, and a person is told."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from flows.commands import write_simulation
from flows.failures import unforeseen
from flows.home import Home

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    "error",
    [
        MemoryError(),
        duckdb.OutOfMemoryException("Out of Memory Error: could not allocate block of size 256.0 KiB"),
        ImportError("libx.so: failed to map segment from shared object: Cannot allocate memory"),
    ],
)
def test_lack_of_memory_is_reported_with_what_to_do(error: Exception, tmp_path: Path) -> None:
    failure = unforeseen(tmp_path / "logs", error)
    assert failure.exit_code == 1
    assert str(failure).startswith("Memory ran out; the published night is unchanged. Run again with")


def night(home: Home, extract: Path, megabytes: int | None) -> subprocess.CompletedProcess[str]:
    """A real run with room for so many megabytes of addresses; one that hangs is killed, as by an operator."""
    code = f"import sys; sys.path.insert(0, {str(ROOT)!r}); from flows.cli import main; main()"
    words = ["run", "--direct", "--home", str(home.root), "--extract", str(extract), "--as-of", "2026-06-30"]

    def limited() -> None:
        if megabytes is not None:
            resource.setrlimit(resource.RLIMIT_AS, (megabytes * 10**6,) * 2)
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))

    with subprocess.Popen(
        [sys.executable, "-c", code, *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=limited,  # noqa: PLW1509  no thread of the tests is at work here
        env={**os.environ, "RUST_BACKTRACE": "0"},
    ) as process:
        try:
            out, error = process.communicate(timeout=None if megabytes is None else 60)
        except subprocess.TimeoutExpired:
            process.kill()
            out, error = process.communicate()
    return subprocess.CompletedProcess(words, process.returncode, out, error)


def digest(home: Home) -> str:
    return str(json.loads((home.night() / "run.json").read_text())["digest"])


@pytest.mark.skipif(sys.platform != "linux", reason="limits of addresses are Linux's")
def test_next_run_makes_good_whatever_ended_the_one_before(tmp_path: Path) -> None:
    """Python raises, DuckDB raises, Polars aborts: which it is depends on the level and on the machine."""
    home, undisturbed = Home(tmp_path / "home"), Home(tmp_path / "undisturbed")
    write_simulation(tmp_path / "extract", patients=120, years=2, seed=3, form="csv")
    smaller = tmp_path / "some"
    smaller.mkdir()
    for file in (tmp_path / "extract").iterdir():
        if file.name != "lab_results_southbank.csv":
            (smaller / file.name).write_bytes(file.read_bytes())
    for each in (home, undisturbed):
        assert night(each, smaller, None).returncode == 0
    before = digest(home)
    ended = []
    for megabytes in (900, 1_500, 2_200):
        done = night(home, tmp_path / "extract", megabytes)
        ended.append(done.returncode)
        assert digest(home) == before or done.returncode == 0
        assert "Traceback" not in done.stderr
    assert any(ended), "no level was too little"
    assert night(undisturbed, tmp_path / "extract", None).returncode == 0
    assert night(home, tmp_path / "extract", None).returncode == 0
    assert digest(home) == digest(undisturbed) != before
