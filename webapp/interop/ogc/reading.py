"""What a program sends with an address, read word by word: whatever cannot be used is told, with its name."""

from __future__ import annotations

import base64
import binascii
import json
import math
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from flask_babel import gettext as _
from shapely.geometry.base import BaseGeometry
from werkzeug.datastructures import MultiDict

from webapp.base import clock
from webapp.interop.ogc.collection import Collection, Column
from webapp.interop.ogc.crs import CRS84, Crs, box_in_metres, named
from webapp.interop.ogc.rules import MOST, USUAL, Bad, Kind, bad
from webapp.interop.ogc.wish import Moment, Order, Span

ZONE = clock.Calendar().zone

LARGEST = 2**63 - 1
# A day, or a moment with its zone (RFC 3339).
DAY = re.compile(r"\d{4}-\d\d-\d\d")
MOMENT = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)")


def only(sent: MultiDict[str, str], known: Sequence[str]) -> dict[str, str]:
    """What was sent, each thing once. Raises `Bad` for what nobody knows here."""
    for name, values in sent.lists():
        if name not in known:
            words = _("There is no parameter %(name)s here.", name=name)
            raise bad(name, words)
        if len(values) > 1:
            raise bad(name, _("Send %(name)s once.", name=name))
        if "\0" in values[0]:
            raise bad(name, _("%(name)s cannot be read.", name=name))
    return sent.to_dict()


def limit(text: str | None, usual: int = USUAL) -> int:
    """How many features; more than the most is no mistake."""
    if text is None:
        return usual
    if not re.fullmatch(r"[0-9]{1,18}", text.strip()) or int(text) < 1:
        raise bad("limit", _("limit must be a whole number from 1 on."))
    return min(int(text), MOST)


def crs(text: str | None, parameter: str) -> Crs:
    """The system that is named; WGS 84 with longitude first where none is."""
    return CRS84 if text is None else named(text, parameter)


def box(text: str) -> list[float]:
    """The four numbers of a box; of six the heights are left out. Raises `Bad`."""
    try:
        numbers = [float(part) for part in text.split(",")]
    except ValueError as error:
        raise bad("bbox", _("bbox must be four or six numbers with commas between.")) from error
    if len(numbers) not in (4, 6) or not all(map(math.isfinite, numbers)):
        raise bad("bbox", _("bbox must be four or six numbers with commas between."))
    return numbers if len(numbers) == 4 else [*numbers[:2], *numbers[3:5]]


def checked(numbers: Sequence[float], system: Crs, parameter: str) -> None:
    """Raises `Bad` where four numbers are no box of the system."""
    first, second, third, fourth = numbers
    if system.north_first:
        first, second, third, fourth = second, first, fourth, third
    if second > fourth or (first > third and system.metric):
        raise bad(parameter, _("The first corner of the box must be its lower left one."))
    if not system.metric and (
        max(abs(first), abs(third)) > 180 or max(abs(second), abs(fourth)) > 90
    ):
        raise bad(parameter, _("The box leaves the range of degrees."))


def laid(numbers: Sequence[float], system: Crs, parameter: str) -> BaseGeometry | None:
    """A box of four numbers in metres; None: nothing of ours lies there. Raises `Bad` where they are no box."""
    checked(numbers, system, parameter)
    return box_in_metres(numbers, system)


def moment(text: str, parameter: str) -> tuple[datetime, datetime]:
    """The first and the last instant that a day or a moment means."""
    said = re.sub(r" (\d\d:\d\d)$", r"+\1", text.strip())
    words = _("%(name)s must be a day or a moment with its zone (RFC 3339).", name=parameter)
    try:
        if DAY.fullmatch(said):
            first = datetime.combine(date.fromisoformat(said), time(), ZONE)
            return first, first + timedelta(days=1, microseconds=-1)
        if MOMENT.fullmatch(said):
            found = datetime.fromisoformat(re.sub(r"(\.\d{6})\d+", r"\1", said.upper()))
            return found, found
    except (ValueError, OverflowError) as error:
        raise bad(parameter, words) from error
    raise bad(parameter, words)


OPEN_END = ("", "..")


