"""The answer of flows.explain in plain words for a terminal."""

from __future__ import annotations

import re
import textwrap
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import typer

from flows.explain_values import (
    VERDICTS,
    cutoff_words,
    day_words,
    event_words,
    is_result,
    moment_words,
    other_counts_words,
    safe,
    specimen_words,
    value_words,
)
from flows.plain_words import OWN_REFERENCE, counted, criterion_words, limit_words, reason_words
from transforms.membership import LOOK_BACK

Row = Mapping[str, Any]

WIDTH = 100
_HEADINGS = {
    "holds": "HOLDS",
    "does_not_hold": "DOES NOT HOLD",
    "cannot_be_determined": "CANNOT BE DETERMINED",
}
_COLORS = {"holds": "green", "does_not_hold": "bright_black", "cannot_be_determined": "yellow"}
_STATUS_WORDS = {
    "met": "held",
    "not_met": "did not hold",
    "indeterminate": "could not be determined",
    "not_applicable": "did not apply",
}
_ON_RECORD = "has_"  # criteria about a patient's history of codes
_COMPARED = re.compile(r"(.+)_(below|at_least|above|at_most)_([\d_]+)")
_OPPOSITE = {"below": "at_least", "at_least": "below", "above": "at_most", "at_most": "above"}
_PLAIN_LIMIT = re.compile(
    r"(?:below|at least|above|at most) ([\d.]+)(?:\*10\^9/L| \w+)?(?: after the start)?"
)


def render(answer: Row, *, terminal: bool = False) -> str:
    """The answer as text of at most 100 columns; bold and color only where ``terminal`` says so.

    Text from the extract never reaches the terminal with control characters.
    """
    style = typer.style if terminal else _unstyled
    lines = [*_who(answer, style), ""]
    sources = _Sources()
    shown = [cohort for cohort in answer["cohorts"] if cohort["answer"] in _HEADINGS]
    order = list(_HEADINGS)
    order[1], order[2] = order[2], order[1]  # what is open comes before what is settled as absent
    for cohort in sorted(shown, key=lambda cohort: (order.index(cohort["answer"]), cohort["rule_id"])):
        lines += [*_cohort(cohort, answer, sources, style), ""]
    lines += [*sources.lines(), ""]
    outside = [cohort["title"] for cohort in answer["cohorts"] if cohort["answer"] == "does_not_apply"]
    if outside:
        lines += _wrap(f"Do not apply to this blood count: {'; '.join(map(safe, outside))}.")
    return "\n".join(lines).rstrip() + "\n"


def _who(answer: Row, style: Callable[..., str]) -> list[str]:
    patient = answer["patient"]
    age = patient["age_years"]
    facts = [
        f"Patient {safe(patient['patient_id'])}",
        patient["sex"] or "sex unknown",
        *(
            []
            if answer["blood_count"] is None
            else ["age unknown" if age is None else f"{_age(age)} at this blood count"]
        ),
    ]
    lines = [style(line, bold=True) for line in _wrap(", ".join(facts))]
    count = answer["blood_count"]
    if count is None:
        lines += _wrap(
            f"No blood count in the {LOOK_BACK} days up to {day_words(answer['as_of'])}: no cohort can be judged."
        )
    else:
        others = answer["blood_counts"] - 1
        asked = "" if answer["as_of"] == answer["night"] else f", asked for {day_words(answer['as_of'])}"
        earlier = f", and {counted(others, 'earlier one')} in the {LOOK_BACK} days before" if others else ""
        lines += _wrap(
            f"Newest blood count: {moment_words(count['collected_at'])}{specimen_words(count)}{earlier}. "
            f"Night of {day_words(answer['night'])}{asked}."
        )
    if patient["death_date"] is not None:
        lines += _wrap(
            f"Died on {day_words(patient['death_date'])}: the patient has left every cohort. "
            "Below is what the last blood counts said."
        )
    lines += _wrap(f"{answer['not_a_diagnosis']} {answer['not_reviewed']}")
    return lines


