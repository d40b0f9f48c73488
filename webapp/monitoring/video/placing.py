"""Where what was seen lies: the feet by how the camera hangs, else the part of its ground there. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import atan, atan2, ceil, cos, degrees, hypot, radians, sin, tan

from webapp.base.spatial import to_metric

# Nobody writes down a bearing or a tilt more exactly than this (degrees), a height than this (share).
ANGLE_DOUBT, HEIGHT_DOUBT = 2.0, 0.1
# Feet are not found more exactly than this (share of the picture).
FOOT_DOUBT = 0.01
# Whoever sees wider than this (degrees) bends what is straight.
WIDEST = 120.0
# The width of a picture by its height, where whoever saw it does not tell.
USUAL_ASPECT = 16 / 9
ARC_STEP = 5.0
_DEGREE_M = 111_320.0


@dataclass(frozen=True)
class Seen:
    """What part of a picture it was seen in, from its left to its right side; its feet, where it has any.

    All of the picture is (0, 0) to (1, 1); `aspect` is its width by its height.
    """

    left: float
    right: float
    foot: tuple[float, float] | None
    aspect: float


@dataclass(frozen=True)
class Pose:
    """How a fixed camera hangs: (lon, lat) degrees WGS 84; bearing, doubt, width and tilt in degrees, 0 level,
    -90 straight down; height and range in metres."""

    at: tuple[float, float]
    bearing: float
    doubt: float
    fov: float
    range_m: float
    height_m: float | None
    tilt: float | None


# (lon, lat, accuracy in metres).
Place = tuple[float, float, float]


def by_pose(pose: Pose, seen: Seen) -> Place | None:
    """Where the feet stand on level ground; None without a height or tilt, beyond the range, near the horizon."""
    if seen.foot is None or pose.tilt is None or not pose.height_m:
        return None
    (x, y), tilt, high = seen.foot, pose.tilt, pose.height_m
    here = _ground(pose, seen)
    doubts = (
        (replace(pose, tilt=tilt + ANGLE_DOUBT), seen),
        (replace(pose, tilt=tilt - ANGLE_DOUBT), seen),
        (replace(pose, bearing=pose.bearing + max(ANGLE_DOUBT, pose.doubt)), seen),
        (replace(pose, height_m=high * (1 + HEIGHT_DOUBT)), seen),
        (pose, replace(seen, foot=(x, y - FOOT_DOUBT))),
        (pose, replace(seen, foot=(x + FOOT_DOUBT, y))),
    )
    moved = [_ground(*each) for each in doubts]
    if here is None or hypot(*here) > pose.range_m:
        return None
    off = [hypot(each[0] - here[0], each[1] - here[1]) for each in moved if each is not None]
    if len(off) < len(moved):
        return None
    # The tilt is wrong one way or the other, the rest may all be wrong at once.
    lon, lat = _moved(pose.at, *here)
    return lon, lat, max(1.0, max(off[:2]) + sum(off[2:]))


def wedge(pose: Pose, seen: Seen) -> list[tuple[float, float]] | None:
    """The ring (metres of the storage CRS) around all ground in the direction of what was seen, as far as the
    camera sees; None where it sees too wide to tell directions."""
    if pose.fov > WIDEST:
        return None
    doubt = max(ANGLE_DOUBT, pose.doubt)
    first, last = (
        pose.bearing + degrees(atan((2 * side - 1) * tan(radians(pose.fov / 2)))) + more
        for side, more in ((seen.left, -doubt), (seen.right, doubt))
    )
    steps = max(1, ceil((last - first) / ARC_STEP))
    # The chords of the arc lie inside of it.
    far = pose.range_m / cos(radians(ARC_STEP / 2)) + 1
    angles = [radians(first + (last - first) * step / steps) for step in range(steps + 1)]
    arc = [_moved(pose.at, far * sin(angle), far * cos(angle)) for angle in angles]
    ring = [to_metric(*each) for each in (pose.at, *arc)]
    return [*ring, ring[0]]


def best(*places: Place | None) -> Place | None:
    """The place that is known most exactly."""
    known = [each for each in places if each is not None]
    return min(known, key=lambda each: each[2], default=None)


def _ground(pose: Pose, seen: Seen) -> tuple[float, float] | None:
    """Metres east and north of the camera; None where the ray does not come down."""
    if seen.foot is None or pose.tilt is None or pose.height_m is None:
        return None
    half = tan(radians(pose.fov / 2))
    right, down = (2 * seen.foot[0] - 1) * half, (2 * seen.foot[1] - 1) * half / seen.aspect
    low = radians(-pose.tilt)
    ahead, falls = cos(low) - down * sin(low), sin(low) + down * cos(low)
    if falls <= 0:
        return None
    times = pose.height_m / falls
    angle = radians(pose.bearing) + atan2(right, ahead)
    far = times * hypot(right, ahead)
    return far * sin(angle), far * cos(angle)


def _moved(at: tuple[float, float], east: float, north: float) -> tuple[float, float]:
    lon, lat = at
    return lon + east / (_DEGREE_M * cos(radians(lat))), lat + north / _DEGREE_M
