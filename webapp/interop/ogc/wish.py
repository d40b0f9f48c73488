"""What is asked of a collection, once it is known to make sense."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from shapely.geometry.base import BaseGeometry
from sqlalchemy import SQLColumnExpression

from webapp.interop.ogc.collection import Column
from webapp.interop.ogc.crs import CRS84, Crs
from webapp.interop.ogc.rules import USUAL
from webapp.interop.ogc.units import Ground

Moment = datetime | date


@dataclass(frozen=True)
class Order:
    """One property by which is sorted; None: the key itself."""

    column: Column | None
    descending: bool = False


@dataclass(frozen=True)
class Span:
    """A time with perhaps only one end; both belong to it."""

    since: Moment | None
    until: Moment | None


@dataclass(frozen=True)
class Wish:
    """Which features, in which order, how many, and how they are written.

    `box` is in metres of the installation; `nowhere`: nothing of ours can lie in it. `after` are the values
    of the order at the feature before the first one, its key last. `condition` is a filter as SQL.
    """

    limit: int = USUAL
    # Just the feature of this key.
    key: Any = None
    box: BaseGeometry | None = None
    # A rectangle in metres that lies inside of the box.
    inner: BaseGeometry | None = None
    # A box of degrees in units of the world instead, where places are kept in these.
    ground: Ground | None = None
    nowhere: bool = False
    span: Span | None = None
    values: Mapping[str, Any] = field(default_factory=dict)
    condition: SQLColumnExpression[bool] | None = None
    order: Sequence[Order] = ()
    after: Sequence[Any] | None = None
    crs: Crs = CRS84
    exact: bool = False

    @property
    def only_a_box(self) -> bool:
        """True when nothing narrows the whole, or nothing but a box of degrees."""
        boxed = self.box is not None or self.nowhere
        return not boxed and not self.values and self.span is None and self.condition is None

    @property
    def shape(self) -> tuple[Any, ...] | None:
        """What the statement is like apart from its values; None where it is like no other."""
        if self.condition is not None:
            return None
        return (
            self.key is None,
            self.box is None,
            self.inner is None,
            self.ground is None,
            self.nowhere,
            self.span and (type(self.span.since), type(self.span.until)),
            tuple(self.values),
            tuple((each.column, each.descending) for each in self.order),
            self.after and tuple(each is None for each in self.after),
            self.crs.uri,
        )
