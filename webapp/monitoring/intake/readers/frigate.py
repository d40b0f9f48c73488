"""Frigate: reviews that begin, grow and end, by MQTT or asked for; cameras and the recorder that live.

A review is the unit, not an event of a tracked object. It only grows: so what it holds orders its
messages, also when they come in another order.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from webapp.monitoring.intake.readers.values import (
    Around,
    as_object,
    digest_of,
    identifier,
    letters,
    moment,
    object_of,
    words,
)
from webapp.monitoring.intake.rules import STALE, NotRead, Why
from webapp.monitoring.signals import Beat, Change, Kind, Read, Severity, Signal

# What the recorder itself is called among the devices of its source.
RECORDER = "frigate"
MOST_MEDIA = 6

_CHANGES = {"new": Change.RAISED, "update": Change.UPDATED, "end": Change.CLEARED}
# What begins the name of one of its events, which has a picture.
EVENT = "event/"
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
    """A review as MQTT tells it or as a row of `GET /api/review`, or a line of `available` or `status`."""
    levels = around.topic.split("/") if around.topic else []
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
