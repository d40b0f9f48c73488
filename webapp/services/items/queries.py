"""Questions about items: which there are, one of them, what the catalogue amounts to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import get_locale
from sqlalchemy import Select, exists, func, or_, select
from sqlalchemy.orm import joinedload

from webapp.base.db import containing, db
from webapp.grids.models import Unit, UnitCode
from webapp.grids.rules import UnitKind
from webapp.services.items.models import Item, ItemVersion
from webapp.services.items.rules import Field, compression


@dataclass(frozen=True)
class CatalogueFigures:
    """How many items there are, how many of them online, and how much time they save."""

    items: int
    online: int
    compression: float | None
    compression_online: float | None


def listed(
    *,
    words: str = "",
    field: Field | None = None,
    online: bool = False,
    department_id: int | None = None,
    at_station: bool = False,
) -> list[ItemVersion]:
    """The items in force, in the order of their codes."""
    found = _current()
    if words:
        pattern = containing(words)
        found = found.where(
            or_(
                ItemVersion.name.ilike(pattern),
                ItemVersion.name_en.ilike(pattern),
                Item.code.ilike(pattern),
            )
        )
    if field is not None:
        found = found.where(ItemVersion.field == field)
    if online:
        found = found.where(ItemVersion.online)
    if department_id is not None:
        found = found.where(ItemVersion.department_id == department_id)
    if at_station:
        found = found.where(ItemVersion.at_station)
    return in_order(db.session.scalars(found).all())


def one(code: str) -> ItemVersion | None:
    """The rules of an item that are in force."""
    return db.session.scalar(_current().where(Item.code == code))


def known() -> dict[str, ItemVersion]:
    """The rules in force by the code of their item."""
    return {each.item.code: each for each in db.session.scalars(_current())}


def at_stations() -> dict[str, str]:
    """The names of what is done at workstations by code, in English for those who read it."""
    english = str(get_locale()) == "en"
    return {
        each.item.code: (each.name_en if english and each.name_en else each.name)
        for each in listed(at_station=True)
    }


def versions(item_id: int) -> list[ItemVersion]:
    """Every version of an item, newest first."""
    found = select(ItemVersion).where(ItemVersion.item_id == item_id)
    return list(db.session.scalars(found.order_by(ItemVersion.number.desc())))


def departments_by_code() -> dict[str, Unit]:
    """The departments by their local code: D01 and so on."""
    found = select(UnitCode.code, Unit).join(Unit, Unit.id == UnitCode.unit_id)
    where = Unit.kind == UnitKind.DEPARTMENT, UnitCode.system == "local"
    return {code: unit for code, unit in db.session.execute(found.where(*where))}


def bodies() -> list[tuple[Unit, str, int]]:
    """Departments with items, and workstations: each with its local code and how many items it has."""
    current = ItemVersion.ended_at.is_(None)
    owned = (
        select(ItemVersion.department_id.label("unit"), func.count().label("number"))
        .where(current)
        .group_by(ItemVersion.department_id)
        .subquery()
    )
    offered = select(func.count()).where(current, ItemVersion.at_station).scalar_subquery()
    count = func.coalesce(owned.c.number, offered)
    found = (
        select(Unit, UnitCode.code, count)
        .join(UnitCode, UnitCode.unit_id == Unit.id)
        .outerjoin(owned, owned.c.unit == Unit.id)
        .where(
            UnitCode.system == "local",
            or_(Unit.kind == UnitKind.STATION, owned.c.unit.is_not(None)),
        )
        .order_by(Unit.kind, UnitCode.code)
    )
    return [(unit, code, items) for unit, code, items in db.session.execute(found)]


def body(unit_id: int) -> Unit | None:
    """A department with items, or a workstation."""
    has_items = exists().where(ItemVersion.department_id == Unit.id, ItemVersion.ended_at.is_(None))
    found = select(Unit).where(Unit.id == unit_id, or_(Unit.kind == UnitKind.STATION, has_items))
    return db.session.scalar(found)


def catalogue() -> CatalogueFigures:
    """What the items in force amount to."""
    found = select(ItemVersion.online, ItemVersion.statutory_days, ItemVersion.promised_days).where(
        ItemVersion.ended_at.is_(None)
    )
    rows = [
        (online, (statutory, promised)) for online, statutory, promised in db.session.execute(found)
    ]
    return CatalogueFigures(
        items=len(rows),
        online=sum(online for online, _pair in rows),
        compression=compression(pair for _online, pair in rows),
        compression_online=compression(pair for online, pair in rows if online),
    )


def in_order(rows: Sequence[ItemVersion]) -> list[ItemVersion]:
    """By field as residents know them, then by code."""
    fields = list(Field)
    return sorted(rows, key=lambda each: (fields.index(Field(each.field)), each.item.code))


def _current() -> Select[ItemVersion]:
    return (
        select(ItemVersion)
        .join(ItemVersion.item)
        .options(joinedload(ItemVersion.item), joinedload(ItemVersion.department))
        .where(ItemVersion.ended_at.is_(None))
    )
