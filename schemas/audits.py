"""The checks a night must pass before it is published, their limits, and what is kept of each night to compare with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import polars as pl

# Limits of an individuals (XmR) chart lie 3 sigma from the mean, and sigma is the mean moving range of two
# neighbors / 1.128 (d2 for n = 2), so 2.66 mean moving ranges. Montgomery, Introduction to Statistical Quality
# Control, "Control charts for individual measurements"; Wheeler, Understanding Variation.
XMR = 2.66
ENOUGH_NIGHTS = 8  # fewer say too little about how far a night may lie from the others
PAST_NIGHTS = 24  # that tonight is compared with; what is older says little about how things are now
NIGHTS_KEPT = 60  # whose measures a night carries on, so that a year of nights does not make each one slower


@dataclass(frozen=True)
class Audit:
    """A named check: a statement under ``sql/checks`` returns the offending rows, counts only.

    says: what holds where it passes. blocking: a night that fails it is not published, because its lists may be wrong;
    the others warn that they may be incomplete. look: ``sql/looks/LOOK.sql`` shows, on the published night, what
    tonight was compared with. compares: it needs ENOUGH_NIGHTS earlier nights. given: what the statement is given besides;
    least and share: how far beyond its center something must also lie to matter, in its own unit and as a share of the
    center, for limits computed from a quiet past are narrow. statement: its name, that of the check unless several share
    one. needs_rules_only: it can be made before anybody is judged, and a night that fails it is spared the judging.
    """

    name: str
    says: str
    blocking: bool
    look: str
    compares: bool = False
    given: Mapping[str, float | str] = field(default_factory=dict)
    statement: str = ""
    needs_rules_only: bool = False

    @property
    def kind(self) -> str:
        return "blocking" if self.blocking else "warning"


AUDITS = (
    Audit(
        "row_conservation",
        "every row of every file ever loaded has exactly one fate",
        blocking=True,
        look="files",
    ),
    Audit(
        "rule_fingerprints_known",
        "the logic of every rule is the one recorded for its version, and was the same on earlier nights",
        blocking=True,
        look="rules",
        needs_rules_only=True,
    ),
    Audit(
        "cohort_jump",
        "no cohort grows or shrinks in one night beyond the control limits of its past changes, without a reason",
        blocking=True,
        look="members",
        compares=True,
        given={"least": 5, "share": 0.1},
    ),
    Audit(
        "freshness_by_site",
        "the newest result of every site is no older than its past delays allow",
        blocking=False,
        look="results",
        compares=True,
        given={"least": 1},
    ),
    Audit(
        "volume_by_site_and_analyte",
        "every site sends about as many results of every analyte as on its past nights",
        blocking=False,
        look="results",
        compares=True,
        given={"least": 10, "share": 0.5},
    ),
    Audit(
        "analyte_vanished",
        "an analyte that a site sent regularly has not been absent for longer than ever before",
        blocking=False,
        look="results",
        compares=True,
        given={"least": 5, "share": 0.5},
    ),
    Audit(
        "unmapped_share",
        "the share of laboratory rows of tests that no rule reads is not above its past",
        blocking=False,
        look="shares",
        compares=True,
        given={"fate": "ignored", "least": 1, "share": 0.2},
        statement="share_of_rows",
    ),
    Audit(
        "quarantine_share",
        "the share of laboratory rows in quarantine is not above its past",
        blocking=False,
        look="shares",
        compares=True,
        given={"fate": "quarantined", "least": 1, "share": 0.2},
        statement="share_of_rows",
    ),
)

# What is measured of a night. measure: members (by rule), results (newly loaded, by site and analyte), and rows,
# ignored, quarantined (newly loaded laboratory rows).
MEASURE: Mapping[str, Any] = {
    "night": pl.Int64,
    "run_id": pl.String,
    "as_of": pl.Date,
    "occasion": pl.String,
    "measure": pl.String,
    "rule_id": pl.String,
    "rule_version": pl.Int32,
    "fingerprint": pl.String,
    "known": pl.Boolean,
    "site": pl.String,
    "analyte": pl.String,
    "amount": pl.Int64,
    "newest": pl.Datetime("us"),
}
CHECK: Mapping[str, Any] = {
    "name": pl.String,
    "kind": pl.String,
    "result": pl.String,
    "rows": pl.Int64,
    "seconds": pl.Float64,
    "says": pl.String,
    "accepted_because": pl.String,
}
CHECK_HISTORY: Mapping[str, Any] = {"night": pl.Int64, "run_id": pl.String, "as_of": pl.Date, **CHECK}
