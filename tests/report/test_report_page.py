"""The report: numbers equal the tables, nothing is loaded, nobody can be recognized, text stays text."""

from __future__ import annotations

import re
from pathlib import Path

import duckdb
import pytest

from flows.plain_words import step_words
from flows.report import write_report
from tests.report.page import Page


@pytest.fixture
def html(night: Path, tmp_path: Path) -> str:
    write_report(night, tmp_path / "out" / "report")
    assert [path.name for path in (tmp_path / "out" / "report").iterdir()] == ["index.html"]
    return (tmp_path / "out" / "report" / "index.html").read_text(encoding="utf-8")


def test_numbers_equal_the_tables(html: str) -> None:
    page = Page(html)
    # One of 2,000 patients has no blood count at all; one has an old count besides a recent one.
    assert "patients in the data 2,000" in page.text
    assert "with a blood count in the last 365 days 1,999" in page.text
    assert "blood counts judged, all years 2,001" in page.text
    assert page.row("Iron deficiency anemia") == [
        "Iron deficiency anemia", "0", "1,200", "0", "1,200 60.0%", "0 0.0%",
    ]  # fmt: skip
    assert page.row("Suspected sideroblastic anemia")[-2:] == ["0 0.0%", "7 0.4%"]
    assert page.row("ferritin ferritin") == ["ferritin ferritin", "3", "7", "1"]
    assert page.row("reticulocytes retic_pct") == ["reticulocytes retic_pct", "0", "4", "1"]
    assert page.row("lab_results.csv.gz") == [
        "lab_results.csv.gz",
        "12,345",
        "12,000",
        "45",
        "100",
        "150",
        "50",
    ]
    assert page.row("All files") == ["All files", "14,345", "14,000", "45", "100", "150", "50"]
    assert page.row("REJECT_TEXT")[1:] == ["lab_results", "50"]
    assert page.row("FERRITIN_UNIT_SLIP")[1:] == ["17", "17"]
    assert "1,499 patients 75.0% 1,500 blood counts" in page.text


def test_the_page_follows_the_tables(night: Path, tmp_path: Path) -> None:
    with duckdb.connect(str(night / "hemacohort.duckdb")) as con:
        con.execute(
            "delete from cohort.membership where patient_id in ('secretpatient10', 'secretpatient11')"
        )
    write_report(night, tmp_path)
    page = Page((tmp_path / "index.html").read_text(encoding="utf-8"))
    assert page.row("Iron deficiency anemia")[4] == "1,198 59.9%"


def test_it_says_what_it_is(html: str) -> None:
    text = Page(html).text
    assert "30 June 2026" in text
    assert "run-20260630" in text
    assert "not a diagnosis" in text
    assert "No hematologist has reviewed these rules yet." in text
    sides = [text.index(title) for title in ("Supply ", "Restricted supply ", "Production ")]
    assert sides == sorted(sides)


def test_terms_of_the_bars_are_explained(html: str) -> None:
    text = Page(html).text
    assert "scope" in step_words("the rule applies")
    assert "The scope of a rule is" in text
    assert "entry condition" in step_words("the gate is established")
    assert "Its entry condition must hold" in text


def test_on_a_phone_the_tiers_make_room_for_the_totals(html: str) -> None:
    page = Page(html)
    tiers = [attributes for _, attributes in page.tags if "tier" in (attributes.get("class") or "").split()]
    assert len(tiers) % 3 == 0
    assert tiers
    assert "@media (max-width: 40rem)" in html.split(".tier { display: none; }", maxsplit=1)[0]


def test_every_row_of_a_table_has_a_header(html: str) -> None:
    bodies = re.findall(r"<tbody>(.*?)</tbody>", html, re.DOTALL)
    rows = [row for body in bodies for row in re.findall(r"<tr>(.*?)</tr>", body, re.DOTALL)]
    assert len(bodies) >= 12
    assert not [row for row in rows if '<th scope="row"' not in row and 'scope="rowgroup"' not in row]


