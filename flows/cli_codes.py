"""The ``hemacohort codes`` commands."""

from __future__ import annotations

from pathlib import Path
from shlex import quote
from typing import Annotated

import typer

from flows.cli_options import HomeOption

codes_app = typer.Typer(
    help="Map the site's own codes to the tests that rules read. Nothing is mapped until a person says yes.",
    no_args_is_help=True,
)


@codes_app.command("review")
def codes_review(
    home: HomeOption,
    out: Annotated[
        Path | None, typer.Option(help="CSV file to write; default: HOME/code_proposal.csv.")
    ] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Also codes for which nothing is suggested.")
    ] = False,
) -> None:
    """Write a proposal: the codes that the last published night ignored, and what each may be."""
    from flows.code_review import review

    path, lines = review(home, out, everything=everything)
    listed = "code" if everything else "suggestion"  # for some codes nothing is suggested
    print(f"{lines:,} {listed}{'' if lines == 1 else 's'} in {path}")
    if lines:
        print(
            "They are suggestions: nothing is mapped until a person says yes. Fill the column accept with yes or no, "
            f"then: hemacohort codes accept --home {quote(str(home))} {quote(str(path))}"
        )


@codes_app.command("accept")
def codes_accept(
    file: Annotated[Path, typer.Argument(help="A proposal with its column accept filled in.")],
    home: HomeOption,
    by: Annotated[str | None, typer.Option(help="Who decided; default: the user of this machine.")] = None,
) -> None:
    """Take the yes and no lines of a proposal into the site's code map; the next night reads it."""
    from flows.code_review import accept

    merged = accept(home, file, by)
    print(
        f"{merged.accepted:,} accepted, {merged.refused:,} refused, {merged.undecided:,} undecided, "
        f"{merged.known:,} known already; the code map is {merged.code_map}"
    )
