"""The notices of a Hikvision box, read from the answer that it never ends."""

from __future__ import annotations

import contextlib
import os
import socket
import threading
import urllib.error
import urllib.request
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from http.client import HTTPException
from typing import Any, Self
from urllib.parse import urlunsplit

from flask_babel import lazy_gettext as _l

from webapp.monitoring.intake.arriving import Sent
from webapp.monitoring.intake.readers import parts
from webapp.monitoring.intake.readers.parts import Part, Parts
from webapp.monitoring.intake.rules import NotRead
from webapp.monitoring.onvif import Reached
from webapp.monitoring.reaching import (
    NOT_KNOWN,
    SILENT,
    Declined,
    NoAnswer,
    Unknown,
    checked,
    opener,
)
from webapp.monitoring.ways.followers import Around, Follower, Task

PATH = "/ISAPI/Event/notification/alertStream"
# A box that says nothing for so long, no sign of life either, is lost (seconds).
SILENT_S = 60.0
_A_PIECE = 1 << 16
_DOCUMENT = "application/xml"


class AlertStream:
    """The stream of a box at an address that the operator allows, open until the block ends."""

    def __init__(self, answer: Any) -> None:
        self._answer = answer
        # The same connection once more: it is cut while somebody else waits at it.
        self._line = socket.socket(fileno=os.dup(answer.fileno()))

    @classmethod
    @contextmanager
    def of(cls, where: Reached, hosts: Iterable[str]) -> Iterator[Self]:
        """Asks with a digest. Raises `NoAnswer`, `Declined` where the box says no."""
        allowed = tuple(hosts)
        at = checked(where.address, allowed)
        address = urlunsplit((at.scheme, at.netloc, at.path.rstrip("/") or PATH, "", ""))
        known = urllib.request.HTTPPasswordMgrWithDefaultRealm()
        known.add_password(None, address, where.user, where.password)
        asking = opener(allowed, urllib.request.HTTPDigestAuthHandler(known))
        try:
            answer = asking.open(address, timeout=SILENT_S)
        except urllib.error.HTTPError as error:
            with error:
                if error.code in (401, 403):
                    raise Unknown(NOT_KNOWN) from error
                raise Declined(_l("It refuses: %(why)s", why=error.code)) from error
        except (OSError, HTTPException, ValueError) as error:
            raise NoAnswer(SILENT) from error
        with answer:
            if not parts.is_multipart(answer.headers.get("Content-Type", "")):
                raise NoAnswer(_l("It sends no stream of notices."))
            stream = cls(answer)
            try:
                yield stream
            finally:
                stream.cut()
                stream.close()

    def read(self) -> Iterator[list[Part]]:
        """What comes, in whole parts, until the box or somebody here ends it."""
        found = Parts()
        while True:
            try:
                some = self._answer.read1(_A_PIECE)
            except (OSError, HTTPException, ValueError) as error:
                raise NoAnswer(SILENT) from error
            if not some:
                return
            yield found.fed(some)

    def cut(self) -> None:
        """Nothing more comes: whoever waits for it waits no more."""
        with contextlib.suppress(OSError):
            self._line.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """The connection is given back."""
        self._line.close()


class Streamer(Follower):
    """A box whose stream is read."""

    def __init__(self, around: Around, task: Task) -> None:
        super().__init__(around, task)
        self._stream: AlertStream | None = None
        self._guard = threading.Lock()
        self._last: Part | None = None

    def stop(self) -> None:
        """As for every follower; whoever waits for the box waits no more."""
        super().stop()
        with self._guard:
            if self._stream is not None:
                self._stream.cut()

    def follow(self) -> None:
        """The stream is read until it ends, which raises."""
        self._last = None
        with AlertStream.of(self.reached(), self.around.settings.allowed_camera_hosts) as stream:
            with self._guard:
                self._stream = stream
            try:
                # Told to stop before there was a stream to cut, it does not begin to read.
                if not self.stopped.is_set():
                    self._read(stream)
            finally:
                with self._guard:
                    self._stream = None

    def _read(self, stream: AlertStream) -> None:
        self.note()
        try:
            for pieces in stream.read():
                self.keep(self._messages(pieces))
                self.answered()
                if self.stopped.is_set():
                    return
        except (NoAnswer, NotRead):
            if self.stopped.is_set():
                return
            raise
        if not self.stopped.is_set():
            raise NoAnswer(_l("Its stream ended."))

    def _messages(self, pieces: Sequence[Part]) -> list[Sent]:
        """A notice does not wait for the pictures behind it: where they come later, they bring it once more."""
        said: list[Sent] = []
        pictures: list[Part] = []
        late = True
        for piece in pieces:
            if piece.is_picture:
                pictures.append(piece)
            elif piece.body.strip():
                said += self._told(pictures, late=late)
                self._last, pictures, late = piece, [], False
        return said + self._told(pictures, late=late)

    def _told(self, pictures: Sequence[Part], *, late: bool) -> list[Sent]:
        if self._last is None or (late and not pictures):
            return []
        if not pictures:
            return [Sent(self._last.body, self._last.content_type or _DOCUMENT)]
        body, content_type = parts.joined([self._last, *pictures])
        return [Sent(body, content_type)]


def tried(where: Reached, hosts: Iterable[str]) -> None:
    """The box opens its stream to us. Raises `NoAnswer`."""
    with AlertStream.of(where, hosts):
        return
