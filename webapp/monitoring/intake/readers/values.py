"""Values of strangers: JSON, XML, times, numbers, names and texts, each usable or refused."""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException

from webapp.base.datum import Datum, to_wgs84
from webapp.monitoring.intake.rules import NotRead, Why
from webapp.monitoring.letters import text_of, xml_of
from webapp.monitoring.signals import Kind, Rect

LONGEST_NAME = 200
LONGEST_TEXT = 2000

# A number of seconds, milliseconds, microseconds or nanoseconds since 1970 is below one of these.
_UNITS = ((1e11, 1.0), (1e14, 1e3), (1e17, 1e6), (1e20, 1e9))
_CONTROLS = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")
_NUMBER = re.compile(r"[+-]?\d{1,20}(\.\d{1,12})?")


@dataclass(frozen=True)
class Shown:
    """The alarm of which a picture or film is: its own name, what it is about, when it began."""

    own_id: str
    kind: Kind
    first_at: datetime


@dataclass(frozen=True)
class Around:
    """What a reader knows beside the message: when and whereby it came, and of whom.

    `topic` is the rest of the topic it came by, `name` who speaks. `known` answers which alarm an
    earlier message of this source, by its own name, was about; `showing` of which one a picture is.
    """

    now: datetime
    zone: tzinfo = UTC
    datum: Datum = Datum.WGS84
    topic: str = ""
    name: str = ""
    known: Callable[[str], str | None] = lambda _message: None
    showing: Callable[[str], Shown | None] = lambda _picture: None


def digest(body: bytes) -> str:
    """The name of a message that has none: the same bytes are the same message."""
    return "sha256:" + hashlib.sha256(body).hexdigest()


def digest_of(sent: Any) -> str:
    """The same for JSON, however it is spaced and ordered."""
    return digest(json.dumps(sent, sort_keys=True, separators=(",", ":")).encode())


def json_of(body: bytes) -> Any:
    """The JSON of a message. No NaN, no number that is none."""
    try:
        return json.loads(
            letters(body), parse_constant=_no_number, parse_float=_finite, parse_int=_whole
        )
    except RecursionError as error:
        raise NotRead(Why.DEEP) from error
    except ValueError as error:
        raise NotRead(Why.NOT_JSON) from error


def object_of(body: bytes) -> dict[str, Any]:
    """The JSON object of a message."""
    return as_object(json_of(body), "")


def as_object(said: Any, name: str) -> dict[str, Any]:
    """A JSON object under a name."""
    if not isinstance(said, dict):
        raise NotRead(Why.WRONG if said is not None else Why.MISSING, name)
    return said


def letters(body: bytes) -> str:
    """The text of a message."""
    try:
        return text_of(body)
    except ValueError as error:
        raise NotRead(Why.LETTERS) from error


def xml(body: bytes) -> Element:
    """The root of a message in XML."""
    try:
        return xml_of(letters(body))
    except DefusedXmlException as error:
        raise NotRead(Why.FORBIDDEN) from error
    except RecursionError as error:
        raise NotRead(Why.DEEP) from error
    except (ParseError, ValueError) as error:
        raise NotRead(Why.NOT_XML) from error


def local(element: Element) -> str:
    """The name of an element without its namespace: devices of one maker use several."""
    return str(element.tag).rpartition("}")[2]


def children(element: Element, name: str) -> list[Element]:
    """The children of an element that have this local name."""
    return [each for each in element if local(each) == name]


def below(element: Element, name: str) -> list[Element]:
    """The elements of this local name anywhere in an element, itself included."""
    return [each for each in element.iter() if local(each) == name]


def said(element: Element | None, name: str) -> str:
    """The text of the first child of this local name, or nothing."""
    if element is None:
        return ""
    found = children(element, name)
    return (found[0].text or "").strip() if found else ""


def needed(value: str, name: str) -> str:
    """A text that must be there."""
    if not value:
        raise NotRead(Why.MISSING, name)
    return value


