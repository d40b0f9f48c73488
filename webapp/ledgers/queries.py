"""Questions about ledgers: how many rows each has, its rows page by page or as a stream, what was frozen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Date, Select, func, literal, or_, select, text, union_all
from sqlalchemy.orm import defer, joinedload

from webapp.base.access import Actor, visible
from webapp.base.db import containing, db
from webapp.base.months import month as month_of
from webapp.base.web import Page
from webapp.grids.models import Grid, Unit
from webapp.ledgers.models import Layout, Snapshot, Taking
from webapp.ledgers.rules import LEDGERS, Ledger, Scope
from webapp.ledgers.source import Column, Kept, Kind, Source
from webapp.ledgers.sources import SOURCES
from webapp.people import days
from webapp.residents.rules import HIDDEN

PAGE = 50
# So many rows are fetched at once where all of them are wanted.
AT_ONCE = 1000


@dataclass(frozen=True)
class Place:
    """The scope that is looked at: the subdistrict, a community, or a grid; with the grids in it."""

    scope: Scope
    name: str
    unit_id: int | None = None
    grid_id: int | None = None
    grid_ids: tuple[int, ...] = ()

    @property
    def code(self) -> str:
        """How addresses call it."""
        if self.scope == Scope.GRID:
            return f"g{self.grid_id}"
        return f"c{self.unit_id}" if self.scope == Scope.COMMUNITY else ""


@dataclass(frozen=True)
class Asked:
    """Which rows of a ledger: where, of which month, with which words and choices."""

    place: Place
    month: date
    words: str = ""
    choices: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Line:
    """A row of a ledger: its key, its values as they are kept, and of a care ledger whom it is about, with their grid."""

    key: int
    values: tuple[Kept, ...]
    person: tuple[int, int | None] | None = None


def counted(who: Actor, asked: Asked) -> dict[str, int]:
    """How many rows each ledger has that `who` may see, by one statement."""
    counts = [
        select(literal(key).label("key"), func.count().label("many")).select_from(
            _keys(LEDGERS[key], source, _which(LEDGERS[key], source, asked, who)).subquery()
        )
        for key, source in SOURCES.items()
    ]
    return {key: many for key, many in db.session.execute(union_all(*counts))}


def total(ledger: Ledger, who: Actor, asked: Asked) -> int:
    """How many rows of the ledger `who` may see."""
    source = SOURCES[ledger.key]
    keys = _keys(ledger, source, _which(ledger, source, asked, who)).subquery()
    return db.session.scalar(select(func.count()).select_from(keys)) or 0


def page_of(
    ledger: Ledger, who: Actor, asked: Asked, *, after: int | None = None, limit: int = PAGE
) -> tuple[list[Line], int | None]:
    """Some rows that `who` may see, masked, and the key after which the next ones begin.

    What is of a month comes with the newest first, what stands as it is with the oldest.
    """
    source = SOURCES[ledger.key]
    found = _rows(source, _which(ledger, source, asked, who))
    if after is not None:
        found = found.where(source.key < after if ledger.monthly else source.key > after)
    order = source.key.desc() if ledger.monthly else source.key.asc()
    read = db.session.execute(found.order_by(order).limit(limit + 1)).all()
    lines = [_line(source, row) for row in read[:limit]]
    return lines, lines[-1].key if len(read) > limit else None


def stream(
    ledger: Ledger, asked: Asked, *, who: Actor | None, whole: bool = False
) -> Iterator[Line]:
    """All rows in the order of their keys, some at a time; `who` None: whoever may see them.

    With `whole` names and numbers are not masked, and only rows are read of which `who` may have them so.
    """
    source = SOURCES[ledger.key]
    found = _rows(source, _which(ledger, source, asked, who)).order_by(source.key)
    if whole and who is not None:
        found = found.where(visible(source.model, who, ledger.reveal or ""))
    for row in db.session.execute(found.execution_options(yield_per=AT_ONCE)):
        yield _line(source, row, whole=whole)


def people_of(key: str, keys: Sequence[int]) -> dict[int, tuple[int, int | None]]:
    """Of rows of a care ledger, those that still are: whom each is about, with their grid."""
    source = SOURCES[key]
    if source.person is None or source.grid_id is None:
        return {}
    found = select(source.key, source.person, source.grid_id).select_from(source.rows)
    read = db.session.execute(found.where(source.key.in_(keys)))
    return {row[0]: (row[1], row[2]) for row in read}


def place(code: str | None) -> Place | None:
    """The scope that an address calls so; the subdistrict without a code, None for what there is not."""
    if not code:
        root = db.session.scalar(select(Unit).where(Unit.kind == Scope.SUBDISTRICT))
        return Place(Scope.SUBDISTRICT, root.name, unit_id=root.id) if root else None
    kind, number = code[0], code[1:]
    if not number.isdigit() or len(number) > 15:
        return None
    if kind == "g":
        grid = db.session.get(Grid, int(number))
        return (
            Place(
                Scope.GRID,
                f"{grid.display_code} {grid.name}",
                grid_id=grid.id,
                grid_ids=(grid.id,),
            )
            if grid
            else None
        )
    unit = db.session.get(Unit, int(number)) if kind == "c" else None
    if unit is None or unit.kind != Scope.COMMUNITY:
        return None
    grids = db.session.scalars(
        select(Grid.id)
        .where(Grid.community_id == unit.id, Grid.retired_at.is_(None))
        .order_by(Grid.id)
    )
    return Place(Scope.COMMUNITY, unit.name, unit_id=unit.id, grid_ids=tuple(grids))


def places() -> list[tuple[Unit, list[Grid]]]:
    """Communities by name, each with its living grids by code."""
    found = (
        select(Unit, Grid)
        .join(Grid, Grid.community_id == Unit.id)
        .where(Grid.retired_at.is_(None))
        .order_by(Unit.name, Unit.id, Grid.display_code)
    )
    by_unit: dict[int, tuple[Unit, list[Grid]]] = {}
    for unit, grid in db.session.execute(found):
        by_unit.setdefault(unit.id, (unit, []))[1].append(grid)
    return list(by_unit.values())


def _keys(ledger: Ledger, source: Source, which: Sequence[ColumnElement[bool]]) -> Select[Any]:
    found = select(source.key.label("key")).select_from(source.rows).where(*which)
    return found.group_by(*source.group) if source.group else found


def _rows(source: Source, which: Sequence[ColumnElement[bool]]) -> Select[Any]:
    read = [each.of.label(f"c{place}") for place, each in enumerate(source.columns)]
    if source.person is not None and source.grid_id is not None:
        read += [source.person.label("person"), source.grid_id.label("place")]
    found = select(source.key.label("key"), *read).select_from(source.rows).where(*which)
    return found.group_by(*source.group) if source.group else found


def _line(source: Source, row: Any, *, whole: bool = False) -> Line:
    values = zip(source.columns, row[1 : len(source.columns) + 1], strict=True)
    kept = tuple(column.kept(value, whole=whole) for column, value in values)
    return Line(row[0], kept, (row.person, row.place) if source.person is not None else None)


def _which(
    ledger: Ledger, source: Source, asked: Asked, who: Actor | None
) -> list[ColumnElement[bool]]:
    which = list(source.which)
    if who is not None:
        which.append(visible(source.model, who, ledger.right))
    if asked.place.scope != Scope.SUBDISTRICT:
        which.append(
            source.grid_id.in_(asked.place.grid_ids)
            if source.grid_id is not None
            else literal(value=False)
        )
    if ledger.monthly and source.at is not None:
        which += _in_month(source.at, asked.month)
    if asked.words.strip():
        which.append(_meant(source, asked.words.strip()))
    for column in source.columns:
        chosen = asked.choices.get(column.key)
        if chosen:
            which.append(_chosen(column, chosen))
    return which


def _in_month(at: Any, first: date) -> list[ColumnElement[bool]]:
    after = month_of(first, 1)
    ends: tuple[date | datetime, date | datetime] = (first, after)
    if not isinstance(at.type, Date):
        ends = (days.start_of(first), days.start_of(after))
    return [at >= ends[0], at < ends[1]]


def _meant(source: Source, words: str) -> ColumnElement[bool]:
    """Words are looked for where nobody is hidden; a masked name by its beginning, or as it is shown."""
    pattern = containing(words)
    beginning = pattern.removeprefix("%")
    if HIDDEN in words:
        beginning = beginning.removesuffix("%").replace(HIDDEN, "_")
    return or_(
        *(
            each.of.like(beginning) if each.kind == Kind.NAME else each.of.ilike(pattern)
            for each in source.columns
            if each.found or each.kind == Kind.NAME
        )
    )


def _chosen(column: Column, value: str) -> ColumnElement[bool]:
    """A choice of the page; what stands in a list of values is looked for in it."""
    if getattr(column.of.type, "item_type", None) is not None:
        found: ColumnElement[bool] = column.of.any(value)
        return found
    chosen: ColumnElement[bool] = column.of == value
    return chosen


def layout(ledger: str, number: int | None = None) -> Layout | None:
    """How a ledger is printed, now or by number; None: as the house has it."""
    found = select(Layout).where(Layout.ledger == ledger)
    if number is not None:
        found = found.where(Layout.number == number)
    return db.session.scalar(found.order_by(Layout.number.desc()).limit(1))


def layouts(ledger: str) -> Sequence[Layout]:
    """How a ledger was laid out, the newest first, each with who did it."""
    found = select(Layout).options(joinedload(Layout.account)).where(Layout.ledger == ledger)
    return db.session.scalars(found.order_by(Layout.number.desc())).all()


def snapshot(snapshot_id: int) -> Snapshot | None:
    """A frozen ledger, with who signed for it, its layout and the one before."""
    found = select(Snapshot).options(
        joinedload(Snapshot.account), joinedload(Snapshot.previous), joinedload(Snapshot.layout)
    )
    return db.session.scalar(found.where(Snapshot.id == snapshot_id))


def newest(ledger: str, place: Place, month: date | None) -> Snapshot | None:
    """The last one of this ledger at this place; of this month where a month is named."""
    found = (
        select(Snapshot)
        .options(joinedload(Snapshot.account), defer(Snapshot.body))
        .where(
            Snapshot.ledger == ledger,
            Snapshot.scope == place.scope,
            Snapshot.unit_id.is_not_distinct_from(place.unit_id),
            Snapshot.grid_id.is_not_distinct_from(place.grid_id),
        )
    )
    if month is not None:
        found = found.where(Snapshot.month == month)
    return db.session.scalar(found.order_by(Snapshot.id.desc()).limit(1))


def snapshots(
    who: Actor, *, ledger: str | None = None, before: int | None = None, limit: int = PAGE
) -> Page[Snapshot]:
    """Frozen ledgers that `who` may read, the newest first; without their rows."""
    found = (
        select(Snapshot)
        .options(joinedload(Snapshot.account), defer(Snapshot.body))
        .where(visible(Snapshot, who, "ledgers.frozen"))
    )
    if ledger is not None:
        found = found.where(Snapshot.ledger == ledger)
    if before is not None:
        found = found.where(Snapshot.id < before)
    rows = list(db.session.scalars(found.order_by(Snapshot.id.desc()).limit(limit + 1)))
    return Page(rows[:limit], rows[limit - 1].id if len(rows) > limit else None)


def last_frozen(who: Actor, place: Place) -> dict[str, date]:
    """The month for which each ledger was last frozen at this place, as far as `who` may read it."""
    found = (
        select(Snapshot.ledger, func.max(Snapshot.month))
        .where(
            visible(Snapshot, who, "ledgers.frozen"),
            Snapshot.scope == place.scope,
            Snapshot.unit_id.is_not_distinct_from(place.unit_id),
            Snapshot.grid_id.is_not_distinct_from(place.grid_id),
        )
        .group_by(Snapshot.ledger)
    )
    return {key: month for key, month in db.session.execute(found)}


def headers() -> Iterator[Snapshot]:
    """Every frozen ledger without its rows, the oldest first."""
    found = select(Snapshot).options(
        defer(Snapshot.body),
        joinedload(Snapshot.previous).defer(Snapshot.body),
        joinedload(Snapshot.layout),
    )
    yield from db.session.scalars(found.order_by(Snapshot.id).execution_options(yield_per=500))


def takings(*, before: int | None = None, limit: int = PAGE) -> Page[Taking]:
    """Who took rows of ledgers with names, or looked at them, what for, the newest first."""
    found = select(Taking).options(joinedload(Taking.account))
    if before is not None:
        found = found.where(Taking.id < before)
    rows = list(db.session.scalars(found.order_by(Taking.id.desc()).limit(limit + 1)))
    return Page(rows[:limit], rows[limit - 1].id if len(rows) > limit else None)


# The database looks at every body itself: what it hashes is what is there, whoever wrote it.
_CHANGED = text("""
    SELECT id FROM ledger_snapshot
    WHERE body IS NOT NULL AND encode(sha256(convert_to(body, 'UTF8')), 'hex') <> sha256
    ORDER BY id
