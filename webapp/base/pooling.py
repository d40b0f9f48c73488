"""Connections of one process: whoever waits for one, or by one for a server that is frozen, is let go."""

from __future__ import annotations

import os
import socket
import time
from contextlib import suppress
from threading import Event, Lock, Thread
from typing import Any

import psycopg2
from flask import has_request_context
from psycopg2.extensions import TRANSACTION_STATUS_ACTIVE
from sqlalchemy import QueuePool, exc

# So long somebody waits for a connection while others come and go; and so long while nobody does (seconds).
WAIT_S = 15.0
STUCK_S = 3.0
# How often whoever waits looks whether anybody came or went.
LOOK_S = 0.5
# A request that has had a connection so long, and waits by it, may wait for a server that is frozen. It is one
# when it says nothing so often, each time for so long; less than `servers.PATIENCE_S`, after which libpq speaks.
SILENT_S = 3.0
ASKED = 2
ANSWER_S = 2.0


class Pool(QueuePool):
    """A pool in which nobody waits behind those who are held up themselves, as by a lock on a whole table.

    Every request that waits keeps a thread of the web server; where all do, it answers nothing more, not
    even that it lives. Raises `TimeoutError` of SQLAlchemy after `WAIT_S`, and after `STUCK_S` without any
    connection taken or given back. A statement of a request ends with `OperationalError` where the server
    does not say anything to anybody; one that takes long at a server that answers goes on.
    """

    def __init__(self, *given: Any, **more: Any) -> None:
        super().__init__(*given, **{**more, "timeout": LOOK_S})
        self._moved = time.monotonic()
        # Which connections requests have, since when, and whether a thread looks after them.
        self._held: dict[Any, float] = {}
        self._lock = Lock()
        self._watcher = 0

    def _do_get(self) -> Any:
        begun = time.monotonic()
        while True:
            try:
                found = super()._do_get()
            except exc.TimeoutError:
                now = time.monotonic()
                if now - self._moved > STUCK_S or now - begun > WAIT_S:
                    raise
                continue
            self._moved = time.monotonic()
            # Tasks and commands have time: they go on when the server does.
            if has_request_context():
                self._hold(found)
            return found

    def _do_return_conn(self, record: Any) -> None:
        self._moved = time.monotonic()
        self._held.pop(record, None)
        super()._do_return_conn(record)

    def _hold(self, record: Any) -> None:
        with self._lock:
            self._held[record] = self._moved
            # A process that was forked has no threads of its parent.
            if self._watcher == os.getpid():
                return
            self._watcher = os.getpid()
        Thread(target=self._watch, name="watch-pool", daemon=True).start()

    def _watch(self) -> None:
        """Until no request has a connection, those that wait by one for a silent server are cut off."""
        while True:
            time.sleep(LOOK_S)
            with self._lock:
                if not self._held:
                    self._watcher = 0
                    return
            begun = time.monotonic()
            held = list(self._held.items())
            waiting = [
                (record, since)
                for record, since in held
                if begun - since > SILENT_S and _waits(record.dbapi_connection)
            ]
            if not waiting:
                continue
            if any(self._answers() for _each in range(ASKED)):
                # It is a long statement. To ask costs the server something, too.
                time.sleep(SILENT_S / 2)
                continue
            for record, since in waiting:
                if self._held.get(record) == since and _waits(record.dbapi_connection):
                    _cut(record.dbapi_connection)

    def _answers(self) -> bool:
        """Whether the server says anything, and be it that nobody is let in."""
        said, opened = Event(), []

        def ask() -> None:
            with suppress(psycopg2.Error):
                opened.append(self._invoke_creator(None))  # type: ignore[arg-type]  # of no record
                opened[0].cursor().execute("SELECT 1")
            said.set()

        Thread(target=ask, name="ask-pool", daemon=True).start()
        answered = said.wait(ANSWER_S)
        for each in opened:
            if answered:
                each.close()
            else:
                _cut(each)
        return answered


def _waits(connection: Any) -> bool:
    """Whether a statement is on its way by this connection."""
    try:
        return bool(connection.info.transaction_status == TRANSACTION_STATUS_ACTIVE)
    except (AttributeError, psycopg2.Error):
        return False  # it is gone meanwhile


def _cut(connection: Any) -> None:
    """Whoever reads from the connection hears that it has ended. Anybody may do so at any time."""
    with (
        suppress(OSError, psycopg2.Error),
        socket.socket(fileno=os.dup(connection.fileno())) as line,
    ):
        # Still open: so the number was that of its line, and of nobody else's.
        connection.fileno()
        line.shutdown(socket.SHUT_RDWR)