def _cohort(cohort: Row, answer: Row, sources: _Sources, style: Callable[..., str]) -> list[str]:
    verdict = _HEADINGS[cohort["answer"]]
    if cohort["tier"]:
        verdict += f" ({cohort['tier']})"
    heading = f"{verdict}: {safe(cohort['title'])} [{cohort['rule_id']}]"
    lines = [style(line, fg=_COLORS[cohort["answer"]], bold=True) for line in _wrap(heading)]
    lines += _wrap(safe(cohort["summary"]), 2)
    decided_by = cohort["decided_by"]
    if answer["blood_count"] and decided_by["collected_at"] != answer["blood_count"]["collected_at"]:
        is_open = cohort["answer"] == "cannot_be_determined"
        lines += _wrap(
            f"Judged by the blood count of {moment_words(decided_by['collected_at'])}{specimen_words(decided_by)}, "
            f"the newest {'to which this applies' if is_open else 'that can be decided'}.",
            2,
        )
    if cohort["entered_on"] and cohort["answer"] == "holds":
        lines += _wrap(f"Holds since the blood count of {day_words(cohort['entered_on'])}.", 2)
    lines += _missing(cohort)
    lines += _because(cohort, sources)
    for caveat in cohort["caveats"]:
        words = f"{caveat['says']} ({caveat['flag']})" if caveat["says"] else caveat["flag"]
        lines += _wrap(f"Caution: {safe(words)}.", 2)
    if cohort["answer"] == "holds" and cohort["follow_up"]:
        lines += _wrap(f"Usual next step: {safe(cohort['follow_up'])}", 2)
    return lines + _other_draws(cohort)


def _missing(cohort: Row) -> list[str]:
    if cohort["answer"] != "cannot_be_determined":
        return []
    says = [_missing_words(item) for item in cohort["missing"]]
    lines = _wrap(f"Because this is missing or could not be used: {'; '.join(says)}.", 2)
    if cohort["one_test"]:
        lines += _wrap(f"This alone would decide: {says[0]}.", 2)
    return lines


def _missing_words(item: Row) -> str:
    """What is missing; of a follow-up that is too short, also the day to which it would have to reach."""
    until = f" (until {day_words(item['until'])})" if item.get("until") else ""
    return safe(item["says"]) + until


def _because(cohort: Row, sources: _Sources) -> list[str]:
    """The criteria that decided, or all of them where the night's rule is older than this program."""
    decisive = [criterion for criterion in cohort["criteria"] if criterion["decisive"]]
    chosen = _each_limit_once(decisive or cohort["criteria"])
    is_open = cohort["answer"] == "cannot_be_determined"
    shown = [criterion for criterion in chosen if is_open or not decisive or criterion["verdict"] is not None]
    absent = [criterion for criterion in chosen if criterion not in shown]
    order = [None, True, False] if is_open else [True, False, None]  # what the answer rests on first
    shown.sort(key=lambda criterion: order.index(criterion["verdict"]))
    unrecorded = [criterion for criterion in shown if _is_unrecorded(criterion)]
    lines = []
    if shown:
        lines += _wrap(
            "ruled out, because" if cohort["ruled_out"] else "because" if decisive else "looked at", 2
        )
    sentences = [_sentence(criterion, sources) for criterion in shown if criterion not in unrecorded]
    if unrecorded:
        named = (f"{safe(item['says'])} {sources.mark(item['citation'])}" for item in unrecorded)
        sentences.append(f"no code on record: {'; '.join(dict.fromkeys(named))}")
    for sentence in dict.fromkeys(sentences):
        lines += _wrap(sentence, 4, hanging=2)
    if absent:
        says = "; ".join(criterion_words(safe(criterion["says"])) for criterion in absent)
        lines += _wrap(f"Not known, and not counted: {says}.", 2 if not shown else 4, hanging=2)
    return lines


