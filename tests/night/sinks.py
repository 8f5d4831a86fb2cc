"""A mail server and a web server on this machine that only listen."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.policy import default
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from aiosmtpd.controller import Controller


def free_port() -> int:
    """A port nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def mail_sink() -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """An alert_email setting and the (subject, text) of the mails that came."""
    came: list[tuple[str, str]] = []

    class Taker:
        async def handle_DATA(  # noqa: N802  aiosmtpd asks for this name
            self, _server: Any, _session: Any, envelope: Any
        ) -> str:
            message = message_from_bytes(envelope.content, policy=default)
            came.append((str(message["subject"]), message.get_content()))
            return "250 OK"

    controller = Controller(Taker(), hostname="127.0.0.1", port=free_port())
    controller.start()
    try:
        address = f"mailto://127.0.0.1:{controller.port}?from=hemacohort@example.org&to=night@example.org"
        yield f"{address}&mode=insecure", came
    finally:
        controller.stop()


@contextmanager
def web_sink() -> Iterator[tuple[str, list[dict[str, str]]]]:
    """An alert_webhook setting and the bodies that came."""
    came: list[dict[str, str]] = []

    class Taker(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            came.append(json.loads(self.rfile.read(int(self.headers["content-length"]))))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Taker)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/alert?token=s3cret", came
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
