"""Which preset looks at a place, whose hand goes first, and who may turn a camera."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from webapp.base.access import Anywhere

# A preset looks at what lies within so many degrees of its bearing.
WITHIN = 30.0
# Whoever turned a camera by hand keeps it for so long, except where a life may hang on the alarm.
HAND_KEEPS = timedelta(minutes=2)
# How many cameras are turned to one alarm, the nearest first.
MOST_TURNED = 3
MOST_PRESETS = 300


@dataclass(frozen=True)
class Aim:
    """A preset by its key, and whither it looks (degrees from north) where somebody said so."""

    preset_id: int
    bearing: float | None


def aimed(presets: Iterable[Aim], towards: float) -> Aim | None:
    """The preset that looks nearest to a direction, or None where none looks there."""
    found = [(_turn(each.bearing, towards), each) for each in presets if each.bearing is not None]
    best = min(found, key=lambda each: (each[0], each[1].preset_id), default=None)
    return best[1] if best is not None and best[0] <= WITHIN else None


def _turn(one: float, other: float) -> float:
    return abs((one - other + 180) % 360 - 180)


MAY = {
    "turning.turn": Anywhere("dispatcher", "shift_leader"),
    "turning.keep": Anywhere("shift_leader", "admin"),
}
