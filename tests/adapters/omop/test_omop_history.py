"""Persons, diagnoses, drugs, procedures, visits and periods of the common data model."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from tests.adapters.omop.cdm import CDM, CONCEPT, HISTORY, MEASUREMENT, VOCABULARY

Tables = Callable[..., Path]
Read = Callable[..., pl.DataFrame]


def test_persons(read: Read) -> None:
    columns = ["patient_id", "sex", "birth_date", "death_date", "source_line"]
    assert read("patients").select(columns).rows() == [
        ("1", "female", "1980-05-17", None, 2),
        ("2", "male", "1950-01-01", "2024-03-20", 3),
        ("3", None, "1960-07-02", None, 4),
    ]


def test_of_two_deaths_the_first_counts(read: Read) -> None:
    """A load may write one row a source of the fact; nobody is judged after the earliest."""
    deaths = CDM["death"] + "2 | 2024-04-02\n2 | 2024-03-21\n3 |\n"
    assert read("patients", death=deaths)["death_date"].to_list() == [None, "2024-03-20", None]


def test_a_death_with_a_time_only(read: Read) -> None:
    death = "person_id | death_date | death_datetime\n1 | | 2024-03-19 10:00:00\n2 | 2024-03-20 | 2024-03-21 00:30:00"
    assert read("patients", death=death)["death_date"].to_list() == ["2024-03-19", "2024-03-20", None]


def test_the_end_that_the_source_wrote_counts_before_the_days_of_supply(read: Read) -> None:
    head, first, *_ = HISTORY["drug_exposure"].strip().splitlines()
    ends = "verbatim_end_date"
    exposures = f"{head} | {ends}\n{first} | 2024-01-05\n{first.replace('2024-01-01 | ', '2024-01-01 | 2024-01-07')} | 2024-01-05"
    rows = read("clinical_events_medications", drug_exposure=exposures)
    assert dict(rows.select("source_line", "end_date").rows()) == {2: "2024-01-05", 3: "2024-01-07"}


@pytest.mark.parametrize(
    ("route", "domain", "codes"),
    [
        ("Topical route", "Route", []),
        ("Subcutaneous route", "Route", ["L04AX03"]),
        ("Topical", "Observation", ["L04AX03"]),
    ],
)
def test_the_route_may_be_a_concept(read: Read, route: str, domain: str, codes: list[str]) -> None:
    """What stands under the id of a route but is none says nothing; the name of the drug does."""
    concepts = CDM["CONCEPT"] + f"4263689 | {route} | {domain} | SNOMED | Qualifier Value | S | 6064005 |\n"
    head, first, *_ = HISTORY["drug_exposure"].strip().splitlines()
    exposures = f"{head}\n{first.replace('| 30 | 0 |', '| 30 | 4263689 |')}"
    rows = read("clinical_events_medications", CONCEPT=concepts, drug_exposure=exposures)
    assert rows["code"].unique().to_list() == codes


def test_a_relationship_that_was_withdrawn_tells_no_ingredient(read: Read) -> None:
    withdrawn = CDM["CONCEPT_RELATIONSHIP"].replace("RxNorm has ing |", "RxNorm has ing | D")
    rows = read("clinical_events_medications", CONCEPT_RELATIONSHIP=withdrawn, CONCEPT_ANCESTOR=None)
    assert rows["code"].to_list()[-1] == "314231"


@pytest.mark.parametrize(
    ("specialty", "code"),
    [
        ("Paediatric Haematology", "hematology"),
        ("Pediatric Hematology", "hematology"),
        ("CLINICAL HAEMATOLOGY", "hematology"),
        ("Radiology", "radiology"),
    ],
)
def test_a_specialty_in_words(read: Read, specialty: str, code: str) -> None:
    provider = CDM["provider"].replace("Clinical Haematology", specialty)
    assert read("clinical_events_encounters", provider=provider)["code"][2] == code


def test_a_code_of_a_procedure_among_conditions_is_no_diagnosis(read: Read) -> None:
    """And the other way round: Z51.11 among procedures is a diagnosis code, and stays one."""
    conditions = CDM["condition_occurrence"].replace("35206753", "2414397")
    assert _events(read("clinical_events_diagnoses", condition_occurrence=conditions))[0][1:3] == (
        "SNOMED",
        "87522002",
    )
    procedures = CDM["procedure_occurrence"].replace("2008268", "35225408")
    assert _events(read("clinical_events_procedures", procedure_occurrence=procedures))[1][:3] == (
        "diagnosis",
        "ICD10CM",
        "Z51.5",
    )


def test_a_person_whose_id_is_a_text_dies_too(read: Read) -> None:
    person = CDM["person"].replace("\n2 |", "\nP-2 |")
    rows = read("patients", person=person, death=CDM["death"].replace("\n2 |", "\nP-2 |"))
    assert rows["death_date"].to_list() == [None, "2024-03-20", None]
    rows = read("patients", person=CDM["person"].replace("\n2 |", "\n2.0 |"))
    assert rows["death_date"].to_list() == [None, "2024-03-20", None]


@pytest.mark.parametrize(
    ("month", "day", "born"),
    [
        ("5.0", "17", "1980-05-17"),
        ("5", "0", "1980-05-01"),
        ("0", "17", "1980-01-01"),
        ("", "17", "1980-01-01"),
    ],
)
def test_a_month_or_day_that_is_zero_is_not_given(read: Read, month: str, day: str, born: str) -> None:
    person = CDM["person"].replace("| 5 | 17 |", f"| {month} | {day} |")
    assert read("patients", person=person)["birth_date"][0] == born


@pytest.mark.parametrize(
    ("supply", "end"), [("30", "2024-01-30"), ("1.0", "2024-01-01"), ("0", None), ("-1", None), ("", None)]
)
def test_a_supply_of_no_days_is_not_known(read: Read, supply: str, end: str | None) -> None:
    exposures = HISTORY["drug_exposure"].replace("2024-01-01 | | 30", f"2024-01-01 | | {supply}")
    assert read("clinical_events_medications", drug_exposure=exposures)["end_date"][0] == end


def test_ids_that_a_load_wrote_as_fractions(read: Read) -> None:
    """A column of whole numbers with gaps is one of fractions to pandas, and 8532 becomes 8532.0."""
    rows = read("patients", person=CDM["person"].replace("8532", "8532.0").replace("F\n", "\n"))
    assert rows["sex"].to_list() == ["female", "male", None]


def _events(rows: pl.DataFrame) -> list[tuple[object, ...]]:
    return rows.select("kind", "code_system", "code", "start_date", "end_date", "source_line").rows()


def test_conditions_are_known_by_the_hospitals_own_code(read: Read) -> None:
    assert _events(read("clinical_events_diagnoses")) == [
        ("diagnosis", "ICD10CM", "D50.9", "2024-03-01", None, 2),
        ("diagnosis", "SNOMED", "84114007", "2024-02-01", "2024-02-09", 3),
    ]


def test_procedures_and_what_the_model_keeps_among_observations(read: Read) -> None:
    assert _events(read("clinical_events_procedures")) == [
        ("procedure", "SNOMED", "73761001", "2024-01-01", None, 2),
        ("procedure", "ICD10PCS", "30233N1", "2024-01-02", None, 3),
        ("procedure", "CPT", "36430", "2024-01-04", None, 5),
    ]
    assert _events(read("clinical_events_observations")) == [
        ("diagnosis", "ICD10CM", "Z51.5", "2024-02-03", None, 2)
    ]


def test_icd_9_procedures_that_a_rule_reads(read: Read) -> None:
    concepts = CDM["CONCEPT"].replace("42.80", "45.23")
    assert _events(read("clinical_events_procedures", CONCEPT=concepts))[1:3] == [
        ("procedure", "ICD10PCS", "30233N1", "2024-01-02", None, 3),
        ("procedure", "SNOMED", "73761001", "2024-01-03", None, 4),
    ]


def test_drugs_by_class_else_by_ingredient_else_as_products(read: Read) -> None:
    rows = read("clinical_events_medications").unique()
    assert sorted(_events(rows), key=lambda event: event[-1]) == [
        ("medication", "ATC", "L04AX03", "2024-01-01", "2024-01-30", 2),  # a tablet of methotrexate
        ("medication", "ATC", "B03AC", "2024-01-02", "2024-01-02", 3),  # by its name: no class is above it
        ("medication", "ATC", "L01BA01", "2024-01-05", "2024-01-09", 6),  # as the hospital classed it
        ("medication", "RXNORM", "36567", "2024-01-06", "2024-01-09", 7),
    ]


@pytest.mark.parametrize(
    ("without", "simvastatin"),
    [
        ({"CONCEPT_ANCESTOR": None}, "36567"),  # by way of its relationship to the ingredient
        ({"CONCEPT_ANCESTOR": None, "CONCEPT_RELATIONSHIP": None}, "314231"),  # the product
    ],
)
def test_drugs_without_the_tables_that_relate_them(
    read: Read, without: dict[str, None], simvastatin: str
) -> None:
    assert read("clinical_events_medications", **without).select("code_system", "code").rows() == [
        ("ATC", "L04AX03"),
        ("ATC", "B03AC"),
        ("ATC", "L01BA01"),
        ("RXNORM", simvastatin),
    ]


def test_the_iron_of_a_contraceptive_is_no_treatment(read: Read) -> None:
    pack = "{24 (ethinyl estradiol) / 4 (ferrous fumarate)} Pack"
    concept = CONCEPT.replace("methotrexate 2.5 MG Oral Tablet", pack)
    rows = read("clinical_events_medications", CONCEPT=concept, CONCEPT_ANCESTOR=None)
    assert rows["source_line"].to_list() == [3, 6, 7]


def test_specialties_of_visits(read: Read) -> None:
    assert _events(read("clinical_events_encounters")) == [
        ("encounter", "SPECIALTY", "hematology", "2024-02-10", "2024-02-10", 2),
        ("encounter", "SPECIALTY", "207RH0003X", "2024-02-11", "2024-02-11", 3),
        ("encounter", "SPECIALTY", "hematology", "2024-02-12", "2024-02-12", 4),
    ]


def _domains(rows: pl.DataFrame) -> set[str]:
    return set(rows["domain"])


def test_observation_periods_cover_what_the_model_tells_of(read: Read) -> None:
    rows = read("coverage")
    assert _domains(rows) == {"lab", "diagnosis", "medication", "procedure", "encounter"}
    assert rows.filter(patient_id="2").select("observed_from", "observed_to").unique().rows() == [
        ("2023-01-01", "2024-03-31")
    ]


@pytest.mark.parametrize(
    ("without", "lost"),
    [
        ({"condition_occurrence": None}, {"diagnosis"}),
        ({"condition_occurrence": HISTORY["condition_occurrence"].splitlines()[1]}, {"diagnosis"}),
        ({"provider": None}, {"encounter"}),
        ({"drug_exposure": HISTORY["drug_exposure"].splitlines()[1]}, {"medication"}),
        ({"procedure_occurrence": HISTORY["procedure_occurrence"].splitlines()[1]}, {"procedure"}),
    ],
)
def test_what_tells_nothing_is_not_observed(
    read: Read, without: dict[str, str | None], lost: set[str]
) -> None:
    domains = {"lab", "diagnosis", "medication", "procedure", "encounter"}
    assert _domains(read("coverage", **without)) == domains - lost


def test_without_a_vocabulary_only_loinc_codes_are_known(read: Read) -> None:
    nothing = dict.fromkeys(VOCABULARY)
    rows = read("lab_results", measurement=MEASUREMENT.replace("HGB", "718-7"), **nothing)
    assert rows.filter(code_system="LOINC").select("code", "unit").rows() == [
        ("718-7", "g/dl"),
        ("777-3", "10*9/L"),
    ]
    assert _domains(read("coverage", **nothing)) == {"lab", "encounter"}
