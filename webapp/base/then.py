"""Statements answered as of a moment: of whatever tables they name the rows are read that stood there then.

A statement is given a part more for each table it names (`WITH camera AS (...)`), under the name of the table: it
asks for what it always asks, and reads the rows of then. Of a table of which nobody knows how it was, nothing is
read: `NotKept`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from flask_babel import format_date, lazy_gettext as _l
from sqlalchemy import Engine, event
from sqlalchemy.dialects import postgresql

from webapp.base import clock
from webapp.base.db import Base, db
from webapp.base.kept import TABLES, Dated, FormerRow, Grown, Kept, Rebuilt, Standing
from webapp.base.past import NotKept

_MOMENT: ContextVar[datetime | None] = ContextVar("moment", default=None)
# At what the clock of the house was held before somebody looked back.
_BEFORE: ContextVar[datetime | None] = ContextVar("before", default=None)

# A connection on which the clock of the house was told, so that it is told again when it runs on.
_TOLD = "wangge.clock"
SINCE = "wangge.kept_since"
SCHEMA = "wangge.schema"
# A part has the name of its table: the table itself is told by its schema, which is this one unless several
# subdistricts share a database (docs/scale.md).
_PUBLIC = "public"
_CLOCK = "SELECT set_config('wangge.clock', %s, false)"

_NOW = re.compile(r"\b(?:now|clock_timestamp|statement_timestamp)\(\)|\bCURRENT_TIMESTAMP\b")
_WITH = re.compile(r"\s*WITH\s+(RECURSIVE\s+)?", re.IGNORECASE)
_WRITES = re.compile(r"\s*(INSERT|UPDATE|DELETE|MERGE|COPY)\b", re.IGNORECASE)
_DIALECT: Any = postgresql.dialect()  # type: ignore[no-untyped-call]  # SQLAlchemy types none of its dialects


@contextmanager
def as_of(moment: datetime) -> Iterator[None]:
    """Inside, it is `moment`, and every statement reads the rows of then; nothing can be changed.

    Who asks is known before: rights are those of now. Raises `NotKept` where a statement reads what is not known.
    """
    session = db.session
    before = set(session.identity_map.keys())
    # What is asked from now on is asked in one transaction, and nowhere else.
    session.connection()
    token, held = _MOMENT.set(moment.astimezone(UTC)), _BEFORE.set(clock.set_to())
    try:
        with clock.at(moment), session.no_autoflush:
            yield
    finally:
        _MOMENT.reset(token)
        _BEFORE.reset(held)
        for key in set(session.identity_map.keys()) - before:
            session.expunge(session.identity_map[key])


@contextmanager
def at_present() -> Iterator[None]:
    """Inside, it is now again, within a look at the past too: for the frame around a page."""
    if _MOMENT.get() is None:
        yield
        return
    token = _MOMENT.set(None)
    try:
        with clock.at(_BEFORE.get()):
            yield
    finally:
        _MOMENT.reset(token)


@event.listens_for(Engine, "before_cursor_execute", retval=True)
def _asked(connection: Any, cursor: Any, words: str, values: Any, context: Any, many: bool) -> Any:
    moment = _MOMENT.get()
    if moment is None and context is not None:
        moment = context.execution_options.get("as_of")
    if moment is not None:
        since = _known_since(connection, cursor)
        return as_then(words, moment, since, schema=connection.info[SCHEMA]), values
    _tell_clock(connection, cursor, words)
    return words, values


def _tell_clock(connection: Any, cursor: Any, words: str) -> None:
    held = clock.set_to()
    if held is None and _TOLD not in connection.info:
        return
    if _WRITES.match(words) and any(name in words for name in TABLES):
        connection.info[_TOLD] = True
        cursor.execute(_CLOCK, (held.isoformat() if held else "",))


def as_then(
    words: str, moment: datetime, since: Mapping[str, datetime], *, schema: str = _PUBLIC
) -> str:
    """The statement `words` as it reads the rows of a moment; `since` when each table is kept. Raises `NotKept`."""
    if _WRITES.match(words):
        raise NotKept(_l("The past cannot be changed."))
    said = f"'{moment.isoformat()}'::timestamptz"
    parts = [
        f"{name} AS NOT MATERIALIZED ({part.replace(f'{_PUBLIC}.', f'{schema}.')})"
        for name in named_in(words)
        if (part := _part(name, said, moment, since.get(name))) is not None
    ]
    words = _NOW.sub(said, words)
    if not parts:
        return words
    known = _WITH.match(words)
    if known is None:
        return f"WITH {', '.join(parts)} {words}"
    return f"WITH {known[1] or ''}{', '.join(parts)}, {words[known.end() :]}"


def named_in(words: str) -> list[str]:
    """The tables that a statement reads from."""
    found = {
        match[1]
        for match in _names().finditer(words)
        if not re.search(r"\bAS\s+$", words[: match.start()], re.IGNORECASE)
    }
    return sorted(found)


@lru_cache(maxsize=1)
def _names() -> re.Pattern[str]:
    names = "|".join(sorted(Base.metadata.tables, key=len, reverse=True))
    # Neither a column of it nor a function of that name, nor what something else is called.
    return re.compile(rf'(?<![.\w"])({names})(?![\w.("])')


def _part(name: str, said: str, moment: datetime, since: datetime | None) -> str | None:
    way = TABLES.get(name)
    if isinstance(way, Standing):
        return None
    if isinstance(way, Grown):
        return f"SELECT * FROM public.{name} WHERE {way.at} <= {said}"
    if isinstance(way, Dated):
        return _dated(name, way, said)
    if isinstance(way, Rebuilt):
        return way.sql.format(moment=said)
    if way is None or since is None:
        raise NotKept(_l("How this was in the past is not kept."))
    if since > moment:
        day = format_date(since.astimezone(clock.Calendar().zone), "yyyy-MM-dd")
        raise NotKept(_l("The past of this list is not kept before %(day)s.", day=day))
    return _former(name, way, said)


def _known_since(connection: Any, cursor: Any) -> dict[str, datetime]:
    # It changes with the schema, and no connection lives longer than the code that asks.
    known: dict[str, datetime] | None = connection.info.get(SINCE)
    if known is None:
        own = cursor.connection.cursor()
        own.execute("SELECT relation, since FROM kept_since")
        known = connection.info[SINCE] = dict(own.fetchall())
        own.execute("SELECT quote_ident(current_schema())")
        (connection.info[SCHEMA],) = own.fetchone()
    return known


def _dated(name: str, dated: Dated, said: str) -> str:
    since = {each: at for at, along in dated.came.items() for each in (at, *along)}
    read = []
    for each in Base.metadata.tables[name].columns:
        if each.name == "state" and dated.flow:
            read.append(
                f"(SELECT e.after FROM public.event e WHERE e.thing_kind = '{dated.flow}' AND e.thing_id = c.id"
                f" AND e.after IS NOT NULL AND e.at <= {said} ORDER BY e.seq DESC LIMIT 1) AS state"
            )
        elif each.name in since:
            at = since[each.name]
            read.append(f'CASE WHEN c.{at} <= {said} THEN c."{each.name}" END AS {each.name}')
        else:
            read.append(f'c."{each.name}"')
    return f"SELECT {', '.join(read)} FROM public.{name} c WHERE c.{dated.at} <= {said}"


def _former(name: str, kept: Kept, said: str) -> str:
    former = FormerRow.__tablename__
    columns = Base.metadata.tables[name].columns

    def read(row: str) -> str:
        return ", ".join(
            f"NULL::{each.type.compile(_DIALECT)} AS {each.name}"
            if each.name in kept.untold
            else f'{row}."{each.name}"'
            for each in columns
        )

    # What is told as it is now has no past of its own: without its row nothing is left to tell.
    here = "JOIN" if kept.now or kept.only else "LEFT JOIN"
    return f"""
        SELECT {read("c")} FROM public.{name} c
        WHERE NOT EXISTS (SELECT FROM public.{former} f
                          WHERE f.relation = '{name}' AND f.key = c.id AND f.until > {said})
        UNION ALL
        SELECT {read("r")} FROM (
            SELECT DISTINCT ON (f.key) f.key, f.fields FROM public.{former} f
            WHERE f.relation = '{name}' AND f.until > {said} ORDER BY f.key, f.until, f.id
        ) f {here} public.{name} n ON n.id = f.key
        CROSS JOIN LATERAL jsonb_populate_record(n, f.fields) r
        WHERE f.fields IS NOT NULL
    """
