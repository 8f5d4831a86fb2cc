"""Another process that holds a home: as a run does, or in some other way."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flows.home import Home

RUN = """
import sys, time
from pathlib import Path
from flows.home import Home
with Home(Path(sys.argv[1])).lock():
    print("held", flush=True)
    time.sleep(60)
"""


@contextmanager
def holding(home: Home, how: str = RUN) -> Iterator[subprocess.Popen[str]]:
    """The process, which holds the home until the block ends. how: its program, which prints "held" and waits."""
    command = [sys.executable, "-c", how, str(home.root)]
    checkout = Path(__file__).parents[2]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=checkout) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "held\n"
            yield process
        finally:
            process.kill()
