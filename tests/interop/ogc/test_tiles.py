"""Vector tiles: what is in them, where there are none, and what programs need to open them."""

from __future__ import annotations

import math

import pytest
from flask.testing import FlaskClient

from tests.interop.ogc.reader import OGC, case_at, link, told
from tests.world import World
from webapp.base.db import db
from webapp.interop.ogc.tiling.squares import KEPT

LON, LAT = 121.05, 37.68
QUAD = "tiles/WebMercatorQuad"


@pytest.fixture(autouse=True)
def fresh() -> None:
    """No tile of another test is used again."""
    KEPT.clear()


def square(zoom: int, lon: float = LON, lat: float = LAT) -> str:
    """The tile of a point: zoom/row/column."""
    side = 1 << zoom
    row = (1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2 * side
    return f"{zoom}/{int(row)}/{int((lon + 180) / 360 * side)}"


def at(name: str, where: str) -> str:
    return f"{OGC}/collections/{name}/{QUAD}/{where}"


def test_a_tile_holds_names_and_properties(client: FlaskClient) -> None:
    answer = client.get(at("grids", square(12)))
    assert answer.status_code == 200
    assert answer.mimetype == "application/vnd.mapbox-vector-tile"
    body = answer.get_data()
    assert b"grids" in body
    assert "大季家社区一网格".encode() in body
    assert "max-age" in answer.headers["Cache-Control"]
    again = client.get(at("grids", square(12)), headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304


def test_outside_of_the_matrix_is_404_and_nothing_there_is_204(client: FlaskClient) -> None:
    for outside in ("0/1/0", "1/0/2", "23/0/0", "-1/0/0", "a/0/0", "3/99999999999/0", "²/0/0"):
        assert client.get(at("grids", outside)).status_code == 404, outside
    assert client.get(at("grids", "5/0/0")).status_code == 204
    assert client.get(at("cases", square(14))).status_code == 204
    assert client.get(at("grids", square(12)), query_string={"x": "1"}).status_code == 400


def test_points_of_low_zooms_are_gathered_with_their_number(
    client: FlaskClient, world: World
) -> None:
    first = case_at(world, LON, LAT)
    case_at(world, LON, LAT)
    low = client.get(at("cases", square(10))).get_data()
    high = client.get(at("cases", square(16))).get_data()
    assert b"count" in low
    assert first.number.encode() not in low
    assert first.number.encode() in high


def test_what_lies_just_beside_a_tile_reaches_into_it(client: FlaskClient, world: World) -> None:
    zoom, row, column = map(int, square(16).split("/"))
    edge = (column + 1) / (1 << zoom) * 360 - 180
    case = case_at(world, edge + 0.00002, LAT)
    for beside in (column, column + 1):
        body = client.get(at("cases", f"{zoom}/{row}/{beside}")).get_data()
        assert case.number.encode() in body


def test_a_tile_is_made_anew_when_it_is_no_longer_kept(client: FlaskClient, world: World) -> None:
    case = case_at(world, LON, LAT)
    assert client.get(at("cases", square(16))).status_code == 200
    case.private = True
    db.session.commit()
    KEPT.clear()
    assert client.get(at("cases", square(16))).status_code == 204


def test_tilesets_lead_to_tiles_styles_and_tilejson(client: FlaskClient) -> None:
    listed = told(client, f"{OGC}/collections/grids/tiles")["tilesets"]
    assert listed[0]["dataType"] == "vector"
    tileset = told(client, f"{OGC}/collections/grids/{QUAD}")
    pattern = link(tileset, "item")
    assert pattern is not None
    assert pattern.endswith("/{tileMatrix}/{tileRow}/{tileCol}")
    tilejson = told(client, f"{OGC}/collections/grids/{QUAD}/tilejson.json")
    zoom, row, column = square(12).split("/")
    address = tilejson["tiles"][0].format(z=zoom, y=row, x=column)
    assert client.get(address.removeprefix("http://localhost")).status_code == 200
    style = told(client, f"{OGC}/collections/grids/{QUAD}/style.json")
    assert style["version"] == 8
    for layer in style["layers"]:
        assert layer["source"] in style["sources"]
        assert layer["source-layer"] == tilejson["vector_layers"][0]["id"]
    matrices = told(client, f"{OGC}/tileMatrixSets/WebMercatorQuad")["tileMatrices"]
    assert [each["matrixWidth"] for each in matrices[:3]] == [1, 2, 4]
    assert told(client, f"{OGC}/tileMatrixSets")["tileMatrixSets"][0]["id"] == "WebMercatorQuad"
