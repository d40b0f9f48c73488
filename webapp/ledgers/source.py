"""Where the rows of a ledger come from, and its columns: how each value is kept, masked and shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from flask_babel import format_datetime, gettext as _, lazy_gettext as _l
from flask_babel.speaklater import LazyString
from sqlalchemy import ColumnElement, Date, Text, bindparam, cast, func
from sqlalchemy.dialects.postgresql import TIMESTAMP

from webapp.base import clock, sealing
from webapp.grids.models import Grid
from webapp.people import days, phones
from webapp.residents.rules import masked_name, masked_number

Kept = str | int | float | bool | list[str] | None


class Kind(StrEnum):
    """What stands in a column; the personal kinds are masked unless somebody takes them whole."""

    TEXT = "text"
    NUMBER = "number"
    DAY = "day"
    MOMENT = "moment"
    CHOICE = "choice"
    YES_NO = "yes_no"
    NAME = "name"
    PHONE = "phone"
    SEALED_PHONE = "sealed_phone"
    SEALED_NUMBER = "sealed_number"
    BORN = "born"


PERSONAL = frozenset((Kind.NAME, Kind.PHONE, Kind.SEALED_PHONE, Kind.SEALED_NUMBER, Kind.BORN))


@dataclass(frozen=True)
class Column:
    """A column: its key, its heading, what of a row stands in it. `said` are the words of its choices."""

    key: str
    words: LazyString
    of: Any
    kind: Kind = Kind.TEXT
    said: Mapping[Any, Any] | None = None
    found: bool = False

    @property
    def personal(self) -> bool:
        """True when it says something of a person that is masked."""
        return self.kind in PERSONAL

    @property
    def is_short(self) -> bool:
        """True for numbers, days and masks, which stand on one line."""
        return self.kind not in (Kind.TEXT, Kind.CHOICE) or self.key == "grid"

    def kept(self, value: Any, *, whole: bool = False) -> Kept:
        """The value as it is kept in a snapshot: the same in every language, masked unless `whole`."""
        if value is None or value == "":
            return None
        if self.kind in (Kind.SEALED_PHONE, Kind.SEALED_NUMBER):
            value = sealing.unseal(value).decode()
        if self.personal:
            if whole:
                return str(value)
            return _masked(self.kind, value)
        if isinstance(value, datetime):
            return value.astimezone(UTC).isoformat(timespec="seconds")
        if hasattr(value, "isoformat"):
            return str(value.isoformat())
        return value if isinstance(value, (str, int, float, bool, list)) else str(value)

    def shown(self, kept: Kept) -> str | int | float:
        """What is read of it, in the language of the reader; numbers stay numbers."""
        if kept is None:
            return ""
        if self.kind == Kind.YES_NO:
            return str(_("yes") if kept else _("no"))
        if self.said is not None:
            many = kept if isinstance(kept, list) else [kept]
            return "、".join(str(self.said.get(each, each)) for each in many)
        if self.kind == Kind.MOMENT:
            return str(format_datetime(datetime.fromisoformat(str(kept)), "yyyy-MM-dd HH:mm"))
        if isinstance(kept, list):
            return "、".join(kept)
        return kept


def _masked(kind: Kind, value: Any) -> str:
    if kind == Kind.BORN:
        # The year says how old somebody is, and no more.
        return str(value.year)
    if kind == Kind.NAME:
        return masked_name(value)
    if kind == Kind.SEALED_NUMBER:
        return masked_number(value)
    return phones.masked(value)


@dataclass(frozen=True)
class Source:
    """One SELECT: `rows` is what it reads, `model` what the right of the ledger is asked of.

    `key` tells one row from another, `grid_id` is the grid of a row (None: rows of the subdistrict as
    a whole), `at` puts a row into a month (a day or a moment), `which` holds for all its rows. With
    `group` a row is what is counted of many; `person` is the resident who may want every look at them
    written down.
    """

    rows: Any
    model: Any
    key: Any
    columns: tuple[Column, ...]
    grid_id: Any | None = None
    at: Any | None = None
    which: tuple[ColumnElement[bool], ...] = ()
    group: tuple[Any, ...] = ()
    person: Any | None = None

    @property
    def has_people(self) -> bool:
        """True when names or numbers stand in it."""
        return any(each.personal for each in self.columns)


# The grid of a row: its code and its name.
GRID = (
    Column("grid", _l("Code of the grid"), Grid.display_code),
    Column("grid_name", _l("Grid"), Grid.name, found=True),
)


def numbered(at: Any, key: Any, places: int) -> Any:
    """The number on paper of a thing that has one by its year and key: `2026-00012`."""
    digits = cast(key, Text)
    return func.concat(
        func.to_char(at, "YYYY-"),
        func.lpad(digits, func.greatest(places, func.length(digits)), "0"),
    )


def now() -> Any:
    """The moment at which a statement is asked, by the clock of the house."""
    return bindparam("now", callable_=clock.now, type_=TIMESTAMP(timezone=True), unique=True)


def today() -> Any:
    """The day at which a statement is asked, at the office."""
    return bindparam("today", callable_=days.today, type_=Date(), unique=True)
