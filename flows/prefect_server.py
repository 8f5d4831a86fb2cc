"""Prefect's server as a program of its own: it ends with the process that started it, however that one ended.

Killed without a word (out of memory, ``kill -9``), that process cannot stop its server, which would go on for good,
hold its port, and schedule nights that nobody runs. So its standard input is a pipe whose other end the process that
started it alone holds: nothing is ever written, and the system closes it with the process.
"""

from __future__ import annotations

import os
import runpy
import signal
import sys
import threading
import time

_SECONDS_TO_STOP = 20


def main(host: str, port: str, *, temporary: bool) -> None:
    """Run Prefect's server until it is stopped or nobody holds the pipe; a temporary one records, and schedules nothing."""
    threading.Thread(target=_end_with_the_pipe, daemon=True).start()
    if temporary:
        _run_temporary(host, int(port))
        return
    sys.argv = ["prefect", "server", "start", "--host", host, "--port", port]
    runpy.run_module("prefect", run_name="__main__")


def _run_temporary(host: str, port: int) -> None:
    import uvicorn
    from prefect.server.api.server import create_app

    uvicorn.run(create_app(ephemeral=True, final=True), host=host, port=port, log_level="error")


def _end_with_the_pipe() -> None:
    os.read(sys.stdin.fileno(), 1)
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(_SECONDS_TO_STOP)
    os._exit(1)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], temporary="--temporary" in sys.argv[3:])
