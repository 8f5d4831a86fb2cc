"""What a night leaves on Prefect's page: counts, tonight's list by rule, failed checks. No patient, no result."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from prefect.artifacts import create_markdown_artifact, create_table_artifact

from flows.duck import opened
from flows.errors import CheckError
from flows.home import DATABASE, Home
from flows.sql import statement

log = logging.getLogger("hemacohort")
_COLUMNS = ("confirmed", "probable", "possible", "indeterminate")


def leave_night(home: Path, content: Mapping[str, Any]) -> None:
    """The counts of a published night and tonight's list by rule. A page that cannot be written fails no night."""
    try:
        create_markdown_artifact(
            key="hemacohort-night", markdown=_counts(content), description="Counts of the night"
        )
        with opened(Home(home).nights / content["run_id"] / DATABASE, read_only=True) as connection:
            tonight = connection.sql(statement("status/tonight")).pl()
        create_table_artifact(
            key="hemacohort-tonight",
            table=tonight.to_dicts() or [{"title": "no change", "event": "", "patients": 0}],
            description="Patients whose place in a cohort changed tonight, by rule",
        )
        create_markdown_artifact(
            key="hemacohort-checks",
            markdown=_checks(content),
            description=f"Checks of the night of {content['as_of']}",
        )
    except Exception as error:  # noqa: BLE001  the night is published, whatever becomes of its page
        log.warning("The night is published; its page in Prefect is incomplete (%s).", type(error).__name__)


def leave_failed_check(error: CheckError) -> None:
    """The check that kept a night from being published."""
    try:
        create_markdown_artifact(
            key="hemacohort-checks",
            markdown=f"Failed: **{error.check}**\n\n{error}",
            description="Checks of the night",
        )
    except Exception as failure:  # noqa: BLE001  what matters is the failed check
        log.warning("The failed check is not on Prefect's page (%s).", type(failure).__name__)


def _checks(content: Mapping[str, Any]) -> str:
    failed = [check for check in content["checks"] if check["rows"]]
    verdict = "No blocking check failed." if not any(c["kind"] == "blocking" for c in failed) else ""
    lines = [
        "| check | kind | result | rows | |",
        "|---|---|---|---|---|",
        *(
            f"| {check['name']} | {check['kind']} | {check['result']} | {check['rows']:,} | {check['says']} |"
            for check in content["checks"]
        ),
    ]
    return "\n".join([verdict, "", *lines])


def _counts(content: Mapping[str, Any]) -> str:
    rows = content["rows"]
    lines = [
        f"# Night of {content['as_of']}",
        f"Run `{content['run_id']}`, hemacohort {content['versions']['hemacohort']}.",
        "",
        "| extract rows | " + " | ".join(name for name in rows if name != "rows") + " |",
        "|---" * len(rows) + "|",
        "| " + " | ".join(f"{count:,}" for count in rows.values()) + " |",
        "",
        "| cohort | confirmed | probable | possible | cannot be determined |",
        "|---|---|---|---|---|",
        *(
            "| " + " | ".join([row["title"], *(f"{row[name]:,}" for name in _COLUMNS)]) + " |"
            for row in content["cohorts"]
        ),
        "",
        "| stage | seconds | peak memory (MB) |",
        "|---|---|---|",
        *(f"| {stage['stage']} | {stage['seconds']} | {stage['peak_mb']:,} |" for stage in content["stages"]),
    ]
    return "\n".join(lines)
