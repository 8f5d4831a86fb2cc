"""Fault injection: kill real runs at random moments and see that the next run makes good.

    python -m tests.store.kills --kills 500 [--patients 60] [--seed 1]

Each round starts `hemacohort run --direct` on a home that has one night, kills it with SIGKILL at a random moment of
the time for which an undisturbed run works on the home, and looks: the published night must be whole (the old one or
the new one). Then it runs again to the end and compares the digest with that of an undisturbed home. A run that ended
before its moment came is no kill. Every run is a process of its own, forked from one that has loaded the libraries, for
loading them takes longer than a night of a small home. Prints one line a mismatch, and a summary with the stage each
kill fell into.
"""

from __future__ import annotations

import argparse
import collections
import importlib
import json
import os
import random
import shutil
import signal
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import duckdb

from flows.cli import main

AS_OF = "2026-06-30"
LONGEST = 600  # seconds; an undisturbed run of a small home that takes longer hangs


LIBRARIES = (
    "ingest",
    "screen",
    "site_drift",
    "exports",
    "publish",
    "audit",
    "report",
    "commands",
    "adapters",
)


def forked(work: Callable[[], None], output: Path) -> int:
    """Begin something in a process of its own; returns its number. said: file for what it writes to the screen.

    The process that forks must never have used Polars itself, whose threads a fork does not take along.
    """
    number = os.fork()
    if number:
        return number
    code = 1
    try:
        with output.open("w", encoding="utf-8") as file:
            os.dup2(file.fileno(), 1)
            os.dup2(file.fileno(), 2)
        work()
        code = 0
    except SystemExit as ended:
        code = int(ended.code or 0)
    finally:
        os._exit(code)  # nothing of this process's own may be tidied up twice


def start(home: Path, extract: Path, output: Path) -> int:
    """Begin a night of the home without an orchestrator; returns the number of its process."""
    flags = ["--home", str(home), "--extract", str(extract), "--as-of", AS_OF, "--direct"]
    return forked(lambda: main(["run", *flags]), output)


def ended(number: int, within: float | None = None) -> int | None:
    """How a process ended: its exit status, or minus the signal; None if it did not end within the seconds."""
    until = None if within is None else time.perf_counter() + within
    while until is None or time.perf_counter() < until:
        found, status = os.waitpid(number, 0 if until is None else os.WNOHANG)
        if found:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.002)
    return None


def digest(home: Path) -> str:
    """Digest of the published night, whose tables must be readable."""
    night = (home / "published").resolve(strict=True)
    with duckdb.connect(str(night / "hemacohort.duckdb"), read_only=True) as connection:
        connection.sql("SELECT count(*) FROM lab.result, run.run").fetchall()
        connection.sql("SELECT count(*) FROM screen.evidence").fetchall()
    return str(json.loads((night / "run.json").read_text(encoding="utf-8"))["digest"])


def write_extracts(first: Path, second: Path, patients: int, seed: int) -> None:
    """Write invented patients' results, dealt out to two nights; everything else comes with the first."""
    from transforms.simulation import simulate

    tables = simulate(patients=patients, years=1, seed=seed)
    for folder in (first, second):
        folder.mkdir()
    labs = tables["lab_results"].sample(fraction=1, shuffle=True, seed=seed)
    half = labs.height // 2
    labs.head(half).write_csv(first / "lab_results.csv")
    labs.tail(-half).write_csv(second / "lab_results.csv")
    for name in ("patients", "clinical_events", "coverage"):
        tables[name].write_csv(first / f"{name}.csv")


@dataclass(frozen=True)
class Prepared:
    """A home with one night, the extract of the next, the digest before and after it, and from when to when (seconds)
    an undisturbed run works on the home.
    """

    home: Path
    extract: Path
    before: str
    after: str
    begins: float
    ends: float


def prepare(work: Path, patients: int, seed: int) -> Prepared:
    """Make the home, and bring it the next night once undisturbed."""
    first, second = work / "first", work / "second"
    if ended(forked(lambda: write_extracts(first, second, patients, seed), work / "said")):
        raise SystemExit((work / "said").read_text(encoding="utf-8"))
    home, whole, output = work / "home", work / "whole", work / "said"
    if ended(start(home, first, output)):
        raise SystemExit(output.read_text(encoding="utf-8"))
    before = digest(home)
    shutil.copytree(home, whole, symlinks=True)
    began = time.perf_counter()
    number = start(whole, second, output)
    while not any((whole / "work").glob("*")) and time.perf_counter() - began < LONGEST:
        time.sleep(0.002)
    begins = time.perf_counter() - began
    if ended(number):
        raise SystemExit(output.read_text(encoding="utf-8"))
    return Prepared(home, second, before, digest(whole), begins, time.perf_counter() - began)


def reached(home: Path) -> str:
    """The last stage that a killed run had finished."""
    records = list((home / "work").glob("*.jsonl"))
    lines = records[0].read_text(encoding="utf-8").splitlines() if records else []
    done = [json.loads(line)["stage"] for line in lines if line.endswith("}")]
    return f"after {done[-1]}" if done else "before a stage ended, or after the last"


def rounds_of_kills() -> int:
    """Run rounds until as many runs were killed as asked; exit status 1 if any did not end as it should."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=500)
    parser.add_argument("--patients", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    chance = random.Random(asked.seed)
    rounds = wrong = killed = 0
    for name in LIBRARIES:
        importlib.import_module(f"flows.{name}")
    where: collections.Counter[str] = collections.Counter()
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "said-again"
        night = prepare(Path(folder), asked.patients, asked.seed)
        print(f"an undisturbed night works from {night.begins:.1f} to {night.ends:.1f} s", flush=True)
        takes = night.ends
        while killed < asked.kills:
            rounds += 1
            trial = Path(folder) / "trial"
            shutil.rmtree(trial, ignore_errors=True)
            shutil.copytree(night.home, trial, symlinks=True)
            moment = chance.uniform(night.begins, takes)
            number = start(trial, night.extract, output)
            if ended(number, moment) is None:
                os.kill(number, signal.SIGKILL)
                if ended(number) == -signal.SIGKILL:
                    killed += 1
                    where[reached(trial)] += 1
            left = digest(trial)
            began = time.perf_counter()
            again = ended(start(trial, night.extract, output))
            takes = time.perf_counter() - began  # a machine that others use is not always as fast
            if left not in (night.before, night.after) or again or digest(trial) != night.after:
                wrong += 1
                print(f"round {rounds}, killed after {moment:.2f} s: {again} {output.read_text()[-300:]}")
            if rounds % 25 == 0:
                print(f"{rounds} rounds, {killed} killed, {wrong} wrong", flush=True)
    print(f"{rounds} rounds, {killed} killed before their end, {wrong} wrong")
    for stage, number in where.most_common():
        print(f"{number:5} {stage}")
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(rounds_of_kills())
