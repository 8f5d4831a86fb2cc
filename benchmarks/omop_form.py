"""The benchmark's canonical extract as an OMOP common data model."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from benchmarks.forms import lab_rows, number, table, write

NUMBER = r"^[<>]?\d+(\.\d+)?$"


def omop(extract: Path, folder: Path) -> None:
    """CDM 5.4: tests, units, diagnoses, drugs and specialties as concepts of a small vocabulary."""
    tests, units, coded = _vocabulary(extract, folder)
    _measurements(extract, folder, tests, units)
    _people(extract, folder)
    _events(extract, folder, coded)


def _vocabulary(extract: Path, folder: Path) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Write the concepts, and give those of tests, of units and of coded events."""
    lab = lab_rows(extract)
    tests = (
        lab.select(code="code", vocabulary="code_system", name="name").unique("code").collect().sort("code")
    )
    units = lab.select(code="unit").drop_nulls().unique().collect().sort("code")
    coded = (
        table(extract, "clinical_events")
        .select("kind", "code_system", "code")
        .unique()
        .collect()
        .sort("kind", "code")
    )
    tests = tests.with_row_index("concept_id", offset=3_000_001).with_columns(domain=pl.lit("Measurement"))
    units = units.with_row_index("concept_id", offset=8_001).with_columns(
        vocabulary=pl.lit("UCUM"), name="code", domain=pl.lit("Unit")
    )
    systems = {"ICD-10-CM": "ICD10CM", "CPT": "CPT4", "SPECIALTY": "Medicare Specialty", "ATC": "ATC"}
    coded = coded.with_row_index("concept_id", offset=35_000_001).with_columns(
        vocabulary=pl.col("code_system").replace(systems),
        name="code",
        domain=pl.col("kind").replace({"encounter": "Provider", "diagnosis": "Condition"}),
    )
    columns = ["concept_id", "name", "domain", "vocabulary", "code"]
    concept = pl.concat([tests.select(columns), units.select(columns), coded.select(columns)])
    concept.select(
        "concept_id",
        concept_name="name",
        domain_id="domain",
        vocabulary_id="vocabulary",
        concept_class_id=pl.lit("Any"),
        concept_code="code",
    ).write_csv(folder / "concept.csv")
    return tests, units, coded


def _measurements(extract: Path, folder: Path, tests: pl.DataFrame, units: pl.DataFrame) -> None:
    value = pl.col("value")
    is_number = value.str.contains(NUMBER)
    measurement = (
        lab_rows(extract)
        .join(tests.lazy().select("code", test="concept_id"), on="code", how="left")
        .join(
            units.lazy().select(unit="code", unit_id="concept_id"),
            on="unit",
            how="left",
            maintain_order="left",
        )
    )
    write(
        measurement.select(
            measurement_id="row",
            person_id=number("patient_id"),
            measurement_concept_id=pl.col("test"),
            measurement_date=pl.col("collected_at").str.slice(0, 10),
            measurement_datetime="collected_at",
            measurement_time=pl.col("collected_at").str.slice(11),
            measurement_type_concept_id=pl.lit(32856),
            operator_concept_id=pl.when(value.str.starts_with("<"))
            .then(4171756)
            .when(value.str.starts_with(">"))
            .then(4172704)
            .otherwise(0),
            value_as_number=pl.when(is_number).then(value.str.strip_prefix("<").str.strip_prefix(">")),
            value_as_concept_id=pl.lit(0),
            unit_concept_id=pl.col("unit_id").fill_null(0),
            range_low=pl.lit(None, pl.String),
            range_high=pl.lit(None, pl.String),
            provider_id=pl.lit(33),
            visit_occurrence_id=number("specimen_id"),
            visit_detail_id=number("specimen_id"),
            measurement_source_value="code",
            measurement_source_concept_id=pl.col("test"),
            unit_source_value="unit",
            unit_source_concept_id=pl.lit(None, pl.String),
            value_source_value="value",
            measurement_event_id=pl.lit(None, pl.String),
            meas_event_field_concept_id=pl.lit(None, pl.String),
        ),
        folder,
        "measurement",
    )


def _people(extract: Path, folder: Path) -> None:
    """Persons, their deaths, and since when they are observed."""
    patients = table(extract, "patients")
    birth = pl.col("birth_date")
    write(
        patients.select(
            person_id=number("patient_id"),
            gender_concept_id=pl.when(pl.col("sex") == "female").then(8532).otherwise(8507),
            year_of_birth=birth.str.slice(0, 4),
            month_of_birth=birth.str.slice(5, 2),
            day_of_birth=birth.str.slice(8, 2),
        ),
        folder,
        "person",
    )
    dead = patients.filter(pl.col("death_date").is_not_null())
    write(dead.select(person_id=number("patient_id"), death_date="death_date"), folder, "death")
    period = table(extract, "coverage").filter(domain="lab")
    write(
        period.select(
            person_id=number("patient_id"),
            observation_period_start_date="observed_from",
            observation_period_end_date="observed_to",
        ),
        folder,
        "observation_period",
    )


def _events(extract: Path, folder: Path, coded: pl.DataFrame) -> None:
    """Diagnoses, procedures, drugs and visits."""
    events = table(extract, "clinical_events")
    kinds = events.join(coded.lazy().select("kind", "code", "concept_id"), on=["kind", "code"])
    person, concept_id, start = number("patient_id"), pl.col("concept_id"), pl.col("start_date")
    zero = pl.lit(0)
    write(
        kinds.filter(kind="diagnosis").select(
            person_id=person,
            condition_concept_id=zero,
            condition_start_date=start,
            condition_source_concept_id=concept_id,
        ),
        folder,
        "condition_occurrence",
    )
    write(
        kinds.filter(kind="procedure").select(
            person_id=person, procedure_concept_id=concept_id, procedure_date=start
        ),
        folder,
        "procedure_occurrence",
    )
    write(
        kinds.filter(kind="medication").select(
            person_id=person, drug_concept_id=concept_id, drug_exposure_start_date=start
        ),
        folder,
        "drug_exposure",
    )
    visits = kinds.filter(kind="encounter")
    write(
        visits.select(person_id=person, visit_start_date=start, provider_id=concept_id),
        folder,
        "visit_occurrence",
    )
    coded.filter(kind="encounter").select(
        provider_id="concept_id", specialty_concept_id="concept_id"
    ).write_csv(folder / "provider.csv")
