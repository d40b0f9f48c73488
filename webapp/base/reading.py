"""Statements that only read, each by itself: one way to the database and back, no transaction begun.

A session pings, begins, asks and takes back: four ways for one answer. Pages for programs that are asked for
often and change nothing are read here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import psycopg2
from flask import Flask, current_app
from sqlalchemy import Connection, Pool, QueuePool, exc

from webapp.base.config import Settings
from webapp.base.db import SERVER_OPTIONS, db

_OPTIONS = f"{SERVER_OPTIONS} -c default_transaction_read_only=on"
_WAIT_S = 15.0


class Readers:
    """Connections of one process that only read, at most so many; they are opened when they are wanted."""

    def __init__(self, url: str, most: int) -> None:
        self._dsn = url.replace("postgresql+psycopg2://", "postgresql://")
        # Nothing is begun on them that would have to be taken back.
        self._pool: Pool = QueuePool(
            self._opened,
            pool_size=most,
            max_overflow=0,
            timeout=_WAIT_S,
            use_lifo=True,
            reset_on_return=None,
        )

    def rows(self, words: str, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        """The rows of a statement. A connection that was lost meanwhile is opened once more.

        Raises `OperationalError` of SQLAlchemy when the database is away, its `TimeoutError` when none is free.
        """
        try:
            return self._asked(words, values)
        except (psycopg2.OperationalError, psycopg2.InterfaceError):
            # Perhaps the server was started anew: those that are idle are lost as well.
            self._pool.dispose()
            self._pool = self._pool.recreate()
        try:
            return self._asked(words, values)
        except (psycopg2.OperationalError, psycopg2.InterfaceError) as error:
            away = exc.OperationalError(words, dict(values), error, connection_invalidated=True)
            raise away from error

    def _asked(self, words: str, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        connection = self._pool.connect()
        try:
            cursor = connection.cursor()
            cursor.execute(words, dict(values))
            return list(cursor.fetchall())
        except BaseException:
            connection.invalidate()
            raise
        finally:
            connection.close()

    def _opened(self) -> Any:
        opened = psycopg2.connect(self._dsn, options=_OPTIONS, application_name="wangge-reading")
        opened.autocommit = True
        return opened


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
