"""Settings: flags before environment before the home's file before defaults; wrong ones are named."""

from __future__ import annotations

from pathlib import Path

import pytest

from flows.errors import UsageError
from flows.settings import load


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A home with a settings file."""
    (tmp_path / "hemacohort.toml").write_text('timezone = "Europe/Vienna"\nkeep_nights = 3\nbuckets = 5\n')
    return tmp_path


def test_flags_come_before_environment_before_file_before_defaults(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HEMACOHORT_KEEP_NIGHTS", "4")
    monkeypatch.setenv("HEMACOHORT_BUCKETS", "6")
    found = load(root, buckets=7, keep_nights=None, timezone=None)
    assert (found.buckets, found.keep_nights, found.timezone, found.memory_limit) == (
        7,
        4,
        "Europe/Vienna",
        "2GB",
    )


def test_home_without_a_file_has_defaults(tmp_path: Path) -> None:
    found = load(tmp_path)
    assert (found.timezone, found.keep_nights, found.buckets) == ("UTC", 7, None)


@pytest.mark.parametrize(
    ("flags", "named"),
    [
        ({"timezone": "Europe/Wien"}, "timezone"),
        ({"timezone": "../etc"}, "timezone"),
        ({"buckets": 0}, "buckets"),
        ({"keep_nights": 0}, "keep_nights"),
        ({"memory_limit": "a lot"}, "memory_limit"),
        ({"memory_limit": "0GB"}, "memory_limit"),
    ],
)
def test_wrong_setting_is_named(tmp_path: Path, flags: dict[str, object], named: str) -> None:
    with pytest.raises(UsageError, match=named):
        load(tmp_path, **flags)


@pytest.mark.parametrize("text", ["timezon = 'UTC'", "timezone = ", "keep_nights = 'many'"])
def test_wrong_file_is_wrong_usage(tmp_path: Path, text: str) -> None:
    (tmp_path / "hemacohort.toml").write_text(text)
    with pytest.raises(UsageError):
        load(tmp_path)
