"""The 97 grids: every parcel goes to the grid of the first map that it mostly lies in."""

from collections import defaultdict
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import shapely
from shapely import Polygon, STRtree
from shapely.geometry.base import BaseGeometry

from geodata.facts import Drawn
from geodata.parcels import Net
from geodata.ways import MAIN

LETTER = {"community": "C", "unrelocated": "V", "industry": "I", "relocated": "R"}
KIND_ZH = {
    "community": "社区网格",
    "unrelocated": "未搬迁村网格",
    "industry": "行业网格",
    "relocated": "已搬迁村原址网格",
}

# So many metres of border weigh as much as a likeness e times better.
BORDER_WORTH = 3000.0
# Borders are straightened in built areas and this far, in metres, around them.
FRINGE = 60.0
# A planned area's fields beyond a main road stay with it only if they are larger, in square metres.
LOBE = 120_000.0


@dataclass(frozen=True)
class Grid:
    """A grid: what its seed says, its display code and its border on the plane."""

    facts: dict[str, Any]
    display_code: str
    shape: Polygon


def grow(net: Net, seeds: list[Drawn], built: BaseGeometry) -> list[Grid]:
    """The grids in the order of their codes.

    Each grid is one polygon: a parcel cut off from the rest of its grid joins the neighbour it
    shares most border with.
    """
    parcels = net.parcels
    seeds = sorted(seeds, key=lambda s: str(s.facts["code"]))
    overlap = _overlaps(parcels, [s.geometry for s in seeds])
    shared = _shared_borders(parcels)
    area = shapely.area(parcels)
    label = _mostly_in(parcels, seeds, overlap)
    inside = shapely.contains_properly(built, shapely.point_on_surface(parcels))
    _stop_at_main_roads(label, net, seeds, shared, inside)
    near = np.flatnonzero(shapely.dwithin(built, parcels, FRINGE)).tolist()
    seed_area = shapely.area([s.geometry for s in seeds])
    _settle_borders(label, overlap, shared, area, seed_area, near)
    for _ in range(8):
        strays = _strays(label, shared, area, len(seeds))
        if not strays:
            break
        for parcel in strays:
            votes: dict[int, float] = defaultdict(float)
            for other, length in shared[parcel].items():
                if other not in strays and label[other] != label[parcel]:
                    votes[int(label[other])] += length
            if votes:
                label[parcel] = max(sorted(votes), key=lambda g: votes[g])
    shapes = [
        shapely.coverage_union_all([parcels[i] for i in np.flatnonzero(label == g)])
        for g in range(len(seeds))
    ]
    counts: dict[str, int] = defaultdict(int)
    grids = []
    for seed, shape in zip(seeds, shapes, strict=True):
        kind = seed.facts["kind"]
        counts[kind] += 1
        single = shapely.get_parts(shape)
        assert len(single) == 1, f"{seed.facts['name']} fell into {len(single)} parts"
        grids.append(Grid(seed.facts, f"DJJ-{LETTER[kind]}-{counts[kind]:03d}", single[0]))
    return grids


def _overlaps(parcels: list[Polygon], seeds: list[Polygon]) -> list[dict[int, float]]:
    """For each parcel the square metres of it in each seed."""
    mine, theirs = STRtree(seeds).query(parcels, predicate="intersects")
    sizes = shapely.area(shapely.intersection(np.array(parcels)[mine], np.array(seeds)[theirs]))
    overlap: list[dict[int, float]] = [{} for _ in parcels]
    for parcel, seed, size in zip(mine.tolist(), theirs.tolist(), sizes.tolist(), strict=True):
        overlap[parcel][seed] = size
    return overlap


def _mostly_in(
    parcels: list[Polygon], seeds: list[Drawn], overlap: list[dict[int, float]]
) -> np.ndarray:
    nearest = STRtree([s.geometry for s in seeds]).nearest(shapely.point_on_surface(parcels))
    return np.array(
        [
            max(shares, key=lambda seed: shares[seed]) if shares else near
            for shares, near in zip(overlap, nearest.tolist(), strict=True)
        ]
    )


def _stop_at_main_roads(
    label: np.ndarray,
    net: Net,
    seeds: list[Drawn],
    shared: list[dict[int, float]],
    inside: np.ndarray,
) -> None:
    """Small lobes beyond a main road leave the planned area's grid for the grid they border most."""
    main = STRtree([e for e, w in zip(net.edges, net.ways, strict=True) if w and w.cls in MAIN])
    planned = {g for g, s in enumerate(seeds) if s.facts["kind"] in ("community", "industry")}
    reached = set(np.flatnonzero(inside | ~np.isin(label, list(planned))).tolist())
    edge = sorted(reached)
    while edge:
        here = edge.pop()
        for other in shared[here]:
            if other not in reached and label[other] == label[here]:
                between = shapely.intersection(net.parcels[here], net.parcels[other])
                on_road = main.query(
                    shapely.point_on_surface(between), predicate="dwithin", distance=0.3
                )
                if not len(on_road):
                    reached.add(other)
                    edge.append(other)
    area = shapely.area(net.parcels)
    left = [
        parcel
        for part in _parts(set(range(len(label))) - reached, shared, label)
        if sum(area[i] for i in part) < LOBE
        for parcel in sorted(part)
    ]
    reached |= set(range(len(label))) - set(left)
    while left:
        still = []
        for parcel in left:
            votes: dict[int, float] = defaultdict(float)
            for other, length in shared[parcel].items():
                if other in reached and label[other] != label[parcel]:
                    votes[int(label[other])] += length
            if votes:
                label[parcel] = max(sorted(votes), key=lambda g: (g not in planned, votes[g]))
                reached.add(parcel)
            else:
                still.append(parcel)
        if len(still) == len(left):
            break
        left = still


