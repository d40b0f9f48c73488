"""Who goes where out of a zone: the ways of its grids and homes, and where help comes in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

from webapp.base.access import Actor
from webapp.base.spatial import shape_of, to_metric
from webapp.monitoring.danger import drawing, shown
from webapp.monitoring.danger.drawing import Spot
from webapp.monitoring.danger.models import DangerShape
from webapp.monitoring.danger.muster import queries, ways
from webapp.monitoring.danger.muster.models import MusterPoint
from webapp.monitoring.danger.muster.queries import Start
from webapp.monitoring.danger.muster.ways import Way
from webapp.monitoring.danger.said import Said
from webapp.residents import queries as residents
from webapp.travel import loaded


@dataclass
class Gathered:
    """A muster point, and who is to come there."""

    point: MusterPoint
    homes: int = 0
    people: int = 0
    farthest_m: float = 0.0


@dataclass
class Plan:
    """For each grid of a zone the way out; for each muster point who comes; the homes without room."""

    ways: list[tuple[Start, Way | None]]
    points: list[MusterPoint]
    gathered: list[Gathered]
    homeless: int = 0
    features: list[dict[str, Any]] = field(default_factory=list)


def leave(shape: DangerShape, who: Actor) -> Plan:
    """The ways out of a zone. Of homes only their number is said, so whoever sees the zone may read it."""
    area = shape_of(shape.area)
    known = queries.outside(area)
    points, spots = [each for each, _at in known], [at for _each, at in known]
    room = [each.capacity for each in points]
    starts = queries.starts(area)
    network = loaded.roads()
    of_grids = ways.out(
        network, area, [each.at for each in starts], [0] * len(starts), spots, room, lines=True
    )
    plan = Plan(list(zip(starts, of_grids, strict=True)), points, [])
    houses = _houses(area, who)
    leaving = ways.out(
        network,
        area,
        [each.at for each in houses],
        [each.people for each in houses],
        spots,
        room,
        lines=False,
    )
    gathered = {each: Gathered(points[each]) for each in range(len(points))}
    for house, way in zip(houses, leaving, strict=True):
        if way is None:
            plan.homeless += house.homes
            continue
        there = gathered[way.to]
        there.homes += house.homes
        there.people += house.people
        there.farthest_m = max(there.farthest_m, way.metres)
    reached = {way.to for _start, way in plan.ways if way is not None}
    plan.gathered = [each for key, each in gathered.items() if key in reached or each.homes]
    for _start, way in plan.ways:
        if way is not None and way.line is not None:
            plan.features.append(shown.feature(way.line, what="way", name="out"))
    for each in plan.gathered:
        at = shapely.Point(spots[points.index(each.point)])
        plan.features.append(shown.feature(at, what="muster"))
    return plan


def edge(shape: DangerShape) -> Spot:
    """Where whoever helps stands: outside the zone, on the side from which the wind comes."""
    said = Said.of(shape.inputs)
    return drawing.upwind(shape_of(shape.area), said.spot, said.wind)


def approach(shape: DangerShape, start: Spot) -> tuple[Way, list[dict[str, Any]], bool]:
    """The way to the upwind edge round the zone, what the map draws of it, and whether one starts inside."""
    area, end = shape_of(shape.area), edge(shape)
    way = ways.round_it(loaded.roads(), area, start, end)
    features = [shown.feature(shapely.Point(end), what="edge")]
    if way.line is not None:
        features.insert(0, shown.feature(way.line, what="way", name="in"))
    return way, features, bool(area.covers(shapely.Point(start)))


@dataclass(frozen=True)
class _House:
    at: Spot
    homes: int
    people: int


def _houses(area: BaseGeometry, who: Actor) -> Sequence[_House]:
    counted: dict[tuple[float, float], tuple[int, int]] = {}
    for home in residents.homes_inside(shown.in_degrees(area), who, "danger.see"):
        homes, people = counted.get((home.lon, home.lat), (0, 0))
        counted[home.lon, home.lat] = homes + 1, people + home.residents
    return [
        _House(to_metric(*at), homes, people) for at, (homes, people) in sorted(counted.items())
    ]
