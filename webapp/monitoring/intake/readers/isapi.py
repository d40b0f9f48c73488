"""Hikvision ISAPI: what cameras and recorders push, as XML or JSON, alone or with pictures.

A lost picture that is `inactive` is how a box says that it lives.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from webapp.monitoring.intake.readers import parts
from webapp.monitoring.intake.readers.values import (
    Around,
    below,
    digest,
    identifier,
    local,
    moment,
    needed,
    number,
    object_of,
    rect,
    words,
    xml,
)
from webapp.monitoring.intake.rules import NotRead, Why
from webapp.monitoring.signals import Beat, Change, Kind, Read, Rect, Signal, Told

ROOT = "EventNotificationAlert"
# The rectangle of what was seen, how deep it is looked for in JSON, and by what it may be counted.
TARGET, MOST_LEVELS = "TargetRect", 8
_SIDES, _SCALES = ("x", "y", "width", "height"), (1.0, 1000.0, 10_000.0)

KINDS = {
    "vmd": Kind.MOTION,
    "pir": Kind.MOTION,
    "linedetection": Kind.INTRUSION,
    "fielddetection": Kind.INTRUSION,
    "regionentrance": Kind.INTRUSION,
    "regionexiting": Kind.INTRUSION,
    "firedetection": Kind.FLAME,
    "smokeandfiredetection": Kind.FLAME,
    "smokedetection": Kind.SMOKE,
    "temperaturealarm": Kind.HEAT,
    "tma": Kind.HEAT,
    "loitering": Kind.LOITERING,
    "group": Kind.CROWD,
    "peoplegathering": Kind.CROWD,
    "unattendedbaggage": Kind.LEFT_OBJECT,
    "attendedbaggage": Kind.LEFT_OBJECT,
    "parking": Kind.VEHICLE,
    "hardhatdetection": Kind.HELMET,
    "safetyhelmetdetection": Kind.HELMET,
    "absence": Kind.LEFT_POST,
    "offduty": Kind.LEFT_POST,
    "falldown": Kind.FALL,
    "emergencyalarm": Kind.SOS,
    "tamperdetection": Kind.TAMPER,
    "shelteralarm": Kind.TAMPER,
    "scenechangedetection": Kind.TAMPER,
    "defocus": Kind.TAMPER,
    "videoloss": Kind.OFFLINE,
    "diskfull": Kind.FAULT,
    "diskerror": Kind.FAULT,
    "nicbroken": Kind.FAULT,
    "ipconflict": Kind.FAULT,
    "illaccess": Kind.FAULT,
}


def read(body: bytes, content_type: str, around: Around) -> Read:
    """One notice or several of one push; the pictures beside them are named in their alarms."""
    if not parts.is_multipart(content_type):
        told = _document(body, (), around)
        return Read((told,), message_id=digest(body) if isinstance(told, Signal) else None)
    pieces = parts.split(body, content_type)
    pictures = tuple(
        words(each.name, 80) or f"picture-{number}.jpg"
        for number, each in enumerate(pieces, start=1)
        if each.is_picture
    )
    documents = [each for each in pieces if not each.is_picture and each.body.strip()]
    found = tuple(_document(each.body, pictures, around) for each in documents)
    if not found:
        raise NotRead(Why.EMPTY)
    kept = any(isinstance(each, Signal) for each in found)
    shown = tuple(each.body for each in pieces if each.is_picture)
    return Read(found, message_id=digest(body) if kept else None, pictures=shown)


def _document(body: bytes, pictures: tuple[str, ...], around: Around) -> Told:
    stripped = body.lstrip(b"\xef\xbb\xbf \r\n\t")
    said, box = _of_json(stripped) if stripped.startswith(b"{") else _of_xml(body)
    event = needed(said.get("eventType", ""), "eventType")
    active = needed(said.get("eventState", ""), "eventState").lower() == "active"
    at = moment(said.get("dateTime"), "dateTime", around.zone)
    device = _device(said)
    kind = KINDS.get(event.lower(), Kind.OTHER)
    if kind is Kind.OFFLINE and not active:
        return Beat(device, at)
    return Signal(
        kind=kind,
        change=Change.RAISED if active else Change.CLEARED,
        at=at,
        device=device,
        ended_at=None if active else at,
        box=box if active else None,
        words=said.get("eventDescription", "") or event,
        media=pictures,
        rule=f"isapi/{event}",
    )


def _of_xml(body: bytes) -> tuple[Mapping[str, str], Rect | None]:
    notices = below(xml(body), ROOT)
    if not notices:
        raise NotRead(Why.MISSING, ROOT)
    targets = below(notices[0], TARGET)
    sides = {local(each).lower(): words(each.text) for each in targets[0]} if targets else {}
    return {local(each): words(each.text) for each in notices[0]}, _box(sides)


def _of_json(body: bytes) -> tuple[Mapping[str, str], Rect | None]:
    sent: Any = object_of(body)
    inner = sent.get(ROOT)
    known = inner if isinstance(inner, dict) else sent
    sides = {name.lower(): value for name, value in _target(known, MOST_LEVELS).items()}
    return {name: words(value) for name, value in known.items()}, _box(sides)


def _target(said: Any, levels: int) -> Mapping[str, Any]:
    """The rectangle of the first target, wherever it stands."""
    if levels == 0 or not isinstance(said, dict | list):
        return {}
    if isinstance(said, dict) and isinstance(said.get(TARGET), dict):
        found: Mapping[str, Any] = said[TARGET]
        return found
    inside = said.values() if isinstance(said, dict) else said
    return next((each for each in (_target(one, levels - 1) for one in inside) if each), {})


def _box(sides: Mapping[str, Any]) -> Rect | None:
    """Of left, top, width and height. Boxes count their pictures in parts, in thousandths or ten-thousandths."""
    try:
        left, top, wide, high = (number(sides.get(each), each) for each in _SIDES)
    except NotRead:
        return None
    most = max(left + wide, top + high)
    scale = next((each for each in _SCALES if most <= each), None)
    if scale is None:
        return None
    return rect(left / scale, top / scale, (left + wide) / scale, (top + high) / scale)


def _device(said: Mapping[str, str]) -> str:
    """The box by its hardware address, which stays when its IP address changes, and the channel."""
    box = said.get("macAddress", "").lower() or said.get("ipAddress", "")
    channel = said.get("channelID", "") or said.get("dynChannelID", "") or "1"
    return identifier(f"{needed(box, 'macAddress')}/{channel}", "channelID")
