"""The DuckDB file of a night: views over its Parquet pieces, every table and column commented."""

from __future__ import annotations

import glob
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from flows.duck import opened, write_out
from flows.generations import GROUP_OF, pieces_of
from flows.home import DATABASE
from flows.sql import statement
from schemas.analytes import ANALYTES, Analyte
from schemas.flags import FLAGS
from schemas.switches import DEFAULTS, SWITCHES, Switch, Switches
from schemas.value_sets import CODE_SETS, Code, CodeSet
from schemas.warehouse import FILES, PIECES, VIEW_SAYS, VIEWS, Source
from schemas.warehouse_columns import AS_LAST_JUDGED
from schemas.warehouse_ddl import ddl_comments, ddl_file, ddl_generations, ddl_schemas, ddl_source, quoted
from transforms.judging import all_criteria
from transforms.logic import Criterion
from transforms.rule import Rule
from transforms.rules import WITH_CHOICES, rule_book
from transforms.why import shown_input


def write_reference(night: Path, switches: Switches = DEFAULTS) -> None:
    """Write the reference tables (rules, criteria, switches, analytes, flags, value sets) as Parquet pieces of the night."""
    book = rule_book(switches)
    tables = {
        "rule": [_rule_row(rule) for rule in book],
        "criterion": [
            _criterion_row(rule, criterion) for rule in book for criterion in rule.criteria.values()
        ],
        "switch": [_switch_row(switch, switches) for switch in SWITCHES.values()],
        "analyte": [_analyte_row(item) for item in ANALYTES.values()],
        "flag": [{"flag": flag.name, "says": flag.says} for flag in FLAGS],
        "value_set": [_code_row(item, line) for item in CODE_SETS.values() for line in item.codes],
    }
    for name, rows in tables.items():
        write_piece(night, name, pl.DataFrame(rows, infer_schema_length=None))


def _rule_row(rule: Rule) -> dict[str, Any]:
    return {
        "rule_id": rule.rule_id,
        "version": rule.version,
        "title": rule.title,
        "side": rule.side,
        "summary": rule.says,
        "follow_up": rule.follow_up,
        "seed": rule.seed,
        "definition": rule.describe(),
    }


def _criterion_row(rule: Rule, criterion: Criterion) -> dict[str, Any]:
    measured = shown_input(criterion)
    return {
        "rule_id": rule.rule_id,
        "criterion_id": criterion.id,
        "says": criterion.says,
        "input": measured.id if measured else criterion.inputs[0],
        "unit": measured.unit if measured else None,
        "value_column": measured.column if measured else None,
        "date_column": f"{measured.id}_collected_at" if measured else None,
        "threshold": criterion.threshold,
        "citation": criterion.citation,
    }


def _switch_row(switch: Switch, switches: Switches) -> dict[str, Any]:
    return {
        "switch": switch.id,
        "title": switch.title,
        "option": switches.chosen[switch.id],
        "default_option": switch.default,
        "says": switch.options[switches.chosen[switch.id]],
    }


def _analyte_row(item: Analyte) -> dict[str, Any]:
    return {
        "id": item.id,
        "title": item.title,
        "section": item.section,
        "unit": item.unit,
        "loinc": list(item.loinc),
        "units": list(item.units),
        "reject_below": item.reject.below,
        "reject_above": item.reject.above,
        "flag_below": item.flag.below,
        "flag_above": item.flag.above,
        "flag_at_least": item.flag.at_least,
    }


def _code_row(item: CodeSet, line: Code) -> dict[str, Any]:
    return {
        "value_set": item.id,
        "title": item.title,
        "domain": item.domain,
        "version": item.version,
        "code_system": line.system,
        "code": line.code,
        "match": line.match,
        "display": line.display,
        "code_source": line.source,
    }


def write_piece(night: Path, name: str, frame: pl.DataFrame) -> None:
    """Write a small table of the night as its only piece. night: the folder. name, frame: of the table."""
    folder = night / "tables" / name
    folder.mkdir(parents=True, exist_ok=True)
    frame.write_parquet(folder / "all.parquet")


def build_warehouse(night: Path, file: Path | None = None, *, self_contained: bool = False) -> int:
    """Make the DuckDB file of a night and count its tables.

    The night must lie where it will stay, for large tables are views that name their pieces by full path.
    file: by default the night's own. self_contained: copy the large tables into the file, so that it needs no
    other.
    """
    target = file or night / DATABASE
    target.unlink(missing_ok=True)
    sources = [replace(source, stored=True) if self_contained else source for source in PIECES]
    folder = glob.escape(str(night.resolve()))
    with opened(target) as connection:
        connection.begin()  # statement by statement each comment would be a transaction of its own
        for text in (*ddl_schemas(), *(_ddl(source, night, folder) for source in sources)):
            connection.execute(text)
        for name in VIEWS:
            connection.execute(statement(name))
        kinds = {source.name: (source.kind, source.says) for source in sources}
        kinds |= {view: ("VIEW", VIEW_SAYS[view]) for view in VIEWS.values()}
        _comment(connection, kinds)
        connection.commit()
        write_out(connection)
    return len(kinds)


def place_in_views(night: Path) -> str:
    """How the views of a night begin the paths of its pieces, as long as it lies where they were made."""
    return quoted(glob.escape(str(night.resolve())) + "/")[:-1]


def _ddl(source: Source, night: Path, folder: str) -> str:
    """Statement that makes a table or view. folder: the night's path, as DuckDB takes it literally."""
    file = FILES.get(Path(source.pieces).stem)
    if file is not None and not (night / source.pieces).is_file():
        found = [_generations(night, folder, table) for table in file.tables]
        run = pl.read_parquet(night / "tables" / "run" / "all.parquet").row(0, named=True)
        loads = [
            f"{folder}/tables/{table}/{piece.name}"
            for table in file.loads
            for piece in sorted((night / "tables" / table).glob("*.parquet"))
        ]
        by_patient = [(generations, owner) for generations, owner in found if generations]
        return ddl_file(source, file, by_patient, loads, run["as_of"].isoformat(), run["run_id"])
    if not source.by_patient:
        return ddl_source(source, folder)
    return ddl_generations(source, *_generations(night, folder, Path(source.pieces).parent.name))


def _generations(night: Path, folder: str, table: str) -> tuple[dict[int, list[str]], str]:
    """Pieces of a table by generation, and its owner table, by full path."""
    generations = {
        number: [f"{folder}/tables/{table}/{piece.name}" for piece in pieces]
        for number, pieces in pieces_of(night / "tables", table).items()
    }
    return generations, f"{folder}/tables/{GROUP_OF[table].owner}/all.parquet"


def _comment(connection: duckdb.DuckDBPyConnection, kinds: Mapping[str, tuple[str, str]]) -> None:
    """Say of every table what it is, and of every column what it holds. kinds: table to kind and sentence."""
    criteria = {
        # a clock that has not run out is looked at again only while it can change the verdict
        name: criterion.says if criterion.due is None else f"{criterion.says}; {AS_LAST_JUDGED}"
        for name, criterion in all_criteria(WITH_CHOICES).items()
    }
    columns: dict[str, list[str]] = {}
    for schema, table, column in connection.execute(statement("warehouse/columns")).fetchall():
        columns.setdefault(f"{schema}.{table}", []).append(column)
    for table, (kind, says) in kinds.items():
        for text in ddl_comments(table, kind, says, columns[table], criteria):
            connection.execute(text)