""")

# What the log knows to have been frozen, and is there no more, or says another hash.
_GONE = text("""
    SELECT e.thing_id AS id, s.id IS NULL AS gone FROM event e
    LEFT JOIN ledger_snapshot s ON s.id = e.thing_id
    WHERE e.thing_kind = 'ledger_snapshot' AND e.move = 'freeze'
      AND s.sha256 IS DISTINCT FROM e.data ->> 'sha256'
    ORDER BY e.thing_id
""")


def changed_bodies() -> list[int]:
    """Keys of frozen ledgers whose rows are not those of their hash."""
    return list(db.session.scalars(_CHANGED))


def against_log() -> list[tuple[int, bool]]:
    """Keys of frozen ledgers that the log knows otherwise; True where they are gone."""
    return [(row.id, row.gone) for row in db.session.execute(_GONE)]


def over_age(until: datetime) -> list[Snapshot]:
    """Frozen ledgers about people from before a moment, whose rows are still there."""
    about_people = [key for key, source in SOURCES.items() if source.has_people]
    found = select(Snapshot).where(
        Snapshot.ledger.in_(about_people), Snapshot.frozen_at < until, Snapshot.body.is_not(None)
    )
    return list(db.session.scalars(found.order_by(Snapshot.id).limit(AT_ONCE)))
