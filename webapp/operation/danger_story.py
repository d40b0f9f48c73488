"""Demo danger zone: muster points at village squares, and one exercise at the ammonia store, lifted and scored."""

from __future__ import annotations

from datetime import timedelta

from webapp.base import clock
from webapp.grids import queries as grids
from webapp.grids.rules import PlaceKind
from webapp.monitoring.alarms import listing
from webapp.monitoring.alarms.models import Alarm
from webapp.monitoring.danger import actions, queries
from webapp.monitoring.danger.guide import Size
from webapp.monitoring.danger.muster import actions as muster, queries as muster_points
from webapp.monitoring.danger.muster.forms import MusterForm
from webapp.monitoring.danger.plume import Sky
from webapp.monitoring.danger.roll import actions as roll, queries as rolls
from webapp.monitoring.danger.roll.rules import RollState
from webapp.monitoring.danger.rules import DangerKind
from webapp.monitoring.danger.said import Said
from webapp.monitoring.signals import Kind
from webapp.monitoring.weather import actions as weather
from webapp.monitoring.weather.forms import WindForm
from webapp.operation.cast import actor
from webapp.people.actors import Person

SOURCE = "【示例】由演示数据生成，非真实集合点"
# Every so manieth village has a square that holds so many people.
EVERY, ROOM = 3, (300, 500, 800)


def tell() -> int:
    """The muster points and the exercise are there; answers how many zones are new."""
    operator = actor("dispatcher2")
    if not muster_points.open_ones():
        _squares(operator)
        _wind(operator)
    played = next((each for each in _exercises(operator) if each.kind == Kind.AMMONIA), None)
    if played is None or played.lonlat is None or queries.of_alarm(played.id) is not None:
        return 0
    _played(played, operator)
    return 1


def _squares(by: Person) -> None:
    villages = grids.places_of(PlaceKind.VILLAGE)[::EVERY]
    for place, (village, _grid) in enumerate(villages):
        lon, lat = village.lonlat or (0.0, 0.0)
        said = MusterForm(
            name=f"【示例】{village.name}广场",
            capacity=ROOM[place % len(ROOM)],
            words="村委会门前",
            lon=lon,
            lat=lat,
        )
        muster.lay_down(said, by=by, provenance=SOURCE)


def _wind(by: Person) -> None:
    """It was said twice: once long ago, once just now."""
    for ago, whence, speed in (
        (timedelta(hours=5), 315.0, 6.0),
        (timedelta(minutes=12), 45.0, 3.0),
    ):
        with clock.at(clock.now() - ago):
            said = WindForm(whence=whence, speed_ms=speed, seen_by="【示例】指挥中心楼顶风向袋")
            weather.say(said, by=by)


def _exercises(by: Person) -> list[Alarm]:
    return list(listing.listed(by, lane="exercise").rows)


def _played(alarm: Alarm, by: Person) -> None:
    lon, lat = alarm.lonlat or (0.0, 0.0)
    begin = alarm.seen_at or alarm.received_at
    said = Said(
        DangerKind.AMMONIA,
        lon,
        lat,
        wind_from=45.0,
        wind_ms=3.0,
        sky=Sky.NIGHT_CLOUD,
        size=Size.TRUCK,
        rate_kg_s=0.5,
    )
    with clock.at(begin + timedelta(minutes=2)):
        zone = actions.draw(said, alarm=alarm, exercise=True, words=alarm.words, by=by)
    with clock.at(begin + timedelta(minutes=4)):
        actions.enforce(zone, by=by)
        roll.call(zone, by=by)
    entries, _count = rolls.listed(by, zone.id, resolved=False)
    for place, entry in enumerate(entries):
        with clock.at(begin + timedelta(minutes=9 + 3 * place)):
            # The last is not found: an exercise without a miss teaches nothing.
            last = place == len(entries) - 1 and place > 0
            state = (
                RollState.NOT_FOUND if last else (RollState.SAFE, RollState.AT_MUSTER)[place % 2]
            )
            roll.mark(entry, state, by=by)
    with clock.at(begin + timedelta(minutes=55)):
        actions.lift(zone, by=by, note="【示例】演练结束，复测氨浓度为零")
