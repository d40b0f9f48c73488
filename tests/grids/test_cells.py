"""Unit cells: they fill communities, keep their codes, and are renewed only where ground changed."""

from __future__ import annotations

import pytest
import shapely
from shapely import box
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.grids.redrawing import bitten, borders, put_in_force
from webapp.base import clock
from webapp.base.spatial import shape_of
from webapp.grids import cells, queries, unit_cells
from webapp.grids.cells import cut, number, place
from webapp.grids.models import UnitCell

CODE = "370672004001"


def test_cells_fill_a_community_without_gap_or_overlap() -> None:
    area = shapely.Point(1030, 2070).buffer(400)
    made = cut(CODE, area, {})
    shapes = [each.geom for each in made]
    assert shapely.union_all(shapes).symmetric_difference(area).area < 1e-6
    assert sum(each.area for each in shapes) == pytest.approx(area.area)
    assert min(each.area for each in shapes) >= cells.SMALLEST_M2
    assert len({each.code for each in made}) == len(made)


def test_cells_are_numbered_from_north_to_south_and_west_to_east() -> None:
    made = {each.code[-3:]: each.geom.centroid for each in cut(CODE, box(0, 0, 300, 200), {})}
    assert sorted(made) == ["001", "002", "003", "004", "005", "006"]
    assert [(made[n].x, made[n].y) for n in ("001", "003", "004")] == [
        (50, 150),
        (250, 150),
        (50, 50),
    ]


def test_numbers_go_on_in_letters_after_999() -> None:
    assert [number(n) for n in (1, 999, 1000, 1001, 1010, 1036)] == [
        "001",
        "999",
        "A00",
        "A01",
        "A0A",
        "A10",
    ]
    assert all(place(number(n)) == n for n in (1, 42, 999, 1000, 1009, 1010, 2295, 2296, 34_695))
    with pytest.raises(ValueError, match="more cells"):
        number(1000 + 26 * 36 * 36)


def test_a_cell_that_stays_keeps_its_code_and_no_code_is_used_for_other_ground() -> None:
    before = {each.code: each.geom for each in cut(CODE, box(0, 0, 300, 100), {})}
    after = {each.code: each.geom for each in cut(CODE, box(100, 0, 300, 200), before)}
    assert {code: after[code] for code in before.keys() & after.keys()} == {
        code: shape for code, shape in before.items() if shape.bounds[0] >= 100
    }
    assert sorted(code[-3:] for code in after.keys() - before.keys()) == ["004", "005"]


def test_ground_that_comes_back_gets_its_old_codes_back() -> None:
    first = {each.code: each.geom for each in cut(CODE, box(0, 0, 300, 100), {})}
    second = {each.code: each.geom for each in cut(CODE, box(0, 0, 200, 100), first)}
    third = {each.code: each.geom for each in cut(CODE, box(0, 0, 300, 100), first | second)}
    assert third == first


def _living(session: Session) -> dict[str, str]:
    rows = session.execute(
        select(UnitCell.code, func.ST_AsText(UnitCell.geom)).where(UnitCell.end_date.is_(None))
    )
    return {code: shape for code, shape in rows}


def test_the_default_cells_cover_every_grid(session: Session) -> None:
    ground = shapely.union_all([shape_of(cell) for cell in session.scalars(select(UnitCell.geom))])
    assert shapely.union_all(list(borders().values())).difference(ground).area < 1


def test_borders_within_a_community_leave_its_cells_alone(session: Session) -> None:
    before = _living(session)
    assert unit_cells.renew() == 0
    first, second = _pair(same_community=True)
    put_in_force(bitten(first, second))
    assert _living(session) == before


def test_borders_between_communities_renew_only_the_cells_at_their_side(session: Session) -> None:
    before = _living(session)
    first, second = _pair(same_community=False)
    put_in_force(bitten(first, second, radius=90))
    after = _living(session)
    communities = queries.community_codes()
    touched = {
        communities[each.community_id]
        for each in queries.active_versions()
        if each.code in (first, second) and each.community_id is not None
    }
    changed = {code for code, shape in after.items() if before.get(code) != shape}
    assert changed
    assert {code[:12] for code in changed | (before.keys() - after.keys())} <= touched
    kept = sum(before[code] == after.get(code) for code in before)
    assert kept > len(before) - 60
    ended = session.scalars(select(UnitCell).where(UnitCell.end_date.is_not(None))).all()
    assert {each.code for each in ended} == before.keys() - after.keys()
    assert all(each.end_date == clock.now().date() for each in ended)


def _pair(*, same_community: bool) -> tuple[str, str]:
    versions = queries.active_versions()
    shapes = borders()
    for one in versions:
        for other in versions:
            if one.code == other.code or same_community != (one.community_id == other.community_id):
                continue
            if shapes[one.code].intersection(shapes[other.code]).length > 300:
                return one.code, other.code
    raise AssertionError("there is no such pair")
