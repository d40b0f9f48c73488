"""How old a word about the wind may be, whose word goes first, and who may say and read it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from flask_babel import lazy_gettext as _l

from webapp.base.access import Anywhere
from webapp.grids.rules import STAFF

# A word about the wind that is older says nothing about now.
FRESH = timedelta(hours=1)
# Below it (m/s) the air is calm, and a direction means nothing.
CALM = 1.0
# A wind that turned by so much (degrees) carries whatever it carries elsewhere.
TURNED = 30.0

# Eight winds, by whence they come.
WINDS = (
    (0, _l("North wind")),
    (45, _l("North-east wind")),
    (90, _l("East wind")),
    (135, _l("South-east wind")),
    (180, _l("South wind")),
    (225, _l("South-west wind")),
    (270, _l("West wind")),
    (315, _l("North-west wind")),
)


@dataclass(frozen=True)
class Word:
    """One value that is known of the wind: who says it, since when, and whether that still holds.

    `measured`: by a station, `who` is its name; else `who` is the person who said it.
    """

    value: float
    at: datetime
    who: str
    measured: bool
    fresh: bool

    def kept(self) -> dict[str, object]:
        """As a zone keeps by which word it was drawn."""
        return {"at": self.at.isoformat(), "who": self.who, "measured": self.measured}


@dataclass(frozen=True)
class WindNow:
    """What is known of the wind at a place: whence (degrees from north) and how fast (m/s)."""

    whence: Word | None = None
    speed: Word | None = None

    @property
    def calm(self) -> bool:
        """True where it is known to be calm."""
        return self.speed is not None and self.speed.fresh and self.speed.value < CALM

    def has_left(self, whence: float | None, speed: float | None) -> bool:
        """True where what is known now carries elsewhere than this wind did."""
        if speed is None or self.speed is None or not self.speed.fresh:
            return False
        was_calm = speed < CALM or whence is None
        if was_calm or self.calm:
            return was_calm != self.calm
        if whence is None or self.whence is None or not self.whence.fresh:
            return False
        return abs((self.whence.value - whence + 180) % 360 - 180) >= TURNED


# From which speed on (m/s) each force of Beaufort begins, 1 to 12.
_BEAUFORT = (0.3, 1.6, 3.4, 5.5, 8.0, 10.8, 13.9, 17.2, 20.8, 24.5, 28.5, 32.7)


def beaufort(speed_ms: float) -> int:
    """The force of a wind of this speed (m/s), 0 to 12."""
    return sum(1 for least in _BEAUFORT if speed_ms >= least)


def better(measured: Word | None, said: Word | None) -> Word | None:
    """Whose word counts: a station that speaks, else a person, else whoever spoke last (and is stale)."""
    if measured is not None and measured.fresh:
        return measured
    if said is not None and said.fresh:
        return said
    known = [each for each in (measured, said) if each is not None]
    return max(known, key=lambda each: each.at, default=None)


def words_of(whence: float) -> object:
    """Whence a wind comes, in words of the nearest of eight."""
    return WINDS[round(whence / 45) % 8][1]


MAY = {
    "wind.see": Anywhere(*STAFF),
    "wind.say": Anywhere("dispatcher", "shift_leader", "safety_officer", "supervisor"),
}
