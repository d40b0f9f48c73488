"""Cameras that give their film only to who knows the password: over RTSP by digest, over HTTP as HLS."""

from __future__ import annotations

import base64
import hashlib
import socketserver
import struct
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

USER, PASSWORD = "viewer", "se'cret 7"
# The same as it stands in an address.
IN_ADDRESS = "viewer:se'cret%207"

_REALM, _NONCE = "camera", "5ccc069c403ebaf9"
_SDP = "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=gate\r\nt=0 0\r\nm=video 0 RTP/AVP 33\r\na=control:film\r\n"
# Seven packets of a transport stream fill one of RTP.
_PACKET = 7 * 188


class _Rtsp(socketserver.StreamRequestHandler):
    """One who asks for the film; it is handed over in the connection itself, at the speed of a camera."""

    film = b""

    def handle(self) -> None:
        """Answers until the film has ended or the other hangs up."""
        with suppress(OSError):
            while words := self._asked():
                self._answer(*words)

    def _asked(self) -> tuple[str, dict[str, str]] | None:
        lines = []
        while (line := self.rfile.readline().decode().strip()) or not lines:
            if not line:
                return None
            lines.append(line)
        heads = (each.partition(":") for each in lines[1:])
        return lines[0].partition(" ")[0], {key.lower(): said.strip() for key, _, said in heads}

    def _answer(self, method: str, heads: dict[str, str]) -> None:
        if method == "DESCRIBE" and not self._is_known(heads.get("authorization", "")):
            asked = f'WWW-Authenticate: Digest realm="{_REALM}", nonce="{_NONCE}"'
            self._say("401 Unauthorized", heads, asked)
        elif method == "DESCRIBE":
            self._say("200 OK", heads, "Content-Type: application/sdp", body=_SDP)
        elif method == "SETUP":
            way = "Transport: RTP/AVP/TCP;unicast;interleaved=0-1"
            self._say("200 OK", heads, way, "Session: 1")
        else:
            self._say("200 OK", heads, "Session: 1")
        if method == "PLAY":
            self._play()

    def _is_known(self, said: str) -> bool:
        given = dict(
            each.strip().partition("=")[::2]
            for each in said.removeprefix("Digest ").split(",")
            if "=" in each
        )
        uri = given.get("uri", "").strip('"')
        who, what = _md5(f"{USER}:{_REALM}:{PASSWORD}"), _md5(f"DESCRIBE:{uri}")
        return given.get("response", "").strip('"') == _md5(f"{who}:{_NONCE}:{what}")

    def _say(self, status: str, heads: dict[str, str], *more: str, body: str = "") -> None:
        lines = [f"RTSP/1.0 {status}", f"CSeq: {heads.get('cseq', '0')}", *more]
        lines.append(f"Content-Length: {len(body)}")
        self.wfile.write("\r\n".join([*lines, "", body]).encode())

    def _play(self) -> None:
        for number, start in enumerate(range(0, len(self.film), _PACKET)):
            part = self.film[start : start + _PACKET]
            head = struct.pack(">BBHII", 0x80, 33, number & 0xFFFF, number * 900, 1)
            self.wfile.write(struct.pack(">cBH", b"$", 0, len(head) + len(part)) + head + part)
            time.sleep(0.002)


class _Hls(SimpleHTTPRequestHandler):
    """The folder, for who knows the password."""

    def do_GET(self) -> None:  # as the library names it
        """Answers 401 to everybody else."""
        known = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
        if self.headers.get("Authorization") == f"Basic {known}":
            super().do_GET()
            return
        self.send_response(401)
        self.send_header("WWW-Authenticate", f'Basic realm="{_REALM}"')
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # as the library names it
        """Says nothing."""


class _Threads(socketserver.ThreadingTCPServer):
    daemon_threads = True


@contextmanager
def rtsp(film: Path) -> Iterator[str]:
    """The transport stream at this address, with the password in it."""
    handler = type("Film", (_Rtsp,), {"film": film.read_bytes()})
    with _served(_Threads(("127.0.0.1", 0), handler)) as port:
        yield f"rtsp://{IN_ADDRESS}@127.0.0.1:{port}/gate"


@contextmanager
def hls(folder: Path) -> Iterator[str]:
    """The playlist `index.m3u8` of a folder at this address, with the password in it."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Hls, directory=str(folder)))
    with _served(server) as port:
        yield f"http://{IN_ADDRESS}@127.0.0.1:{port}/index.m3u8"


@contextmanager
def _served(server: socketserver.TCPServer) -> Iterator[int]:
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _md5(text: str) -> str:
    return hashlib.md5(text.encode()).hexdigest()  # digest authentication is of MD5
