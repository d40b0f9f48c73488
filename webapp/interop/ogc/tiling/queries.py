"""Questions of tiles: what lies in a square of the world, written as a vector tile."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Float,
    FromClause,
    Integer,
    Select,
    SQLColumnExpression,
    Text,
    cast,
    func,
    literal_column,
    select,
)

from webapp.base.access import Actor
from webapp.base.spatial import SRID
from webapp.interop.ogc.collection import Collection, Column
from webapp.interop.ogc.crs import MERCATOR, in_mercator
from webapp.interop.ogc.queries import answered, later, seen
from webapp.interop.ogc.rules import Kind
from webapp.interop.ogc.tiling.squares import (
    BUFFER,
    EXTENT,
    FROM_ZOOM,
    MOST_IN_A_TILE,
    Tile,
)
from webapp.interop.ogc.wish import Wish


def changes(collection: Collection, at: Tile) -> int | None:
    """How often the ground of a tile has changed, where that is known."""
    return None if collection.told is None else collection.told.changes(at)


def tile(
    collection: Collection, columns: Sequence[Column], who: Actor, at: Tile
) -> tuple[int | None, bytes]:
    """A vector tile, empty where nothing lies in it, and how often its ground had changed, where that is known."""
    if collection.told is not None:
        made = collection.told.gathered if collection.gathers(at) else collection.told.drawn
        return made(collection.name, at)
    return None, _written(collection, columns, who, at)


def _written(collection: Collection, columns: Sequence[Column], who: Actor, at: Tile) -> bytes:
    box = in_mercator(at.wider)
    if box is None:
        return b""
    wish = Wish(limit=MOST_IN_A_TILE - 1, box=box)
    statement = lambda: _tile(collection, columns, who, wish, lighter=at.zoom < FROM_ZOOM)  # noqa: E731
    west, south, east, north = at.bounds
    given = {"west": west, "south": south, "east": east, "north": north}
    kind = ("tile", at.zoom < FROM_ZOOM)
    rows = answered(collection, columns, wish, statement, kind, given)
    return bytes(rows[0][0] or b"")


def _bounds() -> ColumnElement[Any]:
    sides = (later(name, type_=Float) for name in ("west", "south", "east", "north"))
    return func.ST_MakeEnvelope(*sides, MERCATOR)


def _tile(
    collection: Collection, columns: Sequence[Column], who: Actor, wish: Wish, *, lighter: bool
) -> Select[Any]:
    """SQL: the features of a tile, each for itself."""
    geometry = collection.geometry
    if lighter and collection.light is not None:
        geometry = collection.light
    rows = (
        seen(
            collection,
            who,
            collection.key.label("id"),
            geometry.label("geom"),
            *(_told(each).label(each.name) for each in columns),
        )
        .where(*_near(collection, wish))
        .limit(later("most", type_=Integer))
        .subquery("rows")
    )
    drawn = func.ST_AsMVTGeom(
        func.ST_Transform(rows.c.geom, MERCATOR), _bounds(), EXTENT, BUFFER, True
    ).label("geom")
    others = [column for column in rows.c if column.name != "geom"]
    return _as_tile(collection, select(drawn, *others).subquery("tile"))


def _as_tile(collection: Collection, tile: FromClause) -> Select[Any]:
    named: list[Any] = [literal_column(f"'{collection.name}'"), EXTENT, literal_column("'geom'")]
    if "id" in tile.c and collection.key_kind is Kind.INTEGER:
        named.append(literal_column("'id'"))
    whole = func.ST_AsMVT(literal_column("tile"), *named)
    # Where nothing is left of a geometry its row is left out.
    return select(whole).select_from(tile)


def _near(collection: Collection, wish: Wish) -> Iterator[ColumnElement[bool]]:
    """SQL: what may lie in the box; what does not is cut off when the tile is drawn."""
    shape = func.ST_GeomFromWKB(later("box"), SRID)
    yield collection.geometry.op("&&")(shape)


def _told(column: Column) -> SQLColumnExpression[Any]:
    """SQL: the value as tiles can hold it."""
    if column.kind in (Kind.DATE, Kind.MOMENT):
        return func.trim(cast(func.to_json(column.of), Text), '"')
    return cast(column.of, Float) if column.kind is Kind.NUMBER else column.of
