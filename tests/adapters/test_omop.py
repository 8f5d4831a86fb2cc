"""A small common data model by hand: what each table becomes, and a night on it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from flows.adapters import adapt, source_files
from flows.errors import ExtractError

Tables = Callable[..., Path]

# A vocabulary as Athena cuts it: each concept that the records below use.
CONCEPT = """
concept_id | concept_name | domain_id | vocabulary_id | concept_class_id | standard_concept | concept_code | invalid_reason
3000963 | Hemoglobin [Mass/volume] in Blood | Measurement | LOINC | Lab Test | S | 718-7 |
3001122 | Ferritin [Mass/volume] in Serum | Measurement | LOINC | Lab Test | S | 2276-4 |
3023599 | MCV [Entitic volume] | Measurement | LOINC | Lab Test | S | 787-2 |
3020460 | C reactive protein | Measurement | LOINC | Lab Test | S | 1988-5 |
3019897 | Platelet clumps | Measurement | LOINC | Lab Test | S | 7796-6 |
4055665 | A test of 4" "width" | Measurement | SNOMED | Procedure | S | 165109007 |
2000000001 | our hemoglobin | Measurement | Hospital | Lab Test | | HB |
2000000002 | two at once | Measurement | Hospital | Lab Test | | XX |
8713 | gram per deciliter | Unit | UCUM | Unit | S | g/dL |
8842 | nanogram per milliliter | Unit | UCUM | Unit | S | ng/mL |
8583 | femtoliter | Unit | UCUM | Unit | S | fL |
4181412 | Present | Meas Value | SNOMED | Qualifier Value | S | 52101004 |
35206753 | Iron deficiency anemia, unspecified | Condition | ICD10CM | 5-char billing code | | D50.9 |
436659 | Iron deficiency anemia | Condition | SNOMED | Disorder | S | 87522002 |
316139 | Heart failure | Condition | SNOMED | Disorder | S | 84114007 |
35225408 | Encounter for palliative care | Observation | ICD10CM | 4-char billing code | | Z51.5 |
2414397 | Transfusion, blood | Procedure | CPT4 | CPT4 | S | 36430 |
2008268 | Transfusion of packed cells | Procedure | ICD9Proc | 4-dig billing code | | 99.04 |
2008000 | Another procedure | Procedure | ICD9Proc | 4-dig billing code | | 42.80 |
4249893 | Colonoscopy | Procedure | SNOMED | Procedure | S | 73761001 |
1305058 | methotrexate | Drug | RxNorm | Ingredient | S | 6851 |
19073982 | methotrexate 2.5 MG Oral Tablet | Drug | RxNorm | Clinical Drug | S | 105585 |
1395773 | iron sucrose | Drug | RxNorm | Ingredient | S | 24909 |
40221901 | iron sucrose 20 MG/ML Injection | Drug | RxNorm | Clinical Drug | S | 999999 |
1539403 | simvastatin | Drug | RxNorm | Ingredient | S | 36567 |
1539411 | simvastatin 10 MG Oral Tablet | Drug | RxNorm | Clinical Drug | S | 314231 |
955632 | fluorouracil 50 MG/ML Topical Cream | Drug | RxNorm | Clinical Drug | S | 105584 |
21601409 | methotrexate; oral, systemic | Drug | ATC | ATC 5th | C | L04AX03 |
21601388 | methotrexate; parenteral | Drug | ATC | ATC 5th | C | L01BA01 |
21601378 | ANTIMETABOLITES | Drug | ATC | ATC 3rd | C | L01B |
38004501 | Hematology | Provider | Medicare Specialty | Physician Specialty | S | 82 |
38003835 | Hematology & Oncology Physician | Provider | NUCC | Specialization | S | 207RH0003X |
"""
RELATIONSHIP = """
concept_id_1 | concept_id_2 | relationship_id | invalid_reason
2000000001 | 3000963 | Maps to |
2000000002 | 3000963 | Maps to |
2000000002 | 3001122 | Maps to |
1539411 | 1539403 | RxNorm has ing |
3000963 | 3000963 | Maps to |
"""
ANCESTOR = """
ancestor_concept_id | descendant_concept_id
21601409 | 19073982
21601388 | 19073982
21601378 | 19073982
1305058 | 19073982
19073982 | 19073982
1395773 | 40221901
1539403 | 1539411
"""
PERSON = """
person_id | gender_concept_id | year_of_birth | month_of_birth | day_of_birth | birth_datetime | gender_source_value
1 | 8532 | 1980 | 5 | 17 | | F
2 | 0 | 1950 | | | | M
3 | 8521 | 1960 | 7 | | 1960-07-02 00:00:00 | U
"""
MEASUREMENT = """
measurement_id | person_id | measurement_concept_id | measurement_date | measurement_datetime | operator_concept_id | value_as_number | value_as_concept_id | unit_concept_id | range_low | range_high | measurement_source_value | measurement_source_concept_id | unit_source_value | value_source_value
11 | 1 | 3000963 | 2024-03-01 | 2024-03-01 08:00:00 | 0 | 9.1 | 0 | 8713 | 12 | 16 | HGB | 0 | g/dl | 9.1
12 | 1 | 3023599 | 2024-03-01 | 2024-03-01 08:00:00 | 0 | 70 | 0 | 8583 | | | MCV | 0 | fL | 70
13 | 1 | 3001122 | 2024-03-01 | 2024-03-01 08:00:00 | 4171756 | 5 | 0 | 8842 | | | FERR | 0 | ng/mL | 5
14 | 2 | 2000000001 | 2024-03-02 | | | 12.5 | | 0 | | | HB | 2000000001 | g/L? | 12.5
15 | 2 | 0 | 2024-03-02 | | | 13.5 | | 8713 | | | our Hb | 2000000001 | | 13.5
16 | 2 | 2000000002 | 2024-03-02 | | | 1 | | | | | XX | | mg | 1
17 | 2 | 3019897 | 2024-03-02 | | | | 4181412 | | | | CLUMPS | | | PLT CLUMPS SEEN
18 | 2 | 3020460 | 2024-03-02 | | | 3 | | | | | CRP | | mg/L | <3
19 | 2 | 3020460 | 2024-03-03 | | | 3 | | | | | CRP | | mg/L | <5
20 | 2 | 3020460 | 2024-03-04 | | | | | | | | CRP | | mg/L | HEMOLYZED
21 | 2 | 999 | 2024-03-04 | | | 7 | | | | | 777-3 | | 10*9/L | 7
22 | 2 | 999 | 2024-03-04 | | | 7 | | | | | 777-4 | | 10*9/L | 7
23 | 2 | 4055665 | 2024-03-04 | | | 7 | | | | | | | |
"""
HISTORY = {
    "condition_occurrence": """
