"""What is known of an alarm, as columns of its row and back."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from webapp.base.datum import Datum
from webapp.base.spatial import standing_at
from webapp.monitoring.alarms.merging import Course
from webapp.monitoring.alarms.models import Alarm
from webapp.monitoring.alarms.standing import Standing
from webapp.monitoring.signals import Severity

# The columns that say where an alarm stands.
PLACE = ("geom", "raw_lon", "raw_lat", "datum", "accuracy_m")


def as_columns(course: Course) -> dict[str, Any]:
    """The columns of the row that say it."""
    return {
        "kind": course.kind,
        "severity": course.severity,
        "max_severity": course.max_severity,
        "worst": course.worst,
        "words": course.word("words"),
        "device": course.word("device"),
        "rule": course.word("rule"),
        "score": course.word("score"),
        "media": list(course.media),
        "first_at": course.first_at,
        "last_at": course.last_at,
        "live_at": course.live_at,
        "over_at": course.over_at,
        "ended_at": course.ended_at,
        "said": {name: list(each) for name, each in course.said.items()},
        "turns": [[at.isoformat(), begins] for at, begins in course.turns],
        "flaps": course.flaps,
    }


def course_kept(alarm: Alarm) -> Course:
    """What the row says."""
    return Course(
        first_at=alarm.first_at,
        last_at=alarm.last_at,
        live_at=alarm.live_at,
        over_at=alarm.over_at,
        ended_at=alarm.ended_at,
        worst=Severity(alarm.worst) if alarm.worst else None,
        said={name: (rank, at, value) for name, (rank, at, value) in alarm.said.items()},
        media=tuple(alarm.media),
        turns=tuple((datetime.fromisoformat(at), begins) for at, begins in alarm.turns),
    )


def place_of(told: Course, known: Standing | None) -> dict[str, Any]:
    """The columns of its place: what was said, else where its device stands; none where nobody knows."""
    said = told.word("place")
    if said is not None:
        lon, lat, accuracy = said
        return standing_at(lon, lat, datum=Datum.WGS84, accuracy_m=accuracy)
    if known is not None and known.geom is not None:
        return {"geom": known.geom, "accuracy_m": known.accuracy_m}
    return {}
