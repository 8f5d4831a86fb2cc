"""The OMOP common data model, version 5.4 (docs/sources/omop.md)."""

from __future__ import annotations

from functools import partial

from flows.adapters.model import Source
from flows.adapters.source_tables import Places, SourceTable
from flows.adapters.tables import DRUG_NAMES, Step, TableLayout, write_tables

_LAYOUT = TableLayout(
    # databases write a missing value as NULL or \\N, R as NA
    places=Places("omop", folders=("",), several=True, nulls=("NULL", "\\N", "NA")),
    tables=(
        SourceTable(
            "measurement",
            (
                "measurement_id",
                "person_id",
                "measurement_concept_id",
                "measurement_date",
                "value_as_number",
                "unit_concept_id",
            ),
            optional=(
                "measurement_datetime",
                "measurement_time",
                "operator_concept_id",
                "value_as_concept_id",
                "range_low",
                "range_high",
                "measurement_source_value",
                "measurement_source_concept_id",
                "unit_source_value",
                "value_source_value",
                "measurement_event_id",
                "meas_event_field_concept_id",
            ),
            required=True,
        ),
        SourceTable(
            "person",
            ("person_id", "gender_concept_id", "year_of_birth"),
            optional=("month_of_birth", "day_of_birth", "birth_datetime", "gender_source_value"),
            required=True,
        ),
        SourceTable("death", ("person_id",), optional=("death_date", "death_datetime")),
        SourceTable(
            "observation_period",
            ("person_id", "observation_period_start_date", "observation_period_end_date"),
        ),
        SourceTable(
            "condition_occurrence",
            ("person_id", "condition_concept_id", "condition_start_date"),
            optional=("condition_end_date", "condition_source_concept_id"),
        ),
        SourceTable(
            "procedure_occurrence",
            ("person_id", "procedure_concept_id", "procedure_date"),
            optional=("procedure_end_date", "procedure_source_concept_id"),
        ),
        SourceTable(
            "observation",
            ("person_id", "observation_date"),
            optional=("observation_source_concept_id",),
        ),
        SourceTable(
            "drug_exposure",
            ("person_id", "drug_concept_id", "drug_exposure_start_date"),
            optional=(
                "drug_exposure_end_date",
                "verbatim_end_date",
                "days_supply",
                "route_concept_id",
                "route_source_value",
                "drug_source_concept_id",
            ),
        ),
        SourceTable(
            "visit_occurrence",
            ("person_id", "visit_start_date"),
            optional=("visit_end_date", "provider_id"),
        ),
        SourceTable(
            "provider", ("provider_id",), optional=("specialty_concept_id", "specialty_source_value")
        ),
        SourceTable(
            "specimen",
            ("specimen_id",),
            optional=("specimen_date", "specimen_datetime", "specimen_source_id"),
        ),
        SourceTable(
            "concept",
            ("concept_id", "concept_name", "domain_id", "vocabulary_id", "concept_class_id", "concept_code"),
        ),
        SourceTable(
            "concept_relationship",
            ("concept_id_1", "concept_id_2", "relationship_id"),
            optional=("invalid_reason",),
        ),
        SourceTable("concept_ancestor", ("ancestor_concept_id", "descendant_concept_id")),
    ),
    lookups=(
        *DRUG_NAMES,
        "omop/terms",
        "omop/tests",
        "omop/sign_of_limit",
        "omop/specimens",
        "adapters/icd9_procedures",
        "omop/whole_concepts",
        "omop/ancestors",
        "omop/event_codes",
        "omop/drug_codes",
    ),
    steps=(
        Step("omop/lab_results", "lab_results", ("measurement",), "measurement", exactly_one=True),
        Step("omop/patients", "patients", ("person",), "person", exactly_one=True),
        Step(
            "omop/diagnoses",
            "clinical_events_diagnoses",
            ("condition_occurrence",),
            "condition_occurrence",
        ),
        Step(
            "omop/procedures",
            "clinical_events_procedures",
            ("procedure_occurrence",),
            "procedure_occurrence",
        ),
        Step("omop/observations", "clinical_events_observations", ("observation",), "observation"),
        Step("omop/medications", "clinical_events_medications", ("drug_exposure",), "drug_exposure"),
        Step(
            "omop/encounters",
            "clinical_events_encounters",
            ("visit_occurrence", "provider"),
            "visit_occurrence",
        ),
        Step("omop/coverage", "coverage", ("observation_period",)),
    ),
)

OMOP = Source("omop", partial(write_tables, _LAYOUT))
