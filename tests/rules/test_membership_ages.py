"""The day on which age alone changes who is in a cohort (transforms.membership.ages_out)."""

from __future__ import annotations

from datetime import datetime, timedelta

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.testbed import EPOCH
from transforms.membership import LOOK_BACK, ages_out, membership
from transforms.rule import INDETERMINATE, NOT_APPLICABLE, NOT_MET
from transforms.rules import RULES

TWO = RULES[:2]
NIGHT = 20_000  # days since 1970-01-01
NOBODY = pl.Series([], dtype=pl.String)
CODES = (NOT_APPLICABLE, INDETERMINATE, NOT_MET, NOT_MET + 1)


def drawn(draws: list[tuple[str, int, int, int]]) -> pl.DataFrame:
    """Verdicts: patient, days before the night, and the codes of the two rules."""
    columns = [rule.status_column for rule in TWO]
    rows = [
        (
            patient,
            datetime.combine(EPOCH, datetime.min.time()) + timedelta(days=NIGHT - before, hours=8),
            *codes,
        )
        for patient, before, *codes in draws
    ]
    schema = {
        "patient_id": pl.String,
        "index_collected_at": pl.Datetime("us"),
        **dict.fromkeys(columns, pl.Int8),
    }
    return pl.DataFrame(rows, schema=schema, orient="row")


@pytest.mark.parametrize(
    ("draws", "due"),
    [
        ([("p", 300, NOT_MET + 1, NOT_APPLICABLE)], 66),
        ([("p", 300, NOT_MET + 1, NOT_APPLICABLE), ("p", 100, NOT_MET + 1, NOT_APPLICABLE)], 266),
        ([("p", 300, NOT_MET, NOT_APPLICABLE), ("p", 100, NOT_MET, NOT_APPLICABLE)], None),
        ([("p", 300, NOT_MET, NOT_APPLICABLE), ("p", 100, INDETERMINATE, NOT_APPLICABLE)], 66),
        ([("p", 300, INDETERMINATE, NOT_APPLICABLE), ("p", 100, NOT_MET, NOT_APPLICABLE)], None),
        ([("p", 300, INDETERMINATE, NOT_APPLICABLE), ("p", 100, INDETERMINATE, NOT_APPLICABLE)], 266),
        ([("p", 300, NOT_MET + 1, INDETERMINATE), ("p", 100, NOT_MET + 1, NOT_APPLICABLE)], 66),
        ([("p", 366, NOT_MET + 1, INDETERMINATE)], None),
    ],
)
def test_only_a_count_that_decides_is_waited_for(
    draws: list[tuple[str, int, int, int]], due: int | None
) -> None:
    expected = [] if due is None else [("p", NIGHT + due)]
    assert ages_out(drawn(draws), TWO, NIGHT).rows() == expected


@pytest.mark.parametrize(
    ("before", "entered"),
    [((400, 35), 400), ((401, 35), 35), ((400, 200, 100), 400), ((400, -200, 100), 100)],
)
def test_entry_is_the_first_count_of_a_run_without_a_year_between_or_a_no(
    before: tuple[int, ...], entered: int
) -> None:
    draws = [("p", abs(day), NOT_MET if day < 0 else NOT_MET + 1, NOT_APPLICABLE) for day in before]
    [row] = membership(drawn(draws), TWO, NOBODY, NIGHT).to_dicts()
    assert row["entered_on"] == EPOCH + timedelta(days=NIGHT - entered)


@given(
    st.lists(
        st.tuples(
            st.sampled_from("pq"),
            st.integers(0, LOOK_BACK + 2),
            st.sampled_from(CODES),
            st.sampled_from(CODES),
        ),
        max_size=6,
        unique_by=lambda draw: draw[:2],
    )
)
def test_membership_stays_until_that_day_and_changes_on_it(draws: list[tuple[str, int, int, int]]) -> None:
    verdicts = drawn(draws)
    due = dict(ages_out(verdicts, TWO, NIGHT).iter_rows())
    for patient in "pq":
        own = verdicts.filter(pl.col("patient_id") == patient)
        now = membership(own, TWO, NOBODY, NIGHT)
        old = [NIGHT - before + LOOK_BACK + 1 for whose, before, *_ in draws if whose == patient]
        days = sorted({near for day in old for near in (day - 1, day, day + 1) if near > NIGHT})
        changes = [day for day in days if not membership(own, TWO, NOBODY, day).equals(now)]
        assert due.get(patient) == (changes[0] if changes else None)
