"""When a patient has to be judged again although nothing new is known: time alone can change a verdict.

A care gap falls due, the blood count that decides a membership ages out of its year, the coverage in which a gap is
watched ends, or a result, an event or a death dated after the night comes into sight. Judging too early does no harm;
judging too late would.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from transforms.context import day
from transforms.membership import ages_out
from transforms.rule import NOT_APPLICABLE, NOT_MET, Rule


def due_on(
    draws: pl.DataFrame,
    times: pl.DataFrame,
    coverage: pl.DataFrame,
    unseen: pl.DataFrame,
    rules: Sequence[Rule],
    as_of_day: int,
) -> pl.DataFrame:
    """The first day after the night on which time may change something: patient_id, due_on; one row a patient.

    draws: the draws of the patients, each with its evidence and its verdicts. times: their times to care, as in
    gap_time. coverage: as in lab.coverage. unseen: patient_id and day (Date) of what is known of them but lies after
    the night. as_of_day: the night, in days since 1970-01-01.
    """
    index = day(pl.col("index_collected_at"))
    clocks = [
        pl.when(_open(rule, name) & (index + criterion.due > as_of_day)).then(index + criterion.due)
        for rule in rules
        for name, criterion in rule.criteria.items()
        if criterion.due is not None
    ]
    # Where coverage ends, follow-up stops and no clock above can run out any more. The only thing that changes is why
    # the watch over an open gap ended.
    watched = times.filter(pl.col("censored_by") == "night").select("patient_id").unique()
    ends = coverage.select("patient_id", due=day(pl.col("observed_to")) + 1).join(
        watched, on="patient_id", how="semi"
    )
    days = [
        draws.select("patient_id", due=pl.min_horizontal(clocks)),
        ages_out(draws, rules, as_of_day),
        ends.filter(pl.col("due") > as_of_day),
        unseen.select("patient_id", due=day(pl.col("day"))),
    ]
    return (
        pl.concat([frame.select("patient_id", pl.col("due").cast(pl.Int64)) for frame in days])
        .drop_nulls()
        .group_by("patient_id")
        .agg(pl.col("due").min())
        .sort("patient_id")
        .select("patient_id", due_on=pl.col("due").clip(upper_bound=_LAST_DAY).cast(pl.Int32).cast(pl.Date))
    )


def _open(rule: Rule, criterion: str) -> pl.Expr:
    """Whether a clock of the rule can still change what is said of a draw.

    The clock only ever turns an unknown into true. A rule that does not apply, or is not met whatever the unknown turns
    out to be, stays so; one that is indeterminate or met may be decided, rise by a tier, or rest on other criteria.
    """
    decided = pl.col(rule.status_column).is_in([NOT_MET, NOT_APPLICABLE])
    return pl.col(criterion).is_null() & ~decided


_LAST_DAY = 2_932_896  # 9999-12-31: the end of coverage that never ends
