"""What every test can ask for, and the calm surroundings all of them run in."""

from __future__ import annotations

import os
from pathlib import Path

# Before anything imports Prefect, which reads its settings once: no telemetry, no tracebacks of a server that is
# stopped on purpose, and nothing of the person's own Prefect server, profile or hemacohort settings.
os.environ |= {
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_LOGGING_SERVER_LEVEL": "CRITICAL",
}
for _name in list(os.environ):
    if _name in {"PREFECT_API_URL", "PREFECT_PROFILE"} or _name.startswith("HEMACOHORT_"):
        del os.environ[_name]

import pytest  # noqa: E402  after the environment is settled
from hypothesis import HealthCheck, settings  # noqa: E402

ROOT = Path(__file__).parent.parent

# HYPOTHESIS_PROFILE=nightly looks longer; the small profile keeps `make test` short and always tries the same
# examples, so that a change is never blamed for what chance found.
_SLOW_MACHINE = [HealthCheck.too_slow, HealthCheck.data_too_large]
settings.register_profile(
    "ci", max_examples=25, deadline=None, derandomize=True, suppress_health_check=_SLOW_MACHINE
)
settings.register_profile("nightly", max_examples=1000, deadline=None, suppress_health_check=_SLOW_MACHINE)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))


@pytest.fixture(scope="session")
def root() -> Path:
    """The repository."""
    return ROOT


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder beside the repository that holds acceptance cases and public data, where there is one."""
    folder = ROOT.parent / "shared"
    if not folder.is_dir():
        pytest.skip("there is no ../shared beside this checkout: its acceptance cases and data are not tried")
    return folder
