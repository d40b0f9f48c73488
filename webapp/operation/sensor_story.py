"""Demo sensors: a platform that tells of a cold store and two gauges, and sends what nobody can read."""

from __future__ import annotations

import math
from datetime import datetime, timedelta

from webapp.base import clock
from webapp.monitoring.intake import inbox, keeping, queries
from webapp.monitoring.intake.arriving import Sent
from webapp.monitoring.intake.keeping import Described as Connected
from webapp.monitoring.intake.rules import Format
from webapp.monitoring.sensors import actions
from webapp.monitoring.sensors.actions import Described
from webapp.monitoring.sensors.rules import Quantity

CODE = "iot-demo"

# Name, number, quantity, degrees WGS 84, the middle of its values and how far they swing.
SENSORS = (
    ("【示例】冷库氨气探测器 1 号", "nh3-1", Quantity.AMMONIA, (121.0612, 37.6604), 18.0, 9.0),
    ("【示例】冷库氨气探测器 2 号", "nh3-2", Quantity.AMMONIA, (121.0616, 37.6607), 11.0, 5.0),
    ("【示例】河道水位计（上游）", "gauge-up", Quantity.WATER_LEVEL, (121.0704, 37.6701), 1.9, 0.3),
    (
        "【示例】河道水位计（闸口）",
        "gauge-gate",
        Quantity.WATER_LEVEL,
        (121.0748, 37.6722),
        1.4,
        0.4,
    ),
)


def tell() -> int:
    """The sensors are there with a day of values; answers how many are new."""
    if queries.source(CODE) is not None:
        return 0
    now = clock.now().replace(second=0, microsecond=0)
    with clock.at(now - timedelta(days=20)):
        formats = (Format.GENERIC, Format.THINGSBOARD, Format.SENSORTHINGS)
        source = keeping.set_up(CODE, Connected("【示例】物联网平台", formats), by=None)
        for number, (name, code, quantity, place, middle, swing) in enumerate(SENSORS):
            said = Described(
                name,
                *place,
                calibrated_until=(now + timedelta(days=20 + 90 * number)).date(),
            )
            sensor = actions.register(said, source=CODE, external_id=code, by=None)
            stream = actions.measure(sensor, "value", quantity, by=None)
            actions.take_file(stream, _day(now, middle, swing, number), by=None)
    values = "".join(
        f'{{"sensor":"{code}","ts":"{now.isoformat()}","values":{{"value":{middle}}}}}\n'
        for _name, code, _quantity, _place, middle, _swing in SENSORS
    )
    for line in values.splitlines():
        inbox.take(source, Format.GENERIC, Sent(line.encode(), "application/json"))
    inbox.take(source, Format.GENERIC, Sent('{"kind": "fire.smoke", "ts": "昨天"'.encode()))
    return len(SENSORS)


def _day(now: datetime, middle: float, swing: float, number: int) -> list[tuple[datetime, float]]:
    """A value each ten minutes of a day, up and down as tides and compressors go."""
    return [
        (
            now - timedelta(minutes=10 * back),
            round(middle + swing * math.sin(back / 20 + number) * math.cos(back / 7), 2),
        )
        for back in range(1, 145)
    ]
