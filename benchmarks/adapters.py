"""What an adapter adds: the same rows in canonical form and in the layout of each source, until they are ingested.

``make bench-adapters``, or ``python -m benchmarks.adapters --rows 2000000``. Each run is a process of its own. ``--night``
runs the whole night of each source instead, as a user does.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CANONICAL = "canonical"
SOURCES = ("mimic-iv", "omop", "fhir", "synthea", "hl7v2")
LIMIT = 1.5  # times the canonical form


@dataclass(frozen=True)
class Run:
    """Seconds (wall and processor) of adapting and of ingesting, rows, and the peak memory in MB.

    Of a whole night all seconds count as ingesting, and rows and memory are not told.
    """

    adapt: tuple[float, float]
    ingest: tuple[float, float]
    rows: int
    peak_mb: int

    def total(self, clock: int) -> float:
        """Seconds of both by the clock on the wall (0) or the processor's (1)."""
        return self.adapt[clock] + self.ingest[clock]


def main() -> None:
    """Make the extracts that are not there, ingest each in turn, and print what it took."""
    options = _options()
    folders = {CANONICAL: options.out / f"extract-{options.rows}"}
    folders |= {source: options.out / f"{source}-{options.rows}" for source in SOURCES}
    for source, folder in folders.items():
        if (folder / "complete").exists():
            continue
        shutil.rmtree(folder, ignore_errors=True)
        print(f"Making {folder.relative_to(options.out)} …", flush=True)
        if source == CANONICAL:
            _python("benchmarks.made_up", folder, options.rows)
        else:
            _python("benchmarks.source_forms", folders[CANONICAL], source, folder)
        (folder / "complete").touch()
    runs: dict[str, list[Run]] = {source: [] for source in folders}
    for _ in range(options.repeat):
        for source, folder in folders.items():
            work = options.out / "ingested"
            shutil.rmtree(work, ignore_errors=True)
            runs[source].append((_night if options.night else _until_ingested)(source, folder, work))
            shutil.rmtree(work, ignore_errors=True)
    print(_table(runs))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.adapters", description=main.__doc__)
    parser.add_argument("--rows", type=int, default=2_000_000, help="about how many laboratory results")
    parser.add_argument(
        "--repeat", type=int, default=3, help="how often each source is read; the best counts"
    )
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "bench", help="folder to work in")
    parser.add_argument("--night", action="store_true", help="run the whole night of each source")
    options = parser.parse_args()
    options.out = options.out.resolve()
    options.out.mkdir(parents=True, exist_ok=True)
    return options


def _until_ingested(source: str, folder: Path, work: Path) -> Run:
    measured = json.loads(_python("benchmarks.until_ingested", source, folder, work))
    return Run(tuple(measured["adapt"]), tuple(measured["ingest"]), measured["rows"], measured["peak_mb"])


def _night(source: str, folder: Path, work: Path) -> Run:
    """A night with ``run --direct`` in a new home."""
    command = ["run", "--direct", "--as-of", "auto", "--home", work, "--source", source, "--extract", folder]
    began = time.perf_counter(), _of_programs()
    _python("flows.cli", *command)
    return Run((0.0, 0.0), (time.perf_counter() - began[0], _of_programs() - began[1]), 0, 0)


def _of_programs() -> float:
    """Processor seconds of the programs that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _python(module: str, *arguments: object) -> str:
    """What a program of the benchmark prints. Exits where it fails."""
    command = [sys.executable, "-m", module, *map(str, arguments)]
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, env={**os.environ, "PYTHONPATH": str(ROOT)}
    )
    if done.returncode != 0:
        sys.exit(f"{module} failed:\n{done.stderr[-2000:]}")
    return done.stdout


def _table(runs: dict[str, list[Run]]) -> str:
    """The best run of each source, by either clock: whatever else the machine does only makes a run longer."""
    base = [min(run.total(clock) for run in runs[CANONICAL]) for clock in (0, 1)]
    lines = [
        f"{'':>12}{'rows':>12}{'adapt':>10}{'ingest':>10}{'wall':>9}{'times':>7}{'cpu':>9}{'times':>7}{'MB':>8}"
    ]
    for source, repeats in runs.items():
        best = min(repeats, key=lambda run: run.total(1))
        wall, processor = (min(run.total(clock) for run in repeats) for clock in (0, 1))
        lines.append(
            f"{source:>12}{best.rows:>12,}{best.adapt[1]:>8.1f} s{best.ingest[1]:>8.1f} s{wall:>7.1f} s"
            f"{wall / base[0]:>7.2f}{processor:>7.1f} s{processor / base[1]:>7.2f}"
            f"{max(run.peak_mb for run in repeats):>8,}"
        )
    lines.append(
        f"adapt and ingest are processor seconds; the aim is at most {LIMIT} times the canonical form."
    )
    return "\n".join(lines)


if __name__ == "__main__":
    main()
