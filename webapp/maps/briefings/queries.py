"""Questions of briefings: late cases, where cases came up from day to day, patrols, sites, blind ground."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise
from typing import Any

from sqlalchemy import Row, case, func, select, text
from sqlalchemy.orm import joinedload

from webapp.base import clock
from webapp.base.access import Actor, visible
from webapp.base.db import db
from webapp.base.spatial import as_geojson, to_lonlats
from webapp.cases.field.models import Patrol, PatrolPoint
from webapp.cases.field.rules import PatrolState, PointState
from webapp.cases.models import Case
from webapp.cases.rules import OPEN
from webapp.maps.queries import late
from webapp.monitoring.cameras.rules import BLIND_FROM_M2
from webapp.projects.models import Project, Site
from webapp.relocation.models import RelocationHousehold

# A briefing shows at most so many points of a kind, and says when there are more.
MOST = 2000


@dataclass(frozen=True)
class Square:
    """A square of the ground (corners in degrees WGS 84) and how many cases came up in it each day."""

    corners: list[list[float]]
    days: list[int]


def late_cases(who: Actor, *, limit: int) -> list[Case]:
    """The open cases that `who` may see and that are past their time, the latest first."""
    found = (
        select(Case)
        .options(joinedload(Case.grid), joinedload(Case.case_class))
        .where(visible(Case, who, "cases.see"), Case.state.in_(list(OPEN)), late())
        .order_by(Case.due_at, Case.id)
        .limit(limit)
    )
    return list(db.session.scalars(found))


def reported_by_square(who: Actor, *, first: date, days: int, side_m: int) -> list[Square]:
    """Cases that `who` may see, by squares of the ground and by the day on which the house heard of them."""
    calendar = clock.Calendar()
    begin = datetime.combine(first, datetime.min.time(), calendar.zone)
    east, north = (func.floor(axis(Case.geom) / side_m) for axis in (func.ST_X, func.ST_Y))
    day = func.date(func.timezone(calendar.zone.key, Case.received_at)) - first
    found = (
        select(east.label("east"), north.label("north"), day.label("day"), func.count().label("n"))
        .where(visible(Case, who, "cases.see"), Case.received_at >= begin, Case.geom.is_not(None))
        .group_by("east", "north", "day")
        .order_by("east", "north")
    )
    squares: dict[tuple[float, float], list[int]] = {}
    for row in db.session.execute(found):
        counted = squares.setdefault((row.east, row.north), [0] * days)
        if 0 <= row.day < days:
            counted[row.day] = row.n
    around = ((0, 0), (1, 0), (1, 1), (0, 1), (0, 0))
    xs = [(east + dx) * side_m for east, _north in squares for dx, _dy in around]
    ys = [(north + dy) * side_m for _east, north in squares for _dx, dy in around]
    lons, lats = to_lonlats(xs, ys, digits=5)
    corners = [[lon, lat] for lon, lat in zip(lons, lats, strict=True)]
    return [
        Square(corners[place * 5 : place * 5 + 5], counted)
        for place, counted in enumerate(squares.values())
    ]


def reported_by_grid(who: Actor, *, since: Sequence[datetime]) -> list[Row[Any]]:
    """`grid_id` and, for each two moments that follow each other, how many cases were heard of between."""
    spans = [
        func.count()
        .filter(Case.received_at >= begin, Case.received_at < end)
        .label(f"span_{place}")
        for place, (begin, end) in enumerate(pairwise(since))
    ]
    found = (
        select(Case.grid_id, *spans)
        .where(
            visible(Case, who, "cases.see"),
            Case.received_at >= since[0],
            Case.received_at < since[-1],
            Case.grid_id.is_not(None),
        )
        .group_by(Case.grid_id)
    )
    return list(db.session.execute(found))


def patrols_by_grid(who: Actor, *, since: date) -> list[Row[Any]]:
    """`grid_id`, patrols planned since a day, those finished, their points, those seen, the last seen at."""
    seen = PatrolPoint.state == PointState.VISITED
    found = (
        select(
            Patrol.grid_id,
            func.count(Patrol.id.distinct()).label("patrols"),
            func.count(case((Patrol.state == PatrolState.FINISHED, Patrol.id)).distinct()).label(
                "finished"
            ),
            func.count(PatrolPoint.id).label("points"),
            func.count(PatrolPoint.id).filter(seen).label("seen"),
            func.max(PatrolPoint.visited_at).label("last_at"),
        )
        .outerjoin(PatrolPoint, PatrolPoint.patrol_id == Patrol.id)
        .where(
            visible(Patrol, who, "patrols.see"),
            Patrol.day >= since,
            Patrol.state != PatrolState.CANCELLED,
        )
        .group_by(Patrol.grid_id)
    )
    return list(db.session.execute(found))


def patrol_points(who: Actor, *, since: date) -> list[list[Any]]:
    """Points of patrols since a day: [lon, lat, name, state, seen at], the newest first; at most `MOST` + 1."""
    found = (
        select(
            func.ST_X(PatrolPoint.geom),
            func.ST_Y(PatrolPoint.geom),
            PatrolPoint.name,
            PatrolPoint.state,
            PatrolPoint.visited_at,
        )
        .join(PatrolPoint.patrol)
        .where(
            visible(Patrol, who, "patrols.see"),
            Patrol.day >= since,
            Patrol.state != PatrolState.CANCELLED,
        )
        .order_by(Patrol.day.desc(), PatrolPoint.id.desc())
        .limit(MOST + 1)
    )
    rows = db.session.execute(found).all()
    lons, lats = to_lonlats([row[0] for row in rows], [row[1] for row in rows], digits=6)
    return [[lon, lat, *row[2:]] for row, lon, lat in zip(rows, lons, lats, strict=True)]


def sites(who: Actor) -> list[Row[Any]]:
    """`project_id` and `geometry` (GeoJSON) of each piece of ground of projects that `who` may see."""
    found = (
        select(Site.project_id, as_geojson(Site.geom).label("geometry"))
        .join(Project, Project.id == Site.project_id)
        .where(visible(Project, who, "projects.see"))
        .order_by(Site.id)
    )
    return list(db.session.execute(found))


def parcels(who: Actor) -> list[Row[Any]]:
    """`project_id`, `state` and `geometry` (GeoJSON) of each household's parcel in projects one may see."""
    found = (
        select(
            RelocationHousehold.project_id,
            RelocationHousehold.state,
            as_geojson(RelocationHousehold.parcel).label("geometry"),
        )
        .join(Project, Project.id == RelocationHousehold.project_id)
        .where(visible(Project, who, "projects.see"))
        .order_by(RelocationHousehold.id)
    )
    return list(db.session.execute(found))


# What no camera of any grid sees, grid by grid, as lines of few corners.
_UNSEEN = text(f"""
    SELECT v.grid_id, ST_AsGeoJSON(ST_Transform(ST_Multi(ST_Collect(d.geom)), 4326), 5)::json AS geometry
    FROM grid_version v
    CROSS JOIN LATERAL (
        SELECT ST_Union(c.visible) AS geom FROM camera c
        WHERE c.closed_at IS NULL AND ST_Intersects(c.visible, v.geom)
    ) s
    CROSS JOIN LATERAL ST_Dump(ST_SimplifyPreserveTopology(
        CASE WHEN s.geom IS NULL THEN v.geom ELSE ST_Difference(v.geom, s.geom) END, 4)) d
    WHERE v.set_id = :set AND ST_Area(d.geom) >= {BLIND_FROM_M2}
    GROUP BY v.grid_id, v.code
    ORDER BY v.code
""")


def unseen(set_id: int) -> list[Row[Any]]:
    """`grid_id` and `geometry` (GeoJSON) of the ground that no camera sees."""
    return list(db.session.execute(_UNSEEN, {"set": set_id}))
