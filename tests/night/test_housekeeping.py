"""Room for a night, who may read it, and its trace as OpenLineage."""

from __future__ import annotations

import grp
import json
import os
import shutil
from collections import namedtuple
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import pytest

from flows.disk import check_free_disk, in_words
from flows.errors import CheckError, UsageError
from flows.home import Home
from flows.night import begin, run_night
from flows.permissions import check_group
from flows.settings import Settings, load

Usage = namedtuple("Usage", "total used free")  # noqa: PYI024  as shutil's


@pytest.fixture
def room(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Let the disk have so many bytes free."""

    def leave(free: int) -> None:
        monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(10**12, 0, free))

    return leave


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def a_group() -> str:
    """A group of the system that this process can give files to, other than its own."""
    groups = set(os.getgroups()) if os.geteuid() else {entry.gr_gid for entry in grp.getgrall()}
    others = [entry.gr_name for entry in grp.getgrall() if entry.gr_gid in groups - {os.getegid()}]
    return others[0] if others else pytest.skip("this user is in one group only")


def test_night_without_room_does_not_begin_and_says_how_much_is_missing(
    night: Path, home: Home, stubbed: None, tmp_path: Path, room: Callable[[int], None]
) -> None:
    (tmp_path / "extract").mkdir()
    (tmp_path / "extract" / "lab_results.csv").write_bytes(b"x" * 10**6)
    room(150 * 10**6)
    held = sum(path.lstat().st_size for path in night.rglob("*") if path.is_file())
    need = 200 * 10**6 + 4 * 10**6 + held  # of any night, of new text, and a copy of the night in force
    with pytest.raises(
        CheckError, match=rf"free_disk: the night may need {need / 10**6:.1f} MB .* 150\.0 MB is free"
    ) as raised:
        run_night(begin(home.root, tmp_path / "extract", "canonical", None, {}))
    assert raised.value.exit_code == 11
    assert home.night() == night
    assert list(home.work.iterdir()) == []


def test_past_night_asks_for_room_for_itself_and_not_for_its_home_as_an_extract(
    night: Path, home: Home, stubbed: None, room: Callable[[int], None]
) -> None:
    (home.store / "piece.parquet").write_bytes(b"x" * 10**7)
    room(210 * 10**6)
    run_night(begin(home.root, home.root, "canonical", None, {}, known_at="2199-01-01"))
    assert home.night() == night


@pytest.mark.parametrize(
    ("name", "wanted", "enough"),
    [
        ("lab_results.csv", "auto", 204_000_000),
        ("lab_results.csv.gz", "auto", 230_000_000),
        ("lab_results.parquet", "auto", 212_000_000),
        ("lab_results.csv", "3GB", 3_000_000_000),
        ("lab_results.csv", "0", 0),
    ],
)
def test_need_follows_the_kind_of_file_and_the_setting(
    name: str, wanted: str, enough: int, home: Home, tmp_path: Path, room: Callable[[int], None]
) -> None:
    home.create()
    (tmp_path / "extract").mkdir()
    (tmp_path / "extract" / name).write_bytes(b"x" * 10**6)
    room(enough)
    check_free_disk(home, tmp_path / "extract", Settings(free_disk=wanted))
    if enough:
        room(enough - 1)
        with pytest.raises(CheckError):
            check_free_disk(home, tmp_path / "extract", Settings(free_disk=wanted))


@pytest.mark.parametrize("wanted", ["much", "-1GB", "20 apples", ""])
def test_amount_of_disk_that_is_none_is_wrong_usage(wanted: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="free_disk"):
        load(tmp_path, free_disk=wanted)


def test_sizes_in_words() -> None:
    assert [in_words(size) for size in (999, 2 * 10**6, 3_250_000_000, 10**13)] == [
        "1.0 kB",
        "2.0 MB",
        "3.2 GB",
        "10.0 TB",
    ]


def test_files_of_a_home_are_their_owners_only(night: Path, home: Home) -> None:
    written = {path for path in [home.root, *home.root.rglob("*")] if not path.is_symlink()}
    assert {home.root, home.store, night, night / "run.json", night / "hemacohort.duckdb"} <= written
    for path in written:
        assert mode(path) == (0o700 if path.is_dir() else 0o600), path


def test_group_of_analysts_reads_the_published_night_and_nothing_else(
    screened: Callable[..., Path], home: Home
) -> None:
    group = a_group()
    home.create()
    (home.root / "hemacohort.toml").write_text('alert_webhook = "http://example.org/s3cret"\n')
    (home.root / "prefect").mkdir()
    night = screened(analysts_group=group)
    number = grp.getgrnam(group).gr_gid
    readable = {home.root, home.root / "format", home.nights, night, *night.rglob("*")}
    for path in {home.root, *home.root.rglob("*")} - {home.published, *home.published.rglob("*")}:
        if path in readable:
            assert mode(path) == (0o750 if path.is_dir() else 0o640), path
            assert path.stat().st_gid == number, path
        else:
            assert mode(path) == (0o700 if path.is_dir() else 0o600), path


def test_group_that_does_not_exist_or_is_not_the_users_is_reported_before_the_night(
    home: Home, stubbed: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 12345)
    with pytest.raises(UsageError, match="no group 'no_such_group'"):
        run_night(begin(home.root, tmp_path, "canonical", None, {"analysts_group": "no_such_group"}))
    monkeypatch.setattr(os, "getgroups", list)
    monkeypatch.setattr(os, "getegid", lambda: 12345)
    with pytest.raises(UsageError, match="not in the group"):
        check_group(home, grp.getgrall()[0].gr_name)


def test_what_another_user_owns_in_a_home_is_left_alone_and_has_to_be_closed_to_the_group(
    screened: Callable[..., Path], home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Settings that root wrote, the lost+found of a file system of its own."""
    group = a_group()
    home.create()
    file = home.root / "hemacohort.toml"
    file.write_text("keep_nights = 3\n")
    file.chmod(0o640)
    monkeypatch.setattr(os, "geteuid", lambda: 12345)
    monkeypatch.setattr(os, "getgroups", lambda: [grp.getgrnam(group).gr_gid])
    screened(analysts_group=group)
    assert mode(file) == 0o640
    for open_to_it in (0o644, 0o641):
        file.chmod(open_to_it)
        with pytest.raises(UsageError, match=rf"hemacohort\.toml is another user's, and the group {group}"):
            check_group(home, group)
    file.chmod(0o640)
    os.chown(file, -1, grp.getgrnam(group).gr_gid)
    with pytest.raises(UsageError, match="another user's"):
        check_group(home, group)


def test_analyst_asks_a_night_although_the_settings_are_the_owners(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "hemacohort.toml").write_text("keep_nights = 3\n")
    assert load(tmp_path).keep_nights == 3
    monkeypatch.setattr(os, "access", lambda *_: False)
    assert load(tmp_path).keep_nights == Settings().keep_nights


def test_openlineage_records_start_and_end_of_each_night(
    screened: Callable[..., Path], home: Home, tmp_path: Path, room: Callable[[int], None]
) -> None:
    file = tmp_path / "lineage.jsonl"
    night = screened(openlineage_file=str(file))
    room(0)
    with pytest.raises(CheckError):
        screened(openlineage_file=str(file))
    events = [json.loads(line) for line in file.read_text().splitlines()]
    assert [event["eventType"] for event in events] == ["START", "COMPLETE", "START", "FAIL"]
    for event in events:
        assert event["schemaURL"] == "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent"
        assert {"eventTime", "producer", "run", "job", "inputs", "outputs"} <= set(event)
        assert UUID(event["run"]["runId"])
        assert event["inputs"] == [{"namespace": "file", "name": str(tmp_path / "extract")}]
    first, second, third, fourth = (event["run"]["runId"] for event in events)
    assert first == second != third == fourth
    assert {"namespace": "file", "name": str(night / "membership.parquet")} in events[1]["outputs"]
    assert events[3]["run"]["facets"]["errorMessage"]["message"].startswith("free_disk: ")


def test_trace_is_named_relative_to_the_home(
    screened: Callable[..., Path], home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    screened(openlineage_file="lineage.jsonl")
    assert (home.root / "lineage.jsonl").stat().st_mode & 0o777 == 0o600
    assert not (tmp_path / "lineage.jsonl").exists()


def test_trace_that_cannot_be_written_fails_no_night(screened: Callable[..., Path]) -> None:
    assert screened(openlineage_file="/proc/none/lineage.jsonl").is_dir()
