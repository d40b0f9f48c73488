"""Frigate: reviews that begin, grow and end, by MQTT or asked for; cameras and the recorder that live.

A review is the unit, not an event of a tracked object. It only grows: so what it holds orders its
messages, also when they come in another order. Of an event only where it was seen and how it is described
is taken, for the alarm of its review; whose face or plate it was is nobody's business here.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from webapp.monitoring.intake.readers.values import (
    Around,
    Shown,
    as_object,
    digest_of,
    identifier,
    letters,
    moment,
    number,
    object_of,
    rect,
    words,
)
from webapp.monitoring.intake.rules import STALE, NotRead, Why
from webapp.monitoring.signals import Beat, Change, Kind, Read, Rect, Severity, Signal

# What the recorder itself is called among the devices of its source.
RECORDER = "frigate"
MOST_MEDIA = 6

_CHANGES = {"new": Change.RAISED, "update": Change.UPDATED, "end": Change.CLEARED}
# What begins the name of one of its events, which has a picture.
EVENT = "event/"
# Beside which topic a row of `GET /api/events/<id>` is kept, and by which it tells of tracked objects.
OF_EVENT, OF_OBJECT = "event", "tracked_object_update"
_PERSONAL = frozenset(("face", "lpr"))
LONGEST_DESCRIPTION = 500
_BY_LABEL = {
    "smoke": Kind.SMOKE,
    "smoke_detector": Kind.SMOKE,
    "fire": Kind.FLAME,
    "fire_alarm": Kind.FLAME,
    "fall": Kind.FALL,
    "scream": Kind.SOS,
    "yell": Kind.SOS,
    "car": Kind.VEHICLE,
    "truck": Kind.VEHICLE,
    "bus": Kind.VEHICLE,
    "motorcycle": Kind.VEHICLE,
}


def read(body: bytes, _content_type: str, around: Around) -> Read:
    """A review as MQTT tells it or as a row of `GET /api/review`; a line of `available` or `status`; an
    event as it was asked for, or how a tracked object is described."""
    levels = around.topic.split("/") if around.topic else []
    if levels == [OF_OBJECT]:
        return _object(object_of(body), around)
    if levels == [OF_EVENT]:
        return _event(object_of(body), around)
    if levels == ["available"]:
        return _recorder(letters(body).strip(), around)
    if len(levels) == 3 and levels[1] == "status":
        return _camera(levels[0], levels[2], letters(body).strip(), around)
    if levels and levels != ["reviews"]:
        return Read(ignored=Why.OTHER)
    sent = object_of(body)
    if "type" in sent and "after" in sent:
        change = _CHANGES.get(words(sent["type"]))
        if change is None:
            return Read(ignored=Why.OTHER)
        return _review(as_object(sent["after"], "after"), change, around)
    if "start_time" in sent and "severity" in sent:
        ended = sent.get("end_time") is not None
        return _review(sent, Change.CLEARED if ended else Change.RAISED, around)
    raise NotRead(Why.EMPTY)


def _review(row: dict[str, Any], change: Change, around: Around) -> Read:
    began = moment(row.get("start_time"), "start_time")
    ended = moment(row["end_time"], "end_time") if row.get("end_time") is not None else None
    if change is Change.CLEARED and ended is None:
        ended = began
    data = row.get("data") if isinstance(row.get("data"), dict) else {}
    found = {name: _texts(data, name) for name in ("objects", "zones", "audio", "sub_labels")}
    detections = _texts(data, "detections")
    grave = words(row.get("severity"))
    name = identifier(row.get("id"), "id")
    told = Signal(
        kind=_kind(grave, found),
        change=change,
        at=ended if change is Change.CLEARED and ended else began,
        own_id=name,
        device=identifier(row.get("camera"), "camera"),
        severity=Severity.WARNING if grave == "detection" else None,
        version=ended or _grown(began, grave, found, detections),
        ended_at=ended,
        words=", ".join(sorted({*found["objects"], *found["audio"], *found["zones"]})),
        media=(f"review/{name}", *(f"{EVENT}{each}" for each in detections))[:MOST_MEDIA],
    )
    until = None if change is Change.CLEARED else around.now + STALE
    # Whether somebody there has looked at it, which we tell it ourselves, is no news.
    news = {key: value for key, value in row.items() if key != "has_been_reviewed"}
    return Read((told,), message_id=digest_of(news) + change, until=until)


def box_of(event: dict[str, Any]) -> Rect | None:
    """Where in its picture an event was seen last: left, top, width and height as parts of it."""
    data = event.get("data")
    box = data.get("box") if isinstance(data, dict) else None
    if not isinstance(box, list) or len(box) != 4:
        return None
    left, top, wide, high = (number(each, "box") for each in box)
    return rect(left, top, left + wide, top + high)


def _event(row: dict[str, Any], around: Around) -> Read:
    name, box = identifier(row.get("id"), "id"), box_of(row)
    shown = around.showing(f"{EVENT}{name}")
    if shown is None or box is None:
        return Read(ignored=Why.UNKNOWN if shown is None else Why.STATE)
    device = identifier(row.get("camera"), "camera")
    told = _of(shown, version=shown.first_at, device=device, box=box)
    return Read((told,), message_id=f"{EVENT}{name}")


def _object(sent: dict[str, Any], around: Around) -> Read:
    sort = words(sent.get("type"))
    if sort in _PERSONAL:
        return Read(ignored=Why.PERSONAL)
    said = words(sent.get("description"), LONGEST_DESCRIPTION)
    if sort != "description" or not said:
        return Read(ignored=Why.OTHER)
    shown = around.showing(f"{EVENT}{identifier(sent.get('id'), 'id')}")
    if shown is None:
        return Read(ignored=Why.UNKNOWN)
    return Read((_of(shown, version=around.now, words=said),), message_id=digest_of(sent))


def _of(shown: Shown, *, version: datetime, **more: Any) -> Signal:
    """Something more is known of an alarm; when it was last told of stays as it is."""
    return Signal(
        kind=shown.kind,
        change=Change.UPDATED,
        at=shown.first_at,
        own_id=shown.own_id,
        version=version,
        **more,
    )


def _kind(grave: str, found: dict[str, list[str]]) -> Kind:
    labels = [each.split("-")[0] for each in (*found["objects"], *found["audio"])]
    for label, kind in _BY_LABEL.items():
        if label in labels and (kind is not Kind.VEHICLE or "person" not in labels):
            return kind
    if grave == "alert" and "person" in labels and found["zones"]:
        return Kind.INTRUSION
    return Kind.MOTION


def _grown(
    began: datetime, grave: str, found: dict[str, list[str]], detections: list[str]
) -> datetime:
    size = len(detections) + sum(len(each) for each in found.values())
    return began + timedelta(microseconds=size + (10_000 if grave == "alert" else 0))


def _texts(data: Any, name: str) -> list[str]:
    given = data.get(name)
    if not isinstance(given, list):
        return []
    return [text for text in (words(each, 80) for each in given) if text]


def _recorder(state: str, around: Around) -> Read:
    if state not in ("online", "offline", "stopped"):
        raise NotRead(Why.WRONG, "available")
    lives = state == "online"
    told = Signal(
        kind=Kind.OFFLINE,
        change=Change.CLEARED if lives else Change.RAISED,
        at=around.now,
        device=RECORDER,
        ended_at=around.now if lives else None,
        words=state,
    )
    return Read((told,))


def _camera(camera: str, role: str, state: str, around: Around) -> Read:
    device = identifier(camera, "camera")
    if state == "online" and role in ("detect", "record"):
        return Read((Beat(device, around.now),))
    if state == "offline" and role == "detect":
        return Read((Beat(device, around.now, ok=False),))
    if state in ("online", "offline", "disabled"):
        return Read(ignored=Why.STATE)
    raise NotRead(Why.WRONG, "status")
