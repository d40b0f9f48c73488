"""What differs between two sets of borders: the ground that changes hands, and the shares behind it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

from webapp.grids.lineage import Share

K = TypeVar("K")

# Less than this (square metres) is the rounding of a redrawn line.
NOISE_M2 = 1.0


@dataclass(frozen=True)
class Hand(Generic[K]):
    """A piece of ground that goes from one grid to another; None: from or to no grid."""

    before: K | None
    after: K | None
    ground: BaseGeometry

    @property
    def area_m2(self) -> float:
        """How much it is."""
        return float(self.ground.area)


def shares(old: Mapping[int, BaseGeometry], new: Mapping[int, BaseGeometry]) -> list[Share]:
    """What every old grid and every new one have in common, as shares of both; keys of versions."""
    was, now = _array(old), _array(new)
    first, second = shapely.STRtree(now).query(was, predicate="intersects")
    common = shapely.area(was[first])
    differ = ~shapely.equals_exact(was[first], now[second])
    common[differ] = shapely.area(shapely.intersection(was[first[differ]], now[second[differ]]))
    olds, news = list(old), list(new)
    of_old, of_new = common / shapely.area(was[first]), common / shapely.area(now[second])
    return [
        Share(olds[a], news[b], one, other)
        for a, b, one, other in zip(first, second, of_old.tolist(), of_new.tolist(), strict=True)
        if one > 0
    ]


def hands(old: Mapping[K, BaseGeometry], new: Mapping[K, BaseGeometry]) -> list[Hand[K]]:
    """The ground that changes hands between two sets of borders, the largest pieces first.

    Grids go by code: ground that stays with its code does not change hands.
    """
    pieces = (Hand(each.before, each.after, _areas(each.ground)) for each in _hands(old, new))
    found = [each for each in pieces if each.area_m2 > NOISE_M2]
    return sorted(found, key=lambda each: -each.area_m2)


def _hands(old: Mapping[K, BaseGeometry], new: Mapping[K, BaseGeometry]) -> Iterator[Hand[K]]:
    same = {key for key in old if key in new and old[key].equals_exact(new[key], 0.0)}
    was = {key: shape for key, shape in old.items() if key not in same}
    now = {key: shape for key, shape in new.items() if key not in same}
    before, after = _array(was), _array(now)
    olds, news = list(was), list(now)
    first, second = shapely.STRtree(after).query(before, predicate="intersects")
    for a, b in zip(first, second, strict=True):
        if olds[a] != news[b]:
            yield Hand(olds[a], news[b], before[a].intersection(after[b]))
    everything, nothing = shapely.union_all(after), shapely.union_all(before)
    for key, shape in was.items():
        yield Hand(key, None, shape.difference(everything))
    for key, shape in now.items():
        yield Hand(None, key, shape.difference(nothing))


def _areas(ground: BaseGeometry) -> BaseGeometry:
    """Without the lines along which both borders still run together."""
    parts = [each for each in shapely.get_parts(ground) if isinstance(each, Polygon)]
    return MultiPolygon(parts)


def _array(shapes: Mapping[K, BaseGeometry]) -> NDArray[np.object_]:
    array: NDArray[np.object_] = np.empty(len(shapes), dtype=object)
    array[:] = list(shapes.values())
    return array
