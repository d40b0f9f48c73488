"""Questions of exports: the rows of a list, read a run at a time, and the log of what was taken."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import Row, Select, column, func, literal_column, select, table
from sqlalchemy.orm import Session

from webapp.base import past
from webapp.base.access import Actor
from webapp.base.db import PATIENT, db
from webapp.base.exports.models import Export
from webapp.base.exports.rules import BATCH, MOST_WAITING, Format
from webapp.base.exports.sheet import SHEETS, Address, Column, Sheet
from webapp.base.past import AsOf, NotKept, reached
from webapp.base.spatial import as_kml, as_lonlat, as_rfc7946, as_wkb
from webapp.base.then import as_of
from webapp.base.web import Page

PAGE = 50

_account = table("account", column("id"), column("name"))


def statement(sheet: Sheet, who: Actor, wish: Address, form: Format, locale: str) -> Select[Any]:
    """The columns of the list, and at the end of each row where it lies as the format wants it."""
    found = asked(sheet, who, wish)
    read = [_value(found, each, locale).label(f"c{at}") for at, each in enumerate(sheet.columns)]
    return found.with_only_columns(*read, *_place(sheet, form), maintain_column_froms=True)


def _value(found: Select[Any], each: Column, locale: str) -> Any:
    value = _named(found, each.value)
    if each.english is not None and locale == "en":
        return func.coalesce(_named(found, each.english), value)
    return value


def _named(found: Select[Any], value: Any) -> Any:
    return found.selected_columns[value] if isinstance(value, str) else value


def _place(sheet: Sheet, form: Format) -> Sequence[Any]:
    if sheet.shape is None:
        return ()
    where, multi = sheet.shape.column, sheet.shape.kind.startswith("Multi")
    if form.ending in ("csv", "xlsx"):
        return as_lonlat(where, of_shape=sheet.shape.kind != "Point")
    if form.ending == "gpkg":
        return (as_wkb(where, form.srid, multi=multi),)
    return (as_kml(where) if form is Format.KML else as_rfc7946(where),)


def count(sheet: Sheet, who: Actor, wish: Address, *, most: int) -> int:
    """How many rows there are, counted no further than `most`."""
    found = asked(sheet, who, wish).order_by(None)
    some: Select[Any] = found.with_only_columns(
        literal_column("1"), maintain_column_froms=True
    ).limit(most)
    number: Select[Any] = select(func.count()).select_from(some.subquery())
    return db.session.scalar(number.execution_options(**found.get_execution_options())) or 0


def asked(sheet: Sheet, who: Actor, wish: Address) -> Select[Any]:
    """What a list asks: as it is, or as of the moment `as_of` of its address.

    Raises `Unacceptable` for a moment that is not known, `NotKept` where nobody knows how the list was.
    """
    moment = AsOf.of({"as_of": wish.get("as_of")}).as_of
    if moment is None or sheet.name in _own_past():
        return sheet.rows(who, wish)
    if sheet.no_past is not None:
        raise NotKept(sheet.no_past)
    if sheet.own_past:
        raise NotKept(_l("This list says in another file how it was."))
    moment = reached(moment)
    with as_of(moment):
        found = sheet.rows(who, wish)
    return found.execution_options(as_of=moment)


def _own_past() -> set[str]:
    return {each.own_past for each in SHEETS.values()}


def listed(sheet: Sheet, who: Actor, wish: Address, locale: str, *, skip: int) -> list[Any]:
    """Rows of the list from one on, and one more than a page holds: its columns, then the key of its thing."""
    found = asked(sheet, who, wish)
    read = [_value(found, each, locale).label(f"c{at}") for at, each in enumerate(sheet.columns)]
    key = () if sheet.leads is None else (_named(found, sheet.leads[2]).label("key"),)
    some: Select[Any] = found.with_only_columns(*read, *key, maintain_column_froms=True)
    return list(db.session.execute(some.offset(skip).limit(past.PAGE + 1)))


def batches(found: Select[Any], session: Session | None = None) -> Iterator[Sequence[Row[Any]]]:
    """The rows in runs, by a cursor of the server: few are ever in memory.

    In a session that is given, or else in a transaction of its own.
    """
    if session is not None:
        yield from _runs(found, session)
        return
    with db.sessionmaker() as own:
        own.execute(PATIENT)
        yield from _runs(found, own)


def _runs(found: Select[Any], session: Session) -> Iterator[Sequence[Row[Any]]]:
    yield from session.execute(found, execution_options={"yield_per": BATCH}).partitions()


def one(export_id: int) -> Export | None:
    """An export by its key."""
    return db.session.get(Export, export_id)


def waiting(account_id: int | None) -> int:
    """How many files of somebody are still being made."""
    found = select(func.count()).where(
        Export.account_id == account_id,
        Export.by_task,
        Export.ended_at.is_(None),
        Export.failed_at.is_(None),
    )
    return min(db.session.scalar(found) or 0, MOST_WAITING)


def log(*, account_id: int | None = None, before: int | None = None) -> Page[Any]:
    """What was taken, newest first, as (Export, who): of one person, or of all."""
    found = select(Export, _account.c.name).join(_account, _account.c.id == Export.account_id)
    if account_id is not None:
        found = found.where(Export.account_id == account_id)
    if before is not None:
        found = found.where(Export.id < before)
    rows = db.session.execute(found.order_by(Export.id.desc()).limit(PAGE + 1)).all()
    return Page(rows[:PAGE], rows[PAGE - 1][0].id if len(rows) > PAGE else None)


def expired(at: datetime) -> list[Export]:
    """Exports whose file has waited long enough."""
    found = select(Export).where(Export.file.is_not(None), Export.expires_at < at)
    return list(db.session.scalars(found.order_by(Export.id).limit(BATCH)))


def kept(names: Sequence[str]) -> set[str]:
    """Those of the names of files that an export still knows."""
    return {
        each
        for each in db.session.scalars(select(Export.file).where(Export.file.in_(names)))
        if each
    }


def unended(since: datetime) -> list[Export]:
    """Streams that were begun before a moment, and neither ended nor broke: their process was killed."""
    found = select(Export).where(
        Export.ended_at.is_(None),
        Export.failed_at.is_(None),
        Export.by_task.is_(False),
        Export.asked_at < since,
    )
    return list(db.session.scalars(found.limit(BATCH)))
