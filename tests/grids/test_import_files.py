"""Every file of borders that people send is told what it is, in exactly these codes."""

from __future__ import annotations

from collections import Counter
from functools import cache
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import shapely
from babel.messages.mofile import write_mo
from babel.support import Translations
from hypothesis import HealthCheck, given, settings, strategies as st

from tests import examples
from tests.grids import boundary_fixtures as files
from tests.grids.boundary_fixtures import CASES, EXPECTED_COUNTS, SRID, Case
from webapp import texts
from webapp.grids.importing.findings import TITLES
from webapp.grids.importing.report import Answers, CheckReport, check_file


def checked(
    path: Path, *, outline: shapely.Geometry | None = None, answers: Answers | None = None
) -> CheckReport:
    return check_file(
        path,
        outline=outline or files.outline(),
        srid=SRID,
        expected_counts=EXPECTED_COUNTS,
        answers=answers or Answers(),
    )


@cache
def report_of(case: Case) -> CheckReport:
    with TemporaryDirectory() as folder:
        return checked(case.make(Path(folder)), outline=case.outline())


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.make.__name__)
def test_a_file_is_told_what_it_is(case: Case) -> None:
    report = report_of(case)
    assert set(case.codes) == {finding.code for finding in report.findings}
    assert report.exit_code == case.exit_code


@pytest.fixture(scope="module")
def chinese() -> Translations:
    catalog = BytesIO()
    write_mo(catalog, texts.merged(texts.sources()))
    catalog.seek(0)
    return Translations(catalog)


@pytest.mark.parametrize(
    "case", [case for case in CASES if case.codes], ids=lambda case: case.make.__name__
)
def test_everything_about_a_file_is_told_in_chinese(case: Case, chinese: Translations) -> None:
    for _, title, _, words, advice in report_of(case).as_rows(chinese.ugettext):
        assert not any(said.isascii() for said in (title, words, advice))
        assert "%(" not in words


def test_every_code_is_shown_by_a_file() -> None:
    assert {code for case in CASES for code in case.codes} == set(TITLES)


@pytest.mark.parametrize(
    "make",
    [
        files.good_geojson,
        files.good_gpkg_4490,
        files.good_kml,
        files.good_kmz,
        files.shp_gbk_cpg_4549,
        files.shp_gbk_no_cpg,
        files.shp_utf8_no_cpg,
        files.shp_cpg_lies,
        files.geojson_in_gbk,
        files.dxf_rings,
        files.lines,
    ],
    ids=lambda make: make.__name__,
)
def test_codes_names_and_kinds_arrive_as_they_were(make, tmp_path: Path) -> None:
    report = checked(make(tmp_path))
    sent = {(row.code, row.name, row.kind) for row in files.grids()}
    assert {(draft.code, draft.name, draft.kind) for draft in report.drafts} == sent
    assert report.counts == EXPECTED_COUNTS


@pytest.mark.parametrize(
    "make",
    [
        files.good_geojson,
        files.shp_no_prj_zone_40,
        files.wrong_meridian,
        files.gcj02,
        files.bd09,
        files.axes_swapped,
        files.axes_swapped_metres,
        files.dxf_rings,
    ],
    ids=lambda make: make.__name__,
)
def test_borders_arrive_where_they_are(make, tmp_path: Path) -> None:
    report = checked(make(tmp_path))
    where = {row.code: row.geometry for row in files.grids()}
    apart = [draft.geometry.hausdorff_distance(where[draft.code]) for draft in report.drafts]
    assert len(apart) == 97
    assert max(apart) < 0.01  # metres; GeoJSON and DXF are written with fewer digits


def test_a_layer_can_be_chosen(tmp_path: Path) -> None:
    path = files.several_layers(tmp_path)
    refused = checked(path)
    assert refused.findings[0].choices == ("grids", "wards")
    assert checked(path, answers=Answers(layer="grids")).exit_code == 0


def test_a_layer_that_is_not_there_is_told_with_those_that_are(tmp_path: Path) -> None:
    report = checked(files.several_layers(tmp_path), answers=Answers(layer="roads"))
    assert report.exit_code == 2
    assert "grids, wards" in report.findings[0].words()


