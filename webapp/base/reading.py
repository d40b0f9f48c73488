"""Statements that only read, each by itself: one way to the database and back, no transaction begun.

A session pings, begins, asks and takes back: four ways for one answer. Pages for programs that are asked for
often and change nothing are read here.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any

import psycopg2
import psycopg2.extensions
from flask import Flask, current_app
from sqlalchemy import Connection, exc

from webapp.base.config import Settings
from webapp.base.db import SERVER_OPTIONS, db

_OPTIONS = f"{SERVER_OPTIONS} -c default_transaction_read_only=on"
_WAIT_S = 15.0


class Readers:
    """Connections of one process that only read, at most so many; they are opened when they are wanted."""

    def __init__(self, url: str, most: int) -> None:
        self._dsn = url.replace("postgresql+psycopg2://", "postgresql://")
        self._free: queue.LifoQueue[psycopg2.extensions.connection] = queue.LifoQueue()
        self._places = threading.BoundedSemaphore(most)

    def rows(self, words: str, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        """The rows of a statement. A connection that was lost meanwhile is opened once more.

        Raises `OperationalError` of SQLAlchemy when the database is away.
        """
        try:
            with self._one() as connection:
                return _asked(connection, words, values)
        except (psycopg2.OperationalError, psycopg2.InterfaceError):
            # Perhaps the server was started anew.
            self._forget()
        try:
            with self._one() as connection:
                return _asked(connection, words, values)
        except (psycopg2.OperationalError, psycopg2.InterfaceError) as error:
            away = exc.OperationalError(words, dict(values), error, connection_invalidated=True)
            raise away from error

    @contextmanager
    def _one(self) -> Iterator[psycopg2.extensions.connection]:
        if not self._places.acquire(timeout=_WAIT_S):
            raise exc.TimeoutError("no connection for reading was free")
        try:
            connection = self._taken()
            try:
                yield connection
            except BaseException:
                connection.close()
                raise
            self._free.put(connection)
        finally:
            self._places.release()

    def _taken(self) -> psycopg2.extensions.connection:
        with suppress(queue.Empty):
            return self._free.get_nowait()
        opened = psycopg2.connect(self._dsn, options=_OPTIONS, application_name="wangge-reading")
        opened.autocommit = True
        return opened

    def _forget(self) -> None:
        with suppress(queue.Empty):
            while True:
                self._free.get_nowait().close()


def _asked(
    connection: psycopg2.extensions.connection, words: str, values: Mapping[str, Any]
) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(words, values)
        return cursor.fetchall()


def rows(words: str, values: Mapping[str, Any]) -> Sequence[Sequence[Any]]:
    """The rows of a statement (`%(name)s` stands for a value).

    Where the request has begun a transaction it is asked in that, so that it sees what the request wrote.
    """
    session = db.session
    if session.in_transaction() or isinstance(session.bind, Connection):
        return session.connection().exec_driver_sql(words, dict(values)).all()
    readers: Readers = current_app.extensions["readers"]
    return readers.rows(words, values)


def init_app(app: Flask, settings: Settings) -> None:
    """The app reads by at most half as many connections as it writes by."""
    app.extensions["readers"] = Readers(settings.database_url, max(2, settings.pool_size // 2))
