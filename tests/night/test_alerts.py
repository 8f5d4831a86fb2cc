"""A failing night ends as failed with a sentence, and tells by mail, webhook and stored block; so does a missing one."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sinks import free_port, mail_sink, web_sink

from flows import alerts, settings
from flows.errors import CheckError, ExtractError, UsageError
from flows.home import Home

SENTENCE = "lab_results.csv, line 3: a quote is never closed."
Mails = list[tuple[str, str]]
Posts = list[dict[str, str]]


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """No waiting between tries."""
    monkeypatch.setattr(alerts, "_WAIT_SECONDS", (0.0, 0.0))


@pytest.fixture
def sinks(home: Home, quick: None) -> Iterator[tuple[Mails, Posts]]:
    """A home whose alerts go to a mail sink and a web sink; what came there."""
    with mail_sink() as (email, mails), web_sink() as (webhook, posts):
        home.create()
        (home.root / "hemacohort.toml").write_text(f'alert_email = "{email}"\nalert_webhook = "{webhook}"\n')
        yield mails, posts


def run_state(home: Home) -> Any:
    """How the flow on the small population ends."""
    from flows.prefect_flow import hemacohort_night

    return hemacohort_night(
        home=str(home.root), extract=str(home.root.parent), as_of="2026-06-30", return_state=True
    )


def test_an_alert_names_commands_that_a_shell_takes_as_they_stand() -> None:
    home = Path("/srv/the lab/home")
    for alert in (alerts.night_failed(home, SENTENCE, "night-today"), alerts.night_overdue(home, SENTENCE)):
        assert "hemacohort status --home '/srv/the lab/home'," in alert.body


def broken_by(error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise error

    monkeypatch.setattr(sys.modules["flows.ingest"], "ingest", broken)


def test_failing_night_ends_as_failed_with_its_sentence_and_alerts_by_mail_and_webhook(
    prefect_night: None,
    stubbed: None,
    home: Home,
    sinks: tuple[Mails, Posts],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    broken_by(ExtractError(SENTENCE), monkeypatch)
    state = run_state(home)
    assert state.is_failed()
    assert state.message == SENTENCE
    mails, posts = sinks
    assert len(mails) == len(posts) == 1
    subject, text = mails[0]
    assert subject == posts[0]["subject"] == f"hemacohort: a night failed in {home.root.name}"
    assert text.startswith(SENTENCE)
    assert posts[0]["body"].startswith(SENTENCE)
    assert str(home.root) in text


def test_good_night_is_quiet_and_ends_with_counts(
    prefect_night: None, stubbed: None, home: Home, sinks: tuple[Mails, Posts]
) -> None:
    state = run_state(home)
    assert state.is_completed()
    assert state.message == "Night of 2026-06-30 published: 12 rows, 2 memberships."
    assert sinks == ([], [])
    assert "s3cret" not in (home.night() / "run.json").read_text()


def test_failed_check_is_on_the_page_of_the_run(
    prefect_night: None, stubbed: None, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    from prefect.client.orchestration import get_client

    broken_by(CheckError("row_conservation", "3 rows are not accounted for."), monkeypatch)
    state = run_state(home)
    with get_client(sync_client=True) as client:
        found = [one for one in client.read_artifacts() if one.flow_run_id == state.state_details.flow_run_id]
    assert [one.key for one in found] == ["hemacohort-checks"]
    assert found[0].data == "Failed: **row_conservation**\n\nrow_conservation: 3 rows are not accounted for."


def test_tonights_list_on_the_page_is_counts_by_rule(prefect_night: None, stubbed: None, home: Home) -> None:
    import json

    from prefect.client.orchestration import get_client

    state = run_state(home)
    with get_client(sync_client=True) as client:
        found = {
            one.key: one.data
            for one in client.read_artifacts()
            if one.flow_run_id == state.state_details.flow_run_id
        }
    assert set(found) == {"hemacohort-night", "hemacohort-tonight", "hemacohort-checks"}
    rows = json.loads(found["hemacohort-tonight"])
    assert {"title": "Iron deficiency anemia", "event": "entered", "patients": 2} in rows


def test_killed_night_has_an_alert_of_its_own(
    prefect_night: None, home: Home, sinks: tuple[Mails, Posts]
) -> None:
    from prefect.client.schemas.objects import FlowRun
    from prefect.states import Crashed

    from flows.prefect_flow import _alert, hemacohort_night

    run = FlowRun(flow_id=uuid4(), name="night-today", parameters={"home": str(home.root)})
    _alert(hemacohort_night, run, Crashed(message="Flow run process exited with status -9."))
    assert "ended without a word" in sinks[0][0][1]
    assert "status -9" in sinks[0][0][1]
    assert hemacohort_night.on_crashed_hooks == [_alert]


def test_channel_that_cannot_be_reached_keeps_no_other_from_being_told_and_shows_no_secret(
    prefect_night: None, quick: None, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with web_sink() as (webhook, posts):
        chosen = settings.load(
            tmp_path,
            alert_email=f"mailto://user:s3cret@127.0.0.1:{free_port()}?from=a@example.org&to=b@example.org",
            alert_webhook=webhook,
        )
        assert alerts.send(chosen, alerts.night_failed(tmp_path, SENTENCE, "night-today")) == ["webhook"]
    assert len(posts) == 1
    logged = [record.getMessage() for record in caplog.records if record.name == "hemacohort"]
    assert logged == ["An alert could not be sent by e-mail (NotificationError)."]
    assert "s3cret" not in caplog.text


def test_block_stored_in_prefect_takes_alerts(prefect_night: None, quick: None, tmp_path: Path) -> None:
    from prefect.blocks.notifications import CustomWebhookNotificationBlock

    with web_sink() as (webhook, posts):
        block = CustomWebhookNotificationBlock(
            name="stored", url=webhook, json_data={"said": "{{body}}"}, headers=None, cookies=None
        )
        block.save("hemacohort-test", overwrite=True, _sync=True)
        chosen = settings.load(tmp_path, alert_blocks=("custom-webhook/hemacohort-test",))
        assert alerts.send(chosen, alerts.Alert("subject", SENTENCE)) == [
            "block custom-webhook/hemacohort-test"
        ]
    assert posts == [{"said": SENTENCE}]


@pytest.mark.parametrize("name", ["alert_email", "alert_webhook"])
def test_address_of_an_alert_is_checked_and_never_shown(name: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=f"{name} is wrong: it begins with") as raised:
        settings.load(tmp_path, **{name: "ftp://user:s3cret@example.org"})
    assert "s3cret" not in str(raised.value)
    assert "s3cret" not in str(settings.load(tmp_path, alert_webhook="http://example.org/s3cret"))


def test_watch_alerts_once_a_day_and_is_quiet_again_after_a_night(
    prefect_night: None,
    home: Home,
    sinks: tuple[Mails, Posts],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from flows.prefect_flow import hemacohort_watch

    def watched() -> Any:
        return hemacohort_watch(home=str(home.root), max_age_minutes=26 * 60, return_state=True)

    mails, posts = sinks
    assert watched().is_completed()
    made = datetime(2026, 1, 1, tzinfo=UTC).timestamp()
    os.utime(home.root / "format", (made, made))
    for _ in range(2):
        state = watched()
        assert state.is_failed()
        assert state.message.startswith("No night has been published since 2026-01-01 00:00 UTC")
        assert len(mails) == len(posts) == 1
    assert posts[0]["subject"] == f"hemacohort: the night of {home.root.name} is overdue"
    os.utime(home.logs / "overdue", (made, made))  # a day later
    watched()
    assert len(posts) == 2
    os.utime(home.root / "format")
    assert watched().is_completed()
    assert not (home.logs / "overdue").exists()


def test_an_alert_of_the_watch_that_reached_nobody_is_tried_again(
    prefect_night: None, quick: None, home: Home
) -> None:
    from flows.prefect_flow import hemacohort_watch

    home.create()
    made = datetime(2026, 1, 1, tzinfo=UTC).timestamp()
    os.utime(home.root / "format", (made, made))
    with web_sink() as (webhook, posts):
        for address in ("http://127.0.0.1:9/hook", webhook):
            (home.root / "hemacohort.toml").write_text(f'alert_webhook = "{address}"\n')
            hemacohort_watch(home=str(home.root), max_age_minutes=60, return_state=True)
    assert len(posts) == 1


def test_a_watch_without_a_home_or_without_settings_ends_with_a_sentence(
    prefect_night: None, home: Home
) -> None:
    from flows.prefect_flow import hemacohort_watch

    def watched() -> Any:
        return hemacohort_watch(home=str(home.root), max_age_minutes=60, return_state=True)

    assert watched().message == f"{home.root} is not a hemacohort home."
    home.create()
    made = datetime(2026, 1, 1, tzinfo=UTC).timestamp()
    os.utime(home.root / "format", (made, made))
    (home.root / "hemacohort.toml").write_text("buckets = 0\n")
    logged = watched().message
    assert logged.startswith("No night has been published since 2026-01-01")
    assert "The setting buckets is wrong" in logged


def test_a_wrong_setting_keeps_no_alert_from_being_sent(
    prefect_night: None, home: Home, sinks: tuple[Mails, Posts]
) -> None:
    from flows.prefect_flow import hemacohort_watch

    with (home.root / "hemacohort.toml").open("a") as file:
        file.write("buckets = 0\n")
    assert run_state(home).is_failed()
    made = datetime(2026, 1, 1, tzinfo=UTC).timestamp()
    os.utime(home.root / "format", (made, made))
    hemacohort_watch(home=str(home.root), max_age_minutes=60, return_state=True)
    mails, posts = sinks
    assert len(mails) == len(posts) == 2
    for post in posts:
        assert "The setting buckets is wrong" in post["body"]


def test_a_wrong_time_zone_of_a_deployment_keeps_no_alert_from_being_sent(
    prefect_night: None, home: Home, sinks: tuple[Mails, Posts]
) -> None:
    from flows.prefect_flow import hemacohort_night

    state = hemacohort_night(
        home=str(home.root), extract=str(home.root.parent), timezone="Europe/Wien", return_state=True
    )
    assert state.is_failed()
    assert sinks[1][0]["body"].startswith("The setting timezone is wrong")
