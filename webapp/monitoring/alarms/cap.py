"""Critical alarms of ours as CAP 1.2: an alert, updates, and a cancellation at the end.

A message is what one event of the log says; it never changes, so it needs no table of its own.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from xml.etree.ElementTree import Element, SubElement, tostring
from zoneinfo import ZoneInfo

from webapp.base.audit import Event
from webapp.base.spatial import center, shape_of, to_lonlat
from webapp.monitoring.alarms.models import Alarm
from webapp.monitoring.signals import KINDS, SEVERITY_WORDS, Kind, Severity

NAMESPACE = "urn:oasis:names:tc:emergency:cap:1.2"
MEDIA_TYPE = "application/cap+xml"
LASTS = timedelta(hours=24)
# Around a place known to a hair the area still has some size (metres).
LEAST_M = 30.0
CORNERS = 16

# What of the log is told: whatever goes on or has ended, and the end of all.
TOLD = ("raise", "fresh", "worse", "again", "end", "end_seen", "close", "close_itself")
_OVER = frozenset(("end", "end_seen"))
_CLOSED = frozenset(("close", "close_itself"))

SEVERITIES = {
    Severity.CRITICAL: "Extreme",
    Severity.MAJOR: "Severe",
    Severity.MINOR: "Moderate",
    Severity.WARNING: "Minor",
}
CATEGORIES = {"fire": "Fire", "gas": "CBRNE", "flood": "Met", "weather": "Met", "people": "Safety"}
OTHERWISE = "Other"


@dataclass(frozen=True)
class Told:
    """One message: the event it comes from, how bad the alarm was by then, and those before it."""

    alarm: Alarm
    event: Event
    severity: Severity
    before: tuple[Event, ...]

    @property
    def cancels(self) -> bool:
        """True for the last one."""
        return self.event.move in _CLOSED

    @property
    def kind(self) -> str:
        """What CAP calls it."""
        if not self.before:
            return "Alert"
        return "Cancel" if self.cancels else "Update"


@dataclass(frozen=True)
class Sender:
    """Who says it: a name for machines without spaces, one for people, and their clock."""

    name: str
    words: str
    zone: ZoneInfo


def messages(alarm: Alarm, events: Iterable[Event]) -> list[Told]:
    """All messages about an alarm, the first one first: they begin when it becomes critical."""
    found: list[Told] = []
    before: list[Event] = []
    severity = Severity.WARNING
    for event in events:
        if event.move not in TOLD:
            continue
        severity = Severity(event.data.get("severity") or severity)
        if not before and (severity is not Severity.CRITICAL or event.move in _CLOSED):
            continue
        found.append(Told(alarm, event, severity, tuple(before)))
        before.append(event)
    return found


def identifier(event: Event) -> str:
    """The name of the message that comes from an event."""
    return f"alarm-{event.thing_id}-{event.seq}"


def moment(at: datetime, zone: ZoneInfo) -> str:
    """As CAP writes a time: whole seconds, with the zone."""
    return at.astimezone(zone).isoformat(timespec="seconds")


def written(told: Told, sender: Sender) -> bytes:
    """The message as XML."""
    root = Element("alert", xmlns=NAMESPACE)
    event, alarm = told.event, told.alarm
    _say(root, "identifier", identifier(event))
    _say(root, "sender", sender.name)
    _say(root, "sent", moment(event.at, sender.zone))
    _say(root, "status", "Exercise" if alarm.exercise else "Actual")
    _say(root, "msgType", told.kind)
    _say(root, "scope", "Restricted")
    _say(root, "restriction", sender.words)
    if told.before:
        _say(root, "references", " ".join(_triple(each, sender) for each in told.before))
    if alarm.incident_id is not None:
        _say(root, "incidents", f"incident-{alarm.incident_id}")
    _inform(SubElement(root, "info"), told, sender)
    body: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return body


def headline(told: Told) -> str:
    """What happens, and where, in a line."""
    where = told.alarm.device_name or (told.alarm.grid.name if told.alarm.grid else "")
    said = [str(KINDS[Kind(told.alarm.kind)].words), where, told.alarm.words or ""]
    return " · ".join(each for each in said if each)[:160]


def _inform(info: Element, told: Told, sender: Sender) -> None:
    alarm, over = told.alarm, told.cancels or told.event.move in _OVER
    kind = KINDS[Kind(alarm.kind)]
    _say(info, "language", "zh-CN")
    _say(info, "category", CATEGORIES.get(kind.family, OTHERWISE))
    _say(info, "event", str(kind.words))
    if over:
        _say(info, "responseType", "AllClear")
    _say(info, "urgency", "Past" if over else "Immediate")
    _say(info, "severity", SEVERITIES[told.severity])
    _say(info, "certainty", "Observed")
    _say(info, "onset", moment(alarm.first_at, sender.zone))
    _say(info, "expires", moment(told.event.at + LASTS, sender.zone))
    _say(info, "senderName", sender.words)
    _say(info, "headline", headline(told))
    _say(info, "description", f"{SEVERITY_WORDS[told.severity]} · {alarm.words or kind.words}")
    area = SubElement(info, "area")
    _say(area, "areaDesc", alarm.grid.name if alarm.grid else alarm.device_name or "-")
    corners = _around(alarm)
    if corners:
        # Here the latitude stands first.
        _say(area, "polygon", " ".join(f"{lat:.6f},{lon:.6f}" for lon, lat in corners))


def _around(alarm: Alarm) -> Sequence[tuple[float, float]]:
    if alarm.geom is None:
        return ()
    x, y = center(shape_of(alarm.geom))
    away = max(alarm.accuracy_m or 0.0, LEAST_M)
    turns = [2 * math.pi * (at % CORNERS) / CORNERS for at in range(CORNERS + 1)]
    return [to_lonlat(x + away * math.cos(turn), y + away * math.sin(turn)) for turn in turns]


def _triple(event: Event, sender: Sender) -> str:
    return f"{sender.name},{identifier(event)},{moment(event.at, sender.zone)}"


def _say(parent: Element, name: str, words: str) -> None:
    SubElement(parent, name).text = words
