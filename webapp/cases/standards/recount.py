"""When the calendar changes: what was counted by the old one is counted by the new one."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from webapp.base import tasks
from webapp.base.access import HOUSE
from webapp.base.clock import Calendar, Limit, Unit
from webapp.base.db import db, lock
from webapp.cases import timing
from webapp.cases.models import Case
from webapp.cases.rules import CASE_FLOW, State
from webapp.cases.standards import in_force, queries

AT_ONCE = 200


@tasks.task("standards.recount")
def recount(
    was: str, now: str, before: dict[str, Any], after: dict[str, Any], changed_at: str
) -> None:
    """Open cases are due when the calendar in force says so, each with an event that tells both moments.

    What is left of a limit stays left; what was over before the first day that changed stays over.
    """
    change = Change(
        in_force.from_data(before), in_force.from_data(after), datetime.fromisoformat(changed_at)
    )
    last = 0
    while rows := queries.counted_before(uuid.UUID(was), after=last, limit=AT_ONCE):
        for case, touched_at in rows:
            last = case.id
            lock(case)
            if case.counted_by not in (None, uuid.UUID(was)):
                continue
            _move_on(case, change, stage_too=touched_at is None or touched_at <= change.at)
            case.counted_by = uuid.UUID(now)
        db.session.flush()


@dataclass(frozen=True)
class Change:
    """From one calendar to the next, at a moment."""

    before: Calendar
    after: Calendar
    at: datetime

    def begins(self) -> datetime:
        """From when on the two count differently, and the change's own moment at the latest."""
        days = set(self.before.overrides.items()) ^ set(self.after.overrides.items())
        days_changed = [day for day, _works in days]
        shifts = set(self.before.changes) ^ set(self.after.changes)
        days_changed += [since for since, _shifts in shifts]
        if not days_changed:
            return self.at
        first = datetime.combine(min(days_changed), time(), self.before.zone)
        return min(self.at, first)

    def moved(self, moment: datetime | None, unit: str | None, since: datetime) -> datetime | None:
        """The moment at which what was left of a limit is used up by the new calendar."""
        begin = max(self.begins(), since)
        if moment is None or unit is None or unit == Unit.MINUTE or moment <= begin:
            return moment
        if unit == Unit.WORK_DAY:
            left = Limit(self.before.worked_days(begin, moment), Unit.WORK_DAY)
        else:
            hours = self.before.worked(begin, moment) / timedelta(hours=1)
            left = Limit(hours, Unit.WORK_HOUR)
        found = self.after.due(begin, left)
        # Floats of hours: what has not moved is not moved by microseconds.
        return moment if abs(found - moment) < timedelta(seconds=1) else found


def _move_on(case: Case, change: Change, *, stage_too: bool) -> None:
    since = case.filed_at or case.received_at
    wanted: dict[str, datetime | None] = {}
    if case.paused_at is None:
        for name in ("soon_at", "due_at"):
            wanted[name] = change.moved(getattr(case, name), case.limit_unit, since)
    if stage_too:
        limit = timing.stage_limit_of(State(case.state), case.grade)
        for name in ("stage_soon_at", "stage_due_at"):
            wanted[name] = change.moved(getattr(case, name), limit.unit if limit else None, since)
    moved = {
        name: [getattr(case, name).isoformat(), value.isoformat()]
        for name, value in wanted.items()
        if value is not None and getattr(case, name) != value
    }
    for name, value in wanted.items():
        setattr(case, name, value)
    if moved:
        CASE_FLOW.record(case, "recounted", by=HOUSE, data={"moments": moved})
