"""Going back to an earlier night, and pruning."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import date, datetime, timedelta, tzinfo
from pathlib import Path

import pytest

from flows import night as night_module
from flows.cli import main
from flows.errors import HomeLockedError, UsageError
from flows.home import Home
from flows.kept_nights import prune, roll_back


def call(*words: str | Path) -> int:
    with pytest.raises(SystemExit) as done:
        main([str(word) for word in words])
    return int(done.value.code or 0)


@pytest.fixture
def nights(home: Home) -> list[Path]:
    """Four kept nights of a home, the last one in force; only what pruning and going back look at."""
    home.create()
    for number in range(1, 5):
        folder = home.nights / f"2026060{number}T021500-000000"
        folder.mkdir()
        (folder / "run.json").write_text("{}")
        (folder / "piece").write_bytes(b"x" * 1000)
    home.publish(folder.name)
    return home.finished()


def test_rollback_goes_to_the_night_before_or_the_one_named_and_is_recorded(
    nights: list[Path], home: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    names = [night.name for night in nights]
    assert call("rollback", "--home", home.root) == 0
    assert home.night() == nights[2]
    assert capsys.readouterr().out == (
        f"The night {names[2]} is in force instead of {names[3]}.\n"
        "The next run builds on it and loads every file that it does not know, so take a bad file out first.\n"
        f"To go back to {names[3]}, until a prune or a later run removes it: "
        f"hemacohort rollback --home {home.root} {names[3]}\n"
    )
    assert roll_back(home.root, names[0]) == (names[2], names[0])
    assert roll_back(home.root, names[3]) == (names[0], names[3])  # and forward again
    events = [
        json.loads(line) for file in home.logs.glob("*.jsonl") for line in file.read_text().splitlines()
    ]
    assert [(event["event"], event["run_id"], event["to"]) for event in events] == [
        ("rolled back", names[3], names[2]),
        ("rolled back", names[2], names[0]),
        ("rolled back", names[0], names[3]),
    ]
    assert home.finished() == nights


def test_rollback_passes_over_a_night_that_was_never_in_force(
    screened: Callable[..., Path], home: Home
) -> None:
    first = screened()
    killed = screened()  # between its last stage and the swap
    home.publish(first.name)
    now = screened()
    assert [night.name for night in home.finished()] == [first.name, killed.name, now.name]
    assert roll_back(home.root, None) == (now.name, first.name)


def test_rollback_goes_by_what_was_in_force_where_the_clock_was_set_back(
    screened: Callable[..., Path], home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = screened(), screened()
    with monkeypatch.context() as patch:
        patch.setattr(night_module, "datetime", _Yesterday)
        back = screened()
    assert back.name < first.name < second.name
    assert home.finished() == [first, second, back]
    assert home.night_of(date(2026, 6, 30)) == back
    assert home.beyond(keep=2) == [first]
    assert roll_back(home.root, None) == (back.name, second.name)
    assert home.night_of(date(2026, 6, 30)) == second
    assert home.beyond(keep=2) == [first]


class _Yesterday(datetime):
    """A clock that was set back by a day."""

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> datetime:
        return datetime.now(tz) - timedelta(days=1)


def test_rollback_to_what_is_not_there_is_wrong_usage(nights: list[Path], home: Home, tmp_path: Path) -> None:
    for wanted, says in (("20260101T000000-000000", "keeps no night"), (nights[3].name, "in force already")):
        with pytest.raises(UsageError, match=says):
            roll_back(home.root, wanted)
    home.publish(nights[0].name)
    with pytest.raises(UsageError, match="keeps no night before"):
        roll_back(home.root, None)
    assert call("rollback", "--home", tmp_path / "none") == 2
    assert home.night() == nights[0]


def test_neither_works_while_a_run_holds_the_home(nights: list[Path], home: Home) -> None:
    with home.lock():
        with pytest.raises(HomeLockedError):
            roll_back(home.root, None)
        with pytest.raises(HomeLockedError):
            prune(home.root, 1, dry=False)
    assert home.finished() == nights


def test_pruning_says_first_what_would_go_and_removes_only_when_told(
    nights: list[Path], home: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call("prune", "--home", home.root, "--keep", "2") == 0
    output = capsys.readouterr().out
    assert output == (
        f"would go: {nights[0].name}\nwould go: {nights[1].name}\n"
        "2 nights, 2.0 kB; 2 stay. Nothing was removed; --yes removes them.\n"
    )
    assert home.finished() == nights
    assert call("prune", "--home", home.root, "--keep", "2", "--yes") == 0
    assert home.finished() == nights[2:]
    assert not nights[0].exists()
    capsys.readouterr()
    assert call("prune", "--home", home.root) == 0  # seven are kept unless a setting says otherwise
    assert capsys.readouterr().out == "0 nights, 0.0 kB; 2 stay.\n"


def test_pruning_says_which_nights_are_the_way_forward_again(
    nights: list[Path], home: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    roll_back(home.root, nights[2].name)
    for flags, goes, cannot in (((), "would go", "could not"), (("--yes",), "removed", "cannot")):
        assert call("prune", "--home", home.root, "--keep", "1", *flags) == 0
        output = capsys.readouterr().out.splitlines()
        assert output[:3] == [
            f"{goes}: {nights[0].name}",
            f"{goes}: {nights[1].name}",
            f"{goes}: {nights[3].name} (newer than the night in force: rollback {cannot} return to it)",
        ]
    assert home.finished() == [nights[2]]


def test_night_in_force_stays_however_old(nights: list[Path], home: Home) -> None:
    roll_back(home.root, nights[0].name)
    assert prune(home.root, 2, dry=False).kept == (nights[0].name, nights[3].name)
    assert home.finished() == [nights[0], nights[3]]


def test_bytes_shared_with_a_night_that_stays_do_not_come_free(nights: list[Path], home: Home) -> None:
    os.link(nights[0] / "piece", nights[1] / "shared")  # both go
    os.link(nights[1] / "piece", nights[3] / "shared")  # one stays
    assert prune(home.root, 2, dry=True).freed == 2 * len("{}") + 1000
    assert nights[0].is_dir()


def test_stored_rows_of_a_pruned_night_go_with_it(nights: list[Path], home: Home) -> None:
    (home.store / "left").mkdir(parents=True)
    (home.store / "left" / "piece.parquet").write_bytes(b"x" * 500)
    assert prune(home.root, 3, dry=True).freed == 1000 + len("{}") + 500
    assert (home.store / "left").is_dir()
    prune(home.root, 3, dry=False)
    assert not (home.store / "left").exists()


def test_past_night_that_is_read_stays_until_its_reader_has_finished(
    nights: list[Path], home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    for day in (1, 2, 3):
        (home.past / f"2026070{day}T021500-000000").mkdir(parents=True)
    first, second, third = sorted(home.past.iterdir())
    with monkeypatch.context() as patch:
        patch.setattr("flows.home.is_read", lambda night: night == second)
        assert prune(home.root, 1, dry=False).past == (first.name,)
    assert sorted(home.past.iterdir()) == [second, third]
    assert prune(home.root, 1, dry=False).past == (second.name,)


def test_night_that_is_read_stays_until_its_reader_has_finished(
    screened: Callable[..., Path], home: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    """A client holds last night's file open while two nights are swapped in and older ones removed."""
    first = screened(keep_nights=1)
    held = (
        "import duckdb, sys\n"
        "con = duckdb.connect(sys.argv[1], read_only=True)\n"
        "while True:\n"
        "    print(con.sql('SELECT count(*) FROM screen.evidence').fetchone()[0], flush=True)\n"
        "    sys.stdin.readline()\n"
    )
    path = str(home.published / "hemacohort.duckdb")
    with subprocess.Popen(
        [sys.executable, "-c", held, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as reader:
        try:
            assert reader.stdin is not None
            assert reader.stdout is not None
            before = reader.stdout.readline()
            assert int(before) > 0
            screened(keep_nights=1)
            last = screened(keep_nights=1)
            assert home.finished() == [first, last]
            assert prune(home.root, 1, dry=False).nights == ()
            assert call("prune", "--home", home.root, "--keep", "1", "--yes") == 0
            assert capsys.readouterr().out == "0 nights, 0.0 kB; 2 stay, 1 until a reader has finished.\n"
            reader.stdin.write("again\n")
            reader.stdin.flush()
            assert reader.stdout.readline() == before
        finally:
            reader.kill()
    assert prune(home.root, 1, dry=False).nights == (first.name,)
    assert home.finished() == [last]
