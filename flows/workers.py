"""Work on buckets beside each other: threads, because Polars and NumPy leave Python free while they compute.

Most steps of a bucket keep one core busy; a second bucket keeps the other. Memory grows with the number of workers, so
buckets are sized for two.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")
Done = TypeVar("Done")


def in_order(work: Callable[[Item], Done], items: Iterable[Item], workers: int) -> Iterator[Done]:
    """What ``work`` returns for each item, in the order of the items, with so many items in work at a time.

    work: must not depend on which items were worked on before. Raises what the work of the first failing item
    raised, when no other is in work any more.
    """
    with ThreadPoolExecutor(workers) as pool:
        ahead: deque[Future[Done]] = deque()
        for item in items:
            ahead.append(pool.submit(work, item))
            if len(ahead) == workers:
                yield ahead.popleft().result()
        while ahead:
            yield ahead.popleft().result()


def ahead(items: Iterable[Item]) -> Iterator[Item]:
    """The items in their order; while one is worked on, a thread makes the next. Raises what making one raised."""
    made = iter(items)
    with ThreadPoolExecutor(1) as pool:
        coming = pool.submit(_next, made)
        while item := coming.result():
            coming = pool.submit(_next, made)
            yield item[0]


def _next(items: Iterator[Item]) -> tuple[Item] | None:
    for item in items:
        return (item,)
    return None
