"""From the intake to two hundred consoles: how long until each hears of an alarm, and whether all do."""

from __future__ import annotations

import json
import multiprocessing
import os
import re
import selectors
import socket
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from multiprocessing.connection import Connection

from sqlalchemy import text

from bench.figures import Figure
from bench.ground import Ground
from bench.load import Request, Server, asked, served
from webapp.base.access import HOUSE
from webapp.base.db import db
from webapp.monitoring.alarms import keeping as ringing
from webapp.monitoring.alarms.rules import CAP_MOST
from webapp.monitoring.intake import keeping
from webapp.monitoring.intake.keeping import Described
from webapp.monitoring.intake.rules import Format
from webapp.monitoring.signals import Kind

CONSOLES = 200
# Of these each alarm is timed; the others are read and their lines counted.
TIMED = 20
SECONDS = int(os.environ.get("BENCH_SECONDS", "60"))
STORM_S = int(os.environ.get("BENCH_STORM_SECONDS", "600"))
# Messages a second, and how many of them a request brings.
RATES = ((20, 1), (100, 10))
# So many machines speak: none waits for what another is answered.
SENDERS = 4
# What is still on its way when the last message was answered has so long (seconds).
AFTER_S = 10.0
MOST_MS = 1000
# So long (seconds) a console asks to be let in.
PATIENCE_S = 60.0
READER = "dispatcher"

_BEGUN = re.compile(rb'event: alarm\ndata: {"id": (\d+), "move": "raise"')
_PLACE = re.compile(rb"id: (\d+-\d+)\n")
# The last piece of an answer that is sent in pieces; its line may stay open.
_ENDED = b"\r\n0\r\n\r\n"
_COUNT = text("""
    SELECT (SELECT count(*) FROM intake_message m JOIN intake_source s ON s.id = m.source_id
            WHERE s.code = 'consoles' AND m.message_id LIKE :run),
           (SELECT count(*) FROM alarm WHERE source = 'consoles' AND own_id LIKE :run)
""")


@dataclass(frozen=True)
class Told:
    """What the consoles heard: of each timed one when it heard of an alarm, of all how many lines,
    and how often a stream had ended and its console came back."""

    heard: list[tuple[int, float]]
    lines: int
    back: int


class Console:
    """One console; like that of a browser it comes back when its stream ends, and says what it heard last."""

    def __init__(self, port: int, cookie: str) -> None:
        self._port, self._cookie = port, cookie
        self._place, self._rest, self.over = b"", b"", False
        self.opened = self._let_in()

    def come_back(self) -> None:
        """The stream has ended; another one goes on where it stopped."""
        self.opened.close()
        self._rest = b""
        self.opened = self._let_in()

    def read(self) -> list[int]:
        """The alarms told of in what has arrived; `over` once the stream has ended."""
        try:
            came = self.opened.recv(65536)
        except OSError:
            came = b""  # its process is gone
        self.over = not came or (self._rest + came).endswith(_ENDED)
        return self._alarms(came)

    def _alarms(self, came: bytes) -> list[int]:
        whole, end, self._rest = (self._rest + came).rpartition(b"\n\n")
        for place in _PLACE.findall(whole + end):
            self._place = place
        return [int(each) for each in _BEGUN.findall(whole)]

    def _let_in(self) -> socket.socket:
        """The places of consoles that went are free again at the next heartbeat."""
        asking = f"GET /live HTTP/1.1\r\nHost: bench\r\nCookie: {self._cookie}\r\n"
        if self._place:
            asking += f"Last-Event-ID: {self._place.decode()}\r\n"
        until = time.monotonic() + PATIENCE_S
        while True:
            opened = socket.create_connection(("127.0.0.1", self._port), timeout=PATIENCE_S)
            with suppress(OSError):
                opened.sendall(f"{asking}\r\n".encode())
                # What follows the head is read with the rest.
                if b" 200 " in opened.recv(len("HTTP/1.1 200 ")):
                    opened.setblocking(False)
                    return opened
            opened.close()
            if time.monotonic() > until:
                raise RuntimeError("a console was not let in")
            time.sleep(0.5)


def storm(ground: Ground) -> Iterator[Figure]:
    """The highest rate for ten minutes."""
    return _figures(ground, RATES[-1:], STORM_S)


def figures(ground: Ground) -> Iterator[Figure]:
    """How long until a console hears, and whether anything is lost, at each rate."""
    return _figures(ground, RATES, SECONDS)


def _figures(ground: Ground, rates: Sequence[tuple[int, int]], seconds: int) -> Iterator[Figure]:
    key = source_of(ground)
    environment = ground.environment | {"LIVE_STREAMS": str(CONSOLES)}
    cookie = ground.cookie_of(READER)
    with served("wsgi:app", environment, threads=CONSOLES + 16) as house:
        for rate, size in rates:
            yield from told_at(ground, house, key, cookie, rate, size, seconds)


