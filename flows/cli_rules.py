"""The ``hemacohort rules`` commands."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from flows.errors import UsageError

if TYPE_CHECKING:
    from schemas.switches import Switches

HomeOption = Annotated[
    Path | None,
    typer.Option("--home", envvar="HEMACOHORT_HOME", help="Folder of the home whose settings count."),
]

rules_app = typer.Typer(
    help="Show the rules, their sources and the switches.", no_args_is_help=False, invoke_without_command=True
)


@rules_app.callback(invoke_without_command=True)
def _rules(context: typer.Context) -> None:
    if context.invoked_subcommand is None:
        rules_list()


def _in_force(home: Path | None) -> Switches:
    from flows import settings

    if home is not None and not home.is_dir():
        raise UsageError(
            f"The home {home} does not exist; without --home (and HEMACOHORT_HOME) the defaults are shown."
        )
    return settings.load(home).switches


@rules_app.command("list")
def rules_list() -> None:
    """All rules, one a line."""
    from flows.rule_book import listed

    print(listed())


@rules_app.command("show")
def rules_show(rule: Annotated[str, typer.Argument(help="The rule.")], home: HomeOption = None) -> None:
    """One rule with its criteria, thresholds and sources, as the settings in force make it."""
    from flows.rule_book import shown

    print(shown(rule, _in_force(home)))


@rules_app.command("switches")
def rules_switches(home: HomeOption = None) -> None:
    """The choices between sources that disagree: options, default, and what is in force."""
    from flows.rule_book import switches_in_words

    print(switches_in_words(_in_force(home)))


@rules_app.command("check")
def rules_check() -> None:
    """Check that every criterion of the rule book says what it is, its threshold and its source."""
    from flows.rule_book import checked

    print(checked())
