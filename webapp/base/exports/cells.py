"""Values as people and programs read them: words for keys, moments with their zone, texts that run nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from flask import current_app
from flask_babel import gettext as _

from webapp.base.exports.sheet import Column, Kind, Sheet

# What a spreadsheet would run instead of show; the wide ones where the keyboard is Chinese.
RUNS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def safe(cell: Any) -> Any:
    """A text that a spreadsheet would run is shown instead; numbers stay numbers."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(RUNS) else cell


Read = Callable[[Any], Any]


@dataclass(frozen=True)
class Field:
    """A column in one language: how its values are read, with their words."""

    name: str
    title: str
    kind: Kind
    zone: ZoneInfo
    read: Read | None


def fields(sheet: Sheet, zone: ZoneInfo) -> list[Field]:
    """The columns in the language of the moment; each word is looked up once and not for each row."""
    return [
        Field(each.name, str(each.title), each.kind, zone, _reader(each, zone))
        for each in sheet.columns
    ]


def _reader(column: Column, zone: ZoneInfo) -> Read | None:
    if column.words is not None:
        words = {str(key): str(text) for key, text in column.words.items()}
        return lambda value: words.get(str(value), value)
    if column.shown is not None:
        return column.shown
    if column.kind is Kind.MOMENT:
        return lambda value: value.astimezone(zone)
    return None


def read(row: Sequence[Any], columns: Sequence[Field]) -> list[Any]:
    """The values of a row as they are meant; nothing stays None."""
    return [
        value if value is None or each.read is None else _plain(each.read(value))
        for value, each in zip(row, columns, strict=False)
    ]


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, (int, float, date)) else str(value)


def teller() -> Callable[[Any], Any]:
    """How values stand in a table of text: moments by ISO with their zone, yes and no in words."""
    answers = {True: str(_("Yes")), False: str(_("No"))}

    def told(value: Any) -> Any:
        if value is None:
            return ""
        if isinstance(value, str):
            return safe(value)
        if isinstance(value, bool):
            return answers[value]
        if isinstance(value, datetime):
            return value.isoformat(timespec="seconds")
        if isinstance(value, (int, float, Decimal)):
            return value
        return value.isoformat() if isinstance(value, date) else safe(str(value))

    return told


def as_json(value: Any) -> Any:
    """A value in JSON."""
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    if isinstance(value, Decimal):
        return float(value)
    if value is None or isinstance(value, (str, int, float)):
        return value
    return value.isoformat() if isinstance(value, date) else str(value)


def zone() -> ZoneInfo:
    """The zone in which the subdistrict tells its time."""
    return ZoneInfo(current_app.extensions["settings"].timezone)