def test_nothing_is_loaded(html: str) -> None:
    page = Page(html)
    loading = {
        "script",
        "link",
        "img",
        "iframe",
        "object",
        "embed",
        "use",
        "image",
        "base",
        "form",
        "video",
        "source",
    }
    assert not loading & {tag for tag, _ in page.tags}
    for tag, attributes in page.tags:
        assert "src" not in attributes, tag
        assert (attributes.get("href") or "#").startswith("#"), tag
        assert not [name for name in attributes if name.startswith("on")], tag
    assert "http://" not in html
    assert "https://" not in html
    assert "url(" not in html
    assert "@import" not in html
    assert "default-src 'none'" in html


def test_nobody_can_be_recognized(html: str) -> None:
    assert "secretpatient" not in html
    assert "101.25" not in html
    assert "S-old" not in html


def test_a_file_named_after_a_patient_is_counted_and_not_named(night: Path, tmp_path: Path) -> None:
    with duckdb.connect(str(night / "hemacohort.duckdb")) as con:
        for name in ("secretpatient7.hl7", "wards/doe_jane-1970.csv"):
            con.execute(
                "insert into run.input_file values ('lab_results', $name, 1, 'cc', 10, 9, 0, 0, 0, 1)",
                {"name": name},
            )
    write_report(night, tmp_path)
    html = (tmp_path / "index.html").read_text(encoding="utf-8")
    assert "secretpatient" not in html
    assert "doe_jane" not in html
    assert Page(html).row("2 files of lab_results") == [
        "2 files of lab_results", "20", "18", "0", "0", "0", "2",
    ]  # fmt: skip
    assert Page(html).row("lab_results.csv.gz")[1] == "12,345"


def test_a_home_of_many_files_is_shown_by_table(night: Path, tmp_path: Path) -> None:
    with duckdb.connect(str(night / "hemacohort.duckdb")) as con:
        con.execute(
            "insert into run.input_file select 'lab_results', 'lab_results-2026-01-' || (10 + i % 20) || '.csv', 1, "
            "i, 1, 1, 0, 0, 0, 0 from range(39) as numbers(i)"
        )
    write_report(night, tmp_path)
    page = Page((tmp_path / "index.html").read_text(encoding="utf-8"))
    assert page.row("40 files of lab_results")[1] == "12,384"
    assert page.row("1 file of patients")[1] == "2,000"


def test_a_unit_that_was_not_sent_is_shown_as_such(night: Path, tmp_path: Path) -> None:
    with duckdb.connect(str(night / "hemacohort.duckdb")) as con:
        con.execute("insert into quality.unknown_units values ('plt', '', 2)")
    write_report(night, tmp_path)
    assert ["platelet count", "none sent", "2"] in Page((tmp_path / "index.html").read_text("utf-8")).rows


def test_tests_whose_unit_could_not_be_told_share_one_row(night: Path, tmp_path: Path) -> None:
    with duckdb.connect(str(night / "hemacohort.duckdb")) as con:
        con.execute(
            "insert into quality.missing_units values ('Riverside', 'plt', '2026-01-01', 2, 1, 1, null, 'too_few'), "
            "('Riverside', 'wbc', '2026-01-01', 3, 1, 1, null, 'too_few'), ('Riverside', 'wbc', '2026-02-01', 1, 1, 1, "
            "null, 'too_few'), ('Riverside', 'rbc', '2026-01-01', 4, 1, 1, null, 'ambiguous')"
        )
    write_report(night, tmp_path)
    rows = Page((tmp_path / "index.html").read_text("utf-8")).rows
    too_few = "too few different results or patients to tell"
    assert [row for row in rows if row[0] == "Riverside"] == [
        ["Riverside", "2 tests", "none", too_few, "2", "6"],
        ["Riverside", "red cell count", "none", "more than one unit is possible", "1", "4"],
    ]


def test_hostile_text_stays_text(html: str) -> None:
    page = Page(html)
    assert "<script" not in html.lower()
    assert page.text.count("<script>alert(1)</script>") == 3  # code, unit, site: shown as they came
    assert "=cmd()" in page.text


