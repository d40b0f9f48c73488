"""Natural shapes, drawn with a die that gives the same numbers on every machine."""

import math
import random
import zlib
from collections.abc import Sequence
from itertools import pairwise
from typing import TypeVar

import numpy as np
from shapely import LineString, Polygon

from geodata.plane import Place

T = TypeVar("T")


class Die:
    """A named stream of chance. One name a job, so that a change in one job moves no other.

    Only `random.Random.random()` is promised to repeat across Python versions, so nothing else is
    used.
    """

    def __init__(self, name: str) -> None:
        self._random = random.Random(zlib.crc32(name.encode())).random

    def between(self, low: float, high: float) -> float:
        return low + (high - low) * self._random()

    def chance(self, probability: float) -> bool:
        return self._random() < probability

    def pick(self, things: Sequence[T]) -> T:
        return things[int(self._random() * len(things))]


def roughen(points: Sequence[Place], die: Die, *, share: float, shortest: float) -> list[Place]:
    """The line with every long piece bent at its middle, again and again; its ends stay."""

    def bend(a: Place, b: Place) -> list[Place]:
        dx, dy = b[0] - a[0], b[1] - a[1]
        if math.hypot(dx, dy) < shortest:
            return [b]
        off = die.between(-share, share)
        middle = ((a[0] + b[0]) / 2 - dy * off, (a[1] + b[1]) / 2 + dx * off)
        return bend(a, middle) + bend(middle, b)

    line = [points[0]]
    for a, b in pairwise(points):
        line += bend(a, b)
    return line


def round_corners(points: Sequence[Place], times: int) -> list[Place]:
    """The open line with its corners cut (Chaikin); its ends stay."""
    line = list(points)
    for _ in range(times):
        cut = [line[0]]
        for (ax, ay), (bx, by) in pairwise(line):
            cut.append((0.75 * ax + 0.25 * bx, 0.75 * ay + 0.25 * by))
            cut.append((0.25 * ax + 0.75 * bx, 0.25 * ay + 0.75 * by))
        line = [*cut, line[-1]]
    return line


def round_ring(points: Sequence[Place], times: int) -> Polygon:
    """The polygon of an open ring of corners, cut all round."""
    ring = list(points)
    for _ in range(times):
        cut = []
        for (ax, ay), (bx, by) in zip(ring, ring[1:] + ring[:1], strict=True):
            cut.append((0.75 * ax + 0.25 * bx, 0.75 * ay + 0.25 * by))
            cut.append((0.25 * ax + 0.75 * bx, 0.25 * ay + 0.75 * by))
        ring = cut
    return Polygon(ring)


def spline(points: Sequence[Place], step: float = 25.0) -> LineString:
    """A smooth line through all the points (centripetal Catmull-Rom: no loops, no overshoot)."""
    p = np.array(points, dtype=float)
    p = np.vstack([2 * p[0] - p[1], p, 2 * p[-1] - p[-2]])
    pieces = []
    for a, b, c, d in zip(p, p[1:], p[2:], p[3:], strict=False):
        t0 = 0.0
        t1 = t0 + math.sqrt(math.dist(a, b))
        t2 = t1 + math.sqrt(math.dist(b, c))
        t3 = t2 + math.sqrt(math.dist(c, d))
        n = max(2, math.ceil(math.dist(b, c) / step))
        t = np.linspace(t1, t2, n, endpoint=False)[:, None]
        ab = (t1 - t) / (t1 - t0) * a + (t - t0) / (t1 - t0) * b
        bc = (t2 - t) / (t2 - t1) * b + (t - t1) / (t2 - t1) * c
        cd = (t3 - t) / (t3 - t2) * c + (t - t2) / (t3 - t2) * d
        abc = (t2 - t) / (t2 - t0) * ab + (t - t0) / (t2 - t0) * bc
        bcd = (t3 - t) / (t3 - t1) * bc + (t - t1) / (t3 - t1) * cd
        pieces.append((t2 - t) / (t2 - t1) * abc + (t - t1) / (t2 - t1) * bcd)
    return LineString(np.vstack([*pieces, p[-2:-1]]))


def arc(start: Place, end: Place, bulge: float) -> LineString:
    """A shallow bow from start to end whose middle stands `bulge` metres to the left."""
    (ax, ay), (bx, by) = start, end
    if abs(bulge) < 2:
        return LineString([start, end])
    length = math.dist(start, end)
    px = (ax + bx) / 2 - (by - ay) / length * 2 * bulge
    py = (ay + by) / 2 + (bx - ax) / length * 2 * bulge
    t = np.linspace(0, 1, 9)[:, None]
    curve = (1 - t) ** 2 * [ax, ay] + 2 * t * (1 - t) * [px, py] + t**2 * [bx, by]
    return LineString([start, *map(tuple, curve[1:-1]), end])


def blob(
    centre: Place, radius: float, die: Die, *, turn: float, stretch: float, rough: float
) -> Polygon:
    """A smooth closed shape about the centre, of about the area of the circle."""
    waves = [
        (k + 2, rough / (k + 1) * die.between(0.5, 1), die.between(0, 2 * math.pi))
        for k in range(4)
    ]
    ring = []
    for step in range(48):
        t = 2 * math.pi * step / 48
        r = radius * (1 + sum(size * math.sin(n * t + phase) for n, size, phase in waves))
        u, v = r * math.cos(t) * math.sqrt(stretch), r * math.sin(t) / math.sqrt(stretch)
        ring.append(
            (
                centre[0] + u * math.cos(turn) - v * math.sin(turn),
                centre[1] + u * math.sin(turn) + v * math.cos(turn),
            )
        )
    return Polygon(ring)


def _hash(i: int, j: int, layer: int) -> float:
    h = (i * 374761393 + j * 668265263 + layer * 2147483647) & 0xFFFFFFFF
    h = ((h ^ (h >> 13)) * 1274126177) & 0xFFFFFFFF
    return ((h ^ (h >> 16)) & 0xFFFF) / 65535


def noise(x: float, y: float, scale: float, layer: int) -> float:
    """Smooth chance in 0..1 that changes over about `scale` metres."""
    x, y = x / scale, y / scale
    i, j = math.floor(x), math.floor(y)
    u, v = x - i, y - j
    u, v = u * u * (3 - 2 * u), v * v * (3 - 2 * v)
    south = _hash(i, j, layer) * (1 - u) + _hash(i + 1, j, layer) * u
    north = _hash(i, j + 1, layer) * (1 - u) + _hash(i + 1, j + 1, layer) * u
    return south * (1 - v) + north * v
