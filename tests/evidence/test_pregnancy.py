"""Whether a patient is pregnant at a blood count, and in which trimester (RULES.md 0.5 and 5.1), on cases of one draw."""

import pytest

from tests.evidence.one_draw import row


def test_pregnancy_and_its_end() -> None:
    assert (row(pregnant="1")["pregnant"], row(pregnant="1")["trimester"]) == (True, 1)
    assert row(pregnant="3")["trimester"] == 3
    assert (row(pregnant="?")["pregnant"], row(pregnant="?")["trimester"]) == (True, None)
    assert row(dx="Z34.81@-60")["pregnant"] is True
    assert row(dx="Z34.81@-61")["pregnant"] is False
    assert row(dx="Z34.81@30")["pregnant"] is True
    assert row(dx="Z3A.20@-60")["trimester"] == 3
    assert row(dx="Z3A.20@-60; O80@-1")["pregnant"] is False
    assert row(dx="Z3A.39@0; O80@0")["pregnant"] is True
    assert row(sex="M", dx="Z34.81@0")["pregnant"] is False


@pytest.mark.parametrize(
    ("dx", "pregnant"),
    [
        ("Z34.81@-200:0", True),
        ("Z34.81@-200:-1", False),
        ("Z34.81@-294:10", True),
        ("Z34.81@-295:10", False),  # no pregnancy lasts longer than 42 weeks
        ("Z34.81@-200:10; O80@-20", False),
        ("Z34.81@-40:-30", True),  # as a code without an end
        ("Z34.81@-200", False),
    ],
)
def test_a_pregnancy_recorded_as_an_episode_lasts_to_its_end(dx: str, pregnant: bool) -> None:
    """RULES.md 0.5: a code or an episode that covers the draw."""
    assert row(dx=dx)["pregnant"] is pregnant


def test_trimesters_change_on_their_day() -> None:
    def trimester(days: int) -> object:
        return row(dx=f"Z3A.10@{70 - days}")["trimester"]

    assert [trimester(97), trimester(98), trimester(195), trimester(196)] == [1, 2, 2, 3]


def test_a_gestational_week_dates_the_whole_pregnancy_and_no_more() -> None:
    assert row(dx="Z3A.40@-14")["pregnant"]
    assert not row(dx="Z3A.40@-15")["pregnant"]
    assert row(dx="Z3A.00@-60")["pregnant"]
    assert not row(dx="Z3A.00@-61")["pregnant"]


def test_a_pregnancy_beyond_42_weeks_is_one_on_the_day_it_is_recorded() -> None:
    """RULES.md 0.5: a code that covers the draw, though the 42 weeks of 5.1 are over."""
    found = row(dx="Z3A.49@0")
    assert (found["pregnant"], found["trimester"]) == (True, 3)
    assert not row(dx="Z3A.49@-1")["pregnant"]
    assert not row(dx="Z3A.49@0; O80@-1")["pregnant"]


def test_a_week_code_tells_its_week_however_it_is_written() -> None:
    assert row(dx="Z3A20@0")["trimester"] == row(dx="Z3A 20@0")["trimester"] == 2


def test_the_week_code_nearest_to_the_draw_tells_the_trimester() -> None:
    """Codes of visits tell completed weeks, so those of one pregnancy date it up to six days apart."""
    assert row(dx="Z3A.20@-50; Z3A.28@0")["trimester"] == 3
    assert row(dx="Z3A.20@-50; Z3A.28@1")["trimester"] == 2  # 27 weeks and 6 days
    assert row(dx="Z3A.08@-37; Z3A.14@0")["trimester"] == 2
    assert row(dx="Z3A.20@-7; Z3A.30@7")["trimester"] == 2  # of two equally near the earlier (RULES.md 0.5)
    assert row(dx="Z3A.39@-60; O80@-60; Z3A.12@64")["trimester"] == 1  # the pregnancy before is over