def test_hostile_rule_text_and_reasons_stay_text(night: Path, tmp_path: Path) -> None:
    hostile = "</svg><script>alert(1)</script><img src=x onerror=alert(1)>\"'"
    with duckdb.connect(str(night / "hemacohort.duckdb")) as con:
        con.execute(
            "update reference.rule set title = $text, summary = $text, side = $text", {"text": hostile}
        )
        con.execute(
            "update screen.finding set missing = [$text] where status = 'indeterminate'", {"text": hostile}
        )
        con.execute("update quality.quarantine set reasons = [$text]", {"text": hostile})
    write_report(night, tmp_path)
    html = (tmp_path / "index.html").read_text(encoding="utf-8")
    page = Page(html)
    assert not {"script", "img"} & {tag for tag, _ in page.tags}
    assert "&lt;script&gt;" in html


def test_a_long_text_is_shortened(night: Path, tmp_path: Path) -> None:
    with duckdb.connect(str(night / "hemacohort.duckdb")) as con:
        con.execute("insert into quality.unknown_units values ('hb', 'see note of ' || repeat('x', 500), 9)")
    write_report(night, tmp_path)
    assert "x" * 60 not in (tmp_path / "index.html").read_text(encoding="utf-8")


def test_an_empty_night_makes_a_page(night: Path, tmp_path: Path) -> None:
    with duckdb.connect(str(night / "hemacohort.duckdb")) as con:
        for table in con.execute("select schema_name || '.' || table_name from duckdb_tables()").fetchall():
            if table[0] not in ("run.run", "reference.rule"):
                con.execute(f"delete from {table[0]}")
    write_report(night, tmp_path)
    text = Page((tmp_path / "index.html").read_text(encoding="utf-8")).text
    assert "Nobody is in a cohort tonight." in text
    assert "No row was kept aside." in text
    assert "nan" not in text.lower()


def test_a_failing_night_leaves_the_old_page(night: Path, tmp_path: Path) -> None:
    write_report(night, tmp_path)
    before = (tmp_path / "index.html").read_bytes()
    with duckdb.connect(str(night / "hemacohort.duckdb")) as con:
        con.execute("drop table run.attrition")
    with pytest.raises(duckdb.Error):
        write_report(night, tmp_path)
    assert (tmp_path / "index.html").read_bytes() == before


def test_the_same_night_gives_the_same_page(night: Path, tmp_path: Path) -> None:
    write_report(night, tmp_path / "a")
    write_report(night, tmp_path / "b")
    assert (tmp_path / "a/index.html").read_bytes() == (tmp_path / "b/index.html").read_bytes()


def test_what_changed_tonight_is_counted_by_cohort(html: str) -> None:
    [heads] = [row for row in Page(html).rows if "Undecided" in row]
    changes = next(
        row for row in Page(html).rows if row[0] == "Iron deficiency anemia" and len(row) == len(heads)
    )
    assert dict(zip(heads[1:], changes[1:], strict=True)) == {
        "New": "2", "Worse": "2", "Better": "1", "Resolved": "1", "Gone": "2", "Withdrawn": "1", "Undecided": "1",
    }  # fmt: skip


def test_a_first_night_and_a_quiet_one_say_so(night: Path, tmp_path: Path) -> None:
    with duckdb.connect(str(night / "hemacohort.duckdb")) as con:
        con.execute("delete from cohort.ledger where run_id = 'run-20260630'")
    write_report(night, tmp_path)
    quiet = Page((tmp_path / "index.html").read_text(encoding="utf-8")).text
    assert "Nobody entered a cohort, left one, or changed in certainty." in quiet
    with duckdb.connect(str(night / "hemacohort.duckdb")) as con:
        con.execute("update cohort.ledger set run_id = 'run-20260630'")
    write_report(night, tmp_path)
    assert "This is the first night of this home" in (tmp_path / "index.html").read_text(encoding="utf-8")


def test_names_break_behind_an_underscore_only(html: str) -> None:
    assert '<code class="name">row_<wbr>conservation</code>' in html
    assert '<code class="name">FERRITIN_<wbr>UNIT_<wbr>SLIP</code>' in html
    assert "code.name { overflow-wrap: normal; }" in html


def test_a_cohort_names_its_rule_as_files_and_commands_do(html: str) -> None:
    assert "Iron deficiency anemia iron_deficiency_anemia" in Page(html.replace("<wbr>", "")).text


def test_times_to_care_are_shown_over_all_patients(html: str) -> None:
    row = ["Anemia to the first ferritin", "1,717", "900", "41", "12%", "34%", "61%", "-"]
    assert Page(html).row("Anemia to the first ferritin") == row
