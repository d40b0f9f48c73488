"""Every change of work outdoors: patrols and their points, visits to doors, pins, settled conflicts."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert

from webapp.base import clock
from webapp.base.access import HOUSE, Actor, may
from webapp.base.datum import Datum
from webapp.base.db import db, lock
from webapp.base.flow import NotAllowed, Refusal, Unacceptable
from webapp.base.spatial import point as stored_point, to_metric
from webapp.cases import timing
from webapp.cases.field import queries
from webapp.cases.field.models import Door, Patrol, PatrolPoint, Pin, Visit
from webapp.cases.field.ordering import short_way
from webapp.cases.field.rules import (
    PATROL_FLOW,
    POINT_FLOW,
    TRIES,
    TRY_APART,
    VISIT_FLOW,
    PatrolState,
    PointKind,
    PointState,
    Purpose,
    VisitState,
)
from webapp.cases.models import Case
from webapp.grids.models import Grid
from webapp.people.outdoors import Stood, away_m, moment, nearness, said

MOST_POINTS = 40


@dataclass(frozen=True)
class Sight:
    """A point to be seen, degrees WGS 84."""

    kind: PointKind
    name: str
    lon: float
    lat: float


def plan_patrol(
    grid: Grid,
    *,
    title: str,
    day: date,
    sights: Sequence[Sight],
    by: Actor,
    client_id: uuid.UUID | None = None,
) -> Patrol:
    """A patrol stands in the plan, its points on a short way; the same form sent twice plans one."""
    known = queries.patrol_by_client_id(client_id) if client_id else None
    if known is not None:
        return known
    if not sights:
        words = _l("Choose at least one point.")
        raise Unacceptable(words, fields={"points": words})
    if len(sights) > MOST_POINTS:
        words = _l("A patrol has at most %(most)s points.", most=MOST_POINTS)
        raise Unacceptable(words, fields={"points": words})
    patrol = Patrol(
        grid_id=grid.id,
        title=title,
        day=day,
        state=PatrolState.PLANNED,
        version=1,
        client_id=client_id,
        planned_by_id=by.id,
    )
    if not may(by, "patrols.plan", patrol):
        raise NotAllowed(_l("You do not hold the post that may do this here."))
    order = short_way([to_metric(each.lon, each.lat) for each in sights], start=None)
    patrol.points = [_point(place, sights[index]) for place, index in enumerate(order, start=1)]
    db.session.add(patrol)
    db.session.flush()
    PATROL_FLOW.begin(patrol, "plan", by=by, data={"points": len(sights)})
    for point in patrol.points:
        POINT_FLOW.begin(point, "plan", by=by)
    return patrol


def _point(place: int, sight: Sight) -> PatrolPoint:
    return PatrolPoint(
        place=place,
        kind=sight.kind,
        name=sight.name,
        geom=stored_point(sight.lon, sight.lat),
        state=PointState.WAITING,
        version=1,
    )


def start(patrol: Patrol, *, by: Actor, **moved: Any) -> None:
    """The patrol is under way, from the moment at which it was begun on the phone."""
    PATROL_FLOW.move(patrol, "start", by=by, **moved)
    patrol.started_at, patrol.walker_id = moment(moved), by.id


def finish(patrol: Patrol, *, by: Actor, note: str | None = None, **moved: Any) -> None:
    """The patrol is finished; points that were not seen stay so, and that is no fault."""
    patrol.finished_at, patrol.note = moment(moved), note
    PATROL_FLOW.move(patrol, "finish", by=by, data=said(note), **moved)


def call_off(patrol: Patrol, *, by: Actor, note: str | None = None, **moved: Any) -> None:
    """The patrol is not walked."""
    PATROL_FLOW.move(patrol, "call_off", by=by, data=said(note), **moved)


def visit_point(
    point: PatrolPoint,
    *,
    by: Actor,
    stood: Stood | None = None,
    note: str | None = None,
    **moved: Any,
) -> None:
    """The point was seen at its true time, near it or with a reason; the first one starts the patrol.

    What was seen counts whatever became of the patrol meanwhile.
    """
    near, seen = nearness(point, stood, note)
    point.visited_at = moment(moved)
    POINT_FLOW.move(point, "visit", by=by, evidence=near, data=said(note, **seen), **moved)
    _keep(point, by, stood, note)
    if point.patrol.state == PatrolState.PLANNED:
        start(point.patrol, by=by, client_at=moved.get("client_at"))


def skip_point(point: PatrolPoint, *, by: Actor, note: str | None, **moved: Any) -> None:
    """The point is left out this time, with the reason."""
    POINT_FLOW.move(point, "skip", by=by, evidence={"note": note}, data=said(note), **moved)
    _keep(point, by, None, note)


def due_visit(
    *,
    label: str,
    lon: float,
    lat: float,
    datum: Datum = Datum.WGS84,
    purpose: Purpose,
    due_on: date,
    every_days: int | None = None,
    by: Actor,
) -> Visit:
    """A visit is due at a door; a door of this label in the grid is known already, or is known now."""
    door = Door(label=label, every_days=every_days, created_by_id=by.id)
    door.place_at(lon, lat, datum=datum)
    db.session.add(door)
    db.session.flush()
    db.session.refresh(door)
    if door.grid_id is None:
        words = _l("This point lies in no grid.")
        raise Unacceptable(words, fields={"lon": words})
    if not may(by, "visits.plan", door):
        raise NotAllowed(_l("You do not hold the post that may do this here."))
    known = queries.door(label, door.grid_id, without=door.id)
    if known is not None:
        db.session.delete(door)
        known.every_days, door = every_days, known
    return _due(door, purpose, due_on, by)


def _due(door: Door, purpose: str, due_on: date, by: Actor) -> Visit:
    waiting = queries.due_at_door(door.id, purpose)
    if waiting is not None:
        return waiting
    visit = Visit(door_id=door.id, purpose=purpose, due_on=due_on, state=VisitState.DUE, version=1)
    db.session.add(visit)
    db.session.flush()
    VISIT_FLOW.begin(visit, "plan", by=by)
    return visit


def make_visit(
    visit: Visit,
    *,
    by: Actor,
    stood: Stood | None = None,
    note: str | None = None,
    **moved: Any,
) -> None:
    """The visit was made; where a door is visited again and again, the next one is due."""
    near, seen = nearness(visit.door, stood, note)
    visit.ended_at = moment(moved)
    VISIT_FLOW.move(visit, "done", by=by, evidence=near, data=said(note, **seen), **moved)
    _keep(visit, by, stood, note)
    _plan_next(visit)


def knock(
    visit: Visit,
    *,
    by: Actor,
    stood: Stood | None = None,
    note: str | None = None,
    **moved: Any,
) -> None:
    """Nobody opened: one try more, and with the third the visit has ended so."""
    lock(visit)
    at = moment(moved)
    last = visit.tries + 1 >= TRIES
    if visit.state == VisitState.DUE and visit.last_try_at and at - visit.last_try_at < TRY_APART:
        raise Refusal(_l("The last try was less than two hours before. Try at another hour."))
    near, seen = nearness(visit.door, stood, note)
    name = "not_home" if last else "knock"
    data = said(note, tries=visit.tries + 1, **seen)
    if last:
        visit.ended_at = at
    VISIT_FLOW.move(visit, name, by=by, evidence=near, data=data, **moved)
    visit.tries, visit.last_try_at = visit.tries + 1, at
    _keep(visit, by, stood, note)
    if last:
        _plan_next(visit)


def refuse_visit(visit: Visit, *, by: Actor, note: str | None = None, **moved: Any) -> None:
    """Whoever lives there does not wish a visit; that ends it."""
    visit.ended_at = moment(moved)
    VISIT_FLOW.move(visit, "refuse", by=by, data=said(note), **moved)
    _keep(visit, by, None, note)


def pin(case: Case, *, by: Actor) -> None:
    """The case stands on the shortlist of the one who pinned it."""
    statement = insert(Pin).values(account_id=by.id, case_id=case.id)
    db.session.execute(statement.on_conflict_do_nothing())


def unpin(case: Case, *, by: Actor) -> None:
    """The case stands there no more."""
    db.session.execute(delete(Pin).where(Pin.account_id == by.id, Pin.case_id == case.id))


def _keep(
    thing: PatrolPoint | Visit,
    by: Actor,
    stood: Stood | None,
    note: str | None,
) -> None:
    place = thing.door if isinstance(thing, Visit) else thing
    thing.account_id, thing.received_at, thing.note = by.id, clock.now(), note
    if stood is not None:
        thing.away_m = away_m(place, stood.lon, stood.lat, stood.datum)
        thing.accuracy_m = stood.accuracy_m


def _plan_next(visit: Visit) -> None:
    """The next visit at a door that is visited again and again; planned by the house itself."""
    db.session.flush()
    if visit.door.every_days and visit.ended_at:
        day = visit.ended_at.astimezone(timing.office().zone).date()
        _due(visit.door, visit.purpose, day + timedelta(days=visit.door.every_days), HOUSE)
