"""One camera watched: frames go in, what began and what ended comes out, in the order that traps demand."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Protocol

import cv2

from webapp.monitoring.signals import Change, Kind
from webapp.monitoring.video.rules import (
    ALARMS,
    FROZEN_RULE,
    OF_PEOPLE,
    RULES,
    TAMPER_RULE,
    Zone,
    ZoneKind,
)
from webapp.monitoring.video.sight.frames import Box, Frame, holds, inside
from webapp.monitoring.video.sight.gauge import Gauge
from webapp.monitoring.video.sight.latch import Edge, Latch
from webapp.monitoring.video.sight.motion import Motion, Moved
from webapp.monitoring.video.sight.people import Finder
from webapp.monitoring.video.sight.quality import TAMPERED, Gate, Quality
from webapp.monitoring.video.sight.smoke import Smoke

TAMPER_S, FROZEN_S, WELL_S = 2.0, 0.0, 5.0
SMOKE_S, SMOKE_CLEAR_S = 1.0, 10.0
LEVEL_S, LEVEL_CLEAR_S, LEVEL_BACK = 2.0, 10.0, 0.05
# This share of a post changes from frame to frame while somebody sits there.
LIFE = 0.003
# What moves without being taken for a person is as sure as this.
UNCONFIRMED = 0.5


@dataclass(frozen=True)
class Finding:
    """Something began or ended in what a camera shows."""

    kind: Kind
    change: Change
    rule: str
    at: float
    zone: Zone | None = None
    score: float | None = None
    box: Box | None = None
    quality: Quality | None = None
    level: float | None = None


class Judge(Protocol):
    """Whoever watches one zone."""

    zone: Zone
    latch: Latch

    def hold(self, at: float) -> None:
        """Nothing can be seen now: the last that was seen holds."""

    def look(self, frame: Frame, moved: Moved) -> Finding | None:
        """What this frame changes, if anything."""


class Watcher:
    """Watches the frames of one camera. `turns`: it is built to look elsewhere."""

    def __init__(self, zones: Iterable[Zone], finder: Finder, *, turns: bool = False) -> None:
        self.quality = Quality.GOOD
        self._gate = Gate(turns=turns)
        self._motion = Motion()
        self._judges = [_judge(each, finder) for each in zones if each.kind != ZoneKind.MASK]
        self._tamper = Latch(frames=2, seconds=TAMPER_S, clear_s=WELL_S)
        self._frozen = Latch(frames=1, seconds=FROZEN_S, clear_s=WELL_S)

    def look(self, frame: Frame, *, asleep: Collection[int] = ()) -> list[Finding]:
        """What this frame begins or ends. Zones that are `asleep` (by their keys) are not watched now."""
        before, self.quality = self.quality, self._gate.look(frame)
        found = self._of_the_camera(frame.at)
        if self.quality is not Quality.GOOD:
            for judge in self._judges:
                judge.hold(frame.at)
            return found
        if before in (Quality.SHAKEN, Quality.AWAY, Quality.MOVED):
            self._motion.forget()  # what was always there looks different now
        moved = self._motion.look(frame)
        for judge in self._judges:
            if judge.zone.id in asleep:
                judge.hold(frame.at)
                ended = _put_to_sleep(judge, frame.at)
            else:
                ended = judge.look(frame, moved)
            if ended is not None and not self._goes_on_elsewhere(ended):
                found.append(ended)
        return found

    def _goes_on_elsewhere(self, ended: Finding) -> bool:
        """An alarm of a kind is one for a camera: it ends with the last zone in which it goes on."""
        return ended.change is Change.CLEARED and any(
            judge.latch.up and ALARMS[judge.zone.kind] is ended.kind for judge in self._judges
        )

    def _of_the_camera(self, at: float) -> list[Finding]:
        found = []
        for latch, wrong, kind, rule in (
            (self._tamper, self.quality in TAMPERED, Kind.TAMPER, TAMPER_RULE),
            (self._frozen, self.quality is Quality.FROZEN, Kind.FAULT, FROZEN_RULE),
        ):
            if not wrong and self.quality is not Quality.GOOD:
                latch.hold(at)
                continue
            edge = latch.feed(at, wrong)
            if edge is not None:
                found.append(Finding(kind, _CHANGES[edge], rule, at, quality=self.quality))
        return found


class _Entered:
    """Somebody in a zone in which nobody may be, or may be long: by where their feet are."""

    def __init__(self, zone: Zone, finder: Finder) -> None:
        self.zone = zone
        self.latch = Latch(frames=zone.inertia, seconds=zone.seconds)
        self._finder = finder
        self._waits = False

    def hold(self, at: float) -> None:
        self.latch.hold(at)

    def look(self, frame: Frame, moved: Moved) -> Finding | None:
        there = [box for box in moved.boxes if holds(self.zone.corners, box.foot)]
        edge = self.latch.feed(frame.at, bool(there))
        if edge is Edge.FELL:
            waited, self._waits = self._waits, False
            return None if waited else _finding(self.zone, Change.CLEARED, frame.at)
        self._waits = self._waits or edge is Edge.ROSE
        if not (self._waits and there):
            return None
        box = max(there, key=lambda each: (each.right - each.left) * (each.bottom - each.top))
        score = self._finder.person(frame, box) if self.zone.person else UNCONFIRMED
        if not score:
            return None
        self._waits = False
        by = f"+{self._finder.name}" if self.zone.person else ""
        return _finding(self.zone, Change.RAISED, frame.at, score=score, box=box, by=by)


class _Left:
    """Nobody at a post: nothing stirs there for so long, and the detector finds nobody either."""

    def __init__(self, zone: Zone, finder: Finder) -> None:
        self.zone = zone
        self.latch = Latch(frames=1, seconds=zone.seconds, clear_s=1.0, gap_s=0.0)
        self._finder = finder
        self._inside = inside(zone.corners)
        self._size = max(1, cv2.countNonZero(self._inside))
        across, down = zip(*zone.corners, strict=True)
        self._box = Box(min(across), min(down), max(across), max(down))

    def hold(self, at: float) -> None:
        self.latch.hold(at)

    def look(self, frame: Frame, moved: Moved) -> Finding | None:
        stirs = cv2.countNonZero(cv2.bitwise_and(moved.lives, self._inside)) / self._size > LIFE
        edge = self.latch.feed(frame.at, not stirs)
        if edge is Edge.ROSE:
            if self._finder.person(frame, self._box):
                self.latch = Latch(frames=1, seconds=self.zone.seconds, clear_s=1.0, gap_s=0.0)
                self.latch.up = False
                return None
            return _finding(self.zone, Change.RAISED, frame.at, score=UNCONFIRMED, box=self._box)
        return _finding(self.zone, Change.CLEARED, frame.at) if edge is Edge.FELL else None


class _Smokes:
    def __init__(self, zone: Zone) -> None:
        self.zone = zone
        self.latch = Latch(frames=zone.inertia, seconds=SMOKE_S, clear_s=SMOKE_CLEAR_S)
        self._smoke = Smoke(zone.corners)

    def hold(self, at: float) -> None:
        self.latch.hold(at)
        self._smoke.hold(at)

    def look(self, frame: Frame, moved: Moved) -> Finding | None:
        share = self._smoke.share(frame, moved)
        edge = self.latch.feed(frame.at, share > 0)
        if edge is None:
            return None
        score = min(1.0, 0.5 + share) if edge is Edge.ROSE else None
        return _finding(self.zone, _CHANGES[edge], frame.at, score=score)


class _Stands:
    def __init__(self, zone: Zone) -> None:
        self.zone = zone
        self.latch = Latch(frames=zone.inertia, seconds=LEVEL_S, clear_s=LEVEL_CLEAR_S)
        self._gauge = Gauge(zone.corners)

    def hold(self, at: float) -> None:
        self.latch.hold(at)

    def look(self, frame: Frame, moved: Moved) -> Finding | None:
        level = self._gauge.level(frame)
        if level is None:
            self.latch.hold(frame.at)
            return None
        least = self.zone.level - (LEVEL_BACK if self.latch.up else 0.0)
        edge = self.latch.feed(frame.at, level >= least)
        if edge is None:
            return None
        return _finding(self.zone, _CHANGES[edge], frame.at, score=UNCONFIRMED, level=level)


_CHANGES = {Edge.ROSE: Change.RAISED, Edge.FELL: Change.CLEARED}


def _judge(zone: Zone, finder: Finder) -> Judge:
    if zone.kind in OF_PEOPLE:
        return _Entered(zone, finder)
    if zone.kind is ZoneKind.POST:
        return _Left(zone, finder)
    return _Smokes(zone) if zone.kind is ZoneKind.SMOKE else _Stands(zone)


def _put_to_sleep(judge: Judge, at: float) -> Finding | None:
    """What was up when the hours of a zone ended has ended with them."""
    was_up, judge.latch.up = judge.latch.up, False
    return _finding(judge.zone, Change.CLEARED, at) if was_up else None


def _finding(
    zone: Zone,
    change: Change,
    at: float,
    *,
    score: float | None = None,
    box: Box | None = None,
    level: float | None = None,
    by: str = "",
) -> Finding:
    return Finding(
        ALARMS[zone.kind],
        change,
        RULES[zone.kind] + by,
        at,
        zone=zone,
        score=score,
        box=box,
        level=level,
    )
