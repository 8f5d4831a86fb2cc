"""Buckets judged beside each other: in order, no more at a time than asked, and with the same outcome."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from flows.home import Home
from flows.night import begin, run_night
from flows.simulate import write_extract
from flows.workers import ahead, in_order
from transforms.simulation import simulate


@pytest.mark.parametrize("workers", [1, 2, 3])
def test_results_come_in_the_order_of_the_items(workers: int) -> None:
    at_work, most, lock = 0, 0, threading.Lock()

    def work(number: int) -> int:
        nonlocal at_work, most
        with lock:
            at_work += 1
            most = max(most, at_work)
        time.sleep(0.01 * (5 - number))  # the later the item, the sooner it is done
        with lock:
            at_work -= 1
        return number * number

    assert list(in_order(work, range(5), workers)) == [0, 1, 4, 9, 16]
    assert most <= workers


def test_a_failure_comes_through_and_nothing_is_left_running() -> None:
    done: list[int] = []

    def work(number: int) -> None:
        if number == 0:
            raise ValueError("broken")
        time.sleep(0.05)
        done.append(number)

    with pytest.raises(ValueError, match="broken"):
        list(in_order(work, range(9), 3))
    seen = list(done)
    time.sleep(0.1)
    assert done == seen


def test_a_night_is_the_same_with_any_number_of_workers_and_buckets(tmp_path: Path) -> None:
    extract = tmp_path / "extract"
    write_extract(simulate(patients=120, years=2, seed=11), extract, "csv")
    digests = set()
    for workers, buckets in ((1, 1), (2, 3), (3, 4)):
        home = Home(tmp_path / f"home-{workers}")
        run_night(begin(home.root, extract, "canonical", "auto", {"workers": workers, "buckets": buckets}))
        digests.add(json.loads((home.night() / "run.json").read_text(encoding="utf-8"))["digest"])
    assert len(digests) == 1


def test_the_next_item_is_made_while_one_is_worked_on() -> None:
    made = [threading.Event() for _ in range(4)]

    def items() -> Iterator[int]:
        for number in range(3):
            made[number].set()
            yield number
        made[3].set()

    worked_on: list[int] = []
    for number in ahead(items()):
        assert made[number + 1].wait(5)
        worked_on.append(number)
    assert worked_on == [0, 1, 2]


def test_what_cannot_be_made_ends_the_work_after_what_could() -> None:
    def items() -> Iterator[int]:
        yield 0  # an item that is false is an item
        raise ValueError("broken")

    worked_on: list[int] = []
    with pytest.raises(ValueError, match="broken"):
        worked_on.extend(ahead(items()))
    assert worked_on == [0]
