"""The pages of docs/rules are what the rules say today, and the terminal shows the same."""

from itertools import pairwise
from pathlib import Path

import pytest

from flows.rule_book import shown
from flows.rule_facts import codes
from flows.rule_pages import pages, write
from transforms.rules import RULES

ROOT = Path(__file__).parents[2]
TABLES = Path(__file__).parent


@pytest.fixture(scope="module")
def made() -> dict[str, str]:
    """Every page by file name."""
    return pages(TABLES)


def test_pages_are_fresh(tmp_path: Path) -> None:
    write(tmp_path, TABLES)
    fresh = {path.name: path.read_text(encoding="utf-8") for path in tmp_path.iterdir()}
    kept = {path.name: path.read_text(encoding="utf-8") for path in (ROOT / "docs/rules").iterdir()}
    stale = sorted(name for name in fresh.keys() | kept.keys() if fresh.get(name) != kept.get(name))
    assert not stale, (
        f"docs/rules is stale ({', '.join(stale)}): run `make rule-pages`, read the difference and commit it"
    )


def test_the_page_of_a_rule_that_is_gone_is_removed(tmp_path: Path) -> None:
    (tmp_path / "gone.md").touch()
    assert write(tmp_path, TABLES) == len(RULES) + 1
    assert not (tmp_path / "gone.md").exists()


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.rule_id)
def test_a_page_says_that_nobody_reviewed_the_rule_and_where_to_sign(rule, made) -> None:
    page = made[f"{rule.rule_id}.md"]
    assert "No hematologist has reviewed this rule yet." in page
    assert f"transforms/rules/{rule.rule_id}.py" in page
    assert (ROOT / f"transforms/rules/{rule.rule_id}.py").exists()
    assert all(f"`{name}`" in page for name in rule.criteria)


def test_the_rows_of_tables_are_as_wide_as_their_headings(made) -> None:
    for page in made.values():
        bars = [
            line.replace(r"\|", "").count("|") if line.startswith("|") else 0 for line in page.splitlines()
        ]
        assert any(a and b for a, b in pairwise(bars))
        assert all(a == b for a, b in pairwise(bars) if a and b)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.rule_id)
def test_the_terminal_shows_a_rule_within_100_columns(rule) -> None:
    lines = shown(rule.rule_id).splitlines()
    assert max(map(len, lines)) <= 100
    assert "No hematologist has reviewed this rule yet." in lines
    assert "Versions" in lines


def test_a_long_list_of_codes_is_named_with_its_file_instead_of_being_printed() -> None:
    rule = next(rule for rule in RULES if rule.rule_id == "suspected_marrow_infiltration")
    by_system = {
        system: listed for title, system, _, listed in codes(rule) if title.startswith("malignant neo")
    }
    assert by_system["SNOMED"].endswith(" codes, in `schemas/value_sets/cancer.csv`")
    assert by_system["ICD10CM"].startswith("C00, C01")


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.rule_id)
def test_a_condition_on_a_finding_that_is_there_or_not_has_no_numbers(rule, made) -> None:
    conditions = made[f"{rule.rule_id}.md"].partition("## Thresholds")[0]
    on_the_terminal = shown(rule.rule_id).partition("How to read it")[0]
    assert "1 yes, 0 no" not in conditions
    assert "1 yes, 0 no" not in on_the_terminal


@pytest.mark.parametrize(
    ("rule_id", "condition"),
    [
        (
            "marrow_confirmed_iron_deficiency",
            "fewer than 7 particles: repeat the marrow (this cannot be known)",
        ),
        ("thalassemia_trait_lookalike", "a cell volume that is not reliable (this cannot be known)"),
    ],
)
def test_a_condition_that_only_leaves_a_tier_open_says_so(rule_id: str, condition: str, made) -> None:
    assert condition in made[f"{rule_id}.md"].partition("## Thresholds")[0]
    assert "**this cannot be known**" in made["README.md"]


def test_the_index_says_how_a_value_comes_about_by_the_numbers_of_the_code(made) -> None:
    section = made["README.md"].partition("## How a value comes about")[2].partition("\n## ")[0]
    assert "an MCHC above 370 g/L" in section
    assert "1 from a hematocrit of 36 %, 1.5 from 26 %, 2 from 16 %, 2.5 below" in section
    assert "25.1 umol per g of transferrin" in section
    assert "beckman, rd, siemens only" in section
