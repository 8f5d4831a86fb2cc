"""The benchmark of nights: a full rebuild against the night that brings a delta to the same home, in one run.

``make bench-nights``, or ``python -m benchmarks.nights --rows 5000000``. The delta is 0.5 % of the rows, new draws of
about 5 % of the patients on the day of the night; --nights repeats it with other patients on the days that follow.
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import polars as pl

from benchmarks.__main__ import HEMACOHORT, ROOT, run_python

SHARE_OF_ROWS, SHARE_OF_PATIENTS = 0.005, 0.05
LAST_DAY = date(2024, 1, 1)  # of the results of benchmarks.made_up
MONTH = 30


def main() -> None:
    """Make the extract, load the home, bring the deltas night by night, rebuild, and print what each took."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.nights", description=main.__doc__)
    parser.add_argument("--rows", type=int, default=5_000_000, help="about how many laboratory results")
    parser.add_argument("--nights", type=int, default=3, help="how many nights bring a delta")
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "bench", help="folder to work in")
    options = parser.parse_args()
    out: Path = options.out.resolve()
    out.mkdir(parents=True, exist_ok=True)
    extract, home, delta = out / f"extract-{options.rows}", out / "home-nights", out / "delta"
    if not (out / f"extract-{options.rows}.complete").exists():
        shutil.rmtree(extract, ignore_errors=True)
        run_python(["-m", "benchmarks.made_up", str(extract), str(options.rows)], Path("/dev/null"))
        (out / f"extract-{options.rows}.complete").touch()
    shutil.rmtree(home, ignore_errors=True)
    first = _night(home, extract, out, LAST_DAY)
    print(f"first load: {_in_words(first)}", flush=True)
    deltas = []
    day = LAST_DAY
    for number in range(options.nights):
        day += timedelta(days=1)
        rows = _delta(extract / "lab_results.csv", delta, number, day)
        took = _night(home, delta, out, day)
        deltas.append(took)
        if options.nights <= MONTH or number % MONTH == 0:
            print(f"night {number + 1}: {rows:,} rows, {_in_words(took)}", flush=True)
    full = _night(home, delta, out, day, "--full")
    print("  ".join(f"{name} {seconds:.1f} s" for name, seconds in deltas[-1].stages.items()))
    print(f"full rebuild: {_in_words(full)}")
    last = deltas[-MONTH:]
    middle = statistics.median(took.seconds for took in last)
    print(f"a delta takes {middle:.1f} s, {100 * middle / full.seconds:.1f} % of a full rebuild")
    if len(deltas) > MONTH:
        halfway = len(deltas) // 2
        for name, month in (
            ("first", deltas[:MONTH]),
            ("middle", deltas[halfway : halfway + MONTH]),
            ("last", last),
        ):
            print(
                f"{name} month: median {statistics.median(took.seconds for took in month):.2f} s, "
                f"{statistics.median(took.cpu for took in month):.2f} processor seconds"
            )
    same = "equal" if deltas[-1].digest == full.digest else "NOT EQUAL"
    print(f"digest of the last delta night and of the rebuild are {same}")
    shutil.rmtree(home, ignore_errors=True)


@dataclass(frozen=True)
class Took:
    """A night: wall and processor seconds, peak memory (MB), digest, and seconds by stage."""

    seconds: float
    cpu: float
    peak_mb: float
    digest: str
    stages: dict[str, float]


def _night(home: Path, extract: Path, out: Path, as_of: date, *more: str) -> Took:
    arguments = [
        "run",
        "--home",
        str(home),
        "--extract",
        str(extract),
        "--direct",
        "--as-of",
        as_of.isoformat(),
        *more,
    ]
    seconds, cpu, _ = run_python(["-c", HEMACOHORT, *arguments], out / "night.log")
    night = json.loads((home / "published" / "run.json").read_text(encoding="utf-8"))
    stages = night["stages"]
    return Took(
        seconds,
        cpu,
        # not that of the process, which begins with the memory of this one, and this one reads the whole extract
        max(stage["peak_mb"] for stage in stages),
        night["digest"],
        {stage["stage"]: stage["seconds"] for stage in stages},
    )


def _in_words(took: Took) -> str:
    return f"{took.seconds:.1f} s, {took.cpu:.1f} processor seconds, {took.peak_mb:,.0f} MB"


def _delta(labs: Path, folder: Path, number: int, day: date) -> int:
    """Write new draws of some patients, collected on a day: each a copy of one of their own."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    results = pl.scan_csv(labs, infer_schema=False)
    total = results.select(pl.len()).collect(engine="streaming").item()
    chosen = pl.col("patient_id").hash(number) % round(1 / SHARE_OF_PATIENTS) == 0
    rows = results.filter(chosen).collect(engine="streaming")
    draws = (
        rows.select("patient_id", "specimen_id")
        .unique()
        .sort("specimen_id")
        .unique("patient_id", keep="first", maintain_order=True)
    )
    per_draw = rows.height / rows["specimen_id"].n_unique()
    wanted = draws.head(round(SHARE_OF_ROWS * total / per_draw))
    moved = (pl.lit(f"{day} ") + pl.col("collected_at").str.slice(11)).str.to_datetime()
    new = rows.join(wanted, on="specimen_id", how="semi").with_columns(
        pl.col("specimen_id", "result_id") + f"-{number}",
        moved.dt.strftime("%Y-%m-%d %H:%M:%S").alias("collected_at"),
        (moved + pl.duration(hours=2)).dt.strftime("%Y-%m-%d %H:%M:%S").alias("resulted_at"),
    )
    new.write_csv(folder / "lab_results.csv")
    return new.height


if __name__ == "__main__":
    main()
