"""Questions about danger zones: which there are, and what and who is inside an area."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from geoalchemy2 import WKBElement
from shapely.geometry.base import BaseGeometry
from sqlalchemy import ColumnElement, Float, Select, case, func, select
from sqlalchemy.orm import joinedload, selectinload

from webapp.base import clock
from webapp.base.access import Actor, may, visible
from webapp.base.db import db
from webapp.base.spatial import shape_of, stored
from webapp.base.web import Page
from webapp.cases.models import Case
from webapp.cases.rota.models import WorkerPosition
from webapp.cases.rota.rules import FRESH
from webapp.cases.rules import OPEN, Grade
from webapp.grids.models import Grid, GridVersion
from webapp.monitoring.alarms.models import Alarm
from webapp.monitoring.cameras.models import Camera
from webapp.monitoring.cameras.rules import CameraStatus
from webapp.monitoring.danger.models import DangerShape, DangerZone
from webapp.monitoring.danger.rules import LIVING, ZoneState
from webapp.people.models import Account, Enterprise
from webapp.points.models import ServicePoint

PAGE = 30
# So many of each kind are named; the counts say how many there are.
NAMED = 60


def one(zone_id: int) -> DangerZone | None:
    """A zone with its shapes, its alarm and who drew it."""
    return db.session.scalar(_whole().where(DangerZone.id == zone_id))


def of_alarm(alarm_id: int) -> DangerZone | None:
    """The zone of an alarm: the one that is not over, else the newest."""
    living = DangerZone.state.in_(LIVING)
    found = _whole().where(DangerZone.alarm_id == alarm_id)
    return db.session.scalar(found.order_by(living.desc(), DangerZone.id.desc()).limit(1))


def of_case(case_id: int) -> DangerZone | None:
    """The zone that is not over of the alarms because of which a case was opened."""
    found = (
        _whole()
        .join(DangerZone.alarm)
        .join(Alarm.incident)
        .where(DangerZone.state.in_(LIVING), Alarm.incident.has(case_id=case_id))
    )
    return db.session.scalar(found.order_by(DangerZone.id.desc()).limit(1))


def narrowed(*, ended: bool) -> Select[Any]:
    """SQL: zones that are not over, or those that are, the newest first."""
    living = DangerZone.state.in_(LIVING)
    found = _whole().where(~living if ended else living)
    return found.order_by(DangerZone.id.desc())


def listed(*, before: int | None = None, limit: int = PAGE, **narrowing: Any) -> Page[DangerZone]:
    """The zones that are not over, or those that are, the newest first."""
    found = narrowed(**narrowing)
    if before is not None:
        found = found.where(DangerZone.id < before)
    rows = list(db.session.scalars(found.limit(limit + 1)))
    return Page(rows[:limit], rows[limit - 1].id if len(rows) > limit else None)


def in_force() -> list[DangerZone]:
    """The zones in force with their shapes, the first one first."""
    found = select(DangerZone).options(joinedload(DangerZone.shape))
    here = found.where(DangerZone.state == ZoneState.IN_FORCE).order_by(DangerZone.id)
    return list(db.session.scalars(here))


def history(zone_id: int) -> list[DangerShape]:
    """Every shape a zone had, the newest first."""
    found = (
        select(DangerShape)
        .options(joinedload(DangerShape.made_by))
        .where(DangerShape.zone_id == zone_id)
    )
    return list(db.session.scalars(found.order_by(DangerShape.number.desc())))


def alarm(alarm_id: int) -> Alarm | None:
    """An alarm with its grid."""
    found = select(Alarm).options(joinedload(Alarm.grid)).where(Alarm.id == alarm_id)
    return db.session.scalar(found)


def grid_areas(keys: Sequence[int]) -> list[BaseGeometry]:
    """The areas in force of these grids, metres."""
    found = select(GridVersion.geom).where(
        GridVersion.grid_id.in_(keys), func.upper_inf(GridVersion.valid)
    )
    return [shape_of(each) for each in db.session.scalars(found)]


@dataclass(frozen=True)
class Found:
    """Some of the things of one kind that are inside, and how many there are of them."""

    rows: Sequence[Any]
    count: int


@dataclass(frozen=True)
class Inside:
    """What is inside an area, of what the reader may see; None: the reader may not see that kind."""

    grids: Sequence[Any]
    enterprises: Found
    points: Found
    cameras: Found
    cases: Found
    workers: Found | None


def inside(area: BaseGeometry, who: Actor) -> Inside:
    """What is inside an area (metres), one statement for each kind."""
    laid = stored(area)
    return Inside(
        grids=_grids(laid),
        enterprises=_enterprises(laid),
        points=_points(laid),
        cameras=_cameras(laid, who),
        cases=_cases(laid, who),
        workers=_workers(laid) if may(who, "danger.workers") else None,
    )


def _grids(laid: WKBElement) -> Sequence[Any]:
    """The grids in the area: how much of each lies inside, and which share of the grid that is."""
    part = func.ST_Area(func.ST_Intersection(GridVersion.geom, laid), type_=Float)
    whole = func.ST_Area(GridVersion.geom, type_=Float)
    found = (
        select(
            Grid.id,
            Grid.display_code.label("code"),
            Grid.name,
            Grid.kind,
            Grid.households,
            Grid.residents,
            part.label("area_m2"),
            (part / whole).label("share"),
        )
        .join(GridVersion, GridVersion.grid_id == Grid.id)
        .where(
            func.upper_inf(GridVersion.valid),
            func.ST_Intersects(GridVersion.geom, laid),
            # A grid that only shares an edge is not inside.
            part >= 1,
        )
        .order_by((part / whole).desc(), Grid.id)
    )
    return db.session.execute(found).all()


def _enterprises(laid: WKBElement) -> Found:
    return _found(
        select(Enterprise.id, Enterprise.name, Enterprise.premises, Enterprise.industry)
        .where(Enterprise.closed_at.is_(None), func.ST_Covers(laid, Enterprise.geom))
        .order_by(Enterprise.name, Enterprise.id)
    )


def _points(laid: WKBElement) -> Found:
    return _found(
        select(ServicePoint.id, ServicePoint.name, ServicePoint.name_en, ServicePoint.template)
        .where(ServicePoint.closed_at.is_(None), func.ST_Covers(laid, ServicePoint.geom))
        .order_by(ServicePoint.name, ServicePoint.id)
    )


def _cameras(laid: WKBElement, who: Actor) -> Found:
    sees: ColumnElement[bool] = func.ST_Intersects(Camera.sector, laid)
    online = case({CameraStatus.ONLINE: 0, CameraStatus.UNKNOWN: 1}, value=Camera.status, else_=2)
    return _found(
        select(
            Camera.id,
            Camera.name,
            Camera.status,
            func.ST_Covers(laid, Camera.geom).label("stands_inside"),
        )
        .where(visible(Camera, who, "cameras.see"), Camera.closed_at.is_(None), sees)
        .order_by(online, Camera.name, Camera.id)
    )


def _cases(laid: WKBElement, who: Actor) -> Found:
    haste = case({Grade.EMERGENCY: 0, Grade.URGENT: 1}, value=Case.grade, else_=2)
    return _found(
        select(Case.id, Case.number, Case.state, Case.grade, Case.where_words)
        .where(
            visible(Case, who, "cases.see"),
            Case.state.in_(OPEN),
            func.ST_Covers(laid, Case.geom),
        )
        .order_by(haste, Case.id)
    )


def _workers(laid: WKBElement) -> Found:
    """Whoever said a moment ago that they are inside."""
    return _found(
        select(Account.id, Account.name, WorkerPosition.at, WorkerPosition.accuracy_m)
        .join(WorkerPosition, WorkerPosition.account_id == Account.id)
        .where(WorkerPosition.at > clock.now() - FRESH, func.ST_Covers(laid, WorkerPosition.geom))
        .order_by(Account.name, Account.id)
    )


def _found(asked: Any) -> Found:
    rows = db.session.execute(
        asked.add_columns(func.count().over().label("all_of_them")).limit(NAMED)
    )
    named = rows.all()
    return Found(named, named[0].all_of_them if named else 0)


def _whole() -> Select[DangerZone]:
    return select(DangerZone).options(
        selectinload(DangerZone.shape),
        joinedload(DangerZone.alarm).joinedload(Alarm.grid),
        joinedload(DangerZone.drawn_by),
    )
