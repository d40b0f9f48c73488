"""`flask grids check` says what a file of borders is worth, and keeps nothing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask

from tests.grids import boundary_fixtures as files


def check(app: Flask, path: Path, *options: str) -> Result:
    return app.test_cli_runner().invoke(args=["grids", "check", str(path), *options])


def test_the_default_borders_could_be_put_in_force(app: Flask, root: Path) -> None:
    assert check(app, root / "geodata" / "grids.geojson").exit_code == 0
    assert check(app, root / "geodata" / "dajijia.gpkg", "--layer", "grids").exit_code == 0


@pytest.mark.parametrize(
    ("make", "code", "status"),
    [
        (files.exact_geojson, None, 0),
        (files.overlap_25_m, "E10", 1),
        (files.heights, "W19", 1),
        (files.far_away, "E04", 1),
        (files.dwg, "E01", 2),
    ],
)
def test_the_exit_status_tells_scripts_what_people_read(app, make, code, status, tmp_path) -> None:
    result = check(app, make(tmp_path), "--json")
    told = json.loads(result.stdout)
    assert result.exit_code == told["exit_code"] == status
    assert {finding["code"] for finding in told["findings"]} == ({code} if code else set())


def test_the_table_names_code_and_remedy(app: Flask, tmp_path: Path) -> None:
    result = check(app, files.dwg(tmp_path))
    assert "E01" in result.stdout
    assert "Save the drawing as DXF" in result.stdout
    assert "另存为 DXF" in check(app, files.dwg(tmp_path), "--lang", "zh_CN").stdout


def test_questions_can_be_answered_on_the_command_line(app: Flask, tmp_path: Path) -> None:
    assert check(app, files.heights(tmp_path), "--accept", "W19").exit_code == 0
    gcj = files.gcj02(tmp_path)
    assert check(app, gcj).exit_code == 1
    assert check(app, gcj, "--crs", "EPSG:4326", "--datum", "gcj02").exit_code == 0


def test_an_unknown_coordinate_system_is_refused(app: Flask, tmp_path: Path) -> None:
    result = check(app, files.good_geojson(tmp_path), "--crs", "EPSG:1")
    assert result.exit_code == 2
    assert "--crs" in result.stderr


def test_nothing_is_kept(app: Flask, tmp_path: Path) -> None:
    path = files.overlap_25_m(tmp_path)
    before = path.read_bytes()
    check(app, path)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]
