"""Age, observed domains and follow-up at a blood count (RULES.md 0.4 and 0.5)."""

from datetime import date, datetime, time

import polars as pl
import pytest

from schemas.evidence import CONTEXT
from schemas.history_atoms import HISTORY_ATOMS
from tests.evidence.one_draw import row
from transforms.context import age_columns, domain_columns


@pytest.mark.parametrize(
    ("born", "drawn", "half"),
    [
        (date(2024, 1, 15), date(2024, 7, 15), True),  # 182 days
        (date(2024, 1, 15), date(2024, 7, 14), False),
        (date(2023, 2, 28), date(2023, 8, 28), True),  # 181 days
        (date(2023, 3, 1), date(2023, 8, 31), False),  # 183 days
        (date(2023, 8, 31), date(2024, 2, 29), False),
        (date(2023, 8, 31), date(2024, 3, 1), True),
    ],
)
def test_half_a_year_is_six_completed_months(born: date, drawn: date, half: bool) -> None:
    draws = pl.DataFrame({"index_collected_at": [datetime.combine(drawn, time(8))], "birth_date": [born]})
    assert (age_columns(draws)["age_years"].item() >= 0.5) is half


def test_whole_years_are_exact_on_the_birthday() -> None:
    draws = pl.DataFrame({"birth_date": [date(1974, 2, 28)] * 2}).with_columns(
        index_collected_at=pl.Series([datetime(2024, 2, 27, 23), datetime(2024, 2, 28)])
    )
    before, on = age_columns(draws)["age_years"]
    assert 49.9 < before < 50.0
    assert on == 50.0


def test_coverage_observes_a_domain() -> None:
    seen = row(observed="lab dx", followup="40")
    assert (seen["observed_dx"], seen["observed_rx"], seen["follow_up_lab_days"]) == (True, False, 40)
    assert seen["heart_failure"] is False
    assert seen["esa"] is None
    assert row(observed="lab", dx="I50.9@-100")["heart_failure"] is True
    assert row(followup="10000")["follow_up_lab_days"] == 730  # the night of 2026-06-15 comes first


@pytest.mark.parametrize(
    ("spans", "observed", "followed"),
    [
        ([(-100, 20), (21, 60)], True, 60),  # a contract ends and the next one begins
        ([(-100, 20), (22, 60)], True, 20),  # a day between them
        ([(-100, 20), (10, 60), (61, 61)], True, 61),
        ([(-100, -1), (0, 60)], True, 60),
        ([(-100, -2), (-1, 5), (6, 6), (8, 60)], True, 6),
        ([(-100, 50), (-90, -80), (51, 60)], True, 60),  # one inside another
        ([(-100, -1), (1, 60)], False, None),
        ([(1, 60)], False, None),
        ([], False, None),
    ],
)
def test_coverage_that_adjoins_is_one(
    spans: list[tuple[int, int]], observed: bool, followed: int | None
) -> None:
    """RULES.md 0.4: follow-up counts to the end of the coverage, which a source may cut by year or by contract."""
    others = [(1, -5000, 5000), (3, -5000, 5000)]  # of patients before and behind
    spans_of_patients = [*((2, first + 1000, last + 1000) for first, last in spans), *others]
    coverage = pl.DataFrame(
        spans_of_patients, schema=["patient", "first", "last"], orient="row"
    ).with_columns(domain=pl.lit("lab"))
    draws = pl.DataFrame({"patient": [2], "day": [1000]})
    found = domain_columns(draws, coverage, 9000).row(0, named=True)
    assert (found["observed_lab"], found["follow_up_lab_days"]) == (observed, followed)


def test_coverage_that_never_ends_is_its_own_patients_whoever_comes_behind() -> None:
    """9999-12-31 lies further off than any other date; follow-up ends with the night (docs/operations.md)."""
    never = (date(9999, 12, 31) - date(1970, 1, 1)).days
    ends = {1: never, 2: 1020, 3: never, 4: 1060, 5: never}
    coverage = pl.DataFrame(
        [(patient, "lab", 900, end) for patient, end in ends.items()],
        schema=["patient", "domain", "first", "last"],
        orient="row",
    )
    draws = pl.DataFrame({"patient": list(ends), "day": [1000] * len(ends)})
    followed = domain_columns(draws, coverage, 1400)["follow_up_lab_days"].to_list()
    assert followed == [400, 20, 400, 60, 400]


def test_every_column_that_is_described_is_there() -> None:
    assert not {*CONTEXT, *HISTORY_ATOMS} - set(row(hb="100"))
