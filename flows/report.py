"""The quality-improvement report of a night: one page, nothing loaded from anywhere, counts only."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from flows import plain_words, report_charts
from flows.duck import dictionaries, opened
from flows.file_names import is_plain
from flows.home import DATABASE
from flows.sql import statement
from flows.workers import in_order
from schemas.site_medians import OUTCOMES
from transforms.membership import LOOK_BACK

_TEMPLATES = Path(__file__).parent / "templates"
_CHART_ROWS = 12
_FILE_ROWS = 40
_TEXT_LIMIT = 60
_TIER_COLORS = {"confirmed": "var(--tier-1)", "probable": "var(--tier-2)", "possible": "var(--tier-3)"}

Row = dict[str, Any]


@dataclass(frozen=True)
class _Tables:
    """What the report shows: one list of rows a query of sql/report."""

    night: Row
    population: Row
    cohorts: list[Row]
    changes: list[Row]
    attrition: list[Row]
    missing_by_test: list[Row]
    missing_by_rule: list[Row]
    gaps: list[Row]
    files: list[Row]
    quarantine: list[Row]
    flags: list[Row]
    freshness: list[Row]
    unmapped_codes: list[Row]
    unknown_units: list[Row]
    patient_conflicts: list[Row]
    missing_units: list[Row]
    inferred_units: Row
    site_unit_drift: list[Row]
    checks: list[Row]


def write_report(night: Path, out: Path) -> None:
    """Write ``out/index.html`` from the published (or just built) night folder ``night``.

    The page holds counts only: no patient ids and no results. It is replaced in one step, so that a reader
    never sees half a page. Raises duckdb.Error where the night's tables cannot be read.
    """
    with opened(night / DATABASE, read_only=True) as con:
        tables = _read(con)
    out.mkdir(parents=True, exist_ok=True)
    part = out / "index.html.part"
    part.write_text(_page(tables), encoding="utf-8")
    os.replace(part, out / "index.html")


def _read(con: duckdb.DuckDBPyConnection) -> _Tables:
    def rows(name: str, **parameters: object) -> list[Row]:
        with con.cursor() as cursor:
            return dictionaries(cursor, statement(f"report/{name}"), parameters)

    night = rows("night")[0]
    asked = {"freshness": {"as_of": night["as_of"]}}
    names = [field.name for field in fields(_Tables) if field.name != "night"]
    # most of the time goes into a few queries that keep one core busy each
    found = in_order(lambda name: rows(name, **asked.get(name, {})), names, workers=2)
    tables: dict[str, Any] = dict(zip(names, found, strict=True))
    of_one_row = {name: tables[name][0] for name in ("population", "inferred_units")}
    return _Tables(night=night, **{**tables, **of_one_row})


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        n=plain_words.thousands,
        long_date=_long_date,
        reason=plain_words.reason_words,
        flag=plain_words.flag_words,
        step=plain_words.step_words,
        clip=_clip,
        name=_breakable,
        percent=_percent,
    )
    environment.globals.update(share=plain_words.share, counted=plain_words.counted)
    return environment


def _page(tables: _Tables) -> str:
    template = _environment().get_template("report.html.j2")
    return template.render(
        night=tables.night,
        population=tables.population,
        window_days=LOOK_BACK,
        sides=_sides(tables),
        cohorts=tables.cohorts,
        changes=tables.changes,
        is_first_night=any(row["first_night"] for row in tables.changes),
        tiers=plain_words.TIERS,
        fates=plain_words.FATES,
        not_a_diagnosis=plain_words.NOT_A_DIAGNOSIS,
        not_reviewed=plain_words.NOT_REVIEWED,
        missing=tables.missing_by_test,
        gaps=tables.gaps,
        files=_files(tables.files),
        file_totals=_totals(tables.files),
        quarantine=tables.quarantine,
        flags=tables.flags,
        freshness=tables.freshness,
        unmapped_codes=tables.unmapped_codes,
        unknown_units=tables.unknown_units,
        patient_conflicts=tables.patient_conflicts,
        missing_units=tables.missing_units,
        inferred_units=tables.inferred_units,
        site_unit_drift=tables.site_unit_drift,
        outcomes=OUTCOMES,
        checks=tables.checks,
        charts=_charts(tables),
    )


def _sides(tables: _Tables) -> list[Row]:
    """The cohorts by the side of the marrow on which the fault lies, each with its attrition and missing tests."""
    steps: Mapping[str, list[Row]] = _by_rule(tables.attrition)
    missing: Mapping[str, list[Row]] = _by_rule(tables.missing_by_rule)
    by_side: dict[str, list[Row]] = defaultdict(list)
    for cohort in tables.cohorts:
        by_side[cohort["side"]].append(
            {
                **cohort,
                "steps": _with_widths(steps.get(cohort["rule_id"], [])),
                "missing": missing.get(cohort["rule_id"], [])[:3],
            }
        )
    known = [side for side in plain_words.SIDES if side in by_side]
    others = sorted(set(by_side) - set(known))
    sides = []
    for side in (*known, *others):
        title, says = plain_words.SIDES.get(side, (side, ""))
        sides.append({"title": title, "says": says, "cohorts": by_side[side]})
    return sides


def _by_rule(rows: Sequence[Row]) -> dict[str, list[Row]]:
    grouped: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        grouped[row["rule_id"]].append(row)
    return grouped


def _with_widths(steps: Sequence[Row]) -> list[Row]:
    """Each step with the share of the first step's patients that is left, as the width of its bar in percent."""
    first = steps[0]["patients"] if steps else 0
    return [
        {**step, "of": first, "width": round(100 * step["patients"] / first, 2) if first else 0}
        for step in steps
    ]


