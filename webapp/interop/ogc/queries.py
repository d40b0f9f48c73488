"""Questions of collections: a page of features as JSON, one feature, how many there are, where they lie."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from types import MappingProxyType
from typing import Any

import shapely
from geoalchemy2 import Geometry
from sqlalchemy import (
    BindParameter,
    ColumnElement,
    FromClause,
    Integer,
    Select,
    SQLColumnExpression,
    Text,
    and_,
    bindparam,
    cast,
    false,
    func,
    inspect,
    literal_column,
    null,
    or_,
    select,
    union_all,
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects.postgresql import TIMESTAMP
from sqlalchemy.sql.util import find_tables

from webapp.base import clock, reading
from webapp.base.access import Actor
from webapp.base.db import db
from webapp.base.spatial import SRID, WGS84
from webapp.grids.models import BoundarySet, GridVersion
from webapp.grids.rules import SetState
from webapp.interop.ogc.collection import Collection, Column, Told
from webapp.interop.ogc.crs import CRS84, Crs
from webapp.interop.ogc.rules import Kind
from webapp.interop.ogc.wish import Moment, Order, Wish

ZONE = clock.Calendar().zone

# So many statements a process keeps in words.
KEPT = 500

_DIALECT = postgresql.dialect(paramstyle="pyformat")  # type: ignore[no-untyped-call]


def later(name: str, type_: Any = None) -> BindParameter[Any]:
    """A value that is given when the statement is executed."""
    return bindparam(name, value=None, type_=type_, required=False)


def community_shapes() -> FromClause:
    """SQL: the ground of each community by the borders in force, and how many grids it has."""
    return (
        select(
            GridVersion.community_id,
            func.count().label("grids"),
            func.ST_Multi(
                func.ST_Union(func.coalesce(GridVersion.geom_light, GridVersion.geom))
            ).label("geom"),
        )
        .join(BoundarySet, BoundarySet.id == GridVersion.set_id)
        .where(BoundarySet.state == SetState.ACTIVE, GridVersion.community_id.is_not(None))
        .group_by(GridVersion.community_id)
        .subquery("community_shape")
    )


def seen(collection: Collection, who: Actor, *read: Any) -> Select[Any]:
    """The rows of the collection that somebody sees."""
    return _joined(collection, who, select(*read)).where(*collection.rows(who))


def _joined(
    collection: Collection, who: Actor, found: Select[Any], *, only: Iterable[Any] | None = None
) -> Select[Any]:
    """The tables of the collection; of those that are looked up beside it perhaps only some."""
    found = found.select_from(collection.start)
    for table, on in collection.joins:
        found = found.join(table, on)
    beside = collection.beside(who) if collection.beside else ()
    for table, on in (*collection.lookups, *beside):
        if only is None or inspect(table).selectable in only:
            found = found.outerjoin(table, on)
    return found


def written(geometry: ColumnElement[Any], crs: Crs, *, area: bool) -> ColumnElement[Any]:
    """SQL: a geometry of ours as GeoJSON in a system, its rings in the right direction."""
    shape = geometry if crs.srid == SRID else func.ST_Transform(geometry, crs.srid)
    if area:
        shape = func.ST_ForcePolygonCCW(shape)
    if crs.north_first:
        shape = func.ST_FlipCoordinates(shape)
    return func.ST_AsGeoJSON(shape, crs.digits, 0)


def _feature(
    collection: Collection,
    columns: Sequence[Column],
    crs: Crs,
    key: Any,
    geometry: Any,
    values: Sequence[Any],
) -> ColumnElement[str]:
    """SQL: a row as the text of a feature."""
    shown: list[Any] = []
    for column, value in zip(columns, values, strict=True):
        shown += [literal_column(f"'{column.name}'"), value]
    told = written(geometry, crs, area=collection.shape.is_area)
    # Put together as text: the geometry need not be read as JSON once more.
    return func.concat(
        literal_column("""'{"type":"Feature","id":'"""),
        cast(func.to_json(key), Text),
        literal_column("""',"geometry":'"""),
        func.coalesce(told, literal_column("'null'")),
        literal_column("""',"properties":'"""),
        cast(func.json_build_object(*shown), Text),
        literal_column("'}'"),
    )


def _page(collection: Collection, columns: Sequence[Column], who: Actor, wish: Wish) -> Select[Any]:
    """SQL: the features of a page and one more, each with the values of the order at it."""
    orders = _orders(collection, wish)
    sorts = [_sorted_by(collection, each) for each in orders]
    where = [*_narrowed(collection, wish)]
    if wish.after is not None:
        where.append(_behind(collection, orders, wish.after))
    # Of a long table the rows are chosen first, and only those are joined with what is told of them.
    at_once = collection.few or collection.alone
    told = [collection.key, collection.geometry, *(each.of for each in columns)]
    if collection.told is not None and wish.crs is CRS84:
        told = [collection.told.feature]
    first = told if at_once else [collection.key]
    read: list[Any] = [each.label(f"c{number}") for number, each in enumerate(first)]
    read += [each.label(f"s{number}") for number, each in enumerate(sorts)]
    asked = None if at_once else _tables_of([*where, *sorts])
    chosen = _joined(collection, who, select(*read), only=asked)
    chosen = chosen.where(*collection.rows(who), *where)
    for each, by in zip(orders, sorts, strict=True):
        chosen = chosen.order_by(_turned(each, by))
    rows = chosen.limit(later("most", type_=Integer)).subquery("rows")
    values = [rows.c[f"c{number}"] for number in range(len(first))]
    sorted_by = [rows.c[f"s{number}"] for number in range(len(orders))]
    if len(told) == 1:
        found = select(*values, *sorted_by)
    elif at_once:
        feature = _feature(collection, columns, wish.crs, values[0], values[1], values[2:])
        found = select(feature, *sorted_by)
    else:
        feature = _feature(collection, columns, wish.crs, told[0], told[1], told[2:])
        found = _joined(collection, who, select(feature, *sorted_by))
        found = found.join(rows, rows.c.c0 == collection.key)
    for each, by in zip(orders, sorted_by, strict=True):
        found = found.order_by(_turned(each, by))
    return found


def _tables_of(asked: Sequence[Any]) -> set[Any]:
    """The tables whose columns are asked for."""
    each_as_sql = (cast(each, Text) for each in asked)
    return {table for each in each_as_sql for table in find_tables(each, check_columns=True)}


def _turned(order: Order, by: Any) -> Any:
    """SQL: up or down; where there is no value comes last."""
    turned = by.desc() if order.descending else by.asc()
    return turned if order.column is None else turned.nulls_last()


def _orders(collection: Collection, wish: Wish) -> list[Order]:
    """The order wished for, the key last, so that there are no ties."""
    descending = wish.order[-1].descending if wish.order else collection.newest_first
    return [*wish.order, Order(None, descending)]


def _sorted_by(collection: Collection, order: Order) -> SQLColumnExpression[Any]:
    return collection.key if order.column is None else order.column.of


def _behind(
    collection: Collection, orders: Sequence[Order], after: Sequence[Any]
) -> ColumnElement[bool]:
    """SQL: the row comes after these values in the order; where there is no value comes last."""
    behind: ColumnElement[bool] = false()
    for number in reversed(range(len(orders))):
        order, by = orders[number], _sorted_by(collection, orders[number])
        value = later(f"after{number}")
        if after[number] is None:
            behind = and_(by.is_(None), behind)
            continue
        farther = by < value if order.descending else by > value
        if order.column is not None:
            farther = or_(farther, by.is_(None))
        behind = farther if number == len(orders) - 1 else or_(farther, and_(by == value, behind))
    return behind


def _narrowed(collection: Collection, wish: Wish) -> Iterator[SQLColumnExpression[bool]]:
    """SQL: the conditions of a wish."""
    if wish.key is not None:
        yield collection.key == later("wanted")
    if wish.nowhere:
        yield false()
    if wish.ground is not None and collection.told is not None:
        yield from _told_in(collection.told)
    if wish.box is not None:
        box = func.ST_GeomFromWKB(later("box"), SRID)
        if wish.inner is None:
            yield from touching(collection, box)
        else:
            yield from touching(collection, box, func.ST_GeomFromWKB(later("inner"), SRID))
    if wish.span is not None and collection.temporal:
        of = collection.by_name[collection.temporal]
        if wish.span.since is not None:
            yield of.of >= later("since")
        if wish.span.until is not None:
            yield of.of <= later("until")
    for number, name in enumerate(wish.values):
        yield collection.by_name[name].of == later(f"value{number}")
    if wish.condition is not None:
        yield wish.condition


def _told_in(told: Told) -> Iterator[SQLColumnExpression[bool]]:
    """SQL: what is told of the place lies on the ground asked for; the index of squares leads there."""
    at = {name: later(name, Integer) for name in ("x0", "x1", "y0", "y1")}
    yield told.x.between(at["x0"], at["x1"])
    yield told.y.between(at["y0"], at["y1"])
    sides = {name: later(name, Integer) for name in ("west", "south", "east", "north")}
    inside = and_(
        told.px.between(sides["west"], sides["east"]),
        told.py.between(sides["north"], sides["south"]),
    )
    # The planner would count the box twice.
    yield func.coalesce(inside, false())


def touching(
    collection: Collection, shape: ColumnElement[Any], inner: ColumnElement[Any] | None = None
) -> Iterator[SQLColumnExpression[bool]]:
    """SQL: what is told of the place touches the shape; an index leads there.

    Whatever lies in the rectangle `inner` does so for sure.
    """
    yield collection.geometry.op("&&")(shape)
    # As the planner has it nearly nothing would touch a shape; it knows nothing of this expression.
    exact = func.coalesce(func.ST_Intersects(collection.geometry, shape), false())
    if inner is None:
        yield exact
    else:
        yield or_(collection.geometry.op("@")(inner), exact)


def _given(collection: Collection, wish: Wish) -> dict[str, Any]:
    """The values of a statement."""
    given: dict[str, Any] = {"most": wish.limit + 1}
    if wish.key is not None:
        given["wanted"] = wish.key
    if wish.box is not None:
        given["box"] = shapely.to_wkb(wish.box)
    if wish.ground is not None:
        given |= wish.ground.values
    if wish.inner is not None:
        given["inner"] = shapely.to_wkb(wish.inner)
    if wish.span is not None and collection.temporal:
        kind = collection.by_name[collection.temporal].kind
        given["since"] = _moment(wish.span.since, kind)
        given["until"] = _moment(wish.span.until, kind)
    for number, value in enumerate(wish.values.values()):
        given[f"value{number}"] = value
    for number, value in enumerate(wish.after or ()):
        given[f"after{number}"] = value
    return given


def _moment(value: Moment | None, kind: Kind) -> Moment | None:
    """A moment for a column of days is the day it was here."""
    if kind is Kind.DATE and isinstance(value, datetime):
        return value.astimezone(ZONE).date()
    return value


@lru_cache(maxsize=KEPT)
def _kept(key: _Key) -> tuple[str, dict[str, Any]]:
    compiled = key.made().compile(dialect=_DIALECT, compile_kwargs={"render_postcompile": True})
    return str(compiled), dict(compiled.params)


class _Key:
    """A statement that is put into words once, named by what it is like."""

    def __init__(self, name: tuple[Any, ...], made: Any) -> None:
        self.name, self.made = name, made

    def __hash__(self) -> int:
        return hash(self.name)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Key) and self.name == other.name


@dataclass(frozen=True)
class Extent:
    """Where the features of a collection lie (west, south, east, north in degrees), and since when there are any."""

    box: tuple[float, float, float, float] | None
    since: Moment | None


def extents(collections: Sequence[Collection], who: Actor) -> dict[str, Extent]:
    """Where the features of these collections lie that somebody sees: one statement."""
    parts = []
    for each in collections:
        of = each.by_name[each.temporal].of if each.temporal else null()
        around = func.ST_Extent(each.geometry)
        laid = func.ST_Transform(func.ST_SetSRID(cast(around, Geometry), SRID), WGS84)
        sides = (func.ST_XMin, func.ST_YMin, func.ST_XMax, func.ST_YMax)
        first = cast(func.min(of), TIMESTAMP(timezone=True)) if each.temporal else null()
        parts.append(
            seen(
                each, who, literal_column(f"'{each.name}'"), *(side(laid) for side in sides), first
            )
        )
    found = {}
    for name, west, south, east, north, since in db.session.execute(union_all(*parts)):
        box = None if west is None else (west, south, east, north)
        found[name] = Extent(box, since)
    return found


def page(
    collection: Collection, columns: Sequence[Column], who: Actor, wish: Wish
) -> list[Sequence[Any]]:
    """Rows of (feature as text, *values of the order): those wished for, and one more if there are more."""
    statement = lambda: _page(collection, columns, who, wish)  # noqa: E731
    return answered(collection, columns, wish, statement, ("page",))


def feature(
    collection: Collection, columns: Sequence[Column], who: Actor, key: Any, crs: Crs
) -> str | None:
    """One feature as text, if somebody sees it."""
    wish = Wish(limit=1, key=key, crs=crs)
    rows = page(collection, columns, who, wish)
    return rows[0][0] if rows else None


def matched(collection: Collection, who: Actor, wish: Wish) -> int:
    """How many features the wish names, on all pages together."""
    if collection.told is not None and wish.only_a_box:
        return collection.told.count(wish.ground)
    found = seen(collection, who, func.count()).where(*_narrowed(collection, wish))
    rows = answered(collection, (), wish, lambda: found, ("count",))
    return int(rows[0][0])


def answered(
    collection: Collection,
    columns: Sequence[Column],
    wish: Wish,
    made: Any,
    kind: tuple[Any, ...],
    more: Mapping[str, Any] = MappingProxyType({}),
) -> list[Sequence[Any]]:
    given = {**_given(collection, wish), **more}
    shape = wish.shape
    if shape is None or not collection.is_open:
        return list(db.session.execute(made(), given))
    key = (*kind, collection.name, tuple(each.name for each in columns), shape)
    words, fixed = _kept(_Key(key, made))
    return list(reading.rows(words, {**fixed, **given}))
