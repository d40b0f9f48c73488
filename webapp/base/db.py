"""The session, the base class of every table and the migrations."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from inspect import iscoroutinefunction
from typing import Any, cast

from flask import Flask
from flask_alembic import Alembic
from flask_sqlalchemy_lite import SQLAlchemy
from geoalchemy2 import Geometry, alembic_helpers
from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ColumnElement,
    Identity,
    MetaData,
    Text,
    and_,
    any_,
    exc,
    func,
    inspect,
    literal,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TIMESTAMP, TSTZRANGE, Range
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from webapp.base import servers
from webapp.base.config import Settings, SettingsError
from webapp.base.pooling import Pool

# One transaction never waits for ever, and one forgotten transaction never holds back the live feed.
SERVER_OPTIONS = (
    "-c jit=off -c max_parallel_workers_per_gather=0 -c timezone=UTC"
    " -c idle_in_transaction_session_timeout=60000 -c lock_timeout=10000"
)
# Somebody counts long, or fetches slowly: their transaction may wait longer than that of a page.
PATIENT = text("SET LOCAL idle_in_transaction_session_timeout = '10min'")


# SQLAlchemy's number for a transaction whose connection is gone.
_CUT_OFF = "8s2b"


class Base(DeclarativeBase):
    """Every table: bigint keys, text without lengths, moments with a zone."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {
        str: Text(),
        int: BigInteger(),
        datetime: TIMESTAMP(timezone=True),
        dict[str, Any]: JSONB(),
        list[Any]: JSONB(),
    }


class Numbered:
    """A table with a bigint key that the database counts."""

    id: Mapped[int] = mapped_column(Identity(always=False), primary_key=True, sort_order=-1)


def one_of(column: str, kinds: type[Any]) -> CheckConstraint:
    """The database's own list of the members of an enum."""
    allowed = ", ".join(f"'{kind}'" for kind in kinds)
    return CheckConstraint(f"{column} IN ({allowed})", name=column)


def containing(words: str) -> str:
    """The pattern of LIKE for texts that hold these words; its own signs count as letters in them."""
    literal = words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{literal}%"


def among(key: Any, keys: Sequence[Any]) -> ColumnElement[bool]:
    """SQL: the key is one of these, however many; they are one value, by which an index is asked."""
    found: ColumnElement[bool] = key == any_(literal(list(keys), ARRAY(key.type)))
    return found


class Spanned:
    """A row that holds for a time with both ends."""

    span: Mapped[Range[datetime]] = mapped_column(TSTZRANGE)

    @property
    def begin(self) -> datetime:
        """The first moment."""
        return cast(datetime, self.span.lower)

    @property
    def end(self) -> datetime:
        """The first moment after it."""
        return cast(datetime, self.span.upper)


def whole_span() -> CheckConstraint:
    """The time of a `Spanned` row is not empty and has both its ends."""
    words = "NOT isempty(span) AND num_nonnulls(lower(span), upper(span)) = 2"
    return CheckConstraint(words, name="span")


db = SQLAlchemy()

# GeoAlchemy2 ships these helpers without types.
_helpers: Any = alembic_helpers


# A part of a table that is cut by months: made by a task, not by a migration.
_PARTITION = re.compile(r"_p(\d{4}_\d{2}|rest)$")


def _is_ours(obj: Any, name: str | None, kind: str, reflected: bool, compare_to: Any) -> bool:
    if kind == "table" and name is not None and name.startswith(("procrastinate_", "alembic_")):
        return False
    if kind == "table" and name is not None and _PARTITION.search(name):
        return False
    return bool(_helpers.include_object(obj, name, kind, reflected, compare_to))


def _render(kind: str, item: Any, context: Any) -> str | bool:
    written = _helpers.render_item(kind, item, context)
    if kind == "type" and isinstance(item, Geometry):
        # Another installation has another storage CRS: migrations read it, they do not know it.
        context.imports.add("from webapp.base.spatial import SRID")
        return str(written).replace(f"srid={item.srid}", "srid=SRID")
    if kind == "type" and type(item).__module__.startswith("webapp."):
        context.imports.add(f"from {type(item).__module__} import {type(item).__name__}")
        return f"{type(item).__name__}()"
    return written if isinstance(written, str) else False


