"""Receivers of AIS are heard: over TCP and UDP until told to stop, or from a file to its end.

What was heard is committed in batches; while the database is away the batch in hand waits.
"""

from __future__ import annotations

import logging
import socket
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from flask import Flask
from sqlalchemy import exc

from webapp.base import clock
from webapp.base.db import db
from webapp.monitoring.signals import Position
from webapp.ports.sea import keeping
from webapp.ports.sea.ais import Counts, Reader
from webapp.ports.sea.rules import What

log = logging.getLogger("wangge.ports")

# Positions are committed so many at once, and none waits longer (seconds).
BATCH = 500
SOON_S = 1.0
# A receiver that says nothing for so long (seconds) is called anew.
SILENT_S = 120.0
FIRST_WAIT_S, LONGEST_WAIT_S = 1.0, 60.0
_LONGEST_LINE = 4096


@dataclass(frozen=True)
class Address:
    """Where a receiver speaks (TCP) or where we hear it (UDP)."""

    kind: str
    host: str
    port: int

    def __str__(self) -> str:
        return f"{self.kind} {self.host}:{self.port}"


def address(kind: str, said: str) -> Address:
    """HOST:PORT, or a bare PORT of UDP. Raises `ValueError`."""
    host, _colon, port = said.rpartition(":")
    if not port.isdecimal() or not 0 < int(port) < 65536 or (kind == "tcp" and not host):
        raise ValueError(said)
    return Address(kind, host.strip("[]") or "0.0.0.0", int(port))  # noqa: S104  # its antenna is elsewhere


def addresses(named: Iterable[str]) -> list[Address]:
    """Addresses as the setting AIS_RECEIVERS names them. Raises `ValueError`."""
    return [address(*each.split(":", 1)) for each in named]


class Ear:
    """Hears one receiver, from `run` until `stop`."""

    def __init__(self, app: Flask, where: Address, *, source: str) -> None:
        self.app = app
        self.where = where
        self.source = source
        self._stop = threading.Event()
        self._reader = Reader()
        self._found: list[Position] = []
        self._since = 0.0

    def stop(self) -> None:
        """It ends after the batch in hand."""
        self._stop.set()

    def run(self) -> None:
        """Hears until it is told to stop, and calls again whoever hung up."""
        wait = FIRST_WAIT_S
        while not self._stop.is_set():
            begun = time.monotonic()
            try:
                self._hear()
            except OSError as error:
                log.warning("%s is away: %s", self.where, error)
            self._keep()
            self._stop.wait(wait)
            held = time.monotonic() - begun > LONGEST_WAIT_S
            wait = FIRST_WAIT_S if held else min(wait * 2, LONGEST_WAIT_S)

    def _hear(self) -> None:
        with self._opened() as opened:
            log.info("hearing %s", self.where)
            rest, spoke = b"", time.monotonic()
            while not self._stop.is_set():
                if time.monotonic() - self._since > SOON_S:
                    self._keep()
                try:
                    heard = opened.recv(65536)
                except TimeoutError:
                    if self.where.kind == "tcp" and time.monotonic() - spoke > SILENT_S:
                        raise OSError(f"silent for {SILENT_S:g} s") from None
                    continue
                if not heard and self.where.kind == "tcp":
                    raise OSError("it hung up")
                spoke = time.monotonic()
                *lines, rest = (rest + heard).split(b"\n")
                if self.where.kind == "udp":  # a datagram is whole
                    lines, rest = [*lines, rest], b""
                if len(rest) > _LONGEST_LINE:
                    lines, rest = [*lines, rest], b""
                self._take(lines)

    def _opened(self) -> socket.socket:
        if self.where.kind == "tcp":
            made = socket.create_connection((self.where.host, self.where.port), timeout=10)
            made.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        else:
            family = socket.AF_INET6 if ":" in self.where.host else socket.AF_INET
            made = socket.socket(family, socket.SOCK_DGRAM)
            made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 * 1024 * 1024)
            made.bind((self.where.host, self.where.port))
        made.settimeout(SOON_S / 2)
        return made

    def _take(self, lines: Iterable[bytes]) -> None:
        now = clock.now()
        for line in lines:
            found = self._reader.read(line, now)
            if found is not None:
                self._found.append(found)
            if len(self._found) >= BATCH:
                self._keep()

    def _keep(self) -> None:
        """What was heard is committed; while the database is away it is tried again and again."""
        self._since, counts = time.monotonic(), self._reader.take_counts()
        if not counts.lines:
            return
        wait = 0.5
        while True:
            try:
                with self.app.app_context():
                    keep_all(self._found, source=self.source, counts=counts)
                self._found = []
                return
            except exc.OperationalError as error:
                log.warning("the database is away: %s", str(error.__cause__).splitlines()[0])
            if self._stop.wait(wait):
                return
            wait = min(wait * 2, LONGEST_WAIT_S)


def keep_all(found: list[Position], *, source: str, counts: Counts) -> list[What]:
    """A batch is committed; what became of each."""
    became = keeping.keep(found, source=source, received_at=clock.now(), counts=counts)
    db.session.commit()
    return became


def replay(
    lines: Iterable[bytes], *, source: str, at: datetime | None, tell: Callable[[float], object]
) -> Iterator[tuple[Counts, list[What]]]:
    """A recording is kept as if it had been heard; answers, of each committed batch, what became of it.

    Lines say when they were heard: by their tag block, or before the sentence; `at` is for those that do not.
    """
    reader, found = Reader(), list[Position]()
    for line in lines:
        position = reader.read(line, at)
        tell(len(line))
        if position is not None:
            found.append(position)
        if len(found) >= BATCH:
            counts = reader.take_counts()
            yield counts, keep_all(found, source=source, counts=counts)
            found = []
    counts = reader.take_counts()
    yield counts, keep_all(found, source=source, counts=counts)
