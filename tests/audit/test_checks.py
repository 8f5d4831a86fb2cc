"""Each check passes on a good night and fails on a doctored one; a young home is not yet compared."""

from __future__ import annotations

import duckdb
import polars as pl
import pytest

from flows.audit import offending
from flows.exports import why_everybody
from flows.manifest import Manifest
from schemas.audits import AUDITS
from tests.audit.measured import BY_NAME, FIRST, TONIGHT, Row, found

COMPARING = [audit.name for audit in AUDITS if audit.compares]


DOCTORED = {
    "cohort_jump": {"members": 160},
    "freshness_by_site": {"delay": 5},
    "volume_by_site_and_analyte": {"A_hb": 900},
    "analyte_vanished": {"A_ferritin": 0},
    "unmapped_share": {"ignored": 300},
    "quarantine_share": {"quarantined": 100},
}


def doctored(check: str, *, earlier: int = TONIGHT, otherwise: dict[int, Row] | None = None) -> list[Row]:
    """What a check finds on a night on which it should fail; what is late is late for the second night."""
    past = dict(otherwise or {})
    if check == "freshness_by_site":
        past[earlier - 1] = DOCTORED[check]
    return found(check, DOCTORED[check], earlier=earlier, otherwise=past)


@pytest.mark.parametrize("check", COMPARING)
def test_check_passes_on_a_good_night_and_fails_on_a_doctored_one(check: str) -> None:
    assert found(check, {}) == []
    assert len(doctored(check)) == (2 if check == "freshness_by_site" else 1)  # both sites are late


@pytest.mark.parametrize("check", COMPARING)
def test_check_needs_eight_earlier_nights(check: str) -> None:
    assert doctored(check, earlier=7) == []
    assert doctored(check, earlier=8)


@pytest.mark.parametrize("check", COMPARING)
def test_a_load_of_years_long_ago_is_no_measure_of_a_night(check: str) -> None:
    first = {
        "occasion": "backfill",
        "hb": 1_000_000,
        "ferritin": 100_000,
        "rows": 5_000_000,
        "ignored": 4_000_000,
    }
    assert found(check, {}, otherwise={0: first}) == []
    assert doctored(check, otherwise={0: first})


def test_a_cohort_that_grows_by_as_many_every_night_does_not_jump() -> None:
    growing = {number: {"members": 100 + 20 * number} for number in range(TONIGHT)}
    assert found("cohort_jump", {"members": 100 + 20 * TONIGHT}, otherwise=growing) == []
    (row,) = found("cohort_jump", {"members": 150}, otherwise=growing)
    assert (row["rule_id"], row["last_night"], row["tonight"]) == ("pancytopenia", 320, 150)


@pytest.mark.parametrize("reason", ["rule_changed", "setting_changed", "coverage_changed", "backfill"])
def test_a_jump_with_a_reason_is_none(reason: str) -> None:
    assert found("cohort_jump", {"members": 160, "occasion": reason}) == []


@pytest.mark.parametrize(
    ("basis", "reason"),
    [
        (None, None),
        ("unit_inference", "setting_changed"),
        ("timezone", "setting_changed"),
        ("code_map", "setting_changed"),
        ("first_contact", "coverage_changed"),
        ("kinds", "coverage_changed"),
        ("strata", None),
    ],
)
def test_why_everybody_is_judged_again(basis: str | None, reason: str | None) -> None:
    lab = dict.fromkeys(
        ("unit_inference", "timezone", "code_map", "first_contact", "kinds", "strata"), "as it was"
    )
    before = Manifest(
        number=1,
        as_of=FIRST,
        slices=1,
        loads=(),
        pieces=(),
        merges={},
        newest_collected_at=None,
        lab_basis=lab,
        screen_basis={},
    )
    now = before if basis is None else before.model_copy(update={"lab_basis": {**lab, basis: "another"}})
    assert why_everybody(before, now) == reason


