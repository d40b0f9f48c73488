"""Live consoles: one hub per process tails the signals and feeds every open stream."""

from __future__ import annotations

import json
import logging
import queue
import select
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import psycopg2
import psycopg2.extensions
from flask import Blueprint, Flask, Response, current_app, request
from flask_babel import gettext as _

from webapp.base.access import Actor, may, me, permit
from webapp.base.config import Settings

log = logging.getLogger("wangge.live")

bp = Blueprint("live", __name__)

HEARTBEAT_S = 10
STREAM_S = 600
BACKLOG = 2000

# Rows of running transactions wait until every older one has ended, so none is ever skipped.
_NEWER = """
    SELECT s.xid::text, s.id, s.kind, s.thing_id, s.move, s.state, s.grid_id, s.account_id
    FROM signal s
    WHERE s.xid >= %(xid)s::xid8 AND (s.xid, s.id) > (%(xid)s::xid8, %(id)s)
      AND s.xid < pg_snapshot_xmin(pg_current_snapshot())
    ORDER BY s.xid, s.id LIMIT 2000
"""
_HERE = "SELECT pg_snapshot_xmin(pg_current_snapshot())::text"
# Signals are removed oldest first: where one before the cursor is still kept, none after it is gone.
_KEPT = """
    SELECT EXISTS (SELECT FROM signal WHERE (xid, id) <= (%(xid)s::xid8, %(id)s))
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


class Hub:
    """Reads new signals once per process, whatever the number of streams."""

    def __init__(self, url: str) -> None:
        self._dsn = url.replace("postgresql+psycopg2://", "postgresql://")
        self._streams: set[queue.Queue[Line]] = set()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._cursor = (0, 0)
        self._ready = threading.Event()

    def open(self) -> queue.Queue[Line]:
        """A new stream; it gets every line from now on."""
        stream: queue.Queue[Line] = queue.Queue(maxsize=BACKLOG)
        with self._lock:
            self._streams.add(stream)
            if self._thread is None or not self._thread.is_alive():
                self._ready.clear()
                self._thread = threading.Thread(target=self._run, name="live-hub", daemon=True)
                self._thread.start()
        self._ready.wait(timeout=5)
        return stream

    def close(self, stream: queue.Queue[Line]) -> None:
        """The stream gets nothing more."""
        with self._lock:
            self._streams.discard(stream)

    @property
    def cursor(self) -> tuple[int, int]:
        """Everything up to here has been handed out."""
        return self._cursor

    def since(self, cursor: tuple[int, int]) -> list[Line] | None:
        """All lines after a reader's cursor; None when they are not kept any more."""
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
        while True:
            try:
                self._tail()
            except psycopg2.Error as error:
                log.warning("live hub lost the database, trying again: %s", str(error).strip())
                time.sleep(0.5)

    def _tail(self) -> None:
        connection = self._connection()
        with connection.cursor() as sql:
            sql.execute("LISTEN wangge_live")
            if not self._ready.is_set():
                sql.execute(_HERE)
                self._cursor = (int(sql.fetchone()[0]) - 1, 2**62)
                self._ready.set()
            wait, restless_until = 1.0, 0.0
            while True:
                if select.select([connection], [], [], wait)[0]:
                    connection.poll()
                    connection.notifies.clear()
                    restless_until = time.monotonic() + 3
                for line in _newer(sql, self._cursor):
                    self._cursor = line.place
                    self._hand_out(line)
                wait = 0.1 if time.monotonic() < restless_until else 1.0

    def _hand_out(self, line: Line) -> None:
        with self._lock:
            for stream in list(self._streams):
                try:
                    stream.put_nowait(line)
                except queue.Full:
                    # A reader this slow is let go: it comes back with its cursor and misses nothing.
                    self._streams.discard(stream)


def _newer(sql: Any, cursor: tuple[int, int]) -> list[Line]:
    sql.execute(_NEWER, {"xid": str(cursor[0]), "id": cursor[1]})
    return [Line(int(row[0]), *row[1:]) for row in sql.fetchall()]


def init_app(app: Flask, settings: Settings) -> None:
    """The app has a hub and a limit of streams."""
    app.extensions["live_hub"] = Hub(settings.database_url)
    app.extensions["live_slots"] = threading.BoundedSemaphore(settings.live_streams)
    app.register_blueprint(bp)


@bp.get("/live")
@permit("live.watch")
def stream() -> Response:
    """Server-sent events for whoever is signed in; resumes after `Last-Event-ID`."""
    slots: threading.BoundedSemaphore = current_app.extensions["live_slots"]
    if not slots.acquire(blocking=False):
        words = _("Too many live windows are open. This page tries again by itself.")
        return Response(words, status=503, headers={"Retry-After": "5"}, mimetype="text/plain")
    who, hub = me(), current_app.extensions["live_hub"]
    cursor = _cursor_of(request.headers.get("Last-Event-ID", ""))
    lines = hub.open()
    answer = Response(_feed(who, hub, lines, cursor), mimetype="text/event-stream")
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["X-Accel-Buffering"] = "no"

    def leave() -> None:
        hub.close(lines)
        slots.release()

    answer.call_on_close(leave)
    return answer


def _cursor_of(text: str) -> tuple[int, int] | None:
    xid, _dash, number = text.partition("-")
    return (int(xid), int(number)) if xid.isdigit() and number.isdigit() else None


def _feed(
    who: Actor, hub: Hub, lines: queue.Queue[Line], cursor: tuple[int, int] | None
) -> Iterator[str]:
    yield "retry: 2000\n\n"
    sent = cursor or hub.cursor
    if cursor:
        missed = hub.since(cursor)
        if missed is None:
            yield "event: reload\ndata: {}\n\n"
            sent = hub.cursor
        for line in missed or []:
            sent = line.place
            if concerns(who, line):
                yield line.text()
    yield f"id: {sent[0]}-{sent[1]}\nevent: hello\ndata: {{}}\n\n"
    until = time.monotonic() + STREAM_S
    while time.monotonic() < until:
        try:
            line = lines.get(timeout=HEARTBEAT_S)
        except queue.Empty:
            yield ": still here\n\n"
            continue
        if line.place > sent and concerns(who, line):
            yield line.text()