def _files(files: Sequence[Row]) -> list[Row]:
    """Rows by file. Files whose names may identify a patient are shown together, by table.

    A home that has loaded many files shows those of a table together, too.
    """
    alone = [row for row in files if len(files) <= _FILE_ROWS and is_plain(row["source_file"])]
    others: dict[str, list[Row]] = defaultdict(list)
    for row in files:
        if row not in alone:
            others[row["table_name"]].append(row)
    return [{"name": row["source_file"], **_totals([row])} for row in alone] + [
        {"name": f"{plain_words.counted(len(rows), 'file')} of {table}", **_totals(rows)}
        for table, rows in others.items()
    ]


def _totals(files: Sequence[Row]) -> Row:
    return {name: sum(row[name] or 0 for row in files) for name in ("rows", *plain_words.FATES)}


def _charts(tables: _Tables) -> dict[str, Markup]:
    """SVG by name. Markup, because vl-convert has escaped the labels; an empty string where nothing is to show."""
    charts = {"cohorts": "", "missing": "", "quarantine": ""}
    held = [cohort for cohort in tables.cohorts if cohort["met"]]
    if held:
        charts["cohorts"] = report_charts.stacked_bars(
            [(cohort["title"], tier, cohort[tier]) for cohort in held for tier in _TIER_COLORS],
            parts=list(_TIER_COLORS),
            colors=list(_TIER_COLORS.values()),
            title="patients",
        )
    deciding = [row for row in tables.missing_by_test if row["would_decide"]][:_CHART_ROWS]
    if deciding:
        charts["missing"] = report_charts.bars(
            [(_clip(plain_words.reason_words(row["reason"])), row["would_decide"]) for row in deciding],
            title="patients whom this one test would decide",
        )
    if tables.quarantine:
        charts["quarantine"] = report_charts.bars(
            [
                (_clip(f"{row['reason']} ({row['table_name']})"), row["rows"])
                for row in tables.quarantine[:_CHART_ROWS]
            ],
            title="rows in quarantine",
        )
    return {name: Markup(svg) for name, svg in charts.items()}  # noqa: S704  vl-convert escapes its labels


def _long_date(day: date | None) -> str:
    return plain_words.NOTHING if day is None else f"{day.day} {day:%B %Y}"


def _percent(part: float | None) -> str:
    return plain_words.NOTHING if part is None else f"{part:.0f}%"


def _breakable(name: str) -> Markup:
    """A name of the project's own, which a narrow column may break behind an underscore and nowhere else."""
    return Markup("_<wbr>").join(_clip(name).split("_"))


def _clip(text: str | None) -> str:
    """Text from the extract, shortened: a code or unit is short, whatever is longer may be a note."""
    if text is None:
        return plain_words.NOTHING
    return text if len(text) <= _TEXT_LIMIT else text[: _TEXT_LIMIT - 1] + "…"
