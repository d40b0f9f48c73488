"""The report on a file says the same to people, terminals and machines."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import shapely

from tests.grids import boundary_fixtures as files
from tests.grids.boundary_fixtures import EXPECTED_COUNTS, SRID
from webapp.grids.importing.report import Answers, CheckReport, check_file


def checked(path: Path, **answers) -> CheckReport:
    return check_file(
        path,
        outline=files.outline(),
        srid=SRID,
        expected_counts=EXPECTED_COUNTS,
        answers=Answers(**answers),
    )


def test_a_good_file_could_be_put_in_force(tmp_path: Path) -> None:
    report = checked(files.good_geojson(tmp_path))
    told = report.as_json()
    assert (told["exit_code"], told["grids"], told["counts"]) == (0, 97, EXPECTED_COUNTS)
    assert told["read_as"]["crs"] == "EPSG:4326"
    assert len(told["sha256"]) == 64


@pytest.mark.parametrize(
    "make", [files.overlap_25_m, files.dwg, files.gcj02, files.several_layers, files.xian_1980]
)
def test_json_holds_what_the_table_says(make, tmp_path: Path) -> None:
    report = checked(make(tmp_path))
    told = json.loads(json.dumps(report.as_json()))
    assert [each["code"] for each in told["findings"]] == [each.code for each in report.findings]
    for finding in told["findings"]:
        assert finding["words"] in report.as_table()
        assert finding["advice"]


def test_a_question_answered_with_yes_is_open_no_more(tmp_path: Path) -> None:
    path = files.heights(tmp_path)
    assert checked(path).exit_code == 1
    assert checked(path, accepted=frozenset({"W19"})).exit_code == 0


def test_an_error_cannot_be_answered_away(tmp_path: Path) -> None:
    path = files.gap_3_m(tmp_path)
    assert checked(path, accepted=frozenset({"E11"})).exit_code == 1


def test_faults_are_drawn_in_degrees(tmp_path: Path) -> None:
    faults = checked(files.gap_3_m(tmp_path)).faults_geojson()
    gap = shapely.geometry.shape(faults["features"][0]["geometry"])
    victim = files.in_crs(files.grids(), 4326)[files.inner(files.grids())]
    assert faults["features"][0]["properties"]["code"] == "E11"
    assert gap.intersects(victim.geometry.boundary.buffer(1e-4))


def test_all_grids_are_drawn_in_degrees(tmp_path: Path) -> None:
    drawn = checked(files.shp_no_prj(tmp_path)).grids_geojson()
    assert len(drawn["features"]) == 97
    west, _, east, _ = shapely.total_bounds(
        [shapely.geometry.shape(each["geometry"]) for each in drawn["features"]]
    )
    assert 120.9 < west < east < 121.3


def test_loose_lines_of_a_drawing_are_shown(tmp_path: Path) -> None:
    faults = checked(files.loose_lines(tmp_path)).faults_geojson()
    assert [each["properties"]["code"] for each in faults["features"]] == ["W23"]


def test_a_file_that_cannot_be_placed_draws_nothing(tmp_path: Path) -> None:
    report = checked(files.xian_1980(tmp_path))
    assert report.grids_geojson()["features"] == []
