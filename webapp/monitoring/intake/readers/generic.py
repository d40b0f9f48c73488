"""Our own JSON, for boxes that nobody wrote a reader for."""

from __future__ import annotations

from typing import Any

from webapp.monitoring.intake.readers import kinds
from webapp.monitoring.intake.readers.values import (
    Around,
    digest_of,
    identifier,
    measured,
    moment,
    number,
    object_of,
    place,
    words,
)
from webapp.monitoring.intake.rules import NotRead, Why
from webapp.monitoring.signals import Beat, Change, Position, Read, Reading, Signal

CHANGES = {"raise": Change.RAISED, "update": Change.UPDATED, "clear": Change.CLEARED}
MOST_MEDIA = 10
# No vessel is faster.
MOST_KNOTS = 102.2


def read(body: bytes, _content_type: str, around: Around) -> Read:
    """An alarm (`kind`), a beat (`alive`), values of a sensor (`values`), or where a vessel was (`vessel`)."""
    sent = object_of(body)
    if sent.get("source") not in (None, "", around.name):
        raise NotRead(Why.FOREIGN, "source")
    if "values" in sent:
        return Read(_values(sent))
    if "alive" in sent:
        return Read((_beat(sent, around),))
    if "vessel" in sent:
        return Read((_position(sent, around),))
    if sent.get("kind") is None:
        raise NotRead(Why.MISSING, "kind")
    told = _signal(sent, around)
    name = sent.get("message_id")
    return Read((told,), message_id=identifier(name, "message_id") if name else digest_of(sent))


def _signal(sent: dict[str, Any], around: Around) -> Signal:
    kind = kinds.known(words(sent["kind"]))
    if kind is None:
        raise NotRead(Why.WRONG, "kind")
    change = CHANGES.get(words(sent.get("state")) or "raise")
    if change is None:
        raise NotRead(Why.WRONG, "state")
    grave = words(sent.get("severity"))
    if grave and grave.lower() not in kinds.SEVERITIES:
        raise NotRead(Why.WRONG, "severity")
    at = moment(sent.get("ts"), "ts")
    return Signal(
        kind=kind,
        change=change,
        at=at,
        own_id=identifier(sent["id"], "id") if sent.get("id") else None,
        device=_device(sent),
        severity=kinds.severity(grave),
        ended_at=at if change is Change.CLEARED else None,
        lonlat=_place(sent, around),
        accuracy_m=_number(sent, "accuracy_m"),
        words=words(sent.get("words")),
        media=_media(sent),
        rule=words(sent.get("rule"), 120) or None,
        score=_number(sent, "score"),
        exercise=sent.get("exercise") is True,
    )


def _beat(sent: dict[str, Any], around: Around) -> Beat:
    at = moment(sent["ts"], "ts") if sent.get("ts") else around.now
    if not isinstance(sent["alive"], bool):
        raise NotRead(Why.WRONG, "alive")
    return Beat(_needed_device(sent), at, ok=sent["alive"])


def _values(sent: dict[str, Any]) -> tuple[Reading, ...]:
    values, at, device = sent["values"], moment(sent.get("ts"), "ts"), _needed_device(sent)
    if not isinstance(values, dict) or not values:
        raise NotRead(Why.WRONG, "values")
    return tuple(
        Reading(device, identifier(series, "values"), at, measured(value, "values"))
        for series, value in values.items()
    )


def _position(sent: dict[str, Any], around: Around) -> Position:
    lonlat = _place(sent, around)
    if lonlat is None:
        raise NotRead(Why.MISSING, "lon")
    sog, cog = _number(sent, "sog"), _number(sent, "cog")
    if sog is not None and sog > MOST_KNOTS:
        raise NotRead(Why.WRONG, "sog")
    if cog is not None and cog > 360:
        raise NotRead(Why.WRONG, "cog")
    at = moment(sent.get("ts"), "ts")
    return Position(identifier(sent["vessel"], "vessel"), at, lonlat, sog, cog)


def _device(sent: dict[str, Any]) -> str | None:
    for name in ("device", "camera", "sensor"):
        if sent.get(name) not in (None, ""):
            return identifier(sent[name], name)
    return None


def _needed_device(sent: dict[str, Any]) -> str:
    return identifier(_device(sent), "device")


def _place(sent: dict[str, Any], around: Around) -> tuple[float, float] | None:
    if sent.get("lon") is None and sent.get("lat") is None:
        return None
    lon, lat = number(sent.get("lon"), "lon"), number(sent.get("lat"), "lat")
    if not (-180 <= lon <= 180 and -90 <= lat <= 90):
        raise NotRead(Why.WRONG, "lon" if abs(lon) > 180 else "lat")
    return place(lon, lat, around.datum)


def _number(sent: dict[str, Any], name: str) -> float | None:
    given = sent.get(name)
    if given is None:
        return None
    made = number(given, name)
    if made < 0 or (name == "score" and made > 1):
        raise NotRead(Why.WRONG, name)
    return made


def _media(sent: dict[str, Any]) -> tuple[str, ...]:
    given = sent.get("media") or []
    if not isinstance(given, list) or len(given) > MOST_MEDIA:
        raise NotRead(Why.WRONG, "media")
    return tuple(identifier(each, "media") for each in given)
