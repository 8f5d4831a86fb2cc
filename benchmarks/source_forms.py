"""The benchmark's canonical extract in the layouts of foreign sources: the same rows, as those sources would write them.

Run as a program: ``python -m benchmarks.source_forms EXTRACT SOURCE FOLDER``.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import polars as pl

from benchmarks.record_forms import fhir, hl7v2

NUMBER = r"^[<>]?\d+(\.\d+)?$"
SPECIALTIES = ("hematology", "gastroenterology", "internal medicine")
DRUG_NAMES = {
    "B03AC": "Iron Sucrose",
    "B03XA01": "Epoetin Alfa",
    "L01BA01": "Methotrexate",
    "B03AA07": "Ferrous Sulfate",
}
ITEMS = {
    "718-7": "51222",
    "59260-0": "51222",
    "4544-3": "51221",
    "789-8": "51279",
    "787-2": "51250",
    "785-6": "51248",
    "788-0": "51277",
    "6690-2": "51301",
    "777-3": "51265",
    "751-8": "52075",
    "2160-0": "50912",
    "14682-9": "50912",
    "1988-5": "50889",
    "76485-2": "50889",
    "2276-4": "50924",
    "2498-4": "50952",
    "14798-3": "50952",
    "2500-7": "50953",
    "14800-7": "50953",
    "60474-4": "51282",
    "2132-9": "51010",
    "14685-2": "51010",
    "2951-2": "50983",
}


def _lab(extract: Path) -> pl.LazyFrame:
    return pl.scan_csv(extract / "lab_results.csv", infer_schema=False).with_row_index("row", offset=1)


def _table(extract: Path, name: str) -> pl.LazyFrame:
    return pl.scan_csv(extract / f"{name}.csv", infer_schema=False)


def _number(column: str) -> pl.Expr:
    """The number in an identifier such as P00000012."""
    return pl.col(column).str.slice(1).cast(pl.Int64)


def _nothing(*names: str) -> list[pl.Expr]:
    return [pl.lit(None, pl.String).alias(name) for name in names]


def _write(frame: pl.LazyFrame, folder: Path, name: str) -> None:
    frame.sink_csv(folder / f"{name}.csv")


def _uuid(column: str) -> pl.Expr:
    return pl.format("1007c05b-8d20-8fe6-6790-{}", pl.col(column).str.slice(1).str.zfill(12))


def omop(extract: Path, folder: Path) -> None:
    """CDM 5.4: tests, units, diagnoses, drugs and specialties as concepts of a small vocabulary."""
    lab = _lab(extract)
    tests = (
        lab.select(code="code", vocabulary="code_system", name="name").unique("code").collect().sort("code")
    )
    units = lab.select(code="unit").drop_nulls().unique().collect().sort("code")
    events = _table(extract, "clinical_events")
    coded = events.select("kind", "code_system", "code").unique().collect().sort("kind", "code")
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
    value = pl.col("value")
    is_number = value.str.contains(NUMBER)
    measurement = lab.join(tests.lazy().select("code", test="concept_id"), on="code", how="left").join(
        units.lazy().select(unit="code", unit_id="concept_id"), on="unit", how="left", maintain_order="left"
    )
    _write(
        measurement.select(
            measurement_id="row",
            person_id=_number("patient_id"),
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
            visit_occurrence_id=_number("specimen_id"),
            visit_detail_id=_number("specimen_id"),
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
    patients = _table(extract, "patients")
    birth = pl.col("birth_date")
    _write(
        patients.select(
            person_id=_number("patient_id"),
            gender_concept_id=pl.when(pl.col("sex") == "female").then(8532).otherwise(8507),
            year_of_birth=birth.str.slice(0, 4),
            month_of_birth=birth.str.slice(5, 2),
            day_of_birth=birth.str.slice(8, 2),
        ),
        folder,
        "person",
    )
    dead = patients.filter(pl.col("death_date").is_not_null())
    _write(dead.select(person_id=_number("patient_id"), death_date="death_date"), folder, "death")
    kinds = events.join(coded.lazy().select("kind", "code", "concept_id"), on=["kind", "code"])
    person, concept_id, start = _number("patient_id"), pl.col("concept_id"), pl.col("start_date")
    zero = pl.lit(0)
    _write(
        kinds.filter(kind="diagnosis").select(
            person_id=person,
            condition_concept_id=zero,
            condition_start_date=start,
            condition_source_concept_id=concept_id,
        ),
        folder,
        "condition_occurrence",
    )
    _write(
        kinds.filter(kind="procedure").select(
            person_id=person, procedure_concept_id=concept_id, procedure_date=start
        ),
        folder,
        "procedure_occurrence",
    )
    _write(
        kinds.filter(kind="medication").select(
            person_id=person, drug_concept_id=concept_id, drug_exposure_start_date=start
        ),
        folder,
        "drug_exposure",
    )
    visits = kinds.filter(kind="encounter")
    _write(
        visits.select(person_id=person, visit_start_date=start, provider_id=concept_id),
        folder,
        "visit_occurrence",
    )
    coded.filter(kind="encounter").select(
        provider_id="concept_id", specialty_concept_id="concept_id"
    ).write_csv(folder / "provider.csv")
    period = _table(extract, "coverage").filter(domain="lab")
    _write(
        period.select(
            person_id=_number("patient_id"),
            observation_period_start_date="observed_from",
            observation_period_end_date="observed_to",
        ),
        folder,
        "observation_period",
    )


def synthea(extract: Path, folder: Path) -> None:
    """Synthea's CSV export, with identifiers of its length."""
    time = pl.col("collected_at").str.replace(" ", "T", literal=True) + "Z"
    _write(
        _lab(extract).select(
            DATE=time,
            PATIENT=_uuid("patient_id"),
            ENCOUNTER=_uuid("specimen_id"),
            CATEGORY=pl.lit("laboratory"),
            CODE="code",
            DESCRIPTION=pl.col("name"),
            VALUE="value",
            UNITS=pl.col("unit").fill_null("null"),
            TYPE=pl.lit("numeric"),
        ),
        folder,
        "observations",
    )
    patients = _table(extract, "patients")
    _write(
        patients.select(
            Id=_uuid("patient_id"),
            BIRTHDATE="birth_date",
            DEATHDATE="death_date",
            GENDER=pl.col("sex").str.slice(0, 1).str.to_uppercase(),
        ),
        folder,
        "patients",
    )
    events = _table(extract, "clinical_events").with_row_index("row")
    start = pl.col("start_date")
    common = {"START": start, "STOP": pl.lit(None, pl.String), "PATIENT": _uuid("patient_id")}
    _write(
        events.filter(kind="diagnosis").select(**common, SYSTEM=pl.lit("icd-10"), CODE="code"),
        folder,
        "conditions",
    )
    names = pl.col("code").replace_strict(DRUG_NAMES, default="Another Drug")
    _write(
        events.filter(kind="medication").select(**common, CODE=pl.lit("310325"), DESCRIPTION=names),
        folder,
        "medications",
    )
    _write(events.filter(kind="procedure").select(**common, CODE=pl.lit("73761001")), folder, "procedures")
    _write(
        events.filter(kind="encounter").select(Id="row", **common, PROVIDER=pl.col("code")),
        folder,
        "encounters",
    )
    pl.DataFrame({"Id": SPECIALTIES, "SPECIALITY": SPECIALTIES}).write_csv(folder / "providers.csv")


