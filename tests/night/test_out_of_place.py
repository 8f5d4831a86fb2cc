"""Results after the night, before birth and after death (docs/time.md), and patients whose rows disagree, in a real night."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from flows.home import Home
from flows.night import begin, run_night
from tests.pages import table_under

LINES = table_under("time.md", "Results and the night, birth and death")
NIGHT = "2026-06-15"


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The warehouse of a night; the specimen of each result is its line on the page."""
    root = tmp_path_factory.mktemp("out_of_place")
    extract = root / "extract"
    extract.mkdir()
    header = "patient_id,collected_at,code_system,code,value,unit,specimen_id"
    labs = [
        f"P,{collected},hemacohort,hb,10,g/dL,{number}" for number, (_, collected, _, _) in enumerate(LINES)
    ]
    labs += [f"{who},2026-05-01 07:00,hemacohort,hb,10,g/dL,other" for who in ("alive", "torn", "old", "new")]
    tables = {
        "lab_results": [header, *labs],
        "patients": [
            "patient_id,sex,birth_date,death_date",
            "P,male,1980-01-01,2026-03-10",
            "alive,female,1980-01-01,",
            "torn,female,1980-01-01,",
            "new,female,1980-01-01,",
            "old,female,1981-01-01,",
        ],
        "patients_of_another_system": ["patient_id,sex", "torn,male"],
        "patient_merges": ["from_patient_id,to_patient_id", "old,new", "alive,P1", "alive,P2"],
    }
    for name, lines in tables.items():
        (extract / f"{name}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    home = Home(root / "home")
    run_night(begin(home.root, extract, "canonical", NIGHT, {}))
    return home.night()


@pytest.mark.parametrize("number", range(len(LINES)))
def test_place_of_a_result(warehouse: Path, number: int) -> None:
    _, collected, seen, flags = LINES[number]
    with duckdb.connect(str(warehouse / "hemacohort.duckdb"), read_only=True) as con:
        drawn = con.execute(
            "SELECT count(*) FROM screen.evidence WHERE patient_id = 'P' AND index_specimen_id = ?",
            [str(number)],
        ).fetchall()
        raised = con.execute(
            "SELECT flag, source_line FROM quality.flag WHERE specimen_id = ? AND list_contains(['AFTER_NIGHT', "
            "'BEFORE_BIRTH', 'AFTER_DEATH'], flag)",
            [str(number)],
        ).fetchall()
        kept = con.execute("SELECT count(*) FROM lab.result WHERE specimen_id = ?", [str(number)]).fetchall()
    assert drawn == [(1 if seen == "yes" else 0,)], collected
    assert sorted(raised) == sorted((flag, number + 2) for flag in flags.split(",") if flag)
    assert kept == [(1,)]


def test_before_birth_the_age_is_unknown(warehouse: Path) -> None:
    with duckdb.connect(str(warehouse / "hemacohort.duckdb"), read_only=True) as con:
        ages = con.execute(
            "SELECT year(index_collected_at), age_years IS NULL FROM screen.evidence WHERE patient_id = 'P' ORDER BY ALL"
        ).fetchall()
    assert ages[0] == (1979, True)
    assert not any(unknown for _, unknown in ages[1:])


def test_conflicts_of_patients_can_be_seen(warehouse: Path) -> None:
    with duckdb.connect(str(warehouse / "hemacohort.duckdb"), read_only=True) as con:
        conflicts = con.execute("SELECT * FROM quality.patient_conflicts ORDER BY ALL").fetchall()
        known = con.execute(
            "SELECT sex, birth_date IS NULL FROM lab.patient WHERE patient_id = 'torn'"
        ).fetchall()
    assert conflicts == [
        ("alive", "CONFLICTING_MERGE", "to_patient_id", 2, ["patient_merges.csv:3", "patient_merges.csv:4"]),
        ("new", "MERGED_PATIENTS_DIFFER", "birth_date", 2, []),
        ("torn", "CONFLICTING_PATIENT", "sex", 2, ["patients.csv:4", "patients_of_another_system.csv:2"]),
    ]
    assert known == [(None, False)]


def test_the_report_counts_them(warehouse: Path) -> None:
    page = (warehouse / "report" / "index.html").read_text(encoding="utf-8").replace("<wbr>", "")
    section = page[page.index("Patients whose rows disagree") :]
    for words in ("CONFLICTING_PATIENT", "MERGED_PATIENTS_DIFFER", "birth_date"):
        assert words in section
    for flag in ("AFTER_NIGHT", "BEFORE_BIRTH", "AFTER_DEATH"):
        assert flag in page
    assert "torn" not in page
