"""How long the way takes. Today by the straight line; the road graph takes this place."""

from __future__ import annotations

from enum import StrEnum
from math import hypot

from flask_babel import lazy_gettext as _l

Point = tuple[float, float]


class Mode(StrEnum):
    """What somebody goes by."""

    WALK = "walk"
    EBIKE = "ebike"
    CAR = "car"


class Way(StrEnum):
    """How the length of a way is known."""

    STRAIGHT = "straight"


WAY_WORDS = {Way.STRAIGHT: _l("straight line × 1.3")}

DETOUR = 1.3
METRES_A_MINUTE = {Mode.WALK: 75.0, Mode.EBIKE: 250.0, Mode.CAR: 400.0}


def minutes(origin: Point, to: Point, *, mode: Mode = Mode.EBIKE) -> tuple[float, Way]:
    """Minutes from one point to another (metres of the storage CRS), and how they are known."""
    metres = hypot(to[0] - origin[0], to[1] - origin[1]) * DETOUR
    return metres / METRES_A_MINUTE[mode], Way.STRAIGHT
