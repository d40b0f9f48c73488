"""97 grids cover the subdistrict once, and are the grids of the first map."""

import json

import geopandas as gpd
import numpy as np
import shapely

from geodata.facts import drawn, table
from geodata.plane import area_on_earth
from tests.geodata.conftest import GEODATA

Layers = dict[str, gpd.GeoDataFrame]


def test_there_are_97_grids_of_four_kinds(stored: Layers) -> None:
    counts = stored["grids"]["kind"].value_counts().to_dict()

    assert counts == {"community": 39, "unrelocated": 18, "industry": 13, "relocated": 27}


def test_codes_have_15_digits_and_name_a_community(stored: Layers) -> None:
    grids, communities = stored["grids"], stored["communities"]

    assert grids["code"].is_unique
    assert grids["code"].str.fullmatch(r"370672004\d{6}").all()
    assert (grids["code"].str[:12] == grids["community_code"]).all()
    assert set(grids["community_code"]) == set(communities["code"])
    names = communities.set_index("code")["name"]
    assert (grids["community_code"].map(names) == grids["community"]).all()


def test_display_codes_count_each_kind_in_the_order_of_the_codes(stored: Layers) -> None:
    letters = {"community": "C", "unrelocated": "V", "industry": "I", "relocated": "R"}

    for kind, grids in stored["grids"].sort_values("code").groupby("kind"):
        expected = [f"DJJ-{letters[kind]}-{n:03d}" for n in range(1, len(grids) + 1)]
        assert list(grids["display_code"]) == expected


def test_the_grids_cover_without_gap_or_overlap(stored: Layers, plane: Layers) -> None:
    metres = plane["grids"].geometry.to_numpy()

    assert shapely.coverage_is_valid(metres, gap_width=10)
    assert shapely.coverage_is_valid(stored["grids"].geometry.to_numpy())


def test_their_union_is_the_outline(stored: Layers) -> None:
    union = shapely.coverage_union_all(stored["grids"].geometry.to_numpy())
    outline = stored["subdistrict"].geometry.iloc[0]

    assert shapely.equals(union, outline)
    assert outline.geom_type == "Polygon"
    assert not outline.interiors


def test_the_subdistrict_has_81_square_kilometres_on_the_ellipsoid(stored: Layers) -> None:
    outline = stored["subdistrict"].geometry.iloc[0]

    assert abs(area_on_earth(outline) / 1e6 - 81.0) < 0.005
    assert abs(stored["grids"]["area_m2"].sum() / 1e6 - 81.0) < 0.005


def test_every_grid_is_one_piece_without_holes(stored: Layers) -> None:
    for grid in stored["grids"].geometry:
        assert grid.geom_type == "Polygon"
        assert grid.is_valid
        assert not grid.interiors


def test_no_grid_starves(plane: Layers) -> None:
    assert plane["grids"].area.min() > 100_000


def test_every_grid_is_recognisably_the_one_of_the_first_map(plane: Layers) -> None:
    seeds = {seed.facts["code"]: seed for seed in drawn("grid_seeds")}
    likeness = []
    for grid in plane["grids"].itertuples():
        seed = seeds.pop(grid.code)
        assert (grid.name, grid.kind) == (seed.facts["name"], seed.facts["kind"])
        assert grid.community == seed.facts["community"]
        common = grid.geometry.intersection(seed.geometry).area
        likeness.append(common / grid.geometry.union(seed.geometry).area)

    assert not seeds
    assert min(likeness) > 0.5
    assert np.median(likeness) > 0.88


def test_the_villages_have_the_grids_the_table_gives_them(stored: Layers) -> None:
    grids = stored["grids"]
    counts = grids["village"].value_counts().to_dict()

    assert counts == {row["name"]: int(row["grids"]) for row in table("villages")}
    for row in table("villages"):
        assert set(grids["kind"][grids["village"] == row["name"]]) == {row["status"]}


def test_the_geojson_carries_the_same_grids(stored: Layers) -> None:
    collection = json.loads((GEODATA / "grids.geojson").read_text(encoding="utf-8"))
    grids = stored["grids"].set_index("code")

    assert len(collection["features"]) == len(grids)
    for feature in collection["features"]:
        known = feature["properties"]
        shape = shapely.from_geojson(json.dumps(feature["geometry"]))
        assert shape.exterior.is_ccw
        assert shapely.equals(shape, grids.geometry[known["code"]])
        assert known["community_code"] == grids["community_code"][known["code"]]
        assert known["provenance"]
