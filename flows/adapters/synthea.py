"""The CSV export of Synthea (docs/sources/synthea.md)."""

from __future__ import annotations

from functools import partial

from flows.adapters.model import Source
from flows.adapters.source_tables import Places, SourceTable
from flows.adapters.tables import DRUG_NAMES, Step, TableLayout, write_tables

TABLES = (
    SourceTable(
        "observations",
        ("date", "patient", "code", "value", "units"),
        optional=("description",),
        required=True,
    ),
    SourceTable("patients", ("id", "birthdate", "gender"), optional=("deathdate",), required=True),
    SourceTable("conditions", ("start", "patient", "code"), optional=("stop", "system")),
    SourceTable("medications", ("start", "patient", "code", "description"), optional=("stop",)),
    SourceTable("procedures", ("patient", "code"), optional=("start", "date", "stop", "system")),
    SourceTable("encounters", ("start", "patient", "provider"), optional=("stop",)),
    SourceTable("providers", ("id", "speciality")),
)
_LAYOUT = TableLayout(
    # Java writes an absent unit as null
    places=Places("synthea", folders=("", "csv"), several=True, nulls=("null",)),
    tables=TABLES,
    lookups=DRUG_NAMES,
    steps=(
        Step("synthea/lab_results", "lab_results", ("observations",), "observations", exactly_one=True),
        Step("synthea/patients", "patients", ("patients",), "patients", exactly_one=True),
        Step("synthea/diagnoses", "clinical_events_diagnoses", ("conditions",), "conditions"),
        Step("synthea/medications", "clinical_events_medications", ("medications",), "medications"),
        Step("synthea/procedures", "clinical_events_procedures", ("procedures",), "procedures"),
        Step("synthea/encounters", "clinical_events_encounters", ("encounters", "providers"), "encounters"),
    ),
)

SYNTHEA = Source("synthea", partial(write_tables, _LAYOUT))
