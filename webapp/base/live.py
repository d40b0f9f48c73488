"""Live consoles: one hub per process tails the signals and feeds every open stream."""

from __future__ import annotations

import json
import logging
import secrets
import select
import socket
import threading
import time
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import psycopg2
import psycopg2.extensions
from flask import Blueprint, Flask, Response, current_app, g, request
from flask_babel import gettext as _

from webapp.base import servers
from webapp.base.access import Actor, may, me, permit
from webapp.base.config import Settings
from webapp.base.security import listens

log = logging.getLogger("wangge.live")

bp = Blueprint("live", __name__)

HEARTBEAT_S = 10
LOOK_S = 1.0
# A stream ends after so long, and up to so much later: readers who came together come back one by one.
STREAM_S = 600
STREAM_SPREAD_S = 120
# So often it is asked whether the reader may still hear, where that can end without them.
LIVES_S = 3.0
BACKLOG = 2000

# How often the hub looks (seconds): after news, for how long so, otherwise, and without a database.
RESTLESS_S = 0.1
RESTLESS_FOR_S = 3
QUIET_S = 1.0
# While news follows news it rests for so long, and hands out together what has come meanwhile.
ROUND_S = 0.04
RETRY_S = 0.5
# A stream that begins waits for the hub so long (seconds).
READY_S = 5.0

# After every line of its transaction.
LAST_ID = 2**62

# Transactions that run in other databases of the server: they write no line here, so none waits for
# them. Asked before the snapshot, so that nobody who was passed over once is waited for later.
_STRANGERS = """
    SELECT coalesce(array_agg(l.transactionid::text::bigint), '{}')
    FROM pg_locks l
    JOIN pg_stat_activity a ON a.pid = l.pid
    JOIN pg_database d ON d.oid = a.datid
    WHERE l.locktype = 'transactionid' AND l.mode = 'ExclusiveLock'
      AND d.datname <> current_database()
"""
# The oldest transaction of ours that still runs; without one, the next to begin.
_OLDEST = f"""
    coalesce(
        (SELECT x FROM pg_snapshot_xip(pg_current_snapshot()) x
         WHERE mod(x::text::bigint, {2**32}) <> ALL (%(strangers)s::bigint[])
         ORDER BY x LIMIT 1),
        pg_snapshot_xmax(pg_current_snapshot()))
"""
# Rows of running transactions wait until every older one has ended, so none is ever skipped.
_NEWER = f"""
    SELECT s.xid::text, s.id, s.kind, s.thing_id, s.move, s.state, s.grid_id, s.account_id
    FROM signal s
    WHERE s.xid >= %(xid)s::xid8 AND (s.xid, s.id) > (%(xid)s::xid8, %(id)s)
      AND s.xid < {_OLDEST}
    ORDER BY s.xid, s.id LIMIT {BACKLOG}
"""
_HERE = f"SELECT ({_OLDEST})::text"
# Signals are removed oldest first: where one before the cursor is still kept, none after it is gone.
_KEPT = """
    SELECT (EXISTS (SELECT FROM signal WHERE (xid, id) <= (%(xid)s::xid8, %(id)s))
            OR NOT EXISTS (SELECT FROM signal))
       AND %(xid)s::xid8 < pg_snapshot_xmax(pg_current_snapshot())
"""


@dataclass(frozen=True)
class Line:
    """One signal as the rules see it: a kind, a thing, a grid, perhaps one reader."""

    xid: int
    id: int
    kind: str
    thing_id: int
    move: str
    state: str | None
    grid_id: int | None
    account_id: int | None

    @property
    def place(self) -> tuple[int, int]:
        """Where the line stands in the order of all lines."""
        return self.xid, self.id

    def text(self) -> str:
        """The line as a server-sent event."""
        return self._text

    @cached_property
    def _text(self) -> str:
        # Written once, however many hear it.
        body = {"id": self.thing_id, "move": self.move, "state": self.state, "grid": self.grid_id}
        return f"id: {self.xid}-{self.id}\nevent: {self.kind}\ndata: {json.dumps(body)}\n\n"


# Which right a reader needs for lines of a kind; kinds that are not here go to their one reader.
WATCHED: dict[str, str] = {}


def watch(kind: str, right: str) -> None:
    """Lines of this kind go to those who have the right over their grid."""
    WATCHED[kind] = right


def concerns(who: Actor, line: Line) -> bool:
    """True when the line is for this reader."""
    if line.account_id is not None:
        return line.account_id == who.id
    right = WATCHED.get(line.kind)
    return right is not None and may(who, right, line)


