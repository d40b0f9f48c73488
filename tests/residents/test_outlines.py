"""Ground plans of buildings: drawn on the map, or many from one file, each for the building that stands in it."""

from __future__ import annotations

import io
import json

import pytest
from flask import Flask
from shapely.geometry import mapping
from werkzeug.test import TestResponse

from tests.residents.village import Village, around, building, village
from tests.world import as_user
from webapp.base import audit
from webapp.base.db import db
from webapp.base.flow import Unacceptable
from webapp.base.spatial import shape_of
from webapp.residents import actions, outlining

__all__ = ["village"]


def spot_of(village: Village) -> tuple[float, float]:
    lonlat = village.block.lonlat
    assert lonlat is not None
    return lonlat


def plans(*grounds: object) -> bytes:
    """A file with these polygons, and a point that is none."""
    shapes = [mapping(each) for each in grounds] + [{"type": "Point", "coordinates": [121, 37.7]}]  # type: ignore[arg-type]  # shapes
    said = [{"type": "Feature", "properties": {}, "geometry": each} for each in shapes]
    return json.dumps({"type": "FeatureCollection", "features": said}).encode()


def sent(app: Flask, village: Village, corners: str) -> TestResponse:
    client = as_user(app, village.world.worker)
    form = {"corners": corners, "version": str(village.block.version)}
    answer = client.post(f"/buildings/{village.block.id}/outline", data=form)
    db.session.expire_all()
    return answer


def test_a_ground_plan_is_drawn_by_its_corners_or_as_geojson(app: Flask, village: Village) -> None:
    ground = around(spot_of(village), 12)
    corners = "\n".join(f"{lon} {lat}" for lon, lat in list(ground.exterior.coords)[:-1])  # type: ignore[attr-defined]  # a polygon
    assert sent(app, village, corners).status_code == 303
    assert shape_of(village.block.outline).area == pytest.approx(24 * 24, rel=0.2)
    assert sent(app, village, json.dumps(mapping(around(spot_of(village), 20)))).status_code == 303
    assert shape_of(village.block.outline).area == pytest.approx(40 * 40, rel=0.2)
    assert [each.move for each in audit.history("building", village.block.id)][1:] == [
        "outline"
    ] * 2
    page = as_user(app, village.world.worker).get(f"/buildings/{village.block.id}")
    assert '"outline": {' in page.get_data(as_text=True)


def test_what_is_no_area_is_told_beside_the_field(app: Flask, village: Village) -> None:
    for corners in ("121 37.7", "{not json", '{"type": "Point", "coordinates": [121, 37.7]}'):
        answer = sent(app, village, corners)
        assert answer.status_code == 422
        assert 'class="error"' in answer.get_data(as_text=True)
    assert village.block.outline is None


def test_each_plan_of_a_file_goes_to_the_one_building_of_mine_in_it(village: Village) -> None:
    world = village.world
    far = actions.register(building(world.spot(world.next_door), name="2号楼"), by=world.neighbour)
    lon, lat = spot_of(village)
    twin = actions.register(building((lon, lat), name="3号楼"), by=world.worker)
    actions.close(twin, reason="已拆除", by=world.worker)
    there = far.lonlat
    assert there is not None
    body = plans(around((lon, lat), 10), around((lon + 0.01, lat + 0.01), 10), around(there, 10))
    found = outlining.carry_out(body, by=world.worker)
    assert (found.drawn, found.empty, found.shared) == (1, 2, 0)
    assert village.block.outline is not None
    assert far.outline is None
    assert twin.outline is None
    actions.register(building((lon + 0.00002, lat), name="4号楼"), by=world.worker)
    again = outlining.carry_out(plans(around((lon, lat), 10)), by=world.worker)
    assert (again.drawn, again.shared) == (0, 1)


def test_a_file_that_is_none_draws_nothing(app: Flask, village: Village) -> None:
    for body in (b"", b"\xff\xfe", b"{}", b"[]", plans()):
        with pytest.raises(Unacceptable):
            outlining.carry_out(body, by=village.world.worker)
    client = as_user(app, village.world.worker)
    file = (io.BytesIO(plans(around(spot_of(village), 10))), "plans.geojson")
    answer = client.post("/buildings/outlines", data={"file": file})
    assert "1 栋楼已有轮廓" in answer.get_data(as_text=True)
    assert client.post("/buildings/outlines").status_code == 422
    stranger = as_user(app, village.world.stranger)
    assert stranger.get("/buildings/outlines").status_code == 403
    assert stranger.post(f"/buildings/{village.block.id}/outline").status_code == 403
