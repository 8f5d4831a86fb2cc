"""Hypothesis strategies of patients of the test bed.

A patient is nobody in particular or a row of an expert table, with a few cells put in their place: values on, just below and
just above a limit somewhere, and censored ones. Hypothesis shrinks a failing population to few patients with few cells, and
prints them as they could stand in a table.
"""

from __future__ import annotations

import os
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st

from tests.properties.cases import AGES, DIAGNOSES, DRUGS, PROCEDURES, VALUES, Case
from tests.rules.test_every_clause import expert_tables

NIGHTLY = os.environ.get("HYPOTHESIS_PROFILE") == "nightly"
OTHER_DAYS = ("-730", "-121", "-120", "-119", "-30", "-7", "7", "30", "56", "120", "180", "730")
NOBODY: Case = {"age": "50", "sex": "F"}
OBSERVED = ("lab dx rx proc enc", "lab", "lab dx", "lab rx proc", "lab dx proc enc")
CELLS: tuple[tuple[str, str], ...] = (
    *((column, value) for column, values in VALUES.items() for value in values),
    *(("age", age) for age in AGES),
    *(("sex", sex) for sex in ("M", "")),
    *(("dx", code) for code in DIAGNOSES),
    *(("rx", code) for code in DRUGS),
    *(("proc", code) for code in PROCEDURES),
    *(("enc", code) for code in ("hematology@9", "hematology@60")),
    *(("observed", domains) for domains in OBSERVED),
    *(("followup", days) for days in ("0", "29", "30", "89", "90", "179", "180", "400")),
    ("duffy", "Y"),
    ("elevation", "1600"),
    ("pregnant", "2"),
    ("pregnant", "?"),
    *((column, f"{value}@{day}") for column in ("hb", "anc", "plt") for value in VALUES[column][::4]
      for day in OTHER_DAYS),
)  # fmt: skip
BASES: tuple[Case, ...] = (
    NOBODY,
    *(
        {column: cell for column, cell in row.items() if column not in ("case", "verdict")}
        for rows in expert_tables().values()
        for row in rows
    ),
)


def examples(day: int, night: int) -> settings:
    """So many examples in `make test`, so many in `make test-nightly`; each is a whole population."""
    return settings(max_examples=night if NIGHTLY else day)


def patients() -> st.SearchStrategy[Case]:
    """One patient."""
    return st.builds(_put_together, st.sampled_from(BASES), st.lists(st.sampled_from(CELLS), max_size=8))


@st.composite
def populations(draw: Any, most: int = 40) -> list[Case]:
    """One to ``most`` patients with names of their own."""
    count = draw(st.integers(1, most))
    found = draw(st.lists(patients(), min_size=count, max_size=count))
    return [{"case": f"P{number}", **case} for number, case in enumerate(found)]


def _put_together(base: Case, cells: list[tuple[str, str]]) -> Case:
    """The base with the cells in place; a result of another day is added, an empty cell takes its column away."""
    case = dict(base)
    for column, cell in cells:
        if "@" in cell and column in ("hb", "anc", "plt") and column in case:
            case[column] = f"{case[column]}; {cell}"
        else:
            case[column] = cell
    if case.get("sex") != "F":
        case.pop("pregnant", None)
    return {column: cell for column, cell in case.items() if cell}
