"""Days and times as a person writes them on the command line."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from flows.errors import UsageError


def moment_text(text: str) -> datetime:
    """A local time from what a person wrote; a day alone is its end. UsageError if it is none."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise UsageError(f"--known-at is a local time such as 2026-11-24T06:00, not {text[:40]!r}.") from None
    if moment.tzinfo is not None:
        raise UsageError("--known-at is a local time of the home, without a zone.")
    return moment + timedelta(days=1, microseconds=-1) if len(text) == len("2026-11-24") else moment


def as_of_text(text: str | None, now: datetime) -> str:
    """The word today or auto, or an ISO date, from what a person wrote. UsageError if it is none of them."""
    if text is None or text in ("today", "auto"):
        return text or "today"
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"--as-of is a date such as {now:%Y-%m-%d}, or auto; not {text[:40]!r}.") from None
    # shifted extracts lie up to 2 centuries ahead
    if day.year < 1900 or day > now.date() + timedelta(days=366 * 300):
        raise UsageError(f"--as-of {day.isoformat()} is out of range.")
    return day.isoformat()
