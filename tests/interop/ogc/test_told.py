"""Public cases are read from what is kept ready: counts are exact, tiles hold what is told, nothing old is told."""

from __future__ import annotations

import json
import math
import subprocess
from datetime import UTC, datetime
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings, strategies as st

from tests import examples
from tests.interop.ogc.reader import CASES, case_at, keys, told, walked
from tests.interop.ogc.test_tiles import at, square
from tests.world import World
from webapp.base.db import db
from webapp.cases.models import Case
from webapp.interop.ogc.tiling import queries, squares
from webapp.interop.ogc.tiling.squares import KEPT

LON, LAT = 121.05, 37.68


@pytest.fixture(autouse=True)
def fresh() -> None:
    """No tile of another test is used again."""
    KEPT.clear()


@pytest.fixture
def spread(world: World) -> list[Case]:
    """Cases at the corners of squares, on edges, and between."""
    places = [(LON + 0.0009 * step, LAT + 0.0007 * (step * 7 % 13)) for step in range(24)]
    # An edge of the squares in which cases are counted.
    edge = math.floor((LON + 180) / 360 * 2**17) / 2**17 * 360 - 180
    places += [(edge, LAT), (round(edge + 1e-6, 6), LAT), (round(edge - 1e-6, 6), LAT)]
    return [case_at(world, lon, lat) for lon, lat in places]


_NUMBERS = st.integers(-8, 40)


