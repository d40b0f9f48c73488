"""Kinds of zones in a picture, what each wants to know, when it is watched, and who may."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum

from flask_babel import lazy_gettext as _l

from webapp.base.access import Anywhere, Holds
from webapp.base.flow import Unacceptable
from webapp.monitoring.signals import Kind

Corners = tuple[tuple[float, float], ...]

FEWEST_CORNERS, MOST_CORNERS, MOST_ZONES = 3, 24, 24
# A zone of less than this share of the picture was a slip of the hand.
SMALLEST_ZONE = 0.0004

# How many frames in a row a condition must hold, as Frigate counts it.
USUAL_INERTIA = 3
# How many pictures a second are looked at.
LOOKS_A_SECOND = 5

# Whoever said what for sees the pictures of a camera for so long (seconds).
PASS_S = 1800
# Whoever began a wall keeps it for a shift.
WALL_S = 8 * 3600
PASS_WORDS = _l("Say again what you look for: the last time is too long ago.")

# A picture on demand is at most so old (seconds): many who look ask the camera once.
FRESH_S = 4.0
# How many cameras a wall shows.
WALLS = (1, 4, 9)


class ZoneKind(StrEnum):
    """What is watched for in a zone; a mask is what nobody sees."""

    INTRUSION = "intrusion"
    LOITERING = "loitering"
    POST = "post"
    SMOKE = "smoke"
    GAUGE = "gauge"
    MASK = "mask"


ZONE_WORDS = {
    ZoneKind.INTRUSION: _l("Nobody may enter"),
    ZoneKind.LOITERING: _l("Nobody may stay long"),
    ZoneKind.POST: _l("Somebody must be at the post"),
    ZoneKind.SMOKE: _l("Watch for smoke"),
    ZoneKind.GAUGE: _l("Read the water gauge"),
    ZoneKind.MASK: _l("Privacy mask"),
}

# What an alarm of a zone is about.
ALARMS = {
    ZoneKind.INTRUSION: Kind.INTRUSION,
    ZoneKind.LOITERING: Kind.LOITERING,
    ZoneKind.POST: Kind.LEFT_POST,
    ZoneKind.SMOKE: Kind.SMOKE,
    ZoneKind.GAUGE: Kind.WATER_LEVEL,
}

# The rules by their names and versions: a version is another when the same frames give another answer.
RULES = {
    ZoneKind.INTRUSION: "zone-intrusion/1",
    ZoneKind.LOITERING: "zone-loitering/1",
    ZoneKind.POST: "left-post/1",
    ZoneKind.SMOKE: "smoke/1",
    ZoneKind.GAUGE: "water-gauge/1",
}
TAMPER_RULE, FROZEN_RULE = "tamper/1", "frozen/1"

# Kinds for which it counts how long, and for how long where nobody said (seconds).
LASTING = {ZoneKind.LOITERING: 20.0, ZoneKind.POST: 60.0}
LONGEST_S = 3600.0
# Kinds in which a person is told from other things that move.
OF_PEOPLE = frozenset((ZoneKind.INTRUSION, ZoneKind.LOITERING))
# The share of a gauge under water from which it is an alarm, where nobody said.
USUAL_LEVEL = 0.6


@dataclass(frozen=True)
class Zone:
    """A polygon in a picture, whose sides are (0, 0) to (1, 1), and what is watched for in it."""

    id: int
    kind: ZoneKind
    corners: Corners
    name: str = ""
    inertia: int = USUAL_INERTIA
    seconds: float = 0.0
    level: float = USUAL_LEVEL
    # Only what a detector takes for a person is an alarm.
    person: bool = True


def checked_corners(corners: Corners) -> Corners:
    """The corners of a plain polygon; `Unacceptable` where they make none."""
    words = None
    if not FEWEST_CORNERS <= len(corners) <= MOST_CORNERS:
        words = _l("Give %(least)s to %(most)s corners.", least=FEWEST_CORNERS, most=MOST_CORNERS)
    elif any(not (0 <= x <= 1 and 0 <= y <= 1) for x, y in corners):
        words = _l("A corner lies outside of the picture: both numbers go from 0 to 1.")
    elif _crosses_itself(corners):
        words = _l("The edges of the zone cross one another.")
    elif area_of(corners) < SMALLEST_ZONE:
        words = _l("This zone is too small to see anything in it.")
    if words is not None:
        raise Unacceptable(words, fields={"corners": words})
    return corners


def area_of(corners: Corners) -> float:
    """The share of the picture that a polygon covers."""
    pairs = zip(corners, (*corners[1:], corners[0]), strict=True)
    return abs(math.fsum(x * b - a * y for (x, y), (a, b) in pairs)) / 2


def active(begins: time | None, ends: time | None, at: datetime) -> bool:
    """True while a zone is watched: always, or from one time of day to another, past midnight too."""
    if begins is None or ends is None or begins == ends:
        return True
    now = at.time()
    return begins <= now < ends if begins < ends else now >= begins or now < ends


def _crosses_itself(corners: Corners) -> bool:
    count = len(corners)
    edges = [(corners[at], corners[(at + 1) % count]) for at in range(count)]
    return any(
        _cross(*edges[one], *edges[other])
        for one in range(count)
        for other in range(one + 2, count)
        if (one, other) != (0, count - 1)
    )


def _cross(
    a: tuple[float, float], b: tuple[float, float], c: tuple[float, float], d: tuple[float, float]
) -> bool:
    def side(p: tuple[float, float], q: tuple[float, float], r: tuple[float, float]) -> float:
        return (q[0] - p[0]) * (r[1] - p[1]) - (q[1] - p[1]) * (r[0] - p[0])

    return side(a, b, c) * side(a, b, d) < 0 and side(c, d, a) * side(c, d, b) < 0


# A clip shows so long before an alarm and after it (seconds), so wide (pixels); an alarm has at most so many.
CLIP_BEFORE_S, CLIP_AFTER_S, CLIP_WIDTH, MOST_CLIPS = 5.0, 7.0, 640, 3
# A camera that sees an alarm of others is filmed once in so long, and not later than so long after it.
CLIP_APART, CLIP_SOON = timedelta(seconds=30), timedelta(seconds=60)
# After so long a clip or a picture is erased; while its case is open it is kept. A picture is kept as
# long as the message that brought it.
CLIPS_KEPT, PICTURES_KEPT = timedelta(days=30), timedelta(days=90)
# A picture on demand stays on the disk for whoever asks next, and no longer than this.
UNASKED = timedelta(days=1)

_DESK = ("dispatcher", "shift_leader", "safety_officer", "supervisor", "street_leader", "admin")
# Theirs are the cameras of the grids, or of the villages, over which they hold their post.
_BY_GRID = ("grid_secretary", "grid_leader", "grid_worker", "port_manager")

MAY = {
    "video.see": Anywhere(*_DESK) | Holds(*_BY_GRID),
    "video.wall": Anywhere(*_DESK, "port_manager"),
    "video.zones": Anywhere("shift_leader", "admin"),
}
