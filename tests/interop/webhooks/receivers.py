"""A small receiver of webhooks over a real socket, as a client would write it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from standardwebhooks.webhooks import Webhook

Answer = tuple[int, Mapping[str, str], bytes]

OK: Answer = (200, {}, b"thanks")


@dataclass
class Received:
    """One request as it arrived."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def id(self) -> str:
        """What the message is known by."""
        return self.headers["webhook-id"]

    def checked(self, secret: str) -> dict[str, Any]:
        """What it says, once the library has found the signature right; raises when it is not."""
        said: dict[str, Any] = Webhook(secret).verify(self.body, self.headers)
        return said


@dataclass
class Receiver:
    """What came, and what is answered."""

    port: int
    came: list[Received] = field(default_factory=list)
    answer: Callable[[Received], Answer] = lambda _message: OK

    def url(self, host: str = "127.0.0.1") -> str:
        """Its address under a name."""
        return f"http://{host}:{self.port}/hooks?of=wangge"

    def ids(self) -> list[str]:
        """What came, by the ids of the messages."""
        return [each.id for each in self.came]


@contextmanager
def receiving() -> Iterator[Receiver]:
    """A receiver that listens until the block ends."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            message = Received(self.path, headers, body)
            receiver.came.append(message)
            status, more, said = receiver.answer(message)
            self.send_response(status)
            for name, value in {"Content-Length": str(len(said)), **more}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(said)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # as its parent calls it
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    receiver = Receiver(server.server_address[1])
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def until(true: Callable[[], bool], within_s: float = 30.0) -> None:
    """Waits until something is true."""
    deadline = time.monotonic() + within_s
    while not true():
        assert time.monotonic() < deadline, "it did not come true"
        time.sleep(0.02)
