"""What a list is as a file: its name, who may take it, its columns, where its rows lie."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from flask_babel.speaklater import LazyString
from sqlalchemy import Select, func, select
from sqlalchemy.orm import aliased

from webapp.base.access import Actor
from webapp.base.exports.rules import GEOGRAPHIC, Format

Address = Mapping[str, str]


class Kind(StrEnum):
    """What the values of a column are."""

    TEXT = "text"
    WHOLE = "whole"
    NUMBER = "number"
    MOMENT = "moment"
    DAY = "day"
    YES = "yes"


_KINDS: tuple[tuple[type, Kind], ...] = (
    (bool, Kind.YES),
    (int, Kind.WHOLE),
    (float, Kind.NUMBER),
    (datetime, Kind.MOMENT),
    (date, Kind.DAY),
)


@dataclass(frozen=True)
class Column:
    """One column: its name for programs, its heading, and the SQL of its value.

    A value given as text is what the list's own select calls so, and `says` what it is.
    `words` are shown in the place of values that it knows; `shown` makes of a value what this reader
    may see of it; `english` is read first by a reader of English.
    """

    name: str
    title: LazyString
    value: Any
    words: Mapping[Any, Any] | None = None
    shown: Callable[[Any], Any] | None = None
    english: Any = None
    says: Kind = Kind.TEXT

    @property
    def kind(self) -> Kind:
        """What its values are, by the type of the SQL."""
        if self.words is not None or self.shown is not None:
            return Kind.TEXT
        if isinstance(self.value, str):
            return self.says
        try:
            found = self.value.type.python_type
        except NotImplementedError:
            return Kind.TEXT
        return next((kind for each, kind in _KINDS if issubclass(found, each)), Kind.TEXT)


@dataclass(frozen=True)
class Shape:
    """Where the rows lie: a geometry column in metres, and its kind as GDAL calls it."""

    column: Any
    kind: str = "Point"


@dataclass(frozen=True)
class Sheet:
    """A list that may be taken out as a file.

    `rows` answers for the address of the page: what `who` may see of what is on the screen, in its
    order, whichever page of it was open. `thing` loads from that address what the right is asked of.
    `noted` writes the purpose into the log of what is taken, where it has a log of its own.
    `page` is the endpoint of the list, which tells the past too; `leads` the endpoint of one of its things, with the
    name and the SQL of its key. `more` are columns that are not always there. `own_past` names the list that tells how it was, `no_past` why nobody does.
    """

    name: str
    title: LazyString
    right: str
    rows: Callable[[Actor, Address], Select[Any]]
    columns: Sequence[Column]
    shape: Shape | None = None
    personal: bool = False
    thing: Callable[[Address], Any] | None = None
    noted: Callable[[Actor, Address, str], None] | None = None
    page: str = ""
    leads: tuple[str, str, Any] | None = None
    own_past: str = ""
    no_past: LazyString | None = None
    more: Callable[[], Sequence[Column]] | None = None

    def at_present(self) -> Sheet:
        """The list with the columns that `more` adds at this moment."""
        if self.more is None:
            return self
        return replace(self, columns=(*self.columns, *self.more()), more=None)

    @property
    def formats(self) -> list[Format]:
        """The forms it can take: on a map only where its rows lie somewhere."""
        return [each for each in Format if self.shape is not None or each not in GEOGRAPHIC]


def looked_up(model: type[Any], name: str, at: Any, *, key: str = "id") -> Any:
    """SQL: the value `name` of the row of another table whose key stands in a column of the list."""
    other = aliased(model)
    found = select(getattr(other, name)).where(getattr(other, key) == at)
    return found.correlate_except(other).scalar_subquery()


def counted(model: type[Any], *which: Any) -> Any:
    """SQL: how many rows of another table belong to the row of the list."""
    return select(func.count()).where(*which).correlate_except(model).scalar_subquery()


SHEETS: dict[str, Sheet] = {}


def register(sheet: Sheet) -> None:
    """The list can be taken out. Each name belongs to one list."""
    if SHEETS.get(sheet.name, sheet) is not sheet:
        raise ValueError(f"the sheet {sheet.name} is declared twice")
    SHEETS[sheet.name] = sheet
