"""Prefect's server as ``hemacohort serve`` starts it: it ends with the process that started it, however that one ended.

Killed without a word (out of memory, ``kill -9``), that process cannot stop its server, which would go on for good,
hold its port, and schedule nights that nobody runs. So its standard input is a pipe whose other end the serving process
alone holds: nothing is ever written, and the system closes it with the process.
"""

from __future__ import annotations

import os
import runpy
import signal
import sys
import threading
import time

_SECONDS_TO_STOP = 20


def main() -> None:
    """Run ``prefect server start`` with the arguments of this program until it is stopped, or nobody holds the pipe."""
    threading.Thread(target=_end_with_the_pipe, daemon=True).start()
    sys.argv = ["prefect", "server", "start", *sys.argv[1:]]
    runpy.run_module("prefect", run_name="__main__")


def _end_with_the_pipe() -> None:
    os.read(sys.stdin.fileno(), 1)
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(_SECONDS_TO_STOP)
    os._exit(1)


if __name__ == "__main__":
    main()
