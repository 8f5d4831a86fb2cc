"""Why a patient is in a cohort, is not, or cannot be decided: plain data read from a published night."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import polars as pl

from flows import plain_words
from flows.answers import has_lost_bytes
from flows.duck import opened
from flows.errors import UsageError
from flows.explain_case import Case, read_case, rows
from flows.explain_grounds import criteria_entries
from flows.explain_reasons import (
    at_draw,
    cohorts_asked,
    decisive_criteria,
    is_ruled_out,
    judged_why,
    not_applicable,
    stored_status,
)
from flows.home import DATABASE
from flows.settings import switches_of
from transforms.follow_up import FOLLOW_UP
from transforms.grounds import followed_until

Row = dict[str, Any]

HOLDS = "holds"
DOES_NOT_HOLD = "does_not_hold"
CANNOT_BE_DETERMINED = "cannot_be_determined"
DOES_NOT_APPLY = "does_not_apply"
_ANSWERS = {
    "met": HOLDS,
    "not_met": DOES_NOT_HOLD,
    "indeterminate": CANNOT_BE_DETERMINED,
    "not_applicable": DOES_NOT_APPLY,
}


def explain_patient(night: Path, patient_id: str, rule_id: str | None, as_of: date | None) -> Row:
    """The answer for one patient, ready for JSON (dates and times as ISO text).

    ``night`` is a published night folder; ``rule_id`` None asks about every cohort; ``as_of`` None asks
    about the night itself, an earlier day about the blood counts up to that day. Keys: patient, blood_count
    (the newest), as_of, run_id, not_a_diagnosis, not_reviewed, cohorts (one entry a rule: answer, status,
    tier, the deciding draw, criteria with verdict, value, unit, date, source, threshold, citation, the code on record
    and the other blood count behind it, other cohorts it rests on among them, what is missing, the one test that would
    decide, caveats, other draws with what they lack).

    Raises UsageError for a patient or rule the night does not know, and for a day after the night.
    """
    if has_lost_bytes(patient_id):
        raise UsageError("The patient's id is not UTF-8 text.")
    with opened(night / DATABASE, read_only=True) as con:
        about = rows(con, "night")[0]
        day = _day(as_of, about["as_of"])
        rules = _chosen(rows(con, "rules"), rule_id)
        known = rows(con, "patient", patient_id=patient_id)
        if not known:
            raise UsageError("This night knows no patient with that id.")
        case = read_case(con, patient_id, day, switches_of(night), is_the_night=day == about["as_of"])
        draws = case.draws
        decided = {rule["rule_id"]: _decided(rule, case) for rule in rules} if draws else {}
        why = _why(rows(con, "why", patient_id=patient_id, draws=_draws(decided)), rules, case, decided)
    answer = {
        "patient": {**known[0], "age_years": draws[0]["age_years"] if draws else None},
        "blood_count": _blood_count(draws[0]) if draws else None,
        "blood_counts": len(draws),
        "as_of": day,
        "night": about["as_of"],
        "run_id": about["run_id"],
        "not_a_diagnosis": plain_words.NOT_A_DIAGNOSIS,
        "not_reviewed": plain_words.NOT_REVIEWED,
        "cohorts": [
            _cohort(rule, case, decided[rule["rule_id"]], why[rule["rule_id"]]) for rule in rules if draws
        ],
    }
    return _plain(answer)


def _day(as_of: date | None, night: date) -> date:
    if as_of is None:
        return night
    if as_of > night:
        raise UsageError(
            f"The last published night is {night.isoformat()}; it knows nothing of {as_of.isoformat()}."
        )
    return as_of


def _chosen(rules: Sequence[Row], rule_id: str | None) -> list[Row]:
    if rule_id is None:
        return list(rules)
    chosen = [rule for rule in rules if rule["rule_id"] == rule_id]
    if not chosen:
        names = ", ".join(rule["rule_id"] for rule in rules)
        raise UsageError(f"There is no rule {rule_id!r} in this night. Its rules: {names}.")
    return chosen


_NO_RESULT: Row = {"input": None, "threshold": None, "citation": None}  # another cohort is not a result


def _blood_count(draw: Row) -> Row:
    return {"collected_at": draw["index_collected_at"], "specimen_id": draw["index_specimen_id"]}


@dataclass(frozen=True)
class _Decided:
    """The status of a rule at every draw, the newest first, and the draw that decides."""

    statuses: Mapping[datetime, str]
    at: datetime


def _decided(rule: Row, case: Case) -> _Decided:
    draws = [draw["index_collected_at"] for draw in case.draws]
    statuses = {at: _status(rule, case, at) for at in draws}
    member = case.members.get(rule["rule_id"])
    return _Decided(statuses, member["index_collected_at"] if member else _deciding(statuses))


def _draws(decided: Mapping[str, _Decided]) -> list[datetime]:
    """The draws that decide: a patient may have thousands of others, whose every criterion nobody asks about."""
    return sorted({one.at for one in decided.values()})


def _why(
    stored: Sequence[Row], rules: Sequence[Row], case: Case, decided: Mapping[str, _Decided]
) -> Mapping[str, list[Row]]:
    """One row a criterion and input of each rule at the draw that decides it.

    stored: of these draws what the night shows. It shows those that are met or cannot be judged; what is stored of
    a draw tells the others. DuckDB brings the rows in any order; here they come in that of the rule, and by their ids
    where the rule is not at hand.
    """
    place = {
        (rule.rule_id, criterion): number
        for rule in case.book.values()
        for number, criterion in enumerate(rule.criteria)
    }

    def order(row: Row) -> tuple[int, str]:
        return place.get((row["rule_id"], row["criterion_id"]), len(place)), row["criterion_id"]

    why: dict[tuple[str, datetime], list[Row]] = defaultdict(list)
    for row in sorted(stored, key=order):
        why[row["rule_id"], row["index_collected_at"]].append(row)
    of_them = pl.col("index_collected_at").is_in(_draws(decided))
    computed = judged_why(
        case.book,
        case.evidence.filter(of_them),
        case.verdicts.filter(of_them),
        case.sources,
        {rule["rule_id"]: rule["version"] for rule in rules},
    )
    shown = set(why)
    for row in computed:
        if (row["rule_id"], row["index_collected_at"]) not in shown:
            why[row["rule_id"], row["index_collected_at"]].append(row)
    return {rule_id: why[rule_id, one.at] for rule_id, one in decided.items()}


def _cohort(rule: Row, case: Case, decided: _Decided, why: Sequence[Row]) -> Row:
    """The answer about one rule. why: of its deciding draw."""
    rule_id = rule["rule_id"]
    statuses, at = decided.statuses, decided.at
    member = case.members.get(rule_id)
    finding = case.findings.get((rule_id, at), {})
    missing = list(finding.get("missing") or [])
    verdicts = _verdicts(why)
    judged = at_draw(case.book, rule_id, rule["version"], verdicts, case.tiers(at))
    decisive = decisive_criteria(judged, statuses[at], finding.get("tier"))
    asked = cohorts_asked(judged, case.book)
    return {
        "rule_id": rule_id,
        "version": rule["version"],
        "title": rule["title"],
        "side": rule["side"],
        "summary": rule["summary"],
        "follow_up": rule["follow_up"],
        "answer": _ANSWERS[statuses[at]],
        "status": statuses[at],
        "tier": finding.get("tier"),
        "entered_on": member["entered_on"] if member else None,
        "decided_by": _blood_count(next(draw for draw in case.draws if draw["index_collected_at"] == at)),
        "ruled_out": statuses[at] == "not_met" and is_ruled_out(judged),
        "criteria": criteria_entries(
            [*why, *(_NO_RESULT | cohort for cohort in asked)], decisive, case.grounds, at
        ),
        "missing": _missing(
            missing, rule, case, [name for name in decisive or () if verdicts.get(name) is None], at
        ),
        "one_test": missing[0] if len(missing) == 1 else None,
        "caveats": [
            {"flag": flag, "says": plain_words.flag_words(flag)} for flag in finding.get("caveats") or []
        ],
        "other_draws": [
            {
                "index_collected_at": other,
                "status": status,
                "tier": case.findings.get((rule_id, other), {}).get("tier"),
                "missing": list(case.findings.get((rule_id, other), {}).get("missing") or []),
            }
            for other, status in statuses.items()
            if other != at
        ],
    }


def _missing(
    reasons: Sequence[str], rule: Row, case: Case, unknown: Sequence[str], at: datetime
) -> list[Row]:
    """What is missing at a draw: reason, its words, and the day to which a follow-up would have to reach.

    unknown: ids of the criteria that keep the verdict open.
    """
    known = case.book.get(rule["rule_id"])
    return [
        {
            "reason": reason,
            "says": plain_words.reason_words(reason),
            "until": followed_until(known, unknown, case.evidence, at)
            if known is not None and reason == FOLLOW_UP
            else None,
        }
        for reason in reasons
    ]


def _status(rule: Row, case: Case, at: datetime) -> str:
    """met or indeterminate as found; without a finding the rule was not met, or did not apply."""
    rule_id = rule["rule_id"]
    finding = case.findings.get((rule_id, at))
    if finding is not None:
        return str(finding["status"])
    stored = stored_status(rule_id, case.statuses.get(at, {}))
    if stored is not None:
        return stored
    # a night of a version that stored no statuses
    [verdicts] = case.verdicts.filter(pl.col("index_collected_at") == at).to_dicts() or [{}]
    outside = not_applicable(at_draw(case.book, rule_id, rule["version"], verdicts, case.tiers(at)))
    return "not_applicable" if outside else "not_met"


def _deciding(statuses: Mapping[datetime, str]) -> datetime:
    """The newest decided draw; where none is decided, the newest that cannot be; else the newest."""
    for wanted in (("met", "not_met"), ("indeterminate",)):
        for at, status in statuses.items():
            if status in wanted:
                return at
    return next(iter(statuses))


def _verdicts(rows: Sequence[Row]) -> dict[str, bool | None]:
    return {row["criterion_id"]: row["verdict"] for row in rows}


def _plain(value: Any) -> Any:
    """Dates and times as ISO text, so that json.dumps takes the whole answer."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, date):  # a datetime is a date
        return value.isoformat()
    if isinstance(value, float) and math.isnan(value):
        return None
    return value
