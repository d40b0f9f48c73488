"""A file of borders finds its coordinate system, or a person is asked."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from shapely.affinity import translate

from tests.grids import boundary_fixtures as files
from tests.grids.boundary_fixtures import SRID
from webapp.base.datum import Datum
from webapp.grids.importing.fit import Candidate, fit, zone_of
from webapp.grids.importing.reading import read
from webapp.grids.importing.report import Answers, check_file


def report_of(path: Path, **options):
    options = {"outline": files.outline(), "srid": SRID, "expected_counts": None} | options
    return check_file(path, **options)


def codes(report) -> set[str]:
    return {finding.code for finding in report.findings}


def elsewhere(folder: Path, epsg: int) -> Path:
    """The grids in the middle of China, seven degrees to the west, without a stated system."""
    rows = [
        replace(row, geometry=files.moved(translate(row.geometry, -7), 4326, epsg))
        for row in files.in_crs(files.grids(), 4326)
    ]
    return files.shapefile(folder / "a.zip", rows, encoding="gbk", epsg=None)


@pytest.mark.parametrize(
    ("make", "datum", "as_it_is"),
    [(files.gcj02, Datum.GCJ02, 0.88), (files.bd09, Datum.BD09, 0.70)],
)
def test_a_shift_is_seen_by_the_common_ground(make, datum, as_it_is, tmp_path: Path) -> None:
    found = fit(read(make(tmp_path)), outline=files.outline(), target_srid=SRID)
    stated = next(each for each in found if each.stated)
    assert found[0].datum is datum
    assert found[0].share == pytest.approx(1, abs=2e-3)
    assert stated.share == pytest.approx(as_it_is, abs=0.03)


def test_a_revision_of_the_borders_is_no_shift(tmp_path: Path) -> None:
    """A subdistrict that grows by a strip stays in the system it states."""
    assert report_of(files.sticks_out(tmp_path)).placed_as.stated


def test_the_choice_of_a_person_is_not_asked_again(tmp_path: Path) -> None:
    path = files.gcj02(tmp_path)
    best = report_of(path).placed_as
    answered = report_of(path, answers=Answers(read_as=Candidate.of(best.key)))
    assert answered.exit_code == 0
    assert answered.placed_as.datum is Datum.GCJ02


def test_a_person_may_insist_on_what_the_file_states(tmp_path: Path) -> None:
    answers = Answers(read_as=Candidate("EPSG:4326"))
    report = report_of(files.gcj02(tmp_path), answers=answers)
    assert report.placed_as.datum is Datum.WGS84
    assert "W15" not in codes(report)


def test_a_choice_that_cannot_be_is_refused(tmp_path: Path) -> None:
    answers = Answers(read_as=Candidate("EPSG:4326"))
    report = report_of(files.shp_no_prj(tmp_path), answers=answers)
    assert codes(report) == {"E17"}
    assert report.placed_as is None


def test_a_choice_that_leads_elsewhere_is_told(tmp_path: Path) -> None:
    answers = Answers(read_as=Candidate("EPSG:4550"))
    assert "E04" in codes(report_of(files.shp_no_prj(tmp_path), answers=answers))


def test_a_first_import_asks_where_it_lies(tmp_path: Path) -> None:
    report = report_of(files.good_geojson(tmp_path), outline=None)
    assert codes(report) == {"W17"}
    accepted = report_of(
        files.good_geojson(tmp_path), outline=None, answers=Answers(accepted=frozenset({"W17"}))
    )
    assert accepted.exit_code == 0


def test_a_first_import_of_another_zone_is_found_by_its_number(tmp_path: Path) -> None:
    report = report_of(elsewhere(tmp_path, 4526), outline=None, srid=4547)
    assert report.placed_as.crs == "EPSG:4526"
    assert codes(report) == {"W17"}


def test_a_first_import_without_a_number_offers_the_zones(tmp_path: Path) -> None:
    report = report_of(elsewhere(tmp_path, 4547), outline=None, srid=4547)
    assert report.placed_as.crs == "EPSG:4547"
    assert {"EPSG:4547", "EPSG:4549"} <= {each.crs for each in report.candidates}


def test_a_place_in_another_zone_than_the_storage_is_told(tmp_path: Path) -> None:
    report = report_of(elsewhere(tmp_path, 4526), outline=None, srid=4549)
    assert any("SRID=4547" in finding.advice() for finding in report.findings)


def test_illustrative_borders_do_not_keep_real_ones_out(tmp_path: Path) -> None:
    rows = [replace(r, geometry=translate(r.geometry, 1500, 500)) for r in files.grids()]
    path = files.geojson(tmp_path / "a.geojson", files.in_crs(rows, 4326))
    assert codes(report_of(path)) >= {"W04", "E11"}
    report = report_of(path, illustrative=True)
    assert codes(report) == {"W17"}
    assert report.outline is None


def test_a_far_place_can_be_confirmed_while_borders_are_illustrative(tmp_path: Path) -> None:
    path = files.far_away(tmp_path)
    assert codes(report_of(path, illustrative=True)) == {"E04"}
    answers = Answers(read_as=Candidate("EPSG:4326"))
    assert report_of(path, illustrative=True, answers=answers).exit_code == 0
    assert codes(report_of(path, answers=answers)) == {"E04"}


def test_a_new_outline_can_be_announced(tmp_path: Path) -> None:
    report = report_of(files.sticks_out(tmp_path), answers=Answers(new_outline=True))
    assert report.exit_code == 0


@pytest.mark.parametrize(("lon", "epsg"), [(121.05, 4549), (114.3, 4547), (87.6, 4538)])
def test_each_longitude_has_its_zone(lon: float, epsg: int) -> None:
    assert zone_of(lon) == epsg


def test_a_candidate_comes_back_from_its_key() -> None:
    candidate = Candidate("EPSG:3857", Datum.GCJ02, swapped=True)
    assert Candidate.of(candidate.key) == candidate
