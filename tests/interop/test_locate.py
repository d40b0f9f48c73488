"""A machine asks where a point lies, and gets the answer of the database."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from sqlalchemy import event
from sqlalchemy.orm import Session

from tests.world import World
from webapp.base.datum import Datum, from_wgs84
from webapp.base.db import db
from webapp.grids.api import Located

OFF_THE_COAST = (121.06, 37.80)


def _ask(client: FlaskClient, lon: object, lat: object, **more: object) -> tuple[int, dict]:
    answer = client.get("/api/v1/locate", query_string={"lon": lon, "lat": lat, **more})
    assert answer.mimetype == "application/json"
    return answer.status_code, answer.get_json()


@pytest.mark.parametrize("datum", list(Datum))
def test_a_point_is_in_its_grid_whatever_it_is_measured_against(
    client: FlaskClient, world: World, datum: Datum
) -> None:
    lon, lat = from_wgs84(*world.spot(world.home), datum)
    status, body = _ask(client, lon, lat, datum=datum.value)
    assert status == 200
    assert set(body) == {"grid", "cell", "on_border"}
    assert body["grid"]["code"] == world.home.code
    assert body["grid"]["name"] == world.home.name
    assert body["grid"]["kind"] == world.home.kind
    assert body["grid"]["community"] == world.home.community.name
    assert body["on_border"] is False
    assert len(Located.model_validate(body).cell or "") == 15


def test_outside_the_nearest_grid_is_named(client: FlaskClient, world: World) -> None:
    status, body = _ask(client, *OFF_THE_COAST)
    assert status == 404
    assert body["error"]["code"] == "outside"
    assert body["nearest"]["name"]
    assert 1_000 < body["nearest"]["metres"] < 30_000


def test_the_other_side_of_the_earth_is_outside(client: FlaskClient) -> None:
    for lon, lat in ((-60, -37), (0, 90), (180, 0), (-180, -90), (121, -37)):
        status, body = _ask(client, lon, lat)
        assert status == 404, (lon, lat)
        near = body["nearest"]
        assert near is None or near["metres"] > 100_000


@pytest.mark.parametrize(
    "query, fields",
    [
        ({}, {"lon", "lat"}),
        ({"lon": "121"}, {"lat"}),
        ({"lon": "x", "lat": "37"}, {"lon"}),
        ({"lon": "nan", "lat": "inf"}, {"lon", "lat"}),
        ({"lon": "181", "lat": "-91"}, {"lon", "lat"}),
        ({"lon": "121", "lat": "37", "datum": "wgs72"}, {"datum"}),
        ({"lon": "", "lat": " "}, {"lon", "lat"}),
        ({"lon": "1" * 400, "lat": "37"}, {"lon"}),
    ],
)
def test_numbers_that_are_none_are_named(client: FlaskClient, query: dict, fields: set) -> None:
    answer = client.get("/api/v1/locate", query_string=query)
    assert answer.status_code == 422
    error = answer.get_json()["error"]
    assert error["code"] == "unacceptable"
    assert set(error["fields"]) == fields
    assert all(error["fields"].values())


def test_one_question_to_the_database(client: FlaskClient, world: World, session: Session) -> None:
    asked: list[str] = []
    spot = world.spot(world.home)
    connection = session.connection()

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if not statement.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK")):
            asked.append(statement)

    event.listen(connection, "before_cursor_execute", note)
    _ask(client, *spot)
    event.remove(connection, "before_cursor_execute", note)
    assert len(asked) == 1, asked
    assert db.engine.pool.checkedout() <= 1


def test_an_answer_may_be_kept_for_a_minute(client: FlaskClient, world: World) -> None:
    lon, lat = world.spot(world.home)
    first = client.get("/api/v1/locate", query_string={"lon": lon, "lat": lat})
    assert first.headers["Cache-Control"] == "max-age=60"
    again = client.get(
        "/api/v1/locate",
        query_string={"lon": lon, "lat": lat},
        headers={"If-None-Match": first.headers["ETag"]},
    )
    assert (again.status_code, again.get_data()) == (304, b"")


def test_only_questions_are_answered(client: FlaskClient, world: World) -> None:
    lon, lat = world.spot(world.home)
    address = f"/api/v1/locate?lon={lon}&lat={lat}"
    assert client.head(address).status_code == 200
    assert client.head(address).get_data() == b""
    assert set(client.options(address).headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}
    refused = client.post(address)
    assert refused.status_code == 405
    assert "GET" in refused.headers["Allow"]
    assert refused.get_json()["error"]["code"] == "method_not_allowed"


@pytest.mark.parametrize(
    "path", ["/api/v1/nothing", "/api/v2/locate", "/api/", "/api/v1/cases/x/y"]
)
def test_an_address_that_is_none_is_told_in_json(client: FlaskClient, path: str) -> None:
    answer = client.get(path, headers={"Accept": "text/html"})
    assert answer.status_code == 404
    assert set(answer.get_json()["error"]) == {"code", "message", "fields"}


@pytest.mark.parametrize("token", ["Bearer wg_wrong", "bearer ", "BEARER é"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_wrong_token_is_refused_in_json(client: FlaskClient, token: str, method: str) -> None:
    answer = client.open("/api/v1/cases", method=method, headers={"Authorization": token})
    assert answer.status_code == 401
    assert answer.get_json()["error"]["code"] == "unauthorized"
    assert client.get("/api/v1/cases").status_code == 401
