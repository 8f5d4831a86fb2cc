"""What the commands that build something do, and what they say when it is done."""

from __future__ import annotations

import filecmp
import shutil
import sys
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Any

from flows.errors import UsageError
from flows.home import Home
from flows.plain_words import NOT_A_DIAGNOSIS, NOT_REVIEWED, counted

if TYPE_CHECKING:  # its imports take longer than most commands
    from flows.kept_nights import Pruning

RunContent = Mapping[str, Any]


def run_home(
    home: Path,
    extract: Path,
    source: str,
    as_of: str | None,
    flags: Mapping[str, Any],
    *,
    direct: bool,
    full: bool = False,
    accept: Mapping[str, str] | None = None,
) -> RunContent:
    """Run a night directly or as a Prefect flow; returns the content of run.json. Raises HemacohortError."""
    from flows.night import begin, run_night

    night = begin(home, extract, source, as_of, flags, full=full, accept=accept)
    if direct:
        return run_night(night)
    Home(night.home).check_lock()  # better known before an orchestrator is started for nothing
    from flows.prefect_settings import prepare

    prepare(night.home)
    from flows.own_server import keep_server, must_answer, named_server
    from flows.prefect_flow import hemacohort_night

    named = named_server()
    if named is None:  # Prefect would start one that outlives a night that is killed
        keep_server(night.home)
    else:
        must_answer(named)
    content: RunContent = hemacohort_night(
        home=str(night.home),
        extract=str(night.extract),
        source=source,
        as_of=night.as_of,
        full=full,
        accept=dict(night.accept) or None,
        **flags,
    )
    return content


def recall_home(home: Path, as_of: str | None, known_at: str, flags: Mapping[str, Any]) -> RunContent:
    """Make a past night again as it was known at a local time; returns the content of its run.json.

    as_of: by default the day of that time. Always without an orchestrator: nobody schedules the past. Raises
    HemacohortError.
    """
    from flows.days import moment_text
    from flows.night import begin, run_night

    day = as_of or moment_text(known_at).date().isoformat()
    return run_night(begin(home, home, "canonical", day, flags, known_at=known_at))


def write_simulation(out: Path, *, patients: int, years: int, seed: int, form: str) -> None:
    """Simulate an extract and write it into a folder that is new or empty.

    UsageError for another folder, and for one that cannot be written.
    """
    from flows.simulate import write_extract
    from transforms.simulation import simulate

    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise UsageError(f"{out} is not empty; name a new folder.")
    tables = simulate(patients=patients, years=years, seed=seed)
    try:
        write_extract(tables, out, form)
    except OSError as error:
        raise UsageError(f"The extract cannot be written to {out}: {error.strerror}.") from None


def simulate_into(home: Path, *, patients: int, seed: int) -> Path:
    """Simulate the demo's extract into HOME/extract, in place of an earlier one; returns the folder.

    UsageError for a home that holds another extract, or nights of other patients than these: neither is a demo's to
    replace, and invented patients do not belong among others.
    """
    from flows.simulate import is_simulated

    extract = home / "extract"
    used = Home(home.absolute()).published.is_symlink() or (extract.is_dir() and any(extract.iterdir()))
    if used and not is_simulated(extract):
        raise UsageError(f"{home} holds more than a demo; name another folder with --home.")
    Home(home.absolute()).create()
    fresh = Home(home.absolute()).work / "extract"  # in the work folder, which the next run clears
    shutil.rmtree(fresh, ignore_errors=True)
    write_simulation(fresh, patients=patients, years=3, seed=seed, form="csv.gz")
    if Home(home.absolute()).published.is_symlink() and not _alike(fresh, extract):
        shutil.rmtree(fresh)
        raise UsageError(
            f"{home} holds a demo of other patients, who have the same ids; remove it, or name another folder with --home."
        )
    if extract.exists():
        shutil.rmtree(extract)
    fresh.rename(extract)
    return extract


def _alike(one: Path, other: Path) -> bool:
    """Whether two folders hold the same files."""
    names = {file.name for file in one.iterdir()}
    if names != {file.name for file in other.iterdir()}:
        return False
    return all(filecmp.cmp(one / name, other / name, shallow=False) for name in names)


def night_in_words(home: Path, content: RunContent) -> str:
    """What a night brought, for the person who ran it: counts only."""
    rows = content["rows"]
    fates = ", ".join(f"{rows[fate]:,} {fate}" for fate in rows if fate != "rows")
    brought = f"{counted(rows['rows'], 'row')} of all tables: {fates}"
    width = max((len(row["title"]) for row in content["cohorts"]), default=0)
    titles = ("confirmed", "probable", "possible", "cannot be determined")
    lines = [
        f"Night of {content['as_of']} published in {home / 'published'}",
        # all files loaded before, and a changed code map, a later day or another setting decides the night
        brought if rows["rows"] else "No new rows; the night follows from what the home holds",
        *_out_of_sight(content),
        "",
        f"{'patients by cohort':{width}}  {'  '.join(f'{title:>9}' for title in titles)}",
    ]
    for row in sorted(content["cohorts"], key=lambda row: row["title"]):
        counts = (row["confirmed"], row["probable"], row["possible"])
        open_ = f"{row['indeterminate']:>{len(titles[-1])},}"
        lines.append(f"{row['title']:{width}}  {'  '.join(f'{count:>9,}' for count in counts)}  {open_}")
    return "\n".join([*lines, "", NOT_A_DIAGNOSIS, NOT_REVIEWED])


