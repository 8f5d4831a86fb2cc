"""Site drift of a night: the values of each site and month counted over all patients, and which months drift."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from pathlib import Path

from flows.generations import current
from flows.tables import write_table
from schemas.tables import LAB_RESULT, empty
from transforms.site_drift import counted_values, drift_flags, site_drift


def write_site_drift(build: Path, *, as_of: date) -> int:
    """Write tables/site_unit_drift and its quality flags into a build folder; returns the number of drifting months.

    as_of: the night; nothing collected after its end is seen.
    """
    results = current(build / "tables", "lab_result")
    seen_until = datetime.combine(as_of + timedelta(days=1), time())
    counted = counted_values(empty(LAB_RESULT).lazy() if results is None else results, seen_until)
    drift = site_drift(counted.collect(engine="streaming"))
    write_table(build, "site_unit_drift", "all", drift)
    write_table(build, "site_flag", "all", drift_flags(drift))
    return drift.height
