"""Settings: flags before environment before the home's file before defaults; wrong ones are named."""

from __future__ import annotations

from pathlib import Path

import pytest

from flows.commands import switches_from
from flows.errors import UsageError
from flows.settings import Settings, alert_channels, load
from schemas.switches import SWITCHES, Switches


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
        ({"memory_limit": "1KB"}, "memory_limit is wrong: '1KB' does not suffice.*at least 50MB"),
        ({"memory_limit": "47.6MiB"}, "at least 50MB"),
    ],
)
def test_wrong_setting_is_named(tmp_path: Path, flags: dict[str, object], named: str) -> None:
    with pytest.raises(UsageError, match=named):
        load(tmp_path, **flags)


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("timezon = 'UTC'", "timezon is wrong: there is none of this name."),
        ("keep_nights = 'many'", "keep_nights is wrong: it is a whole number."),
        ("keep_nights = 2.5", "keep_nights is wrong: it is a whole number."),
        ("keep_nights = [2]", "keep_nights is wrong: it is a whole number."),
        ("workers = 17", "workers is wrong: it is at most 16."),
        ("buckets = 0", "buckets is wrong: it is at least 1."),
        ("unit_inference = 'maybe'", "unit_inference is wrong: it is true or false."),
        ("unit_inference = []", "unit_inference is wrong: it is true or false."),
        ("memory_limit = 2", "memory_limit is wrong: it is a text, between quotes."),
        ("alert_blocks = 'a'", 'alert_blocks is wrong: it is a list such as ["a", "b"].'),
        ("code_map = 1", "code_map is wrong: it is the name of a file, between quotes."),
        ("timezone = '{x}'", "timezone is wrong: unknown time zone '{x}'."),
    ],
)
def test_what_is_wrong_with_a_setting_is_said_in_plain_words(tmp_path: Path, line: str, says: str) -> None:
    (tmp_path / "hemacohort.toml").write_text(line)
    with pytest.raises(UsageError) as raised:
        load(tmp_path)
    assert str(raised.value) == f"The setting {says}"


def test_the_least_amounts_of_memory_are_taken(tmp_path: Path) -> None:
    for amount in ("50MB", "47.7MiB", "0.05 GB", "1TiB"):
        assert load(tmp_path, memory_limit=amount).memory_limit == amount


def test_a_variable_of_an_unknown_name_is_wrong_usage_like_such_a_line_of_the_file(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HEMACOHORT_HOME", str(root))  # of the command line, and no setting
    monkeypatch.setenv("hemacohort_keep_nights", "5")  # a setting is taken in whatever case
    assert load(root).keep_nights == 5
    monkeypatch.setenv("HEMACOHORT_KEEP_NIGHT", "s3cret")
    with pytest.raises(UsageError, match="variable HEMACOHORT_KEEP_NIGHT is wrong: there is no") as raised:
        load(root)
    assert "s3cret" not in str(raised.value)
    assert alert_channels(root).keep_nights == 7  # a night that fails for it reaches somebody all the same


def test_a_file_of_an_editor_of_windows_is_read_or_refused_in_plain_words(tmp_path: Path) -> None:
    file = tmp_path / "hemacohort.toml"
    file.write_text("keep_nights = 3\r\ntimezone = 'Europe/Vienna'\r\n", encoding="utf-8-sig", newline="")
    assert (load(tmp_path).keep_nights, load(tmp_path).timezone) == (3, "Europe/Vienna")
    file.write_text("keep_nights = 3\n", encoding="utf-16")
    with pytest.raises(UsageError, match=r"^hemacohort\.toml cannot be read: it is not UTF-8 text\.$"):
        load(tmp_path)


def test_a_variable_that_cannot_be_read_is_not_laid_to_the_file(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HEMACOHORT_ALERT_BLOCKS", "slack-webhook/s3cret")
    with pytest.raises(UsageError, match=r"HEMACOHORT_\* variable .*alert_blocks") as raised:
        load(root)
    assert "toml" not in str(raised.value)
    assert "s3cret" not in str(raised.value)


@pytest.mark.parametrize("text", ["timezon = 'UTC'", "timezone = ", "keep_nights = 'many'"])
def test_wrong_file_is_wrong_usage(tmp_path: Path, text: str) -> None:
    (tmp_path / "hemacohort.toml").write_text(text)
    with pytest.raises(UsageError):
        load(tmp_path)


@pytest.mark.parametrize(
    "wrong", ["buckets = 0", "timezon = 'UTC'", "timezone = ", "alert_email = 'ftp://a'"]
)
def test_channels_for_alerts_are_read_whatever_else_is_wrong(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wrong: str
) -> None:
    (tmp_path / "hemacohort.toml").write_text(f"alert_webhook = 'http://in.file/hook'\n{wrong}\n")
    monkeypatch.setenv("HEMACOHORT_ALERT_BLOCKS", '["slack-webhook/hemacohort"]')
    found = alert_channels(tmp_path)
    assert found.alert_blocks == ("slack-webhook/hemacohort",)
    webhook = found.alert_webhook and found.alert_webhook.get_secret_value()
    assert webhook == (None if wrong == "timezone = " else "http://in.file/hook")  # no line of it can be read
    assert (found.alert_email, found.timezone, found.workers) == (None, "UTC", 2)


def test_a_variable_that_cannot_be_read_leaves_the_other_channels(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HEMACOHORT_WORKERS", "many")
    monkeypatch.setenv("HEMACOHORT_ALERT_WEBHOOK", "https://hook")
    found = alert_channels(root).alert_webhook
    assert found is not None
    assert found.get_secret_value() == "https://hook"


def test_a_choice_between_sources_is_a_setting_like_any_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "hemacohort.toml").write_text("ferritin_prob = 30\ntibc_factor = 1.25\nri_cut = 1.0\n")
    monkeypatch.setenv("HEMACOHORT_FERRITIN_PROB", "15")
    found = load(tmp_path, switches={"hb_edition": "2011"}).switches
    assert found == Switches(ferritin_prob="15", tibc_factor="1.25", ri_cut="1", hb_edition="2011")


@pytest.mark.parametrize("name", SWITCHES)
def test_an_option_that_is_none_is_wrong_usage(tmp_path: Path, name: str) -> None:
    assert getattr(load(tmp_path).switches, name) == SWITCHES[name].default
    with pytest.raises(UsageError, match=f"{name} is wrong.*none of {SWITCHES[name].default}"):
        load(tmp_path, switches={name: "17"})


def test_switches_of_the_command_line() -> None:
    assert switches_from(["ri_table=medalg", "aa_retic = 20"]) == {"ri_table": "medalg", "aa_retic": " 20"}
    with pytest.raises(UsageError, match="no switch 'ferritin'"):
        switches_from(["ferritin=30"])


def test_every_setting_stands_in_the_operators_page() -> None:
    page = (Path(__file__).parents[2] / "docs" / "operations.md").read_text(encoding="utf-8")
    for name, field in Settings.model_fields.items():
        if name in SWITCHES:
            continue
        default = field.default
        word = str(default).lower() if isinstance(default, bool) else str(default)
        shown = "" if default in (None, ()) else f"`{word}`"
        assert f"| `{name}` | {shown} | {field.description} |" in page
