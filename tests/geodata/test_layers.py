"""Every layer lies where it should and says where it is from."""

import gzip

import geopandas as gpd
import pytest
import shapely

from geodata.facts import table
from tests.geodata.conftest import GEODATA

Layers = dict[str, gpd.GeoDataFrame]

# What the application's loader reads. Columns may be added, none may go.
COLUMNS = {
    "context": "kind",
    "subdistrict": "name code_2023 code_2018_2022 mca_code area_km2",
    "grids": "code kind kind_cn name community village area_m2",
    "communities": "code name kind grids provisional",
    "workstations": "name",
    "villages": "name stat_code_2020 status community name_source position_source",
    "roads": "edge_id source target cls name length_m speed_kmh",
    "road_nodes": "node_id degree",
    "coast": "name",
    "streams": "name",
    "reservoirs": "name kind",
    "forests": "name",
    "landuse": "kind",
    "fishing_ports": "name",
    "enterprises": "name industry",
    "project_sites": "name",
    "cameras": "code kind name heading fov range_m",
    "sampling_points": "name lanes round_the_clock",
}
COUNTS = {
    "communities": 32,
    "villages": 32,
    "workstations": 7,
    "enterprises": 10,
    "project_sites": 11,
    "fishing_ports": 3,
    "sampling_points": 10,
}
ON_THE_SHORE = 50.0
AROUND = ("context", "context_roads", "neighbours", "coast")


def test_the_layers_keep_their_columns(stored: Layers) -> None:
    for name, columns in COLUMNS.items():
        assert set(columns.split()) <= set(stored[name].columns), name
        assert stored[name].crs.to_epsg() == 4326


def test_the_counts_are_those_of_the_subdistrict(stored: Layers) -> None:
    assert {name: len(stored[name]) for name in COUNTS} == COUNTS


def test_every_row_says_where_it_is_from(stored: Layers) -> None:
    for name, frame in stored.items():
        for column in ("provenance", "provenance_en"):
            assert (frame[column].str.len() > 0).all(), name


def test_what_is_invented_says_so_in_both_languages(stored: Layers) -> None:
    for name in set(stored) - {"context", "neighbours", "coast"}:
        assert stored[name]["provenance"].str.contains("示意数据，非测绘成果").all(), name
        assert stored[name]["provenance_en"].str.contains("illustrative").all(), name


def test_facts_and_assumptions_are_told_apart() -> None:
    sources = {row["source"] for row in table("sources")}
    for name in [
        "subdistrict_codes",
        "villages",
        "communities",
        "workstations",
        "enterprises",
        "project_sites",
        "fishing_ports",
        "sampling_points",
        "reservoirs",
        "hills",
        "neighbours",
    ]:
        for row in table(name):
            assert row["basis"] in ("sourced", "assumed", "illustrative"), name
            assert row["source"] in sources
            assert row["licence"]


def test_only_the_four_new_communities_have_codes_of_our_own(stored: Layers) -> None:
    communities = stored["communities"]
    own = communities[communities["provisional"]]

    assert sorted(own["name"]) == sorted(["季翔社区", "瑞祥社区", "恒祥社区", "嘉祥社区"])
    assert sorted(own["code"].str[-3:]) == ["901", "902", "903", "904"]
    assert len({row["code_2020"] for row in table("villages")}) == 32


def test_the_subdistrict_has_three_codes() -> None:
    codes = {row["code"] for row in table("subdistrict_codes")}

    assert codes == {"370672004", "370676003", "370611008"}


def test_everything_lies_inside_the_outline(plane: Layers) -> None:
    outline = plane["subdistrict"].geometry.iloc[0]
    inside, shore = outline.buffer(0.5), outline.buffer(ON_THE_SHORE)
    shapely.prepare(inside)

    for name in set(plane) - set(AROUND):
        frame = plane[name]
        at_port = frame["kind"] == "port" if name == "cameras" else name == "fishing_ports"
        assert (frame.within(inside) | (at_port & frame.within(shore))).all(), name


def test_every_geometry_is_valid(stored: Layers) -> None:
    for name, frame in stored.items():
        assert frame.is_valid.all(), name
        assert not frame.is_empty.any(), name


def test_land_use_covers_the_ground_once(plane: Layers) -> None:
    outline = plane["subdistrict"].geometry.iloc[0]
    use = plane["landuse"].geometry

    assert use.area.sum() == pytest.approx(outline.area, rel=1e-6)
    assert shapely.coverage_is_valid(use.to_numpy())


def test_names_are_those_of_the_tables_and_of_no_person(stored: Layers) -> None:
    for name, frame in stored.items():
        assert not {"person", "contact", "phone", "owner"} & set(frame.columns), name
    for name in ("villages", "communities", "workstations", "enterprises", "project_sites"):
        assert set(stored[name]["name"]) == {row["name"] for row in table(name)}
    woods = {row["wood"] for row in table("hills")} | {"沿海防护林"}
    for wood in stored["forests"]["name"]:
        assert wood.rstrip("0123456789") in woods


def test_the_base_map_fits_a_slow_line() -> None:
    files = sorted((GEODATA / "basemap").glob("*.geojson"))
    gzipped = sum(len(gzip.compress(file.read_bytes())) for file in files)

    assert [file.stem for file in files] == [
        "context",
        "forests",
        "landuse",
        "places",
        "roads_main",
        "roads_streets",
        "roads_tracks",
        "water",
    ]
    assert gzipped < 350 * 1024
