"""When a patient has to be looked at again although nothing new is known of him: time alone can change a verdict.

A care gap falls due, a blood count ages out of the year that speaks for a cohort, coverage ends, or a result, an
event or a death lies after the night and comes into sight. Looking too early does no harm; too late would.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from transforms.context import day
from transforms.judging import all_criteria
from transforms.membership import LOOK_BACK
from transforms.rule import Rule


def due_on(
    evidence: pl.DataFrame,
    coverage: pl.DataFrame,
    unseen: pl.DataFrame,
    rules: Sequence[Rule],
    as_of_day: int,
) -> pl.DataFrame:
    """The first day after the night on which time may change something: patient_id, due_on; one row a patient.

    evidence: the draws of the patients. coverage: as in lab.coverage. unseen: patient_id and day (Date) of what is
    known of them but lies after the night. as_of_day: the night, in days since 1970-01-01.
    """
    index = day(pl.col("index_collected_at"))
    clocks = [
        index + criterion.due for criterion in all_criteria(rules).values() if criterion.due is not None
    ]
    later = [pl.when(clock > as_of_day).then(clock) for clock in clocks]
    aging = pl.when(index >= as_of_day - LOOK_BACK).then(index + LOOK_BACK + 1)
    ends = coverage.select("patient_id", due=day(pl.col("observed_to")) + 1)
    days = [
        evidence.select("patient_id", due=pl.min_horizontal(aging, *later)),
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


_LAST_DAY = 2_932_896  # 9999-12-31; coverage may be open to the end of time