class Stream:
    """The lines on their way to one reader; `dropped` once it was too slow to be waited for."""

    def __init__(self) -> None:
        self.dropped = False
        self._lines: list[Line] = []
        self._news = threading.Condition()

    def put(self, lines: Sequence[Line]) -> None:
        """The lines wait for the reader, who is woken once for all of them; or the reader is dropped."""
        with self._news:
            if len(self._lines) + len(lines) > BACKLOG:
                self.dropped = True
            else:
                self._lines += lines
            self._news.notify()

    def get(self, within_s: float) -> list[Line]:
        """All that waits; nothing when nothing comes for so long, or ever again."""
        with self._news:
            if not self._lines and not self.dropped:
                self._news.wait(within_s)
            found, self._lines = self._lines, []
        return found


class Away(Exception):
    """The hub has not reached the database, so it cannot say what a reader will hear."""


class Hub:
    """Reads new signals once per process, whatever the number of streams.

    It rests, and gives its connection back, when nobody has listened for `idle_s` seconds.
    """

    def __init__(self, url: str, *, idle_s: float = 60.0) -> None:
        self._dsn = servers.plain(url)
        self._idle_s = idle_s
        self.counted: Callable[[int], None] = lambda streams: None
        self._heard = time.monotonic()
        self._streams: set[Stream] = set()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._cursor = (0, 0)
        # What was handed out last, for readers who come back: all there is after the floor.
        self._lately: deque[Line] = deque(maxlen=BACKLOG)
        self._floor = (0, 0)
        self._ready = threading.Event()

    def open(self) -> Stream:
        """A new stream; it gets every line from now on. `Away` while the hub does not know where it is."""
        stream = Stream()
        with self._lock:
            self._streams.add(stream)
            if self._thread is None or not self._thread.is_alive():
                self._ready.clear()
                self._thread = threading.Thread(target=self._run, name="live-hub", daemon=True)
                self._thread.start()
            self.counted(len(self._streams))
        if not self._ready.wait(timeout=READY_S):
            self.close(stream)
            raise Away
        return stream

    def close(self, stream: Stream) -> None:
        """The stream gets nothing more."""
        with self._lock:
            self._streams.discard(stream)
            self.counted(len(self._streams))

    def count(self) -> int:
        """How many streams are open."""
        return len(self._streams)

    @property
    def cursor(self) -> tuple[int, int]:
        """Everything up to here has been handed out."""
        return self._cursor

    @property
    def here(self) -> str | None:
        """The cursor in words, None while nobody listens."""
        return f"{self._cursor[0]}-{self._cursor[1]}" if self._ready.is_set() else None

    def since(self, cursor: tuple[int, int]) -> list[Line] | None:
        """All lines after a reader's cursor; None when they are not kept any more."""
        with self._lock:
            if self._floor <= cursor <= self._cursor:
                return [line for line in self._lately if line.place > cursor]
        with closing(self._connection()) as connection, connection.cursor() as sql:
            sql.execute(_KEPT, {"xid": str(cursor[0]), "id": cursor[1]})
            if not sql.fetchone()[0]:
                return None
            found = _newer(sql, cursor)
        return found if len(found) < BACKLOG else None

    def _connection(self) -> Any:
        connection = psycopg2.connect(self._dsn, application_name="wangge-live")
        connection.set_isolation_level(psycopg2.extensions.ISOLATION_LEVEL_AUTOCOMMIT)
        return connection

    def _run(self) -> None:
        while not self._rests():
            try:
                with closing(self._connection()) as connection:
                    self._tail(connection)
            except (psycopg2.Error, OSError, ValueError) as error:
                log.warning("live hub lost the database, trying again: %s", str(error).strip())
                time.sleep(RETRY_S)

    def _rests(self) -> bool:
        with self._lock:
            if self._streams:
                self._heard = time.monotonic()
            elif time.monotonic() > self._heard + self._idle_s:
                self._thread = None
                self._ready.clear()
        return self._thread is not threading.current_thread()

    def _tail(self, connection: Any) -> None:
        with connection.cursor() as sql:
            sql.execute("LISTEN wangge_live")
            if not self._ready.is_set():
                sql.execute(_HERE, {"strangers": _strangers(sql)})
                self._begin((int(sql.fetchone()[0]) - 1, LAST_ID))
            restless_until = news_at = 0.0
            while not self._rests():
                found = _newer(sql, self._cursor)
                if found:
                    self._hand_out(found)
                    self._cursor = found[-1].place
                    # In a storm of news everybody is woken some times a second, not by each of them.
                    if time.monotonic() < news_at + 2 * ROUND_S and len(found) < BACKLOG:
                        time.sleep(ROUND_S)
                    news_at = time.monotonic()
                # A commit is told at once, but its lines wait for every older transaction to end.
                restless = time.monotonic() < restless_until
                wait = 0.0 if len(found) == BACKLOG else RESTLESS_S if restless else QUIET_S
                if select.select([connection], [], [], wait)[0]:
                    connection.poll()
                    connection.notifies.clear()
                    restless_until = time.monotonic() + RESTLESS_FOR_S

    def _begin(self, cursor: tuple[int, int]) -> None:
        with self._lock:
            self._lately.clear()
            self._cursor = self._floor = cursor
        self._ready.set()

    def _hand_out(self, lines: Sequence[Line]) -> None:
        with self._lock:
            for line in lines:
                if len(self._lately) == BACKLOG:
                    self._floor = self._lately[0].place
                self._lately.append(line)
            for stream in list(self._streams):
                stream.put(lines)
                if stream.dropped:
                    # It ends, comes back with its cursor, and misses nothing.
                    self._streams.discard(stream)


