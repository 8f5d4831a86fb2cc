"""OpenLineage events of a night, a JSON object a line, in the file that the setting ``openlineage_file`` names.

They follow version 2-0-2 of the specification (https://openlineage.io/spec/2-0-2/OpenLineage.json): START, then COMPLETE,
FAIL or ABORT. Datasets are folders and published files; no name of an extract's file is in them.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from flows.errors import HemacohortError
from flows.stages import Night

log = logging.getLogger("hemacohort")
SCHEMA = "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent"
_ERROR_SCHEMA = (
    "https://openlineage.io/spec/facets/1-0-0/ErrorMessageRunFacet.json#/$defs/ErrorMessageRunFacet"
)
_OUTPUTS = ("findings", "why", "membership", "ledger", "quality_flags", "quarantine")


@contextmanager
def traced(night: Night) -> Iterator[None]:
    """START before and the end after what is inside; nothing without the setting."""
    if night.settings.openlineage_file is None:
        yield
        return
    file = night.home / night.settings.openlineage_file
    _append(file, _event(night, "START"))
    try:
        yield
    except HemacohortError as error:
        _append(file, _event(night, "FAIL", str(error)))
        raise
    except BaseException as error:
        # The text of an error that is not ours may quote a patient.
        _append(
            file, _event(night, "FAIL" if isinstance(error, Exception) else "ABORT", type(error).__name__)
        )
        raise
    _append(file, _event(night, "COMPLETE"))


def _event(night: Night, kind: str, message: str | None = None) -> dict[str, Any]:
    try:
        producer = f"urn:hemacohort:{version('hemacohort')}"
    except PackageNotFoundError:
        producer = "urn:hemacohort:source"
    run: dict[str, Any] = {"runId": str(uuid5(NAMESPACE_URL, f"{night.home.as_uri()}/nights/{night.run_id}"))}
    if message is not None:
        run["facets"] = {
            "errorMessage": {
                "_producer": producer,
                "_schemaURL": _ERROR_SCHEMA,
                "message": message,
                "programmingLanguage": "Python",
            }
        }
    files = [night.place / f"{name}.parquet" for name in _OUTPUTS]
    outputs = [_file(path) for path in files if path.is_file()] if kind == "COMPLETE" else []
    return {
        "eventType": kind,
        "eventTime": datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "run": run,
        "job": {"namespace": "hemacohort", "name": f"night.{night.home.name}"},
        "inputs": [_file(night.extract)],
        "outputs": outputs,
        "producer": producer,
        "schemaURL": SCHEMA,
    }


def _file(path: Path) -> dict[str, str]:
    return {"namespace": "file", "name": str(path)}


def _append(file: Path, event: dict[str, Any]) -> None:
    try:
        with file.open("a", encoding="utf-8") as lines:
            lines.write(json.dumps(event, ensure_ascii=False) + "\n")
    except OSError as error:  # a night is not failed for its trace
        log.warning("openlineage_file could not be written (%s).", error.strerror)
