"""ONVIF: notices of a camera's own rules, as pushed or as answered to a pull.

`Initialized` is how things stand when somebody begins to listen: it raises nothing, unless a life may hang
on it: its beginning may have been told to nobody.
"""

from __future__ import annotations

from typing import Any
from xml.etree.ElementTree import Element

from webapp.monitoring.intake.readers.values import (
    Around,
    below,
    children,
    digest_of,
    identifier,
    moment,
    needed,
    number,
    rect,
    words,
    xml,
)
from webapp.monitoring.intake.rules import NotRead, Why
from webapp.monitoring.signals import KINDS as RULES, Change, Kind, Read, Rect, Signal

# By a part of the topic, in small letters; the first that fits counts.
KINDS: tuple[tuple[str, Kind], ...] = (
    ("smoke", Kind.SMOKE),
    ("fire", Kind.FLAME),
    ("radiometry", Kind.HEAT),
    ("fielddetector", Kind.INTRUSION),
    ("linedetector", Kind.INTRUSION),
    ("intrusion", Kind.INTRUSION),
    ("loitering", Kind.LOITERING),
    ("crowd", Kind.CROWD),
    ("objectleft", Kind.LEFT_OBJECT),
    ("objectremoved", Kind.LEFT_OBJECT),
    ("tamper", Kind.TAMPER),
    ("globalscenechange", Kind.TAMPER),
    ("imagetoo", Kind.TAMPER),
    ("signalloss", Kind.OFFLINE),
    ("failure", Kind.FAULT),
    ("motion", Kind.MOTION),
)
_TRUE = frozenset(("true", "1", "active"))
_FALSE = frozenset(("false", "0", "inactive"))
_SIDES = ("left", "top", "right", "bottom")
_STATES = ("ismotion", "state", "isinside", "istamper", "logicalstate", "value")


def read(body: bytes, _content_type: str, around: Around) -> Read:
    """Every notice of one message."""
    notices = below(xml(body), "NotificationMessage")
    if not notices:
        raise NotRead(Why.EMPTY)
    found = [_notice(each, around) for each in notices]
    told = tuple(each for each in found if each is not None)
    if not told:
        return Read(ignored=Why.STATE)
    # Not by its bytes: a camera wraps the same notice anew each time that it tells of it.
    return Read(told, message_id=digest_of([_said(each) for each in notices]))


def _said(notice: Element) -> list[Any]:
    """All that a notice says, without what it is wrapped in."""
    return [
        [_bare(each.text or "") for each in below(notice, "Topic")],
        [
            [
                each.get("UtcTime"),
                each.get("PropertyOperation"),
                *(sorted(_items(each, part).items()) for part in ("Source", "Key", "Data")),
            ]
            for each in below(notice, "Message")
            if each.get("UtcTime")
        ],
    ]


def _notice(notice: Element, around: Around) -> Signal | None:
    topics = below(notice, "Topic")
    topic = needed(_bare(topics[0].text or "") if topics else "", "Topic")
    # There are two elements of this name: the wrapper of the standard, and what the camera says.
    messages = [each for each in below(notice, "Message") if each.get("UtcTime")]
    if not messages:
        raise NotRead(Why.MISSING, "UtcTime")
    message = messages[0]
    at = moment(message.get("UtcTime"), "UtcTime", around.zone)
    source, data = _items(message, "Source"), _items(message, "Data")
    how = message.get("PropertyOperation", "")
    on = _on(data)
    kind = next((kind for part, kind in KINDS if part in topic.lower()), Kind.OTHER)
    if how == "Initialized" and on is not False and not (on and RULES[kind].life):
        return None
    ended = on is False or how == "Deleted"
    return Signal(
        kind=kind,
        change=Change.CLEARED if ended else Change.RAISED,
        at=at,
        device=_device(source, around),
        ended_at=at if ended else None,
        box=None if ended else _box(message),
        words=topic,
        rule=words(f"onvif/{topic}", 120),
    )


def _items(message: Element, name: str) -> dict[str, str]:
    return {
        each.get("Name", ""): each.get("Value", "").strip()
        for part in children(message, name)
        for each in below(part, "SimpleItem")
    }


def _box(message: Element) -> Rect | None:
    """Where the first object of a notice was seen. The standard counts from -1 to 1, upwards, unless the
    notice says by what its own numbers are to be turned into that."""
    boxes = below(message, "BoundingBox")
    if not boxes:
        return None
    moved, scaled = (
        _pair(message, name, usual) for name, usual in (("Translate", 0), ("Scale", 1))
    )
    try:
        sides = {each: number(boxes[0].get(each), each) for each in _SIDES}
    except NotRead:
        return None
    xs = sorted((sides[each] * scaled[0] + moved[0] + 1) / 2 for each in ("left", "right"))
    ys = sorted((1 - sides[each] * scaled[1] - moved[1]) / 2 for each in ("top", "bottom"))
    return rect(xs[0], ys[0], xs[1], ys[1])


def _pair(message: Element, name: str, usual: float) -> tuple[float, float]:
    found = [each for part in below(message, "Transformation") for each in below(part, name)]
    try:
        return (number(found[0].get("x"), "x"), number(found[0].get("y"), "y"))
    except (IndexError, NotRead):
        return (usual, usual)


def _on(data: dict[str, str]) -> bool | None:
    """Whether it is on; None for what only happens and has no end."""
    for name, value in data.items():
        if name.lower() in _STATES and value.lower() in _TRUE | _FALSE:
            return value.lower() in _TRUE
    return None


def _device(source: dict[str, str], around: Around) -> str:
    token = next((value for name, value in source.items() if "source" in name.lower()), "")
    return identifier(token or next(iter(source.values()), "") or around.name, "Source")


def _bare(topic: str) -> str:
    """A topic without the prefixes of its namespaces, which differ by maker."""
    return "/".join(each.rpartition(":")[2] for each in topic.strip().split("/") if each)
