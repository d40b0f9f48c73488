"""A Hikvision box as a small server: it opens its stream of notices to whoever makes the right digest."""

from __future__ import annotations

import hashlib
import queue
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.request import parse_http_list, parse_keqv_list

USER, PASSWORD, REALM, NONCE = "reader", "open <sesame>", "DS-7608", "4e6f6e6365"
PATH = "/ISAPI/Event/notification/alertStream"


@dataclass
class HikBox:
    """Its address, how many streams it opened so far, and to whom it said no."""

    address: str = ""
    opened: int = 0
    refused: int = 0
    _says: queue.Queue[bytes | None] = field(default_factory=queue.Queue)

    def says(
        self, body: bytes, content_type: str = "application/xml", *, long: bool = True
    ) -> None:
        """One part more; with its length, unless it is of those that leave that out."""
        length = f"Content-Length: {len(body)}\r\n" if long else ""
        head = f"--MIME_boundary\r\nContent-Type: {content_type}\r\n{length}\r\n"
        self._says.put(head.encode() + body + b"\r\n")

    def ends(self) -> None:
        """It ends the stream, as when it is started anew."""
        self._says.put(None)

    def knows(self, header: str) -> bool:
        """True for the digest of its one user."""
        said = parse_keqv_list(parse_http_list(header.removeprefix("Digest ")))
        who, what = _md5(f"{USER}:{REALM}:{PASSWORD}"), _md5(f"GET:{PATH}")
        whole = f"{who}:{NONCE}:{said.get('nc')}:{said.get('cnonce')}:{said.get('qop')}:{what}"
        return said.get("response") == _md5(whole)

    def parts(self) -> Iterator[bytes]:
        """What it says, until it ends."""
        while (part := self._says.get()) is not None:
            yield part


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


@contextmanager
def hikvision() -> Iterator[HikBox]:
    """The box answers at an address of this machine until the block ends."""
    box = HikBox()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path != PATH or not box.knows(self.headers.get("Authorization", "")):
                box.refused += 1
                self.send_response(401)
                asked = f'Digest realm="{REALM}", nonce="{NONCE}", qop="auth"'
                self.send_header("WWW-Authenticate", asked)
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            box.opened += 1
            self.send_response(200)
            self.send_header("Content-Type", "multipart/mixed; boundary=MIME_boundary")
            self.end_headers()
            with suppress(OSError):
                for part in box.parts():
                    self.wfile.write(part)

        def log_message(self, *_said: Any) -> None:
            """Nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        box.address = f"http://127.0.0.1:{server.server_port}"
        Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        try:
            yield box
        finally:
            box.ends()
            server.shutdown()
