"""What nobody sees once a camera falls out: ground, homes, hazard points, roads."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from tests.monitoring.safety.plant import Plant, plant
from tests.monitoring.test_cameras import stood
from tests.residents.village import building
from tests.whole_house.test_pages import html_faults
from tests.world import World, as_user
from webapp.base.db import db
from webapp.base.spatial import shape_of
from webapp.grids import queries as grids
from webapp.monitoring.coverage import queries
from webapp.monitoring.coverage.rules import Loss
from webapp.residents import actions as residents
from webapp.residents.forms import DwellingForm, HouseholdForm
from webapp.travel import queries as travel

__all__ = ["plant"]


def test_what_two_cameras_see_is_lost_by_neither_and_what_one_sees_is_lost_with_it(
    app: Flask, session: Session, world: World
) -> None:
    version = grids.version_of(world.home)
    assert version is not None
    lon, lat = world.spot(world.home)
    narrow = stood("narrow", lon=lon, lat=lat, bearing=0, fov=40, range_m=30)
    wide = stood("wide", lon=lon, lat=lat, bearing=0, fov=80, range_m=30)
    dark = stood("dark", lon=lon, lat=lat, bearing=None)
    for each in (narrow, wide):
        db.session.refresh(each, ["sector"])
    only = shape_of(wide.sector).difference(shape_of(narrow.sector)).intersection(version.shape)
    lost = queries.without(wide)
    assert lost is not None
    assert lost.sums.area_m2 == pytest.approx(only.area, rel=0.01)
    assert lost.parts[0].grid_id == world.home.id
    assert sum(each.area_m2 for each in lost.parts) == pytest.approx(lost.sums.area_m2, rel=0.01)
    held = queries.without(narrow)
    assert held is not None
    assert (held.sums.area_m2, held.parts) == (pytest.approx(0, abs=1), [])
    assert queries.without(dark) is None
    assert [row.Camera.id for row in queries.listed(Loss.AREA)] == [wide.id, narrow.id]
    desk = as_user(app, world.dispatcher)
    for address in (
        "redundancy",
        "redundancy?by=roads_m",
        "redundancy?by=nonsense",
        f"{wide.id}/redundancy",
        f"{narrow.id}/redundancy",
        f"{dark.id}/redundancy",
    ):
        answer = desk.get(f"/cameras/{address}")
        assert answer.status_code == 200, address
        assert html_faults(answer.get_data(as_text=True)) == [], address
    assert as_user(app, world.worker).get(f"/cameras/{wide.id}/redundancy").status_code == 403
    taken = desk.post("/exports/camera_redundancy?by=homes", data={"format": "csv"})
    assert taken.get_data(as_text=True).count("test") == 0
    assert [line.split(",")[0] for line in taken.get_data(as_text=True).split("\r\n")[1:3]] == [
        "wide",
        "narrow",
    ]


def test_homes_hazard_points_and_roads_are_counted(session: Session, plant: Plant) -> None:
    lon, lat = plant.lon, plant.lat
    block = residents.register(building((lon, lat)), by=plant.worker)
    flat = residents.add_dwelling(block, DwellingForm(door="302"), by=plant.worker)
    residents.move_in(flat, HouseholdForm.of({"name": "示例甲"}), by=plant.worker)
    camera = stood(lon=lon, lat=lat, bearing=None, fov=360, range_m=400)
    db.session.refresh(camera, ["sector"])
    network = travel.network()
    assert network is not None
    seen = shape_of(camera.sector)
    metres = sum(seen.intersection(each).length for each in travel.edges(network.id).line)
    lost = queries.without(camera)
    assert lost is not None
    assert metres > 100
    assert lost.sums.roads_m == pytest.approx(metres)
    assert (lost.sums.homes, lost.sums.hazards) == (1, 1)
    stood("twin", lon=lon, lat=lat, bearing=None, fov=360, range_m=400)
    lost = queries.without(camera)
    assert lost is not None
    assert [lost.sums[each] for each in Loss] == [pytest.approx(0, abs=1)] * 5
