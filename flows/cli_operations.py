"""The commands of whoever keeps the nights running: ``serve``, ``rollback``, ``prune``."""

from __future__ import annotations

from shlex import quote
from typing import Annotated

import typer

from flows.cli_options import ExtractOption, HomeOption, SourceOption

operations_app = typer.Typer()


@operations_app.command()
def serve(
    home: HomeOption,
    extract: ExtractOption,
    cron: Annotated[str, typer.Option(help="When to run, e.g. 15 2 * * *.")],
    timezone: Annotated[
        str, typer.Option(help="Time zone of the schedule and the home, e.g. Europe/Vienna.")
    ],
    source: SourceOption = "canonical",
    as_of: Annotated[str | None, typer.Option(help="auto, or the day of each run.")] = None,
    max_age: Annotated[
        str, typer.Option(help="Raise an alert when no night has been published for longer than this.")
    ] = "26h",
    port: Annotated[
        int | None, typer.Option(min=1, max=65535, help="Port of the page; default: a free one.")
    ] = None,
) -> None:
    """Run every night on a schedule, until stopped. The schedule is a Prefect deployment."""
    from flows.serve import serve_home

    serve_home(
        home, extract, cron=cron, timezone=timezone, source=source, as_of=as_of, max_age=max_age, port=port
    )


@operations_app.command()
def rollback(
    home: HomeOption,
    run: Annotated[
        str | None, typer.Argument(help="The night to go back to; default: the one before.")
    ] = None,
) -> None:
    """Go back to an earlier night. The next run publishes a newer one again."""
    from flows.kept_nights import roll_back

    left, chosen = roll_back(home, run)
    print(
        f"The night {chosen} is in force instead of {left}.\n"
        "The next run builds on it and loads every file that it does not know, so take a bad file out first.\n"
        f"To go back to {left}, until a prune or a later run removes it: hemacohort rollback --home {quote(str(home))} {left}"
    )


@operations_app.command()
def prune(
    home: HomeOption,
    keep: Annotated[
        int | None, typer.Option(min=1, help="Nights to keep; default: the setting keep_nights.")
    ] = None,
    superseded_before: Annotated[
        str | None,
        typer.Option(
            metavar="DAY",
            help="Remove stored copies and replaced reports of before this day too; --known-at then reaches back no "
            "further.",
        ),
    ] = None,
    yes: Annotated[
        bool, typer.Option("--yes", help="Remove them; otherwise only say what would go.")
    ] = False,
) -> None:
    """Remove older nights. The newest ones and the one in force stay; without --yes, nothing is removed."""
    from flows.commands import day_of, pruned_in_words
    from flows.kept_nights import prune as prune_nights

    day = day_of(superseded_before, "--superseded-before")
    print(pruned_in_words(prune_nights(home, keep, dry=not yes, superseded_before=day), done=yes))