migrations = Alembic(metadatas=Base.metadata)


def init_app(app: Flask, settings: Settings) -> None:
    """The app can reach its database, and knows its migrations."""
    if not settings.database_url:
        raise SettingsError("DATABASE_URL is missing. `make run` starts a database and sets it.")
    app.config["SQLALCHEMY_ENGINES"] = {
        "default": {
            "url": servers.writing(settings),
            "pool_pre_ping": True,
            "pool_size": settings.pool_size,
            "max_overflow": 0,
            "poolclass": Pool,
            # An error says which statement broke, and not with whose name or number.
            "hide_parameters": True,
            "connect_args": {"options": SERVER_OPTIONS, "application_name": "wangge"},
        }
    }
    app.config["ALEMBIC"] = {
        "script_location": "../migrations",
    }
    app.config["ALEMBIC_CONTEXT"] = {
        "include_object": _is_ours,
        "render_item": _render,
        "process_revision_directives": _helpers.writer,
        "compare_type": True,
        "compare_server_default": False,
    }
    db.init_app(app)
    # It would close async sessions too, for which Flask starts a thread after every request; we have none.
    app.teardown_appcontext_funcs = [
        each for each in app.teardown_appcontext_funcs if not iscoroutinefunction(each)
    ]
    migrations.init_app(app)


def lock(thing: Any) -> None:
    """The row of the thing is ours until the transaction ends, and the thing is as it is now."""
    db.session.flush()
    model = type(thing)
    db.session.execute(
        select(model)
        .where(model.id == thing.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).scalar_one()


def lock_all(model: type[Any], keys: Iterable[int]) -> None:
    """The rows of these keys are ours until the transaction ends, locked in the order of their keys.

    Rows that refer to them can still be written by others, so that nobody waits for a mere reference.
    """
    db.session.flush()
    db.session.execute(
        select(model)
        .where(model.id.in_(sorted(keys)))
        .order_by(model.id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    ).all()


@dataclass(frozen=True)
class Kind:
    """Rows of one table: which of them, what is joined to each, and what is read of that beside it."""

    model: Any
    which: ColumnElement[bool]
    joined: Sequence[tuple[Any, ColumnElement[bool]]] = ()
    read: Sequence[Any] = ()
    options: Sequence[Any] = ()


def together(*kinds: Kind) -> list[list[Any]]:
    """The rows of several kinds that have nothing to do with each other, by one statement.

    For each kind a list in the order of its keys: of its things, or of (thing, what else is read).
    """
    turn = func.generate_series(1, len(kinds)).table_valued("number").render_derived("turn")
    read = [each for kind in kinds for each in (kind.model, *kind.read)]
    found = select(turn.c.number, *read).select_from(turn)
    for number, kind in enumerate(kinds, start=1):
        found = found.outerjoin(kind.model, and_(turn.c.number == number, kind.which))
        for target, on in kind.joined:
            found = found.outerjoin(target, on)
        found = found.options(*kind.options)
    answers: list[list[Any]] = [[] for _ in kinds]
    starts = [1 + sum(1 + len(before.read) for before in kinds[:at]) for at in range(len(kinds))]
    for row in db.session.execute(found).unique():
        at = row[0] - 1
        thing, *more = row[starts[at] : starts[at] + 1 + len(kinds[at].read)]
        if thing is not None:
            answers[at].append((thing, *more) if more else thing)
    for answer in answers:
        answer.sort(key=lambda row: _key_of(row[0] if isinstance(row, tuple) else row))
    return answers


def _key_of(thing: Any) -> tuple[Any, ...]:
    key: tuple[Any, ...] = inspect(thing).identity
    return key


def is_away(error: BaseException) -> bool:
    """True when it is the database that is missing, and not the statement that is wrong."""
    if isinstance(error, exc.PendingRollbackError):
        return error.code == _CUT_OFF
    broken = isinstance(error, exc.DBAPIError) and error.connection_invalidated
    return broken or isinstance(error, (exc.OperationalError, exc.InterfaceError, exc.TimeoutError))


def alive() -> bool:
    """True when the database answers."""
    return bool(db.session.scalar(text("SELECT true")))
