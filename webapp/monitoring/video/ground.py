"""Where on the ground a point of a picture lies: by four points of both that somebody has named."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from flask_babel import lazy_gettext as _l

from webapp.base.flow import Unacceptable
from webapp.base.spatial import to_lonlat, to_metric

Pair = tuple[float, float, float, float]

PAIRS = 4
# Three of four points on a line, or nearly so, fix nothing (share of the picture, square metres).
FLATTEST, SMALLEST_M2 = 0.0005, 1.0


def checked_pairs(pairs: Sequence[Pair]) -> Sequence[Pair]:
    """Four points of the picture with their places; `Unacceptable` where they fix nothing."""
    if len(pairs) != PAIRS:
        words = _l("Name four points of the picture and where they lie.")
        raise Unacceptable(words, fields={"ground": words})
    places = [to_metric(lon, lat) for _x, _y, lon, lat in pairs]
    flat = _flattest([(x, y) for x, y, *_place in pairs]) < FLATTEST
    if flat or _flattest(places) < SMALLEST_M2:
        words = _l("Three of the four points lie on one line. Take four that span an area.")
        raise Unacceptable(words, fields={"ground": words})
    return pairs


def lonlat_of(
    pairs: Sequence[Pair], point: tuple[float, float]
) -> tuple[float, float, float] | None:
    """(lon, lat, accuracy in metres) of a point of the picture; None at or above its horizon."""
    homography = _homography(pairs)
    x, y, w = homography @ (point[0], point[1], 1.0)
    signs = [float(homography[2] @ (px, py, 1.0)) for px, py, *_place in pairs]
    if w == 0 or any(np.sign(w) != np.sign(each) for each in signs):
        return None
    middle = np.mean([to_metric(lon, lat) for *_xy, lon, lat in pairs], axis=0)
    here = np.array((x / w, y / w)) + middle
    # A hundredth of the picture here, on the ground: feet are not found more exactly.
    step = [homography @ (point[0] + dx, point[1] + dy, 1.0) for dx, dy in ((0.01, 0), (0, 0.01))]
    moved = max(float(np.hypot(*(each[:2] / each[2] + middle - here))) for each in step)
    lon, lat = to_lonlat(float(here[0]), float(here[1]))
    return lon, lat, max(1.0, moved)


def _homography(pairs: Sequence[Pair]) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    places = np.array([to_metric(lon, lat) for *_xy, lon, lat in pairs])
    places = places - places.mean(axis=0)
    rows, sides = [], []
    for (x, y, *_place), (east, north) in zip(pairs, places, strict=True):
        rows += [
            [x, y, 1, 0, 0, 0, -east * x, -east * y],
            [0, 0, 0, x, y, 1, -north * x, -north * y],
        ]
        sides += [east, north]
    found = np.linalg.solve(np.array(rows), np.array(sides))
    return np.append(found, 1.0).reshape(3, 3)


def _flattest(points: Sequence[tuple[float, float]]) -> float:
    """The smallest of the four triangles."""
    areas = []
    for left_out in range(len(points)):
        (ax, ay), (bx, by), (cx, cy) = (each for at, each in enumerate(points) if at != left_out)
        areas.append(abs((bx - ax) * (cy - ay) - (cx - ax) * (by - ay)) / 2)
    return min(areas)
