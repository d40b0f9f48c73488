"""Cameras: what they see, who sees them, what a picture is good for, and how much of a grid is seen."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings, strategies as st
from shapely import Point
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests import examples
from tests.cases.stages import reported
from tests.residents.village import Village, around, village
from tests.whole_house.test_pages import html_faults
from tests.world import World, as_user, posted, someone
from webapp.base import audit, clock
from webapp.base.access import may
from webapp.base.config import Settings
from webapp.base.datum import Datum
from webapp.base.db import db
from webapp.base.flow import Changed, NotOpen, Unacceptable
from webapp.base.spatial import SRID, shape_of, stored, to_lonlat
from webapp.grids import queries as grids
from webapp.grids.models import Unit
from webapp.monitoring.cameras import actions, importing, queries
from webapp.monitoring.cameras.forms import Described
from webapp.monitoring.cameras.models import Camera
from webapp.monitoring.cameras.rules import (
    Branch,
    CameraKind,
    CameraStatus,
    Retention,
    allowed_address,
    good_for,
    pixels_a_metre,
)
from webapp.residents import actions as residents

__all__ = ["village"]

# Somewhere in the middle of the subdistrict.
LON, LAT = 121.06, 37.66

EAST = Described(
    name="east", kind=CameraKind.FIXED, lon=LON, lat=LAT, bearing=90, fov=60, range_m=100
)


@pytest.fixture
def hosts(app: Flask) -> None:
    """The operator allows one recorder and one network."""
    old: Settings = app.extensions["settings"]
    app.extensions["settings"] = replace(old, camera_hosts="nvr.example.cn, 10.20.0.0/16")


def stood(number: str = "C1", **said: Any) -> Camera:
    """A camera that looks east, unless something else is said."""
    return actions.register(replace(EAST, **said), source="test", external_id=number, by=None)


def area(camera: Camera) -> float:
    db.session.refresh(camera, ["sector"])
    return float(shape_of(camera.sector).area) if camera.sector is not None else 0.0


def ahead(metres: float, bearing: float) -> Any:
    """A point this far from the usual place in this direction."""
    where = select(
        func.ST_Transform(
            func.geometry(
                func.ST_Project(func.geography(_lonlat()), metres, math.radians(bearing))
            ),
            SRID,
        )
    )
    return db.session.scalar(where)


def _covers(camera: Camera, at: Any) -> bool:
    found = select(func.ST_Covers(Camera.sector, at)).where(Camera.id == camera.id)
    return bool(db.session.scalar(found))


def _lonlat() -> Any:
    return func.ST_SetSRID(func.ST_MakePoint(LON, LAT), 4326)


@settings(
    max_examples=examples.of(40),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    bearing=st.floats(0, 359.99),
    fov=st.floats(2, 360),
    range_m=st.floats(20, 3000),
    near=st.floats(0, 0.9),
)
def test_the_ground_it_sees_has_the_area_of_its_sector(
    session: Session, bearing: float, fov: float, range_m: float, near: float
) -> None:
    here = func.ST_Transform(_lonlat(), SRID)
    found = func.camera_sector(here, bearing, fov, range_m, near * range_m)
    made = db.session.execute(select(func.ST_Area(found), func.ST_IsValid(found))).one()
    expected = math.pi * range_m**2 * (1 - near**2) * fov / 360
    assert made[1]
    # The arc is drawn in steps, and the metric CRS is a little off true metres.
    assert made[0] == pytest.approx(expected, rel=0.0025)


@pytest.mark.parametrize("bearing", [0, 10, 350, 359.9])
def test_north_is_in_the_middle_of_what_looks_north(session: Session, bearing: float) -> None:
    camera = stood(bearing=bearing, fov=60)
    for side in (bearing - 28, bearing, bearing + 28):
        assert _covers(camera, ahead(50, side)), side
    for side in (bearing - 32, bearing + 32, bearing + 180):
        assert not _covers(camera, ahead(50, side)), side


def test_what_sees_all_around_has_no_front_and_may_have_a_hole(session: Session) -> None:
    camera = stood(bearing=None, fov=360, near_m=10)
    assert all(_covers(camera, ahead(50, side)) for side in range(0, 360, 30))
    assert not _covers(camera, ahead(5, 0))


def test_without_direction_or_range_nothing_is_claimed(session: Session) -> None:
    assert area(stood("A", bearing=None)) == 0
    assert area(stood("B", range_m=None)) == 0
    assert area(stood("C", lon=None, lat=None)) == 0


def test_the_sector_follows_every_change_and_cannot_be_set_by_hand(session: Session) -> None:
    camera = stood()
    before = area(camera)
    actions.change(camera, replace(EAST, range_m=200), base_version=camera.version, by=None)
    assert area(camera) == pytest.approx(4 * before, rel=0.01)
    camera.sector = None
    db.session.flush()
    assert area(camera) == pytest.approx(4 * before, rel=0.01)


def test_a_building_hides_what_lies_behind_it_as_far_as_its_roof_does(
    app: Flask, session: Session, village: Village
) -> None:
    world, block = village.world, village.block
    here = shape_of(block.geom)

    def placed(metres: float, **said: Any) -> Camera:
        lon, lat = to_lonlat(here.x - metres, here.y)
        return stood(f"{metres}{said}", lon=lon, lat=lat, **{"range_m": 200, **said})

    def hides(camera: Camera, metres: float) -> bool:
        db.session.refresh(camera, ["visible"])
        return not shape_of(camera.visible).covers(Point(here.x + metres, here.y))

    low, high = placed(50), placed(50, mount_height_m=36)
    by_it, before = placed(13), placed(50, bearing=270)
    assert not any(hides(each, metres) for each in (low, high) for metres in (0, 30, 100))
    # Two floors of 3 m, from 10 m before the point to 10 m behind it: seen from 36 m the shadow of the
    # far wall (60 m away) ends 12 m behind it.
    block.floors = 2
    residents.draw(block, around((block.lonlat or (0, 0)), 10), by=world.worker)
    assert [hides(low, metres) for metres in (-20, 0, 30, 100)] == [False, True, True, True]
    assert [hides(high, metres) for metres in (0, 20, 24, 100)] == [True, True, False, False]
    assert hides(by_it, 30)
    assert not hides(before, -60)
    assert not hides(placed(10.5), 30), "what hangs on its wall"
    found = queries.seeing(world.dispatcher, stored(Point(here.x + 100, here.y)))
    assert low.id not in {each.camera.id for each in found}
    assert high.id in {each.camera.id for each in found}
    layer = as_user(app, world.dispatcher).get(f"/maps/layers/camera_sectors.json?id={low.id}")
    states = [each["properties"]["status"] for each in layer.get_json()["features"]]
    assert states == ["unknown", "whole"]
    # A camera that comes later sees as little, and a smaller building hides less.
    assert hides(placed(50.1), 30)
    residents.draw(block, around((block.lonlat or (0, 0)), 3), by=world.worker)
    assert not hides(low, -7)
    block.closed_at = clock.now()
    db.session.flush()
    assert not hides(low, 30)


def test_a_shifted_coordinate_stands_where_the_camera_is(session: Session) -> None:
    from webapp.base.datum import from_wgs84

    lon, lat = from_wgs84(LON, LAT, Datum.GCJ02)
    shifted = stood("G", lon=lon, lat=lat, datum=Datum.GCJ02)
    assert shifted.lonlat == pytest.approx((LON, LAT), abs=1e-6)
    assert (shifted.raw_lon, shifted.datum) == (lon, "gcj02")


def test_those_that_see_a_place_come_by_distance_then_by_state_then_by_their_pictures(
    app: Flask, session: Session, world: World
) -> None:
    near, far, away = stood("near"), stood("far", lon=LON - 0.0004), stood("away", bearing=270)
    beside, fine = stood("beside"), stood("fine", width_px=3840)
    actions.hear(near, CameraStatus.OFFLINE, by=None)
    for each in (beside, far, fine):
        actions.hear(each, CameraStatus.ONLINE, by=None)
    found = queries.seeing(world.dispatcher, ahead(30, 90))
    assert [each.camera.id for each in found] == [fine.id, beside.id, near.id, far.id]
    assert found[2].metres == pytest.approx(30, abs=0.1)
    assert away.id not in {each.camera.id for each in found}


def test_a_picture_is_good_for_less_the_farther_away() -> None:
    names = [
        str(good_for(pixels_a_metre(metres, fov=60, width_px=1920)))
        for metres in (5, 10, 20, 50, 500)
    ]
    assert len(set(names)) == 5
    assert pixels_a_metre(10, fov=90, width_px=2000) == pytest.approx(100)


def test_a_direction_known_roughly_is_marked(session: Session, world: World) -> None:
    stood(bearing_doubt=22.5)
    assert not queries.seeing(world.dispatcher, ahead(30, 90))[0].sure


def test_who_sees_a_camera(app: Flask, session: Session, world: World) -> None:
    lon, lat = world.spot(world.home)
    camera = stood(lon=lon, lat=lat)
    assert camera.grid_id == world.home.id
    address = f"/cameras/{camera.id}"
    expected = {"worker": 200, "neighbour": 403, "dispatcher": 200, "stranger": 403}
    for name, status in expected.items():
        client = as_user(app, getattr(world, name))
        assert client.get(address).status_code == status, name
        if status == 200:
            assert camera.name in client.get("/cameras").get_data(as_text=True)
    assert app.test_client().get(address).status_code == 302
    neighbour = as_user(app, world.neighbour)
    assert camera.name not in neighbour.get("/cameras").get_data(as_text=True)
    assert neighbour.get("/cameras/coverage").status_code == 403
    for layer in ("cameras", "camera_sectors"):
        said = neighbour.get(f"/maps/layers/{layer}.json").get_data(as_text=True)
        assert camera.name not in said
        assert camera.name in as_user(app, world.worker).get(f"/maps/layers/{layer}.json").get_data(
            as_text=True
        )


def test_addresses_are_sealed_and_shown_only_for_a_purpose(
    app: Flask, session: Session, world: World, hosts: None
) -> None:
    secret = "rtsp://admin:pass@10.20.3.4/1"
    camera = stood(stream=secret)
    assert camera.stream is not None
    assert b"pass" not in camera.stream
    worker, leader = as_user(app, world.worker), as_user(app, world.shift_leader)
    address = f"/cameras/{camera.id}/reveal"
    assert worker.post(address, data={"purpose": "curious"}).status_code == 403
    assert secret not in leader.get(f"/cameras/{camera.id}").get_data(as_text=True)
    assert secret not in leader.get(f"/cameras/{camera.id}/change").get_data(as_text=True)
    assert leader.post(address, data={}).status_code == 422
    shown = leader.post(address, data={"purpose": "the recorder moves"})
    assert secret in shown.get_data(as_text=True)
    assert shown.headers["Cache-Control"] == "no-store"
    last = audit.last("camera", camera.id)
    assert last is not None
    assert (last.move, last.data["purpose"]) == ("reveal", "the recorder moves")
    assert (last.actor_id, secret in str(last.data)) == (world.shift_leader.id, False)


@pytest.mark.parametrize(
    "address",
    [
        "rtsp://10.21.0.1/1",
        "http://nvr.example.cn.evil.org/x",
        "http://nvr.example.cn@evil.org/x",
        "file:///etc/passwd",
        "gopher://nvr.example.cn/",
        "rtsp:///1",
        "http://[::1]/",
        "http://nvr.example.cn:99999/",
        "http://127.0.0.1/",
    ],
)
def test_an_address_elsewhere_is_refused(session: Session, hosts: None, address: str) -> None:
    with pytest.raises(Unacceptable) as refusal:
        stood(stream=address)
    assert set(refusal.value.fields) == {"stream"}


def test_without_allowed_hosts_no_address_is_taken() -> None:
    with pytest.raises(Unacceptable):
        allowed_address("rtsp://10.20.0.1/", ())
    assert allowed_address("rtsp://u:p@10.20.0.1/1", ["10.20.0.0/16"])


def test_a_number_is_once_in_a_source_and_a_version_is_checked(session: Session) -> None:
    camera = stood()
    with pytest.raises(Unacceptable) as refusal:
        stood()
    assert set(refusal.value.fields) == {"code"}
    seen = camera.version
    actions.change(camera, replace(EAST, name="one"), base_version=seen, by=None)
    with pytest.raises(Changed):
        actions.change(camera, replace(EAST, name="two"), base_version=seen, by=None)


def test_a_state_keeps_since_when_and_when_it_was_last_heard(session: Session) -> None:
    camera, now = stood(), clock.now()
    with clock.at(now - timedelta(hours=2)):
        actions.hear(camera, CameraStatus.ONLINE, by=None)
    with clock.at(now - timedelta(hours=1)):
        actions.hear(camera, CameraStatus.ONLINE, by=None)
    assert camera.status_since == now - timedelta(hours=2)
    assert camera.seen_at == now - timedelta(hours=1)
    actions.hear(camera, CameraStatus.OFFLINE, by=None)
    assert (camera.status, camera.seen_at) == ("offline", now - timedelta(hours=1))


def test_what_was_taken_away_sees_nothing_and_keeps_no_address(
    session: Session, world: World, hosts: None
) -> None:
    camera = stood(stream="rtsp://10.20.0.1/1")
    actions.close(camera, reason="the pole fell", by=world.shift_leader)
    assert camera.stream is None
    assert queries.seeing(world.dispatcher, ahead(30, 90)) == []
    with pytest.raises(NotOpen):
        actions.close(camera, reason="again", by=world.shift_leader)


def test_the_case_page_names_cameras_of_the_own_grid_that_see_it(
    app: Flask, session: Session, world: World
) -> None:
    case = reported(world)
    assert case.geom is not None
    lon, lat = to_lonlat(*shape_of(case.geom).coords[0])
    stood(name="looks at it", lon=lon, lat=lat, bearing=None, fov=360)
    stranger_to_it = someone("secretary", "grid_secretary", grid=world.next_door)
    address = f"/cases/{case.id}/cameras"
    for person in (world.worker, world.dispatcher):
        assert "looks at it" in as_user(app, person).get(address).get_data(as_text=True)
    assert address in as_user(app, world.dispatcher).get(f"/cases/{case.id}").get_data(as_text=True)
    assert as_user(app, stranger_to_it).get(address).status_code == 403


def test_coverage_is_the_union_and_names_what_one_camera_alone_sees(
    app: Flask, session: Session, world: World
) -> None:
    set_id = grids.active_set_id()
    assert set_id is not None
    version = grids.version_of(world.home)
    assert version is not None
    lon, lat = world.spot(world.home)
    alone, twice = (stood(each, lon=lon, lat=lat, bearing=0, fov=40, range_m=30) for each in "AB")
    wide = stood("C", lon=lon, lat=lat, bearing=0, fov=80, range_m=30)
    shapes = {
        each.id: shape_of(db.session.scalar(select(Camera.sector).where(Camera.id == each.id)))
        for each in (alone, twice, wide)
    }  # type: ignore[arg-type]  # never empty
    row = next(each for each in queries.coverage(set_id) if each.grid_id == world.home.id)
    seen = shapes[wide.id].intersection(version.shape)
    assert row.cameras == 3
    assert row.seen_m2 == pytest.approx(
        seen.union(shapes[alone.id]).intersection(version.shape).area
    )
    assert row.alone_m2 == pytest.approx(seen.difference(shapes[alone.id]).area, rel=0.01)
    assert row.weak_id == wide.id
    spots = queries.blind_spots(world.home.id, set_id)
    assert sum(each.area_m2 for each in spots) == pytest.approx(
        version.area_m2 - row.seen_m2, rel=0.01
    )
    assert row.blind_m2 == pytest.approx(sum(each.area_m2 for each in spots))
    unseen = next(each for each in queries.coverage(set_id) if each.cameras == 0)
    assert (unseen.spots, unseen.blind_m2) == (1, unseen.area_m2)
    desk = as_user(app, world.dispatcher)
    assert desk.get("/cameras/coverage").status_code == 200
    assert desk.get(f"/cameras/coverage/{world.home.display_code}").status_code == 200


def test_the_cameras_of_the_geodata_come_once(session: Session) -> None:
    assert importing.load_places() == 153
    assert importing.load_places() == 0
    numbers = select(func.count()).select_from(Camera).where(Camera.sector.is_not(None))
    assert db.session.scalar(numbers) == 153
    tower = queries.by_source("geodata", "CAM0001")
    assert tower is not None
    assert (tower.kind, tower.bearing, tower.grid_id is not None) == ("ptz", 179, True)


def test_a_camera_is_registered_and_changed_on_its_pages(
    app: Flask, session: Session, world: World
) -> None:
    keeper = as_user(app, world.shift_leader)
    sent = {"code": "P1", "name": "at the gate", "kind": "fixed", "lon": LON, "lat": LAT}
    assert as_user(app, world.dispatcher).post("/cameras", data=sent).status_code == 403
    assert keeper.post("/cameras", data=sent | {"fov": "400"}).status_code == 422
    assert keeper.post("/cameras", data=sent).status_code == 303
    camera = queries.by_source("hand", "P1")
    assert camera is not None
    assert keeper.get(f"/cameras/{camera.id}/change").status_code == 200
    blank = sent | {"version": camera.version, "lon": "", "lat": "", "fov": ""}
    assert keeper.post(f"/cameras/{camera.id}/change", data=blank).status_code == 303
    db.session.refresh(camera)
    assert camera.lonlat == pytest.approx((LON, LAT), abs=1e-6)
    told = sent | {"version": camera.version, "bearing": "360", "fov": "70", "range_m": "80"}
    assert keeper.post(f"/cameras/{camera.id}/change", data=told).status_code == 303
    db.session.refresh(camera)
    assert camera.bearing == 0
    assert area(camera) > 0
    assert keeper.post(f"/cameras/{camera.id}/change", data=told).status_code == 409
    assert not may(world.dispatcher, "cameras.keep", camera)


def test_the_tree_gathers_cameras_and_says_how_long_recordings_are_kept(
    app: Flask, session: Session, world: World
) -> None:
    lon, lat = world.spot(world.home)
    ours = stood("O1", name="ours", owner="供电所", retention=Retention.GUARDED, lon=lon, lat=lat)
    stood("O2", name="theirs", owner="供电所", lon=lon, lat=lat)
    stood("O3", name="nobody's", lon=None, lat=None)
    actions.hear(ours, CameraStatus.ONLINE, by=None)
    found = queries.tree(world.dispatcher, Branch.OWNER)
    assert [(each.key, len(each.cameras), each.reachable) for each in found] == [
        ("供电所", 2, 1),
        (None, 1, 0),
    ]
    kept = queries.tree(world.dispatcher, Branch.RETENTION)
    assert [(each.key, [c.name for c in each.cameras]) for each in kept] == [
        ("guarded", ["ours"]),
        (None, ["nobody's", "theirs"]),
    ]
    desk, worker = (as_user(app, each) for each in (world.dispatcher, world.worker))
    for by in (*Branch, "nonsense"):
        answer = desk.get(f"/cameras/tree?by={by}")
        assert html_faults(answer.get_data(as_text=True)) == [], by
    assert "nobody's" not in worker.get("/cameras/tree?by=grid").get_data(as_text=True)
    narrowed = desk.get("/cameras?owner=供电所").get_data(as_text=True)
    assert ("theirs" in narrowed, "nobody&#39;s" in narrowed) == (True, False)
    assert "90 天（反恐重点）" in desk.get(f"/cameras/{ours.id}").get_data(as_text=True)
    taken = desk.post("/exports/cameras?owner=供电所", data={"format": "csv"})
    assert "90 天（反恐重点）" in taken.get_data(as_text=True)


def test_safety_officers_look_everywhere_and_port_managers_where_they_hold_their_post(
    app: Flask, session: Session, world: World
) -> None:
    lon, lat = world.spot(world.home)
    camera = stood(lon=lon, lat=lat)
    officer = someone("officer", "safety_officer")
    since = clock.now() - timedelta(days=1)
    other = next(
        each.community_id for each in grids.living() if each.community_id != world.home.community_id
    )
    here, away = (
        posted(name, "port_manager", db.session.get(Unit, key), since=since)
        for name, key in (("here", world.home.community_id), ("away", other))
    )
    for right in ("cameras.see", "video.see"):
        assert may(officer, right, camera), right
        assert may(here, right, camera), right
        assert not may(away, right, camera), right
    assert not may(officer, "turning.turn", camera)
    for person in (officer, here, away):
        assert as_user(app, person).get("/cameras/wall").status_code == 200