def span(text: str) -> Span:
    """A moment, or a time between two, of which one may be open. Raises `Bad` when it runs backwards."""
    parts = text.split("/")
    if len(parts) == 1:
        return Span(*moment(text, "datetime"))
    if len(parts) != 2:
        raise bad("datetime", _("datetime must be one moment, or two with / between."))
    begins, ends = (part.strip() for part in parts)
    since = None if begins in OPEN_END else moment(begins, "datetime")[0]
    until = None if ends in OPEN_END else moment(ends, "datetime")[1]
    try:
        backwards = since is not None and until is not None and since > until
    except OverflowError:
        backwards = True
    if backwards:
        raise bad("datetime", _("The end lies before the start."))
    return Span(since, until)


def _number(text: str) -> float:
    found = float(text)
    if not math.isfinite(found):
        raise ValueError(text)
    return found


def _integer(text: str) -> int:
    if not re.fullmatch(r"[+-]?[0-9]{1,19}", text) or abs(int(text)) > LARGEST:
        raise ValueError(text)
    return int(text)


def _boolean(text: str) -> bool:
    return {"true": True, "false": False}[text.lower()]


_READ: Mapping[Kind, Callable[[str], Any]] = {
    Kind.TEXT: str,
    Kind.INTEGER: _integer,
    Kind.NUMBER: _number,
    Kind.BOOLEAN: _boolean,
}


def value(column: Column, text: str) -> Any:
    """A value for a property. Raises `Bad` when it is of another kind."""
    words = {
        Kind.INTEGER: _("%(name)s must be a whole number.", name=column.name),
        Kind.NUMBER: _("%(name)s must be a number.", name=column.name),
        Kind.BOOLEAN: _("%(name)s must be true or false.", name=column.name),
    }
    if column.kind in (Kind.DATE, Kind.MOMENT):
        first = moment(text, column.name)[0]
        return first.astimezone(ZONE).date() if column.kind is Kind.DATE else first
    try:
        return _READ[column.kind](text.strip() if column.kind is not Kind.TEXT else text)
    except (ValueError, KeyError) as error:
        raise bad(column.name, words[column.kind]) from error


def order(text: str, columns: Sequence[Column]) -> tuple[Order, ...]:
    """`name,-received_at`: the properties by which is sorted, each but once."""
    known = {each.name: each for each in columns if each.asked}
    found: list[Order] = []
    for part in text.split(","):
        sign, name = part.strip()[:1], part.strip().lstrip("+-")
        if name not in known or any(each.column is known[name] for each in found):
            sortable = ", ".join(sorted(known))
            words = _("sortby takes each of these once: %(names)s.", names=sortable)
            raise bad("sortby", words)
        found.append(Order(known[name], sign == "-"))
    return tuple(found)


def key(collection: Collection, text: str) -> Any:
    """The key of a feature. Raises `Bad` for what can be none."""
    if collection.key_kind is Kind.TEXT:
        if "\0" in text:
            raise bad("featureId", _("This is no key of a feature."))
        return text
    try:
        return _integer(text)
    except ValueError as error:
        raise bad("featureId", _("The key of a feature is a whole number.")) from error


# Where a page begins: the values of the order at the feature before it.


def written(values: Sequence[Any]) -> str:
    """The values as a word of an address."""
    plain = [each.isoformat() if isinstance(each, Moment) else each for each in values]
    words = json.dumps(plain, ensure_ascii=False, separators=(",", ":"), default=float)
    return base64.urlsafe_b64encode(words.encode()).decode().rstrip("=")


def after(text: str, orders: Sequence[Order], collection: Collection) -> tuple[Any, ...]:
    """The values of such a word. Raises `Bad` for one that belongs to another order."""
    refusal = bad("after", _("after is taken from the link to the next page as it is."))
    try:
        padded = text + "=" * (-len(text) % 4)
        found = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
    except (ValueError, binascii.Error, RecursionError) as error:
        raise refusal from error
    if not isinstance(found, list) or len(found) != len(orders) + 1:
        raise refusal
    kinds = [each.column for each in orders]
    values = [
        None if each is None else _again(column, each, refusal)
        for column, each in zip(kinds, found[:-1], strict=True)
    ]
    if isinstance(found[-1], bool) or not isinstance(found[-1], str | int):
        raise refusal
    try:
        last = key(collection, str(found[-1]))
    except Bad as error:
        raise refusal from error
    return (*values, last)


def _again(column: Column | None, each: Any, refusal: Bad) -> Any:
    if column is None or isinstance(each, list | dict):
        raise refusal
    text = str(each).lower() if isinstance(each, bool) else str(each)
    if "\0" in text:
        raise refusal
    try:
        return value(column, text)
    except Bad as error:
        raise refusal from error
