"""The last steps of a night: move it to its place, build its warehouse, and put it in force in one atomic step."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Sequence
from datetime import UTC, date, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import polars as pl

from flows.audit import checks_of
from flows.code_review import write_unmapped
from flows.duck import opened, write_out
from flows.home import DATABASE, RUN_FILE, Home
from flows.measures import carry_over
from flows.permissions import share
from flows.sql import statement
from flows.stages import Counts, Night
from flows.warehouse import build_warehouse, write_piece, write_reference
from schemas.tables import FATES
from schemas.value_sets import CODE_SETS
from schemas.warehouse import RUN, STAGE

_LIBRARIES = ("polars", "duckdb", "pandera", "pyarrow", "prefect")


def settle(night: Night, as_of: date, digest: str) -> Counts:
    """Move the built night to its place and make its DuckDB file there, because views name their pieces by full path.

    Until ``publish`` has written run.json the folder counts as unfinished.
    """
    if night.build.is_dir():
        write_reference(night.build, night.settings.switches)
        write_unmapped(night.build)
        run = {
            "run_id": night.run_id,
            "as_of": as_of,
            "source": night.source,
            "started_at": night.started_at,
            "finished_at": datetime.now(UTC).astimezone(night.settings.zone).replace(tzinfo=None),
            "timezone": night.settings.timezone,
            "version": own_version(),
            "switches": night.settings.switches.fingerprint,
            "digest": digest,
        }
        write_piece(night.build, "run", pl.DataFrame([run], schema=RUN))
        write_piece(night.build, "stage", pl.DataFrame(schema=STAGE))
        carry_over(night)
        night.place.parent.mkdir(mode=0o700, exist_ok=True)
        night.build.rename(night.place)
    return {"tables": build_warehouse(night.place)}


def publish(night: Night, as_of: date, records: Sequence[dict[str, Any]]) -> Counts:
    """Write run.json, swap the published link to the night, and remove nights older than the last ones kept.

    A past night that was made again stays beside the others and is never put in force.
    """
    place = night.place
    stages = [{**record, "counts": json.dumps(record["counts"], default=str)} for record in records]
    write_piece(place, "stage", pl.DataFrame(stages, schema=STAGE))
    with opened(place / DATABASE) as connection:
        connection.execute(statement("warehouse/forget_stages"))
        connection.execute(
            statement("warehouse/record_stages"), {"stages": str(place / "tables" / "stage" / "all.parquet")}
        )
        files = connection.sql(statement("warehouse/files")).pl().to_dicts()
        tonight = [file for file in files if file["loaded_at"] == night.started_at]
        rule_counts = connection.sql(statement("warehouse/rule_counts")).pl().to_dicts()
        cohorts = connection.sql(statement("warehouse/members_per_rule")).pl().to_dicts()
        write_out(connection)
    _write_atomically(
        place / RUN_FILE,
        {
            "run_id": night.run_id,
            "as_of": as_of,
            "source": night.source,
            "known_at": night.known_at,
            "started_at": night.started_at,
            "finished_at": datetime.now(UTC).astimezone(night.settings.zone).replace(tzinfo=None),
            "settings": night.settings.model_dump(),
            "switches": night.settings.switches.fingerprint,
            "versions": versions(),
            "value_sets": {item.id: item.version for item in CODE_SETS.values()},
            "input_files": tonight,
            "code_map": next((r["counts"].get("code_map") for r in records if r["stage"] == "ingest"), None),
            "rows": {fate: sum(file[fate] for file in tonight) for fate in ("rows", *FATES)},
            "rule_counts": rule_counts,
            "cohorts": cohorts,
            "checks": checks_of(place),
            "accepted": dict(night.accept),
            "stages": list(records),
            "digest": next(record["counts"]["digest"] for record in records if record["stage"] == "exports"),
        },
    )
    home = Home(night.home)
    if night.known_at is not None:
        return {"nights_kept": len(home.finished())}
    share(home, place, night.settings.analysts_group)
    os.sync()  # the machine may stop at any moment: first the files, then the link to them
    home.publish(night.run_id)
    home.failed_checks.unlink(missing_ok=True)
    home.prune(night.settings.keep_nights)
    return {"nights_kept": len(home.finished())}


def own_version() -> str:
    """Version of hemacohort, "source" where it runs from a checkout that is not installed."""
    try:
        return version("hemacohort")
    except PackageNotFoundError:
        return "source"


def versions() -> dict[str, str]:
    """Versions of hemacohort, Python and the libraries whose behavior can change a result."""
    found = {"hemacohort": own_version(), "python": platform.python_version()}
    for name in _LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "absent"
    return found


def _write_atomically(path: Path, content: dict[str, Any]) -> None:
    part = path.with_name(f".{path.name}.part")
    part.write_text(json.dumps(content, indent=2, default=str, ensure_ascii=False) + "\n", encoding="utf-8")
    part.replace(path)
