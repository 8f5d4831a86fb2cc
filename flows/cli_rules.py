"""The ``hemacohort rules`` commands."""

from __future__ import annotations

from typing import Annotated

import typer

rules_app = typer.Typer(help="The rule book.", no_args_is_help=False, invoke_without_command=True)


@rules_app.callback(invoke_without_command=True)
def _rules(context: typer.Context) -> None:
    if context.invoked_subcommand is None:
        rules_list()


@rules_app.command("list")
def rules_list() -> None:
    """All rules, one a line."""
    from flows.rule_book import listed

    print(listed())


@rules_app.command("show")
def rules_show(rule: Annotated[str, typer.Argument(help="The rule.")]) -> None:
    """One rule with its criteria, thresholds and sources."""
    from flows.rule_book import shown

    print(shown(rule))


@rules_app.command("check")
def rules_check() -> None:
    """Check that every criterion of the rule book says what it is, its threshold and its source."""
    from flows.rule_book import checked

    print(checked())
