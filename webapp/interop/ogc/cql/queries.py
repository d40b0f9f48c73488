"""The tree of a filter becomes a condition in SQL: only properties that may be asked for, every value bound."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeAlias

import shapely
from flask_babel import gettext as _
from shapely.geometry.base import BaseGeometry
from sqlalchemy import SQLColumnExpression, and_, false, func, literal, not_, or_, true

from webapp.base.spatial import SRID
from webapp.interop.ogc import reading
from webapp.interop.ogc.collection import Collection, Column
from webapp.interop.ogc.crs import Crs, in_metres
from webapp.interop.ogc.queries import touching
from webapp.interop.ogc.rules import MOST_CORNERS, Bad, Kind, bad

GEOMETRY = "geometry"

Args = Sequence[Any]
Condition: TypeAlias = SQLColumnExpression[bool]

COMPARED: Mapping[str, Callable[[Any, Any], SQLColumnExpression[bool]]] = {
    "=": lambda left, right: left == right,
    "<>": lambda left, right: left != right,
    "<": lambda left, right: left < right,
    ">": lambda left, right: left > right,
    "<=": lambda left, right: left <= right,
    ">=": lambda left, right: left >= right,
}
MIRRORED = {
    "<": ">",
    ">": "<",
    "<=": ">=",
    ">=": "<=",
    "t_after": "t_before",
    "t_before": "t_after",
}

SPATIAL = {
    "s_intersects": func.ST_Intersects,
    "s_equals": func.ST_Equals,
    "s_disjoint": func.ST_Disjoint,
    "s_touches": func.ST_Touches,
    "s_within": func.ST_Within,
    "s_overlaps": func.ST_Overlaps,
    "s_crosses": func.ST_Crosses,
    "s_contains": func.ST_Contains,
}
METRES = {"m": 1.0, "meters": 1.0, "metres": 1.0, "meter": 1.0, "metre": 1.0}
METRES |= {"km": 1000.0, "kilometers": 1000.0, "kilometres": 1000.0, "feet": 0.3048}
FARTHEST = 1_000_000.0

TEMPORAL = ("t_after", "t_before", "t_equals", "t_during", "t_intersects", "t_disjoint")


def clause(tree: Any, collection: Collection, asked: Mapping[str, Column], crs: Crs) -> Condition:
    """The condition of a filter. Raises `Bad` for what cannot be asked, or does not fit together."""
    return _Reader(collection, asked, crs).condition(tree)


def _wrong(words: Any) -> Bad:
    return bad("filter", words)


def _property(node: Any) -> str | None:
    if isinstance(node, dict) and isinstance(node.get("property"), str):
        return str(node["property"])
    return None


@dataclass(frozen=True)
class _Reader:
    collection: Collection
    asked: Mapping[str, Column]
    crs: Crs

    def condition(self, node: Any) -> Condition:
        if isinstance(node, bool):
            return true() if node else false()
        name = _property(node)
        if name is not None:
            column = self.column(name)
            if column.kind is not Kind.BOOLEAN:
                raise _wrong(_("%(name)s is no condition by itself.", name=name))
            return column.of
        op, args = self.operation(node)
        if op in ("and", "or"):
            return (and_ if op == "and" else or_)(*(self.condition(each) for each in args))
        if op == "not":
            self.count(op, args, 1)
            return not_(self.condition(args[0]))
        if op in COMPARED:
            self.count(op, args, 2)
            return self.compared(op, *args)
        if op in SPATIAL or op == "s_dwithin":
            return self.spatial(op, args)
        if op in TEMPORAL:
            self.count(op, args, 2)
            return self.temporal(op, *args)
        found = {
            "like": self.like,
            "between": self.between,
            "in": self.among,
            "isnull": self.missing,
        }.get(op)
        if found is None:
            raise _wrong(_("%(name)s is not understood here.", name=op[:60]))
        return found(args)

    def operation(self, node: Any) -> tuple[str, Args]:
        if not isinstance(node, dict) or not isinstance(node.get("op"), str):
            raise _wrong(_("The filter must be a condition."))
        args = node.get("args")
        if not isinstance(args, list) or not args:
            raise _wrong(_("%(name)s lacks what it is about.", name=node["op"][:60]))
        return node["op"].lower(), args

    def count(self, op: str, args: Args, number: int) -> None:
        if len(args) != number:
            raise _wrong(_("%(name)s takes %(number)s values.", name=op, number=number))

    def column(self, name: str) -> Column:
        if name not in self.asked:
            known = ", ".join(sorted(self.asked))
            words = _(
                "%(name)s cannot be filtered by. These can: %(known)s.", name=name, known=known
            )
            raise _wrong(words)
        return self.asked[name]

    def subject(self, node: Any) -> tuple[Column, SQLColumnExpression[Any], bool]:
        """The property that is asked about, as SQL, and whether capitals count the same in it."""
        name = _property(node)
        if name is not None:
            column = self.column(name)
            return column, column.of, False
        if isinstance(node, dict) and str(node.get("op")).lower() == "casei":
            _op, args = self.operation(node)
            self.count("casei", args, 1)
            column, of, _folded = self.subject(args[0])
            if column.kind is not Kind.TEXT:
                raise _wrong(_("casei is for texts."))
            return column, func.lower(of), True
        raise _wrong(_("A comparison needs a property on one side."))

    def is_subject(self, node: Any) -> bool:
        if isinstance(node, dict) and str(node.get("op")).lower() == "casei":
            args = node.get("args")
            return isinstance(args, list) and len(args) == 1 and self.is_subject(args[0])
        return _property(node) is not None

    def value(self, column: Column, node: Any, *, folded: bool) -> Any:
        """A value for a property, bound; `folded`: in small letters."""
        if isinstance(node, dict) and str(node.get("op")).lower() == "casei":
            _op, args = self.operation(node)
            self.count("casei", args, 1)
            return func.lower(self.value(column, args[0], folded=False))
        fits = {
            Kind.TEXT: isinstance(node, str),
            Kind.INTEGER: isinstance(node, int | float) and not isinstance(node, bool),
            Kind.NUMBER: isinstance(node, int | float) and not isinstance(node, bool),
            Kind.BOOLEAN: isinstance(node, bool),
        }[column.kind]
        if not fits or (isinstance(node, float) and not math.isfinite(node)):
            raise _wrong(_("%(name)s is compared with a value of another kind.", name=column.name))
        if isinstance(node, float) and node.is_integer() and abs(node) < reading.LARGEST:
            node = int(node)
        if isinstance(node, int) and abs(node) > reading.LARGEST:
            node = float(node)
        return literal(node)

    def compared(self, op: str, left: Any, right: Any) -> Condition:
        if not self.is_subject(left) and self.is_subject(right):
            left, right, op = right, left, MIRRORED.get(op, op)
        column, of, folded = self.subject(left)
        if self.is_subject(right):
            other, beside, _folded = self.subject(right)
            if other.kind is not column.kind:
                raise _wrong(
                    _("%(name)s is compared with a value of another kind.", name=column.name)
                )
            return COMPARED[op](of, beside)
        if column.kind in (Kind.DATE, Kind.MOMENT):
            first, last = self.times(column, right)
            if op in ("=", "<>"):
                inside = and_(of >= first, of <= last)
                return inside if op == "=" else not_(inside)
            return COMPARED[op](of, first if op in ("<", ">=") else last)
        value = self.value(column, right, folded=folded)
        return COMPARED[op](of, value)

    def like(self, args: Args) -> Condition:
        self.count("like", args, 2)
        column, of, folded = self.subject(args[0])
        if column.kind is not Kind.TEXT:
            raise _wrong(_("like is for texts."))
        pattern = args[1]
        inner = pattern.get("args") if isinstance(pattern, dict) else None
        text = inner[0] if isinstance(inner, list) and len(inner) == 1 else pattern
        if isinstance(text, str) and (len(text) - len(text.rstrip("\\"))) % 2:
            raise _wrong(_("The pattern ends in the middle."))
        return of.like(self.value(column, pattern, folded=folded))

    def between(self, args: Args) -> Condition:
        self.count("between", args, 3)
        return and_(self.compared(">=", args[0], args[1]), self.compared("<=", args[0], args[2]))

    def among(self, args: Args) -> Condition:
        self.count("in", args, 2)
        if not isinstance(args[1], list) or not args[1]:
            raise _wrong(_("in takes a list."))
        return or_(*(self.compared("=", args[0], each) for each in args[1]))

    def missing(self, args: Args) -> Condition:
        self.count("isNull", args, 1)
        if _property(args[0]) == GEOMETRY:
            return self.collection.geometry.is_(None)
        _column, of, _folded = self.subject(args[0])
        return of.is_(None)

    def times(self, column: Column, node: Any) -> tuple[Any, Any]:
        """First and last instant (or day) of a literal; None where an interval is open."""
        said = node
        if isinstance(node, dict):
            said = next(
                (node[name] for name in ("timestamp", "date", "interval") if name in node), None
            )
        ends = said if isinstance(said, list) else [said, said]
        if len(ends) != 2:
            raise _wrong(_("%(name)s is compared with a value of another kind.", name=column.name))
        first, last = self.end(column, ends[0], 0), self.end(column, ends[1], 1)
        if not isinstance(said, list) and first is None:
            raise _wrong(_("%(name)s is compared with a value of another kind.", name=column.name))
        return first, last

    def end(self, column: Column, node: Any, which: int) -> datetime | date | None:
        if isinstance(node, dict):
            node = next((node[name] for name in ("timestamp", "date") if name in node), None)
        if not isinstance(node, str):
            raise _wrong(_("%(name)s is compared with a value of another kind.", name=column.name))
        if node in reading.OPEN_END:
            return None
        found = reading.moment(node, "filter")[which]
        return found.astimezone(reading.ZONE).date() if column.kind is Kind.DATE else found

    def temporal(self, op: str, left: Any, right: Any) -> Condition:
        if not self.is_subject(left) and self.is_subject(right):
            left, right, op = right, left, MIRRORED.get(op, op)
        column, of, _folded = self.subject(left)
        if column.kind not in (Kind.DATE, Kind.MOMENT):
            raise _wrong(_("%(name)s holds no time.", name=column.name))
        first, last = self.times(column, right)
        if op == "t_after":
            return of > last if last is not None else false()
        if op == "t_before":
            return of < first if first is not None else false()
        if op == "t_during":
            after = true() if first is None else of > first
            return and_(after, true() if last is None else of < last)
        after = true() if first is None else of >= first
        inside = and_(after, true() if last is None else of <= last)
        return not_(inside) if op == "t_disjoint" else inside

    def spatial(self, op: str, args: Args) -> Condition:
        self.count(op, args, 4 if op == "s_dwithin" else 2)
        at = 0 if _property(args[0]) is not None else 1
        name = _property(args[at])
        if name != GEOMETRY or _property(args[1 - at]) is not None:
            raise _wrong(_("%(op)s compares geometry with a shape.", op=op))
        metres = self.metres(*args[2:]) if op == "s_dwithin" else 0.0
        shape = self.shape(args[1 - at])
        if shape is None:
            return true() if op == "s_disjoint" else false()
        laid = func.ST_GeomFromWKB(shapely.to_wkb(shape), SRID)
        if op == "s_dwithin":
            return self.near(laid, metres)
        ours = self.collection.geometry
        told: Condition = SPATIAL[op](*((ours, laid) if at == 0 else (laid, ours)))
        if op == "s_disjoint":
            return told
        return and_(*touching(self.collection, laid), told)

    def metres(self, distance: Any, unit: Any) -> float:
        if isinstance(distance, bool) or not isinstance(distance, int | float):
            raise _wrong(_("A distance is a number of metres or kilometres."))
        metres = distance * METRES.get(str(unit).lower(), math.nan)
        if not 0 <= metres <= FARTHEST:
            raise _wrong(_("A distance is a number of metres or kilometres."))
        return float(metres)

    def near(self, laid: Any, metres: float) -> Condition:
        found: Condition = func.ST_DWithin(self.collection.geometry, laid, metres)
        return found

    def shape(self, node: Any) -> BaseGeometry | None:
        """A shape in metres; None where nothing of ours can be. Raises `Bad` for what is none."""
        if isinstance(node, dict) and isinstance(node.get("bbox"), list):
            numbers = node["bbox"]
            if len(numbers) not in (4, 6) or not all(map(_finite, numbers)):
                raise _wrong(_("The box must be four or six numbers."))
            four = numbers if len(numbers) == 4 else [*numbers[:2], *numbers[3:5]]
            return reading.laid(four, self.crs, "filter")
        try:
            found = shapely.force_2d(shapely.geometry.shape(node))
            good = found.is_valid and not found.is_empty
        # What shapely makes of things that are no geometry is told in many ways.
        except Exception as error:
            raise _wrong(_("A shape of the filter cannot be read.")) from error
        if not good or found.geom_type == "GeometryCollection":
            raise _wrong(_("A shape of the filter is not valid."))
        at = shapely.get_coordinates(found)
        if len(at) > MOST_CORNERS:
            raise _wrong(_("A shape has at most %(number)s corners.", number=MOST_CORNERS))
        if not self.crs.metric and abs(at).max() > 180:
            raise _wrong(_("A shape leaves the range of degrees."))
        return in_metres(found, self.crs)


def _finite(value: Any) -> bool:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return number and math.isfinite(value)
