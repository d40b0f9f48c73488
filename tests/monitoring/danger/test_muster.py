"""Muster points are kept, and everybody is sent to the nearest that has room and lies outside."""

from __future__ import annotations

import io
import json
from typing import Any

import numpy as np
import pytest
import shapely
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given, strategies as st
from openpyxl import Workbook

from tests.counted import counted
from tests.monitoring.danger.test_zones import leak
from tests.travel.test_network import network
from tests.world import World, as_user
from webapp.base.db import db
from webapp.base.flow import Changed, NotOpen, Unacceptable
from webapp.base.spatial import shape_of, to_lonlat
from webapp.monitoring.danger import actions as zones
from webapp.monitoring.danger.models import DangerZone
from webapp.monitoring.danger.muster import actions, plans, queries, ways
from webapp.monitoring.danger.muster.forms import MusterForm
from webapp.monitoring.danger.muster.models import MusterPoint
from webapp.monitoring.danger.muster.rules import shared_out


@given(st.data())
def test_nobody_is_sent_where_there_is_no_room_and_no_home_is_parted(data: st.DataObject) -> None:
    points, starts = data.draw(st.integers(1, 4)), data.draw(st.integers(1, 6))
    one = st.floats(0, 1000)
    seconds = np.array(
        [data.draw(st.lists(one, min_size=starts, max_size=starts)) for _ in range(points)]
    )
    people = data.draw(st.lists(st.integers(0, 30), min_size=starts, max_size=starts))
    room = data.draw(st.lists(st.integers(1, 60), min_size=points, max_size=points))
    chosen = shared_out(seconds, people, room)
    taken = [
        sum(many for many, to in zip(people, chosen, strict=True) if to == point)
        for point in range(points)
    ]
    assert all(used <= most for used, most in zip(taken, room, strict=True))
    for start, to in enumerate(chosen):
        left = [most - used for most, used in zip(room, taken, strict=True)]
        if to is None:
            assert all(each < people[start] for each in left)
        else:
            # No point that is nearer has room to the end.
            nearer = seconds[:, start] < seconds[to, start]
            assert not any(nearer[each] and left[each] >= people[start] for each in range(points))


def test_the_way_out_leaves_the_area_soon_and_the_way_in_goes_round_it() -> None:
    roads = network(
        (1, 2, [(0, 0), (1000, 0)], "residential", 0),
        (2, 3, [(1000, 0), (1000, 1000)], "residential", 0),
        (3, 4, [(1000, 1000), (0, 1000)], "residential", 0),
        (4, 1, [(0, 1000), (0, 0)], "residential", 0),
    )
    area = shapely.box(-100, -100, 900, 100)
    (way,) = ways.out(
        roads, area, [(800.0, 0.0)], [3], [(0.0, 1000.0), (1000.0, 500.0)], [10, 10], lines=True
    )
    assert way is not None
    assert (way.to, way.metres) == (1, pytest.approx(700))
    assert way.minutes == pytest.approx(700 / 80)
    round_it = ways.round_it(roads, area, (1000.0, 600.0), (0.0, 900.0))
    assert round_it.line is not None
    assert not round_it.line.intersects(area)


@pytest.fixture
def point(world: World) -> MusterPoint:
    """A muster point in the home grid."""
    lon, lat = world.spot(world.home)
    said = MusterForm(name="school yard", capacity=300, lon=lon, lat=lat)
    return actions.lay_down(said, by=world.dispatcher)


@pytest.fixture
def zone(world: World) -> DangerZone:
    """A zone over the home grid."""
    return zones.draw(leak(world), alarm=None, exercise=True, words=None, by=world.dispatcher)


def test_a_muster_point_stands_in_its_grid_and_is_changed_by_whoever_saw_it(
    world: World, point: MusterPoint
) -> None:
    assert point.grid_id == world.home.id
    lon, lat = world.spot(world.next_door)
    moved = MusterForm(name="square", capacity=50, lon=lon, lat=lat, base_version=point.version)
    actions.change(point, moved, by=world.dispatcher)
    assert point.grid_id == world.next_door.id
    with pytest.raises(Changed):
        actions.change(point, moved, by=world.dispatcher)
    with pytest.raises(Unacceptable):
        actions.lay_down(moved, by=world.dispatcher)
    actions.close(point, reason="built over", by=world.dispatcher)
    with pytest.raises(NotOpen):
        actions.close(point, reason="again", by=world.dispatcher)
    assert queries.open_ones() == []


def test_a_point_inside_the_zone_takes_nobody(
    world: World, zone: DangerZone, point: MusterPoint
) -> None:
    area = shape_of(zone.shape.area)
    assert queries.outside(area) == []
    assert all(way is None for _start, way in plans.leave(zone.shape, world.dispatcher).ways)
    far = to_lonlat(area.bounds[2] + 400, area.bounds[3] + 400)
    said = MusterForm(name="far square", capacity=5000, lon=far[0], lat=far[1])
    there = actions.lay_down(said, by=world.dispatcher)
    plan = plans.leave(zone.shape, world.dispatcher)
    assert plan.ways
    assert all(way is not None and plan.points[way.to].id == there.id for _s, way in plan.ways)
    assert {each["properties"]["what"] for each in plan.features} == {"way", "muster"}


