"""The commands that ask a published night: ``explain``, ``sql``, ``report``, ``status``, ``export``."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from flows.cli_options import HomeOption
from flows.errors import UsageError

if TYPE_CHECKING:
    from flows.answers import Format

reading_app = typer.Typer()


@reading_app.command()
def explain(
    patient_id: Annotated[str, typer.Argument(help="The patient.")],
    home: HomeOption,
    rule: Annotated[str | None, typer.Option(help="One rule; default: all.")] = None,
    as_of: Annotated[
        str | None, typer.Option(metavar="DATE", help="Look at the blood counts up to this day.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="The answer as data.")] = False,
) -> None:
    """Explain each cohort for one patient. The answer says why it holds, does not hold, or cannot be determined."""
    from flows.commands import day_of
    from flows.home import Home

    day = day_of(as_of)
    kept = Home(home.absolute())
    night = kept.night_of(day)
    from flows.explain import explain_patient
    from flows.explain_text import render
    from flows.moved import in_place

    # in the data an identifier has no blanks around it either
    answer = explain_patient(in_place(kept, night), patient_id.strip(), rule, day)
    text = (
        json.dumps(answer, indent=2, ensure_ascii=False)
        if as_json
        else render(answer, terminal=sys.stdout.isatty())
    )
    print(text.rstrip("\n"))


@reading_app.command()
def sql(
    home: HomeOption,
    query: Annotated[str | None, typer.Argument(help="One SELECT, DESCRIBE, SHOW or EXPLAIN.")] = None,
    file: Annotated[Path | None, typer.Option("--file", help="Read the query from a file.")] = None,
    form: Annotated[
        Literal["table", "csv", "json", "parquet"], typer.Option("--format", help="Form of the answer.")
    ] = "table",
) -> None:
    """Query the last published night. Only reading is possible."""
    from flows import settings
    from flows.answers import show
    from flows.commands import query_text
    from flows.query import ask

    answer = ask(home, query_text(query, file), settings.load(home).memory_limit)
    chosen: Format = form
    show(answer, chosen)
    if form == "table":
        _say_what_it_is_not()


@reading_app.command()
def report(
    home: HomeOption,
    out: Annotated[Path | None, typer.Option(help="Folder to write the report to.")] = None,
) -> None:
    """Print the path of the last report, or copy it to a folder."""
    from flows.home import Home

    night = Home(home.absolute()).night()
    if out is not None:
        from flows.commands import copy_report

        copy_report(night, out)
    print((out or home / "published" / "report") / "index.html")


@reading_app.command()
def status(
    home: HomeOption,
    max_age: Annotated[
        str | None,
        typer.Option(help="Exit with 11 if no night has been published for longer than this, e.g. 26h."),
    ] = None,
) -> None:
    """Show the last nights and how fresh the data are. A last run that did not end well comes first."""
    from flows.answers import printable, show
    from flows.last_run import last_run
    from flows.overdue import age_of, check_age
    from flows.status import status as tables

    oldest = None if max_age is None else age_of(max_age)
    if sentence := last_run(home):
        print(printable(sentence) + "\n")
    try:
        found = tables(home)
    except UsageError:
        if oldest is not None:  # that a night is overdue is said rather than that it cannot be shown
            check_age(home, oldest)
        raise
    try:
        for name, table in found.items():
            print(name.capitalize())
            show(table, "table")
        _say_what_it_is_not()
        sys.stdout.flush()
    finally:  # whoever reads the tables may have seen enough (`| head`), and too old a night is an error all the same
        if oldest is not None:
            check_age(home, oldest)


@reading_app.command()
def export(
    home: HomeOption,
    file: Annotated[Path, typer.Option("--self-contained", help="DuckDB file to write.")],
) -> None:
    """Write the last published night as one portable DuckDB file."""
    from flows.export import export_night

    print(f"{export_night(home, file)} tables in {file}")


def _say_what_it_is_not() -> None:
    from flows.plain_words import NOT_A_DIAGNOSIS, NOT_REVIEWED

    print(f"\n{NOT_A_DIAGNOSIS}\n{NOT_REVIEWED}")
