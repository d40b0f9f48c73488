"""Distances that are kept from a leak or a fire whatever a model says, and the levels that harm.

Pure. The sources of every number stand in docs/danger.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from math import ceil

from flask_babel import lazy_gettext as _l

MILE = 1609.344
# The guide's moderate and high wind begin at 10 and 20 km/h; in m/s.
MODERATE, HIGH = 10 / 3.6, 20 / 3.6


class Size(StrEnum):
    """How much ammonia can get out, by what it is kept in."""

    SMALL = "small"
    CYLINDERS = "cylinders"
    TANK = "tank"
    TRUCK = "truck"
    LARGE = "large"


SIZE_WORDS = {
    Size.SMALL: _l("Small: up to 200 litres, one cylinder"),
    Size.CYLINDERS: _l("Several cylinders"),
    Size.TANK: _l("A small tank, up to about 4 t"),
    Size.TRUCK: _l("A road tanker or the charge of a cold store, up to about 20 t"),
    Size.LARGE: _l("A rail tank car or a storage tank"),
}


@dataclass(frozen=True)
class Kept:
    """Metres all around, and downwind by day and by night in low, moderate and high wind."""

    around: float
    day: tuple[float, float, float]
    night: tuple[float, float, float]

    def downwind(self, wind_ms: float, *, by_day: bool) -> float:
        """How far downwind people are protected."""
        step = 0 if wind_ms < MODERATE else 1 if wind_ms < HIGH else 2
        return (self.day if by_day else self.night)[step]


def _miles(*values: float) -> tuple[float, float, float]:
    """Miles of the guide in metres, rounded up to the next hundred."""
    low, moderate, high = (ceil(each * MILE / 100) * 100.0 for each in values)
    return low, moderate, high


# ERG, ammonia, anhydrous (UN1005): table 1 for what is small, table 3 for the rest.
AMMONIA = {
    Size.SMALL: Kept(30, (100, 100, 100), (200, 200, 200)),
    Size.CYLINDERS: Kept(30, _miles(0.2, 0.1, 0.1), _miles(0.5, 0.2, 0.1)),
    Size.TANK: Kept(60, _miles(0.3, 0.2, 0.2), _miles(0.9, 0.2, 0.2)),
    Size.TRUCK: Kept(150, _miles(0.5, 0.3, 0.3), _miles(1.1, 0.4, 0.4)),
    Size.LARGE: Kept(300, _miles(1.0, 0.8, 0.6), _miles(2.6, 1.3, 0.8)),
}


class Level(StrEnum):
    """Levels of ammonia that harm whoever breathes them for an hour, the worst first."""

    DEADLY = "deadly"
    HARMFUL = "harmful"
    NOTICED = "noticed"


# AEGL-3, AEGL-2, AEGL-1 of ammonia for 60 minutes, ppm.
PPM = {Level.DEADLY: 1100.0, Level.HARMFUL: 160.0, Level.NOTICED: 30.0}

LEVEL_WORDS = {
    Level.DEADLY: _l("Life in danger (AEGL-3, 1100 ppm)"),
    Level.HARMFUL: _l("Lasting harm, hard to escape (AEGL-2, 160 ppm)"),
    Level.NOTICED: _l("Smelled, eyes burn (AEGL-1, 30 ppm)"),
}


class Fire(StrEnum):
    """What burns."""

    BUILDING = "building"
    HALL = "hall"
    WOODS = "woods"
    LIQUID = "liquid"
    GAS = "gas"


FIRE_WORDS = {
    Fire.BUILDING: _l("A building"),
    Fire.HALL: _l("A factory or store hall"),
    Fire.WOODS: _l("Woods or grass"),
    Fire.LIQUID: _l("A tank of flammable liquid"),
    Fire.GAS: _l("A vessel of flammable gas"),
}

# Metres all around, and how far the smoke is feared downwind. Those of tanks and vessels are of the
# ERG (guides 128 and 115); the others and all of the smoke are our own assumptions.
FIRES = {
    Fire.BUILDING: (100.0, 500.0),
    Fire.HALL: (200.0, 1000.0),
    Fire.WOODS: (300.0, 2000.0),
    Fire.LIQUID: (800.0, 2000.0),
    Fire.GAS: (1600.0, 2000.0),
}
