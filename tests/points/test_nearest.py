"""The point that serves soonest is the one, whatever lies nearer."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings, strategies as st
from sqlalchemy.orm import Session

from tests import examples
from tests.points.conftest import MORNING, Station
from tests.points.test_queue import number
from tests.world import World
from webapp.base import clock
from webapp.base.datum import Datum, from_wgs84
from webapp.base.spatial import lonlat_of
from webapp.points import actions, queries, tickets
from webapp.points.api import NearestOut
from webapp.points.nearest import nearest
from webapp.points.rules import Template
from webapp.travel.rules import Basis, Mode


@pytest.fixture
def door(station: Station) -> tuple[float, float]:
    """(lon, lat) a few metres from the first workstation."""
    at = lonlat_of(station.point.geom)
    assert at is not None
    return at


def test_ranking_changes_when_a_queue_grows(station: Station, door: tuple[float, float]) -> None:
    before = nearest(*door, mode=Mode.CAR)
    assert before.points[0].point.id == station.point.id
    tickets.open_window(station.point.windows[0], by=station.clerk)
    for _each in range(8):
        number(station)
    after = nearest(*door, mode=Mode.CAR)
    assert after.points[0].point.id != station.point.id
    crowded = next(each for each in after.points if each.point.id == station.point.id)
    assert crowded.wait is not None
    assert crowded.wait.ahead == 8
    assert crowded.total_s == pytest.approx(crowded.travel_s + crowded.wait.expected_s)


def test_a_closed_point_counts_the_time_until_it_opens(
    station: Station, door: tuple[float, float]
) -> None:
    evening = MORNING + timedelta(hours=10)
    with clock.at(evening):
        found = nearest(*door)
    first = found.points[0]
    assert not first.open_now
    assert first.opening is not None
    assert first.total_s == pytest.approx((first.opening.since - evening).total_seconds())


def test_who_would_come_too_late_is_served_in_the_next_opening(
    station: Station, door: tuple[float, float]
) -> None:
    just_before_noon = MORNING.replace(hour=3, minute=58)
    with clock.at(just_before_noon):
        found = nearest(*door)
        first = found.points[0]
        assert first.open_now
        assert first.opening is not None
        assert first.opening.since > just_before_noon


def test_a_point_that_does_not_offer_it_is_not_named(
    session: Session, station: Station, door: tuple[float, float]
) -> None:
    station.point.items = ["MZ01"]
    session.flush()
    found = nearest(*door, item="JY04")
    assert station.point.id not in {each.point.id for each in found.points}
    assert len(found.points) == 6


def test_the_assigned_station_is_named_though_another_is_nearer(
    station: Station, door: tuple[float, float], world: World
) -> None:
    here = nearest(*door)
    assert here.grid_name is not None
    grid_id = station.point.grid_id
    assert grid_id is not None
    actions.serve_grids(station.other, [grid_id], by=station.elsewhere)
    found = nearest(*door)
    assert found.assigned is not None
    assert found.assigned.point.id == station.other.id
    assert found.points[0].point.id == station.point.id
    assert found.gain_s > 60


def test_at_a_border_there_is_a_choice(session: Session, station: Station, world: World) -> None:
    inside = queries.grids_of(station.point)
    assert inside
    from webapp.grids import queries as grids

    version = grids.version_of(world.home)
    assert version is not None
    from webapp.base.spatial import shape_of, to_lonlat

    border = shape_of(version.geom).exterior  # type: ignore[attr-defined]
    on_it = to_lonlat(*border.interpolate(0.5, normalized=True).coords[0])
    everywhere = [grid.id for grid in grids.living() if grid.id != world.home.id]
    actions.serve_grids(station.other, everywhere, by=station.elsewhere)
    actions.serve_grids(station.point, [world.home.id], by=station.head)
    found = nearest(*on_it)
    named = {each.point.id for each in found.choices} | {
        found.assigned.point.id if found.assigned else 0
    }
    assert {station.point.id, station.other.id} <= named


def test_nobody_serves_the_grids_of_another_station(station: Station, world: World) -> None:
    from webapp.base.flow import NotAllowed

    with pytest.raises(NotAllowed):
        actions.serve_grids(station.point, [world.home.id], by=station.elsewhere)


def test_every_grid_belongs_to_a_workstation(session: Session) -> None:
    counted = [len(queries.grids_of(point)) for point in queries.listed(Template.WORKSTATION)]
    assert sum(counted) == 97
    assert min(counted) > 0


@settings(
    max_examples=examples.of(25),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.floats(121.0, 121.13), st.floats(37.63, 37.71), st.sampled_from(list(Mode)))
def test_totals_never_fall_and_each_is_its_parts(
    session: Session, lon: float, lat: float, mode: Mode
) -> None:
    with clock.at(MORNING):
        found = nearest(lon, lat, mode=mode)
    totals = [each.total_s for each in found.points]
    assert totals == sorted(totals, key=lambda each: (each is None, each))
    for each in found.points:
        assert each.total_s is not None
        assert each.total_s >= each.travel_s - 1e-6
        assert isinstance(each.basis, Basis)


def test_the_machine_gets_the_same_answer(
    client: FlaskClient, station: Station, door: tuple[float, float]
) -> None:
    asked = {"lon": door[0], "lat": door[1], "mode": "car", "item": "JY04"}
    answer = client.get("/api/v1/points/nearest", query_string=asked)
    assert answer.status_code == 200
    body = NearestOut.model_validate(answer.get_json())
    found = nearest(*door, mode=Mode.CAR, item="JY04")
    assert [each.id for each in body.points] == [each.point.id for each in found.points]
    assert body.assigned_id == (found.assigned.point.id if found.assigned else None)
    assert body.points[1].travel.basis == "roads"


def test_a_pin_in_the_datum_of_phones_means_the_same_place(
    client: FlaskClient, station: Station, door: tuple[float, float]
) -> None:
    shifted = from_wgs84(*door, Datum.GCJ02)
    said = {"lon": shifted[0], "lat": shifted[1], "datum": "gcj02"}
    found = client.get("/api/v1/points/nearest", query_string=said).get_json()
    assert found["points"][0]["travel"]["metres"] < 60


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({}, "lon"),
        ({"lon": 200, "lat": 0}, "lon"),
        ({"lon": 1, "lat": 1, "mode": "fly"}, "mode"),
        ({"lon": 1, "lat": 1, "limit": 0}, "limit"),
    ],
)
def test_what_cannot_be_used_is_named(client: FlaskClient, asked: dict, field: str) -> None:
    answer = client.get("/api/v1/points/nearest", query_string=asked)
    assert answer.status_code == 422
    assert field in answer.get_json()["error"]["fields"]


def test_a_name_takes_the_place_of_a_pin_without_any_script(app: Flask, station: Station) -> None:
    visitor = app.test_client()
    one = visitor.get("/nearest", query_string={"q": station.point.name}).get_data(as_text=True)
    assert "data-id" in one
    several = visitor.get("/nearest", query_string={"q": "芦"}).get_data(as_text=True)
    assert several.count("/nearest?lon=") > 1
    none = visitor.get("/nearest", query_string={"q": "没有这个地方"}).get_data(as_text=True)
    assert "没有叫这个名字的地方" in none
    bad = visitor.get("/nearest", query_string={"lon": "x"})
    assert bad.status_code == 422


def test_the_way_is_a_line_from_here_to_there(client: FlaskClient, station: Station) -> None:
    answer = client.get(
        f"/points/{station.point.id}/line.json", query_string={"lon": 121.05, "lat": 37.66}
    ).get_json()
    line = answer["geometry"]["coordinates"]
    assert line[0] == pytest.approx([121.05, 37.66], abs=1e-4)
    assert line[-1] == pytest.approx(lonlat_of(station.point.geom), abs=1e-4)
    assert answer["properties"]["basis"] == "roads"
    area = client.get(f"/points/{station.point.id}/reach.json", query_string={"minutes": 10})
    assert area.get_json()["geometry"]["type"] in {"Polygon", "MultiPolygon"}


def test_a_place_that_has_no_metres_here_is_refused_in_words(
    client: FlaskClient, station: Station
) -> None:
    spot = {"lon": "21", "lat": "0"}
    refused = client.get("/api/v1/points/nearest", query_string=spot)
    assert (refused.status_code, refused.get_json()["error"]["message"]) == (
        422,
        "这个位置太远了。",
    )
    for address in ("/nearest", f"/points/{station.point.id}/line.json"):
        answer = client.get(address, query_string=spot, headers={"Accept": "text/html"})
        assert answer.status_code == 422, address
        assert "这个位置太远了。" in answer.get_data(as_text=True)
