"""Demo data of work outdoors: patrols and visits to doors in the grid of the worker at home."""

from __future__ import annotations

import uuid
from datetime import timedelta
from random import Random

from shapely import Point
from shapely.geometry.base import BaseGeometry

from webapp.base import clock
from webapp.base.spatial import to_lonlat
from webapp.cases import timing
from webapp.cases.field import actions, queries
from webapp.cases.field.actions import Sight
from webapp.cases.field.models import Patrol
from webapp.cases.field.rules import PointKind, Purpose
from webapp.grids.models import Grid
from webapp.people.actors import Person
from webapp.people.outdoors import Stood

NAMES = uuid.UUID("7c1d7c58-6c1e-4a5e-9c39-0b1f5f0b8a11")
SEED = 970098

FREE = ("【示例】小区东门消防通道", "【示例】河边步道", "【示例】地下车库入口", "【示例】快递柜旁")

# Door, purpose, days from today, every so many days.
DOORS = (
    ("【示例】3号楼2单元501", Purpose.CARE, 0, 7),
    ("【示例】7号楼1单元102", Purpose.REPLY, 0, None),
    ("【示例】12号楼1单元301", Purpose.SAFETY, -2, 30),
    ("【示例】沿街商铺18号", Purpose.SAFETY, 1, 30),
)


def tell(grid: Grid, border: BaseGeometry, worker: Person) -> int:
    """A patrol of yesterday was walked, one of today is planned, visits are due; answers how many are new."""
    random = Random(SEED)  # noqa: S311  # the same everywhere is the point
    today = clock.now().astimezone(timing.office().zone).date()
    places = [Sight(each.kind, each.name, each.lon, each.lat) for each in queries.candidates(grid)]
    free = [Sight(PointKind.FREE, name, *_inside(border, random)) for name in FREE]
    new = 0
    for days, title in ((1, "【示例】晚间消防通道巡查"), (0, "【示例】今日网格巡查")):
        mark = uuid.uuid5(NAMES, title)
        if queries.patrol_by_client_id(mark) is not None:
            continue
        begun = clock.now() - timedelta(days=days, hours=1)
        with clock.at(begun):
            patrol = actions.plan_patrol(
                grid,
                title=title,
                day=today - timedelta(days=days),
                sights=[*places[:3], *free],
                by=worker,
                client_id=mark,
            )
            if days:
                _walk(patrol, worker)
        new += 1
    for label, purpose, days, every in DOORS:
        lon, lat = _inside(border, random)
        if queries.door(label, grid.id, without=0) is not None:
            continue
        actions.due_visit(
            label=label,
            lon=lon,
            lat=lat,
            purpose=purpose,
            due_on=today + timedelta(days=days),
            every_days=every,
            by=worker,
        )
        new += 1
    return new


def _walk(patrol: Patrol, worker: Person) -> None:
    for point in patrol.points[:-1]:
        lon, lat = point.lonlat or (0.0, 0.0)
        actions.visit_point(point, by=worker, stood=Stood(lon, lat, 9.0))
    actions.skip_point(patrol.points[-1], by=worker, note="【示例】施工围挡，无法通行")
    actions.finish(patrol, by=worker)


def _inside(border: BaseGeometry, random: Random) -> tuple[float, float]:
    west, south, east, north = border.bounds
    while True:
        spot = Point(random.uniform(west, east), random.uniform(south, north))
        if border.contains(spot):
            return to_lonlat(spot.x, spot.y)
