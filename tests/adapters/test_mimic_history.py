"""Patients, diagnoses, drugs, services, procedures and coverage of MIMIC-IV."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

Write = Callable[..., Path]
Row = dict[str, str]
Adapted = Callable[[str], pl.DataFrame]
STAY = {
    "subject_id": "1",
    "hadm_id": "9",
    "admittime": "2150-03-02 01:00:00",
    "edregtime": "2150-03-01 20:00:00",
    "dischtime": "2150-03-09 12:00:00",
}


@pytest.fixture(autouse=True)
def _required(write: Write, lab: Row, patient: Row) -> None:
    write("patients", patient)
    write("labevents", lab, {**lab, "charttime": "2151-01-05 09:00:00"})


@pytest.mark.parametrize(
    ("row", "sex", "birth", "death"),
    [
        ({"gender": "F", "anchor_age": "40", "anchor_year": "2150"}, "female", "2110-01-01", None),
        (
            {"gender": "M", "anchor_age": "91", "anchor_year": "2150", "dod": "2151-02-03"},
            "male",
            "2059-01-01",
            "2151-02-03",
        ),
        ({"gender": "X", "anchor_age": "forty", "anchor_year": "2150"}, "X", "2150 forty", None),
    ],
)
def test_patients(
    write: Write, adapted: Adapted, row: dict[str, str], sex: str, birth: str, death: str | None
) -> None:
    write("patients", {"subject_id": "1", **row})
    expected = ("1", sex, birth, death, "patients.csv", 2)
    assert adapted("patients").row(0) == expected


@pytest.mark.parametrize(
    ("code", "version", "system", "dotted"),
    [
        ("D61818", "10", "ICD10CM", "D61.818"),
        ("B20", "10", "ICD10CM", "B20"),
        ("E1122", "10", "ICD10CM", "E11.22"),
        ("28522", "9", "ICD9CM", "285.22"),
        ("E8782", "9", "ICD9CM", "E878.2"),
        ("V707", "9", "ICD9CM", "V70.7"),
        ("0389", "9", "ICD9CM", "038.9"),
        ("042", "9", "ICD9CM", "042"),
        ("D64.9", "10", "ICD10CM", "D64.9"),
    ],
)
def test_a_diagnosis_gets_its_dot_and_the_days_of_its_stay(
    write: Write, adapted: Adapted, code: str, version: str, system: str, dotted: str
) -> None:
    write("admissions", STAY)
    write("diagnoses_icd", {"subject_id": "1", "hadm_id": "9", "icd_code": code, "icd_version": version})
    row = adapted("clinical_events_diagnoses").row(0)
    assert row == ("1", "diagnosis", system, dotted, "2150-03-01", "2150-03-09", "diagnoses_icd.csv", 2)


def test_a_diagnosis_of_an_unknown_stay_is_kept_without_a_date(write: Write, adapted: Adapted) -> None:
    write("admissions", STAY)
    write("diagnoses_icd", {"subject_id": "1", "hadm_id": "8", "icd_code": "D509", "icd_version": "10"})
    assert adapted("clinical_events_diagnoses")["start_date"].to_list() == [None]


@pytest.mark.parametrize(
    ("drug", "route", "atc"),
    [
        ("Ferrous Sulfate (Liquid)", "PO/NG", ["B03AA07"]),
        ("Ferrous Gluconate", "PO", ["B03AA03"]),
        ("Ferric Gluconate", "IV", ["B03AC"]),
        ("Iron Sucrose", "IV", ["B03AC"]),
        ("Epoetin Alfa", "SC", ["B03XA01"]),
        ("*NF* Darbepoetin Alfa", "SC", ["B03XA02"]),
        ("Filgrastim-sndz", "SC", ["L03AA02"]),
        ("IDArubicin", "IV", ["L01DB06"]),
        ("Methotrexate", "IV", ["L01BA01"]),
        ("Methotrexate Sodium P.F.", "IT", ["L01BA01"]),
        ("Methotrexate", "PO", ["L04AX03"]),
        ("Methotrexate", "", ["L01BA01"]),
        ("Sulfameth/Trimethoprim DS", "PO", ["J01EE01"]),
        ("Trimethoprim", "PO", []),
        ("ValGANCIclovir", "PO", ["J05AB14"]),
        ("Ganciclovir", "IV", ["J05AB06"]),
        ("Ganciclovir Ophth. Gel", "LEFT EYE", []),
        ("Fluorouracil 5% Cream", "TP", []),
        ("Divalproex (EXTended Release)", "PO", ["N03AG01"]),
        ("Phenytoin Infatab", "PO", ["N03AB02"]),
        ("Mitomycin", "RIGHT EAR", []),
        ("Mitomycin", "OD", []),
        ("Fluorouracil", "TOP", []),
        ("Fluorouracil", "VAG", []),
        ("Methotrexate", "DWELL", []),
        ("Ganciclovir", "NASAL", []),
        ("Ganciclovir", "NEB", []),
        ("Ganciclovir", "IH", []),
        ("Ganciclovir", "IV DRIP", ["J05AB06"]),
        ("Fosphenytoin", "IV", []),
        ("Oxcarbazepine", "PO", []),
        ("Hydroxyurea or Placebo", "PO", []),
        ("Furosemide", "IV", []),
    ],
)
def test_a_prescription_names_its_class_by_ingredient(
    write: Write, adapted: Adapted, drug: str, route: str, atc: list[str]
) -> None:
    times = {"starttime": "2150-03-02 08:00:00", "stoptime": "2150-03-04 07:00:00"}
    write(
        "prescriptions",
        {"subject_id": "1", "drug": "Senna"},
        {"subject_id": "1", "drug": drug, "route": route, **times},
    )
    rows = adapted("clinical_events_medications")
    assert rows["code"].to_list() == atc
    if atc:
        expected = (times["starttime"], times["stoptime"], "prescriptions.csv", 3)
        assert rows.select("start_date", "end_date", "source_file", "source_line").row(0) == expected


def test_services_are_encounters_until_the_next_service_and_none_is_hematology(
    write: Write, adapted: Adapted
) -> None:
    write("admissions", STAY)
    stay = {"subject_id": "1", "hadm_id": "9"}
    write(
        "services",
        {**stay, "transfertime": "2150-03-02 01:00:00", "curr_service": "MED"},
        {**stay, "transfertime": "2150-03-05 10:00:00", "curr_service": "OMED"},
        {**stay, "hadm_id": "8", "transfertime": "2150-03-05 10:00:00", "curr_service": "NEWONE"},
    )
    rows = (
        adapted("clinical_events_encounters").select("code_system", "code", "start_date", "end_date").rows()
    )
    assert rows == [
        ("SPECIALTY", "internal medicine", "2150-03-02 01:00:00", "2150-03-05"),
        ("SPECIALTY", "oncology", "2150-03-05 10:00:00", "2150-03-09"),
        ("SPECIALTY", "NEWONE", "2150-03-05 10:00:00", "2150-03-05"),
    ]


def test_procedures(write: Write, adapted: Adapted) -> None:
    day = {"subject_id": "1", "chartdate": "2150-03-03"}
    write(
        "procedures_icd",
        {**day, "icd_code": "30233N1", "icd_version": "10"},
        {**day, "icd_code": "9904", "icd_version": "9"},
        {**day, "icd_code": "4280", "icd_version": "9"},  # not to be taken for heart failure
        {**day, "icd_code": "4131", "icd_version": "9"},  # a marrow biopsy
        {**day, "icd_code": "45.16", "icd_version": "9"},  # an upper endoscopy with a biopsy
        {**day, "icd_code": "4523", "icd_version": "9"},  # a colonoscopy
        {**day, "icd_code": "4524", "icd_version": "9"},  # a sigmoidoscopy, which no rule reads
    )
    write("hcpcsevents", {**day, "hcpcs_cd": "45378"}, {**day, "hcpcs_cd": "P9016"})
    columns = ["code_system", "code", "source_line"]
    coded = adapted("clinical_events_procedures").select(columns).rows()
    assert coded == [
        ("ICD10PCS", "30233N1", 2),
        ("ICD10PCS", "30233N1", 3),
        ("ICD10PCS", "07DT3ZX", 5),
        ("ICD10PCS", "0DB68ZX", 6),
        ("SNOMED", "73761001", 7),
    ]
    billed = adapted("clinical_events_billed_procedures").select(columns).rows()
    assert billed == [("CPT", "45378", 2), ("HCPCS", "P9016", 3)]


def _coverage(adapted: Adapted) -> list[tuple[str, str, str]]:
    return sorted(adapted("coverage").select("domain", "observed_from", "observed_to").rows())


def test_the_laboratory_is_watched_throughout_the_rest_during_stays(write: Write, adapted: Adapted) -> None:
    write(
        "admissions",
        STAY,
        {
            **STAY,
            "hadm_id": "10",
            "admittime": "2152-01-01 00:00:00",
            "edregtime": "",
            "dischtime": "2152-01-02 00:00:00",
        },
    )
    write("diagnoses_icd")
    write("prescriptions")
    assert _coverage(adapted) == [
        ("diagnosis", "2150-03-01", "2150-03-09"),
        ("diagnosis", "2152-01-01", "2152-01-02"),
        ("lab", "2150-03-01", "2152-01-02"),
        ("medication", "2150-03-01", "2150-03-09"),
        ("medication", "2152-01-01", "2152-01-02"),
    ]


def test_a_stay_that_has_not_ended_is_watched_on_its_first_day(write: Write, adapted: Adapted) -> None:
    write("admissions", {**STAY, "dischtime": ""})
    write("diagnoses_icd")
    assert ("diagnosis", "2150-03-01", "2150-03-02") in _coverage(adapted)


def test_a_missing_table_leaves_its_domain_unobserved(write: Write, adapted: Adapted) -> None:
    write("admissions", STAY)
    write("diagnoses_icd")
    assert {domain for domain, *_ in _coverage(adapted)} == {"lab", "diagnosis"}


def test_laboratory_and_patients_alone_are_an_extract(adapted: Adapted, tmp_path: Path) -> None:
    assert _coverage(adapted) == [("lab", "2150-03-01", "2151-01-05")]
    assert sorted(path.name for path in (tmp_path / "out").glob("*.parquet")) == [
        "coverage.parquet",
        "lab_results.parquet",
        "patients.parquet",
    ]
