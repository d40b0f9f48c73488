"""Demo ground: each site in three parcels, flown over every few days, and what it waits for."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from functools import cache

from shapely import Polygon, box
from shapely.geometry.base import BaseGeometry

from webapp.base import clock, files
from webapp.base.files import StoredFile
from webapp.base.spatial import shape_of
from webapp.operation import scenes
from webapp.people import days
from webapp.people.actors import Person
from webapp.projects.ground import actions
from webapp.projects.ground.forms import ParcelForm, SurveyForm, UtilityForm
from webapp.projects.ground.models import Parcel
from webapp.projects.ground.rules import AMOUNTS, Source, UtilityKind
from webapp.projects.models import Project
from webapp.projects.rules import TeamRole

SOURCE = "【示例】示意地块，非测绘成果"
PARCELS = 3
# What lies on a hectare: cut and fill in m³, pipes in m, graves, trees.
ON_A_HECTARE = dict(zip(AMOUNTS, (5200, 3900, 60, 3, 85), strict=True))
# How far each parcel of land under way is, by its surveys.
UNDER_WAY = ((40, 80, 100), (20, 45, 70), (10,))

SUPPLIERS = {
    UtilityKind.POWER: ("供电所", -6),
    UtilityKind.WATER: ("自来水公司", 12),
    UtilityKind.SEWAGE: ("市政排水管理处", 30),
}

# The fields of a form want corners; the shape itself is handed over beside them.
_CORNERS = "121.00 37.60\n121.01 37.60\n121.01 37.61"


def level(
    project: Project,
    members: Mapping[TeamRole, Person],
    leader: Person,
    *,
    every: int,
    flat: bool,
) -> None:
    """The parcels are drawn when levelling begins, and surveyed since; flat land is accepted, and connected."""
    (site,) = project.sites
    begun = next(each.begun_on for each in project.stages if each.kind == "levelling")
    surveyor, step = members[TeamRole.LAND], timedelta(days=max(1, every // 5))
    for number, ground in enumerate(strips(shape_of(site.geom)), start=1):
        hectares = ground.area / 10_000
        with clock.at(days.start_of(begun) + timedelta(hours=10)):
            said = ParcelForm(
                name=f"{number}号地块",
                corners=_CORNERS,
                stated_m2=round(ground.area),
                provenance=SOURCE,
                **{name: round(each * hectares) for name, each in ON_A_HECTARE.items()},
            )
            parcel = actions.draw(project, said, ground, by=leader, base_version=None)
        percents = (50, 100) if flat else UNDER_WAY[number - 1]
        _surveyed(parcel, percents, begun, step, surveyor)
        if percents[-1] == 100:
            with clock.at(days.start_of(begun + step * 4) + timedelta(hours=11)):
                actions.step(parcel, "finish", by=surveyor, base_version=None)
                if flat:
                    actions.step(parcel, "accept", by=leader, base_version=None)
    _promised(project, members[TeamRole.UTILITIES], leader, begun, flat=flat)


def strips(site: BaseGeometry) -> Iterator[Polygon]:
    """The site cut into strips across its length; of each strip the largest piece."""
    west, south, east, north = site.bounds
    lengthwise = east - west > north - south
    for number in range(PARCELS):
        a, b = number / PARCELS, (number + 1) / PARCELS
        across = (
            box(west + a * (east - west), south, west + b * (east - west), north)
            if lengthwise
            else box(west, south + a * (north - south), east, south + b * (north - south))
        )
        part = site.intersection(across)
        yield max(getattr(part, "geoms", [part]), key=lambda piece: piece.area)


def _surveyed(
    parcel: Parcel, percents: tuple[int, ...], begun: date, step: timedelta, by: Person
) -> None:
    """Each survey of a parcel; the last one has its picture."""
    for turn, percent in enumerate(percents, start=1):
        photo = _picture(percent, by) if turn == len(percents) else None
        day = min(begun + step * turn, days.today() - timedelta(days=1))
        with clock.at(days.start_of(day) + timedelta(hours=15)):
            said = SurveyForm(
                day=day,
                source=Source.DRONE,
                percent=percent,
                words="【示例】无人机正射影像比对",
                **{name: getattr(parcel, name) * percent // 100 for name in AMOUNTS},
            )
            actions.survey(parcel, said, photo, by=by)


def _promised(project: Project, owner: Person, leader: Person, begun: date, *, flat: bool) -> None:
    for kind, (supplier, after) in SUPPLIERS.items():
        day = begun + timedelta(days=20) if flat else days.today() + timedelta(days=after)
        with clock.at(days.start_of(begun) + timedelta(hours=17)):
            said = UtilityForm(kind=kind, supplier=supplier, owner=owner.id, promised_on=day)
            row = actions.promise(project, said, by=leader, base_version=None)
        if flat:
            with clock.at(days.start_of(day) + timedelta(hours=17)):
                actions.connected(project, row, day, by=owner, base_version=None)


def _picture(percent: int, by: Person) -> StoredFile:
    """What the ground looks like from above, flat or not yet."""
    return files.keep_picture(io.BytesIO(_drawn(percent == 100)), by=by)


@cache
def _drawn(flat: bool) -> bytes:
    return scenes.photo("house", seed=5, solved=flat).getvalue()
