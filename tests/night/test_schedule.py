"""When a cron schedule fires on the two days on which the clocks change, as Prefect computes it."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from flows.prefect_settings import prepare


@pytest.fixture(scope="module")
def settled(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Prefect reads its settings when it is imported; no server is needed to ask when a schedule fires."""
    prepare(tmp_path_factory.mktemp("prefect"))


def firings(cron: str, zone: str, first: datetime, days: int) -> list[datetime]:
    """Local times at which the schedule fires, seen from each of the days, as its scheduler looks ahead."""
    from prefect.server.schemas.schedules import CronSchedule

    schedule = CronSchedule(cron=cron, timezone=zone)
    return asyncio.run(schedule.get_dates(days, start=first))


@pytest.mark.parametrize(
    ("zone", "changes"),
    [
        ("Europe/Vienna", [datetime(2026, 3, 29), datetime(2026, 10, 25)]),
        ("America/New_York", [datetime(2026, 3, 8), datetime(2026, 11, 1)]),
        ("Australia/Sydney", [datetime(2026, 4, 5), datetime(2026, 10, 4)]),
    ],
)
@pytest.mark.parametrize("cron", ["15 2 * * *", "30 1 * * *", "45 3 * * *", "15 4 * * *"])
def test_each_day_has_one_night_even_when_the_clocks_change(
    cron: str, zone: str, changes: list[datetime], settled: None
) -> None:
    for change in changes:
        start = (change - timedelta(days=2)).replace(hour=12, tzinfo=UTC)
        times = firings(cron, zone, start, 4)
        days = [time.date() for time in times]
        assert days == [days[0] + timedelta(days=number) for number in range(4)]
        gaps = {(after.timestamp() - before.timestamp()) / 3600 for before, after in pairwise(times)}
        assert min(gaps) >= 22
        assert max(gaps) <= 25


def test_a_quarter_past_two_when_the_clocks_skip_it_and_when_they_repeat_it(settled: None) -> None:
    spring = firings("15 2 * * *", "Europe/Vienna", datetime(2026, 3, 28, 12, tzinfo=UTC), 1)[0]
    # 02:15 does not exist on this day; whether the hour before or the hour after stands for it depends on Python
    assert f"{spring:%Y-%m-%d %H:%M}" in ("2026-03-29 01:15", "2026-03-29 03:15")
    autumn = firings("15 2 * * *", "Europe/Vienna", datetime(2026, 10, 24, 12, tzinfo=UTC), 2)
    assert [f"{time:%Y-%m-%d %H:%M %z}" for time in autumn] == [
        "2026-10-25 02:15 +0200",  # the first of the two
        "2026-10-26 02:15 +0100",
    ]


def test_deployment_file_names_a_module_a_zone_and_a_limit_of_one(root: Path) -> None:
    import importlib

    from ruamel.yaml import YAML

    deployment, watch = YAML(typ="safe").load(root / "prefect.yaml")["deployments"]
    for entry in (deployment, watch):
        module, _, flow = entry["entrypoint"].rpartition(".")
        assert callable(getattr(importlib.import_module(module), flow))
        assert entry["schedules"]
        assert all(schedule["cron"] and schedule["timezone"] for schedule in entry["schedules"])
    assert deployment["concurrency_limit"] == {"limit": 1, "collision_strategy": "CANCEL_NEW"}
    assert watch["parameters"]["home"] == deployment["parameters"]["home"]