person_id | condition_concept_id | condition_start_date | condition_end_date | condition_source_concept_id
1 | 436659 | 2024-03-01 | | 35206753
1 | 316139 | 2024-02-01 | 2024-02-09 | 0
2 | 0 | 2024-02-01 | | 0
""",
    "procedure_occurrence": """
person_id | procedure_concept_id | procedure_date | procedure_source_concept_id
1 | 4249893 | 2024-01-01 | 0
1 | 0 | 2024-01-02 | 2008268
1 | 0 | 2024-01-03 | 2008000
2 | 2414397 | 2024-01-04 | 2414397
""",
    "observation": """
person_id | observation_date | observation_concept_id | observation_source_concept_id
2 | 2024-02-03 | 0 | 35225408
2 | 2024-02-03 | 316139 | 316139
""",
    "drug_exposure": """
person_id | drug_concept_id | drug_exposure_start_date | drug_exposure_end_date | days_supply | route_concept_id | route_source_value | drug_source_concept_id
1 | 19073982 | 2024-01-01 | | 30 | 0 | |
1 | 40221901 | 2024-01-02 | 2024-01-02 | | 0 | IV |
1 | 955632 | 2024-01-03 | 2024-01-09 | | 0 | |
1 | 0 | 2024-01-04 | 2024-01-09 | | 0 | |
1 | 0 | 2024-01-05 | 2024-01-09 | | 0 | | 21601388
1 | 1539411 | 2024-01-06 | 2024-01-09 | | 0 | |
""",
    "visit_occurrence": """
person_id | visit_start_date | visit_end_date | provider_id
1 | 2024-02-10 | 2024-02-10 | 5
1 | 2024-02-11 | 2024-02-11 | 6
1 | 2024-02-12 | 2024-02-12 | 7
1 | 2024-02-13 | 2024-02-13 |
""",
    "provider": """
provider_id | specialty_concept_id | specialty_source_value
5 | 38004501 | 82
6 | 38003835 | HEM/ONC
7 | 0 | Clinical Haematology
""",
    "observation_period": """
person_id | observation_period_start_date | observation_period_end_date
1 | 2020-01-01 | 2024-12-31
2 | 2023-01-01 | 2024-03-31
""",
    "death": """
