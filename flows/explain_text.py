"""The answer of flows.explain in plain words for a terminal."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

import typer

from flows.plain_words import counted, input_words, limit_words, reason_words
from schemas.evidence import INPUTS
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
_VERDICTS = {True: "yes", False: "no", None: "not known"}
_UNITLESS = {"1", ""}
_OF_OTHER_COUNTS = (
    "persistent_",
    "repeat_",
)  # criteria that another blood count meets, beside this one's results


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
        lines += _wrap(f"Do not apply to this blood count: {'; '.join(map(_safe, outside))}.")
    return "\n".join(lines).rstrip() + "\n"


def _who(answer: Row, style: Callable[..., str]) -> list[str]:
    patient = answer["patient"]
    age = patient["age_years"]
    facts = [
        f"Patient {_safe(patient['patient_id'])}",
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
            f"No blood count in the {LOOK_BACK} days up to {_day(answer['as_of'])}: no cohort can be judged."
        )
    else:
        others = answer["blood_counts"] - 1
        asked = "" if answer["as_of"] == answer["night"] else f", asked for {_day(answer['as_of'])}"
        earlier = f", and {counted(others, 'earlier one')} in the {LOOK_BACK} days before" if others else ""
        lines += _wrap(
            f"Newest blood count: {_moment(count['collected_at'])}{_specimen(count)}{earlier}. "
            f"Night of {_day(answer['night'])}{asked}."
        )
    if patient["death_date"] is not None:
        lines += _wrap(
            f"Died on {_day(patient['death_date'])}: the patient has left every cohort. "
            "Below is what the last blood counts said."
        )
    lines += _wrap(f"{answer['not_a_diagnosis']} {answer['not_reviewed']}")
    return lines


def _cohort(cohort: Row, answer: Row, sources: _Sources, style: Callable[..., str]) -> list[str]:
    verdict = _HEADINGS[cohort["answer"]]
    if cohort["tier"]:
        verdict += f" ({cohort['tier']})"
    heading = f"{verdict}: {_safe(cohort['title'])} [{cohort['rule_id']}]"
    lines = [style(line, fg=_COLORS[cohort["answer"]], bold=True) for line in _wrap(heading)]
    lines += _wrap(_safe(cohort["summary"]), 2)
    decided_by = cohort["decided_by"]
    if answer["blood_count"] and decided_by["collected_at"] != answer["blood_count"]["collected_at"]:
        is_open = cohort["answer"] == "cannot_be_determined"
        lines += _wrap(
            f"Judged by the blood count of {_moment(decided_by['collected_at'])}{_specimen(decided_by)}, "
            f"the newest {'to which this applies' if is_open else 'that can be decided'}.",
            2,
        )
    if cohort["entered_on"] and cohort["answer"] == "holds":
        lines += _wrap(f"Holds since the blood count of {_day(cohort['entered_on'])}.", 2)
    lines += _missing(cohort)
    lines += _because(cohort, sources)
    for caveat in cohort["caveats"]:
        words = f"{caveat['says']} ({caveat['flag']})" if caveat["says"] else caveat["flag"]
        lines += _wrap(f"Caution: {_safe(words)}.", 2)
    if cohort["answer"] == "holds" and cohort["follow_up"]:
        lines += _wrap(f"Usual next step: {_safe(cohort['follow_up'])}", 2)
    return lines + _other_draws(cohort)


def _missing(cohort: Row) -> list[str]:
    if cohort["answer"] != "cannot_be_determined":
        return []
    says = [_safe(item["says"]) for item in cohort["missing"]]
    lines = _wrap(f"Because this is missing or could not be used: {'; '.join(says)}.", 2)
    if cohort["one_test"]:
        lines += _wrap(f"This alone would decide: {says[0]}.", 2)
    return lines


def _because(cohort: Row, sources: _Sources) -> list[str]:
    """The criteria that decided, or all of them where the night's rule is older than this program."""
    decisive = [criterion for criterion in cohort["criteria"] if criterion["decisive"]]
    chosen = decisive or cohort["criteria"]
    is_open = cohort["answer"] == "cannot_be_determined"
    told = [criterion for criterion in chosen if is_open or not decisive or criterion["verdict"] is not None]
    absent = [criterion for criterion in chosen if criterion not in told]
    lines = []
    if told:
        lines += _wrap(
            "ruled out, because" if cohort["ruled_out"] else "because" if decisive else "looked at", 2
        )
    for sentence in dict.fromkeys(_sentence(criterion, sources) for criterion in told):
        lines += _wrap(sentence, 4, hanging=2)
    if absent:
        says = "; ".join(_safe(criterion["says"]) for criterion in absent)
        lines += _wrap(f"Not known, and not counted: {says}.", 2 if not told else 4, hanging=2)
    return lines


