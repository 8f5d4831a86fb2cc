"""Conditions of care gaps: what closes one, and whether the patient was followed long enough to say it is open."""

from __future__ import annotations

import polars as pl

from schemas.evidence import DOMAINS
from transforms.atoms import T
from transforms.logic import Criterion

FOLLOW_UP = "followup"  # the missing reason of RULES.md for a patient who was not followed for long enough


def followed(domain: str, days: int, citation: str) -> Criterion:
    """The domain that could still close the gap is observed for so many days after the draw (RULES.md 4.31.16)."""
    short = DOMAINS[domain]
    followed_days = pl.col(f"follow_up_{short}_days")
    return Criterion(
        id=f"followed_{short}_{days}d",
        says=f"followed for {days} days ({domain} records)",
        expr=pl.when(followed_days >= days).then(T),
        inputs=(f"follow_up_{short}_days",),
        reasons=(
            (f"domain:{short}", followed_days.is_null()),
            (FOLLOW_UP, followed_days < days),
        ),
        threshold=f"at least {days} days",
        citation=citation,
        due=pl.lit(days),
    )


IRON_STARTED = Criterion(
    id="iron_started",
    says="an iron product was started from 7 days before to 90 days after this blood count",
    expr=pl.col("iron_start_day").is_not_null(),
    inputs=("iron_start_day",),
    reasons=(("domain:rx", T),),
    threshold="first start in -7..90 d",
    citation="RULES.md 4.31.17",
    domains=("medication",),
)


def followed_after_iron(days: int, citation: str) -> Criterion:
    """The laboratory is observed for so many days after iron was started (RULES.md 4.31.16)."""
    followed_days = pl.col("follow_up_lab_days")
    enough = followed_days >= pl.col("iron_start_day") + days
    return Criterion(
        id=f"followed_lab_{days}d_after_iron",
        says=f"followed for {days} days after iron was started",
        expr=pl.when(enough).then(T),
        inputs=("follow_up_lab_days",),
        reasons=(("domain:lab", followed_days.is_null()), (FOLLOW_UP, ~enough)),
        threshold=f"at least {days} days after the start",
        citation=citation,
        due=pl.col("iron_start_day") + days,
    )


def seen(column: str, says: str, threshold: str, citation: str) -> Criterion:
    """A test or act that closes a gap was seen; what was not seen by now did not happen yet."""
    return Criterion(
        id=f"{column}_seen",
        says=says,
        expr=pl.col(column),
        inputs=(column,),
        reasons=((FOLLOW_UP, T),),
        threshold=threshold,
        citation=citation,
    )


def iron_study_closes() -> Criterion:
    """A ferritin, a transferrin saturation, or iron with binding capacity within 90 days either side."""
    return Criterion(
        id="iron_study_within_90d",
        says="iron studies were done within 90 days",
        expr=pl.col("iron_study_closes_gap"),
        inputs=("ferritin", "tsat", "iron", "tibc"),
        reasons=(("ferritin", T),),
        threshold="ferritin, TSAT, or iron with TIBC in -90..+90 d",
        citation="RULES.md 4.21",
    )
