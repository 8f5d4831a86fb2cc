"""No slip of the pen in a rule goes unnoticed but those on record.

A sample at every run, everything with ``HYPOTHESIS_PROFILE=nightly`` (``make test-nightly``). A survivor that is killed is
taken off the record with ``python -m tests.mutation.mutants``.
"""

import os
import random

import polars as pl
import pytest

from tests.mutation import mutants, windows
from tests.mutation.proof import difference
from transforms.rules import RULES

NIGHTLY = os.environ.get("HYPOTHESIS_PROFILE") == "nightly"
BY_ID = {rule.rule_id: rule for rule in RULES}


def sample(names: list[str], count: int) -> list[str]:
    """So many of the names, the same at every run; all of them at night."""
    return names if NIGHTLY else random.Random(7).sample(names, min(count, len(names)))


@pytest.fixture(scope="module")
def frames() -> dict[str, pl.DataFrame]:
    return mutants.judged_frames()


def test_no_mutant_survives_that_is_not_on_record(frames: dict[str, pl.DataFrame]) -> None:
    made, known = mutants.all_mutants(), mutants.recorded()
    looked_at = sample(sorted(set(made) - set(known)), 200)
    alive = [says for says in looked_at if not mutants.noticed(frames, made[says])]
    assert not alive, "no test notices these; add a row to an expert table"


def test_the_record_names_mutants_that_there_are() -> None:
    gone = sorted(set(mutants.recorded()) - set(mutants.all_mutants()))
    assert not gone, "rules changed: record anew with python -m tests.mutation.mutants"


def test_what_is_called_equivalent_is() -> None:
    made = mutants.all_mutants()
    proved = [says for says, known in mutants.recorded().items() if known == "equivalent"]
    for says in sample(sorted(proved), 60):
        assert difference(BY_ID[made[says].rule.rule_id], made[says].rule) is False, says


def test_what_a_test_notices_is_never_called_equivalent(frames: dict[str, pl.DataFrame]) -> None:
    made, known = mutants.all_mutants(), mutants.recorded()
    killed = [says for says in sorted(set(made) - set(known)) if "suspected_mds" not in says]
    for says in sample(killed, 60):
        assert difference(BY_ID[made[says].rule.rule_id], made[says].rule) is not False, says


@pytest.mark.parametrize(
    "says",
    [
        "START: first day a day later",
        "FOLLOW_UP: last day a day earlier",
        "known_cancer, cancer: first day a day later",
    ],
)
def test_a_window_that_is_a_day_off_is_noticed(says: str) -> None:
    (mutant,) = [mutant for mutant in windows.window_mutants() if mutant.says == says]
    assert windows.noticed(mutant)
