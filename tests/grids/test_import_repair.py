"""Small faults are mended on request, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
import shapely
from hypothesis import example, given, settings, strategies as st
from shapely import Polygon, box

from tests import examples
from tests.grids import boundary_fixtures as files
from tests.grids.boundary_fixtures import EXPECTED_COUNTS, SRID
from webapp.grids.importing.columns import Draft
from webapp.grids.importing.repair import Repair, can_mend, repair
from webapp.grids.importing.report import CheckReport, check_file
from webapp.grids.rules import GridKind


def checked(path: Path) -> CheckReport:
    return check_file(path, outline=files.outline(), srid=SRID, expected_counts=EXPECTED_COUNTS)


def mended(report: CheckReport) -> Repair:
    return repair(report.drafts, outline=files.outline(), expected_counts=EXPECTED_COUNTS)


@pytest.mark.parametrize(
    ("make", "truth_share"),
    [
        (files.gap_3_m, 0.0001),
        (files.jitter_15_cm, 0.001),
        (files.narrow_gap_to_the_shore, 0.005),
        (files.unmatched_edge, 0.0001),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_the_repair_comes_near_the_true_borders(
    make: Callable[[Path], Path], truth_share: float, tmp_path: Path
) -> None:
    report = checked(make(tmp_path))
    result = mended(report)
    truth = {row.code: row.geometry.area for row in files.grids()}
    off = [abs(d.geometry.area - truth[d.code]) / truth[d.code] for d in result.drafts]
    assert can_mend(report.findings)
    assert result.whole
    assert max(off) < truth_share


def test_an_overlap_is_given_to_one_of_its_grids(tmp_path: Path) -> None:
    report = checked(files.overlap_25_m(tmp_path))
    result = mended(report)
    around = {code for finding in report.findings for code in finding.grids}
    assert can_mend(report.findings)
    assert result.whole
    assert {change.called for change in result.changes} <= around


@pytest.mark.parametrize("make", [files.jitter_15_cm, files.unmatched_edge])
def test_a_change_nobody_would_see_is_harmless(
    make: Callable[[Path], Path], tmp_path: Path
) -> None:
    assert mended(checked(make(tmp_path))).harmless


@pytest.mark.parametrize("make", [files.overlap_25_m, files.gap_3_m])
def test_a_change_that_can_be_seen_is_for_a_person(
    make: Callable[[Path], Path], tmp_path: Path
) -> None:
    result = mended(checked(make(tmp_path)))
    assert not result.harmless
    victim = files.grids()[files.inner(files.grids())]
    assert result.changes[0].called == victim.code


@pytest.mark.parametrize(
    "make",
    [
        files.duplicate_geometry,
        files.bow_tie,
        files.one_missing,
        files.wrong_kind_count,
        files.multipart,
        files.null_geometry,
        files.good_gpkg_4490,
        files.sticks_out,
    ],
    ids=lambda make: make.__name__,
)
def test_what_a_person_has_to_decide_is_not_mended(
    make: Callable[[Path], Path], tmp_path: Path
) -> None:
    assert not can_mend(checked(make(tmp_path)).findings)


def test_a_hole_wider_than_a_drawing_slip_stays_a_gap(tmp_path: Path) -> None:
    result = mended(checked(files.hole(tmp_path)))
    assert not result.whole
    assert {finding.code for finding in result.left} == {"E11"}


def test_what_was_whole_is_left_as_it_was(tmp_path: Path) -> None:
    report = checked(files.good_gpkg_4490(tmp_path))
    assert mended(report).changes == []


def named(*shapes: Polygon) -> list[Draft]:
    return [
        Draft(n, f"G{n}", GridKind.VILLAGE, f"grid {n}", "a community", shape)
        for n, shape in enumerate(shapes, start=1)
    ]


def test_a_slit_that_opens_outwards_is_given_to_one_of_its_sides() -> None:
    left = Polygon([(0, 0.2), (300.3, -0.2), (300, 499.7), (0, 500.2)])
    right = Polygon([(300, -0.2), (600, 0), (600, 500.2), (299.8, 500)])
    result = repair(named(left, right), outline=box(0, 0, 600, 500), expected_counts=None)
    assert result.whole
    assert shapely.coverage_is_valid([draft.geometry for draft in result.drafts], gap_width=10)


def test_a_narrow_inlet_of_the_coast_stays_water() -> None:
    inlet = box(299, 300, 301, 500)
    ground = box(0, 0, 600, 500).difference(inlet)
    left, right = ground.intersection(box(0, 0, 300, 500)), ground.difference(box(0, 0, 300, 500))
    result = repair(named(left, right), outline=ground, expected_counts=None)
    assert shapely.union_all([draft.geometry for draft in result.drafts]).equals(ground)


@cache
def nine_grids() -> list[Draft]:
    """A grid and its nearest neighbours."""
    middle = files.grids()[files.inner(files.grids())].geometry.centroid
    rows = sorted(files.grids(), key=lambda row: row.geometry.centroid.distance(middle))[:9]
    return [
        Draft(n, row.code, GridKind(row.kind), row.name, row.community, row.geometry)
        for n, row in enumerate(rows, start=1)
    ]


ONE_SHIFT_AND_ANOTHER = [(0.0, 0.0)] * 20
ONE_SHIFT_AND_ANOTHER[0], ONE_SHIFT_AND_ANOTHER[15] = (0.0, -0.28125), (0.0, 0.25)


@settings(max_examples=examples.of(15))
@example(shifts=ONE_SHIFT_AND_ANOTHER)
@given(
    shifts=st.lists(st.tuples(st.floats(-0.3, 0.3), st.floats(-0.3, 0.3)), min_size=20, max_size=20)
)
def test_borders_drawn_apart_by_centimetres_become_a_whole(
    shifts: list[tuple[float, float]],
) -> None:
    def shaken(shape: Polygon, start: int) -> Polygon:
        points = list(shape.exterior.coords)[:-1]
        moved = [shifts[(start + n) % len(shifts)] for n in range(len(points))]
        return Polygon([(x + a, y + b) for (x, y), (a, b) in zip(points, moved, strict=True)])

    drafts = [
        replace(draft, geometry=shaken(draft.geometry, 7 * n))
        for n, draft in enumerate(nine_grids())
    ]
    outline = shapely.union_all([draft.geometry for draft in nine_grids()])
    result = repair(drafts, outline=outline, expected_counts=None)
    shapes = [draft.geometry for draft in result.drafts]
    assert shapely.coverage_is_valid(shapes, gap_width=10)
    assert all(shape.geom_type == "Polygon" for shape in shapes)
    assert result.worst_share < 0.01
