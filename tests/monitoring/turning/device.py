"""A camera that turns, as a server of ONVIF: it checks each digest by its own clock, and notes where it was told to look."""

from __future__ import annotations

import base64
import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from xml.etree.ElementTree import Element, fromstring

USER, PASSWORD = "operator", "turn & look <1>"


@dataclass
class Turning:
    """What stands behind the address: where it looks, its presets, how wrong its clock is, what was forged."""

    address: str = ""
    looks_at: list[str] = field(default_factory=list)
    presets: dict[str, str] = field(
        default_factory=lambda: {"1": "大门", "2": "氨罐 & 机房", "tour": ""}
    )
    ahead: timedelta = timedelta(hours=1, minutes=7)
    # Where it says that its services are: cameras behind a router name another host than theirs.
    elsewhere: str = "http://192.168.1.64"
    refused: int = 0
    asked: list[str] = field(default_factory=list)
    _seen: set[str] = field(default_factory=set)

    def knows(self, head: Element) -> bool:
        """True where the digest is of our name and password, of now by the camera's clock, and was never used."""
        said = {each.tag.rpartition("}")[2]: (each.text or "") for each in head.iter()}
        if said.get("Username") != USER or said.get("Nonce", "") in self._seen:
            return False
        self._seen.add(said["Nonce"])
        created = datetime.fromisoformat(said["Created"])
        if abs(created - datetime.now(UTC) - self.ahead) > timedelta(seconds=30):
            return False
        plain = base64.b64decode(said["Nonce"]) + said["Created"].encode() + PASSWORD.encode()
        wanted = base64.b64encode(hashlib.sha1(plain, usedforsecurity=False).digest()).decode()
        return said.get("Password") == wanted

    def answer(self, body: Element) -> tuple[int, str]:
        """Status and what stands in the body of the answer."""
        name, said = body[0].tag.rpartition("}")[2], body[0]
        self.asked.append(name)
        if name == "GetSystemDateAndTime":
            at = datetime.now(UTC) + self.ahead
            day = f"<t:Year>{at.year}</t:Year><t:Month>{at.month}</t:Month><t:Day>{at.day}</t:Day>"
            hour = f"<t:Hour>{at.hour}</t:Hour><t:Minute>{at.minute}</t:Minute><t:Second>{at.second}</t:Second>"
            return 200, f"<UTCDateTime><t:Time>{hour}</t:Time><t:Date>{day}</t:Date></UTCDateTime>"
        if name == "GetServices":
            return 200, "".join(
                f"<d:Service><d:Namespace>http://www.onvif.org/{space}</d:Namespace>"
                f"<d:XAddr>{self.elsewhere}/onvif/{path}</d:XAddr></d:Service>"
                for space, path in (
                    ("ver10/media/wsdl", "media_service"),
                    ("ver20/ptz/wsdl", "ptz_service"),
                )
            )
        if name == "GetProfiles":
            return 200, (
                '<m:Profiles token="fixed"/><m:Profiles token="main">'
                '<t:PTZConfiguration token="ptz"/></m:Profiles>'
            )
        if name == "GetPresets":
            from xml.sax.saxutils import escape

            return 200, "".join(
                f'<p:Preset token="{token}"><t:Name>{escape(words)}</t:Name></p:Preset>'
                for token, words in self.presets.items()
            )
        told = {each.tag.rpartition("}")[2]: each.text for each in said.iter()}
        if told.get("ProfileToken") != "main" or told.get("PresetToken") not in self.presets:
            return 500, _fault("ter:NoToken", "The preset does not exist")
        self.looks_at.append(str(told["PresetToken"]))
        return 200, "<p:GotoPresetResponse/>"


def _fault(code: str, words: str) -> str:
    return (
        f"<s:Fault><s:Code><s:Value>s:Sender</s:Value><s:Subcode><s:Value>{code}</s:Value>"
        f'</s:Subcode></s:Code><s:Reason><s:Text xml:lang="en">{words}</s:Text></s:Reason></s:Fault>'
    )


@contextmanager
def turning() -> Iterator[Turning]:
    """The camera stands at an address until the block ends."""
    camera = Turning()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            sent = fromstring(self.rfile.read(int(self.headers["Content-Length"])))
            parts = {each.tag.rpartition("}")[2]: each for each in sent}
            body = parts["Body"]
            open_to_all = body[0].tag.endswith("GetSystemDateAndTime")
            if open_to_all or ("Header" in parts and camera.knows(parts["Header"])):
                status, said = camera.answer(body)
            else:
                camera.refused += 1
                status, said = 400, _fault("ter:NotAuthorized", "Sender not authorized")
            spaces = (
                'xmlns:s="http://www.w3.org/2003/05/soap-envelope" '
                'xmlns:t="http://www.onvif.org/ver10/schema" '
                'xmlns:d="http://www.onvif.org/ver10/device/wsdl" '
                'xmlns:m="http://www.onvif.org/ver10/media/wsdl" '
                'xmlns:p="http://www.onvif.org/ver20/ptz/wsdl" '
                'xmlns:ter="http://www.onvif.org/ver10/error"'
            )
            whole = f"<s:Envelope {spaces}><s:Body>{said}</s:Body></s:Envelope>".encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/soap+xml")
            self.send_header("Content-Length", str(len(whole)))
            self.end_headers()
            self.wfile.write(whole)

        def log_message(self, *_said: Any) -> None:
            """Nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        camera.address = f"http://127.0.0.1:{server.server_port}/onvif/device_service"
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield camera
        finally:
            server.shutdown()
