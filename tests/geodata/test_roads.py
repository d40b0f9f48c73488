"""The roads are one graph, stay out of the parks and look grown."""

from collections import defaultdict

import geopandas as gpd
import numpy as np
import shapely

from geodata.facts import drawn

Layers = dict[str, gpd.GeoDataFrame]

# The first map's streets, measured in the same way: median over the planned areas.
FIRST_MAP_ORDER = 0.80
FIRST_MAP_VARIATION = 0.71


def test_the_graph_is_one_piece_and_its_edges_end_at_its_nodes(stored: Layers) -> None:
    roads, nodes = stored["roads"], stored["road_nodes"].set_index("node_id").geometry
    reach: dict[int, set[int]] = defaultdict(set)
    for road in roads.itertuples():
        first, last = road.geometry.coords[0], road.geometry.coords[-1]
        assert first == nodes[road.source].coords[0]
        assert last == nodes[road.target].coords[0]
        reach[road.source].add(road.target)
        reach[road.target].add(road.source)

    seen, edge = {1}, [1]
    while edge:
        for other in reach[edge.pop()] - seen:
            seen.add(other)
            edge.append(other)

    assert seen == set(nodes.index)


def test_degrees_count_the_edges(stored: Layers) -> None:
    nodes, roads = stored["road_nodes"], stored["roads"]
    ends = np.concatenate([roads["source"], roads["target"]])
    counts = dict(zip(*np.unique(ends, return_counts=True), strict=True))

    assert dict(zip(nodes["node_id"], nodes["degree"], strict=True)) == counts


def test_lengths_are_right(plane: Layers) -> None:
    roads = plane["roads"]

    assert (np.abs(roads.length / roads["length_m"] - 1) < 0.01).all()
    assert (roads["speed_kmh"] > 0).all()
    assert roads["edge_id"].is_unique


def test_no_trunk_road_runs_through_an_industry_grid(plane: Layers) -> None:
    """At most 300 m further than 60 m inside; the first map had 2,145 m in one park."""
    roads, grids = plane["roads"], plane["grids"]
    trunk = shapely.union_all(roads.geometry[roads["cls"] == "primary"].to_numpy())

    for grid in grids.geometry[grids["kind"] == "industry"]:
        assert trunk.intersection(grid.buffer(-60)).length < 300


def test_streets_of_planned_areas_are_not_ruled(plane: Layers) -> None:
    """Order is 1 where all streets keep two directions at right angles, 0 where they have none."""
    order, variation = [], []
    for area in drawn("planned_areas"):
        if area.facts["pattern"] != "park":
            streets = _streets(plane["roads"], area.geometry)
            order.append(_order(streets))
            variation.append(_variation(streets))

    assert np.median(order) < 0.75 * FIRST_MAP_ORDER
    assert max(order) < 0.85
    assert np.median(variation) > FIRST_MAP_VARIATION
    assert min(variation) > 0.5


def _streets(roads: gpd.GeoDataFrame, area: shapely.Polygon) -> list[shapely.LineString]:
    through = roads.geometry[~roads["cls"].isin(["track", "service"])]
    return list(shapely.get_parts(shapely.union_all(shapely.intersection(through, area))))


def _order(streets: list[shapely.LineString]) -> float:
    steps = np.concatenate([np.diff(shapely.get_coordinates(s), axis=0) for s in streets])
    length, turn = np.hypot(*steps.T), np.arctan2(steps[:, 1], steps[:, 0])
    return float(abs((length * np.exp(4j * turn)).sum()) / length.sum())


def _variation(streets: list[shapely.LineString]) -> float:
    blocks = shapely.area(shapely.get_parts(shapely.polygonize(streets)))
    blocks = blocks[blocks > 1_500]
    return float(blocks.std() / blocks.mean())
