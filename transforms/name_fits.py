"""How well the name of a test at a site fits the names of an analyte.

Names are compared as sets of words, without case, accents, brackets and words that say nothing. A word that is one
letter away from a known one counts as it. Words that make another test of a name, or name another material, exclude
it: a wrong suggestion costs more than a missing one.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import lru_cache

from schemas.analyte_names import ANALYTE_NAMES, FILLERS, OTHER_MATERIAL, OTHER_TEST

SPELLED = 5  # letters from which a misspelled word is still told apart from others
ALIKE = 0.45  # share below which a name says nothing


@lru_cache(maxsize=65_536)
def words_of(text: str) -> frozenset[str]:
    """The words of a name that say what is measured; "%" is the word percent, "#" and "abs" are absolute."""
    found = unicodedata.normalize("NFKD", text.lower())
    found = "".join(letter for letter in found if not unicodedata.combining(letter))
    found = re.sub(r"\[[^\]]*\]|\([^)]*(?:/|quant)[^)]*\)", " ", found)
    found = found.replace("%", " percent ").replace("#", " absolute ").replace("ß", "ss")
    found = re.sub(r"(?<=[a-z])ae(?=[mts])|(?<=h)ae", "e", found).replace("leuco", "leuko")
    found = re.sub(r"\bb[\s-]*12\b", " b12 ", found)
    parts = re.findall(r"[a-z]+\d*|\d+", found)
    return frozenset({"abs": "absolute", "pct": "percent"}.get(part, part) for part in parts) - FILLERS


_KNOWN: Mapping[str, tuple[frozenset[str], ...]] = {
    analyte: tuple(dict.fromkeys(words for words in map(words_of, names) if words))
    for analyte, names in ANALYTE_NAMES.items()
}
_VOCABULARY = frozenset(word for names in _KNOWN.values() for words in names for word in words)


def _shortened(word: str) -> Iterable[str]:
    yield word
    yield from (word[:place] + word[place + 1 :] for place in range(len(word)))


_NEARLY: dict[str, str] = {
    short: word for word in sorted(_VOCABULARY) if len(word) >= SPELLED for short in _shortened(word)
}


def corrected(words: frozenset[str]) -> frozenset[str]:
    """The words with those that are one letter away from a known one replaced by it."""
    return frozenset(_correct(word) for word in words)


def _correct(word: str) -> str:
    if word in _VOCABULARY or len(word) < SPELLED or word in OTHER_TEST or word in OTHER_MATERIAL:
        return word
    return next((_NEARLY[short] for short in _shortened(word) if short in _NEARLY), word)


@lru_cache(maxsize=65_536)
def name_fits(text: str) -> Mapping[str, float]:
    """How well a name fits each analyte, 0 to 1; analytes that it does not fit are left out."""
    written = words_of(text)
    words = corrected(written)
    misspelled = 1.0 if words == written else 0.9
    fits: dict[str, float] = {}
    for analyte, names in _KNOWN.items():
        best = max((_fit(words, name) for name in names), default=0.0) * misspelled
        if best >= ALIKE:
            fits[analyte] = round(best, 2)
    return fits


def _fit(words: frozenset[str], name: frozenset[str]) -> float:
    """Fit of the words of a site to one name of an analyte."""
    if not words & name or (words - name) & (OTHER_MATERIAL | OTHER_TEST):
        return 0.0
    more, less = len(words - name), len(name - words)
    if not less:
        return max(0.5, 1.0 - 0.12 * more)
    return 0.0 if more else 0.7 * (1 - less / len(name))
