"""What a collection is: its rows, its properties, its geometry, and who may see which of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeAlias

from flask_babel.speaklater import LazyString
from sqlalchemy import ColumnElement, SQLColumnExpression, false

from webapp.base.access import RIGHTS, Actor, Everyone
from webapp.interop.ogc.rules import Kind, Shape

Words: TypeAlias = LazyString | str


@dataclass(frozen=True, eq=False)
class Column:
    """A property. `asked`: it may be filtered and sorted by, since an index leads to it or the rows are few.

    `right`: who else sees it; None: whoever sees the collection. `values`: what it may be, in words.
    `codes`: each of these stands for some values of a column that is `stored`; then nothing is sorted by it.
    """

    name: str
    title: Words
    kind: Kind
    of: SQLColumnExpression[Any]
    asked: bool = False
    right: str | None = None
    values: Mapping[str, Words] | None = None
    stored: SQLColumnExpression[Any] | None = None
    codes: Mapping[str, Sequence[str]] | None = None

    @property
    def sortable(self) -> bool:
        """True when pages can be sorted by it."""
        return self.asked and self.codes is None

    def coded(self, value: Any) -> ColumnElement[bool]:
        """SQL: the property has this value, asked of the column that is stored."""
        known = (self.codes or {}).get(value, ())
        return false() if self.stored is None else self.stored.in_(list(known))


@dataclass(frozen=True, eq=False)
class Collection:
    """A row of the table of collections.

    `start` is what is selected from; of `joins` there is a row for each, of `lookups` perhaps. `geometry` is what is
    told of a place (metres); `near` the column whose index leads there, within `blur` metres of it.
    `rows`: those that somebody may see. `open`: they are the same for everybody. `page`: the page of one thing.
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
    near: SQLColumnExpression[Any] | None = None
    blur: float = 0.0
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
    def index(self) -> SQLColumnExpression[Any]:
        """The geometry by which rows are found."""
        return self.geometry if self.near is None else self.near

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
