"""What became of the last run of a home, for whoever asks for its status: the tables tell of published nights only."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from flows import home_lock
from flows.errors import INTERRUPTED, TERMINATED
from flows.home import Home

_ENDED_WELL = ("night published", "past night made again")
_WITHOUT_A_WORD = f"{home_lock.ENDED_WITHOUT_A_WORD}. The last good night is in force, and the next run clears up what was left."


def last_run(root: Path) -> str | None:
    """A sentence where a run is at work in the home at ``root``, or the last one ended without a word or failed.

    None where the last run ended well, where there was none, and where lock and logs are not this user's to read.
    """
    home = Home(root.absolute())
    held, who = home_lock.look(home.root)
    if held:
        return f"A run is at work in this home: {who}."
    if who:
        return f"The last run ({who}) {_WITHOUT_A_WORD}"
    began, ended = _beginning_and_end(home.logs)
    if began is None or (ended is not None and ended["event"] in _ENDED_WELL):
        return None
    # Without an end a second signal came as it cleared up, or the disk was too full for a line.
    how = _WITHOUT_A_WORD if ended is None else _how(ended, home.logs)
    return f"The last run, begun {_time(began)}, {how}"


def _beginning_and_end(logs: Path) -> tuple[dict[str, Any] | None, dict[str, Any] | None]:
    """The beginning of the last run that the log tells of, and how it ended; None where there is nothing of it."""
    ended: dict[str, dict[str, Any]] = {}
    for event in _newest_first(logs):
        if event.get("event") in ("run failed", *_ENDED_WELL):
            ended[event["run_id"]] = event
        elif event.get("event") == "run began":
            return event, ended.get(event["run_id"])
    return None, None


def _newest_first(logs: Path) -> Iterator[dict[str, Any]]:
    """Events of the log; a line that a killed run did not finish is none."""
    try:
        days = sorted(logs.glob("*.jsonl"), reverse=True)
        for day in days:
            for line in reversed(day.read_text(encoding="utf-8", errors="replace").splitlines()):
                try:
                    yield json.loads(line)
                except ValueError:
                    continue
    except OSError:
        return


def _time(event: dict[str, Any]) -> str:
    return f"{datetime.fromisoformat(event['timestamp']):%Y-%m-%d %H:%M:%S} UTC"


def _how(ended: dict[str, Any], logs: Path) -> str:
    if ended["exit_code"] in (INTERRUPTED, TERMINATED):
        return "was stopped. The last good night is in force."
    where = f" in the stage {ended['stage']}" if ended.get("stage") else ""
    return f"failed{where} (exit {ended['exit_code']}): {ended.get('says') or ended['error'] + f'; look into {logs}.'}"