def _settle_borders(
    label: np.ndarray,
    overlap: list[dict[int, float]],
    shared: list[dict[int, float]],
    area: np.ndarray,
    seed_area: np.ndarray,
    blocks: list[int],
) -> None:
    """Blocks at a border change hands while that makes the two grids more like their seeds.

    Likeness is the area in common over the area of both. The product of it over all grids grows
    with every step, so that no grid starves beside a greedy neighbour, and short borders are
    preferred.
    """
    common, size = np.zeros(len(seed_area)), np.zeros(len(seed_area))
    for parcel, grid in enumerate(label):
        common[grid] += overlap[parcel].get(int(grid), 0.0)
        size[grid] += area[parcel]

    def likeness(grid: int, more_common: float = 0.0, more: float = 0.0) -> float:
        both = common[grid] + more_common
        return max(both, 1.0) / (size[grid] + more + seed_area[grid] - both)

    for _ in range(12):
        moves = 0
        for parcel in blocks:
            old = int(label[parcel])
            for new in sorted({int(label[n]) for n in shared[parcel]} - {old}):
                lost, won = overlap[parcel].get(old, 0.0), overlap[parcel].get(new, 0.0)
                now = likeness(old) * likeness(new)
                then = likeness(old, -lost, -area[parcel]) * likeness(new, won, area[parcel])
                longer = sum(
                    length * ((label[n] == old) - (label[n] == new).astype(int))
                    for n, length in shared[parcel].items()
                )
                gain = float(np.log(then / now)) - longer / BORDER_WORTH
                if gain > 1e-4 and _holds_together(parcel, label, shared):
                    common[old], common[new] = common[old] - lost, common[new] + won
                    size[old], size[new] = size[old] - area[parcel], size[new] + area[parcel]
                    label[parcel] = new
                    moves += 1
                    break
        if not moves:
            break


def _holds_together(parcel: int, label: np.ndarray, shared: list[dict[int, float]]) -> bool:
    """Whether the parcel's own neighbours stay connected round about it without the parcel."""
    own = {n for n in shared[parcel] if label[n] == label[parcel]}
    if len(own) < 2:
        return bool(own)
    ring = own | {
        far for n in own for far in shared[n] if label[far] == label[parcel] and far != parcel
    }
    edge = [next(iter(own))]
    seen = set(edge)
    while edge:
        for other in shared[edge.pop()]:
            if other in ring and other not in seen:
                seen.add(other)
                edge.append(other)
    return own <= seen


def _shared_borders(parcels: list[Polygon]) -> list[dict[int, float]]:
    """For each parcel the metres of border it shares with each neighbour."""
    sides: dict[tuple[Any, Any], list[int]] = defaultdict(list)
    for number, parcel in enumerate(parcels):
        for ring in (parcel.exterior, *parcel.interiors):
            for a, b in pairwise(ring.coords):
                sides[min(a, b), max(a, b)].append(number)
    shared: list[dict[int, float]] = [defaultdict(float) for _ in parcels]
    for (a, b), owners in sides.items():
        if len(owners) == 2:
            length = float(np.hypot(a[0] - b[0], a[1] - b[1]))
            shared[owners[0]][owners[1]] += length
            shared[owners[1]][owners[0]] += length
    return shared


def _strays(
    label: np.ndarray, shared: list[dict[int, float]], area: np.ndarray, count: int
) -> set[int]:
    """The parcels that are not in the largest connected part of their grid."""
    strays: set[int] = set()
    for grid in range(count):
        parts = _parts(set(np.flatnonzero(label == grid).tolist()), shared, label)
        parts.sort(key=lambda p: sum(area[i] for i in p), reverse=True)
        for part in parts[1:]:
            strays |= part
    return strays


def _parts(parcels: set[int], shared: list[dict[int, float]], label: np.ndarray) -> list[set[int]]:
    """The parcels in connected parts of equal label."""
    left = sorted(parcels)
    waiting, parts = set(left), []
    for first in left:
        if first not in waiting:
            continue
        waiting.remove(first)
        part, edge = set(), [first]
        while edge:
            here = edge.pop()
            part.add(here)
            for other in shared[here]:
                if other in waiting and label[other] == label[here]:
                    waiting.remove(other)
                    edge.append(other)
        parts.append(part)
    return parts
