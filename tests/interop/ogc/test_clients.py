"""Clients of other makers read us: GDAL, OWSLib, and schemathesis, which tries what our description allows."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import schemathesis
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings, strategies as st
from owslib.ogcapi.features import Features
from werkzeug.serving import WSGIRequestHandler, make_server

from tests import examples
from tests.interop.ogc.reader import OGC, bearer, camera, case_at, told
from tests.interop.open311.clients import filed
from tests.world import World
from webapp.interop.ogc.table import COLLECTIONS
from webapp.people.rules import SCOPES


class Quiet(WSGIRequestHandler):
    """A server that writes no log."""

    def log(self, *_args: Any) -> None:
        """Nothing."""


@pytest.fixture
def address(app: Flask) -> Iterator[str]:
    """The app of this test behind a real port; one request at a time, for its transaction is one."""
    server = make_server("127.0.0.1", 0, app, request_handler=Quiet)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}{OGC}/"
    server.shutdown()
    thread.join()
    server.server_close()


def gdal(program: str, *words: str) -> str:
    """What a program of GDAL says."""
    run = subprocess.run(
        [program, *words], capture_output=True, text=True, timeout=120, check=False
    )
    assert run.returncode == 0, run.stderr
    assert "ERROR" not in run.stderr, run.stderr
    return run.stdout


def rows(file: Path) -> list[dict[str, Any]]:
    """The features of a GeoJSON file."""
    found: list[dict[str, Any]] = json.loads(file.read_text(encoding="utf-8"))["features"]
    return found


def test_gdal_reads_every_grid_with_its_chinese_name(address: str, tmp_path: Path) -> None:
    layers = gdal("ogrinfo", "-ro", "-q", f"OAPIF:{address}")
    for name in ("grids", "cells", "cases", "road-edges"):
        assert name in layers
    assert "cameras" not in layers
    package = tmp_path / "grids.gpkg"
    gdal("ogr2ogr", str(package), f"OAPIF:{address}", "grids", "-oo", "PAGE_SIZE=40")
    told = gdal("ogrinfo", "-ro", "-al", "-so", str(package), "grids")
    assert "Feature Count: 97" in told
    assert "Geometry: Polygon" in told or "Geometry: Multi Polygon" in told
    assert "大季家社区一网格" in gdal("ogrinfo", "-ro", "-al", "-geom=NO", str(package), "grids")


def test_gdal_narrows_cases_on_our_side(address: str, world: World, tmp_path: Path) -> None:
    here, other = case_at(world, 121.05, 37.68), case_at(world, 121.06, 37.68, class_code="06036")
    for number, words in enumerate(
        (["-where", "class_code = '06010'"], ["-spat", "121.049", "37.679", "121.051", "37.681"])
    ):
        out = tmp_path / f"{number}.geojson"
        gdal("ogr2ogr", str(out), f"OAPIF:{address}", "cases", *words)
        found = rows(out)
        assert [each["properties"]["number"] for each in found] == [here.number]
        assert found[0]["properties"]["class_name"] == "暴露垃圾"
        assert found[0]["geometry"]["coordinates"] == [121.05, 37.68]
    one = gdal("ogrinfo", "-ro", "-q", "-fid", str(other.id), f"OAPIF:{address}", "cases")
    assert other.number in one


def test_gdal_with_a_token_sees_what_its_owner_sees(
    address: str, world: World, tmp_path: Path
) -> None:
    camera(world.home, "卡口摄像头")
    header = bearer(world.dispatcher, "ogc")["Authorization"]
    out = tmp_path / "cameras.geojson"
    with_token = ["--config", "GDAL_HTTP_HEADERS", f"Authorization: {header}"]
    gdal("ogr2ogr", *with_token, str(out), f"OAPIF:{address}", "cameras")
    assert [each["properties"]["name"] for each in rows(out)] == ["卡口摄像头"]


def test_owslib_reads_grids_and_cases(address: str, world: World) -> None:
    case = filed(world)
    service = Features(address)
    assert service.conformance()["conformsTo"]
    assert {"grids", "cases"} <= set(service.feature_collections())
    assert "code" in service.collection_queryables("grids")["properties"]
    grids = service.collection_items("grids", limit=1, name="大季家社区一网格")
    assert grids["features"][0]["properties"]["name"] == "大季家社区一网格"
    assert service.collection_item("cases", str(case.id))["properties"]["number"] == case.number
    narrowed = service.collection_items("cases", filter="class_code = '06036'")
    assert narrowed["features"] == []


@pytest.mark.parametrize("name", [None, *COLLECTIONS])
def test_nothing_that_the_description_allows_breaks_the_house(
    client: FlaskClient, world: World, name: str | None
) -> None:
    """Only statuses of the description, and those in the form that it says."""
    filed(world)
    camera(world.home, "gate")
    header = bearer(world.admin, *SCOPES)
    document = client.get(f"{OGC}/api", headers=header).get_json(force=True)
    schema = schemathesis.openapi.from_dict(document)
    tried = [
        each.ok()
        for each in schema.get_all_operations()
        if (name or "/collections/") in each.ok().path.split("/")
        or (name is None and "/collections/" not in each.ok().path)
    ]
    assert tried

    @given(data=st.data())
    @settings(
        max_examples=examples.of(60),
        suppress_health_check=[*HealthCheck],
    )
    def nothing_breaks(data: st.DataObject) -> None:
        operation = data.draw(st.sampled_from(tried))
        case = data.draw(operation.as_strategy())
        path = f"{OGC}{case.formatted_path}"
        query = {key: _plain(value) for key, value in (case.query or {}).items()}
        answer = client.open(
            path,
            method=case.method,
            query_string=query or None,
            json=case.body if case.method == "POST" else None,
            headers=header,
        )
        known = {int(status) for status in operation.definition.raw["responses"]}
        assert answer.status_code in {*known, 304}, (path, query)

    nothing_breaks()


def _plain(value: Any) -> str:
    if isinstance(value, list):
        return ",".join(map(str, value))
    return str(value).lower() if isinstance(value, bool) else str(value)


def test_the_description_resolves_without_a_network_and_names_every_parameter(
    client: FlaskClient,
) -> None:
    document = told(client, f"{OGC}/api")
    assert document["openapi"].startswith("3.0.")
    assert document["servers"] == [{"url": f"http://localhost{OGC}"}]
    text = json.dumps(document)
    assert text.count('"$ref"') == text.count('"$ref": "#/')
    named = document["components"]["parameters"]
    for name in ("bbox", "datetime", "limit"):
        assert named[name]["style"] == "form"
        assert named[name]["explode"] is False
    at = document["paths"]["/collections/cases/items"]["get"]["parameters"]
    names = {each.get("name") for each in at}
    assert {"class_code", "state", "grid", "received_at", "sortby"} <= names
    assert "cql-text" in named["filter-lang"]["schema"]["enum"]