def _strangers(sql: Any) -> list[int]:
    sql.execute(_STRANGERS)
    found: list[int] = sql.fetchone()[0]
    return found


def _newer(sql: Any, cursor: tuple[int, int]) -> list[Line]:
    where = {"xid": str(cursor[0]), "id": cursor[1], "strangers": _strangers(sql)}
    sql.execute(_NEWER, where)
    return [Line(int(row[0]), *row[1:]) for row in sql.fetchall()]


def init_app(app: Flask, settings: Settings) -> None:
    """The app has a hub and a limit of streams."""
    app.extensions["live_hub"] = Hub(servers.itself(settings))
    app.extensions["live_slots"] = threading.BoundedSemaphore(settings.live_streams)
    app.register_blueprint(bp)

    @app.before_request
    def remember_here() -> None:
        # Before the page asks the database: what comes later is news to it, at worst twice.
        g.live_here = app.extensions["live_hub"].here


@bp.get("/live")
@listens
@permit("live.watch")
def stream() -> Response:
    """Server-sent events for whoever is signed in."""
    return told(me())


def told(who: Actor, *, lives: Callable[[], bool] = lambda: True) -> Response:
    """Server-sent events for `who`, of what they may hear; they end soon after `lives` says no more.

    Resumes after `Last-Event-ID`; a page that is just opening says `since`: its own `g.live_here`.
    """
    slots: threading.BoundedSemaphore = current_app.extensions["live_slots"]
    if not slots.acquire(blocking=False):
        return _later(_("Too many live windows are open. This page tries again by itself."))
    hub = current_app.extensions["live_hub"]
    cursor = _cursor_of(request.headers.get("Last-Event-ID") or request.args.get("since", ""))
    try:
        lines = hub.open()
    except Away:
        slots.release()
        return _later(_("The database does not answer. This page tries again by itself."))
    gone = _ear(request.environ.get("gunicorn.socket"))
    answer = Response(_feed(who, hub, lines, cursor, gone, lives), mimetype="text/event-stream")
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["X-Accel-Buffering"] = "no"

    def leave() -> None:
        hub.close(lines)
        slots.release()

    answer.call_on_close(leave)
    return answer


def _later(words: str) -> Response:
    return Response(words, status=503, headers={"Retry-After": "5"}, mimetype="text/plain")


def _cursor_of(words: str) -> tuple[int, int] | None:
    xid, _dash, number = words.partition("-")
    if not (xid.isdecimal() and number.isdecimal() and len(words) < 40):
        return None
    return int(xid), min(int(number), LAST_ID)


def _ear(connection: socket.socket | None) -> Callable[[], bool]:
    """A question that answers True once the reader has hung up, so that its place is free at once."""
    if connection is None:
        return lambda: False
    listening = select.poll()
    listening.register(connection, select.POLLRDHUP)
    return lambda: bool(listening.poll(0))


def _feed(
    who: Actor,
    hub: Hub,
    lines: Stream,
    cursor: tuple[int, int] | None,
    gone: Callable[[], bool],
    lives: Callable[[], bool],
) -> Iterator[str]:
    yield "retry: 2000\n\n"
    sent = (yield from _missed(who, hub, cursor)) if cursor else hub.cursor
    yield f"id: {sent[0]}-{sent[1]}\nevent: hello\ndata: {{}}\n\n"
    until = time.monotonic() + STREAM_S + secrets.randbelow(STREAM_SPREAD_S)
    spoken = asked = time.monotonic()
    while time.monotonic() < until and not gone():
        if time.monotonic() > asked + LIVES_S:
            if not lives():
                return
            asked = time.monotonic()
        news = lines.get(LOOK_S)
        said = "".join(each.text() for each in news if each.place > sent and concerns(who, each))
        if said:
            yield said
            spoken = time.monotonic()
        elif not news and lines.dropped:
            return
        elif time.monotonic() > spoken + HEARTBEAT_S:
            yield ": still here\n\n"
            spoken = time.monotonic()


def _missed(who: Actor, hub: Hub, cursor: tuple[int, int]) -> Generator[str, None, tuple[int, int]]:
    """What a reader has not heard since the cursor; answers the cursor of what has been said."""
    lines = hub.since(cursor)
    if lines is None:
        yield "event: reload\ndata: {}\n\n"
        return hub.cursor
    if said := "".join(line.text() for line in lines if concerns(who, line)):
        yield said
    return lines[-1].place if lines else cursor
