"""No slip of the pen in a rule goes unnoticed but those on record.

A sample at every run, everything with ``HYPOTHESIS_PROFILE=nightly`` (``make test-nightly``). A survivor that is killed is
taken off the record with ``python -m tests.mutation.mutants``.
"""

import os
import random

import polars as pl
import pytest

from tests.mutation import mutants, windows

NIGHTLY = os.environ.get("HYPOTHESIS_PROFILE") == "nightly"


def sample(names: list[str], count: int) -> list[str]:
    """So many of the names, the same at every run; all of them at night."""
    return names if NIGHTLY else random.Random(7).sample(names, min(count, len(names)))


@pytest.fixture(scope="module")
def frames() -> dict[str, pl.DataFrame]:
    return mutants.judged_frames()


@pytest.fixture(scope="module")
def patients() -> dict[str, pl.DataFrame]:
    """Patients who could exist; the perturbed rows need not."""
    return mutants.judged_frames(perturb=False)


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
    wrong = [says for says in sample(sorted(proved), 60) if mutants.known_of(made[says]) != "equivalent"]
    assert not wrong


def test_what_a_patient_tells_apart_is_never_called_equivalent(patients: dict[str, pl.DataFrame]) -> None:
    made = mutants.all_mutants()
    killed = [says for says in sorted(made) if mutants.noticed(patients, made[says])]
    wrong = [says for says in sample(killed, 60) if mutants.known_of(made[says]) == "equivalent"]
    assert not wrong


def test_nothing_is_left_undecided() -> None:
    assert set(mutants.recorded().values()) <= {"equivalent", "alive"}


@pytest.mark.parametrize("batch", windows.batches().values(), ids=list(windows.batches()))
def test_no_window_that_is_a_day_off_goes_unnoticed(batch: list[windows.WindowMutant]) -> None:
    assert not windows.survivors(batch)
