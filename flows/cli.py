"""The command line: flags in, exit codes out. Heavy libraries are imported by the command that needs them."""

from __future__ import annotations

import logging
import os
import select
import sys
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Literal

import typer
import typer.exceptions

from flows.cli_codes import codes_app
from flows.cli_operations import operations_app
from flows.cli_options import HomeOption, SourceOption
from flows.cli_reading import reading_app
from flows.cli_rules import rules_app
from flows.errors import INTERRUPTED, HemacohortError, UsageError, stop_behind

app = typer.Typer(
    name="hemacohort",
    help="Screens laboratory extracts for anemias and cytopenias. Screening, not diagnosis; no hematologist has "
    "reviewed the rules yet.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    rich_markup_mode=None,
)
app.add_typer(rules_app, name="rules")
app.add_typer(codes_app, name="codes")
app.add_typer(reading_app)
app.add_typer(operations_app)

PatientsOption = Annotated[int, typer.Option(min=1, help="Patients to simulate.")]
SeedOption = Annotated[int, typer.Option(help="The same seed gives the same extract.")]
BucketsOption = Annotated[
    int | None, typer.Option(min=1, help="Patient buckets; by default as many as needed.")
]
MemoryOption = Annotated[str | None, typer.Option(help="Memory DuckDB may use, e.g. 2GB.")]
_STOPPED = "Stopped. The last published night is unchanged."
SwitchOption = Annotated[
    list[str] | None,
    typer.Option(
        "--switch",
        metavar="NAME=OPTION",
        help="A choice between sources; `hemacohort rules switches` lists them.",
    ),
]
TimezoneOption = Annotated[str | None, typer.Option(help="Time zone of the home, e.g. Europe/Vienna.")]


def main(arguments: Sequence[str] | None = None) -> None:
    """Entry point of the ``hemacohort`` command; always ends in SystemExit, with the exit code of ``flows.errors``."""
    _log_to_the_screen()
    sys.exit(_code(list(sys.argv[1:] if arguments is None else arguments)))


def _log_to_the_screen() -> None:
    """Plain lines on standard error; the root logger is left to Prefect, which is told to be quiet there."""
    log = logging.getLogger("hemacohort")
    log.setLevel(logging.INFO)
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(asctime)s %(message)s", datefmt="%H:%M:%S"))
    log.handlers = [handler]


def _code(arguments: list[str]) -> int:
    try:
        ended = app(args=arguments, prog_name="hemacohort", standalone_mode=False)
        sys.stdout.flush()  # a pipe that was closed is found out here, and not when Python ends
    except HemacohortError as error:
        return _tell(error)
    except typer.exceptions.TyperException as error:  # wrong usage
        show: Callable[[], None] | None = getattr(error, "show", None)
        if show is None:
            _say(f"hemacohort: {error.format_message()}")
        else:
            show()
        return max(error.exit_code, UsageError.exit_code)
    except (typer.Abort, KeyboardInterrupt):
        _say(_STOPPED)
        return INTERRUPTED
    except SystemExit as ended_by:  # what typer makes of any broken pipe, a server's as well
        broken = ended_by.__context__
        return (
            _pipe_broke(arguments, broken) if isinstance(broken, BrokenPipeError) else int(ended_by.code or 0)
        )
    except BrokenPipeError as error:
        return _pipe_broke(arguments, error)
    except Exception as error:  # noqa: BLE001  the last resort: a log file, and no traceback on the screen
        if isinstance(stop_behind(error), KeyboardInterrupt):
            _say(_STOPPED)
            return INTERRUPTED
        return _unforeseen(arguments, error)
    except BaseException as error:
        if not type(error).__module__.startswith("pyo3"):
            raise
        return _unforeseen(arguments, error)  # a panic of Polars is not an Exception
    if ended == INTERRUPTED:  # typer catches the interrupt of a command by itself
        _say(_STOPPED)
    return ended if isinstance(ended, int) else 0


def _pipe_broke(arguments: Sequence[str], error: BrokenPipeError) -> int:
    """0 where whoever reads the output has seen enough; another pipe that breaks is nothing foreseen."""
    output = sys.__stdout__
    assert output is not None
    looked = select.poll()
    looked.register(output.fileno(), 0)  # of errors it tells unasked
    if not looked.poll(0):
        return _unforeseen(arguments, error)
    os.dup2(os.open(os.devnull, os.O_WRONLY), output.fileno())
    return 0


def _unforeseen(arguments: Sequence[str], error: BaseException) -> int:
    try:
        from flows.failures import unforeseen

        return _tell(unforeseen(_logs(arguments), error))
    except MemoryError:  # not even enough to tell more of it
        print("hemacohort: Memory ran out; the published night is unchanged.", file=sys.stderr)
        return 1


def _tell(error: HemacohortError) -> int:
    _say(f"hemacohort: {error}")
    return error.exit_code


def _say(text: str) -> None:
    from flows.answers import printable

    print(printable(text), file=sys.stderr)