def mimic_iv(extract: Path, folder: Path) -> None:
    """MIMIC-IV: items, comments in every seventh row (quoted, for they hold commas), one long stay a patient."""
    value = pl.col("value")
    comment = pl.when(pl.col("row") % 7 == 0).then(pl.lit("VERIFIED BY REPLICATE ANALYSIS, PLEASE NOTE."))
    _write(
        _lab(extract).select(
            labevent_id="row",
            subject_id=_number("patient_id"),
            hadm_id=_number("patient_id"),
            specimen_id=_number("specimen_id"),
            itemid=pl.col("code").replace_strict(ITEMS, default="50931"),
            order_provider_id=pl.lit(None, pl.String),
            charttime="collected_at",
            storetime="resulted_at",
            value="value",
            valuenum=pl.when(value.str.contains(r"^\d+(\.\d+)?$")).then(value),
            valueuom="unit",
            ref_range_lower=pl.lit(None, pl.String),
            ref_range_upper=pl.lit(None, pl.String),
            flag=pl.lit(None, pl.String),
            priority=pl.lit("ROUTINE"),
            comments=pl.when(pl.col("status") == "corrected")
            .then(pl.lit("CORRECTED RESULT."))
            .otherwise(comment),
        ),
        folder,
        "labevents",
    )
    patients = _table(extract, "patients")
    year = pl.col("birth_date").str.slice(0, 4).cast(pl.Int64)
    _write(
        patients.select(
            subject_id=_number("patient_id"),
            gender=pl.col("sex").str.slice(0, 1).str.to_uppercase(),
            anchor_age=2022 - year,
            anchor_year=pl.lit(2022),
            dod="death_date",
        ),
        folder,
        "patients",
    )
    stay = {"subject_id": _number("patient_id"), "hadm_id": _number("patient_id")}
    _write(
        patients.select(
            **stay,
            admittime=pl.lit("2019-01-01 00:00:00"),
            dischtime=pl.lit("2024-06-30 00:00:00"),
            edregtime=pl.lit(None, pl.String),
        ),
        folder,
        "admissions",
    )
    events = _table(extract, "clinical_events")
    _write(
        events.filter(kind="diagnosis").select(
            **stay, icd_code=pl.col("code").str.replace(".", "", literal=True), icd_version=pl.lit(10)
        ),
        folder,
        "diagnoses_icd",
    )
    start = pl.col("start_date") + " 08:00:00"
    _write(
        events.filter(kind="medication").select(
            **stay,
            starttime=start,
            stoptime=start,
            drug=pl.col("code").replace_strict(DRUG_NAMES, default="Another Drug"),
            route=pl.lit("PO"),
        ),
        folder,
        "prescriptions",
    )
    _write(
        events.filter(kind="encounter").select(**stay, transfertime=start, curr_service=pl.lit("MED")),
        folder,
        "services",
    )


FORMS: Mapping[str, Callable[[Path, Path], None]] = {
    "mimic-iv": mimic_iv,
    "omop": omop,
    "fhir": fhir,
    "synthea": synthea,
    "hl7v2": hl7v2,
}

if __name__ == "__main__":
    target = Path(sys.argv[3])
    target.mkdir(parents=True, exist_ok=True)
    FORMS[sys.argv[2]](Path(sys.argv[1]), target)
