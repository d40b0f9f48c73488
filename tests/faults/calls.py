"""A program that speaks to a served house, and is told what became of each request: 0 when nobody answered."""

from __future__ import annotations

import http.client
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode, urlsplit

from tests.servers import Served, Visitor

NOBODY = 0
PATIENCE_S = 30.0


@dataclass(frozen=True)
class Answer:
    """What one request was told."""

    status: int
    body: bytes = b""
    retry_after: str | None = None


@dataclass(frozen=True)
class Part:
    """A file of a form."""

    name: str
    file: str
    body: bytes


@dataclass
class Caller:
    """Sends requests one after another, each on a connection of its own."""

    served: Served
    headers: dict[str, str] = field(default_factory=dict)
    token: str = ""

    @classmethod
    def signed_in(cls, served: Served, username: str, password: str) -> Caller:
        """As a browser in which this account has signed in."""
        visitor = Visitor(served).sign_in(username, password)
        found = re.search(r'name="csrf-token" content="([^"]+)"', visitor.get("/sign-in"))
        assert found, "no page carries a token"
        return cls(served, {"Cookie": visitor.cookies}, found[1])

    @classmethod
    def with_key(cls, served: Served, key: str) -> Caller:
        """As a machine."""
        return cls(served, {"Authorization": f"Bearer {key}"})

    def post_json(self, path: str, body: bytes) -> Answer:
        """What a machine says."""
        return self.ask("POST", path, body, {"Content-Type": "application/json"})

    def post(self, path: str, fields: Mapping[str, str], *parts: Part) -> Answer:
        """What a person sends by a form."""
        sent = {"csrf_token": self.token, **fields}
        if not parts:
            kind = {"Content-Type": "application/x-www-form-urlencoded"}
            return self.ask("POST", path, urlencode(sent).encode(), kind)
        kind, body = multipart(sent, *parts)
        return self.ask("POST", path, body, {"Content-Type": kind})

    def ask(
        self, method: str, path: str, body: bytes | None = None, more: Mapping[str, str] = {}
    ) -> Answer:
        """The answer to any request."""
        line = http.client.HTTPConnection(urlsplit(self.served.url).netloc, timeout=PATIENCE_S)
        try:
            line.request(method, path, body, {**self.headers, "Accept-Language": "en", **more})
            told = line.getresponse()
            return Answer(told.status, told.read(), told.getheader("Retry-After"))
        except (OSError, http.client.HTTPException):
            return Answer(NOBODY)
        finally:
            line.close()


def multipart(fields: Mapping[str, str], *parts: Part) -> tuple[str, bytes]:
    """Content type and body of a form with files."""
    edge = uuid.uuid4().hex
    head = f'--{edge}\r\nContent-Disposition: form-data; name="'
    said = b"".join(f'{head}{name}"\r\n\r\n{value}\r\n'.encode() for name, value in fields.items())
    for part in parts:
        named = f'{head}{part.name}"; filename="{part.file}"\r\n'
        said += f"{named}Content-Type: application/octet-stream\r\n\r\n".encode()
        said += part.body + b"\r\n"
    return f"multipart/form-data; boundary={edge}", said + f"--{edge}--\r\n".encode()
