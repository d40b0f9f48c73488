"""What a collection is: its rows, its properties, its geometry, and who may see which of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeAlias

from flask_babel.speaklater import LazyString
from sqlalchemy import ColumnElement, SQLColumnExpression

from webapp.base.access import RIGHTS, Actor, Everyone
from webapp.interop.ogc.rules import Kind, Shape
from webapp.interop.ogc.tiling.squares import FROM_ZOOM, Tile
from webapp.interop.ogc.units import Ground

Words: TypeAlias = LazyString | str


@dataclass(frozen=True, eq=False)
class Column:
    """A property. `asked`: it may be filtered and sorted by, since an index leads to it or the rows are few.

    `right`: who else sees it; None: whoever sees the collection. `values`: what it may be, in words.
    """

    name: str
    title: Words
    kind: Kind
    of: SQLColumnExpression[Any]
    asked: bool = False
    right: str | None = None
    values: Mapping[str, Words] | None = None


@dataclass(frozen=True, eq=False)
class Told:
    """How rows are kept ready: each as GeoJSON in CRS84, its place in units of the world, the square of that.

    `count` knows how many lie in a box, or at all; `changes`, `drawn` and `gathered` make its tiles.
    """

    feature: SQLColumnExpression[str]
    px: SQLColumnExpression[int | None]
    py: SQLColumnExpression[int | None]
    x: SQLColumnExpression[int]
    y: SQLColumnExpression[int]
    count: Callable[[Ground | None], int]
    changes: Callable[[Tile], int]
    drawn: Callable[[str, Tile], tuple[int, bytes]]
    gathered: Callable[[str, Tile], tuple[int, bytes]]


@dataclass(frozen=True, eq=False)
class Collection:
    """A row of the table of collections.

    `start` is what is selected from; of `joins` there is a row for each, of `lookups` perhaps. `geometry` is what is
    told of a place (metres), with an index that leads there. `told`: how its rows are kept ready. `rows`: those that
    somebody may see. `page`: the page of one thing.
    """

    name: str
    title: Words
    words: Words
    right: str
    start: Any
    key: SQLColumnExpression[Any]
    geometry: SQLColumnExpression[Any]
    shape: Shape
    columns: Sequence[Column]
    joins: Sequence[tuple[Any, ColumnElement[bool]]] = ()
    lookups: Sequence[tuple[Any, ColumnElement[bool]]] = ()
    rows: Callable[[Actor], Sequence[ColumnElement[bool]]] = lambda _who: ()
    # Tables of which each sees its own rows beside that: their columns have a right.
    beside: Callable[[Actor], Sequence[tuple[Any, ColumnElement[bool]]]] | None = None
    told: Told | None = None
    key_kind: Kind = Kind.INTEGER
    temporal: str | None = None
    few: bool = True
    newest_first: bool = False
    page: str | None = None
    # For low zooms of tiles: a lighter geometry.
    light: SQLColumnExpression[Any] | None = None

    @cached_property
    def by_name(self) -> dict[str, Column]:
        """The columns by their names."""
        return {each.name: each for each in self.columns}

    @property
    def alone(self) -> bool:
        """True when nothing is looked up in another table."""
        return not (self.joins or self.lookups or self.beside)

    def gathers(self, tile: Tile) -> bool:
        """True where many points of a tile are told as one with their number."""
        return self.told is not None and tile.zoom < FROM_ZOOM

    @property
    def is_open(self) -> bool:
        """True when everybody may see it, and the same rows of it."""
        return isinstance(RIGHTS[self.right], Everyone) and self.beside is None


def columns_for(collection: Collection, who: Actor) -> tuple[Column, ...]:
    """The properties that somebody sees."""
    return tuple(
        each
        for each in collection.columns
        if each.right is None or RIGHTS[each.right].allows(who, None)
    )
