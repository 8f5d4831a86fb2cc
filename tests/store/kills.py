"""Fault injection: kill real runs at random moments and see that the next run makes good.

    python -m tests.store.kills --kills 500 [--patients 60] [--seed 1]

Each round starts `hemacohort run --direct` on a home that has one night, kills it with SIGKILL after a random share of
the time an undisturbed run takes, and looks: the published night must be whole (the old one or the new one). Then it
runs again to the end and compares the digest with that of an undisturbed home. Prints one line a mismatch, and a summary.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import duckdb

from transforms.simulation import simulate

AS_OF = "2026-06-30"


def command(home: Path, extract: Path) -> list[str]:
    """A night of the home, without an orchestrator."""
    flags = ["--home", str(home), "--extract", str(extract), "--as-of", AS_OF, "--direct"]
    return [sys.executable, "-c", "from flows.cli import main; main()", "run", *flags]


def digest(home: Path) -> str:
    """Digest of the published night, whose tables must be readable."""
    night = (home / "published").resolve(strict=True)
    with duckdb.connect(str(night / "hemacohort.duckdb"), read_only=True) as connection:
        connection.sql("SELECT count(*) FROM lab.result, run.run").fetchall()
        connection.sql("SELECT count(*) FROM screen.evidence").fetchall()
    return str(json.loads((night / "run.json").read_text(encoding="utf-8"))["digest"])


def prepare(work: Path, patients: int, seed: int) -> tuple[Path, Path, str, str, float]:
    """A home with one night, the extract of the next, both digests, and the seconds an undisturbed night takes."""
    tables = simulate(patients=patients, years=1, seed=seed)
    first, second = work / "first", work / "second"
    for folder in (first, second):
        folder.mkdir()
    labs = tables["lab_results"].sample(fraction=1, shuffle=True, seed=seed)
    half = labs.height // 2
    labs.head(half).write_csv(first / "lab_results.csv")
    labs.tail(-half).write_csv(second / "lab_results.csv")
    for name in ("patients", "clinical_events", "coverage"):
        tables[name].write_csv(first / f"{name}.csv")
    home, whole = work / "home", work / "whole"
    subprocess.run(command(home, first), check=True, capture_output=True)
    before = digest(home)
    shutil.copytree(home, whole, symlinks=True)
    began = time.perf_counter()
    subprocess.run(command(whole, second), check=True, capture_output=True)
    return home, second, before, digest(whole), time.perf_counter() - began


def main() -> int:
    """Run the rounds; exit status 1 if any did not end as it should."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=500)
    parser.add_argument("--patients", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    chance = random.Random(asked.seed)
    wrong = killed = 0
    with tempfile.TemporaryDirectory() as folder:
        home, extract, before, after, seconds = prepare(Path(folder), asked.patients, asked.seed)
        print(f"an undisturbed night takes {seconds:.1f} s")
        for number in range(1, asked.kills + 1):
            trial = Path(folder) / "trial"
            shutil.rmtree(trial, ignore_errors=True)
            shutil.copytree(home, trial, symlinks=True)
            moment = chance.uniform(0, seconds)
            run = subprocess.Popen(
                command(trial, extract), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            )
            try:
                run.wait(moment)
            except subprocess.TimeoutExpired:
                run.send_signal(signal.SIGKILL)
                run.wait()
                killed += 1
            left = digest(trial)
            again = subprocess.run(command(trial, extract), check=False, capture_output=True, text=True)
            ended = digest(trial)
            if left not in (before, after) or again.returncode or ended != after:
                wrong += 1
                print(
                    f"round {number}, killed after {moment:.2f} s: {again.returncode} {again.stderr[-300:]}"
                )
            if number % 25 == 0:
                print(f"{number} rounds, {killed} killed, {wrong} wrong", flush=True)
    print(f"{asked.kills} rounds, {killed} killed before their end, {wrong} wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
