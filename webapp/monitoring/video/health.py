"""Cameras and recorders that fell silent become alarms: one for a recorder, not one for each of its cameras."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta

from webapp.base import clock
from webapp.base.spatial import lonlat_of
from webapp.monitoring.alarms import actions as alarms
from webapp.monitoring.cameras import beats
from webapp.monitoring.cameras.rules import CameraStatus
from webapp.monitoring.signals import Change, Kind, Severity, Signal
from webapp.monitoring.video import queries
from webapp.monitoring.video.queries import HEALTH, HEALTH_RULE, device_of, recorder_named

# So long the others of a recorder have to fall silent, too, before one of them is an alarm by itself.
GRACE = timedelta(seconds=10)
# Fewer cameras than this are no recorder.
FEWEST = 2


@dataclass(frozen=True)
class Silent:
    """A device that does not answer, and where."""

    device: str
    words: str = ""
    lonlat: tuple[float, float] | None = None
    severity: Severity | None = None


def look() -> tuple[int, int]:
    """Whoever is silent is an alarm, whoever is back is none; answers how many of each are new."""
    beats.note_silence()
    silent = {each.device: each for each in _silent()}
    known = set(queries.offline())
    for device in sorted(silent.keys() - known):
        _tell(silent[device], Change.RAISED)
    for device in sorted(known - silent.keys()):
        _tell(Silent(device), Change.CLEARED)
    return len(silent.keys() - known), len(known - silent.keys())


def _silent() -> list[Silent]:
    by_source = defaultdict(list)
    for row in queries.beating():
        by_source[row.source].append(row)
    found = []
    for source, rows in sorted(by_source.items()):
        away = [row for row in rows if row.status == CameraStatus.OFFLINE]
        if len(away) == len(rows) >= FEWEST:
            places = [place for row in away if (place := lonlat_of(row.geom)) is not None]
            found.append(
                Silent(
                    recorder_named(source),
                    words=f"{source} ({len(away)})",
                    lonlat=_middle(places),
                    severity=Severity.MAJOR,
                )
            )
            continue
        settled = clock.now() - GRACE
        found += [Silent(device_of(row.id)) for row in away if row.status_since <= settled]
    return found


def _middle(places: list[tuple[float, float]]) -> tuple[float, float] | None:
    if not places:
        return None
    lons, lats = zip(*places, strict=True)
    return sum(lons) / len(lons), sum(lats) / len(lats)


def _tell(silent: Silent, change: Change) -> None:
    now = clock.now()
    signal = Signal(
        kind=Kind.OFFLINE,
        change=change,
        at=now,
        device=silent.device,
        words=silent.words,
        lonlat=silent.lonlat,
        severity=silent.severity,
        rule=HEALTH_RULE,
    )
    alarms.hear(signal, source=HEALTH, received_at=now)