def source_of(ground: Ground) -> str:
    """The key of the source that speaks."""
    with ground.app.test_request_context("/"):
        source = keeping.set_up("consoles", Described("consoles", tuple(Format)), by=None)
        key = keeping.new_key(source, by=None)
        # Each message rings, however often its device speaks.
        ringing.cap(Kind.MOTION, CAP_MOST, by=HOUSE)
        db.session.commit()
    return key


def told_at(
    ground: Ground,
    house: Server,
    key: str,
    cookie: str,
    rate: int,
    size: int,
    seconds: int = SECONDS,
) -> Iterator[Figure]:
    """How long until each console hears of what a source says at this rate, and whether all do."""
    context = multiprocessing.get_context("fork")
    ours, theirs = context.Pipe()
    listening = context.Process(target=_listen, args=(house.port, cookie, theirs))
    listening.start()
    ours.recv()
    sent, behind, broken = _speak(house, key, rate, size, seconds)
    time.sleep(AFTER_S)
    ours.send("enough")
    told: Told = ours.recv()
    listening.join()
    took = sorted((at - sent[alarm]) * 1000 for alarm, at in told.heard if alarm in sent)
    with ground.app.app_context():
        kept, alarms = db.session.execute(_COUNT, {"run": f"{rate}-%"}).one()
    what = f"intake to {CONSOLES} consoles, {rate}/s for {seconds} s, {size} a request"
    p50, p95 = took[len(took) // 2], took[int(len(took) * 0.95)]
    yield Figure(
        what=what,
        rows=len(took),
        measured=f"p50 {p50:,.0f}, p95 {p95:,.0f} ms; the sender {behind:,.1f} s behind at the end",
        wanted=f"p95 < {MOST_MS:,} ms",
        met=p95 < MOST_MS,
    )
    yield Figure(
        what="the same: requests of the source that were broken off, and sent again",
        rows=rate * seconds // size,
        measured=f"{broken:,}",
        wanted="none",
        met=broken == 0,
    )
    wanted = rate * seconds
    yield Figure(
        what="the same: messages in the inbox, alarms, alarms heard by each console",
        rows=wanted,
        measured=f"{kept:,}, {alarms:,}, {told.lines / CONSOLES:,.1f}; {told.back:,} came back",
        wanted="all of them",
        met=kept == alarms == wanted and told.lines == wanted * CONSOLES,
    )


def _speak(
    house: Server, key: str, rate: int, size: int, seconds: int
) -> tuple[Mapping[int, float], float, int]:
    """When the message of each alarm was sent, how far (seconds) the last was behind its time, and how many
    requests were broken off: whoever has no answer says the same again."""
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    sent: dict[int, float] = {}
    broken: list[OSError] = []

    def say(names: list[str]) -> None:
        body, at = json.dumps([_said(each) for each in names]).encode(), time.monotonic()
        request = Request("POST", "/api/v1/intake/generic", headers, lambda: body)
        while True:
            try:
                status, _headers, answer = asked(house.port, request)
                break
            except OSError as error:
                broken.append(error)
                time.sleep(0.1)
        if status != 202:
            raise RuntimeError(f"a message was answered {status}")
        for each in json.loads(answer)["results"]:
            sent.update(dict.fromkeys(each["alarms"], at))

    begun = time.monotonic()
    with ThreadPoolExecutor(SENDERS) as senders:
        said = []
        for turn in range(rate * seconds // size):
            time.sleep(max(0.0, begun + turn * size / rate - time.monotonic()))
            names = [f"{rate}-{turn * size + place}" for place in range(size)]
            said.append(senders.submit(say, names))
        for each in said:
            each.result()
    return sent, max(0.0, time.monotonic() - begun - seconds), len(broken)


def _said(name: str) -> dict[str, str]:
    number = int(name.rpartition("-")[2])
    now = datetime.now(UTC).isoformat()
    said = {"message_id": name, "id": name, "ts": now, "kind": "motion"}
    return said | {"camera": f"d-{number % 500}"}


def _listen(port: int, cookie: str, other: Connection) -> None:
    """The consoles in a process of their own, until they are told that it is enough."""
    waiting = selectors.DefaultSelector()
    for number in range(CONSOLES):
        console = Console(port, cookie)
        waiting.register(console.opened, selectors.EVENT_READ, (number, console))
    other.send("ready")
    heard: list[tuple[int, float]] = []
    lines = back = 0
    while not other.poll():
        for key, _events in waiting.select(timeout=0.2):
            number, console = key.data
            found, at = console.read(), time.monotonic()
            lines += len(found)
            if number < TIMED:
                heard += [(each, at) for each in found]
            if console.over:
                waiting.unregister(key.fileobj)
                console.come_back()
                waiting.register(console.opened, selectors.EVENT_READ, key.data)
                back += 1
    other.send(Told(heard, lines, back))