def _each_limit_once(criteria: Sequence[Row]) -> list[Row]:
    """The criteria without those that only deny another one of them (``at least 20`` beside ``below 20``).

    Of two such criteria the one that is true stays, and the first where both are unknown.
    """
    kept: dict[str, Row] = {}
    for criterion in sorted(criteria, key=lambda criterion: criterion["verdict"] is not True):
        compared = _COMPARED.fullmatch(criterion["criterion_id"])
        denied = compared and f"{compared[1]}_{_OPPOSITE[compared[2]]}_{compared[3]}"
        if denied not in kept:
            kept[criterion["criterion_id"]] = criterion
    return [criterion for criterion in criteria if criterion["criterion_id"] in kept]


def _sentence(criterion: Row, sources: _Sources) -> str:
    says, limit = criterion_words(safe(criterion["says"])), limit_words(safe(criterion["threshold"] or ""))
    parts = [f"{VERDICTS[criterion['verdict']]}: {says}"]
    others = criterion["other_counts"]
    if criterion["event"]:
        parts.append(event_words(criterion["event"]))
    if others:
        parts.append(other_counts_words(others, criterion["verdict"]))
    here = "in this one: " if others else ""
    cutoff = criterion["cutoff"]
    parts += [here + value_words(item) for item in criterion["inputs"] if is_result(item)]
    if cutoff:
        parts.append(cutoff_words(cutoff))
    elif (
        limit
        and not (others or criterion["event"])
        and not _tells(says, limit)
        and says == safe(criterion["says"])
    ):
        parts.append(f"limit: {limit}")
    return " | ".join(parts) + (f" {sources.mark(criterion['citation'])}" if criterion["citation"] else "")


def _tells(says: str, limit: str) -> bool:
    """Whether a criterion's sentence names its limit already, be it without the unit."""
    plain = _PLAIN_LIMIT.fullmatch(limit)
    return limit in says or (plain is not None and plain[1] in re.findall(r"\d+(?:\.\d+)?", says))


def _is_unrecorded(criterion: Row) -> bool:
    return criterion["verdict"] is False and criterion["criterion_id"].startswith(_ON_RECORD)


class _Sources:
    """Citations, numbered as they are first used and listed once at the end."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}

    def mark(self, citation: str) -> str:
        return f"[{self._numbers.setdefault(safe(citation), len(self._numbers) + 1)}]"

    def lines(self) -> list[str]:
        if not self._numbers:
            return []
        listed = [_wrap(f"[{number}] {citation}", 2, hanging=4) for citation, number in self._numbers.items()]
        own = _wrap(OWN_REFERENCE, 2) if any("RULES.md" in name for name in self._numbers) else []
        return ["Sources of the limits", *(line for lines in listed for line in lines), *own]


def _other_draws(cohort: Row) -> list[str]:
    others = cohort["other_draws"]
    if not others:
        return []
    counts = [cohort["decided_by"]["collected_at"], *(draw["index_collected_at"] for draw in others)]
    a_day = Counter(map(day_words, counts))
    says = [
        f"{_when(draw['index_collected_at'], a_day)} {_STATUS_WORDS[draw['status']]}"
        + (f" ({draw['tier']})" if draw["tier"] else "")
        + (
            f" for want of {', '.join(map(safe, map(reason_words, draw['missing'])))}"
            if draw["missing"]
            else ""
        )
        for draw in others[:5]
    ]
    more = f"; and {len(others) - 5:,} more" if len(others) > 5 else ""
    return _wrap(f"Other blood counts: {'; '.join(says)}{more}.", 2)


def _when(moment: str, a_day: Mapping[str, int]) -> str:
    """The day of a blood count, with its time where several are of that day."""
    return moment_words(moment) if a_day[day_words(moment)] > 1 else day_words(moment)


def _wrap(text: str, indent: int = 0, *, hanging: int = 0) -> list[str]:
    return textwrap.wrap(
        text,
        WIDTH,
        initial_indent=" " * indent,
        subsequent_indent=" " * (indent + hanging),
        break_on_hyphens=False,
    )


def _unstyled(text: str, **_: object) -> str:
    return text


def _age(years: float) -> str:
    if years < 2:
        return counted(int(years * 12), "month") + " old"
    return f"{int(years)} years old"
