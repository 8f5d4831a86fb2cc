"""How Prefect is run: quiet, private, and without touching the person's own Prefect folder.

Prefect reads its settings when it is imported, so ``prepare`` comes before ``import prefect``.
"""

from __future__ import annotations

import os
from pathlib import Path

_QUIET = {
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    # A temporary server prints harmless tracebacks when it is stopped.
    "PREFECT_LOGGING_SERVER_LEVEL": "CRITICAL",
    "PREFECT_SERVER_LOGGING_LEVEL": "CRITICAL",
    # The command line tells a failure in one sentence.
    "PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL": "CRITICAL",
    "PREFECT_CLI_PROMPT": "false",
    # The lines of the stages (counts and seconds) are on the page of the run, too.
    "PREFECT_LOGGING_EXTRA_LOGGERS": "hemacohort",
    "PREFECT_LOGGING_TO_API_WHEN_MISSING_FLOW": "ignore",  # such as a run without Prefect in the same process
    # Prefect starts its processes with python -m, which imports what lies in the folder a person happens to be in.
    "PYTHONSAFEPATH": "1",
}


def prepare(home: Path) -> None:
    """Set what is not set already.

    Without a server or a folder named by the person, Prefect lives in HOME/prefect.
    """
    for name, value in _QUIET.items():
        os.environ.setdefault(name, value)
    if not os.environ.get("PREFECT_API_URL") and "PREFECT_HOME" not in os.environ:
        os.environ["PREFECT_HOME"] = str(home.absolute() / "prefect")
