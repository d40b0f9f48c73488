"""Systems of others that the house itself asks over HTTP: only where the operator allows, and briefly.

What stands in an answer is theirs: nothing of it is believed before somebody has read it.
"""

from __future__ import annotations

import json
import socket
import ssl
import urllib.error
import urllib.request
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any
from urllib.parse import SplitResult, urlencode, urlsplit

from flask_babel import lazy_gettext as _l

from webapp.base.flow import Refusal, Unacceptable
from webapp.monitoring.cameras.rules import allowed_address
from webapp.monitoring.video.ffmpeg import Unreachable, numbers_of

WITHIN_S = 5.0
LARGEST = 5 * 1024 * 1024


class NoAnswer(Refusal):
    """Somebody else's system does not do what it was asked; `str()` says why, without its address."""

    status = 502
    code = "no_answer"


class Declined(NoAnswer):
    """It answered, and said no: asking again at once changes nothing."""


class Unknown(Declined):
    """It does not know our name and password, or our key."""


NOBODY = _l("Nobody knows the host of this address.")
SILENT = _l("It does not answer.")
NOT_READ = _l("It answers what nobody can read.")
NOT_KNOWN = _l("It does not know this name and password, or this key.")


@dataclass(frozen=True)
class Keys:
    """How a system is reached: its address, and a name with its password, or a key."""

    address: str
    user: str = ""
    password: str = ""
    key: str = ""


@dataclass(frozen=True)
class Answer:
    """What was answered: the status, the JSON (None where there is none), and cookies by their names."""

    status: int
    said: Any
    cookies: Mapping[str, str]


def checked(address: str, hosts: Iterable[str]) -> SplitResult:
    """The parts of an address over http or https whose host is allowed under every name it has.

    Raises `Unacceptable` where it is not, `NoAnswer` where nobody knows the host.
    """
    allowed = tuple(hosts)
    parts = urlsplit(allowed_address(address, allowed))
    if parts.scheme not in ("http", "https"):
        words = _l("Begin with http:// or https://.")
        raise Unacceptable(words, fields={"address": words})
    _numbers(str(parts.hostname), allowed)
    return parts


def _numbers(host: str, allowed: tuple[str, ...]) -> list[str]:
    try:
        return numbers_of(host, allowed)
    except Unreachable as error:
        raise NoAnswer(NOBODY) from error


def opener(
    hosts: Iterable[str], *handlers: urllib.request.BaseHandler
) -> urllib.request.OpenerDirector:
    """What opens only hosts that are allowed, at the numbers that were looked at: no redirect, no proxy.

    Opening raises `Unacceptable` where a host has come to lead elsewhere.
    """
    allowed = tuple(hosts)
    return urllib.request.build_opener(
        _NoOtherHost,
        urllib.request.ProxyHandler({}),
        _Dialling(allowed),
        *handlers,
    )


class _Checked(HTTPConnection):
    """A connection to a number of its host that was looked at in the moment of connecting."""

    def __init__(self, host: str, allowed: tuple[str, ...], **how: Any) -> None:
        super().__init__(host, **how)
        self._allowed = allowed

    def connect(self) -> None:
        """Looks at all the numbers, and takes the first that answers."""
        self.sock = _dialled(self.host, self.port, self._allowed, self.timeout)


class _CheckedSealed(HTTPSConnection):
    """The same under TLS, whose certificate names the host."""

    def __init__(self, host: str, allowed: tuple[str, ...], **how: Any) -> None:
        self._sealing = ssl.create_default_context()
        super().__init__(host, context=self._sealing, **how)
        self._allowed = allowed

    def connect(self) -> None:
        """Looks at all the numbers, and takes the first that answers."""
        plain = _dialled(self.host, self.port, self._allowed, self.timeout)
        self.sock = self._sealing.wrap_socket(plain, server_hostname=self.host)


def _dialled(host: str, port: int, allowed: tuple[str, ...], within_s: Any) -> socket.socket:
    gone: OSError | None = None
    for number in _numbers(host, allowed):
        try:
            return socket.create_connection((number, port), within_s)
        except OSError as error:
            gone = error
    raise gone or OSError("no number")


class _Dialling(urllib.request.HTTPHandler, urllib.request.HTTPSHandler):
    """Over such connections, in the place of those that believe a name."""

    def __init__(self, allowed: tuple[str, ...]) -> None:
        super().__init__()
        self._allowed = allowed

    def http_open(self, req: urllib.request.Request) -> Any:
        """Asks in the open."""
        return self.do_open(partial(_Checked, allowed=self._allowed), req)

    def https_open(self, req: urllib.request.Request) -> Any:
        """Asks under TLS."""
        return self.do_open(partial(_CheckedSealed, allowed=self._allowed), req)


class _NoOtherHost(urllib.request.HTTPRedirectHandler):
    """Only the address somebody allowed is asked, wherever it points."""

    def redirect_request(self, *_asked: Any) -> None:
        """Never."""
        return


class Platform:
    """A system that speaks JSON at an address that the operator allows."""

    def __init__(self, address: str, hosts: Iterable[str]) -> None:
        allowed = tuple(hosts)
        checked(address, allowed)
        self._base = address.rstrip("/")
        self._opener = opener(allowed)

    def ask(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, Any] | None = None,
        said: Any = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """What it answers, whatever the status. Raises `NoAnswer` where there is no answer at all."""
        address = f"{self._base}{path}" + (f"?{urlencode(query)}" if query else "")
        body = None if said is None else json.dumps(said).encode()
        if method == "POST" and body is None:
            body = b""
        asked = urllib.request.Request(  # noqa: S310  # http or https, at a host that was allowed
            address,
            data=body,
            method=method,
            headers={"Accept": "application/json", "Content-Type": "application/json"}
            | dict(headers or {}),
        )
        try:
            with self._opener.open(asked, timeout=WITHIN_S) as found:
                return _answer(found.status, found.read(LARGEST), found.headers)
        except urllib.error.HTTPError as error:
            with error:
                return _answer(error.code, error.read(LARGEST), error.headers)
        except (OSError, HTTPException, ValueError) as error:
            raise NoAnswer(SILENT) from error


def _answer(status: int, body: bytes, headers: Any) -> Answer:
    try:
        said = json.loads(body) if body.strip() else None
    except (ValueError, RecursionError):
        said = None
    pairs = (each.split(";")[0].partition("=") for each in headers.get_all("Set-Cookie") or ())
    return Answer(status, said, {name.strip(): value.strip() for name, _is, value in pairs})


def object_of(said: Any) -> dict[str, Any]:
    """The JSON object of an answer. Raises `NoAnswer`."""
    if not isinstance(said, dict):
        raise NoAnswer(NOT_READ)
    return said


def refused(answer: Answer) -> Declined:
    """Why it said no, by its status and what it says itself."""
    if answer.status in (401, 403):
        return Unknown(NOT_KNOWN)
    words = ""
    if isinstance(answer.said, dict):
        words = str(answer.said.get("message") or answer.said.get("msg") or "")[:120]
    return Declined(_l("It refuses: %(why)s", why=words or answer.status))
