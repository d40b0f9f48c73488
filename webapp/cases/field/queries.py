"""Questions of work outdoors: what is to be done today, patrols, doors, and what a patrol could see."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select, text
from sqlalchemy.orm import joinedload, selectinload

from webapp.base import clock
from webapp.base.access import Actor, visible
from webapp.base.db import db
from webapp.base.spatial import WGS84
from webapp.cases.field.models import Door, Patrol, PatrolPoint, Pin, Visit
from webapp.cases.field.rules import (
    TROUBLE_DAYS,
    TROUBLE_M,
    TROUBLE_TIMES,
    PatrolState,
    PointKind,
    PointState,
    VisitState,
)
from webapp.cases.models import Case, CaseClass
from webapp.cases.rules import OPEN
from webapp.grids.models import Grid, Place
from webapp.grids.rules import INTERNAL_PLACES, PlaceKind
from webapp.people.models import Enterprise

# A list of the phone is never longer.
MOST = 60
UNDER_WAY = (PatrolState.PLANNED, PatrolState.STARTED)


@dataclass(frozen=True)
class Candidate:
    """A place that a patrol could see: degrees WGS 84."""

    key: str
    kind: PointKind
    name: str
    lon: float
    lat: float


# Patrols


def patrol(patrol_id: int) -> Patrol | None:
    """A patrol with its points."""
    return db.session.scalar(_patrols().where(Patrol.id == patrol_id))


def patrol_by_client_id(client_id: uuid.UUID) -> Patrol | None:
    """The patrol that a form became, if it has arrived before."""
    return db.session.scalar(_patrols().where(Patrol.client_id == client_id))


def point(point_id: int) -> PatrolPoint | None:
    """A point with its patrol."""
    found = select(PatrolPoint).options(
        joinedload(PatrolPoint.patrol), joinedload(PatrolPoint.account)
    )
    return db.session.scalar(found.where(PatrolPoint.id == point_id))


def patrols(who: Actor, *, states: Iterable[str], limit: int = MOST) -> list[Patrol]:
    """Patrols that `who` may see in these states, the newest day first."""
    found = _patrols().where(visible(Patrol, who, "patrols.see"), Patrol.state.in_(list(states)))
    return list(
        db.session.scalars(found.order_by(Patrol.day.desc(), Patrol.id.desc()).limit(limit))
    )


def _patrols() -> Select[Patrol]:
    return select(Patrol).options(
        joinedload(Patrol.grid),
        joinedload(Patrol.walker),
        selectinload(Patrol.points).joinedload(PatrolPoint.account),
    )


def patrols_of_gone_grids() -> list[Patrol]:
    """Patrols still to be walked in grids that are no more."""
    found = _patrols().join(Patrol.grid).where(Grid.retired_at.is_not(None))
    return list(db.session.scalars(found.where(Patrol.state.in_(UNDER_WAY))))


def candidates(grid: Grid) -> list[Candidate]:
    """What a patrol of a grid could see: where trouble came up again, enterprises, named places."""
    found = [_candidate("trouble", PointKind.TROUBLE, row) for row in _troubles(grid.id)]
    rows = db.session.execute(
        _spots(Enterprise.id, Enterprise.name, Enterprise.geom)
        .where(Enterprise.grid_id == grid.id, Enterprise.closed_at.is_(None))
        .order_by(Enterprise.name)
        .limit(MOST)
    )
    found += [_candidate("enterprise", PointKind.ENTERPRISE, row) for row in rows]
    unwanted = (*INTERNAL_PLACES, PlaceKind.ENTERPRISE)
    rows = db.session.execute(
        _spots(Place.id, Place.name, Place.geom)
        .where(Place.grid_id == grid.id, Place.kind.not_in(unwanted))
        .order_by(Place.kind, Place.name)
        .limit(MOST)
    )
    return found + [_candidate("place", PointKind.PLACE, row) for row in rows]


def _spots(key: Any, name: Any, geom: Any) -> Select[Any]:
    spot = func.ST_Transform(geom, WGS84)
    shown = (key, name, func.ST_X(spot).label("lon"), func.ST_Y(spot).label("lat"))
    return select(*shown).where(geom.is_not(None))


def _candidate(prefix: str, kind: PointKind, row: Any) -> Candidate:
    return Candidate(f"{prefix}:{row.id}", kind, row.name, row.lon, row.lat)


# Cases of one class that came up close together; the first of them names the spot.
_TROUBLES = text("""
    SELECT min(id) AS id, max(name) AS name, ST_X(spot) AS lon, ST_Y(spot) AS lat, count(*) AS times
    FROM (
        SELECT c.id, k.name, c.class_code, cluster,
               ST_Transform(ST_Centroid(ST_Collect(c.geom) OVER (PARTITION BY c.class_code, cluster)),
                            4326) AS spot
        FROM (SELECT id, class_code, geom,
                     ST_ClusterDBSCAN(geom, :metres, :times) OVER (PARTITION BY class_code) AS cluster
              FROM case_file
              WHERE grid_id = :grid AND geom IS NOT NULL
                AND received_at > cast(:now AS timestamptz) - make_interval(days => :days)
                AND state NOT IN ('rejected', 'void', 'merged')) c
        JOIN case_class k ON k.code = c.class_code
        WHERE cluster IS NOT NULL
    ) near
    GROUP BY class_code, cluster, spot
    ORDER BY times DESC, id LIMIT 20
