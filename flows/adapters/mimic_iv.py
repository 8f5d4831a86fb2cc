"""MIMIC-IV, module ``hosp``, as PhysioNet publishes it (docs/sources/mimic-iv.md)."""

from __future__ import annotations

from functools import partial

from flows.adapters.model import Source
from flows.adapters.source_tables import Places, SourceTable
from flows.adapters.tables import DRUG_NAMES, Step, TableLayout, write_tables

_LAYOUT = TableLayout(
    places=Places("mimic-iv", folders=("", "hosp")),
    tables=(
        SourceTable(
            "labevents",
            (
                "labevent_id",
                "subject_id",
                "specimen_id",
                "itemid",
                "charttime",
                "storetime",
                "value",
                "valuenum",
                "valueuom",
                "ref_range_lower",
                "ref_range_upper",
                "flag",
                "comments",
            ),
            required=True,
        ),
        SourceTable("patients", ("subject_id", "gender", "anchor_age", "anchor_year", "dod"), required=True),
        SourceTable("d_labitems", ("itemid", "label")),
        SourceTable("admissions", ("subject_id", "hadm_id", "admittime", "dischtime", "edregtime")),
        SourceTable("diagnoses_icd", ("subject_id", "hadm_id", "icd_code", "icd_version")),
        SourceTable("prescriptions", ("subject_id", "drug", "route", "starttime", "stoptime")),
        SourceTable("services", ("subject_id", "hadm_id", "transfertime", "curr_service")),
        SourceTable("procedures_icd", ("subject_id", "chartdate", "icd_code", "icd_version")),
        SourceTable("hcpcsevents", ("subject_id", "chartdate", "hcpcs_cd")),
    ),
    lookups=(*DRUG_NAMES, "adapters/icd9_procedures"),
    steps=(
        Step("mimic_iv/lab_results", "lab_results", ("labevents",), "labevents", exactly_one=True),
        Step("mimic_iv/patients", "patients", ("patients",), "patients", exactly_one=True),
        Step(
            "mimic_iv/diagnoses",
            "clinical_events_diagnoses",
            ("diagnoses_icd", "admissions"),
            "diagnoses_icd",
        ),
        Step("mimic_iv/medications", "clinical_events_medications", ("prescriptions",), "prescriptions"),
        Step("mimic_iv/encounters", "clinical_events_encounters", ("services",), "services"),
        Step("mimic_iv/procedures", "clinical_events_procedures", ("procedures_icd",), "procedures_icd"),
        Step(
            "mimic_iv/billed_procedures", "clinical_events_billed_procedures", ("hcpcsevents",), "hcpcsevents"
        ),
        Step("mimic_iv/coverage", "coverage", ()),
    ),
)

MIMIC_IV = Source("mimic-iv", partial(write_tables, _LAYOUT))
