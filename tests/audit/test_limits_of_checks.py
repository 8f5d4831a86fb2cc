"""A number on the limit of a check passes and the next one fails: whoever moves a limit by one finds it here."""

from __future__ import annotations

from typing import Any

import pytest

from tests.audit.measured import TONIGHT, Row, found


def steady(check: str, usual: Row, tonight: Row) -> list[Row]:
    """What a check finds tonight where all nights before were alike, so that nothing but its own limits allow a change."""
    return found(check, {**usual, **tonight}, otherwise=dict.fromkeys(range(TONIGHT), usual))


@pytest.mark.parametrize(
    ("check", "usual", "on", "past"),
    [
        # more than 5 patients and a tenth of the last night
        ("cohort_jump", {"members": 20}, {"members": 25}, {"members": 26}),
        ("cohort_jump", {"members": 20}, {"members": 15}, {"members": 14}),
        ("cohort_jump", {"members": 100}, {"members": 110}, {"members": 111}),
        ("cohort_jump", {"members": 100}, {"members": 90}, {"members": 89}),
        # 10 results and one half
        ("volume_by_site_and_analyte", {"A_hb": 12}, {"A_hb": 22}, {"A_hb": 23}),
        ("volume_by_site_and_analyte", {"A_hb": 12}, {"A_hb": 2}, {"A_hb": 1}),
        ("volume_by_site_and_analyte", {"A_hb": 100}, {"A_hb": 150}, {"A_hb": 151}),
        ("volume_by_site_and_analyte", {"A_hb": 100}, {"A_hb": 50}, {"A_hb": 49}),
        ("volume_by_site_and_analyte", {"A_hb": 10}, {"A_hb": 1}, None),
        # nothing came is fewest of all
        ("volume_by_site_and_analyte", {"A_hb": 11}, {"A_hb": 1}, {"A_hb": 0}),
        # 5 a night or more; the other way round: fewer are not missed
        ("analyte_vanished", {"A_ferritin": 4}, {"A_ferritin": 0}, None),
        ("analyte_vanished", {"A_ferritin": 5}, {"A_ferritin": 1}, {"A_ferritin": 0}),
        # a day later than ever
        ("freshness_by_site", {"delay": 1}, {"delay": 2}, None),
        # one percentage point and a fifth, of 1,000 rows
        ("unmapped_share", {"ignored": 20}, {"ignored": 30}, {"ignored": 31}),
        ("unmapped_share", {"ignored": 200}, {"ignored": 240}, {"ignored": 241}),
        ("quarantine_share", {"quarantined": 0}, {"quarantined": 10}, {"quarantined": 11}),
        ("quarantine_share", {"quarantined": 100}, {"quarantined": 120}, {"quarantined": 121}),
        ("quarantine_share", {"quarantined": 100}, {"quarantined": 0}, None),  # fewer are welcome
    ],
)
def test_a_change_up_to_the_limit_is_none(check: str, usual: Row, on: Row, past: Row | None) -> None:
    assert steady(check, usual, on) == []
    if past is not None:
        assert len(steady(check, usual, past)) == 1


def late(*days: int) -> list[Row]:
    """What the check finds where the newest result of every site was some days old on the last nights."""
    nights: dict[int, Row] = {number: {"delay": 0} for number in range(TONIGHT + 1 - len(days))}
    last = {TONIGHT + 1 - len(days) + number: {"delay": delay} for number, delay in enumerate(days)}
    return found("freshness_by_site", last.pop(TONIGHT), otherwise={**nights, **last})


def test_results_may_be_a_day_older_than_ever() -> None:
    assert late(1) == []
    assert {row["site"] for row in late(1, 2)} == {"A", "B"}


def absent(*nights: int) -> dict[int, Row]:
    return {number: {"A_ferritin": 0} for number in nights}


def test_a_test_that_comes_on_fewer_than_half_of_the_nights_is_not_missed() -> None:
    """Sent on 6 of 12 nights in a row, it is missed as soon as its longest absence is passed."""
    tonight: Any = {"A_ferritin": 0}
    half = absent(1, 3, 5, 7, 9, 11)
    (row,) = found("analyte_vanished", tonight, otherwise=half)
    assert (row["nights_absent"], row["longest_before"], row["nights"]) == (2, 1, 12)
    assert found("analyte_vanished", tonight, otherwise={**half, **absent(8)}) == []


def test_a_test_that_one_site_stops_is_missed_although_others_send_it() -> None:
    (row,) = found("analyte_vanished", {"A_hb": 0})
    assert (row["site"], row["analyte"]) == ("A", "hb")
    (row,) = found("volume_by_site_and_analyte", {"A_hb": 0})
    assert (row["site"], row["analyte"], row["tonight"]) == ("A", "hb", 0)


def test_a_jump_of_its_own_reason_widens_no_limits() -> None:
    """A night on which a rule changed says nothing about how a cohort moves by itself."""
    jumped = {number: {"members": 100 if number < 6 else 400} for number in range(TONIGHT)}
    reasoned = {**jumped, 6: {"members": 400, "occasion": "rule_changed"}}
    assert found("cohort_jump", {"members": 441}, otherwise=jumped) == []
    (row,) = found("cohort_jump", {"members": 441}, otherwise=reasoned)
    assert (row["last_night"], row["tonight"], row["least_change"], row["most_change"]) == (400, 441, 0, 0)


def test_a_site_that_has_long_sent_nothing_is_not_waited_for() -> None:
    """It is told as late while one of the last 24 nights had something of it."""
    gone = {number: {"B_hb": 0} for number in range(1, 60)}
    assert [row["site"] for row in found("freshness_by_site", {"B_hb": 0}, earlier=23, otherwise=gone)] == [
        "B"
    ]
    assert found("freshness_by_site", {"B_hb": 0}, earlier=40, otherwise=gone) == []