def test_the_desk_keeps_muster_points_and_a_stranger_sees_none(app: Flask, world: World) -> None:
    desk = as_user(app, world.dispatcher)
    lon, lat = world.spot(world.home)
    sent = {"name": "school", "capacity": "0", "lon": str(lon), "lat": str(lat)}
    assert desk.post("/muster-points", data=sent).status_code == 422
    answer = desk.post("/muster-points", data=sent | {"capacity": "400"})
    address = answer.headers["Location"]
    assert "400" in desk.get(address).text
    worker = as_user(app, world.worker)
    assert worker.get("/muster-points").status_code == 200
    assert worker.get("/muster-points/new").status_code == 403
    assert as_user(app, world.stranger).get("/muster-points").status_code == 403
    assert desk.post(f"{address}/close", data={"reason": "built over"}).status_code == 303
    refused = desk.post(f"{address}/change", data=sent | {"capacity": "4"})
    assert refused.status_code == 409


def test_every_map_shows_where_it_is_dangerous_and_where_to_go_meanwhile(
    app: Flask, world: World, zone: DangerZone, point: MusterPoint
) -> None:
    def drawn(client: FlaskClient) -> list[dict[str, Any]]:
        answer = client.get("/maps/layers/danger_zones.json")
        assert answer.status_code == 200
        features: list[dict[str, Any]] = json.loads(answer.data)["features"]
        return features

    def shown(client: FlaskClient) -> list[dict[str, str]]:
        return [each["properties"] for each in drawn(client)]

    worker = as_user(app, world.worker)
    assert shown(worker) == []
    zones.enforce(zone, by=world.dispatcher)
    assert [each["what"] for each in shown(worker)] == ["zone"]  # the school yard lies inside
    laid = shapely.geometry.shape(drawn(worker)[0]["geometry"])
    assert laid.intersects(shapely.Point(world.spot(world.home)))
    edge = shape_of(zone.shape.area).bounds
    far = to_lonlat(edge[2] + 400, edge[3] + 400)
    square = MusterForm(name="square", capacity=90, lon=far[0], lat=far[1])
    actions.lay_down(square, by=world.dispatcher)
    found = shown(worker)
    assert [each["what"] for each in found] == ["zone", "muster"]
    assert found[0]["address"] == f"/danger/{zone.id}"
    assert found[1]["name"] == "square"
    assert "danger_zones" in worker.get("/phone").get_data(as_text=True)
    with counted() as asked:
        rows = json.loads(worker.get("/maps/layers/muster_points.json").data)["rows"]
    assert [row[3] for row in rows] == [point.name, "square"]
    assert len(asked) <= 3
    for layer in ("danger_zones", "muster_points"):
        assert as_user(app, world.stranger).get(f"/maps/layers/{layer}.json").status_code == 403
    zones.lift(zone, by=world.dispatcher, note="the air is clean")
    assert shown(worker) == []


def test_whoever_is_sent_reads_the_way_round_the_zone(
    app: Flask, world: World, zone: DangerZone, point: MusterPoint
) -> None:
    worker = as_user(app, world.worker)
    address = f"/danger/{zone.id}"
    assert "系统不知道您在哪里" in worker.get(f"{address}/approach").text
    lon, lat = world.spot(world.next_door)
    page = worker.get(f"{address}/approach?lon={lon}&lat={lat}").text
    assert "驾车" in page
    assert '"edge"' in page
    assert "撤离路线" in worker.get(f"{address}/ways").text
    assert as_user(app, world.stranger).get(f"{address}/ways").status_code == 403


def points_as(form: str, rows: list[list[str]]) -> bytes:
    """The same list as a workbook, a table of text, or points of GeoJSON."""
    if form == "xlsx":
        book = Workbook()
        for row in rows:
            book.active.append(row)
        kept = io.BytesIO()
        book.save(kept)
        return kept.getvalue()
    if form == "csv":
        return "\n".join(",".join(row) for row in rows).encode("gb18030")
    names = rows[0]
    features = []
    for row in rows[1:]:
        said = dict(zip(names, row, strict=True))
        spot = [float(said.pop(names[2])), float(said.pop(names[3]))]
        place = {"type": "Point", "coordinates": spot}
        features.append({"type": "Feature", "properties": said, "geometry": place})
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


@pytest.mark.parametrize("form", ["xlsx", "csv", "geojson"])
def test_muster_points_of_a_file_are_all_there_or_none(
    app: Flask, world: World, point: MusterPoint, form: str
) -> None:
    lon, lat = map(str, world.spot(world.next_door))
    heads = ["集合点", "可容纳（人）", "经度", "纬度", "说明"]
    desk = as_user(app, world.dispatcher)

    def sends(*rows: list[str]) -> Any:
        body = points_as(form, [heads, *rows])
        file = {"file": (io.BytesIO(body), f"points.{form}")}
        return desk.post("/muster-points/import", data=file)

    good, known = ["东岳庙广场", "500", lon, lat, ""], [point.name, "80", lon, lat, "关着"]
    refused = sends(good, known, ["小学操场", "0", lon, lat, ""])
    assert refused.status_code == 422
    assert "可容纳（人）" in refused.text
    assert [each.name for each in queries.open_ones()] == [point.name]
    assert sends(good, known).status_code == 200
    db.session.expire_all()
    found = {each.name: each for each in queries.open_ones()}
    assert set(found) == {point.name, "东岳庙广场"}
    assert (found[point.name].capacity, found[point.name].words) == (80, "关着")
    assert found["东岳庙广场"].grid_id == world.next_door.id


@pytest.mark.parametrize("body", [b"", b"{", b"\x00\xff\xfe", b"[1, 2]", b'{"features": [1]}'])
def test_what_is_no_list_of_muster_points_is_said_beside_the_file(
    app: Flask, world: World, body: bytes
) -> None:
    file = {"file": (io.BytesIO(body), "points.csv")}
    assert (
        as_user(app, world.dispatcher).post("/muster-points/import", data=file).status_code == 422
    )
    file = {"file": (io.BytesIO(b"x"), "points.csv")}
    assert as_user(app, world.worker).post("/muster-points/import", data=file).status_code == 403
