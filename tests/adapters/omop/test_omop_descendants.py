"""Conditions whose concept no value set lists, below one that a value set lists."""

from __future__ import annotations

import re
from collections.abc import Callable

import polars as pl

from flows.sql import statement
from schemas.value_sets import CODE_SETS
from tests.adapters.omop.cdm import CDM

Read = Callable[..., pl.DataFrame]
CONCEPTS = """
3001 | Heart failure of a kind of its own | Condition | SNOMED | Disorder | S | 900000000000001 |
3002 | Anemia of two kinds | Condition | SNOMED | Disorder | S | 900000000000002 |
3003 | Chronic kidney disease stage 1 | Condition | SNOMED | Disorder | S | 431855005 |
3004 | Chronic kidney disease | Condition | SNOMED | Disorder | S | 709044004 |
3005 | Iron deficiency | Condition | SNOMED | Disorder | S | 35240004 |
3006 | Acute myeloid leukemia of bone marrow | Condition | ICDO3 | ICDO Condition | S | 9861/3-C42.1 |
3007 | Leukemia | Condition | SNOMED | Disorder | S | 93143009 |
"""
ANCESTORS = """
3004 | 3003
3004 | 3004
316139 | 3001
316139 | 316139
436659 | 3002
3005 | 3002
3005 | 436659
3007 | 3006
"""
CONDITIONS = """
person_id | condition_concept_id | condition_start_date | condition_end_date | condition_source_concept_id
1 | 3001 | 2024-01-01 | | 0
1 | 3002 | 2024-01-02 | | 0
1 | 3003 | 2024-01-03 | | 0
1 | 3002 | 2024-01-04 | | 35206753
1 | 3006 | 2024-01-05 | | 0
1 | 316139 | 2024-01-06 | | 316139
"""


def _codes(read: Read, **without: None) -> dict[int, list[str]]:
    changed = {
        "CONCEPT": CDM["CONCEPT"] + CONCEPTS.lstrip(),
        "CONCEPT_ANCESTOR": CDM["CONCEPT_ANCESTOR"] + ANCESTORS.lstrip(),
        "condition_occurrence": CONDITIONS,
        **without,
    }
    rows = read("clinical_events_diagnoses", **changed)
    return {line: sorted(rows.filter(source_line=line)["code"]) for line in sorted(set(rows["source_line"]))}


def test_what_is_below_a_listed_concept_counts_where_that_is_sure(read: Read) -> None:
    assert _codes(read) == {
        2: ["84114007", "900000000000001"],
        3: ["35240004", "87522002", "900000000000002"],
        4: ["431855005"],  # the set of chronic kidney disease begins at stage 3
        5: ["D50.9"],  # the hospital's own code says it better
        6: ["93143009"],  # as a cancer registry codes it
        7: ["84114007"],
    }


def test_without_ancestors_concepts_are_exact(read: Read) -> None:
    assert _codes(read, CONCEPT_ANCESTOR=None) == {
        2: ["900000000000001"],
        3: ["900000000000002"],
        4: ["431855005"],
        5: ["D50.9"],
        7: ["84114007"],
    }


def test_records_with_several_codes_are_counted_once(read: Read) -> None:
    rows = read(
        "clinical_events_procedures", CONCEPT_ANCESTOR=CDM["CONCEPT_ANCESTOR"] + "4249893 | 4249893\n"
    )
    assert rows["source_line"].to_list() == [2, 3, 5]


def test_sets_that_list_such_a_concept_list_all_of_its_categories() -> None:
    """Whoever narrows a set so that it leaves out a part of the category must take the concept out of the list."""
    whole = re.findall(r"\('(\d+)', '([^']+)'\)", statement("omop/whole_concepts"))
    assert len(whole) == 15
    for concept, categories in whole:
        sets = [
            codes
            for codes in (item.codes for item in CODE_SETS.values())
            if any(code.system == "SNOMED" and code.code == concept for code in codes)
        ]
        assert sets, concept
        for codes in sets:
            listed = {code.code for code in codes if code.system == "ICD10CM" and code.match == "prefix"}
            assert all(
                any(category.startswith(code) for code in listed) for category in categories.split()
            ), concept