def _sentence(criterion: Row, sources: _Sources) -> str:
    says, threshold = _safe(criterion["says"]), _safe(criterion["threshold"] or "")
    parts = [f"{_VERDICTS[criterion['verdict']]}: {says}"]
    here = "in this one: " if criterion["criterion_id"].startswith(_OF_OTHER_COUNTS) else ""
    parts += [here + _value(item) for item in criterion["inputs"] if _is_result(item)]
    if threshold and threshold not in says:
        parts.append(f"limit: {limit_words(threshold)}")
    return " | ".join(parts) + (f" {sources.mark(criterion['citation'])}" if criterion["citation"] else "")


class _Sources:
    """Citations, numbered as they are first used and listed once at the end."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}

    def mark(self, citation: str) -> str:
        return f"[{self._numbers.setdefault(_safe(citation), len(self._numbers) + 1)}]"

    def lines(self) -> list[str]:
        if not self._numbers:
            return []
        listed = [_wrap(f"[{number}] {citation}", 2, hanging=4) for citation, number in self._numbers.items()]
        return ["Sources of the limits", *(line for lines in listed for line in lines)]


def _is_result(item: Row) -> bool:
    """Age, codes and coverage are inputs too, but no test that could have been measured."""
    return item["input"] in INPUTS or item["value"] is not None


def _value(item: Row) -> str:
    name = input_words(_safe(item["input"]))
    if item["value"] is None and item["source_value"] is None and item["collected_at"] is not None:
        return f"{name} has no exact number{_on(item)}"
    if item["value"] is None and item["source_value"] is None:
        return f"{name} not measured, or not usable"
    received = " ".join(_safe(text) for text in (item["source_value"], item["source_unit"]) if text)
    if item["value"] is None:
        return f'{name} received as "{received}"{_on(item)}'
    unit = "" if (item["unit"] or "") in _UNITLESS else f" {_safe(item['unit'])}"
    value = f"{_number(item['value'])}{unit}"
    source = f' (received as "{received}")' if received and received != value else ""
    return f"{name} {value}{_on(item)}{source}"


def _on(item: Row) -> str:
    return f" on {_day(item['collected_at'])}" if item["collected_at"] else ""


def _other_draws(cohort: Row) -> list[str]:
    others = cohort["other_draws"]
    if not others:
        return []
    says = [
        f"{_day(draw['index_collected_at'])} {_STATUS_WORDS[draw['status']]}"
        + (f" ({draw['tier']})" if draw["tier"] else "")
        + (
            f" for want of {', '.join(map(_safe, map(reason_words, draw['missing'])))}"
            if draw["missing"]
            else ""
        )
        for draw in others[:5]
    ]
    more = f"; and {len(others) - 5:,} more" if len(others) > 5 else ""
    return _wrap(f"Other blood counts: {'; '.join(says)}{more}.", 2)


def _wrap(text: str, indent: int = 0, *, hanging: int = 0) -> list[str]:
    return textwrap.wrap(
        text,
        WIDTH,
        initial_indent=" " * indent,
        subsequent_indent=" " * (indent + hanging),
        break_on_hyphens=False,
    )


def _safe(text: object) -> str:
    """Text without control characters (escape sequences in a result must not drive a terminal)."""
    return "".join(character if character.isprintable() else " " for character in str(text))


def _unstyled(text: str, **_: object) -> str:
    return text


def _number(value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return _safe(value)
    return f"{value:.4g}" if abs(value) < 10_000 else f"{value:,.0f}"


def _age(years: float) -> str:
    if years < 2:
        return counted(int(years * 12), "month") + " old"
    return f"{int(years)} years old"


def _specimen(draw: Row) -> str:
    return f" (specimen {_safe(draw['specimen_id'])})" if draw["specimen_id"] else ""


def _day(text: str) -> str:
    moment = date.fromisoformat(text[:10])
    return f"{moment.day} {moment:%B %Y}"


def _moment(text: str) -> str:
    moment = datetime.fromisoformat(text)
    return f"{moment.day} {moment:%B %Y}, {moment:%H:%M}"
