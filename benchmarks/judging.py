"""The benchmark of the rules alone: every rule on millions of blood counts whose evidence is gathered already.

``make bench-rules``, or ``python -m benchmarks.judging``. Criteria, status, missing reasons and caveats of every rule are
computed, in one process and in two that share the buckets. One bucket of evidence is made and judged again and
again: what it costs to judge a draw does not depend on whose it is.
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
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from benchmarks.__main__ import MAX_RSS_PER_MB, ROOT

DRAWS = 5_100_000
DRAWS_PER_BUCKET = 75_000
RESULTS_PER_DRAW = 11
LIMITS = {1: (20.0, 1000.0), 2: (15.0, 1200.0)}  # workers: seconds, MB of all of them together
NIGHT = date(2024, 1, 2)


def main() -> None:
    """Make the evidence if it is not there, judge it with one worker and with two, and print what that took."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.judging", description=main.__doc__)
    parser.add_argument("--draws", type=int, default=DRAWS, help="about how many blood counts are judged")
    parser.add_argument("--repeat", type=int, default=3, help="how often each is measured; the best counts")
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "bench", help="folder to work in")
    parser.add_argument("--gather", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--judge", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    evidence = options.out.resolve() / "evidence.parquet"
    if options.gather:
        _gather(evidence)
    elif options.judge is not None:
        _judge(evidence, options.judge)
    else:
        if not evidence.exists():
            print(f"Gathering the evidence of about {DRAWS_PER_BUCKET:,} draws in {evidence} …", flush=True)
            _wait([_start(options.out, "--gather")])
        print(_table(options.out, options.draws, options.repeat))


def _gather(path: Path) -> None:
    """Make results, ingest them, and keep the evidence of their draws."""
    import polars as pl

    from benchmarks.made_up import make
    from benchmarks.until_ingested import begun
    from flows.stages import STAGES, run_stage
    from transforms.evidence import PatientRecords, build_evidence, index_draws
    from transforms.repeats import with_repeats

    folder = path.parent / "judging"
    shutil.rmtree(folder, ignore_errors=True)
    make(folder / "extract", DRAWS_PER_BUCKET * RESULTS_PER_DRAW)
    night = begun(folder / "home", folder / "extract", "canonical", {"buckets": 1})
    for stage in STAGES[:2]:  # until the results are ingested
        run_stage(stage, night)
    tables = {
        name: pl.read_parquet(night.build / "tables" / name / "*.parquet")
        for name in ("lab_result", "reported_count", "lab_patient", "lab_clinical_event", "lab_coverage")
    }
    results = tables["lab_result"].filter(pl.col("superseded_at").is_null())
    records = PatientRecords(
        results=results,
        unusable=tables["reported_count"],
        patients=tables["lab_patient"],
        events=tables["lab_clinical_event"],
        coverage=tables["lab_coverage"],
    )
    draws = index_draws(results, records.unusable)
    evidence = build_evidence(draws, records, (NIGHT - date(1970, 1, 1)).days)
    with_repeats(evidence).write_parquet(path)
    shutil.rmtree(folder)


def _judge(path: Path, draws: int) -> None:
    """Judge the evidence until so many draws are judged, and print seconds, draws and peak memory as JSON."""
    import polars as pl

    from transforms.judging import judge
    from transforms.rules import RULES

    evidence = pl.read_parquet(path)
    judge(evidence.head(1_000), RULES)  # what is built once for a process is not the draws'
    judged = 0
    start, processor = time.perf_counter(), time.process_time()
    while judged < draws:
        judged += len(judge(evidence, RULES).verdicts)
    found = {
        "draws": judged,
        "seconds": time.perf_counter() - start,
        "processor": time.process_time() - processor,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / MAX_RSS_PER_MB,
    }
    print(json.dumps(found))


def _start(out: Path, *arguments: str, threads: int = 0) -> subprocess.Popen[str]:
    """A process of its own, with so many threads for Polars (0: as many as there are cores)."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    if threads:
        environment["POLARS_MAX_THREADS"] = str(threads)
    command = [sys.executable, "-m", "benchmarks.judging", "--out", str(out), *arguments]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)


def _wait(processes: Sequence[subprocess.Popen[str]]) -> list[str]:
    written = [process.communicate()[0] for process in processes]
    if any(process.returncode for process in processes):
        sys.exit("a process of the benchmark failed")
    return written


def _table(out: Path, draws: int, repeat: int) -> str:
    rows = [("workers", "draws", "wall", "at most", "processor", "memory", "at most")]
    for workers, (seconds, megabytes) in LIMITS.items():
        runs = []
        for _ in range(repeat):
            share = str(draws // workers)
            threads = 0 if workers == 1 else 1
            done = _wait([_start(out, "--judge", share, threads=threads) for _ in range(workers)])
            runs.append([json.loads(text) for text in done])
        best = min(runs, key=lambda run: max(worker["seconds"] for worker in run))
        judged = sum(worker["draws"] for worker in best)
        scale = draws / judged  # whole buckets are judged, so a few draws more
        rows.append(
            (
                str(workers),
                f"{draws:,}",
                f"{max(worker['seconds'] for worker in best) * scale:.1f} s",
                f"{seconds:.0f} s",
                f"{sum(worker['processor'] for worker in best) * scale:.1f} s",
                f"{sum(worker['peak_mb'] for worker in best):,.0f} MB",
                f"{megabytes:,.0f} MB",
            )
        )
    return "\n".join("  ".join(f"{cell:>10}" for cell in row) for row in rows)


if __name__ == "__main__":
    main()
