"""The published warehouse: its tables and views, where their rows come from, and one comment for each column."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from schemas.tables import FINDING, MEMBERSHIP, QUALITY_FLAG, QUARANTINE, WHY

NO_DIAGNOSIS = "screening, not a diagnosis"


@dataclass(frozen=True)
class Source:
    """A table of the warehouse: its name, its Parquet pieces (glob in the night folder), and what it is.

    stored: the rows are copied into the DuckDB file (small tables); else it is a view over the pieces. by_patient: the
    pieces are of several generations, of which for each patient one is in force (flows.generations).
    """

    name: str
    pieces: str
    says: str
    stored: bool = False
    by_patient: bool = False

    @property
    def kind(self) -> str:
        return "TABLE" if self.stored else "VIEW"


@dataclass(frozen=True)
class NightFile:
    """A whole file of a night. tables: its pieces by patient, as of tonight. loads: tables with a piece for each load."""

    columns: Mapping[str, Any]
    tables: tuple[str, ...]
    loads: tuple[str, ...] = ()


FILES: Mapping[str, NightFile] = {
    "findings": NightFile(FINDING, ("finding",)),
    "why": NightFile(WHY, ("why",)),
    "membership": NightFile(MEMBERSHIP, ("membership",)),
    "quality_flags": NightFile(QUALITY_FLAG, ("quality_flag", "draw_flag"), ("table_flag", "site_flag")),
    "quarantine": NightFile(QUARANTINE, ("quarantine",), ("table_quarantine",)),
}
"""An incremental night of a large home leaves all but the membership in pieces (the setting whole_files)."""

SCHEMAS = ("lab", "quality", "screen", "cohort", "reference", "run")

PIECES = (
    Source("lab.result", "tables/lab_result/*.parquet", "one row per usable result", by_patient=True),
    Source("lab.patient", "tables/lab_patient/*.parquet", "one row per patient on file", by_patient=True),
    Source(
        "lab.clinical_event",
        "tables/lab_clinical_event/*.parquet",
        "one row per diagnosis, drug, procedure or encounter",
        by_patient=True,
    ),
    Source(
        "lab.coverage",
        "tables/lab_coverage/*.parquet",
        "one row per stretch of time in which a domain is observed",
        by_patient=True,
    ),
    Source("quality.flag", "quality_flags.parquet", "one row per flag raised on a result or a draw"),
    Source(
        "quality.quarantine", "quarantine.parquet", "one row per rejected row, as received, with its reasons"
    ),
    Source(
        "quality.unmapped_codes",
        "tables/unmapped_summary/*.parquet",
        "one row per code, specimen, name, unit and site that no rule reads: volume, values, and what it may be",
        stored=True,
    ),
    Source(
        "quality.missing_units",
        "tables/missing_unit/*.parquet",
        "one row per site, analyte and month with results without a unit: the unit inferred for them, if one",
        stored=True,
    ),
    Source(
        "quality.site_unit_drift",
        "tables/site_unit_drift/*.parquet",
        "one row per site, analyte and month whose median is far from what is expected: units may be mixed up",
        stored=True,
    ),
    Source(
        "screen.evidence",
        "tables/evidence/*.parquet",
        "one row per index draw, a column per input",
        by_patient=True,
    ),
    Source(
        "screen.verdict",
        "tables/verdict/*.parquet",
        "one row per index draw, a column per criterion and rule",
        by_patient=True,
    ),
    Source(
        "screen.finding",
        "findings.parquet",
        f"one row per index draw and rule that is met or indeterminate; {NO_DIAGNOSIS}",
    ),
    Source(
        "screen.gap_episode",
        "tables/gap_time/*.parquet",
        "one row per patient, time to care and episode, as seen on the night the patient was last judged",
        by_patient=True,
    ),
    Source(
        "screen.gap_metric",
        "tables/gap_metric/*.parquet",
        "one row per time to care and stratum: Kaplan-Meier estimates over its episodes",
        stored=True,
    ),
    Source(
        "cohort.membership",
        "membership.parquet",
        f"one row per patient and rule as of the night: met or indeterminate; {NO_DIAGNOSIS}",
    ),
    Source(
        "cohort.deciding_finding",
        "tables/listed/*.parquet",
        f"one row per membership row, with the finding of the blood count that decides it; {NO_DIAGNOSIS}",
        by_patient=True,
    ),
    Source("cohort.ledger", "ledger.parquet", f"one row per change of membership, ever; {NO_DIAGNOSIS}"),
    Source(
        "run.input_file",
        "tables/input_file/*.parquet",
        "one row per file ever loaded, with rows by fate",
        stored=True,
    ),
    Source(
        "run.rule_count",
        "tables/rule_count/*.parquet",
        "one row per rule, status and tier: draws and patients",
        stored=True,
    ),
    Source(
        "run.attrition",
        "tables/attrition/*.parquet",
        "one row per rule and step from all draws to the cohort",
        stored=True,
    ),
    Source(
        "run.population",
        "tables/population/*.parquet",
        "one row: patients, blood counts and findings of this night",
        stored=True,
    ),
    Source(
        "run.site_results",
        "tables/site_results/*.parquet",
        "one row per site: results in force, and the newest day of their collection",
        stored=True,
    ),
    Source("run.run", "tables/run/*.parquet", "one row: this night", stored=True),
    Source(
        "run.stage",
        "tables/stage/*.parquet",
        "one row per stage of this night: seconds and memory",
        stored=True,
    ),
    Source("run.check", "tables/check/*.parquet", "one row per check of this night", stored=True),
    Source(
        "run.check_history",
        "tables/check_history/*.parquet",
        "one row per night and check, as far back as nights were published",
        stored=True,
    ),
    Source(
        "run.measure",
        "tables/measure/*.parquet",
        "one row per night and thing the checks compare: members by rule, new results by site and analyte, new rows",
        stored=True,
    ),
    Source("reference.rule", "tables/rule/*.parquet", "one row per rule", stored=True),
    Source(
        "reference.criterion", "tables/criterion/*.parquet", "one row per rule and criterion", stored=True
    ),
    Source(
        "reference.switch",
        "tables/switch/*.parquet",
        "one row per switch between sources that disagree: the option this night was judged with",
        stored=True,
    ),
    Source(
        "reference.analyte",
        "tables/analyte/*.parquet",
        "one row per analyte with its unit and limits",
        stored=True,
    ),
    Source("reference.flag", "tables/flag/*.parquet", "one row per kind of flag", stored=True),
    Source(
        "reference.code_map",
        "tables/code_map/*.parquet",
        "one row per line of the site's code map, as the night used it",
        stored=True,
    ),
    Source(
        "reference.value_set",
        "tables/value_set/*.parquet",
        "one row per value set and code: which diagnoses, drugs, procedures and encounters the rules look for",
        stored=True,
    ),
)

LEDGER: Mapping[str, Any] = {
    "patient_id": pl.String,
    "rule_id": pl.String,
    "rule_version": pl.Int32,
    "event": pl.String,
    "tier_before": pl.String,
    "tier_after": pl.String,
    "because": pl.String,
    "caused_by": pl.String,
    "as_of": pl.Date,
    "run_id": pl.String,
}
RUN: Mapping[str, Any] = {
    "run_id": pl.String,
    "as_of": pl.Date,
    "source": pl.String,
    "started_at": pl.Datetime("us"),
    "finished_at": pl.Datetime("us"),
    "timezone": pl.String,
    "version": pl.String,
    "switches": pl.String,
    "digest": pl.String,
}
STAGE: Mapping[str, Any] = {
    "stage": pl.String,
    "seconds": pl.Float64,
    "peak_mb": pl.Int64,
    "counts": pl.String,
}

VIEWS: Mapping[str, str] = {
    "warehouse/rulebook": "reference.rulebook",
    "warehouse/unknown_units": "quality.unknown_units",
    "warehouse/patient_conflicts": "quality.patient_conflicts",
    "warehouse/one_test_short": "screen.one_test_short",
    "warehouse/tonight": "cohort.tonight",
    "warehouse/why": "screen.why",
    "warehouse/gap_time": "screen.gap_time",
}

VIEW_SAYS: Mapping[str, str] = {
    "reference.rulebook": "one row per rule and criterion: the rule book as the night used it",
    "quality.unknown_units": "one row per analyte, unit text, site and flag for which results could not be used",
    "quality.patient_conflicts": "one row per patient and column on which the rows of the extract disagree",
    "screen.one_test_short": "one row per patient and rule that a single missing test keeps from a verdict",
    "cohort.tonight": f"one row per patient and rule that changed tonight; {NO_DIAGNOSIS}",
    "screen.gap_time": "one row per patient, time to care and episode: how long until the gap closed, or was last seen open",
    "screen.why": "one row per index draw, rule and criterion: the verdict and the result that was read",
}
