"""What the office has laid down, as it is in force at this moment in every process.

One small row says whether what a process remembers still counts: it is asked once a request, and
the rest is read only when that row has changed.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time
from itertools import groupby
from typing import Any

from flask import g, has_app_context
from sqlalchemy import Select, func, select, true

from webapp.base.clock import Calendar, Limit, Shifts, Unit
from webapp.base.db import db
from webapp.cases.rules import State
from webapp.cases.standards.models import (
    CalendarDay,
    ClassHint,
    ClassQuestion,
    Edition,
    OfficeShift,
    StageLimit,
)
from webapp.cases.standards.rules import Pace


@dataclass(frozen=True)
class Standards:
    """The calendar of the office, the limits of the steps that differ, the classes that ask.

    `taken` says of a class which others are taken for it, or it for them.
    """

    edition: uuid.UUID
    calendar_edition: uuid.UUID
    calendar: Calendar
    stages: Mapping[tuple[State, Pace], Limit]
    asking: frozenset[str]
    taken: Mapping[str, frozenset[str]]


# What the house comes with: all there is to count by where no app is, and so no database.
COMES_WITH = Standards(uuid.UUID(int=0), uuid.UUID(int=0), Calendar(), {}, frozenset(), {})

# The last ones read. An edition never comes again, so what is kept under it never lies.
_kept: dict[uuid.UUID, Standards] = {}


def standards() -> Standards:
    """What is in force; the same for the whole of a request."""
    if not has_app_context():
        return COMES_WITH
    known: Standards | None = g.get("standards")
    if known is None:
        known = _of(*db.session.execute(select(Edition.edition, Edition.calendar)).one())
    return known


def beside(found: Select[Any]) -> Select[Any]:
    """The statement also reads which edition is in force, for `note`."""
    return found.add_columns(Edition.edition, Edition.calendar).join(Edition, true())


def note(edition: uuid.UUID, calendar: uuid.UUID) -> None:
    """This edition is that of the request, which need not ask for it again."""
    if "standards" not in g:
        _of(edition, calendar)


def _of(edition: uuid.UUID, calendar: uuid.UUID) -> Standards:
    known = _kept.get(edition)
    if known is None:
        known = _read(edition, calendar)
        _kept.clear()
        _kept[edition] = known
    g.standards = known
    return known


def renew(*, calendar: bool = False) -> None:
    """Every process reads anew once this transaction commits; whoever else changes something waits."""
    row = db.session.scalars(select(Edition).with_for_update()).one()
    row.edition = uuid.uuid4()
    if calendar:
        row.calendar = uuid.uuid4()
    db.session.flush()
    g.pop("standards", None)


def hold() -> None:
    """Nobody else changes what is laid down until this transaction ends."""
    db.session.scalars(select(Edition).with_for_update()).one()


def as_data(calendar: Calendar) -> dict[str, Any]:
    """A calendar as a job remembers it."""
    return {
        "days": {day.isoformat(): works for day, works in calendar.overrides.items()},
        "changes": [
            [since.isoformat(), [[a.isoformat(), b.isoformat()] for a, b in shifts]]
            for since, shifts in calendar.changes
        ],
    }


def from_data(data: Mapping[str, Any]) -> Calendar:
    """The calendar that a job remembers."""
    return Calendar(
        overrides={date.fromisoformat(day): works for day, works in data["days"].items()},
        changes=tuple(
            (
                date.fromisoformat(since),
                tuple((time.fromisoformat(a), time.fromisoformat(b)) for a, b in shifts),
            )
            for since, shifts in data["changes"]
        ),
    )


def _read(edition: uuid.UUID, calendar_edition: uuid.UUID) -> Standards:
    days = db.session.execute(select(CalendarDay.day, CalendarDay.works))
    shifts = db.session.scalars(select(OfficeShift).order_by(OfficeShift.since, OfficeShift.starts))
    limits = db.session.scalars(select(StageLimit).where(func.upper_inf(StageLimit.valid)))
    asking = db.session.scalars(
        select(ClassQuestion.class_code).where(ClassQuestion.retired_at.is_(None)).distinct()
    )
    taken: dict[str, set[str]] = defaultdict(set)
    for one, other in db.session.execute(select(ClassHint.class_code, ClassHint.other_code)):
        taken[one].add(other)
        taken[other].add(one)
    changes: list[tuple[date, Shifts]] = [
        (since, tuple((each.starts, each.ends) for each in rows))
        for since, rows in groupby(shifts, key=lambda each: each.since)
    ]
    return Standards(
        edition=edition,
        calendar_edition=calendar_edition,
        calendar=Calendar(overrides={day: works for day, works in days}, changes=tuple(changes)),
        stages={
            (State(each.state), Pace(each.pace)): Limit(each.amount, Unit(each.unit))
            for each in limits
        },
        asking=frozenset(asking),
        taken={code: frozenset(others) for code, others in taken.items()},
    )
