"""One message over the wire: signed, to exactly the number that was checked, with limits on everything."""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime

from standardwebhooks.webhooks import Webhook

from webapp.base.numbers import Network
from webapp.interop.webhooks.rules import ANSWER_CHARS, SPARED_MOST_S
from webapp.interop.webhooks.targets import Forbidden, Target, resolved

CONNECT_S = 5.0
# For the whole of a try, whatever a receiver does meanwhile.
WHOLE_S = 15.0
ANSWER_BYTES = 4_096
AGENT = "Wangge-Webhooks/1.0"


@dataclass(frozen=True)
class Message:
    """What is sent: never changed from one try to the next but for the moment and its signatures."""

    id: str
    body: str
    secrets: tuple[str, ...]


@dataclass(frozen=True)
class Outcome:
    """What came of one try: a status with the beginning of the answer, or an error in words."""

    took_ms: int
    status: int | None = None
    answer: str | None = None
    error: str | None = None
    # So many seconds the receiver asks to be spared.
    spare_s: int | None = None

    @property
    def taken(self) -> bool:
        """True when the receiver has the message."""
        return self.status is not None and 200 <= self.status < 300

    @property
    def gone(self) -> bool:
        """True when the receiver wants nothing any more."""
        return self.status == 410


def headers_of(message: Message, at: datetime) -> dict[str, str]:
    """Id, moment and a signature by each secret, as Standard Webhooks 1.0.0 says."""
    signed = [Webhook(secret).sign(message.id, at, message.body) for secret in message.secrets]
    return {
        "webhook-id": message.id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(signed),
    }


def post(message: Message, target: Target, allowed: Sequence[Network]) -> Outcome:
    """Sends the message once. Never raises: what went wrong stands in the outcome."""
    began = time.monotonic()

    def after(**said: object) -> Outcome:
        return Outcome(took_ms=int(1000 * (time.monotonic() - began)), **said)  # type: ignore[arg-type]  # the fields by name

    try:
        number = resolved(target, allowed)
        status, headers, body = _sent(message, target, number)
    except Forbidden as error:
        return after(error=str(error))
    except (OSError, http.client.HTTPException, ValueError) as error:
        return after(error=f"{type(error).__name__}: {error}"[:ANSWER_CHARS])
    words = body.decode("utf-8", "replace").replace("\0", "")[:ANSWER_CHARS]
    asked = headers.get("retry-after", "")
    spare = min(int(asked), SPARED_MOST_S) if asked.isascii() and asked.isdigit() else None
    return after(status=status, answer=words, spare_s=spare)


class _Wire:
    """The connection of one try, which is cut when the time for the whole of it is over."""

    def __init__(self, target: Target, number: str) -> None:
        self.cut = False
        self._timer = threading.Timer(WHOLE_S, self._over)
        self._timer.daemon = True
        self.socket = socket.create_connection((number, target.port), timeout=CONNECT_S)
        self.socket.settimeout(WHOLE_S)
        self._timer.start()

    def seal(self, host: str) -> None:
        """From now on only the receiver reads it, whose certificate names the host."""
        context = ssl.create_default_context()
        wrapped = context.wrap_socket(
            self.socket, server_hostname=host, do_handshake_on_connect=False
        )
        self.socket = wrapped
        wrapped.do_handshake()

    def close(self) -> None:
        """It is over."""
        self._timer.cancel()
        self.socket.close()

    def _over(self) -> None:
        self.cut = True
        with suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)


def _sent(message: Message, target: Target, number: str) -> tuple[int, Mapping[str, str], bytes]:
    body = message.body.encode()
    headers = {
        "Host": _host(target),
        "Content-Type": "application/json",
        "Content-Length": str(len(body)),
        "User-Agent": AGENT,
        "Connection": "close",
        **headers_of(message, datetime.now(UTC)),
    }
    wire = _Wire(target, number)
    try:
        if target.scheme == "https":
            wire.seal(target.host)
        connection = http.client.HTTPConnection(target.host, target.port)
        # It speaks over this wire only: no name is asked for again, nothing is followed to elsewhere.
        connection.sock = wire.socket
        connection.putrequest("POST", target.path, skip_host=True, skip_accept_encoding=True)
        for name, value in headers.items():
            connection.putheader(name, value)
        connection.endheaders(body)
        answer = connection.getresponse()
        said = {name.lower(): value for name, value in answer.getheaders()}
        # The status has come: an answer that breaks off after it is an answer all the same.
        return answer.status, said, _beginning(answer)
    except (OSError, http.client.HTTPException, ValueError) as error:
        if wire.cut:
            raise TimeoutError(f"no whole answer within {WHOLE_S:.0f} s") from error
        raise
    finally:
        wire.close()


def _beginning(answer: http.client.HTTPResponse) -> bytes:
    try:
        return answer.read(ANSWER_BYTES)
    except (OSError, http.client.HTTPException):
        return b""


def _host(target: Target) -> str:
    name = f"[{target.host}]" if ":" in target.host else target.host
    usual = {"http": 80, "https": 443}[target.scheme]
    return name if target.port == usual else f"{name}:{target.port}"
