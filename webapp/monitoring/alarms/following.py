"""What follows when signals were merged: whoever must know is told, once for all of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import cached_property
from typing import Any

from sqlalchemy import select

from webapp.base import audit
from webapp.base.access import HOUSE
from webapp.base.db import db
from webapp.base.flow import Deed
from webapp.monitoring.alarms import climbing, incidents, queries, shelving, standing
from webapp.monitoring.alarms.merging import Course
from webapp.monitoring.alarms.models import Alarm, Incident, Shelf
from webapp.monitoring.alarms.rows import place_of
from webapp.monitoring.alarms.rules import ALARM_FLOW, LATE, Quiet
from webapp.monitoring.signals import KINDS, Kind

_TOLD: list[Callable[[Sequence[Alarm]], None]] = []


def told_of_all(deed: Callable[[Sequence[Alarm]], None]) -> Callable[[Sequence[Alarm]], None]:
    """`deed` is told of the alarms that reach people, in the transaction in which they do."""
    _TOLD.append(deed)
    return deed


class Aftermath:
    """Moves, events, incidents and ladders of alarms that are heard of at one moment.

    The rows of the alarms are held. Until `done` nothing of this is in the database.
    """

    def __init__(self, at: datetime) -> None:
        self.at = at
        # What is known of those whose place is another now.
        self.moved: dict[Alarm, Course] = {}
        # Alarms that are one of too many of their device.
        self.noisy: list[Alarm] = []
        self._beyond: set[int] = set()
        self._deeds: list[Deed] = []
        self._reached: dict[Alarm, None] = {}

    def began(self, alarm: Alarm, name: str, data: dict[str, Any] | None = None) -> None:
        """The first event of an alarm that was just written."""
        self._deeds.append(Deed(alarm, name, HOUSE, None, alarm.state, data))

    def make(self, alarm: Alarm, name: str, data: dict[str, Any] | None = None) -> None:
        """The alarm makes this move."""
        self._deeds.append(ALARM_FLOW.make(alarm, name, by=HOUSE, data=data))

    def note(self, alarm: Alarm, name: str, data: dict[str, Any] | None = None) -> None:
        """The log says this of the alarm."""
        self._deeds.append(ALARM_FLOW.note(alarm, name, by=HOUSE, data=data))

    def count(self, new: Sequence[tuple[Alarm, int | None]]) -> None:
        """It is known which of these are too many of their device: each with how often that may still ring."""
        together: Counter[tuple[str | None, str]] = Counter()
        for alarm, room in new:
            same = (alarm.device, alarm.kind)
            if room is not None and room <= together[same]:
                self._beyond.add(alarm.id)
            together[same] += 1

    def is_late(self, whole: Course) -> bool:
        """True for what came too late to ring."""
        return whole.last_at < self.at - LATE

    def weigh(self, alarm: Alarm, whole: Course) -> None:
        """It is known whether the alarm rings, and if not, why."""
        alarm.quiet, alarm.shelf = None, None
        if self.is_late(whole):
            alarm.quiet = Quiet.LATE
            return
        if KINDS[Kind(alarm.kind)].life:
            return
        kept = shelving.kept_quiet(alarm, self._shelves)
        if kept is not None:
            alarm.quiet, alarm.shelf = kept
        elif whole.chattering:
            alarm.quiet = Quiet.CHATTERING
        elif alarm.id in self._beyond:
            alarm.quiet = Quiet.NOISY
            self.noisy.append(alarm)

    def reach(self, alarm: Alarm) -> None:
        """What is not quiet will belong to an incident, whose ladder begins; what hangs on it grows quiet."""
        if alarm.quiet is not None:
            return
        if alarm.kind == Kind.OFFLINE:
            for each in queries.below(alarm):
                each.quiet = Quiet.BEHIND
                self.note(each, "behind", {"alarm": alarm.id})
        self._reached[alarm] = None

    def done(self) -> None:
        """All of it is in the database."""
        self._stand()
        found, opened = incidents.join_all(list(self._reached))
        begun: dict[Incident, datetime] = {}
        for alarm, incident in zip(self._reached, found, strict=True):
            begun[incident] = min(begun.get(incident, alarm.heard_at), alarm.heard_at)
        db.session.flush()
        climbing.begin_all(begun, new={each.thing_id for each in opened})
        for deed in _TOLD if self._reached else ():
            deed(list(self._reached))
        events = ALARM_FLOW.written(self._deeds) + opened
        if events:
            audit.record_many(events)

    @cached_property
    def _shelves(self) -> list[Shelf]:
        return queries.shelves_at(self.at)

    def _stand(self) -> None:
        """Those whose place is another are in its grid."""
        by_source: dict[str, list[Alarm]] = {}
        for alarm in self.moved:
            by_source.setdefault(alarm.source, []).append(alarm)
        for source, alarms in by_source.items():
            known = standing.find_all(source, [each.device for each in alarms])
            for alarm in alarms:
                found = known.get(alarm.device or "")
                if found is not None:
                    alarm.camera_id, alarm.device_name = found.camera_id, found.name
                for name, value in place_of(self.moved[alarm], found).items():
                    setattr(alarm, name, value)
        if self.moved:
            db.session.flush()
            anew = select(Alarm).where(Alarm.id.in_([each.id for each in self.moved]))
            db.session.scalars(anew.execution_options(populate_existing=True)).all()