def test_two_good_files_in_one_archive_have_to_be_chosen_from(tmp_path: Path) -> None:
    path = files.two_in_one_archive(tmp_path)
    titles = checked(path).findings[0].choices
    assert set(titles) == {"旧/grids.geojson", "新/grids.gpkg"}
    assert checked(path, answers=Answers(layer="新/grids.gpkg")).exit_code == 0


def test_a_shapefile_beside_its_parts_needs_no_archive(tmp_path: Path) -> None:
    files.shp_gbk_cpg_4549(tmp_path)
    assert checked(tmp_path / "a.shp").exit_code == 0


def test_folders_of_a_kml_name_the_kinds(tmp_path: Path) -> None:
    assert checked(files.kml_with_folders(tmp_path)).counts == EXPECTED_COUNTS


def test_a_file_needs_no_suffix(tmp_path: Path) -> None:
    path = files.good_geojson(tmp_path).rename(tmp_path / "0a1b2c")
    assert checked(path).exit_code == 0


def test_the_file_and_its_folder_stay_as_they_were(tmp_path: Path) -> None:
    path = files.good_gpkg_4490(tmp_path)
    before = path.read_bytes()
    checked(path)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_archives_write_nothing_outside(tmp_path: Path) -> None:
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    checked(files.traversal(inner))
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == ["a.zip"]


def test_overlap_and_gap_are_shown_where_they_are(tmp_path: Path) -> None:
    victim = files.grids()[files.inner(files.grids())]
    report = checked(files.overlap_25_m(tmp_path))
    assert all(victim.code in finding.grids for finding in report.findings)
    common = shapely.union_all([finding.place for finding in report.findings])
    grown = victim.geometry.buffer(25, join_style=2).area - victim.geometry.area
    assert common.area == pytest.approx(grown, rel=0.01)


def test_a_gap_around_a_grid_is_as_large_as_the_ring_that_is_open(tmp_path: Path) -> None:
    victim = files.grids()[files.inner(files.grids())]
    (finding,) = checked(files.gap_3_m(tmp_path)).findings
    open_ring = victim.geometry.difference(victim.geometry.buffer(-3, join_style=2))
    assert finding.place is not None
    assert finding.place.symmetric_difference(open_ring).area < 1
    assert victim.name in finding.words()


def test_a_broken_ring_is_shown_where_it_breaks(tmp_path: Path) -> None:
    victim = files.grids()[files.inner(files.grids())]
    (finding,) = checked(files.bow_tie(tmp_path)).findings
    assert finding.grids == (victim.code,)
    assert finding.place is not None
    assert finding.place.distance(victim.geometry) < 50


def test_a_duplicate_code_names_both_rows(tmp_path: Path) -> None:
    (finding,) = checked(files.duplicate_code(tmp_path)).findings
    assert finding.rows == (1, files.inner(files.grids()) + 1)


GOOD = (
    files.good_geojson,
    files.good_gpkg_4490,
    files.good_kml,
    files.shp_gbk_cpg_4549,
    files.dxf_rings,
)


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> list[bytes]:
    folders = [tmp_path_factory.mktemp("good") for _ in GOOD]
    return [make(folder).read_bytes() for make, folder in zip(GOOD, folders, strict=True)]


@settings(
    max_examples=examples.of(25),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    which=st.integers(0, len(GOOD) - 1),
    share=st.floats(0, 1, exclude_max=True),
    noise=st.binary(max_size=8),
)
def test_a_file_broken_anywhere_is_a_report_and_never_a_crash(
    tmp_path: Path, good: list[bytes], which: int, share: float, noise: bytes
) -> None:
    body = good[which]
    at = int(len(body) * share)
    for broken in (body[:at], body[:at] + noise + body[at + len(noise) :]):
        path = tmp_path / "broken"
        path.write_bytes(broken)
        report = checked(path)
        assert report.exit_code in (0, 1, 2)
        assert report.as_table()


def test_progress_is_told_from_first_to_last(tmp_path: Path) -> None:
    told: list[tuple[int, int, str]] = []
    check_file(
        files.good_geojson(tmp_path),
        outline=files.outline(),
        srid=SRID,
        expected_counts=EXPECTED_COUNTS,
        progress=lambda done, total, words: told.append((done, total, words)),
    )
    steps = [done for done, total, _ in told if total]
    assert steps == sorted(steps)
    assert told[-1][0] == told[-1][1]
    assert Counter(words for *_, words in told).most_common(1)[0][1] == 1
