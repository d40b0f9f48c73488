"""When a measured value is an alarm: a level to raise, another to clear, and for how long it must hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from webapp.base.access import Anywhere, Holds
from webapp.monitoring.signals import Change, Kind, Severity


class Measure(StrEnum):
    """What of a series is compared: its value, or how much it rises in an hour."""

    VALUE = "value"
    RATE = "rate"


MEASURE_WORDS = {
    Measure.VALUE: _l("The value"),
    Measure.RATE: _l("Its rise in an hour"),
}


@dataclass(frozen=True)
class Limit:
    """From which level on it is an alarm, at which it is over again, and how long it must hold before."""

    raise_at: float
    clear_at: float
    above: bool = True
    hold: timedelta = timedelta()
    measure: Measure = Measure.VALUE
    severity: Severity = Severity.MAJOR

    def is_beyond(self, value: float) -> bool:
        """True for a value that raises."""
        return value >= self.raise_at if self.above else value <= self.raise_at

    def is_back(self, value: float) -> bool:
        """True for a value that clears; between the two levels everything stays as it is."""
        return value <= self.clear_at if self.above else value >= self.clear_at


@dataclass(frozen=True)
class Stand:
    """How a threshold stands: beyond its level since a moment, raised at another."""

    beyond_since: datetime | None = None
    raised_at: datetime | None = None


def step(limit: Limit, stand: Stand, value: float, at: datetime) -> tuple[Stand, Change | None]:
    """How it stands after a value, and whether that raises or clears."""
    if stand.raised_at is not None:
        if limit.is_back(value):
            return Stand(), Change.CLEARED
        return stand, None
    if not limit.is_beyond(value):
        return Stand(), None
    since = stand.beyond_since or at
    if at - since >= limit.hold:
        return Stand(since, at), Change.RAISED
    return Stand(since), None


class Quantity(StrEnum):
    """What is measured."""

    AMMONIA = "ammonia"
    LEL = "lel"
    WATER_LEVEL = "water_level"
    TIDE = "tide"
    RAIN = "rain"
    SMOKE = "smoke"
    TEMPERATURE = "temperature"
    WIND = "wind"
    WIND_FROM = "wind_from"
    DOOR = "door"
    OTHER = "other"


@dataclass(frozen=True)
class QuantityRules:
    """What a quantity is called, its unit, what its alarm is about, its usual thresholds; and what its
    values mean where they are states and no amounts."""

    words: LazyString
    unit: str
    kind: Kind
    limits: tuple[Limit, ...] = ()
    states: Mapping[float, LazyString] = field(default_factory=dict)

    def shown(self, value: float) -> str:
        """A value with its unit, or the state that it means."""
        state = self.states.get(value)
        return str(state) if state is not None else f"{value:g} {self.unit}".strip()


# Ammonia as GB 50072-2021 7.4 has it: 150 ppm gives the alarm and starts the fans, a quarter of the
# lower explosive limit cuts the power. Levels of a gauge are those of its river: somebody sets them.
QUANTITIES: dict[Quantity, QuantityRules] = {
    Quantity.AMMONIA: QuantityRules(
        _l("Ammonia in the air"),
        "ppm",
        Kind.AMMONIA,
        (Limit(150, 100, severity=Severity.CRITICAL),),
    ),
    Quantity.LEL: QuantityRules(
        _l("Part of the lower explosive limit"),
        "%LEL",
        Kind.GAS,
        (Limit(25, 15, severity=Severity.CRITICAL),),
    ),
    Quantity.WATER_LEVEL: QuantityRules(
        _l("Level of the water"),
        "m",
        Kind.WATER_LEVEL,
        (
            Limit(3.0, 2.8, hold=timedelta(minutes=5)),
            Limit(
                0.5,
                0.2,
                hold=timedelta(minutes=10),
                measure=Measure.RATE,
                severity=Severity.MAJOR,
            ),
        ),
    ),
    # A tide rises half a metre an hour every day: only its height is asked.
    Quantity.TIDE: QuantityRules(
        _l("Height of the tide"),
        "m",
        Kind.WATER_LEVEL,
        (Limit(3.0, 2.8, hold=timedelta(minutes=10)),),
    ),
    Quantity.RAIN: QuantityRules(
        _l("Rain in an hour"), "mm", Kind.RAIN, (Limit(30, 20, severity=Severity.MINOR),)
    ),
    Quantity.SMOKE: QuantityRules(_l("Smoke density"), "%/m", Kind.SMOKE),
    Quantity.TEMPERATURE: QuantityRules(_l("Measured temperature"), "℃", Kind.THRESHOLD),
    Quantity.WIND: QuantityRules(_l("Wind speed"), "m/s", Kind.WEATHER),
    Quantity.WIND_FROM: QuantityRules(_l("Wind direction"), "°", Kind.WEATHER),
    # A door is opened all day long: one that stands open is what somebody should know.
    Quantity.DOOR: QuantityRules(
        _l("Door contact"),
        "",
        Kind.THRESHOLD,
        (Limit(1, 0, hold=timedelta(minutes=5), severity=Severity.MINOR),),
        {0: _l("is shut"), 1: _l("stands open")},
    ),
    Quantity.OTHER: QuantityRules(_l("Another quantity"), "", Kind.THRESHOLD),
}

# Between two values of which the rise in an hour is counted lies at least so much time, and at most.
RATE_LEAST, RATE_MOST = timedelta(minutes=10), timedelta(hours=2)

# A sensor that said nothing for so long (seconds) is silent, unless it is set otherwise.
SILENT_S = 900
# A calibration that ends within so many days is told.
SOON_DAYS = 30
# So many months values are kept.
KEEP_MONTHS = 24

_KEEPERS = ("safety_officer", "admin")

MAY = {
    "sensors.see": Anywhere(*_KEEPERS, "dispatcher", "shift_leader", "supervisor", "street_leader")
    | Holds("grid_secretary", "grid_leader", "grid_worker"),
    "sensors.keep": Anywhere(*_KEEPERS),
}
