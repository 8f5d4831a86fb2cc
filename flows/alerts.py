"""Alerts: a sentence a person can act on, by e-mail, to a webhook, or through blocks stored in Prefect.

They carry what an error's own sentence carries, the home and the run: never a patient, a value or a file's name.
``flows.prefect_settings.prepare`` must be called before anything is sent, because the senders are Prefect's own blocks.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from shlex import quote
from typing import Any

from pydantic import SecretStr

from flows.settings import Settings

log = logging.getLogger("hemacohort")
# A Prefect notification block; its methods are typed as if they had to be awaited.
Sender = Any
_WAIT_SECONDS = (2.0, 10.0)  # a mail server that is busy, a network that comes back


@dataclass(frozen=True)
class Alert:
    """Subject and body of a message to the operators."""

    subject: str
    body: str


def night_failed(home: Path, sentence: str, run: str) -> Alert:
    """The alert for a night that failed. run: the orchestrator's name of the run."""
    return Alert(
        f"hemacohort: a night failed in {home.name}",
        f"{sentence}\n\n"
        "The night published nothing of its own if it failed before its last step; the last good night stays in "
        f"force.\n\nHome: {home}\nRun: {run}\nLook at: hemacohort status --home {quote(str(home))}, {home / 'logs'}, and "
        "'When a night fails' in docs/operations.md.",
    )


def night_overdue(home: Path, sentence: str) -> Alert:
    """The alert for a night that never came."""
    return Alert(
        f"hemacohort: the night of {home.name} is overdue",
        f"{sentence}\n\nHome: {home}\nLook at: hemacohort status --home {quote(str(home))}, and 'When a night never started' in "
        "docs/operations.md.",
    )


def nothing_scheduled(home: Path, sentence: str) -> Alert:
    """The alert for a serving process that ends because it can schedule nothing."""
    return Alert(
        f"hemacohort: the nights of {home.name} are no longer scheduled",
        f"{sentence}\n\nThe serving process ended. If nothing starts it again (systemd would), start it: hemacohort serve."
        f"\n\nHome: {home}",
    )


def send(settings: Settings, alert: Alert) -> list[str]:
    """Send the alert to every channel of the settings; returns the channels it reached.

    A channel that cannot be reached is tried again twice and is then logged; the others get the alert all the same.
    """
    return [name for name, block in _channels(settings) if _sent(name, block, alert)]


def _channels(settings: Settings) -> Iterator[tuple[str, Callable[[], Sender]]]:
    if settings.alert_email is not None:
        yield "e-mail", partial(_email, settings)
    if settings.alert_webhook is not None:
        yield "webhook", partial(_webhook, settings)
    for slug in settings.alert_blocks:
        yield f"block {slug}", partial(_stored, slug)


def _email(settings: Settings) -> Sender:
    from prefect.blocks.notifications import AppriseNotificationBlock

    assert settings.alert_email is not None
    url = settings.alert_email.get_secret_value()
    # Unless told, Apprise sends the lines of the text as HTML, where they run into one.
    plain = url if "format=" in url else f"{url}{'&' if '?' in url else '?'}format=text"
    return AppriseNotificationBlock(url=SecretStr(plain), notify_type="failure")


def _webhook(settings: Settings) -> Sender:
    from prefect.blocks.notifications import CustomWebhookNotificationBlock

    assert settings.alert_webhook is not None
    logging.getLogger("httpx").setLevel(logging.WARNING)  # it logs addresses, and this one may hold a secret
    return CustomWebhookNotificationBlock(
        name="hemacohort",
        url=settings.alert_webhook.get_secret_value(),
        headers=None,
        cookies=None,
        json_data={"subject": "{{subject}}", "body": "{{body}}", "text": "{{subject}}\n\n{{body}}"},
    )


def _stored(slug: str) -> Sender:
    from prefect.blocks.core import Block

    load: Any = Block.load
    return load(slug, _sync=True)


def _sent(name: str, block: Callable[[], Sender], alert: Alert) -> bool:
    for wait in (*_WAIT_SECONDS, None):
        try:
            sender = block()
            with sender.raise_on_failure():
                sender.notify(alert.body, alert.subject, _sync=True)
        except Exception as error:  # noqa: BLE001  its text may hold a password of the channel
            if wait is None:
                log.error(  # noqa: TRY400  a traceback would show the channel's address
                    "An alert could not be sent by %s (%s).", name, type(error).__name__
                )
                return False
            time.sleep(wait)
        else:
            return True
    return False
