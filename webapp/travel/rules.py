"""Modes of travel: which roads they may use, how fast, and what is assumed where roads do not help."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from flask_babel import lazy_gettext as _l


class Mode(StrEnum):
    """How somebody gets there."""

    WALK = "walk"
    EBIKE = "ebike"
    CAR = "car"


MODE_WORDS = {
    Mode.WALK: _l("on foot"),
    Mode.EBIKE: _l("by e-bike"),
    Mode.CAR: _l("by car"),
}


@dataclass(frozen=True)
class Pace:
    """How a mode moves: its own speed (km/h), the share of a road's speed that it keeps to.

    `closed` are classes of roads it may not use, `slow` those where it has another speed. `straight`
    is the speed assumed where no road leads, along a line that is `DETOUR` times as long as the
    straight one. All assumed, for one who knows the way.
    """

    top_kmh: float
    share: float
    straight_kmh: float
    closed: frozenset[str]
    slow: dict[str, float]
    both_ways: bool = False


_MOTORWAYS = frozenset({"motorway", "motorway_link"})
_FOOTWAYS = frozenset({"footway", "path", "steps", "corridor", "bridleway", "pedestrian"})

PACES = {
    Mode.WALK: Pace(
        top_kmh=4.8,
        share=1.0,
        straight_kmh=4.8,
        closed=_MOTORWAYS,
        slow={"steps": 2.4},
        both_ways=True,
    ),
    Mode.EBIKE: Pace(
        top_kmh=20.0,
        share=1.0,
        straight_kmh=18.0,
        closed=_MOTORWAYS | {"steps", "corridor"},
        slow={"track": 12.0, "footway": 8.0, "path": 8.0, "pedestrian": 8.0},
    ),
    Mode.CAR: Pace(
        top_kmh=120.0,
        share=0.75,
        straight_kmh=30.0,
        closed=_FOOTWAYS | {"cycleway"},
        slow={},
    ),
}

# The way between a point and its road is walked, and is so much longer than the straight line.
OFF_ROAD_KMH = 4.8
DETOUR = 1.3
# A point farther (metres) than this from every road of its mode is not led along roads.
FAR_FROM_ROADS = 800.0


class Basis(StrEnum):
    """What an answer rests on."""

    ROADS = "roads"
    NEAR = "near"
    FAR = "far"
    APART = "apart"
    NO_ROADS = "no_roads"


BASIS_WORDS = {
    Basis.ROADS: _l("along the roads"),
    Basis.NEAR: _l("straight, it is nearer than any road"),
    Basis.FAR: _l("estimated from the straight line, there is no road nearby"),
    Basis.APART: _l("estimated from the straight line, no road leads there"),
    Basis.NO_ROADS: _l("estimated from the straight line, no roads are known here"),
}

# An area within reach is asked for in minutes, up to these.
LONGEST_MINUTES = 30
