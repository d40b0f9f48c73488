"""A device that speaks ONVIF, as a server: it checks each digest by its own clock, and notes what it was asked."""

from __future__ import annotations

import base64
import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, TypeVar
from xml.etree.ElementTree import Element, fromstring

USER, PASSWORD = "operator", "turn & look <1>"

SPACES = (
    'xmlns:s="http://www.w3.org/2003/05/soap-envelope" '
    'xmlns:t="http://www.onvif.org/ver10/schema" '
    'xmlns:d="http://www.onvif.org/ver10/device/wsdl" '
    'xmlns:m="http://www.onvif.org/ver10/media/wsdl" '
    'xmlns:p="http://www.onvif.org/ver20/ptz/wsdl" '
    'xmlns:e="http://www.onvif.org/ver10/events/wsdl" '
    'xmlns:w="http://docs.oasis-open.org/wsn/b-2" '
    'xmlns:a="http://www.w3.org/2005/08/addressing" '
    'xmlns:tns1="http://www.onvif.org/ver10/topics" '
    'xmlns:ter="http://www.onvif.org/ver10/error"'
)


class Cut(Exception):
    """The connection breaks before the answer."""


@dataclass
class OnvifDevice:
    """What stands behind an address: how wrong its clock is, what was forged, what it was asked."""

    address: str = ""
    ahead: timedelta = timedelta(hours=1, minutes=7)
    # Where it says that its services are: devices behind a router name another host than theirs.
    elsewhere: str = "http://192.168.1.64"
    refused: int = 0
    asked: list[str] = field(default_factory=list)
    # Its services by their namespaces below onvif.org: the path of each.
    services: dict[str, str] = field(default_factory=dict)
    _seen: set[str] = field(default_factory=set)
    _port: int = 0
    _server: ThreadingHTTPServer | None = None

    def now(self) -> datetime:
        """Its own clock."""
        return datetime.now(UTC) + self.ahead

    def knows(self, head: Element) -> bool:
        """True where the digest is of our name and password, of now by the device's clock, and was never used."""
        said = {each.tag.rpartition("}")[2]: (each.text or "") for each in head.iter()}
        if said.get("Username") != USER or said.get("Nonce", "") in self._seen:
            return False
        self._seen.add(said["Nonce"])
        created = datetime.fromisoformat(said["Created"])
        if abs(created - self.now()) > timedelta(seconds=30):
            return False
        plain = base64.b64decode(said["Nonce"]) + said["Created"].encode() + PASSWORD.encode()
        wanted = base64.b64encode(hashlib.sha1(plain, usedforsecurity=False).digest()).decode()
        return said.get("Password") == wanted

    def answer(self, head: Element | None, body: Element) -> tuple[int, str]:
        """Status and what stands in the body of the answer."""
        name = body[0].tag.rpartition("}")[2]
        self.asked.append(name)
        if name == "GetSystemDateAndTime":
            at = self.now()
            day = f"<t:Year>{at.year}</t:Year><t:Month>{at.month}</t:Month><t:Day>{at.day}</t:Day>"
            hour = f"<t:Hour>{at.hour}</t:Hour><t:Minute>{at.minute}</t:Minute><t:Second>{at.second}</t:Second>"
            return 200, f"<UTCDateTime><t:Time>{hour}</t:Time><t:Date>{day}</t:Date></UTCDateTime>"
        if name == "GetServices":
            return 200, "".join(
                f"<d:Service><d:Namespace>http://www.onvif.org/{space}</d:Namespace>"
                f"<d:XAddr>{self.elsewhere}/onvif/{path}</d:XAddr></d:Service>"
                for space, path in self.services.items()
            )
        return self.tells(name, head, body[0])

    def tells(self, name: str, head: Element | None, said: Element) -> tuple[int, str]:
        """What it answers beside what every device does."""
        raise NotImplementedError

    def stand(self) -> None:
        """It answers at its address: the same again after it was gone."""
        self._server = ThreadingHTTPServer(("127.0.0.1", self._port), _handler(self))
        self._server.daemon_threads = True
        self._port = self._server.server_port
        self.address = f"http://127.0.0.1:{self._port}/onvif/device_service"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def go(self) -> None:
        """Nobody answers at its address any more; it still knows what it knew."""
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None


def fault(code: str, words: str) -> tuple[int, str]:
    """A fault as devices tell of it."""
    return 500, (
        f"<s:Fault><s:Code><s:Value>s:Sender</s:Value><s:Subcode><s:Value>{code}</s:Value>"
        f'</s:Subcode></s:Code><s:Reason><s:Text xml:lang="en">{words}</s:Text></s:Reason></s:Fault>'
    )


def said_in(here: Element, name: str) -> str:
    """The text of the first element of this local name, or nothing."""
    found = (each.text for each in here.iter() if each.tag.rpartition("}")[2] == name)
    return (next(found, None) or "").strip()


Kind = TypeVar("Kind", bound=OnvifDevice)


@contextmanager
def standing(device: Kind) -> Iterator[Kind]:
    """The device stands at an address until the block ends."""
    device.stand()
    try:
        yield device
    finally:
        device.go()


def _handler(device: OnvifDevice) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            sent = fromstring(self.rfile.read(int(self.headers["Content-Length"])))
            parts = {each.tag.rpartition("}")[2]: each for each in sent}
            head, body = parts.get("Header"), parts["Body"]
            open_to_all = body[0].tag.endswith("GetSystemDateAndTime")
            if open_to_all or (head is not None and device.knows(head)):
                try:
                    status, said = device.answer(head, body)
                except Cut:
                    return  # without a word
            else:
                device.refused += 1
                status, said = 400, fault("ter:NotAuthorized", "Sender not authorized")[1]
            whole = f"<s:Envelope {SPACES}><s:Body>{said}</s:Body></s:Envelope>".encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/soap+xml")
            self.send_header("Content-Length", str(len(whole)))
            self.end_headers()
            with suppress(BrokenPipeError):
                self.wfile.write(whole)

        def log_message(self, *_said: Any) -> None:
            """Nothing."""

    return Handler
