"""Panics of Polars, which print lines of Rust to the terminal before they can be caught."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def unprinted_panics() -> Iterator[None]:
    """Keep what is written to the error stream from the terminal; for a short look at a file that may be broken.

    A panic may quote what it met in the file, and says nothing to whoever runs a night.
    """
    sys.stderr.flush()
    kept = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)