def _out_of_sight(content: RunContent) -> list[str]:
    """A sentence where nobody is in a cohort and the newest result lies after the night or long before it."""
    from transforms.membership import LOOK_BACK

    stages = {stage["stage"]: stage["counts"] for stage in content["stages"]}
    newest = str(stages["ingest"]["newest_collected_at"])[:10]
    if stages["exports"]["membership"] or newest == "None":
        return []
    before = (date.fromisoformat(content["as_of"]) - date.fromisoformat(newest)).days
    if 0 <= before <= LOOK_BACK:
        return []
    seen = f"the night sees the {LOOK_BACK} days up to {content['as_of']}"
    return [
        f"Nobody is in a cohort: {seen}, and the newest result is of {newest} (--as-of auto takes that day)."
    ]


def past_in_words(home: Path, content: RunContent) -> str:
    """Where a past night that was made again lies, and its digest."""
    lines = [
        f"Night of {content['as_of']} as it was known at {content['known_at']}, in {home / 'past' / content['run_id']}",
        f"digest {content['digest']}",
        "The published night is what it was.",
    ]
    return "\n".join([*lines, "", NOT_A_DIAGNOSIS, NOT_REVIEWED])


def pruned_in_words(pruning: Pruning, *, done: bool) -> str:
    """What a pruning removed or would remove, and what that ends."""
    from flows.disk import in_words

    goes = "removed" if done else "would go"
    newer = f" (newer than the night in force: rollback {'cannot' if done else 'could not'} return to it)"
    lines = [
        *(f"{goes}: {name}{newer if name in pruning.newer else ''}" for name in pruning.nights),
        *(f"{goes}: past/{name}" for name in pruning.past),
    ]
    past = f" and {counted(len(pruning.past), 'past one')}" if pruning.past else ""
    stay = f"{len(pruning.kept):,} {'stays' if len(pruning.kept) == 1 else 'stay'}"
    stay += f", {pruning.read:,} until a reader has finished" if pruning.read else ""
    lines.append(f"{counted(len(pruning.nights), 'night')}{past}, {in_words(pruning.freed)}; {stay}.")
    shed = pruning.shed
    if shed is not None:
        about = "" if done else "about "
        lines.append(
            f"{goes}: {shed.copies + shed.replaced:,} of {shed.rows:,} stored laboratory rows ({shed.copies:,} copies, "
            f"{shed.replaced:,} replaced reports) and {shed.patients:,} older rows of patients, "
            f"{about}{in_words(shed.freed)}."
        )
        if shed.since is not None:
            can = "can" if done else "could then"
            lines.append(
                f"Past nights {can} be made again (run --known-at) as they were known from {shed.since} on, not before."
            )
    if not done and (pruning.nights or pruning.past or shed is not None):
        lines[-1] += " Nothing was removed; --yes removes them."
    return "\n".join(lines)


def copy_report(night: Path, out: Path) -> None:
    """Copy the page of a night as it was published. UsageError where the folder cannot be written."""
    try:
        out.mkdir(parents=True, exist_ok=True)
        for file in (night / "report").iterdir():
            shutil.copyfile(file, out / file.name)
    except OSError as error:
        raise UsageError(f"The report cannot be written to {out}: {error.strerror}.") from None


def what_to_try(home: Path) -> str:
    """Where to look after the demo, and what to try next, with a patient of the demo's own cohorts."""
    from flows.query import ask
    from flows.sql import statement

    found = ask(home, statement("warehouse/someone"))
    who = found.item(0, 0) if found.height else "PATIENT_ID"
    page = (home / "published" / "report" / "index.html").absolute()
    return f"\nLook at {page}, then try: {_command()} explain --home {quote(str(home))} {quote(who)}"


def _command() -> str:
    """What a person types to run this program: its name where the shell finds it, else the path it was called by."""
    return "hemacohort" if shutil.which("hemacohort") else quote(sys.argv[0])


def query_text(query: str | None, file: Path | None) -> str:
    """The question: an argument, a file, or standard input. UsageError unless it is one of them."""
    if (query is None) == (file is None):
        if query is None and not sys.stdin.isatty():
            try:
                return sys.stdin.read()
            except UnicodeDecodeError:
                raise UsageError("Standard input cannot be read as text.") from None
        raise UsageError("Give a query or --file, one of the two.")
    if file is None:
        return str(query)
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise UsageError(f"{file} cannot be read as text.") from None


def accepted_from(checks: Sequence[str], reasons: Sequence[str]) -> dict[str, str]:
    """Why each check may fail tonight, from ``--accept CHECK --because "…"`` pairs. UsageError where one lacks its other."""
    if len(checks) != len(reasons):
        raise UsageError('Give one --because "…" for each --accept CHECK.')
    return dict(zip(checks, reasons, strict=True))


def switches_from(pairs: Sequence[str]) -> dict[str, str]:
    """Choices between sources from ``NAME=OPTION`` texts. UsageError for one that names no switch."""
    from schemas.switches import SWITCHES

    named = {name.strip(): value for name, _, value in (pair.partition("=") for pair in pairs)}
    unknown = sorted(set(named) - set(SWITCHES))
    if unknown:
        raise UsageError(f"There is no switch {unknown[0][:40]!r}. The switches: {', '.join(SWITCHES)}.")
    return named


def day_of(text: str | None, option: str = "--as-of") -> date | None:
    """A day from what a person wrote after an option. UsageError if it is none."""
    try:
        return None if text is None else date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"{option} is a date such as 2026-06-30, not {text!r}.") from None
