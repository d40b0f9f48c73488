"""The point that serves somebody soonest: travel, then what is open, then who waits there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from webapp.base import clock
from webapp.base.datum import Datum
from webapp.base.spatial import lonlat_of, named_place
from webapp.grids import locate
from webapp.points import queries
from webapp.points.hours import Hours, Opening
from webapp.points.models import ServicePoint
from webapp.points.rules import Template
from webapp.points.waiting import Queue, Unknown, Wait, wait
from webapp.travel import loaded
from webapp.travel.network import Times
from webapp.travel.rules import Basis, Mode


@dataclass(frozen=True)
class Ranked:
    """A point as somebody at a place gets served there.

    `travel_s`, `metres`, `basis`: the way; `opening` the one in which they are served (None: none
    within two weeks), `open_now`; `queue` and `wait` as expected at arrival (None: unknown, and
    `why`); `total_s`: from now until their turn.
    """

    point: ServicePoint
    lonlat: tuple[float, float]
    travel_s: float
    metres: float
    basis: Basis
    open_now: bool
    opening: Opening | None
    queue: Queue
    wait: Wait | None
    why: Unknown | None
    total_s: float | None
    assigned: bool


@dataclass(frozen=True)
class Found:
    """The answer: points in the order in which they serve somebody, and the one they belong to.

    `choices` are the workstations one may choose between at a border, beside the assigned one.
    """

    points: list[Ranked]
    grid_name: str | None
    assigned: Ranked | None
    choices: list[Ranked]

    @property
    def gain_s(self) -> float:
        """So many seconds sooner the first of the list serves than the assigned one."""
        first = self.points[0] if self.points else None
        if first is None or self.assigned is None or first.total_s is None:
            return 0.0
        return (
            max(0.0, (self.assigned.total_s or 0.0) - first.total_s)
            if self.assigned.total_s
            else 0.0
        )


def nearest(
    lon: float,
    lat: float,
    *,
    datum: Datum = Datum.WGS84,
    template: Template = Template.WORKSTATION,
    item: str | None = None,
    mode: Mode = Mode.WALK,
) -> Found:
    """The points of a kind that offer an item, ranked for somebody at a place in degrees of a datum.

    Raises `Unacceptable` for a place so far away that it has no metres here.
    """
    x, y = named_place(lon, lat, datum)
    place = locate.locate(lon, lat, datum=datum)
    own = queries.assigned(place.grid_id) if place.grid_id is not None else None
    points = [each for each in queries.listed(template, item=item) if each.geom is not None]
    if not points:
        return Found([], place.name, None, [])
    spots = [queries.spot_of(point) for point in points]
    ways = loaded.reach(x, y, mode).to([spot[0] for spot in spots], [spot[1] for spot in spots])
    own_id = own.point_id if own is not None else None
    ranked = rank(points, ways, queries.queues(points), clock.now(), own_id=own_id)
    near = queries.choices_near(x, y) if template is Template.WORKSTATION else []
    return Found(
        points=ranked,
        grid_name=place.name,
        assigned=next((each for each in ranked if each.assigned), None),
        choices=[each for each in ranked if each.point.id in near and not each.assigned],
    )


def rank(
    points: Sequence[ServicePoint],
    ways: Times,
    queues: dict[int, Queue],
    now: datetime,
    *,
    own_id: int | None,
) -> list[Ranked]:
    """The points by the time until one's turn; those that never open last."""
    found = [
        _arrived(
            point,
            lonlat_of(point.geom) or (0.0, 0.0),
            float(ways.seconds[at]),
            float(ways.metres[at]),
            ways.basis[at],
            queues[point.id],
            now,
            assigned=point.id == own_id,
        )
        for at, point in enumerate(points)
    ]
    return sorted(
        found,
        key=lambda each: (each.total_s is None, each.total_s or 0.0, each.travel_s, each.point.id),
    )


def _arrived(
    point: ServicePoint,
    lonlat: tuple[float, float],
    travel_s: float,
    metres: float,
    basis: Basis,
    queue: Queue,
    now: datetime,
    *,
    assigned: bool,
) -> Ranked:
    hours = queries.hours(point)
    there = now + timedelta(seconds=travel_s)
    open_now = hours.at(now) is not None
    why = queue.unknown(now) if open_now else None
    then = queue.later(travel_s) if open_now and why is None else None
    told = wait(then) if then is not None else None
    expected = told.expected_s if told is not None else queue.usual_s
    opening, turn = _turn(hours, there, expected, queue.mean_s)
    if told is not None and (opening is None or opening.since > there):
        told = None
    return Ranked(
        point=point,
        lonlat=lonlat,
        travel_s=travel_s,
        metres=metres,
        basis=basis,
        open_now=open_now,
        opening=opening,
        queue=queue,
        wait=told,
        why=why,
        total_s=(turn - now).total_seconds() if turn is not None else None,
        assigned=assigned,
    )


def _turn(
    hours: Hours, there: datetime, wait_s: float, service_s: float
) -> tuple[Opening | None, datetime | None]:
    """The opening in which somebody who comes at a moment is served, and when it is their turn."""
    for opening in hours.openings(there):
        waits = wait_s if opening.since <= there else 0.0
        turn = max(there, opening.since) + timedelta(seconds=waits)
        if turn + timedelta(seconds=service_s) <= opening.until:
            return opening, turn
    return None, None
