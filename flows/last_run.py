"""What became of the last run of a home, for whoever asks for its status: the tables tell of published nights only."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from flows import home_lock
from flows.errors import INTERRUPTED
from flows.home import Home


def last_run(root: Path) -> str | None:
    """A sentence where a run is at work in the home at ``root``, or the last one ended without a word or failed.

    None where the last run ended well, where there was none, and where lock and logs are not this user's to read.
    """
    home = Home(root.absolute())
    held, who = home_lock.look(home.root)
    if held:
        return f"At work in this home now: {who}."
    if who:
        return (
            f"The last run ({who}) {home_lock.ENDED_WITHOUT_A_WORD}. The last good night is in force, and the next run "
            "clears up what was left."
        )
    began, ended = _beginning_and_failure(home.logs)
    return None if ended is None else f"The last run, begun {_time(began)}, {_how(ended, home.logs)}"


def _beginning_and_failure(logs: Path) -> tuple[dict[str, Any], dict[str, Any] | None]:
    """The beginning of the last run that the log tells of, and its failure; None where it did not fail."""
    ended: dict[str, dict[str, Any]] = {}
    for event in _newest_first(logs):
        if event.get("event") == "run failed":
            ended[event["run_id"]] = event
        elif event.get("event") == "run began":
            return event, ended.get(event["run_id"])
    return {}, None


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
    if ended["exit_code"] == INTERRUPTED:
        return "was stopped. The last good night is in force."
    where = f" in the stage {ended['stage']}" if ended.get("stage") else ""
    return f"failed{where} (exit {ended['exit_code']}): {ended.get('says') or ended['error'] + f'; look into {logs}.'}"
