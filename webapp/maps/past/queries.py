"""Questions of the past: what stood where at a moment and moved until another, from the log of each thing.

Nothing is written for this. The log says the state after each step (`event`), `case_term` when a case
was due after it. What may be seen is what may be seen today; where a thing stands is where it stands now.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select

from webapp.base import past_queries as past
from webapp.base.access import Actor, visible
from webapp.base.audit import Event
from webapp.base.db import db
from webapp.base.spatial import to_lonlats
from webapp.cases.figures.models import CaseTerm
from webapp.cases.models import Case, CaseClass
from webapp.cases.rules import CASE_FLOW, OPEN
from webapp.monitoring.alarms.models import Alarm
from webapp.monitoring.alarms.rules import ALARM_FLOW, OPEN as ALARM_OPEN
from webapp.projects.models import Project, Site
from webapp.projects.rules import LIVING, PROJECT_FLOW


@dataclass(frozen=True)
class Span:
    """From one moment to another; both the same: how it was then."""

    since: datetime
    until: datetime


@dataclass(frozen=True)
class Thing:
    """Something that stood there or moved: where (degrees WGS 84), what it is called, in which grid."""

    id: int
    lon: float
    lat: float
    name: str
    number: str | None
    grid_id: int | None


@dataclass(frozen=True)
class Step:
    """From this moment on it stood in this state."""

    at: datetime
    seq: int
    state: str


def cases(who: Actor, span: Span, *, language: str, limit: int) -> list[Thing]:
    """Cases that were open at the beginning or moved until the end, newest first; `limit` + 1 at most."""
    english = func.coalesce(func.nullif(CaseClass.name_en, ""), CaseClass.name)
    name = english if language == "en" else CaseClass.name
    found = (
        select(Case.id, func.ST_X(Case.geom), func.ST_Y(Case.geom), name, Case.number, Case.grid_id)
        .join(Case.case_class)
        .where(
            visible(Case, who, "cases.see"),
            Case.geom.is_not(None),
            _stood(CASE_FLOW.kind, Case, OPEN, span),
        )
        .order_by(Case.id.desc())
    )
    return _things(found, limit)


def alarms(who: Actor, span: Span, *, limit: int) -> list[Thing]:
    """Alarms that were open at the beginning or moved until the end; exercises are none."""
    found = (
        select(
            Alarm.id,
            func.ST_X(Alarm.geom),
            func.ST_Y(Alarm.geom),
            Alarm.kind,
            Alarm.words,
            Alarm.grid_id,
        )
        .where(
            visible(Alarm, who, "alarms.see"),
            Alarm.geom.is_not(None),
            Alarm.live_at.is_not(None),
            Alarm.exercise.is_(False),
            _stood(ALARM_FLOW.kind, Alarm, ALARM_OPEN, span),
        )
        .order_by(Alarm.id.desc())
    )
    return _things(found, limit)


def projects(who: Actor, span: Span, *, limit: int) -> list[Thing]:
    """Projects that lived at the beginning or moved until the end, at their first site."""
    first = select(func.min(Site.id)).where(Site.project_id == Project.id).correlate(Project)
    inside = func.ST_PointOnSurface(Site.geom)
    found = (
        select(
            Project.id,
            func.ST_X(inside),
            func.ST_Y(inside),
            Project.name,
            Project.state,
            Project.grid_id,
        )
        .join(Site, Site.id == first.scalar_subquery())
        .where(
            visible(Project, who, "projects.see"),
            _stood(PROJECT_FLOW.kind, Project, LIVING, span),
        )
        .order_by(Project.id.desc())
    )
    return _things(found, limit)


def steps(kind: str, keys: Sequence[int], span: Span) -> dict[int, list[Step]]:
    """The step each thing stood at when the time began, and those until its end, in their order."""
    told = Event.thing_kind == kind, Event.thing_id.in_(keys), Event.after.is_not(None)
    row = Event.thing_id, Event.at, Event.seq, Event.after
    before = (
        select(func.max(Event.seq))
        .where(*told, Event.at <= span.since)
        .group_by(Event.thing_id)
        .add_columns(Event.thing_id)
        .subquery()
    )
    first = select(*row).join(
        before,
        and_(
            Event.thing_kind == kind,
            Event.thing_id == before.c.thing_id,
            Event.seq == before.c[0],
        ),
    )
    later = select(*row).where(*told, Event.at > span.since, Event.at <= span.until)
    found: defaultdict[int, list[Step]] = defaultdict(list)
    both = first.union_all(later).subquery()
    for key, at, seq, state in db.session.execute(select(both).order_by(both.c[0], both.c.seq)):
        found[key].append(Step(at, seq, state))
    return found


def terms(keys: Sequence[int]) -> dict[int, list[tuple[int, datetime | None]]]:
    """When each case was due after which step of its log, in their order; None: its clock stood still."""
    found = (
        select(CaseTerm.case_id, CaseTerm.seq, CaseTerm.due_at)
        .where(CaseTerm.case_id.in_(keys))
        .order_by(CaseTerm.case_id, CaseTerm.seq)
    )
    rows: defaultdict[int, list[tuple[int, datetime | None]]] = defaultdict(list)
    for key, seq, due_at in db.session.execute(found):
        rows[key].append((seq, due_at))
    return rows


def _stood(kind: str, model: Any, living: Collection[str], span: Span) -> ColumnElement[bool]:
    """SQL: it lived when the time began, or something happened to it within.

    What is over today and was quiet since then was over then, too: so only what lives today, or has
    an event since then, is looked at.
    """
    its = Event.thing_kind == kind, Event.thing_id == model.id, Event.after.is_not(None)
    then = (
        select(Event.after)
        .where(*its, Event.at <= span.since)
        .order_by(Event.seq.desc())
        .limit(1)
        .scalar_subquery()
    )
    moved = exists().where(*its, Event.at > span.since, Event.at <= span.until)
    states = [str(each) for each in living]
    return and_(past.may_have_stood(kind, model, states, span.since), or_(then.in_(states), moved))


def _things(found: Select[Any], limit: int) -> list[Thing]:
    rows = db.session.execute(found.limit(limit + 1)).all()
    lons, lats = to_lonlats([row[1] for row in rows], [row[2] for row in rows], digits=6)
    return [
        Thing(row[0], lon, lat, *row[3:]) for row, lon, lat in zip(rows, lons, lats, strict=True)
    ]
