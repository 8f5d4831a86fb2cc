"""The benchmark: a night of hemacohort against a bare script over the same CSV, each in a process of its own.

``make bench``, or ``python -m benchmarks --rows 5000000``.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MAX_RSS_PER_MB = 1024 * 1024 if sys.platform == "darwin" else 1024
LIMITS = {"to findings": 3.0, "published": 5.0, "memory": 2.0}  # times the yardstick
HEMACOHORT = "import sys; from flows.cli import main; sys.exit(main())"


@dataclass(frozen=True)
class Run:
    """One process: seconds until it ended, seconds until it had its findings, processor seconds, peak memory."""

    seconds: float
    to_findings: float
    processor: float
    peak_mb: float


def main() -> None:
    """Make the extract if it is not there, run both programs in turn, and print what they took."""
    options = _options()
    extract = options.out / f"extract-{options.rows}"
    if not (extract / "complete").exists():
        shutil.rmtree(extract, ignore_errors=True)
        print(f"Making an extract of about {options.rows:,} results in {extract} …", flush=True)
        run_python(["-m", "benchmarks.made_up", str(extract), str(options.rows)], Path(os.devnull))
        (extract / "complete").touch()
    home, bare = options.out / "home", options.out / "yardstick"
    yardstick, nights, stages, summary = [], [], [], ""
    for _ in range(options.repeat):
        shutil.rmtree(bare, ignore_errors=True)
        seconds, processor, peak = run_python(
            ["-m", "benchmarks.yardstick", str(extract), str(bare)], options.out / "yardstick.log"
        )
        yardstick.append(Run(seconds, seconds, processor, peak))
        shutil.rmtree(home, ignore_errors=True)
        arguments = ["run", "--home", home, "--extract", extract, "--direct", "--as-of", "auto"]
        seconds, processor, peak = run_python(
            ["-c", HEMACOHORT, *map(str, arguments)], options.out / "hemacohort.log"
        )
        night = json.loads((home / "published" / "run.json").read_text(encoding="utf-8"))
        stages = night["stages"]
        names = [stage["stage"] for stage in stages]
        # each stage begins to count its peak anew, which takes the kernel's count for the process back with it
        peak = max(peak, *(stage["peak_mb"] for stage in stages))
        after = sum(stage["seconds"] for stage in stages[names.index("screen") + 1 :])
        nights.append(Run(seconds, seconds - after, processor, peak))
        summary = f"{night['rows']['rows']:,} rows read; digest {night['digest']}"
    print(_table(yardstick, nights, stages))
    print(summary)
    run_python(["-m", "benchmarks.reading_and_writing", str(extract), str(home)], options.out / "parts.log")
    print("\nwhat reading and writing alone take, with nothing computed:")
    print((options.out / "parts.log").read_text(encoding="utf-8"), end="")
    shutil.rmtree(home, ignore_errors=True)
    shutil.rmtree(bare, ignore_errors=True)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=main.__doc__)
    parser.add_argument("--rows", type=int, default=5_000_000, help="about how many laboratory results")
    parser.add_argument(
        "--repeat", type=int, default=3, help="how often each program runs; the medians count"
    )
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "bench", help="folder to work in")
    options = parser.parse_args()
    options.out = options.out.resolve()
    options.out.mkdir(parents=True, exist_ok=True)
    return options


def run_python(arguments: Sequence[str], log: Path) -> tuple[float, float, float]:
    """Wall seconds, processor seconds and peak memory (MB) of a Python program. Exits where it fails.

    This process imports nothing large: a child's peak starts with the memory of the process it comes from.
    """
    command = [sys.executable, *arguments]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    start = time.perf_counter()
    with log.open("wb") as out:
        redirected = [(os.POSIX_SPAWN_DUP2, out.fileno(), 1), (os.POSIX_SPAWN_DUP2, out.fileno(), 2)]
        child = os.posix_spawn(command[0], command, environment, file_actions=redirected)
        _, status, usage = os.wait4(child, 0)
    seconds = time.perf_counter() - start
    if os.waitstatus_to_exitcode(status) != 0:
        sys.exit(f"{' '.join(arguments[:2])} failed; see {log}")
    return seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / MAX_RSS_PER_MB


def _table(yardstick: Sequence[Run], nights: Sequence[Run], stages: Sequence[dict[str, object]]) -> str:
    base = statistics.median(run.seconds for run in yardstick)
    base_mb = statistics.median(run.peak_mb for run in yardstick)
    base_cpu = statistics.median(run.processor for run in yardstick)
    cpu = statistics.median(run.processor for run in nights)
    found = statistics.median(run.to_findings for run in nights)
    whole = statistics.median(run.seconds for run in nights)
    peak = statistics.median(run.peak_mb for run in nights)
    rows = [
        ("", "yardstick", "hemacohort", "times", "at most"),
        (
            "to findings",
            f"{base:.1f} s",
            f"{found:.1f} s",
            f"{found / base:.2f}",
            f"{LIMITS['to findings']:.0f}",
        ),
        ("published", f"{base:.1f} s", f"{whole:.1f} s", f"{whole / base:.2f}", f"{LIMITS['published']:.0f}"),
        ("processor", f"{base_cpu:.1f} s", f"{cpu:.1f} s", f"{cpu / base_cpu:.2f}", ""),
        (
            "peak memory",
            f"{base_mb:,.0f} MB",
            f"{peak:,.0f} MB",
            f"{peak / base_mb:.2f}",
            f"{LIMITS['memory']:.0f}",
        ),
    ]
    lines = ["  ".join(f"{cell:>12}" for cell in row) for row in rows]
    lines += ["", f"stages of the last of {len(nights)} nights:"]
    lines += [
        f"{stage['stage']!s:>12}  {stage['seconds']:>8.1f} s  {stage['peak_mb']:>8,} MB" for stage in stages
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
