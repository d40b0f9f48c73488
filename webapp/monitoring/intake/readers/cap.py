"""CAP 1.2: warnings of the weather service and others. Latitude stands first in its areas."""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from xml.etree.ElementTree import Element

from shapely.geometry import Polygon

from webapp.base.datum import Datum
from webapp.monitoring.intake.readers import kinds
from webapp.monitoring.intake.readers.values import (
    Around,
    below,
    children,
    identifier,
    local,
    moment,
    number,
    place,
    said,
    words,
    xml,
)
from webapp.monitoring.intake.rules import NotRead, Why
from webapp.monitoring.signals import Change, Kind, Read, Severity, Signal

SEVERITIES = {
    "Extreme": Severity.CRITICAL,
    "Severe": Severity.MAJOR,
    "Moderate": Severity.MINOR,
    "Minor": Severity.WARNING,
}
# A warning without an end holds so long.
LASTS = timedelta(hours=24)
METRES_A_DEGREE = 111_320.0

_BY_CATEGORY = {"Met": Kind.WEATHER, "Fire": Kind.FLAME, "CBRNE": Kind.GAS}


def read(body: bytes, _content_type: str, around: Around) -> Read:
    """One message. An update or a cancellation is about the first message it refers to.

    It may come before that one: the alarm then begins with it, and the first message is old news.
    """
    root = xml(body)
    if local(root) != "alert":
        raise NotRead(Why.MISSING, "alert")
    status, kind_of_it = said(root, "status"), said(root, "msgType")
    name = _triple(said(root, "sender"), said(root, "identifier"), said(root, "sent"))
    sent = moment(said(root, "sent"), "sent")
    if status in ("System", "Draft"):
        return Read(ignored=Why.DRAFT, message_id=name)
    if kind_of_it in ("Ack", "Error"):
        return Read(ignored=Why.OTHER, message_id=name)
    if status not in ("Actual", "Exercise", "Test") or kind_of_it not in (
        "Alert",
        "Update",
        "Cancel",
    ):
        raise NotRead(Why.WRONG, "status" if kind_of_it else "msgType")
    info = _info(root)
    over = kind_of_it == "Cancel" or said(info, "responseType") == "AllClear"
    until = _until(info, sent)
    spot, accuracy = _where(info, around.datum)
    told = Signal(
        kind=_kind(info),
        change=Change.CLEARED if over else _CHANGES[kind_of_it],
        at=sent,
        own_id=name if kind_of_it == "Alert" else _first(said(root, "references"), around) or name,
        severity=SEVERITIES.get(said(info, "severity")) or kinds.by_colour(_words(info)),
        version=sent,
        ended_at=sent if over else None,
        lonlat=spot,
        accuracy_m=accuracy,
        words=_words(info),
        exercise=status != "Actual",
    )
    return Read((told,), message_id=name, until=None if over else until)


_CHANGES = {"Alert": Change.RAISED, "Update": Change.UPDATED}


def _triple(sender: str, name: str, sent: str) -> str:
    return ",".join(
        (identifier(sender, "sender"), identifier(name, "identifier"), identifier(sent, "sent"))
    )


def _first(references: str, around: Around) -> str | None:
    """The alarm of the oldest message referred to, as far as earlier messages tell of it."""
    triples = [each for each in references.split() if each.count(",") >= 2]
    if not triples:
        return None
    # Of what is known any message leads to its alarm; else the oldest one is its beginning.
    for each in triples:
        alarm = around.known(each)
        if alarm is not None:
            return alarm
    return identifier(min(triples, key=_sent), "references")


def _sent(triple: str) -> datetime:
    return moment(triple.rpartition(",")[2], "references")


def _info(root: Element) -> Element | None:
    """What is said in Chinese, else what is said first."""
    infos = children(root, "info")
    chinese = [each for each in infos if said(each, "language").lower().startswith("zh")]
    return next(iter([*chinese, *infos]), None)


def _kind(info: Element | None) -> Kind:
    category = said(info, "category")
    if category == "Met":
        return Kind.WEATHER
    found = kinds.guessed(said(info, "event"))
    return _BY_CATEGORY.get(category, found) if found is Kind.OTHER else found


def _words(info: Element | None) -> str:
    texts = (said(info, "headline") or said(info, "event"), said(info, "instruction"))
    return words("  ".join(each for each in texts if each))


def _until(info: Element | None, sent: datetime) -> datetime:
    expires = said(info, "expires")
    return moment(expires, "expires") if expires else sent + LASTS


def _where(info: Element | None, datum: Datum) -> tuple[tuple[float, float] | None, float | None]:
    """The middle of the first area that can be drawn, and how far its edge is away (metres)."""
    for area in below(info, "area") if info is not None else []:
        for shape in children(area, "polygon"):
            corners = [_pair(each) for each in (shape.text or "").split()]
            if len(corners) >= 4 and all(corners) and corners[0] == corners[-1]:
                return _middle([each for each in corners if each], datum)
        for shape in children(area, "circle"):
            pair, _gap, radius = (shape.text or "").strip().partition(" ")
            spot = _pair(pair)
            if spot is not None:
                return place(*spot, datum), _kilometres(radius) * 1000
    return None, None


def _middle(
    corners: list[tuple[float, float]], datum: Datum
) -> tuple[tuple[float, float] | None, float | None]:
    middle = Polygon(corners).representative_point()
    shrunk = math.cos(math.radians(middle.y))
    away = max(math.hypot((x - middle.x) * shrunk, y - middle.y) for x, y in corners)
    return place(middle.x, middle.y, datum), away * METRES_A_DEGREE


def _pair(text: str) -> tuple[float, float] | None:
    """(lon, lat) of a pair that is written the other way round."""
    lat, _comma, lon = text.partition(",")
    try:
        x, y = number(lon, "polygon"), number(lat, "polygon")
    except NotRead:
        return None
    return (x, y) if abs(x) <= 180 and abs(y) <= 90 else None


def _kilometres(text: str) -> float:
    try:
        return max(0.0, number(text, "circle"))
    except NotRead:
        return 0.0
