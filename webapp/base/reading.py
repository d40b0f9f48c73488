"""Statements that only read, each by itself: one way to the database and back, no transaction begun.

A session pings, begins, asks and takes back: four ways for one answer. Pages for programs that are asked for
often and change nothing are read here; where the installation has a standby, there. Whoever has changed
something reads at the standby again once it knows of that.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import psycopg2
from flask import Flask, Response, current_app, g, request, session as cookie
from sqlalchemy import Connection, Engine, QueuePool, create_engine, exc

from webapp.base import servers
from webapp.base.config import Settings
from webapp.base.db import SERVER_OPTIONS, db
from webapp.base.pooling import Pool
from webapp.base.security import keyed

_OPTIONS = f"{SERVER_OPTIONS} -c default_transaction_read_only=on"
# Where a standby was away it is looked for again after so long (seconds).
_KEPT_S = 30
# What the cookie of somebody remembers who has changed something: how far the log was then.
SEEN = "log"
_NEVER = "FFFFFFFF/FFFFFFFF"

_HERE = "SELECT pg_current_wal_insert_lsn()::text"
_KNOWS = """
    SELECT NOT pg_is_in_recovery() OR pg_last_wal_replay_lsn() >= %(seen)s::pg_lsn
"""
# Nothing to read is no lag, however long ago the last change was.
_STANDING = """
    SELECT pg_is_in_recovery(), CASE
        WHEN pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn() THEN 0
        ELSE coalesce(extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp()), 0)
    END::float
"""


class Readers:
    """Connections of one process that only read, at most so many; they are opened when they are wanted."""

    def __init__(self, url: str, most: int, *, kept_s: int = -1) -> None:
        self._dsn = servers.plain(url)
        # Nothing is begun on them that would have to be taken back.
        self._pool: QueuePool = Pool(
            self._opened,
            pool_size=most,
            max_overflow=0,
            recycle=kept_s,
            use_lifo=True,
            reset_on_return=None,
        )

    def rows(self, words: str, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        """The rows of a statement. A connection that was lost meanwhile is opened once more.

        Raises `OperationalError` of SQLAlchemy when the database is away, its `TimeoutError` when none is free.
        """
        try:
            return self._asked(words, values)
        except psycopg2.Error as error:
            if not _is_lost(error):
                raise
            # Perhaps the server was started anew: those that are idle are lost as well.
            self._pool.dispose()
            self._pool = self._pool.recreate()
        try:
            return self._asked(words, values)
        except psycopg2.Error as error:
            if not _is_lost(error):
                raise
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


def _is_lost(error: psycopg2.Error) -> bool:
    """True when it is the connection that failed. Of one that a dying server tore libpq says no more than that."""
    torn = type(error) is psycopg2.DatabaseError and error.pgcode is None
    return torn or isinstance(error, (psycopg2.OperationalError, psycopg2.InterfaceError))


def rows(words: str, values: Mapping[str, Any]) -> Sequence[Sequence[Any]]:
    """The rows of a statement (`%(name)s` stands for a value).

    Where the request has begun a transaction it is asked in that, so that it sees what the request wrote.
    """
    session = db.session
    if session.in_transaction() or isinstance(session.bind, Connection):
        return session.connection().exec_driver_sql(words, dict(values)).all()
    readers: Readers = current_app.extensions["readers"]
    standby: Readers | None = current_app.extensions["standby"]
    if standby is not None and _may_lag(standby):
        return standby.rows(words, values)
    return readers.rows(words, values)


def may_lag(view: Callable[..., Any]) -> Callable[..., Any]:
    """A view that only reads what everybody may: a visitor who has not signed in is answered by the standby."""
    view.may_lag = True  # type: ignore[attr-defined]  # read where a request begins
    return view


def lag_s() -> float | None:
    """How many seconds the standby is behind; None where none answers."""
    standby: Readers | None = current_app.extensions["standby"]
    if standby is None:
        return None
    follows, behind = standby.rows(_STANDING, {})[0]
    return float(behind) if follows else None


def has_standby() -> bool:
    """Whether this installation has a standby at all."""
    return current_app.extensions["standby"] is not None


def _may_lag(standby: Readers) -> bool:
    """False while the standby does not know yet what the asker has changed. Asked once for a request."""
    if "may_lag" not in g:
        seen = cookie.get(SEEN) if _has_cookie() else None
        g.may_lag = seen is None or bool(standby.rows(_KNOWS, {"seen": seen})[0][0])
        if seen is not None and g.may_lag:
            del cookie[SEEN]
    return bool(g.may_lag)


def _has_cookie() -> bool:
    # To look into a session makes an answer one for this reader alone.
    return current_app.config["SESSION_COOKIE_NAME"] in request.cookies


def _remember(answer: Response) -> Response:
    """Whoever may have changed something reads where that is known from now on."""
    by_machine = keyed() or "Authorization" in request.headers
    if request.method in ("GET", "HEAD", "OPTIONS") or answer.status_code >= 400 or by_machine:
        return answer
    readers: Readers = current_app.extensions["readers"]
    try:
        cookie[SEEN] = readers.rows(_HERE, {})[0][0]
    except exc.SQLAlchemyError:
        # What was changed is changed, though nobody can say how far the log is.
        cookie[SEEN] = _NEVER
    return answer


def _turn(following: Engine, standby: Readers) -> None:
    """The session of this request asks the standby, where what it reads may lag."""
    view = current_app.view_functions.get(request.endpoint or "")
    if not getattr(view, "may_lag", False) or "Authorization" in request.headers:
        return
    if _has_cookie() and "_user_id" in cookie:
        return
    if not isinstance(db.session.bind, Connection) and _may_lag(standby):
        db.session.bind = following


def init_app(app: Flask, settings: Settings) -> None:
    """The app reads by at most half as many connections as it writes by, and by as many at a standby."""
    most = max(2, settings.pool_size // 2)
    app.extensions["readers"] = Readers(servers.writing(settings), most)
    app.extensions["standby"] = None
    if servers.has_standby(settings):
        standby = Readers(servers.following(settings), most, kept_s=_KEPT_S)
        following = create_engine(
            servers.following(settings),
            pool_pre_ping=True,
            pool_size=most,
            max_overflow=0,
            pool_recycle=_KEPT_S,
            poolclass=Pool,
            connect_args={"options": SERVER_OPTIONS, "application_name": "wangge-following"},
        )
        app.extensions["standby"] = standby
        app.before_request(lambda: _turn(following, standby))
        app.after_request(_remember)
