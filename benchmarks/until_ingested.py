"""An extract of some source until its rows are ingested: prints the seconds of adapting and of ingesting as JSON.

Run as a program: ``python -m benchmarks.until_ingested SOURCE EXTRACT HOME``.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from flows.home import Home
from flows.night import begin
from flows.stages import STAGES, Night, recorded, run_stage

KILOBYTES_PER_MB = 1024 * 1024 if sys.platform == "darwin" else 1024


def begun(home: Path, extract: Path, source: str, flags: Mapping[str, Any]) -> Night:
    """A night in a new home whose stages can be run one by one."""
    night = begin(home, extract, source, "auto", flags)
    Home(home).work.mkdir(parents=True, exist_ok=True)
    night.build.mkdir(parents=True, exist_ok=True)
    return night


def main(source: str, extract: Path, home: Path) -> None:
    """Run the first stages of a night in a new home."""
    night = begun(home, extract, source, {})
    took: dict[str, object] = {}
    for stage in STAGES[:2]:
        before = time.perf_counter(), time.process_time()
        run_stage(stage, night)
        after = time.perf_counter(), time.process_time()
        took[stage.name] = [b - a for a, b in zip(before, after, strict=True)]
    took["rows"] = recorded(night, "ingest")["rows"]
    took["peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // KILOBYTES_PER_MB
    print(json.dumps(took))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
