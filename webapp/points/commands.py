"""Commands on the points: those of the geodata, and the grids that belong to each workstation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import time

import click
from flask.cli import AppGroup
from sqlalchemy import select

from webapp.base.db import db
from webapp.base.spatial import lonlat_of
from webapp.grids.models import Place, Unit, UnitCode
from webapp.grids.rules import PlaceKind, UnitKind
from webapp.points import actions, queries
from webapp.points.actions import Described, Span
from webapp.points.models import ServicePoint
from webapp.points.rules import TEMPLATES, Access, Template
from webapp.travel import actions as travel

group = AppGroup("points", help="Service points.")

# The department that runs the sampling points, by its code among the departments.
HEALTH = "D08"

_Week = Mapping[int, Sequence[Span]]

_WORKDAYS: _Week = {
    day: (Span(time(8, 30), time(12)), Span(time(13, 30), time(17, 30))) for day in range(5)
}
_EVERY_DAY: _Week = {day: (Span(time(8), time(20)),) for day in range(7)}
_ROUND_THE_CLOCK: _Week = {day: (Span(time(), time()),) for day in range(7)}


@group.command("load")
def load() -> None:
    """Make the workstations and sampling points of the geodata service points, with usual hours.

    Those that are there stay as they are. Grids without a workstation get the nearest on foot.
    """
    made, served = load_all()
    db.session.commit()
    click.echo(f"{made} points added, {served} grids given to the nearest workstation")


def load_all() -> tuple[int, int]:
    """The points of the geodata are there; answers how many were added, and grids that got one."""
    made = load_points()
    travel.count_times(everything=False)
    return made, actions.assume_served()


def load_points() -> int:
    """The points of the geodata are there; answers how many were added."""
    known = set(db.session.scalars(select(ServicePoint.name)))
    bodies = {
        name: key
        for key, name in db.session.execute(
            select(Unit.id, Unit.name).where(Unit.kind == UnitKind.STATION)
        )
    }
    health = db.session.scalar(
        select(Unit.id)
        .join(UnitCode, UnitCode.unit_id == Unit.id)
        .where(Unit.kind == UnitKind.DEPARTMENT, UnitCode.code == HEALTH)
    )
    made = 0
    for place in queries.places_of(PlaceKind.WORKSTATION):
        if place.name in bodies and place.name not in known:
            _add(place, Template.WORKSTATION, bodies[place.name])
            made += 1
    for place in queries.places_of(PlaceKind.SAMPLING_POINT):
        if health is not None and place.name not in known:
            _add(place, Template.SAMPLING, health)
            made += 1
    return made


def _add(place: Place, template: Template, unit_id: int) -> None:
    at = lonlat_of(place.geom)
    if at is None:
        return
    point = actions.make(
        Described(
            template=template,
            name=place.name,
            unit_id=unit_id,
            access=(Access.STEP_FREE, Access.SEATS),
            slot_seats=TEMPLATES[template].windows if TEMPLATES[template].slot_minutes else 0,
            lon=at[0],
            lat=at[1],
            provenance=place.provenance,
        ),
        windows=int(place.facts.get("lanes") or TEMPLATES[template].windows),
        by=None,
    )
    if template is Template.WORKSTATION:
        week = _WORKDAYS
    else:
        week = _ROUND_THE_CLOCK if place.facts.get("round_the_clock") else _EVERY_DAY
    actions.set_hours(point, week, base_version=None, by=None)
