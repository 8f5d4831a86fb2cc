"""Whether a home's night is overdue: how long ago the night in force was finished, against an age that is too old."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from flows.errors import OverdueError, UsageError
from flows.home import Home
from flows.night import summary
from flows.plain_words import counted

_MINUTES_TOLD = 120
_CLOCKS_DIFFER = timedelta(hours=1)
_UNITS = {"m": "minutes", "h": "hours", "d": "days"}


def age_of(text: str) -> timedelta:
    """A length of time such as 90m, 26h or 2d. UsageError if it is none."""
    match = re.fullmatch(r"\s*(\d{1,5})\s*([mhd])\s*", text)
    if match is None or not int(match.group(1)):
        raise UsageError(f"--max-age is a number of minutes, hours or days such as 26h, not {text[:20]!r}.")
    return timedelta(**{_UNITS[match.group(2)]: int(match.group(1))})


def check_age(root: Path, max_age: timedelta, now: datetime | None = None) -> None:
    """Raise OverdueError if the home at ``root`` has published no night for longer than ``max_age``, or if its night
    seems to come from the future: a clock that was ahead would keep the watch silent for as long.

    The age runs from the end of the night in force, so that a night going back (``rollback``) counts as old; in a
    home without a night, from when the home was made. now: an aware time. UsageError for a folder that is not a home.
    """
    home = Home(root.absolute())
    since, word = _since(home)
    now = now or datetime.now(UTC)
    age = now - since
    if -age > _CLOCKS_DIFFER:
        raise OverdueError(
            f"The night in force was finished on {since:%Y-%m-%d %H:%M} {since.tzname()} ({word}), {_in_words(-age)} from "
            f"now by the clock of this machine ({now:%Y-%m-%d %H:%M} UTC), so its age is not known. "
            "Check that the clock is right, and run a night."
        )
    if age > max_age and _went_back(home):
        raise OverdueError(
            f"The home went back to a night that was finished on {since:%Y-%m-%d %H:%M} {since.tzname()} ({word}), "
            f"{_in_words(age)} ago; more than {_in_words(max_age)} is too long. Run a night, or go forward again "
            "(hemacohort rollback; hemacohort status lists the nights)."
        )
    if age > max_age:
        raise OverdueError(
            f"No night has been published since {since:%Y-%m-%d %H:%M} {since.tzname()} ({word}), {_in_words(age)} "
            f"ago; more than {_in_words(max_age)} is too long. "
            "Check that the scheduler is running, and how the last run ended."
        )


def _in_words(length: timedelta) -> str:
    """In whole minutes up to two hours, then in hours."""
    minutes = length // timedelta(minutes=1)
    return counted(minutes, "minute") if minutes < _MINUTES_TOLD else f"{minutes / 60:,.4g} hours"


def _went_back(home: Home) -> bool:
    """Whether a newer night than the one in force is kept."""
    return home.published.exists() and home.finished(readable=True)[-1].resolve() != home.night()


def _since(home: Home) -> tuple[datetime, str]:
    """When the night in force was finished, in the zone of its home, and what that time is."""
    mark = home.root / "format"
    if not mark.is_file():
        raise UsageError(f"{home.root} is not a hemacohort home.")
    home.check_format()
    if not home.published.exists():
        made = datetime.fromtimestamp(mark.stat().st_mtime, UTC)
        return made, "when the home was made; it has no night yet"
    content = summary(home.night())
    zone = ZoneInfo(content["settings"]["timezone"])
    # A local time that occurs twice, in the hour after clocks went back, is taken as the first: rather an alert
    # an hour early than one an hour late.
    finished = datetime.fromisoformat(content["finished_at"]).replace(tzinfo=zone)
    return finished, f"the night of {content['as_of']}"
