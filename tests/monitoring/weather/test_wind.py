"""A station that speaks goes first, then a person who said it; what is old is told as old and not used."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from tests.world import World, as_user
from webapp.base import clock
from webapp.base.db import db
from webapp.base.flow import Unacceptable
from webapp.monitoring.alarms import handling
from webapp.monitoring.danger import actions as danger, winds
from webapp.monitoring.danger.guide import Size
from webapp.monitoring.danger.models import DangerZone
from webapp.monitoring.danger.plume import Sky
from webapp.monitoring.danger.rules import DangerKind
from webapp.monitoring.danger.said import Said
from webapp.monitoring.sensors import actions as sensors, hearing
from webapp.monitoring.sensors.actions import Described
from webapp.monitoring.sensors.rules import Quantity
from webapp.monitoring.signals import Kind, Reading
from webapp.monitoring.weather import actions, queries
from webapp.monitoring.weather.forms import WindForm
from webapp.monitoring.weather.models import WindSaid
from webapp.monitoring.weather.rules import FRESH, WindNow, Word

SOURCE = "weather"


def station(world: World, code: str = "mast", name: str = "气象站") -> tuple[float, float]:
    """A mast in the home grid that measures both; answers where it stands."""
    lon, lat = world.spot(world.home)
    mast = sensors.register(Described(name, lon, lat), source=SOURCE, external_id=code, by=None)
    sensors.measure(mast, "speed", Quantity.WIND, by=None)
    sensors.measure(mast, "from", Quantity.WIND_FROM, by=None)
    return lon, lat


def blows(whence: float, speed: float, code: str = "mast") -> None:
    now = clock.now()
    values = {"speed": speed, "from": whence}
    for series, value in values.items():
        hearing.hear(Reading(code, series, now, value), source=SOURCE, received_at=now)


def says(world: World, whence: float | None, speed: float) -> WindSaid:
    return actions.say(WindForm(whence=whence, speed_ms=speed), by=world.dispatcher)


def known(wind: WindNow) -> tuple[object, ...]:
    """Value, by a station or not, fresh or not, of direction and speed."""
    return tuple(
        each and (each.value, each.measured, each.fresh) for each in (wind.whence, wind.speed)
    )


def test_nobody_knows_the_wind_until_somebody_says_it(world: World) -> None:
    assert queries.wind_at(None) == WindNow()
    says(world, 90, 4.5)
    assert known(queries.wind_at(None)) == ((90, False, True), (4.5, False, True))


def test_a_station_that_speaks_goes_before_what_people_say_and_an_old_one_does_not(
    world: World,
) -> None:
    spot = station(world)
    blows(45, 3.0)
    says(world, 180, 8.0)
    assert known(queries.wind_at(spot)) == ((45, True, True), (3.0, True, True))
    with clock.at(clock.now() + FRESH + timedelta(minutes=1)):
        # Both are too old: the later one is told, as too old.
        assert known(queries.wind_at(spot)) == ((180, False, False), (8.0, False, False))
        says(world, 200, 2.0)
        assert known(queries.wind_at(spot)) == ((200, False, True), (2.0, False, True))
        blows(210, 2.5)
        assert known(queries.wind_at(spot)) == ((210, True, True), (2.5, True, True))


def test_the_nearest_station_that_speaks_is_asked(world: World) -> None:
    spot = station(world)
    lon, lat = world.spot(world.next_door)
    far = sensors.register(Described("远处", lon, lat), source=SOURCE, external_id="far", by=None)
    sensors.measure(far, "speed", Quantity.WIND, by=None)
    sensors.measure(far, "from", Quantity.WIND_FROM, by=None)
    blows(10, 1.5)
    with clock.at(clock.now() + timedelta(minutes=50)):
        blows(100, 6.0, "far")
        assert known(queries.wind_at(spot))[0] == (10, True, True)
        assert known(queries.wind_at((lon, lat)))[0] == (100, True, True)
    with clock.at(clock.now() + timedelta(minutes=70)):
        # The near one is silent for too long: the far one still speaks.
        assert known(queries.wind_at(spot))[0] == (100, True, True)


def test_calm_air_comes_from_nowhere_and_a_wind_from_somewhere(
    session: Session, world: World
) -> None:
    assert says(world, 90, 0.4).whence is None
    assert queries.wind_at(None).calm
    assert says(world, 360, 4).whence == 0
    with pytest.raises(Unacceptable) as refused:
        WindForm.of({"speed_ms": "4"})
    assert set(refused.value.fields) == {"whence"}
    nowhere = WindSaid(whence=None, speed_ms=4, at=clock.now(), said_by_id=world.dispatcher.id)
    db.session.add(nowhere)
    with pytest.raises(IntegrityError):
        db.session.flush()


@pytest.mark.parametrize(
    ("drawn", "now", "left"),
    [
        ((350.0, 3.0), (15.0, 3.0), False),
        ((350.0, 3.0), (20.0, 3.0), True),
        ((90.0, 3.0), (90.0, 0.5), True),
        ((None, 0.5), (90.0, 3.0), True),
        ((None, 0.5), (None, 0.2), False),
    ],
)
def test_a_wind_has_left_when_it_carries_elsewhere(
    drawn: tuple[float | None, float], now: tuple[float | None, float], left: bool
) -> None:
    at = clock.now()
    whence, speed = (
        None if value is None else Word(value, at, "x", measured=True, fresh=True) for value in now
    )
    assert WindNow(whence, speed).has_left(*drawn) is left


def drawn(world: World, whence: float, speed: float) -> DangerZone:
    lon, lat = world.spot(world.home)
    said = Said(
        DangerKind.AMMONIA,
        lon,
        lat,
        wind_from=whence,
        wind_ms=speed,
        sky=Sky.SUN,
        size=Size.TRUCK,
    )
    return danger.draw(said, alarm=None, exercise=True, words=None, by=world.dispatcher)


def test_a_zone_keeps_by_whose_word_it_was_drawn_and_how_old_that_was(world: World) -> None:
    says(world, 90, 4.0)
    with clock.at(clock.now() + timedelta(minutes=20)):
        by_word = winds.read_behind(drawn(world, 90.0, 4.0).shape)
        assert by_word is not None
        assert (by_word.who, by_word.measured) == ("dispatcher", False)
        # Who draws with another wind says it alone.
        assert winds.read_behind(drawn(world, 120.0, 4.0).shape) is None


def test_the_form_is_filled_by_what_is_known_and_the_page_tells_when_the_wind_turns(
    app: Flask, world: World
) -> None:
    lon, lat = station(world)
    desk = as_user(app, world.dispatcher)
    alarm = handling.drill(kind=Kind.AMMONIA, lon=lon, lat=lat, words="drill", by=world.dispatcher)
    blows(135, 5.2)
    page = desk.get(f"/danger/new?alarm={alarm.id}").text
    assert 'value="135"' in page
    assert 'value="5.2"' in page
    assert "气象站" in page
    zone = drawn(world, 135.0, 5.2)
    assert "风向风速已变化" not in desk.get(f"/danger/{zone.id}").text
    blows(250, 5.2)
    page = desk.get(f"/danger/{zone.id}").text
    assert "风向风速已变化" in page
    assert "划定前 0 分钟" in page


def test_what_is_too_old_is_shown_as_that_and_fills_nothing(app: Flask, world: World) -> None:
    lon, lat = station(world)
    with clock.at(clock.now() - timedelta(hours=3)):
        blows(77, 6.6)
        alarm = handling.drill(
            kind=Kind.AMMONIA, lon=lon, lat=lat, words="drill", by=world.dispatcher
        )
    page = as_user(app, world.dispatcher).get(f"/danger/new?alarm={alarm.id}").text
    assert 'value="6.6"' not in page
    assert "已过时" in page


def test_the_wind_is_said_on_its_page_by_those_who_may(app: Flask, world: World) -> None:
    desk = as_user(app, world.dispatcher)
    sent = {"whence": "45", "speed_ms": "3.5", "seen_by": "广场旗帜"}
    assert desk.post("/wind", data=sent).status_code == 303
    page = desk.get("/wind").text
    for words in ("广场旗帜", "东北风", "3.5", "dispatcher"):
        assert words in page
    assert desk.post("/wind", data={"speed_ms": "5"}).status_code == 422
    worker = as_user(app, world.worker)
    assert "东北风" in worker.get("/wind").text
    assert worker.post("/wind", data=sent).status_code == 403
    assert as_user(app, world.stranger).get("/wind").status_code in (403, 404)
