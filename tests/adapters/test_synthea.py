"""Synthea's CSV export by hand: what each file becomes, and a night on it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from flows.adapters import adapt, source_files
from flows.adapters.synthea import TABLES as SYNTHEA_TABLES
from flows.errors import ExtractError

Tables = Callable[..., Path]

EXPORT = {
    "patients": """
Id | BIRTHDATE | DEATHDATE | SSN | FIRST | LAST | RACE | GENDER
aa-1 | 1980-05-17 | | 999-11-1111 | Ada | One | white | F
bb-2 | 1950-02-03 | 2024-04-01 | 999-11-1112 | Bob | Two | black | M
""",
    "observations": """
DATE | PATIENT | ENCOUNTER | CATEGORY | CODE | DESCRIPTION | VALUE | UNITS | TYPE
2024-03-01T23:30:00Z | aa-1 | e1 | laboratory | 718-7 | Hemoglobin [Mass/volume] in Blood | 9.1 | g/dL | numeric
2024-03-01T23:30:00Z | aa-1 | e1 | laboratory | 787-2 | MCV | 70 | fL | numeric
2024-03-01T23:30:00Z | aa-1 | e1 | laboratory | 2276-4 | Ferritin | 8 | ng/mL | numeric
2024-03-01T23:30:00Z | aa-1 | e1 | vital-signs | 8302-2 | Body Height | 170.1 | cm | numeric
2024-03-01T23:30:00Z | aa-1 | e1 | survey | 72166-2 | Tobacco smoking status | Never smoker | null | text
2024-01-01T00:00:00Z | bb-2 | | | QALY | QALY | 41.5 | a | numeric
2024-03-04T10:00:00Z | bb-2 | e2 | laboratory | 777-3 | Platelets | 210 | 10*3/uL | numeric
""",
    "conditions": """
START | STOP | PATIENT | ENCOUNTER | SYSTEM | CODE | DESCRIPTION
2024-03-01 | | aa-1 | e1 | http://snomed.info/sct | 87522002 | Iron deficiency anemia
2024-02-01 | 2024-02-09 | bb-2 | e2 | SNOMED-CT | 84114007 | Heart failure
""",
    "medications": """
START | STOP | PATIENT | PAYER | ENCOUNTER | CODE | DESCRIPTION | DISPENSES
2024-03-02T00:00:00Z | 2024-06-01T00:00:00Z | aa-1 | p | e1 | 310325 | ferrous sulfate 325 MG Oral Tablet | 3
2024-03-02T00:00:00Z | | bb-2 | p | e2 | 105585 | Methotrexate 2.5 MG Oral Tablet | 1
2024-03-02T00:00:00Z | | bb-2 | p | e2 | 1000 | Methotrexate 25 MG/ML Injection | 1
2024-03-02T00:00:00Z | | bb-2 | p | e2 | 314231 | Simvastatin 10 MG Oral Tablet | 1
2024-03-02T00:00:00Z | | aa-1 | p | e1 | 748856 | {24 (norethindrone / ethinyl estradiol) / 4 (ferrous fumarate 75 MG)} Pack | 1
2024-03-02T00:00:00Z | | aa-1 | p | e1 | 105584 | fluorouracil 50 MG/ML Topical Cream | 1
""",
    "procedures": """
START | STOP | PATIENT | ENCOUNTER | SYSTEM | CODE | DESCRIPTION
2024-03-03T09:00:00Z | 2024-03-03T10:00:00Z | aa-1 | e1 | SNOMED-CT | 73761001 | Colonoscopy
""",
    "encounters": """
Id | START | STOP | PATIENT | ORGANIZATION | PROVIDER | ENCOUNTERCLASS | CODE
e1 | 2024-03-01T22:00:00Z | 2024-03-01T23:50:00Z | aa-1 | o | d1 | ambulatory | 185345009
e2 | 2024-03-04T09:00:00Z | 2024-03-04T09:30:00Z | bb-2 | o | d2 | ambulatory | 185345009
e3 | 2024-03-05T09:00:00Z | 2024-03-05T09:30:00Z | bb-2 | o | | wellness | 185345009
""",
    "providers": """
