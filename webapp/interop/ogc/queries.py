"""Questions of collections: a page of features as JSON, one feature, how many there are, where they lie."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
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
    literal_column,
    null,
    or_,
    select,
    union_all,
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects.postgresql import JSON, TIMESTAMP

from webapp.base import clock
from webapp.base.access import Actor
from webapp.base.db import db
from webapp.base.spatial import SRID, WGS84
from webapp.grids.models import BoundarySet, GridVersion
from webapp.grids.rules import SetState
from webapp.interop.ogc.collection import Collection, Column
from webapp.interop.ogc.crs import Crs
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
    found = select(*read).select_from(collection.start)
    for table, on in collection.joins:
        found = found.join(table, on)
    beside = collection.beside(who) if collection.beside else ()
    for table, on in (*collection.lookups, *beside):
        found = found.outerjoin(table, on)
    return found.where(*collection.rows(who))


def written(geometry: ColumnElement[Any], crs: Crs, *, area: bool) -> ColumnElement[Any]:
    """SQL: a geometry of ours as GeoJSON in a system, its rings in the right direction."""
    shape = geometry if crs.srid == SRID else func.ST_Transform(geometry, crs.srid)
    if area:
        shape = func.ST_ForcePolygonCCW(shape)
    if crs.north_first:
        shape = func.ST_FlipCoordinates(shape)
    return func.ST_AsGeoJSON(shape, crs.digits, 0)


def _feature(
    collection: Collection, columns: Sequence[Column], rows: FromClause, crs: Crs
) -> ColumnElement[str]:
    """SQL: a row of `rows` as the text of a feature."""
    shown: list[Any] = []
    for number, column in enumerate(columns):
        shown += [literal_column(f"'{column.name}'"), rows.c[f"c{number}"]]
    geometry = written(rows.c.geom, crs, area=collection.shape.is_area)
    return cast(
        func.json_build_object(
            *("type", "Feature"),
            *("id", rows.c.key),
            *("geometry", cast(geometry, JSON)),
            *("properties", func.json_build_object(*shown)),
        ),
        Text,
    )


def _page(collection: Collection, columns: Sequence[Column], who: Actor, wish: Wish) -> Select[Any]:
    """SQL: the features of a page and one more, each with the values of the order at it."""
    orders = _orders(collection, wish)
    inner = seen(
        collection,
        who,
        collection.key.label("key"),
        collection.geometry.label("geom"),
        *(each.of.label(f"c{number}") for number, each in enumerate(columns)),
        *(_sorted_by(collection, each).label(f"s{number}") for number, each in enumerate(orders)),
    )
    inner = inner.where(*_narrowed(collection, wish))
    if wish.after is not None:
        inner = inner.where(_behind(collection, orders, wish.after))
    for each in orders:
        by = _sorted_by(collection, each)
        down = by.desc() if each.descending else by.asc()
        inner = inner.order_by(down if each.column is None else down.nulls_last())
    rows = inner.limit(later("most", type_=Integer)).subquery("rows")
    sorted_by = [rows.c[f"s{number}"] for number in range(len(orders))]
    found = select(_feature(collection, columns, rows, wish.crs), *sorted_by)
    for each, value in zip(orders, sorted_by, strict=True):
        down = value.desc() if each.descending else value.asc()
        found = found.order_by(down if each.column is None else down.nulls_last())
    return found


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
    if wish.box is not None:
        yield from touching(collection, func.ST_GeomFromWKB(later("box"), SRID))
    if wish.span is not None and collection.temporal:
        of = collection.by_name[collection.temporal]
        if wish.span.since is not None:
            yield of.of >= later("since")
        if wish.span.until is not None:
            yield of.of <= later("until")
    for number, (name, value) in enumerate(wish.values.items()):
        of = collection.by_name[name]
        if of.codes is not None:
            yield of.coded(value)
        else:
            yield of.of == later(f"value{number}")
    if wish.condition is not None:
        yield wish.condition


def touching(
    collection: Collection, shape: ColumnElement[Any]
) -> Iterator[SQLColumnExpression[bool]]:
    """SQL: what is told of the place touches the shape; an index leads there."""
    if collection.near is not None:
        # The real place may lie as far from the told one: it is only asked to come near.
        yield collection.near.op("&&")(func.ST_Expand(shape, collection.blur))
    yield func.ST_Intersects(collection.geometry, shape)


def _given(collection: Collection, wish: Wish) -> dict[str, Any]:
    """The values of a statement."""
    given: dict[str, Any] = {"most": wish.limit + 1}
    if wish.key is not None:
        given["wanted"] = wish.key
    if wish.box is not None:
        given["box"] = shapely.to_wkb(wish.box)
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
        around = func.ST_Extent(each.index)
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
    return list(db.session.connection().exec_driver_sql(words, {**fixed, **given}))
