"""Who belongs to a cohort as of a night: the newest draw of the last year that can be decided decides."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

from transforms.context import day
from transforms.rule import INDETERMINATE, NOT_MET, TIER_NAMES, Rule
from transforms.windows import Keys, numbers

LOOK_BACK = 365  # days; older draws have aged out


def membership(
    verdicts: pl.DataFrame, rules: Sequence[Rule], dead: pl.Series, as_of_day: int
) -> pl.DataFrame:
    """Members and undecided patients of every rule.

    verdicts: patient_id, index_collected_at and the status column of every rule, one row a draw. dead: ids of
    patients who died by the night; they have left. as_of_day: the night in days since 1970-01-01.
    Of the draws in the 365 days up to the night the newest that is decided (met or not met) decides; where none is
    decided but one is indeterminate the row says so. Patients decided as not met have no row. entered_on is the date
    of the first draw of the unbroken run of met draws (none not met between, no more than 365 days apart).
    """
    recent = (
        verdicts.select(*_DRAW, *(rule.status_column for rule in rules))
        .filter(~pl.col("patient_id").is_in(dead.implode()))
        .with_columns(day=day(pl.col("index_collected_at")))
        .sort(_DRAW)
    )
    patients = numbers(recent["patient_id"].rle_id())
    days = numbers(recent["day"])
    parts = [
        _one_rule(numbers(recent[rule.status_column]), patients, days, as_of_day).with_columns(
            rule_id=pl.lit(rule.rule_id), rule_version=pl.lit(rule.version, dtype=pl.Int32)
        )
        for rule in rules
    ]
    long = pl.concat(parts)
    code = pl.col("code")
    return (
        pl.concat([recent.select(pl.col(_DRAW).gather(long["row"])), long], how="horizontal")
        .select(
            "patient_id",
            "rule_id",
            "rule_version",
            status=pl.when(code > NOT_MET).then(pl.lit("met")).otherwise(pl.lit("indeterminate")),
            tier=code.replace_strict(TIER_NAMES, default=None, return_dtype=pl.String),
            entered_on=pl.col("entered").cast(pl.Int32).cast(pl.Date),
            index_collected_at="index_collected_at",
        )
        .sort("rule_id", "patient_id")
    )


_DRAW = ("patient_id", "index_collected_at")


def _one_rule(codes: Keys, patients: Keys, days: Keys, as_of_day: int) -> pl.DataFrame:
    """Members of one rule: row of the draw that decides, its code, and the day of entry.

    codes, patients, days: status, patient and day of every draw (n,), sorted by patient and time.
    """
    rows = np.flatnonzero(codes >= NOT_MET)
    code, who, when = codes[rows], patients[rows], days[rows]
    other = np.ones(len(rows), dtype=np.bool_)  # the draw before is another patient's
    other[1:] = who[1:] != who[:-1]
    starts = other.copy()
    starts[1:] |= (code[:-1] == NOT_MET) | (when[1:] - when[:-1] > LOOK_BACK)
    # the latest start is that of the draw's own run: a met draw never lies before its patient's first start
    start = np.maximum.accumulate(np.where(starts & (code > NOT_MET), np.arange(len(rows)), 0))
    last = np.ones(len(rows), dtype=np.bool_)
    last[:-1] = other[1:]
    decided = last & (when >= as_of_day - LOOK_BACK)
    met = decided & (code > NOT_MET)
    open_ = np.flatnonzero((codes == INDETERMINATE) & (days >= as_of_day - LOOK_BACK))
    open_ = open_[~np.isin(patients[open_], who[decided])]
    newest = np.ones(len(open_), dtype=np.bool_)
    newest[:-1] = patients[open_][1:] != patients[open_][:-1]
    open_ = open_[newest]
    return pl.DataFrame(
        {
            "row": np.concatenate([rows[met], open_]),
            "code": np.concatenate([code[met], codes[open_]]),
            "entered": np.concatenate([when[start[met]], days[open_]]),
        }
    )


def ages_out(verdicts: pl.DataFrame, rules: Sequence[Rule], as_of_day: int) -> pl.DataFrame:
    """The first day after the night on which age alone changes somebody's membership: patient_id, due (Int64 day).

    verdicts, as_of_day: as in ``membership``. Patients whose membership does not change with age have no row. A draw
    that is too old no longer counts. That matters only for a draw that put the patient into a cohort or left the
    patient undecided, or whose "not met" takes precedence over a later draw that is undecided.
    """
    recent = (
        verdicts.select(*_DRAW, *(rule.status_column for rule in rules))
        .with_columns(day=day(pl.col("index_collected_at")))
        .filter(pl.col("day") >= as_of_day - LOOK_BACK)
        .sort(_DRAW)
    )
    patients, days = numbers(recent["patient_id"].rle_id()), numbers(recent["day"])
    people = recent["patient_id"].unique(maintain_order=True)
    first = np.full(len(people), _NEVER)
    for rule in rules:
        codes = numbers(recent[rule.status_column])
        decided, undecided = np.flatnonzero(codes >= NOT_MET), np.flatnonzero(codes == INDETERMINATE)
        latest, decided_on, undecided_on = (np.full(len(people), -_NEVER) for _ in range(3))
        # of a patient's draws the last one assigned stays, which is the newest
        latest[patients[decided]], decided_on[patients[decided]] = codes[decided], days[decided]
        undecided_on[patients[undecided]] = days[undecided]
        matters = (latest > NOT_MET) | (undecided_on > decided_on)
        oldest = np.where(decided_on > -_NEVER, decided_on, undecided_on)
        first = np.minimum(first, np.where(matters, oldest + LOOK_BACK + 1, _NEVER))
    changed = first < _NEVER
    return pl.DataFrame({"patient_id": people.filter(pl.Series(changed)), "due": first[changed]})


_NEVER = 1 << 40  # a day after all others


def cohort_lists(members: pl.DataFrame) -> pl.DataFrame:
    """The members of the cohorts, the surest tier first: rule_id, patient_id, tier, dates, specimen and caveats as text.

    members: ``schemas.tables.LISTED``, of members only.
    """
    surest = pl.col("tier").replace_strict(
        {name: -number for number, name in TIER_NAMES.items()}, default=None, return_dtype=pl.Int8
    )
    return members.sort("rule_id", surest, "patient_id").select(
        "rule_id",
        "patient_id",
        "tier",
        "entered_on",
        "index_collected_at",
        "index_specimen_id",
        pl.col("caveats").list.join("; ").replace("", None),  # an empty cell
    )