person_id | death_date
2 | 2024-03-20
""",
}
VOCABULARY = {"CONCEPT": CONCEPT, "CONCEPT_RELATIONSHIP": RELATIONSHIP, "CONCEPT_ANCESTOR": ANCESTOR}
CDM = {"person": PERSON, "measurement": MEASUREMENT, **HISTORY, **VOCABULARY}


@pytest.fixture
def read(tables: Tables, tmp_path: Path) -> Callable[..., pl.DataFrame]:
    """A canonical table of the model, or of one with some tables changed or (None) taken away."""

    def convert(
        output: str, separator: str = "\t", suffix: str = ".csv", **changed: str | None
    ) -> pl.DataFrame:
        content = {name: text for name, text in {**CDM, **changed}.items() if text is not None}
        folder = adapt(
            "omop", tables(content, separator=separator, suffix=suffix), tmp_path / f"out-{output}"
        )
        return pl.read_parquet(folder / f"{output}.parquet").sort("source_line")

    return convert


Read = Callable[..., pl.DataFrame]


def test_a_measurement_becomes_code_value_and_unit(read: Read) -> None:
    rows = read("lab_results")
    assert rows.select("result_id", "code_system", "code", "value", "unit").rows() == [
        ("11", "LOINC", "718-7", "9.1", "g/dL"),
        ("12", "LOINC", "787-2", "70", "fL"),
        ("13", "LOINC", "2276-4", "<5", "ng/mL"),
        ("14", "LOINC", "718-7", "12.5", "g/L?"),  # a concept of the hospital's, mapped to one LOINC code
        ("15", "LOINC", "718-7", "13.5", "g/dL"),  # the same, known by its source concept alone
        ("16", None, "XX", "1", "mg"),  # mapped to two: to none
        ("17", "LOINC", "7796-6", "Present", None),
        ("18", "LOINC", "1988-5", "<3", "mg/L"),  # the text kept the sign that the number lost
        ("19", "LOINC", "1988-5", "3", "mg/L"),  # they disagree
        ("20", "LOINC", "1988-5", "HEMOLYZED", "mg/L"),
        ("21", "LOINC", "777-3", "7", "10*9/L"),  # no such concept, but a LOINC code by its check digit
        ("22", None, "777-4", "7", "10*9/L"),
        ("23", "SNOMED", "165109007", "7", None),
    ]
    first = rows.row(0, named=True)
    assert (first["patient_id"], first["collected_at"]) == ("1", "2024-03-01 08:00:00")
    assert (first["reference_low"], first["reference_high"]) == ("12", "16")
    assert rows["collected_at"][3] == "2024-03-02"
    assert rows["source_line"].to_list() == list(range(2, 15))
    assert rows["source_file"].unique().to_list() == ["measurement.csv"]
    assert rows["name"][12] == 'A test of 4" "width"'  # quotes mean nothing between tabs


@pytest.mark.parametrize(("separator", "suffix"), [("\t", ".csv.gz"), (",", ".csv")])
def test_separators_and_packing_make_no_difference(read: Read, separator: str, suffix: str) -> None:
    concept = CONCEPT.replace(", ", " ").replace('"', "")
    rows = read("lab_results", separator, suffix, CONCEPT=concept)
    assert rows["code"].to_list()[:3] == ["718-7", "787-2", "2276-4"]
    assert rows["source_line"].to_list() == list(range(2, 15))


def test_a_table_in_several_files(tables: Tables, tmp_path: Path) -> None:
    folder = tables({**CDM, "measurement_1": MEASUREMENT, "MEASUREMENT_02": MEASUREMENT})
    (folder / "measurement.csv").unlink()
    rows = pl.read_parquet(adapt("omop", folder, tmp_path / "out") / "lab_results.parquet")
    assert dict(rows["source_file"].value_counts().iter_rows()) == {
        "measurement_1.csv": 13,
        "MEASUREMENT_02.csv": 13,
    }
    assert rows.group_by("source_file").agg(pl.col("source_line").n_unique())["source_line"].to_list() == [
        13,
        13,
    ]


def test_a_table_as_a_folder_of_parquet_files(tables: Tables, tmp_path: Path) -> None:
    folder = tables(CDM)
    texts = pl.read_csv(folder / "measurement.csv")
    (folder / "measurement.csv").unlink()
    (folder / "measurement").mkdir()
    texts.head(5).write_parquet(folder / "measurement" / "part-0.parquet")
    texts.tail(8).write_parquet(folder / "measurement" / "part-1.parquet")
    rows = pl.read_parquet(adapt("omop", folder, tmp_path / "out") / "lab_results.parquet")
    rows = rows.sort("source_file", "source_line")
    assert rows["source_file"].unique().sort().to_list() == [
        "measurement/part-0.parquet",
        "measurement/part-1.parquet",
    ]
    assert rows["code"].to_list()[:3] == ["718-7", "787-2", "2276-4"]
    assert rows["source_line"].to_list() == [*range(1, 6), *range(1, 9)]


def test_the_time_of_a_specimen_is_the_time_of_collection(read: Read) -> None:
    specimen = "specimen_id | specimen_datetime | specimen_source_id\n900 | 2024-02-28 07:30:00 | A-17\n"
    concept = CONCEPT + "1147049 | specimen | Metadata | CDM | Field | S | specimen.specimen_id |\n"
    head, first, *others = MEASUREMENT.strip().splitlines()
    pointing = "\n".join(
        [
            f"{head} | measurement_event_id | meas_event_field_concept_id",
            f"{first} | 900 | 1147049",
            *(f"{line} | 900 |" for line in others),
        ]
    )
    rows = read("lab_results", specimen=specimen, CONCEPT=concept, measurement=pointing)
    assert rows.select("collected_at", "specimen_id").rows()[:2] == [
        ("2024-02-28 07:30:00", "A-17"),
        ("2024-03-01 08:00:00", None),
    ]


def test_persons(read: Read) -> None:
    columns = ["patient_id", "sex", "birth_date", "death_date", "source_line"]
    assert read("patients").select(columns).rows() == [
        ("1", "female", "1980-05-17", None, 2),
        ("2", "male", "1950-01-01", "2024-03-20", 3),
        ("3", None, "1960-07-02", None, 4),
    ]


def _events(rows: pl.DataFrame) -> list[tuple[object, ...]]:
    return rows.select("kind", "code_system", "code", "start_date", "end_date", "source_line").rows()


def test_conditions_are_told_by_the_hospitals_own_code(read: Read) -> None:
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
    ],
)
def test_what_tells_nothing_is_not_observed(
    read: Read, without: dict[str, str | None], lost: set[str]
) -> None:
    every = {"lab", "diagnosis", "medication", "procedure", "encounter"}
    assert _domains(read("coverage", **without)) == every - lost


def test_without_a_vocabulary_only_loinc_codes_are_known(read: Read) -> None:
    nothing = dict.fromkeys(VOCABULARY)
    rows = read("lab_results", measurement=MEASUREMENT.replace("HGB", "718-7"), **nothing)
    assert rows.filter(code_system="LOINC").select("code", "unit").rows() == [
        ("718-7", "g/dl"),
        ("777-3", "10*9/L"),
    ]
    assert _domains(read("coverage", **nothing)) == {"lab", "encounter"}


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"measurement": None}, "has no measurement.csv, .csv.gz or .parquet"),
        (
            {"measurement": MEASUREMENT.replace("value_as_number", "value")},
            "measurement.csv, line 1: the column value_as_number is missing.",
        ),
        ({"measurement": MEASUREMENT + "24 | SECRET\n"}, "measurement.csv, line 15: not well-formed CSV"),
    ],
)
def test_what_cannot_be_read(read: Read, changed: dict[str, str | None], words: str) -> None:
    with pytest.raises(ExtractError) as caught:
        read("lab_results", **changed)
    assert words in str(caught.value)
    assert "SECRET" not in str(caught.value)


def test_records_that_tell_nothing_are_counted(tables: Tables, tmp_path: Path) -> None:
    files = source_files(adapt("omop", tables(CDM, separator="\t"), tmp_path / "out"))
    assert {file.name: file.left_out for file in files if file.table} == {
        "measurement.csv": 0,
        "person.csv": 0,
        "condition_occurrence.csv": 1,
        "procedure_occurrence.csv": 1,
        "observation.csv": 1,
        "drug_exposure.csv": 2,
        "visit_occurrence.csv": 1,
    }


def test_a_night_accounts_for_every_record(tables: Tables, screened: Callable[..., Path]) -> None:
    night = screened("omop", tables(CDM, separator="\t"))
    files = json.loads((night / "run.json").read_text(encoding="utf-8"))["input_files"]
    fates = ("accepted", "duplicate", "superseded", "ignored", "quarantined")
    assert all(sum(file[fate] for fate in fates) == file["rows"] for file in files)
    assert {file["source_file"]: file["rows"] for file in files} == {
        "measurement.csv": 13,
        "person.csv": 3,
        "condition_occurrence.csv": 3,
        "procedure_occurrence.csv": 4,
        "observation.csv": 2,
        "drug_exposure.csv": 6,
        "visit_occurrence.csv": 4,
        "observation_period.csv": 2,
    }
    members = pl.read_parquet(night / "membership.parquet").filter(patient_id="1", status="met")
    assert "iron_deficiency_anemia" in members["rule_id"].to_list()
    why = pl.read_parquet(night / "why.parquet").filter(patient_id="1", rule_id="iron_deficiency_anemia")
    assert "<5" in why["source_value"].to_list()