def identifier(given: Any, field: str) -> str:
    """The name of a device, an alarm or a series: short, and without signs nobody can see."""
    if given is None or given == "":
        raise NotRead(Why.MISSING, field)
    if isinstance(given, bool) or not isinstance(given, str | int):
        raise NotRead(Why.WRONG, field)
    made = str(given).strip()
    if not made or len(made) > LONGEST_NAME or _CONTROLS.search(made):
        raise NotRead(Why.WRONG, field)
    return made


def words(given: Any, most: int = LONGEST_TEXT) -> str:
    """A text that a database can hold, whatever was in it; nothing for what is no text."""
    if isinstance(given, bool) or not isinstance(given, str | int | float):
        return ""
    clean = str(given).encode("utf-8", "replace").decode("utf-8").replace("\0", "")
    return clean.strip()[:most]


def number(given: Any, field: str) -> float:
    """A finite number, also one that is written as a text."""
    if given is None or given == "":
        raise NotRead(Why.MISSING, field)
    try:
        made = float(given)
    except (TypeError, ValueError, OverflowError) as error:
        raise NotRead(Why.WRONG, field) from error
    if not math.isfinite(made):
        raise NotRead(Why.WRONG, field)
    return made


# What contacts of doors and switches say in the place of a number.
_STATES = {
    "open": 1.0,
    "on": 1.0,
    "true": 1.0,
    "closed": 0.0,
    "shut": 0.0,
    "off": 0.0,
    "false": 0.0,
}


def measured(given: Any, field: str) -> float:
    """A value that a device measured: a finite number, or 1 and 0 for what is open or shut, on or off."""
    state = _STATES.get(given.strip().lower()) if isinstance(given, str) else None
    return number(given, field) if state is None else state


def moment(given: Any, field: str, zone: tzinfo | None = None) -> datetime:
    """A moment in UTC: ISO 8601, or a number since 1970 in whatever unit its size tells.

    A local time without an offset is one of `zone`; where there is none it cannot be used.
    """
    if given is None or given == "":
        raise NotRead(Why.MISSING, field)
    if isinstance(given, str) and not _NUMBER.fullmatch(given.strip()):
        return _written(given.strip(), field, zone)
    counted = number(given if not isinstance(given, bool) else None, field)
    for limit, unit in _UNITS:
        if 0 < counted < limit:
            return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=counted / unit)
    raise NotRead(Why.TIME, field)


def _written(text: str, field: str, zone: tzinfo | None) -> datetime:
    try:
        made = datetime.fromisoformat(text)
        if made.tzinfo is None:
            if zone is None:
                raise NotRead(Why.TIME, field)
            made = made.replace(tzinfo=zone)
        return made.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise NotRead(Why.WRONG, field) from error


def place(lon: Any, lat: Any, datum: Datum) -> tuple[float, float] | None:
    """Degrees WGS 84, or None where the device does not know its place; (0, 0) says that, too."""
    try:
        x, y = number(lon, "lon"), number(lat, "lat")
    except NotRead:
        return None
    if (x == 0 and y == 0) or not (-180 <= x <= 180 and -90 <= y <= 90):
        return None
    return to_wgs84(x, y, datum)


def rect(left: float, top: float, right: float, bottom: float) -> Rect | None:
    """A part of a picture, cut at its edges; None where it has no extent or lies outside of it."""
    sides = left, top, right, bottom
    if not all(math.isfinite(each) and -0.5 <= each <= 1.5 for each in sides):
        return None
    x, y, far, low = (min(1.0, max(0.0, each)) for each in sides)
    return Rect(x, y, far, low) if x < far and y < low else None


def _no_number(_word: str) -> float:
    raise ValueError("no number of JSON")


def _finite(text: str) -> float:
    made = float(text)
    if not math.isfinite(made):
        raise ValueError("no number can be so large")
    return made


def _whole(text: str) -> int:
    if len(text) > 20:
        raise ValueError("no number can be so large")
    return int(text)