def test_limits_are_those_of_an_individuals_chart() -> None:
    """Changes 10, 12, 10, 12 … have center 11 and moving range 2: limits 11 ± 5.3 (2.66 times 2)."""
    members = [1000]
    for number in range(1, TONIGHT):
        members.append(members[-1] + (10 if number % 2 else 12))
    past = {number: {"members": amount} for number, amount in enumerate(members)}
    (row,) = found("cohort_jump", {"members": 2000}, otherwise=past)
    # eleven changes, six of them 10 and five 12
    assert row["least_change"] == pytest.approx(120 / 11 - 5.32, abs=0.06)
    assert row["most_change"] == pytest.approx(120 / 11 + 5.32, abs=0.06)


@pytest.mark.parametrize("check", ["volume_by_site_and_analyte", "analyte_vanished", "unmapped_share"])
def test_a_night_without_new_rows_neither_fails_nor_counts(check: str) -> None:
    empty = {"rows": 0, "ignored": 0, "quarantined": 0, "delay": 1}
    assert found(check, empty) == []
    assert found(check, {}, otherwise={TONIGHT - 1: empty, TONIGHT - 3: empty}) == []


def test_an_analyte_may_be_absent_as_long_as_before() -> None:
    once = {4: {"A_ferritin": 0}}
    assert found("analyte_vanished", {"A_ferritin": 0}, otherwise=once) == []
    again = {**once, TONIGHT - 1: {"A_ferritin": 0}}
    (row,) = found("analyte_vanished", {"A_ferritin": 0}, otherwise=again)
    assert (row["site"], row["analyte"], row["nights_absent"], row["longest_before"]) == (
        "A",
        "ferritin",
        2,
        1,
    )


def test_a_site_that_is_silent_is_a_matter_of_freshness() -> None:
    silent = {"B_hb": 0}
    for check in ("volume_by_site_and_analyte", "analyte_vanished"):
        assert found(check, silent) == []
    past: dict[int, Row] = {TONIGHT - 1: silent}
    (row,) = found("freshness_by_site", silent, otherwise=past)
    assert row["site"] == "B"
    assert row["days_old"] > row["days_allowed"]


def test_a_changed_rule_under_its_version_and_one_without_record_are_reported() -> None:
    check = "rule_fingerprints_known"
    assert found(check, {}, earlier=0) == []
    assert found(check, {"known": None}) == []
    (row,) = found(check, {"fingerprint": "2.1.0/bbbb"})
    assert (row["recorded"], row["changed_under_its_version"]) == (True, True)
    assert found(check, {"fingerprint": "2.2.0/bbbb"}) == []  # another Polars writes expressions otherwise
    (row,) = found(check, {"known": False}, earlier=0)
    assert (row["recorded"], row["changed_under_its_version"]) == (False, False)


def test_nights_are_held_to_the_change_of_a_rule_that_was_accepted_last() -> None:
    changed: Row = {"fingerprint": "2.1.0/bbbb"}
    accepted = {TONIGHT - 1: changed}
    assert found("rule_fingerprints_known", changed, otherwise=accepted) == []
    (row,) = found("rule_fingerprints_known", {}, otherwise=accepted)
    assert row["changed_under_its_version"]


def test_rows_that_do_not_add_up_are_reported_by_load_and_table() -> None:
    """A lost row, a row that was counted twice, and a count that is not there; the two right files are not told."""
    files = pl.DataFrame(
        {
            "table_name": ["lab_results", "lab_results", "lab_results", "patients", "coverage"],
            "load": [1, 2, 3, 3, 3],
            "rows": [10, 10, 10, 5, 5],
            "accepted": [4, 4, 4, 5, 5],
            "duplicate": [1, 1, 1, 0, 0],
            "superseded": [1, 1, 1, 0, None],
            "ignored": [2, 2, 2, 0, 0],
            "quarantined": [2, 1, 3, 0, 0],
        }
    )
    with duckdb.connect() as connection:
        connection.register("files", files.to_arrow())
        connection.execute("CREATE SCHEMA run")
        connection.execute("CREATE TABLE run.input_file AS FROM files")
        found = offending(connection, BY_NAME["row_conservation"], 3)
    assert [tuple(row.values()) for row in found] == [
        (2, "lab_results", 1, 10, 9),
        (3, "coverage", 1, 5, None),
        (3, "lab_results", 1, 10, 11),
    ]
