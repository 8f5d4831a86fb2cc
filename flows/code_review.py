"""The codes that a night ignored, and how a person says what they are: review, proposal, acceptance.

Nothing is mapped without a person's yes; a no is kept in the code map, so that it is not proposed again.
"""

from __future__ import annotations

import getpass
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import polars as pl

from flows import settings
from flows.code_map import code_map_path, map_line, read_code_map, read_rows, write_code_map, write_rows
from flows.errors import UsageError
from flows.home import Home
from flows.tables import write_table
from schemas.code_map import ACCEPT_WORDS, COLUMNS, PROPOSED, MapLine
from schemas.tables import UNMAPPED_CODE, empty
from transforms.code_map import code_key, problems, same_question
from transforms.code_proposals import proposals
from transforms.code_suggestions import with_suggestions
from transforms.unmapped import summarized

PROPOSAL_FILE = "code_proposal.csv"


@dataclass(frozen=True)
class Merged:
    """What became of the lines of a proposal: counts. known: lines that the code map held already."""

    accepted: int
    refused: int
    undecided: int
    known: int
    code_map: Path


def write_unmapped(build: Path) -> None:
    """Write BUILD/tables/unmapped_summary from what ingest counted and the code map it used."""
    tables = build / "tables"
    pieces = [pl.read_parquet(path) for path in sorted((tables / "unmapped_code").glob("*.parquet"))]
    counts = pl.concat([empty(UNMAPPED_CODE), *pieces])
    lines = [
        MapLine(**row)
        for path in sorted((tables / "code_map").glob("*.parquet"))
        for row in pl.read_parquet(path).iter_rows(named=True)
    ]
    write_table(build, "unmapped_summary", "all", with_suggestions(summarized(counts), lines))


def review(root: Path, out: Path | None, *, everything: bool = False) -> tuple[Path, int]:
    """Write a proposal for the codes that the published night ignored; its path and its lines.

    out: by default HOME/code_proposal.csv; a file with answers that the code map does not hold is not overwritten.
    everything: also codes for which nothing is suggested. Raises UsageError (no night, a wrong code map, a file that
    cannot be written).
    """
    home = Home(root.absolute())
    summary = _summary(home.night())
    code_map = read_code_map(home.root, settings.load(home.root).code_map).map
    path = out or home.root / PROPOSAL_FILE
    _must_hold_no_new_answers(path, code_map.lines)
    rows = proposals(with_suggestions(summary, code_map.lines), code_map, everything=everything)
    try:
        write_rows(path, (*COLUMNS, *PROPOSED), rows)
    except UsageError as error:  # such as a home that is another user's, or mounted read-only
        raise (UsageError(f"{error} Name another file with --out.") if out is None else error) from None
    return path, len(rows)


def accept(root: Path, file: Path, by: str | None) -> Merged:
    """Take the yes and no lines of a proposal into the code map, with who and when.

    by: who decided, by default the user of the machine. Lines without an answer are left out. Raises UsageError with
    file and line for an answer that is neither yes nor no, a code that the published night did not ignore (a
    spreadsheet may have changed it), and a line that is wrong or contradicts another; then nothing is written.
    HomeLockedError while a run holds the home.
    """
    home = Home(root.absolute())
    ignored = {
        code_key(row[0], row[1]) for row in _summary(home.night()).select("code_system", "code").iter_rows()
    }
    who = (by if by is not None else _user()).strip()
    if not who:
        raise UsageError("--by must name who decided.")
    with home.lock():
        chosen = settings.load(home.root)
        path = code_map_path(home.root, chosen.code_map)
        held = read_code_map(home.root, chosen.code_map).map.lines
        lines = list(held)
        today = datetime.now(UTC).astimezone(chosen.zone).date().isoformat()
        answered = _answers(file)
        counts: Counter[bool | None] = Counter()
        for number, row, answer in answered:
            if answer is None:
                continue
            if code_key(row["code_system"], row["code"]) not in ignored:
                raise UsageError(
                    f"{file.name}, line {number}: the published night ignored no such code; a spreadsheet may have "
                    "changed it. A line of your own belongs in the code map itself."
                )
            line = replace(map_line(number, row, accepted=answer), accepted_by=who, accepted_on=today)
            counts[_merge(lines, line)] += 1
        _check(file, lines, held, path)
        if counts[True] or counts[False]:
            write_code_map(path, lines)
    undecided = sum(answer is None for _, _, answer in answered)
    return Merged(counts[True], counts[False], undecided, counts[None], path)


def _user() -> str:
    """Who is at this machine; empty for a user without a name, as in a container."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # Python before 3.13, and from then on
        return ""


def _summary(night: Path) -> pl.DataFrame:
    paths = sorted((night / "tables" / "unmapped_summary").glob("*.parquet"))
    if not paths:
        raise UsageError("The night was made by an older hemacohort; run one more night first.")
    return pl.concat([pl.read_parquet(path) for path in paths])


def _must_hold_no_new_answers(path: Path, lines: Sequence[MapLine]) -> None:
    if not path.exists():
        return
    if path.is_dir():
        raise UsageError(f"{path} is a folder; name a file.")
    if any(row.get("accept") and not _is_taken(number, row, lines) for number, row in read_rows(path)):
        raise UsageError(
            f"{path} holds answers; apply them with `hemacohort codes accept`, or name another --out."
        )


def _is_taken(number: int, row: Mapping[str, str], lines: Sequence[MapLine]) -> bool:
    """Whether the code map holds the answer of a line."""
    answer = ACCEPT_WORDS.get(row["accept"].lower())
    line = map_line(number, row, accepted=answer is True)
    return any(same_question(other, line) and other.accepted is answer for other in lines)


def _answers(file: Path) -> list[tuple[int, Mapping[str, str], bool | None]]:
    """Line, cells and answer of every line of a proposal; None where there is no answer."""
    found: list[tuple[int, Mapping[str, str], bool | None]] = []
    for number, row in read_rows(file):
        if "accept" not in row:
            raise UsageError(f"{file.name}, line 1: the column accept is missing.")
        word = row["accept"].lower()
        if word and word not in ACCEPT_WORDS:
            raise UsageError(
                f"{file.name}, line {number}: accept is {word[:20]!r}; it must say yes, no or nothing."
            )
        found.append((number, row, ACCEPT_WORDS.get(word)))
    return found


def _merge(lines: list[MapLine], line: MapLine) -> bool | None:
    """Add a line to those of the map: its answer, or None where the map held it already. A yes replaces a no."""
    for place, other in enumerate(lines):
        if same_question(other, line):
            if other.accepted == line.accepted:
                return None
            if line.accepted:
                lines[place] = line
                return True
    lines.append(line)
    return line.accepted


def _check(file: Path, lines: Sequence[MapLine], held: Sequence[MapLine], path: Path) -> None:
    """Raise UsageError for what is wrong with the merged lines; held: those that the map had."""
    old = {id(line) for line in held}

    def called(line: MapLine) -> str:
        return f"line {line.line} of {path.name}" if id(line) in old else f"line {line.line}"

    for line, sentence in problems(lines, called):
        raise UsageError(f"{file.name}, {called(line)}: {sentence}.")
