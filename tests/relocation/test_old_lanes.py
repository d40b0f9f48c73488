"""Old lanes of a former village: lines by year, drawn or from a file, for everybody to see and for its keepers to draw."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from tests.relocation.test_old_doors import Village, village
from tests.world import as_user
from webapp.base import audit
from webapp.base.flow import NotAllowed, Unacceptable
from webapp.base.spatial import shape_of
from webapp.relocation.old_doors import lane_queries, lanes
from webapp.relocation.old_doors.forms import LaneForm

__all__ = ["village"]


def said(village: Village, **more: Any) -> dict[str, Any]:
    """A lane through the middle of the village, as its form says it."""
    corners = f"{village.lon - 0.0005} {village.lat}\n{village.lon + 0.0005} {village.lat + 0.0002}"
    given = {"name": "老井街", "corners": corners, "year_from": 1931, "year_until": 2014}
    return given | {"provenance": "村志"} | more


def drawn(village: Village, **more: Any) -> Any:
    return lanes.draw(village.grid, LaneForm.of(said(village, **more)), by=village.keeper)


def there(village: Village, year: int | None = None) -> list[str]:
    return [each.name for each in lane_queries.lanes([village.grid.id], year=year)]


def test_a_lane_is_a_line_in_its_years_and_drawn_anew_it_stays_one(village: Village) -> None:
    lane = drawn(village)
    drawn(village, name="东巷", year_from=1995, year_until=None)
    assert shape_of(lane.geom).length == pytest.approx(90, rel=0.1)
    assert there(village, 1950) == ["老井街"]
    assert there(village, 2000) == ["东巷", "老井街"]
    assert there(village, 2020) == ["东巷"]
    assert drawn(village, year_until=1990) is lane
    assert there(village, 2000) == ["东巷"]
    drawn(village, year_from=1991)
    assert there(village).count("老井街") == 2
    moves = [each.move for each in audit.history("old_lane", lane.id)]
    assert moves == ["create", "change"]


def test_a_lane_lies_in_its_village_and_is_drawn_by_its_keepers(village: Village) -> None:
    lon, lat = village.world.spot(village.world.home)
    with pytest.raises(Unacceptable):
        drawn(village, corners=f"{lon} {lat}\n{lon + 0.0001} {lat}")
    for corners in ("121 37.7", "甲 乙\n丙 丁", "121 37.7\n121 37.7"):
        with pytest.raises(Unacceptable):
            LaneForm.of(said(village, corners=corners))
    with pytest.raises(NotAllowed):
        lanes.draw(village.grid, LaneForm.of(said(village)), by=village.world.neighbour)


def file(*names: str | None, village: Village) -> bytes:
    """A GeoJSON file with a line for each name."""
    line = [[village.lon - 0.0005, village.lat], [village.lon + 0.0005, village.lat]]
    return json.dumps(
        {
            "type": "FeatureCollection",
            "features": [
                {
                    "type": "Feature",
                    "properties": {"name": name, "year_from": 1950 if name == "东巷" else None},
                    "geometry": {"type": "LineString", "coordinates": line},
                }
                for name in names
            ],
        }
    ).encode()


def test_a_file_is_kept_whole_or_not_at_all(village: Village) -> None:
    body = file("东巷", "西巷", village=village)
    assert lanes.bring_in(village.grid, body, provenance="测绘", by=village.keeper) == 2
    assert there(village, 1940) == ["西巷"]
    for wrong in (b"", b"[]", b'{"features": []}', file("南巷", None, village=village)):
        with pytest.raises(Unacceptable):
            lanes.bring_in(village.grid, wrong, provenance="测绘", by=village.keeper)


def test_everybody_sees_lanes_and_others_draw_none(
    app: Flask, village: Village, session: Session
) -> None:
    village.house()
    session.commit()
    here = f"/old-doors/lanes/{village.grid.display_code}"
    keeper = as_user(app, village.keeper)
    assert keeper.post(here, data=said(village)).status_code == 303
    page = keeper.get(here).get_data(as_text=True)
    assert "老井街" in page
    wrong = keeper.post(here, data=said(village, corners="121"))
    assert wrong.status_code == 422
    assert 'class="error"' in wrong.get_data(as_text=True)
    sent = {"file": (io.BytesIO(file(None, village=village)), "a.json"), "provenance": "测绘"}
    assert keeper.post(f"{here}/file", data=sent).status_code == 422
    public = app.test_client().get("/public/old-doors?q=东巷&year=1990")
    assert "LineString" in public.get_data(as_text=True)
    before = app.test_client().get("/public/old-doors?q=东巷&year=2013")
    assert "LineString" in before.get_data(as_text=True)
    for client in (as_user(app, village.world.neighbour), app.test_client()):
        assert client.get(here).status_code in (302, 303, 401, 403)
        assert client.post(here, data=said(village)).status_code in (401, 403)
    (lane,) = lane_queries.lanes([village.grid.id])
    assert keeper.post(f"{here}/{lane.id}/remove").status_code == 303
    assert there(village) == []
