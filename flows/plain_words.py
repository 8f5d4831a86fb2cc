"""Names a person reads: missing tests, quality flags, sides of the marrow, numbers and shares.

Identifiers (reasons, flags, rule ids) are never respelled in the data; the words here are shown beside them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from schemas.evidence import INPUTS
from schemas.flags import FLAGS, ROW_REASONS, TABLE_REASONS

NOT_A_DIAGNOSIS = (
    "This screens laboratory data of populations. It is not a diagnosis and does not guide treatment."
)
NOT_REVIEWED = "No hematologist has reviewed these rules yet."
OWN_REFERENCE = (
    "RULES.md is the reference that these rules were written from; it says which published value, window or reading was "
    "chosen, and is not part of the program."
)

SIDES: Mapping[str, tuple[str, str]] = {
    "supply": ("Supply", "The marrow is not given enough iron."),
    "restricted supply": ("Restricted supply", "Iron is in the body, but the marrow cannot reach it."),
    "production": ("Production", "The supply looks adequate; the fault may lie in the marrow itself."),
    "undetermined": ("Undetermined", "The results do not show on which side of the marrow the fault lies."),
    "care gap": ("Care gaps", "A test or a step that one would expect was not seen in the data."),
}

TIERS: Mapping[str, str] = {
    "confirmed": "the laboratory criterion of highest certainty is met (still not a diagnosis)",
    "probable": "good laboratory evidence",
    "possible": "some laboratory evidence, or an important test is missing",
}

FATES: Mapping[str, str] = {
    "accepted": "used",
    "duplicate": "an exact copy of another row",
    "superseded": "replaced by a later version, such as a correction",
    "ignored": "a test that no rule reads",
    "quarantined": "could not be used; kept aside with a reason",
}

YES_OR_NO = " (1 yes, 0 no)"  # ends the title of a finding that is there or not
NOTHING = "-"  # in place of a number or a text that is not there

_DOMAINS = {
    "lab": "laboratory results",
    "dx": "diagnoses",
    "rx": "medications",
    "proc": "procedures",
    "enc": "visits",
    "diagnosis": "diagnoses",
    "medication": "medications",
    "procedure": "procedures",
    "encounter": "visits",
}

_DETAILS = {
    "unit": "its unit was not one we accept",
    "censored": "reported only as above or below a limit",
    "transfused": "not reliable after a transfusion",
    "clumps": "platelets were clumped",
    "inconsistent": "the reported value disagrees with the blood count",
    "void": "not reliable in this blood count",
    "implausible": "its value was not plausible",
    "text": "its value was not a number",
    "ambiguous": "its value could be read in two ways",
}

_REASONS = {
    "ferritin_post_iv_iron": "a ferritin not taken soon after intravenous iron",
    "ferritin_equivocal": "ferritin is in the zone where it settles nothing",
    "followup": "a longer follow-up",
    "hb_followup_28_56d": "a hemoglobin 28 to 56 days after iron was started",
    "transfused": "a result not taken soon after a transfusion",
    "retic": "reticulocytes",
    "ferritin_post_iron": "a ferritin from before iron was given",
    "repeat blood count": "a second blood count",
    "baseline blood count": "a blood count from before the treatment",
    "second_count_120_730d": "another blood count 120 to 730 days away",
    "hb_120_730d": "a hemoglobin from another blood count 120 to 730 days away",
    "anc_120_730d": "neutrophils from another blood count 120 to 730 days away",
    "plt_120_730d": "platelets from another blood count 120 to 730 days away",
    "trimester": "trimester of pregnancy",
    "marrow_particles<7": "a marrow sample with at least 7 particles",
}

_FLAGS: Mapping[str, str] = {
    **TABLE_REASONS,
    **ROW_REASONS,
    **{flag.name: flag.says for flag in FLAGS},
}

# The words of run.attrition in a reader's words.
_STEPS = {
    "all index draws": "all blood counts",
    "the rule applies": "within the scope of the rule",
    "the gate is not excluded": "the entry condition holds, or cannot be determined",
    "the gate is established": "the entry condition is known to hold",
    "met or indeterminate": "in the cohort, or cannot be determined",
    "met": "in the cohort",
}


def reason_words(reason: str) -> str:
    """A missing reason as RULES.md spells it (``ferritin``, ``crp(censored)``, ``domain:rx``) in words.

    An unknown reason is returned as it is, underscores opened.
    """
    if reason in _REASONS:
        return _REASONS[reason]
    if reason.startswith("domain:"):
        domain = reason.removeprefix("domain:")
        return f"records of {_DOMAINS.get(domain, domain)}"
    if match := re.fullmatch(r"([a-z0-9_]+)\((.+)\)", reason):
        name, detail = match.groups()
        return f"{_REASONS.get(name) or input_words(name)} ({_DETAILS.get(detail, detail.replace('_', ' '))})"
    return input_words(reason)


def input_words(name: str) -> str:
    """An input id (``hb``) in words (``hemoglobin``); unknown ids with their underscores opened."""
    return INPUTS[name].title if name in INPUTS else name.replace("_", " ")


def criterion_words(says: str) -> str:
    """A criterion about a finding that is there or not, without its numbers: ``X (1 yes, 0 no) below 1`` -> ``X absent``."""
    present, absent = f"{YES_OR_NO} at least 1", f"{YES_OR_NO} below 1"
    if says.endswith(present):
        return says.removesuffix(present)
    return f"{says.removesuffix(absent)} absent" if says.endswith(absent) else says


def flag_words(flag: str) -> str:
    """A quality flag, quarantine reason or caveat in words; empty where there are none."""
    if flag in _FLAGS:
        return _FLAGS[flag]
    name, _, detail = flag.partition(":")
    if name == "DOMAIN_UNOBSERVED":
        return f"records of {_DOMAINS.get(detail, detail)} were not available"
    about = f"{input_words(detail)}: " if detail and name in _FLAGS else ""
    return about + _FLAGS.get(name, "")


def limit_words(limit: str) -> str:
    """A limit with its days in words: ``heart failure, ever to +30 d`` -> ``heart failure, ever, up to 30 days after``.

    Days are counted from the blood count unless the limit names another anchor (``-365..-8 d of the ferritin``).
    """
    spelled = _EVER.sub(lambda match: f"ever, up to {_days_from('', int(match[1]))}", limit)
    return _DAYS.sub(_days_in_words, spelled)


_EVER = re.compile(r"ever to ([+-]\d+) d\b")
_DAYS = re.compile(
    r"(?:\bin )?(?<![\d.])([+-]?\d+)\.\.([+-]?\d+) d\b(?: (away)| (?:of|after) (the [a-z]+(?: dose)?))?"
)


def _days_in_words(match: re.Match[str]) -> str:
    first, last, anchor = int(match[1]), int(match[2]), match[4] or ""
    if match[3]:
        return f"{first} to {last} days away"
    if first < 0 and last < 0:
        return f"from {-first} to {_days_from(anchor, last)}"
    if first > 0:
        return f"from {first} to {_days_from(anchor, last)}"
    return f"from {_days_from('' if last else anchor, first)} to {_days_from(anchor, last)}"


def _days_from(anchor: str, days: int) -> str:
    if not days:
        return f"the day of {anchor or 'the blood count'}"
    return f"{counted(abs(days), 'day')} {'before' if days < 0 else 'after'}{' ' + anchor if anchor else ''}"


def step_words(says: str) -> str:
    """A step of the attrition in words; a step without words of its own as it is."""
    return _STEPS.get(says, says)


def thousands(count: int | None) -> str:
    """12345 -> 12,345; nothing known -> a dash."""
    return NOTHING if count is None else f"{count:,}"


def share(part: int, whole: int) -> str:
    """part of whole in percent (one decimal; never 0.0% for somebody, never 100.0% for not all)."""
    if whole <= 0:
        return NOTHING
    percent = 100 * part / whole
    if part and percent < 0.1:
        return "<0.1%"
    if part < whole and percent > 99.9:
        return ">99.9%"
    return f"{percent:.1f}%"


def counted(count: int, one: str, many: str | None = None) -> str:
    """``1 patient``, ``2,000 patients``."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"
