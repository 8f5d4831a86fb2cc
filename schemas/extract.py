"""The canonical extract: its tables and columns, described once for reader, loader and machine.

Everything arrives as text. `kind` says how a text is read: text, code, date, time, number, boolean or word (one of
`allowed`, in any case).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class ExtractColumn:
    """One column of an extract table: how its text is read and what it means."""

    name: str
    kind: str
    description: str
    required: bool = False


@dataclass(frozen=True)
class ExtractTable:
    """One table of the extract. Files are named after it: NAME*.csv, NAME*.csv.gz or NAME*.parquet."""

    name: str
    description: str
    columns: tuple[ExtractColumn, ...]
    required: bool = False
    open_prefix: str = ""  # columns whose names start with this are taken too

    @property
    def column_names(self) -> tuple[str, ...]:
        """Names of the described columns, in order."""
        return tuple(column.name for column in self.columns)

    @property
    def required_names(self) -> tuple[str, ...]:
        """Names of the columns that a file of this table must have."""
        return tuple(column.name for column in self.columns if column.required)


STATUSES = ("preliminary", "final", "corrected", "cancelled", "entered-in-error")
SEXES = ("male", "female")
# Other spellings of the words above; None says "known to be unknown", which is not an error.
SEX_WORDS: Mapping[str, str | None] = {
    "male": "male",
    "m": "male",
    "female": "female",
    "f": "female",
    "u": None,
    "unknown": None,
}
BOOLEAN_WORDS: Mapping[str, bool] = {
    "true": True,
    "1": True,
    "yes": True,
    "false": False,
    "0": False,
    "no": False,
}
EVENT_KINDS = ("diagnosis", "medication", "procedure", "encounter")
CODE_SYSTEMS = ("ICD10CM", "ICD9CM", "SNOMED", "ATC", "RXNORM", "CPT", "ICD10PCS", "HCPCS", "SPECIALTY")
COVERAGE_DOMAINS = ("lab", *EVENT_KINDS)

_PATIENT = ExtractColumn("patient_id", "code", "the source's identifier of the patient", required=True)

_TABLES = (
    ExtractTable(
        "lab_results",
        "One row per reported laboratory result, as received.",
        (
            _PATIENT,
            ExtractColumn(
                "collected_at",
                "time",
                "when the specimen was taken (local wall-clock time; a time with a zone is brought to the home's)",
                required=True,
            ),
            ExtractColumn("code", "code", "code of the test within `code_system`", required=True),
            ExtractColumn(
                "value", "text", "the result as reported: `12.5`, `<5`, `12,5`, `HEMOLYZED`, …", required=True
            ),
            ExtractColumn(
                "code_system",
                "code",
                "`LOINC`, `hemacohort`, or the site's own; empty is the site's own (`local`)",
            ),
            ExtractColumn("specimen_id", "code", "accession or specimen; results of one tube share it"),
            ExtractColumn("resulted_at", "time", "when the result was reported"),
            ExtractColumn("name", "text", "name of the test at the site"),
            ExtractColumn(
                "specimen", "text", "what was examined: blood, serum, urine, …; read by the code map only"
            ),
            ExtractColumn("unit", "text", "unit as reported"),
            ExtractColumn("reference_low", "text", "lower reference limit as reported"),
            ExtractColumn("reference_high", "text", "upper reference limit as reported"),
            ExtractColumn("abnormal_flag", "text", "abnormal flag as reported"),
            ExtractColumn("status", "word", "status of the result; empty is final"),
            ExtractColumn("site", "text", "laboratory or hospital that reported it"),
            ExtractColumn("method", "text", "method, e.g. automated or manual"),
            ExtractColumn("comment", "text", "comment as reported"),
            ExtractColumn("result_id", "code", "the source's identifier of the result"),
        ),
        required=True,
    ),
    ExtractTable(
        "patients",
        "One row per patient. A patient with results but no row here has unknown age and sex.",
        (
            _PATIENT,
            ExtractColumn(
                "sex",
                "word",
                "sex for reference limits; also M, F; empty, U or unknown is unknown",
            ),
            ExtractColumn("birth_date", "date", "date of birth"),
            ExtractColumn("death_date", "date", "date of death"),
            ExtractColumn(
                "duffy_null",
                "boolean",
                "documented Duffy-null phenotype: true/false, 1/0, yes/no; empty is unknown",
            ),
            ExtractColumn("residence_elevation_m", "number", "elevation of the residence in meters"),
        ),
        open_prefix="stratum_",
    ),
    ExtractTable(
        "clinical_events",
        "One row per coded diagnosis, medication, procedure or encounter.",
        (
            _PATIENT,
            ExtractColumn("kind", "word", "what happened", required=True),
            ExtractColumn(
                "code_system",
                "word",
                "code system; hyphens and blanks do not matter (`ICD-10-CM` is ICD10CM)",
                required=True,
            ),
            ExtractColumn("code", "code", "the code, with or without its dot", required=True),
            ExtractColumn("start_date", "date", "first day", required=True),
            ExtractColumn("end_date", "date", "last day, included; empty is open or a single day"),
        ),
    ),
    ExtractTable(
        "coverage",
        "When the source would have known: inside an interval absence means no, outside it absence is unknown.",
        (
            _PATIENT,
            ExtractColumn(
                "domain",
                "word",
                "kind of record the interval is about",
                required=True,
            ),
            ExtractColumn("observed_from", "date", "first day observed", required=True),
            ExtractColumn("observed_to", "date", "last day observed, included", required=True),
        ),
    ),
    ExtractTable(
        "patient_merges",
        "Identifiers that turned out to be one patient; chains are followed.",
        (
            ExtractColumn("from_patient_id", "code", "the identifier that was given up", required=True),
            ExtractColumn("to_patient_id", "code", "the identifier that remains", required=True),
            ExtractColumn("merged_at", "time", "when they were merged"),
        ),
    ),
)

EXTRACT_TABLES: Mapping[str, ExtractTable] = {table.name: table for table in _TABLES}

# A line that is not a record: too few or too many fields, or a quote that is never closed.
RAGGED_LINE = "RAGGED_LINE"
