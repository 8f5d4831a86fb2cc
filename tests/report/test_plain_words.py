"""The words beside identifiers: every reason a rule can give has some, and numbers are printed honestly."""

from __future__ import annotations

import pytest

from flows.plain_words import OWN_REFERENCE, SIDES, flag_words, limit_words, reason_words, share, thousands
from flows.rule_book import shown
from schemas.extract import RAGGED_LINE
from schemas.extract_checks import ROW_CHECKS
from schemas.flags import FLAGS, ROW_REASONS
from transforms.extract_tables import BORN_AFTER_EXTRACT
from transforms.rules import RULES


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("ferritin", "ferritin"),
        ("crp(censored)", "C-reactive protein (reported only as above or below a limit)"),
        ("domain:rx", "records of medications"),
        ("mcv(transfused)", "mean cell volume (not reliable after a transfusion)"),
        ("retic(unit)", "reticulocytes (its unit was not one we accept)"),
        ("something_new", "something new"),
    ],
)
def test_reasons_in_words(reason: str, words: str) -> None:
    assert reason_words(reason) == words


@pytest.mark.parametrize(
    ("limit", "words"),
    [
        ("heart failure, ever to +30 d", "heart failure, ever, up to 30 days after"),
        ("anemia, ever to +0 d", "anemia, ever, up to the day of the blood count"),
        (
            "lupus, -365..+14 d; iron, -90..+0 d",
            "lupus, from 365 days before to 14 days after; iron, from 90 days before to the day of the blood count",
        ),
        ("first start in -7..90 d", "first start from 7 days before to 90 days after"),
        ("another blood count 7..180 d away", "another blood count 7 to 180 days away"),
        ("+14..+56 d of the start", "from 14 to 56 days after the start"),
        ("no iron -365..-8 d of the ferritin", "no iron from 365 to 8 days before the ferritin"),
        ("in -180..+7 d of the start", "from 180 days before to 7 days after the start"),
        ("-180..-1 d of the first dose", "from 180 to 1 day before the first dose"),
        ("<75 (2-<6 y), below 1.5*10^9/L", "<75 (2-<6 y), below 1.5*10^9/L"),
    ],
)
def test_days_of_a_limit_in_words(limit: str, words: str) -> None:
    assert limit_words(limit) == words


def test_no_days_of_a_rule_are_left_as_signs() -> None:
    limits = {criterion.threshold for rule in RULES for criterion in rule.criteria.values()}
    assert any(".." in limit for limit in limits)
    assert [
        limit for limit in limits if ".." in limit_words(limit) or " d " in f"{limit_words(limit)} "
    ] == []


def test_no_reason_of_a_rule_is_left_as_an_identifier() -> None:
    reasons = {reason for rule in RULES for reason in rule.reasons}
    assert reasons
    assert [reason for reason in reasons if "_" in reason_words(reason)] == []


def test_every_flag_has_words() -> None:
    assert [flag.name for flag in FLAGS if not flag_words(flag.name)] == []
    assert flag_words("DOMAIN_UNOBSERVED:procedure") == "records of procedures were not available"
    assert flag_words("NEVER_HEARD_OF") == ""


def test_every_reason_of_the_quarantine_has_words() -> None:
    checked = {check.reason for checks in ROW_CHECKS.values() for check in checks}
    others = {RAGGED_LINE, BORN_AFTER_EXTRACT}
    assert [reason for reason in sorted(checked | others | set(ROW_REASONS)) if not flag_words(reason)] == []


def test_every_side_has_words() -> None:
    assert {rule.side for rule in RULES} <= set(SIDES)


@pytest.mark.parametrize(
    ("part", "whole", "text"),
    [(0, 10, "0.0%"), (1, 100_000, "<0.1%"), (99_999, 100_000, ">99.9%"), (10, 10, "100.0%"), (3, 0, "-")],
)
def test_shares_never_round_somebody_away(part: int, whole: int, text: str) -> None:
    assert share(part, whole) == text


def test_thousands() -> None:
    assert (thousands(1234567), thousands(0), thousands(None)) == ("1,234,567", "0", "-")


def test_reader_of_a_limit_learns_what_the_rule_reference_is() -> None:
    assert OWN_REFERENCE in " ".join(shown("bicytopenia").split())
