"""The structured log of a home: HOME/logs/YYYY-MM-DD.jsonl, one JSON object an event, in UTC.

Every event has the run's id; a stage adds its name, seconds and counts. What goes in is chosen, not what stays out:
numbers, and texts under the few names below. So a count that a stage adds tomorrow cannot bring a patient with it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, MutableMapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

import structlog

from flows.errors import INTERRUPTED, TERMINATED, CheckError, HemacohortError, is_termination

_TEXTS = {
    "event",
    "level",
    "timestamp",
    "run_id",
    "stage",
    "check",
    "error",
    "says",
    "digest",
    "to",
    "source",
}


class _Lenient(structlog.BytesLogger):
    """A full disk is reported by what fails for it, not by the log."""

    def msg(self, message: bytes) -> None:
        with suppress(OSError):
            super().msg(message)

    info = error = msg


class NightLog:
    """Events of one run."""

    def __init__(self, file: BinaryIO, run_id: str) -> None:
        self._log = structlog.wrap_logger(
            _Lenient(file),
            processors=[
                structlog.processors.add_log_level,
                structlog.processors.TimeStamper(fmt="iso", utc=True),
                _only_what_is_chosen,
                structlog.processors.JSONRenderer(_line),
            ],
            wrapper_class=structlog.BoundLogger,
            cache_logger_on_first_use=False,
        ).bind(run_id=run_id)
        self._stage = ""

    def event(self, name: str, **values: Any) -> None:
        """One event; see the module for what of its values is written."""
        self._log.info(name, **values)

    def begins(self, stage: str) -> None:
        """A stage begins; a failure is an event of its own."""
        self._stage = stage

    def ends(self, stage: str, counts: Mapping[str, Any], seconds: float) -> None:
        """A stage ended with these counts."""
        self._log.info("stage ended", stage=stage, seconds=round(seconds, 3), counts=counts)
        self._stage = ""

    def failed(self, error: BaseException) -> None:
        """The run failed. Only an error of our own says its sentence; the text of any other may quote a patient."""
        self._log.error(
            "run failed",
            stage=self._stage,
            error=type(error).__name__,
            exit_code=_exit_code(error),
            **({"says": str(error)} if isinstance(error, HemacohortError) else {}),
            **({"check": error.check} if isinstance(error, CheckError) else {}),
        )


def _exit_code(error: BaseException) -> int:
    if isinstance(error, KeyboardInterrupt):
        return INTERRUPTED
    if is_termination(error):
        return TERMINATED
    return error.exit_code if isinstance(error, HemacohortError) else 1


@contextmanager
def logged(logs: Path, run_id: str) -> Iterator[NightLog]:
    """The log of a run; an error that passes through is its last event."""
    now = datetime.now(UTC)
    path = logs / f"{now:%Y-%m-%d}.jsonl"
    path.touch(mode=0o600)
    with path.open("ab", buffering=0) as file:
        log = NightLog(file, run_id)
        try:
            yield log
        except BaseException as error:
            log.failed(error)
            raise


def _only_what_is_chosen(
    _logger: Any, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    return {
        name: _numbers(value) if isinstance(value, Mapping) else value
        for name, value in event.items()
        if isinstance(value, Mapping) or _is_number(value) or (name in _TEXTS and isinstance(value, str))
    }


def _line(event: Mapping[str, Any], **_: Any) -> bytes:
    return json.dumps(event, ensure_ascii=False).encode()


def _numbers(counts: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in counts.items() if _is_number(value)}


def _is_number(value: object) -> bool:
    return isinstance(value, int | float)
