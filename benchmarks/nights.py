"""The benchmark of nights: a full rebuild against the night that brings a delta to the same home, in one run.

``make bench-nights``, or ``python -m benchmarks.nights --rows 5000000``. The delta is 0.5 % of the rows, new draws of
about 5 % of the patients; --nights repeats it with other patients.
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from benchmarks.__main__ import HEMACOHORT, ROOT, run_python

SHARE_OF_ROWS, SHARE_OF_PATIENTS = 0.005, 0.05


def main() -> None:
    """Make the extract and the deltas, load the home, bring the deltas, rebuild, and print what each took."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.nights", description=main.__doc__)
    parser.add_argument("--rows", type=int, default=5_000_000, help="about how many laboratory results")
    parser.add_argument("--nights", type=int, default=3, help="how many nights bring a delta")
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "bench", help="folder to work in")
    options = parser.parse_args()
    out: Path = options.out.resolve()
    out.mkdir(parents=True, exist_ok=True)
    extract, home = out / f"extract-{options.rows}", out / "home-nights"
    if not (extract / "complete").exists():
        shutil.rmtree(extract, ignore_errors=True)
        run_python(["-m", "benchmarks.made_up", str(extract), str(options.rows)], Path("/dev/null"))
        (extract / "complete").touch()
    shutil.rmtree(home, ignore_errors=True)
    first = _night(home, extract, out)
    deltas = []
    for number in range(options.nights):
        delta = out / f"delta-{number}"
        rows = _delta(extract / "lab_results.csv", delta, number)
        took = _night(home, delta, out)
        deltas.append(took)
        print(f"night {number + 1}: {rows:,} rows, {_said(took)}", flush=True)
    full = _night(home, delta, out, "--full")
    middle = statistics.median(took.seconds for took in deltas)
    print("  ".join(f"{name} {seconds:.1f} s" for name, seconds in deltas[-1].stages.items()))
    print(f"first load: {_said(first)}")
    print(f"full rebuild: {_said(full)}")
    print(f"a delta takes {middle:.1f} s, {100 * middle / full.seconds:.1f} % of a full rebuild")
    print(
        f"digest of the last delta night and of the rebuild are {'equal' if deltas[-1].digest == full.digest else 'NOT EQUAL'}"
    )
    shutil.rmtree(home, ignore_errors=True)


@dataclass(frozen=True)
class Took:
    """A night: wall seconds, peak memory (MB), digest, and seconds by stage."""

    seconds: float
    peak_mb: float
    digest: str
    stages: dict[str, float]


def _night(home: Path, extract: Path, out: Path, *more: str) -> Took:
    arguments = [
        "run",
        "--home",
        str(home),
        "--extract",
        str(extract),
        "--direct",
        "--as-of",
        "2026-06-30",
        *more,
    ]
    seconds, _, peak = run_python(["-c", HEMACOHORT, *arguments], out / "night.log")
    night = json.loads((home / "published" / "run.json").read_text(encoding="utf-8"))
    stages = night["stages"]
    return Took(
        seconds,
        max(peak, *(stage["peak_mb"] for stage in stages)),
        night["digest"],
        {stage["stage"]: stage["seconds"] for stage in stages},
    )


def _said(took: Took) -> str:
    return f"{took.seconds:.1f} s, {took.peak_mb:,.0f} MB"


def _delta(labs: Path, folder: Path, number: int) -> int:
    """Write new draws of some patients: their own rows, three hours later."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    every = pl.scan_csv(labs, infer_schema=False)
    total = every.select(pl.len()).collect(engine="streaming").item()
    some = pl.col("patient_id").hash(number) % round(1 / SHARE_OF_PATIENTS) == 0
    rows = every.filter(some).collect(engine="streaming")
    draws = rows.select("specimen_id").unique().sort("specimen_id")
    wanted = draws.sample(fraction=min(1.0, SHARE_OF_ROWS * total / rows.height), seed=number)
    new = rows.join(wanted, on="specimen_id", how="semi").with_columns(
        pl.col("specimen_id", "result_id") + f"-{number}",
        (pl.col("collected_at").str.to_datetime() + pl.duration(hours=3)).dt.strftime("%Y-%m-%d %H:%M:%S"),
    )
    new.write_csv(folder / "lab_results.csv")
    return new.height


if __name__ == "__main__":
    main()
