"""Pages of sensors: who may see and set them, forms that come again, values from files."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tests.monitoring.intake.messages import LAT, LON
from tests.world import World, as_user, someone
from webapp.base import clock
from webapp.base.db import db
from webapp.monitoring.sensors import actions, hearing, queries
from webapp.monitoring.sensors.actions import Described
from webapp.monitoring.sensors.drawing import draw
from webapp.monitoring.sensors.models import Sensor
from webapp.monitoring.sensors.rules import Limit, Quantity
from webapp.monitoring.signals import Reading


@pytest.fixture
def gauge(session: Session, world: World) -> Sensor:
    """A gauge with one value."""
    said = Described("闸口水位计", LON, LAT, calibrated_until=date(2020, 1, 1))
    sensor = actions.register(said, source="river", external_id="g1", by=None)
    actions.measure(sensor, "level", Quantity.WATER_LEVEL, by=None)
    now = clock.now()
    hearing.hear(Reading("g1", "level", now, 3.25), source="river", received_at=now)
    return sensor


@pytest.fixture
def officer(app: Flask, world: World) -> FlaskClient:
    """The browser of a safety officer."""
    return as_user(app, someone("safety", "safety_officer"))


def test_a_sensor_is_registered_with_the_usual_thresholds(officer: FlaskClient) -> None:
    sent = {"name": "氨气", "source": "plant", "code": "n1", "series": "v", "quantity": "ammonia"}
    answer = officer.post("/sensors", data=sent | {"lon": LON, "lat": LAT})
    assert answer.status_code == 303
    page = officer.get(answer.headers["Location"]).text
    assert "150" in page
    assert "氨气" in officer.get("/sensors?q=n1").text
    assert officer.post("/sensors", data=sent).status_code == 422
    assert officer.post("/sensors", data=sent | {"source": "Big Box"}).status_code == 422


def test_a_page_shows_the_value_the_chart_and_the_calibration(
    gauge: Sensor, officer: FlaskClient
) -> None:
    page = officer.get(f"/sensors/{gauge.id}").text
    for words in ("3.25", "<polyline", "校准已过期", "闸口水位计"):
        assert words in page


def test_a_threshold_is_set_replaced_and_ended(gauge: Sensor, officer: FlaskClient) -> None:
    stream = gauge.series[0]
    first = stream.thresholds[0]
    address = f"/sensors/{gauge.id}/thresholds"
    sent = {"stream": stream.id, "instead_of": first.id, "severity": "critical"}
    assert officer.post(address, data=sent | {"raise_at": "4", "clear_at": "5"}).status_code == 422
    assert (
        officer.post(address, data=sent | {"raise_at": "nan", "clear_at": "5"}).status_code == 422
    )
    good = sent | {"raise_at": "4.5", "clear_at": "4.2", "hold_s": "60"}
    assert officer.post(address, data=good).status_code == 303
    assert "历史阈值" in officer.get(f"/sensors/{gauge.id}").text
    db.session.expire_all()
    made = next(each for each in gauge.series[0].thresholds if each.raise_at == 4.5)
    assert officer.post(f"{address}/{made.id}/end").status_code == 303
    assert len(queries.history(gauge.id)) == 2


def test_values_come_from_a_file_or_its_bad_line_is_named(
    gauge: Sensor, officer: FlaskClient
) -> None:
    now = datetime.now(UTC) - timedelta(hours=3)
    rows = "".join(
        f"{now + timedelta(minutes=each):%Y-%m-%dT%H:%M:%S+00:00},{each}\n" for each in range(9)
    )
    stream = gauge.series[0].id

    def send(text: str) -> int:
        data = {"stream": stream, "file": (io.BytesIO(text.encode("gb18030")), "v.csv")}
        return officer.post(f"/sensors/{gauge.id}/import", data=data).status_code

    assert send("时间,水位\n" + rows) == 303
    assert send(rows + "昨天,3\n") == 422
    assert send("时间,水位\n") == 422
    assert len(queries.latest(stream)) == 10


def test_who_does_not_keep_sensors_only_sees_them(app: Flask, gauge: Sensor, world: World) -> None:
    assert as_user(app, world.stranger).get(f"/sensors/{gauge.id}").status_code == 403
    dispatcher = as_user(app, world.dispatcher)
    assert dispatcher.get("/sensors").status_code == 200
    for where in ("change", "series", "thresholds", "import", "close"):
        assert dispatcher.post(f"/sensors/{gauge.id}/{where}").status_code == 403
    neighbour = as_user(app, world.neighbour)
    assert neighbour.get(f"/sensors/{gauge.id}").status_code == 403
    assert "闸口水位计" not in neighbour.get("/sensors").text


def test_a_sensor_that_was_taken_away_is_in_no_list(gauge: Sensor, officer: FlaskClient) -> None:
    assert officer.post(f"/sensors/{gauge.id}/close", data={"reason": ""}).status_code == 422
    assert officer.post(f"/sensors/{gauge.id}/close", data={"reason": "已换"}).status_code == 303
    assert "闸口水位计" not in officer.get("/sensors").text
    assert officer.post(f"/sensors/{gauge.id}/close", data={"reason": "又一次"}).status_code == 409


def test_a_drawing_holds_its_values_and_levels() -> None:
    now = datetime(2026, 11, 26, tzinfo=UTC)
    since = now - timedelta(days=1)
    rows = [(since.timestamp() + each * 3600, 1.0, 3.0, 2.0) for each in range(24)]
    drawing = draw(rows, [Limit(5, 4)], since, now)
    assert drawing is not None
    assert [line.value for line in drawing.lines] == [4, 5]
    heights = [float(pair.split(",")[1]) for pair in drawing.mean.split()]
    assert all(0 < each < 220 for each in heights)
    assert drawing.lines[1].y < drawing.lines[0].y < heights[0]
    assert draw([], [], since, now) is None
    assert draw([(since.timestamp(), 2, 2, 2)], [], since, now) is not None