@given(sides=st.tuples(_NUMBERS, _NUMBERS, _NUMBERS, _NUMBERS))
@settings(max_examples=examples.of(40), suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_count_of_a_box_is_exact(
    client: FlaskClient, spread: list[Case], sides: tuple[int, int, int, int]
) -> None:
    west, east = (LON + each * 0.0009 for each in sorted(sides[:2]))
    south, north = (LAT + each * 0.0007 for each in sorted(sides[2:]))
    box = f"{west:.6f},{south:.6f},{east:.6f},{north:.6f}"
    page = told(client, f"{CASES}/items", limit=1, bbox=box, count="exact")
    every = told(client, f"{CASES}/items", limit=1000)["features"]
    inside = [each["id"] for each in every if lies_in(each, box)]
    assert page["numberMatched"] == len(inside)
    assert walked(client, f"{CASES}/items", limit=7, bbox=box) == inside


def lies_in(feature: dict[str, Any], box: str) -> bool:
    lon, lat = feature["geometry"]["coordinates"]
    west, south, east, north = map(float, box.split(","))
    return west <= lon <= east and south <= lat <= north


def test_the_count_of_wide_boxes_is_exact_too(client: FlaskClient, spread: list[Case]) -> None:
    for box in ("-180,-90,180,90", "100,0,130,60", "121,37.6,121.2,37.8"):
        page = told(client, f"{CASES}/items", limit=1, bbox=box, count="exact")
        assert page["numberMatched"] == len(spread), box
    assert told(client, f"{CASES}/items", limit=1, count="exact")["numberMatched"] == len(spread)
    for box in ("0,0,1,1", "-180,-90,-170,-80", "121.5,37.6,121.6,37.8"):
        assert keys(told(client, f"{CASES}/items", bbox=box, count="exact")) == [], box


def test_a_count_with_a_filter_is_exact_too(client: FlaskClient, world: World) -> None:
    case_at(world, LON, LAT)
    other = case_at(world, LON, LAT, class_code="06036")
    asked = {"bbox": "121,37,122,38", "count": "exact", "limit": 1}
    assert told(client, f"{CASES}/items", **asked)["numberMatched"] == 2
    found = told(client, f"{CASES}/items", **asked, class_code="06036")
    assert (keys(found), found["numberMatched"]) == ([other.id], 1)
    south = {**asked, "filter": "S_INTERSECTS(geometry,BBOX(121,37,122,37.5))"}
    assert told(client, f"{CASES}/items", **south)["numberMatched"] == 0


def test_a_case_without_a_place_is_told_without_one(client: FlaskClient, world: World) -> None:
    case = case_at(world, LON, LAT)
    case.geom = None
    db.session.commit()
    page = told(client, f"{CASES}/items", count="exact", limit=1)
    assert page["features"][0]["geometry"] is None
    assert page["numberMatched"] == 1
    assert keys(told(client, f"{CASES}/items", bbox="-180,-90,180,90")) == []
    assert client.get(at("cases", square(0))).status_code == 204
    assert client.get(at("cases", square(16))).status_code == 204


def test_a_feature_in_another_system_says_the_same(client: FlaskClient, world: World) -> None:
    case = case_at(world, LON, LAT)
    plain, other = (
        told(client, f"{CASES}/items/{case.id}", **asked) for asked in ({}, {"crs": "EPSG:4490"})
    )
    assert plain["properties"] == other["properties"]
    assert plain["geometry"]["coordinates"][::-1] == other["geometry"]["coordinates"]


def features_of(body: bytes, where: str, folder: Path) -> list[dict[str, Any]]:
    """What GDAL finds in a tile."""
    zoom, row, column = where.split("/")
    file = folder / zoom / column / f"{row}.pbf"
    file.parent.mkdir(parents=True)
    file.write_bytes(body)
    out = folder / "out.geojson"
    words = ["ogr2ogr", "-f", "GeoJSON", "-t_srs", "EPSG:4326", str(out), f"MVT:{file}"]
    run = subprocess.run(
        [*words, "-oo", "CLIP=NO"], capture_output=True, text=True, timeout=60, check=False
    )
    assert run.returncode == 0, run.stderr
    assert "ERROR" not in run.stderr, run.stderr
    found: list[dict[str, Any]] = json.loads(out.read_text(encoding="utf-8"))["features"]
    return found


def test_gdal_reads_from_a_tile_what_is_told(
    client: FlaskClient, world: World, tmp_path: Path
) -> None:
    received = datetime(2026, 3, 5, 23, 30, tzinfo=UTC)
    first = case_at(world, LON, LAT, received_at=received)
    home = case_at(world, LON + 0.002, LAT, class_code="06028")
    where = square(14)
    found = features_of(client.get(at("cases", where)).get_data(), where, tmp_path)
    by_number = {each["properties"]["number"]: each for each in found}
    assert set(by_number) == {first.number, home.number}
    items = told(client, f"{CASES}/items")["features"]
    for item in items:
        of_tile = by_number[item["properties"]["number"]]
        assert of_tile["properties"]["mvt_id"] == item["id"]
        # Half a unit of the tile and what GDAL rounds.
        assert of_tile["geometry"]["coordinates"] == pytest.approx(
            item["geometry"]["coordinates"], abs=1e-5
        )
        for name, value in item["properties"].items():
            known = of_tile["properties"].get(name)
            if name.endswith("_at"):
                known, value = known and len(known), value and len("2026-03-05")
            assert known == value, name
    # The day at the office, where it is the next one already.
    assert by_number[first.number]["properties"]["received_at"] == "2026-03-06"


@pytest.mark.parametrize("zoom", [6, 11, 12, 13])
def test_gathered_points_count_every_case_once(
    client: FlaskClient, spread: list[Case], tmp_path: Path, zoom: int
) -> None:
    zoom_of, row, column = map(int, square(zoom).split("/"))
    total = 0
    for down, right in product((-1, 0, 1), repeat=2):
        where = f"{zoom_of}/{row + down}/{column + right}"
        answer = client.get(at("cases", where))
        if answer.status_code == 200:
            found = features_of(answer.get_data(), where, tmp_path / f"{down}{right}")
            own = [each for each in found if _tile_of(each, zoom) == (row + down, column + right)]
            total += sum(each["properties"]["count"] for each in own)
    assert total == len(spread)


def _tile_of(feature: dict[str, Any], zoom: int) -> tuple[int, int]:
    """Row and column of the tile in which it stands, and does not only reach in from beside."""
    _zoom, row, column = square(zoom, *feature["geometry"]["coordinates"]).split("/")
    return int(row), int(column)


def test_a_kept_tile_is_not_told_once_its_ground_has_changed(
    client: FlaskClient, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(squares, "SURE_S", -1.0)
    case, other = case_at(world, LON, LAT), case_at(world, LON, LAT)
    first = client.get(at("cases", square(16)))
    again = client.get(at("cases", square(16)), headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304
    case.private = True
    db.session.commit()
    answer = client.get(at("cases", square(16)), headers={"If-None-Match": first.headers["ETag"]})
    assert answer.status_code == 200
    assert case.number.encode() not in answer.get_data()
    assert other.number.encode() in answer.get_data()
    for zoom in (8, 12):
        before = client.get(at("cases", square(zoom))).headers["ETag"]
        case_at(world, LON, LAT)
        assert client.get(at("cases", square(zoom))).headers["ETag"] != before


def test_what_changes_elsewhere_makes_no_tile_anew(
    client: FlaskClient, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(squares, "SURE_S", -1.0)
    case_at(world, LON, LAT)
    client.get(at("cases", square(16)))
    case_at(world, LON + 0.1, LAT)
    monkeypatch.setattr(queries, "tile", None)
    assert client.get(at("cases", square(16))).status_code == 200