def _logs(arguments: Sequence[str]) -> Path:
    """The log folder of the home named on the command line, else one in the folder for temporary files."""
    import tempfile

    named = [word.removeprefix("--home=") for word in arguments if word.startswith("--home=")]
    named += [after for word, after in pairwise(arguments) if word == "--home"]
    named += [os.environ["HEMACOHORT_HOME"]] if "HEMACOHORT_HOME" in os.environ else []
    home = Path(named[0]) if named else None
    return (
        home.absolute() / "logs"
        if home and (home / "format").is_file()
        else Path(tempfile.gettempdir()) / "hemacohort"
    )


def _version(wanted: bool) -> None:
    if wanted:
        from flows.publish import own_version

        print(f"hemacohort {own_version()}")
        raise typer.Exit


@app.callback()
def _hemacohort(
    _: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Screens laboratory extracts for anemias and cytopenias. Screening, not diagnosis."""


@app.command()
def simulate(
    out: Annotated[Path, typer.Option(help="Folder to write the extract to.")],
    patients: PatientsOption = 2000,
    years: Annotated[int, typer.Option(min=1, max=50, help="Years the extract covers.")] = 3,
    seed: SeedOption = 1,
    form: Annotated[
        Literal["csv", "csv.gz", "parquet"], typer.Option("--format", help="File format.")
    ] = "csv",
) -> None:
    """Write an extract of simulated patients. Their blood counts and iron panels are coherent, and their kinds known."""
    from flows.commands import write_simulation
    from flows.plain_words import counted

    write_simulation(out, patients=patients, years=years, seed=seed, form=form)
    print(f"Simulated extract of {counted(patients, 'patient')} in {out}")


@app.command()
def run(
    home: HomeOption,
    extract: Annotated[
        Path | None, typer.Option("--extract", help="Folder of the extract; not with --known-at.")
    ] = None,
    source: SourceOption = "canonical",
    as_of: Annotated[
        str | None, typer.Option(metavar="DATE", help="Night to screen: a date, or auto. Default: today.")
    ] = None,
    full: Annotated[
        bool, typer.Option("--full", help="Rebuild everything from all rows that were ever loaded.")
    ] = False,
    known_at: Annotated[
        str | None,
        typer.Option(
            metavar="TIME",
            help="Make a past night again from what was known at this local time; it stays beside the others.",
        ),
    ] = None,
    direct: Annotated[bool, typer.Option("--direct", help="Run without Prefect.")] = False,
    buckets: BucketsOption = None,
    memory_limit: MemoryOption = None,
    timezone: TimezoneOption = None,
    keep_nights: Annotated[int | None, typer.Option(min=1, help="Published nights to keep.")] = None,
    switch: SwitchOption = None,
    unit_inference: Annotated[
        bool | None,
        typer.Option(
            "--unit-inference/--no-unit-inference",
            help="Whether a missing unit may be inferred from values. Default: yes.",
        ),
    ] = None,
    accept: Annotated[
        list[str] | None,
        typer.Option(
            "--accept",
            metavar="CHECK",
            help="A check that may fail tonight; each with a --because of its own.",
        ),
    ] = None,
    because: Annotated[
        list[str] | None,
        typer.Option("--because", metavar="REASON", help="Why the check is accepted; it is recorded."),
    ] = None,
) -> None:
    """Screen an extract and publish the night."""
    from flows.commands import (
        accepted_from,
        night_in_words,
        past_in_words,
        recall_home,
        run_home,
        switches_from,
    )

    flags = {
        "buckets": buckets,
        "memory_limit": memory_limit,
        "timezone": timezone,
        "keep_nights": keep_nights,
        "switches": switches_from(switch or ()),
        "unit_inference": unit_inference,
    }
    accepted = accepted_from(accept or (), because or ())
    if known_at is not None:
        if extract is not None or source != "canonical" or full or accepted:
            raise UsageError(
                "--known-at works from what the home already holds; leave out --extract, --source, --full and --accept."
            )
        print(past_in_words(home, recall_home(home, as_of, known_at, flags)))
        return
    if extract is None:
        raise UsageError("Name the folder of the extract with --extract.")
    content = run_home(home, extract, source, as_of, flags, direct=direct, full=full, accept=accepted)
    print(night_in_words(home, content))


@app.command()
def demo(
    home: Annotated[Path, typer.Option("--home", help="Folder of the home.")] = Path("hemacohort-demo"),
    patients: PatientsOption = 2000,
    seed: SeedOption = 1,
    direct: Annotated[bool, typer.Option("--direct", help="Run without Prefect.")] = False,
) -> None:
    """Simulate an extract, screen it, and say where to look."""
    from flows.commands import night_in_words, run_home, simulate_into, what_to_try

    extract = simulate_into(home, patients=patients, seed=seed)
    print(night_in_words(home, run_home(home, extract, "canonical", "auto", {}, direct=direct)))
    print(what_to_try(home))


if __name__ == "__main__":
    main()
