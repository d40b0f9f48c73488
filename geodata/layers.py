"""The layers of the package, made from the source files in one deterministic run."""

from collections import defaultdict

import geopandas as gpd
import pandas as pd
import shapely
from shapely import Point

from geodata import context, grids, landuse, network, parcels, places, relief, settle, ways
from geodata.facts import drawn, provenance, table
from geodata.outline import coast, outline
from geodata.places import Land, Row
from geodata.plane import STORED_CRS, area_on_earth, to_earth

Layers = dict[str, gpd.GeoDataFrame]


def make() -> Layers:
    """All layers by name, in WGS 84 with seven decimals."""
    ground = shapely.set_precision(outline(), parcels.GRID_SIZE)
    hills = relief.Relief()
    streams, lakes = relief.streams(ground), relief.reservoirs(ground)
    water = shapely.union_all([lake.shape for lake in lakes])
    seeds = drawn("grid_seeds")
    drawn_ways = ways.drawn_ways()
    roads = ways.clipped(drawn_ways, ground)
    areas = settle.planned_areas(ground, roads, seeds, water)
    built = shapely.union_all([area.ground for area in areas])
    free = ground.difference(shapely.union_all([built, water]).buffer(20))
    hamlets = settle.villages(ground, roads, free)
    streets = [way for place in areas + hamlets for way in place.ways]
    net = parcels.cut(
        ground,
        ways.clipped(roads + streets, ground),
        [s.shape for s in streams],
        shapely.union_all([s.geometry.boundary for s in seeds]),
        built,
    )
    found = grids.grow(net, seeds, built)
    tracks = network.field_tracks(net, hills, ground, built, water)
    graph = network.build(net, tracks)
    shore = coast()
    uses = landuse.patches(net.parcels, areas + hamlets, hills, shore, [s.shape for s in streams])
    woods = landuse.forests(uses)
    land = Land(ground, shore, net.parcels, found, graph, streams, lakes, woods)
    around = context.surroundings(ground, shore)
    rows: dict[str, list[Row]] = {
        "context": around,
        "context_roads": context.leading_on(drawn_ways, ground, around),
        "neighbours": context.neighbours(),
        "subdistrict": _subdistrict(found),
        "grids": [_grid(g) for g in found],
        "communities": places.communities(land),
        "workstations": places.workstations(land),
        "villages": places.villages(),
        "roads": _roads(graph),
        "road_nodes": _road_nodes(graph),
        "coast": [{"name": "海岸线", **provenance(("shape", "gshhg")), "geometry": shore}],
        "streams": [{"name": s.name, **s.told, "geometry": s.shape} for s in streams],
        "reservoirs": [
            {"name": w.name, "kind": "reservoir", **w.told, "geometry": w.shape} for w in lakes
        ],
        "forests": [_illustrative({"name": n, "geometry": shape}) for n, shape in woods],
        "landuse": [_illustrative({"kind": u.kind, "geometry": u.shape}) for u in uses],
        "fishing_ports": places.fishing_ports(land),
        "enterprises": places.enterprises(land),
        "project_sites": places.project_sites(land),
        "sampling_points": places.sampling_points(land),
    }
    rows["cameras"] = places.cameras(land, rows)
    return {name: _frame(rows[name]) for name in rows}


def _illustrative(row: Row) -> Row:
    return {**row, **provenance(("all", "illustrative"))}


def _frame(rows: list[Row]) -> gpd.GeoDataFrame:
    geometry = [to_earth(row["geometry"]) for row in rows]
    columns = pd.DataFrame([{k: v for k, v in r.items() if k != "geometry"} for r in rows])
    return gpd.GeoDataFrame(columns, geometry=geometry, crs=STORED_CRS)


def _subdistrict(found: list[grids.Grid]) -> list[Row]:
    """The outline is the union of the grids, vertex for vertex."""
    shape = shapely.get_parts(shapely.coverage_union_all([g.shape for g in found]))[0]
    codes = {row["source"]: row["code"] for row in table("subdistrict_codes")}
    return [
        {
            "name": "大季家街道",
            "code_2023": codes["nbs2023"],
            "code_2018_2022": codes["nbs2020"],
            "mca_code": codes["mca2023"],
            "area_km2": round(area_on_earth(to_earth(shape)) / 1e6, 3),
            **provenance(("name", "nbs2020"), ("shape", "gshhg"), ("border", "illustrative")),
            "geometry": shape,
        }
    ]


def _grid(grid: grids.Grid) -> Row:
    facts = grid.facts
    return {
        "code": facts["code"],
        "display_code": grid.display_code,
        "kind": facts["kind"],
        "kind_cn": grids.KIND_ZH[facts["kind"]],
        "name": facts["name"],
        "community_code": facts["community_code"],
        "community": facts["community"],
        "village": facts["village"],
        "area_m2": round(area_on_earth(to_earth(grid.shape)), 1),
        "basis": facts["basis"],
        **provenance(("name", facts["source"]), ("border", "illustrative")),
        "geometry": grid.shape,
    }


def _roads(graph: network.Graph) -> list[Row]:
    number = {node: i + 1 for i, node in enumerate(sorted(graph.places))}
    rows = []
    for edge_id, edge in enumerate(graph.edges, start=1):
        cls, name, source = edge.manner
        told = provenance(("all", "illustrative"))
        if name is not None and source != "illustrative":
            told = provenance(("name", source), ("shape", "illustrative"))
        rows.append(
            {
                "edge_id": edge_id,
                "source": number[edge.start],
                "target": number[edge.end],
                "cls": cls,
                "name": name,
                "length_m": round(edge.line.length, 2),
                "speed_kmh": ways.KMH[cls],
                **told,
                "geometry": edge.line,
            }
        )
    return rows


def _road_nodes(graph: network.Graph) -> list[Row]:
    degrees: dict[int, int] = defaultdict(int, graph.degrees())
    return [
        _illustrative({"node_id": i + 1, "degree": degrees[node], "geometry": Point(place)})
        for i, (node, place) in enumerate(sorted(graph.places.items()))
    ]
