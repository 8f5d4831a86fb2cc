"""What the small tables say, row by row."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest

from schemas.extract import EXTRACT_TABLES
from schemas.text_values import as_date
from transforms.derived_coverage import derived_coverage, event_contacts, joined_contacts
from transforms.extract_tables import (
    Parsed,
    parse_coverage,
    parse_events,
    parse_patients,
)


def texts(table: str, *rows: dict[str, str | None]) -> pl.DataFrame:
    names = list(EXTRACT_TABLES[table].column_names)
    names += sorted({name for row in rows for name in row} - set(names))
    return pl.DataFrame(
        [{name: row.get(name) for name in names} | {"source_file": f"{table}.csv", "source_line": line} for line, row in enumerate(rows, 2)],
        schema={**dict.fromkeys((*names, "source_file"), pl.String), "source_line": pl.Int64},
    )  # fmt: skip


def fates(parsed: Parsed) -> dict[str, int]:
    return dict(parsed.fates.group_by("fate").agg(pl.col("rows").sum()).rows())


def patients(*rows: dict[str, str | None], newest: date | None = date(2024, 6, 1)) -> Parsed:
    return parse_patients(texts("patients", *rows), newest=newest, timezone="UTC")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2024-01-02", date(2024, 1, 2)),
        ("20240102", date(2024, 1, 2)),
        (" 2024-01-02 ", date(2024, 1, 2)),
        ("2024-01-02T23:30", date(2024, 1, 2)),
        ("2024-01-02 0:00:00", date(2024, 1, 2)),
        ("2024-01-02 7:30", date(2024, 1, 2)),
        ("2024-01-02 23:30:00.5", date(2024, 1, 2)),
        ("2024-01-02T23:30:00Z", date(2024, 1, 3)),  # Berlin is an hour ahead
        ("2024-01-02 23:30:00-05:00", date(2024, 1, 3)),
        ("2024-01-02T23:30+01:00", date(2024, 1, 2)),
        ("2024-02-30", None),
        ("2023-02-29", None),
        ("02/01/2024", None),
        ("2024-1-2", None),
        ("2024-01-02 25:00", None),
        ("2024", None),
        ("", None),
    ],
)
def test_dates(text: str, expected: date | None) -> None:
    assert pl.DataFrame({"d": [text]}).select(as_date("d", "Europe/Berlin")).item() == expected


@pytest.mark.parametrize(
    ("word", "sex"),
    [
        ("M", "male"),
        ("f", "female"),
        ("FEMALE", "female"),
        ("male", "male"),
        ("U", None),
        ("unknown", None),
        ("", None),
        (None, None),
    ],
)
def test_sex_words(word: str | None, sex: str | None) -> None:
    parsed = patients({"patient_id": "p", "sex": word})
    assert parsed.accepted["sex"].to_list() == [sex]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({"patient_id": ""}, "PATIENT_ID_MISSING"),
        ({"patient_id": "p", "birth_date": "1980-13-01"}, "BAD_BIRTH_DATE"),
        ({"patient_id": "p", "death_date": "soon"}, "BAD_DEATH_DATE"),
        ({"patient_id": "p", "birth_date": "1980-01-02", "death_date": "1980-01-01"}, "DEATH_BEFORE_BIRTH"),
        ({"patient_id": "p", "birth_date": "2024-06-02"}, "BORN_AFTER_EXTRACT"),
    ],
)
def test_bad_patients_are_set_aside_with_a_reason(row: dict[str, str], reason: str) -> None:
    parsed = patients(row, {"patient_id": "good", "birth_date": "2024-06-01"})
    assert parsed.accepted["patient_id"].to_list() == ["good"]
    assert parsed.rejected["reasons"].to_list() == [[reason]]
    assert fates(parsed) == {"accepted": 1, "quarantined": 1}


@pytest.mark.parametrize(
    ("column", "text", "flag"),
    [
        ("sex", "w", "BAD_SEX"),
        ("duffy_null", "maybe", "BAD_DUFFY_NULL"),
        ("residence_elevation_m", "1,200", "BAD_ELEVATION"),
        ("residence_elevation_m", "12000", "BAD_ELEVATION"),
        ("residence_elevation_m", "inf", "BAD_ELEVATION"),
    ],
)
def test_a_value_that_cannot_be_read_is_unknown_and_the_row_keeps_the_rest(
    column: str, text: str, flag: str
) -> None:
    known = {"patient_id": "p", "sex": "F", "birth_date": "1980-01-02", "duffy_null": "yes"}
    parsed = patients({**known, column: text})
    row = parsed.accepted.row(0, named=True)
    assert row["birth_date"] == date(1980, 1, 2)
    assert row[column] is None
    assert (row["sex"] == "female") != (column == "sex")
    assert parsed.flags.select("patient_id", "flag", "detail").rows() == [("p", flag, column)]
    assert fates(parsed) == {"accepted": 1}


@pytest.mark.parametrize("born", ["1980", " 1980", "1980-05", "1980.0"])
def test_a_year_or_a_month_is_no_day_of_birth_and_the_row_keeps_the_rest(born: str) -> None:
    parsed = patients({"patient_id": "p", "sex": "F", "birth_date": born, "death_date": "1980-04-01"})
    assert parsed.accepted.select("sex", "birth_date").rows() == [("female", None)]
    assert parsed.accepted["death_date"].to_list() == [date(1980, 4, 1)]
    assert parsed.flags.select("flag", "detail").rows() == [("PARTIAL_BIRTH_DATE", "birth_date")]
    assert fates(parsed) == {"accepted": 1}


@pytest.mark.parametrize("born", ["198", "1700", "1980-13", "1980-00", "1980.5", "80"])
def test_what_is_no_year_sets_the_row_aside(born: str) -> None:
    assert patients({"patient_id": "p", "birth_date": born}).rejected["reasons"].to_list() == [
        ["BAD_BIRTH_DATE"]
    ]


def test_a_row_that_can_be_read_tells_what_another_cannot() -> None:
    parsed = patients({"patient_id": "p", "sex": "w"}, {"patient_id": "p", "sex": "F"})
    assert parsed.accepted["sex"].to_list() == ["female"]
    assert parsed.flags["flag"].to_list() == ["BAD_SEX"]


@pytest.mark.parametrize(
    ("word", "value"),
    [("true", True), ("1", True), ("YES", True), ("false", False), ("0", False), ("no", False)],
)
def test_duffy_words(word: str, value: bool) -> None:
    assert patients({"patient_id": "p", "duffy_null": word}).accepted["duffy_null"].item() is value


def test_patients_who_repeat_or_complete_each_other_are_one() -> None:
    parsed = patients(
        {"patient_id": "p", "sex": "M"},
        {"patient_id": "p", "sex": "male"},
        {"patient_id": " p ", "birth_date": "1980-01-01"},
    )
    del parsed
    parsed = patients(
        {"patient_id": "p", "sex": "M"}, {"patient_id": "p", "sex": "male", "birth_date": "1980-01-01"}
    )
    assert parsed.accepted.select("sex", "birth_date").rows() == [("male", date(1980, 1, 1))]
    assert fates(parsed) == {"accepted": 1, "duplicate": 1}


def event(**values: str | None) -> dict[str, str | None]:
    return {
        "patient_id": "p",
        "kind": "diagnosis",
        "code_system": "ICD10CM",
        "code": "d50.9",
        "start_date": "2024-01-02",
        **values,
    }


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"patient_id": " "}, "PATIENT_ID_MISSING"),
        ({"kind": "visit"}, "UNKNOWN_KIND"),
        ({"code_system": "ICD11"}, "UNKNOWN_CODE_SYSTEM"),
        ({"code": None}, "CODE_MISSING"),
        ({"start_date": None}, "BAD_START_DATE"),
        ({"start_date": "January"}, "BAD_START_DATE"),
        ({"end_date": "later"}, "BAD_END_DATE"),
        ({"end_date": "2024-01-01"}, "END_BEFORE_START"),
    ],
)
def test_bad_events(change: dict[str, str | None], reason: str) -> None:
    parsed = parse_events(texts("clinical_events", event(**change), event()), timezone="UTC")
    assert parsed.rejected["reasons"].to_list() == [[reason]]
    assert parsed.accepted["code"].to_list() == ["D50.9"]


def test_events_repeat_by_content_not_by_spelling() -> None:
    parsed = parse_events(
        texts("clinical_events", event(), event(code="D50.9 ", code_system="icd-10-cm", kind="Diagnosis"), event(end_date="2024-01-02")),
        timezone="UTC",
    )  # fmt: skip
    assert fates(parsed) == {"accepted": 2, "duplicate": 1}


def test_coverage_rows() -> None:
    good = {"patient_id": "p", "domain": "lab", "observed_from": "2020-01-01", "observed_to": "2020-01-01"}
    parsed = parse_coverage(
        texts(
            "coverage",
            good,
            good | {"domain": "rx"},
            good | {"observed_to": "2019-12-31"},
            good | {"observed_from": ""},
            good,
        ),
        timezone="UTC",
    )
    assert parsed.accepted.height == 1
    assert [r[0] for r in parsed.rejected["reasons"].to_list()] == [
        "UNKNOWN_DOMAIN",
        "END_BEFORE_START",
        "BAD_OBSERVED_FROM",
    ]
    assert fates(parsed) == {"accepted": 1, "duplicate": 1, "quarantined": 3}


def test_derived_coverage_reaches_to_each_patients_last_contact() -> None:
    events = parse_events(
        texts(
            "clinical_events",
            event(start_date="2024-03-01", end_date="2030-01-01"),
            event(
                patient_id="q",
                kind="encounter",
                code_system="SPECIALTY",
                code="82",
                start_date="2024-01-05",
                end_date="2024-02-05",
            ),
            event(
                patient_id="s",
                kind="encounter",
                code_system="SPECIALTY",
                code="82",
                start_date="2024-01-07",
                end_date="9999-12-31",  # still there
            ),
        ),
        timezone="UTC",
    ).accepted
    labs = pl.DataFrame(
        {"patient_id": ["p", "r"], "first": [date(2024, 1, 3)] * 2, "last": [date(2024, 1, 9)] * 2}
    )
    coverage = derived_coverage(
        joined_contacts([labs, event_contacts(events)]),
        first=date(2024, 1, 3),
        kinds=["diagnosis", "encounter"],
    )
    # no medication or procedure row, so not observed
    assert set(coverage["domain"]) == {
        "lab",
        "diagnosis",
        "encounter",
    }
    assert set(coverage["observed_from"]) == {date(2024, 1, 2)}
    assert dict(coverage.filter(pl.col("domain") == "diagnosis").select("patient_id", "observed_to").rows()) == {
        "p": date(2024, 3, 1), "q": date(2024, 2, 5), "r": date(2024, 1, 9), "s": date(2024, 1, 7),
    }  # fmt: skip


def test_no_contact_no_coverage() -> None:
    assert derived_coverage(joined_contacts([]), first=None, kinds=[]).is_empty()


@pytest.mark.parametrize("word", ["nan", "NaT", "None", "NULL", "<NA>", "\\N"])
def test_a_word_for_nothing_is_nothing(word: str) -> None:
    """A column of dates of death as pandas writes it says NaT of everybody alive."""
    row = {
        "patient_id": "P1",
        "sex": "male",
        "birth_date": "1950-01-01",
        "death_date": word,
        "stratum_ward": word,
    }
    parsed = patients(row)
    assert fates(parsed) == {"accepted": 1}
    assert parsed.flags.height == 0
    assert parsed.accepted.select("sex", "death_date", "stratum_ward").row(0) == ("male", None, None)