Id | ORGANIZATION | NAME | GENDER | SPECIALITY
d1 | o | Dr. A | F | GENERAL PRACTICE
d2 | o | Dr. B | M | HEMATOLOGY/ONCOLOGY
""",
}


# The columns of the exporter's own header lines (class CSVConstants of Synthea), in their order.
HEADERS = {
    "patients": (
        "Id,BIRTHDATE,DEATHDATE,SSN,DRIVERS,PASSPORT,PREFIX,FIRST,MIDDLE,LAST,SUFFIX,MAIDEN,MARITAL,RACE,ETHNICITY,GENDER,"
        "BIRTHPLACE,ADDRESS,CITY,STATE,COUNTY,FIPS,ZIP,LAT,LON,HEALTHCARE_EXPENSES,HEALTHCARE_COVERAGE,INCOME"
    ),
    "observations": "DATE,PATIENT,ENCOUNTER,CATEGORY,CODE,DESCRIPTION,VALUE,UNITS,TYPE",
    "conditions": "START,STOP,PATIENT,ENCOUNTER,SYSTEM,CODE,DESCRIPTION",
    "medications": (
        "START,STOP,PATIENT,PAYER,ENCOUNTER,CODE,DESCRIPTION,BASE_COST,PAYER_COVERAGE,DISPENSES,TOTALCOST,REASONCODE,"
        "REASONDESCRIPTION"
    ),
    "procedures": "START,STOP,PATIENT,ENCOUNTER,SYSTEM,CODE,DESCRIPTION,BASE_COST,REASONCODE,REASONDESCRIPTION",
    "encounters": (
        "Id,START,STOP,PATIENT,ORGANIZATION,PROVIDER,PAYER,ENCOUNTERCLASS,CODE,DESCRIPTION,BASE_ENCOUNTER_COST,"
        "TOTAL_CLAIM_COST,PAYER_COVERAGE,REASONCODE,REASONDESCRIPTION"
    ),
    "providers": "Id,ORGANIZATION,NAME,GENDER,SPECIALITY,ADDRESS,CITY,STATE,ZIP,LAT,LON,ENCOUNTERS,PROCEDURES,NPI",
}


def as_exported(name: str) -> str:
    """A table of EXPORT with all columns of the exporter in its order, and the fields that it is not about filled."""
    head, *lines = [line.split("|") for line in EXPORT[name].strip().splitlines()]
    columns = HEADERS[name].split(",")
    found = [dict(zip([cell.strip() for cell in head], line, strict=True)) for line in lines]
    rows = [" | ".join(row.get(column, "7").strip() for column in columns) for row in found]
    return "\n".join([" | ".join(columns), *rows])


@pytest.fixture
def read(tables: Tables, tmp_path: Path) -> Callable[..., pl.DataFrame]:
    """A canonical table of the export, or of one with some files changed."""

    def convert(output: str, **changed: str) -> pl.DataFrame:
        folder = adapt("synthea", tables({**EXPORT, **changed}), tmp_path / "out")
        return pl.read_parquet(folder / f"{output}.parquet").sort("source_line", "code_system", "code")

    return convert


Read = Callable[..., pl.DataFrame]


def test_observations(read: Read) -> None:
    rows = read("lab_results")
    assert rows.select("patient_id", "code_system", "code", "value", "unit").rows() == [
        ("aa-1", "LOINC", "718-7", "9.1", "g/dL"),
        ("aa-1", "LOINC", "787-2", "70", "fL"),
        ("aa-1", "LOINC", "2276-4", "8", "ng/mL"),
        ("aa-1", "LOINC", "8302-2", "170.1", "cm"),
        ("aa-1", "LOINC", "72166-2", "Never smoker", None),
        ("bb-2", None, "QALY", "41.5", "a"),
        ("bb-2", "LOINC", "777-3", "210", "10*3/uL"),
    ]
    assert rows["collected_at"][0] == "2024-03-01T23:30:00Z"
    assert rows["name"][0] == "Hemoglobin [Mass/volume] in Blood"
    assert rows["source_line"].to_list() == list(range(2, 9))


def test_patients(tables: Tables, tmp_path: Path) -> None:
    rows = pl.read_parquet(adapt("synthea", tables(EXPORT), tmp_path / "out") / "patients.parquet")
    assert rows.sort("patient_id").rows() == [
        ("aa-1", "F", "1980-05-17", None, "patients.csv", 2),
        ("bb-2", "M", "1950-02-03", "2024-04-01", "patients.csv", 3),
    ]


def test_the_exporters_own_columns_give_the_same_rows(tables: Tables, tmp_path: Path) -> None:
    known = {table.name: {*table.columns, *table.optional} for table in SYNTHEA_TABLES}
    older = {"procedures": {"date"}}
    for name, columns in known.items():
        assert columns - older.get(name, set()) <= set(HEADERS[name].lower().split(","))
    short = adapt("synthea", tables(EXPORT), tmp_path / "short")
    whole = adapt("synthea", tables({name: as_exported(name) for name in EXPORT}), tmp_path / "whole")
    pieces = sorted(path.name for path in short.glob("*.parquet"))
    assert pieces == sorted(path.name for path in whole.glob("*.parquet"))
    for piece in pieces:
        rows = [pl.read_parquet(folder / piece) for folder in (short, whole)]
        assert rows[0].sort(rows[0].columns).equals(rows[1].select(rows[0].columns).sort(rows[0].columns))


def _events(rows: pl.DataFrame) -> list[tuple[object, ...]]:
    return rows.select("code_system", "code", "source_line").rows()


def test_conditions_procedures_and_encounters(read: Read) -> None:
    rows = read("clinical_events_diagnoses")
    assert _events(rows) == [("SNOMED", "87522002", 2), ("SNOMED", "84114007", 3)]
    assert rows.select("start_date", "end_date").row(1) == ("2024-02-01", "2024-02-09")
    assert _events(read("clinical_events_procedures")) == [("SNOMED", "73761001", 2)]
    assert _events(read("clinical_events_encounters")) == [
        ("SPECIALTY", "general practice", 2),
        ("SPECIALTY", "hematology/oncology", 3),
    ]


def test_a_provider_without_a_specialty_tells_nothing_of_a_visit(tables: Tables, tmp_path: Path) -> None:
    providers = EXPORT["providers"].replace("GENERAL PRACTICE", "")
    out = adapt("synthea", tables({**EXPORT, "providers": providers}), tmp_path / "out")
    assert _events(pl.read_parquet(out / "clinical_events_encounters.parquet")) == [
        ("SPECIALTY", "hematology/oncology", 3)
    ]
    assert {file.name: file.left_out for file in source_files(out)}["encounters.csv"] == 2


@pytest.mark.parametrize(
    ("system", "named"),
    [
        ("ICD10", "ICD10CM"),
        ("http://hl7.org/fhir/sid/icd-10-cm", "ICD10CM"),
        ("ICD9", "ICD9"),
        ("", "SNOMED"),
    ],
)
def test_the_system_of_a_condition(read: Read, system: str, named: str) -> None:
    conditions = EXPORT["conditions"].replace("http://snomed.info/sct", system)
    assert _events(read("clinical_events_diagnoses", conditions=conditions))[0][0] == named
    procedures = EXPORT["procedures"].replace("SNOMED-CT", "CPT" if system else "")
    assert _events(read("clinical_events_procedures", procedures=procedures))[0][0] == (
        "CPT" if system else "SNOMED"
    )


def test_medications_by_the_ingredient_in_their_name(read: Read) -> None:
    assert _events(read("clinical_events_medications")) == [
        ("ATC", "B03AA07", 2),
        ("ATC", "L04AX03", 3),
        ("ATC", "L01BA01", 4),
        ("RXNORM", "314231", 5),
        ("RXNORM", "748856", 6),  # the iron week of a contraceptive
    ]


def test_the_columns_of_older_versions(read: Read) -> None:
    procedures = "DATE | PATIENT | ENCOUNTER | CODE\n2019-01-02 | aa-1 | e1 | 73761001\n"
    row = read("clinical_events_procedures", procedures=procedures).row(0, named=True)
    assert (row["code_system"], row["start_date"], row["end_date"]) == ("SNOMED", "2019-01-02", None)
    conditions = "START | STOP | PATIENT | ENCOUNTER | CODE\n2019-01-02 | | aa-1 | e1 | 87522002\n"
    assert _events(read("clinical_events_diagnoses", conditions=conditions)) == [("SNOMED", "87522002", 2)]


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"observations": "DATE | PATIENT | CODE | VALUE\n"}, "line 1: the column units is missing."),
        (
            {"observations": "DATE;PATIENT;CODE;VALUE;UNITS\n"},
            "units are missing. The fields look separated by semicolons; commas are needed.",
        ),
        ({"conditions": EXPORT["conditions"] + "SECRET\n"}, "conditions.csv, line 4: not well-formed CSV"),
    ],
)
def test_what_cannot_be_read(read: Read, changed: dict[str, str], words: str) -> None:
    with pytest.raises(ExtractError) as caught:
        read("lab_results", **changed)
    assert words in str(caught.value)
    assert "SECRET" not in str(caught.value)


def test_a_night_accounts_for_every_record(tables: Tables, screened: Callable[..., Path]) -> None:
    night = screened("synthea", tables(EXPORT))
    files = json.loads((night / "run.json").read_text(encoding="utf-8"))["input_files"]
    assert {file["source_file"]: (file["rows"], file["ignored"]) for file in files} == {
        "observations.csv": (7, 3),
        "patients.csv": (2, 0),
        "conditions.csv": (2, 0),
        "medications.csv": (6, 1),
        "procedures.csv": (1, 0),
        "encounters.csv": (3, 1),
    }
    members = pl.read_parquet(night / "membership.parquet").filter(patient_id="aa-1", status="met")
    assert "iron_deficiency_anemia" in members["rule_id"].to_list()
