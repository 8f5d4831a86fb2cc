"""A night that never came is noticed: `status --max-age`, and since when."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from flows.cli import main
from flows.errors import OverdueError, UsageError
from flows.home import Home
from flows.kept_nights import roll_back
from flows.overdue import age_of, check_age


def finished(night: Path, local: str, timezone: str) -> None:
    """Let a night have been finished at this local time."""
    content = json.loads((night / "run.json").read_text())
    content["finished_at"] = local
    content["settings"]["timezone"] = timezone
    (night / "run.json").write_text(json.dumps(content))


@pytest.mark.parametrize(
    ("text", "age"),
    [("26h", timedelta(hours=26)), (" 90 m ", timedelta(minutes=90)), ("2d", timedelta(days=2))],
)
def test_ages_as_people_write_them(text: str, age: timedelta) -> None:
    assert age_of(text) == age


@pytest.mark.parametrize("text", ["26", "h", "0h", "1.5h", "-2h", "26 hours", ""])
def test_what_is_no_age_is_wrong_usage(text: str) -> None:
    with pytest.raises(UsageError, match="--max-age"):
        age_of(text)


def test_a_night_is_overdue_when_its_age_is_passed_and_the_sentence_says_since_when(
    night: Path, home: Home
) -> None:
    finished(night, "2026-07-01 02:30:00", "Europe/Vienna")
    limit = timedelta(hours=26)
    check_age(home.root, limit, datetime(2026, 7, 2, 2, 30, tzinfo=UTC))  # exactly 26 hours
    with pytest.raises(
        OverdueError, match=r"since 2026-07-01 02:30 CEST .*26\.02 hours ago; more than 26 hours"
    ) as raised:
        check_age(home.root, limit, datetime(2026, 7, 2, 2, 31, tzinfo=UTC))
    assert raised.value.exit_code == 11
    with pytest.raises(OverdueError, match=r"90 minutes ago; more than 1 minute is"):
        check_age(home.root, timedelta(minutes=1), datetime(2026, 7, 1, 2, 0, tzinfo=UTC))


def test_overdue_after_a_rollback_is_not_reported_as_nothing_published(
    screened: Callable[..., Path], home: Home
) -> None:
    first, _ = screened(), screened()
    finished(first, "2026-07-01 02:30:00", "Europe/Vienna")
    roll_back(home.root, None)
    with pytest.raises(
        OverdueError, match=r"went back to a night that was finished on 2026-07-01 02:30 CEST .*forward"
    ):
        check_age(home.root, timedelta(hours=26), datetime(2026, 7, 2, 2, 31, tzinfo=UTC))


def test_a_night_from_the_future_is_reported_because_the_watch_would_be_silent_until_then(
    night: Path, home: Home
) -> None:
    finished(night, "2027-07-01 02:30:00", "UTC")
    with pytest.raises(OverdueError, match="by the clock of this machine"):
        check_age(home.root, timedelta(hours=26), datetime(2026, 7, 1, 2, 30, tzinfo=UTC))
    check_age(home.root, timedelta(hours=26), datetime(2027, 7, 1, 2, 20, tzinfo=UTC))


@pytest.mark.parametrize(
    ("local", "now", "late"),
    [
        # the day of 25 hours: nights end 25 hours apart, and 26 hours are not passed
        ("2026-10-24 02:40:00", datetime(2026, 10, 25, 1, 40, tzinfo=UTC), False),
        # the hour that comes twice is taken as the first
        ("2026-10-25 02:40:00", datetime(2026, 10, 26, 2, 39, tzinfo=UTC), False),
        ("2026-10-25 02:40:00", datetime(2026, 10, 26, 2, 41, tzinfo=UTC), True),
        # the day of 23 hours
        ("2026-03-28 02:40:00", datetime(2026, 3, 29, 3, 41, tzinfo=UTC), True),
    ],
)
def test_age_is_counted_in_hours_that_passed_not_in_hours_of_the_clock(
    local: str, now: datetime, late: bool, night: Path, home: Home
) -> None:
    finished(night, local, "Europe/Vienna")
    if late:
        with pytest.raises(OverdueError):
            check_age(home.root, timedelta(hours=26), now)
    else:
        check_age(home.root, timedelta(hours=26), now)


def test_a_home_that_never_had_a_night_is_overdue_from_when_it_was_made(home: Home) -> None:
    home.create()
    check_age(home.root, timedelta(hours=26))
    long_ago = datetime(2026, 1, 1, tzinfo=UTC).timestamp()
    os.utime(home.root / "format", (long_ago, long_ago))
    with pytest.raises(OverdueError, match=r"2026-01-01 .*when the home was made"):
        check_age(home.root, timedelta(hours=26))


def test_folder_that_is_no_home_is_wrong_usage(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="not a hemacohort home"):
        check_age(tmp_path, timedelta(hours=26))


def test_a_wrong_age_is_reported_instead_of_the_tables(
    night: Path, home: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as done:
        main(["status", "--home", str(home.root), "--max-age", "soon"])
    assert done.value.code == 2
    assert night.name not in capsys.readouterr().out


def test_status_exits_with_11_and_says_since_when(
    night: Path, home: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as fresh:
        main(["status", "--home", str(home.root), "--max-age", "26h"])
    assert fresh.value.code == 0
    finished(night, "2026-01-02 03:04:00", "Europe/Vienna")
    with pytest.raises(SystemExit) as stale:
        main(["status", "--home", str(home.root), "--max-age", "26h"])
    assert stale.value.code == 11
    captured = capsys.readouterr()
    assert "No night has been published since 2026-01-02 03:04 CET" in captured.err
    assert night.name in captured.out  # the tables are there all the same


def test_an_overdue_night_is_reported_although_nobody_reads_the_tables(night: Path, home: Home) -> None:
    """As in `hemacohort status --max-age 26h | head`."""
    finished(night, "2020-01-01 02:15:00", "UTC")
    words = ["status", "--home", str(home.root), "--max-age", "26h"]
    command = [sys.executable, "-c", "from flows.cli import main; main()", *words]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        captured = process.stderr.read()
    assert process.returncode == 11
    assert captured.startswith("hemacohort: No night has been published since 2020-01-01 02:15 UTC")
    assert captured.count("\n") == 1