""")


def _troubles(grid_id: int) -> list[Any]:
    values = {
        "grid": grid_id,
        "metres": TROUBLE_M,
        "times": TROUBLE_TIMES,
        "days": TROUBLE_DAYS,
        "now": clock.now(),
    }
    return list(db.session.execute(_TROUBLES, values))


def grids_of(keys: Iterable[int]) -> list[Grid]:
    """The living grids of these keys, by name."""
    found = select(Grid).where(Grid.id.in_(list(keys)), Grid.retired_at.is_(None))
    return list(db.session.scalars(found.order_by(Grid.name)))


# Visits


def visit(visit_id: int) -> Visit | None:
    """A visit with its door."""
    return db.session.scalar(_visits().where(Visit.id == visit_id))


def due_at_door(door_id: int, purpose: str) -> Visit | None:
    """The visit that is due at a door for a purpose."""
    return db.session.scalar(
        _visits().where(
            Visit.door_id == door_id, Visit.purpose == purpose, Visit.state == VisitState.DUE
        )
    )


def door(label: str, grid_id: int, *, without: int) -> Door | None:
    """The door with this label in a grid, other than one."""
    found = select(Door).where(Door.label == label, Door.grid_id == grid_id, Door.id != without)
    return db.session.scalar(found.order_by(Door.id).limit(1))


def visits_due(who: Actor, *, until: date | None = None, limit: int = MOST) -> list[Visit]:
    """Visits that `who` may make, the longest due first; `until` leaves out what is due later."""
    found = _visits().where(visible(Door, who, "visits.see"), Visit.state == VisitState.DUE)
    if until is not None:
        found = found.where(Visit.due_on <= until)
    return list(db.session.scalars(found.order_by(Visit.due_on, Visit.id).limit(limit)))


def visits_ended(who: Actor, *, limit: int = 20) -> list[Visit]:
    """The last visits that ended, newest first."""
    found = _visits().where(visible(Door, who, "visits.see"), Visit.state != VisitState.DUE)
    return list(
        db.session.scalars(found.order_by(Visit.ended_at.desc(), Visit.id.desc()).limit(limit))
    )


def visits_before(door_id: int, visit_id: int, *, limit: int = 10) -> list[Visit]:
    """The earlier visits at a door, newest first."""
    found = _visits().where(Visit.door_id == door_id, Visit.id != visit_id)
    return list(db.session.scalars(found.order_by(Visit.id.desc()).limit(limit)))


def _visits() -> Select[Visit]:
    return (
        select(Visit)
        .join(Visit.door)
        .options(
            joinedload(Visit.door).joinedload(Door.grid),
            joinedload(Visit.account),
        )
    )


# Today


def pin(account_id: int | None, case_id: int) -> Pin | None:
    """The pin that somebody has put on a case."""
    found = select(Pin).where(Pin.account_id == account_id, Pin.case_id == case_id)
    return db.session.scalar(found)


def pinned(who: Actor) -> list[Any]:
    """Open cases that `who` has pinned and may see: rows as `spot_of` reads them."""
    found = (
        select(
            Case.id,
            Case.due_at,
            Case.grade,
            Case.where_words,
            CaseClass.name.label("class_name"),
            CaseClass.name_en.label("class_name_en"),
            Grid.name.label("grid_name"),
            func.ST_X(Case.geom).label("x"),
            func.ST_Y(Case.geom).label("y"),
        )
        .join(Pin, Pin.case_id == Case.id)
        .join(Case.case_class)
        .outerjoin(Case.grid)
        .where(Pin.account_id == who.id, Case.state.in_(OPEN), visible(Case, who, "cases.see"))
    )
    return list(db.session.execute(found.order_by(Pin.created_at).limit(MOST)))


def points_to_see(who: Actor, day: date) -> list[Any]:
    """Points not yet seen of patrols under way, and of those planned for today or before."""
    today: ColumnElement[bool] = or_(
        Patrol.state == PatrolState.STARTED,
        (Patrol.state == PatrolState.PLANNED) & (Patrol.day == day),
    )
    found = (
        select(
            PatrolPoint.id,
            PatrolPoint.name,
            PatrolPoint.patrol_id,
            Patrol.title,
            func.ST_X(PatrolPoint.geom).label("x"),
            func.ST_Y(PatrolPoint.geom).label("y"),
        )
        .join(PatrolPoint.patrol)
        .where(today, PatrolPoint.state == PointState.WAITING)
        .where(visible(Patrol, who, "patrols.walk"))
    )
    return list(db.session.execute(found.order_by(Patrol.id, PatrolPoint.place).limit(MOST)))


def visits_to_make(who: Actor, day: date) -> list[Any]:
    """Visits due by a day: rows with the label of the door and where it is."""
    found = (
        select(
            Visit.id,
            Visit.purpose,
            Visit.due_on,
            Door.label,
            func.ST_X(Door.geom).label("x"),
            func.ST_Y(Door.geom).label("y"),
        )
        .join(Visit.door)
        .where(Visit.state == VisitState.DUE, Visit.due_on <= day)
        .where(visible(Door, who, "visits.make"))
    )
    return list(db.session.execute(found.order_by(Visit.due_on, Visit.id).limit(MOST)))
