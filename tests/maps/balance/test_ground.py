"""Ground in pieces, and borders drawn from pieces: nothing is cut that should stay, and no gap opens."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from shapely import LineString, box

from webapp.maps.balance import outlines
from webapp.maps.balance.ground import LARGE_M2, Ground, Sources, cut

NOTHING = np.array([], dtype=object)
TOWN = {"a": box(0, 0, 300, 300), "b": box(300, 0, 600, 300)}
CELLS = np.array([box(x, y, x + 100, y + 100) for x in range(0, 600, 100) for y in (0, 100, 200)])


def pieces(**more: object) -> Ground:
    made_of = {"parcels": NOTHING, "roads": NOTHING, "cells": CELLS, "buildings": NOTHING}
    made_of |= {name: np.array(each, dtype=object) for name, each in more.items()}
    return cut(TOWN, dict.fromkeys(TOWN, "group"), Sources(**made_of))


def shapes(ground: Ground) -> list[shapely.Polygon]:
    return [
        shapely.union_all(ground.faces[ground.piece_of == piece]) for piece in range(len(ground))
    ]


def test_ground_without_anything_goes_by_unit_cells() -> None:
    ground = pieces()
    assert len(ground) == 18
    assert ground.kinds == {"parcel": 0, "block": 0, "cell": 18}
    assert sorted(ground.areas) == [10_000.0] * 18
    assert np.isclose(ground.links.metres, 100).all()


def test_a_small_block_between_roads_is_one_piece_whatever_the_cells_say() -> None:
    roads = [LineString([(-10, 150), (610, 150)]), LineString([(130, -10), (130, 310)])]
    ground = pieces(roads=roads)
    small = box(0, 0, 130, 150)
    assert small.area < LARGE_M2
    assert any(each.equals(small) for each in shapes(ground))
    assert ground.kinds["block"] >= 2
    assert ground.links.by_road.sum() > 0


def test_a_parcel_is_one_piece_although_a_road_and_cells_cross_it() -> None:
    parcel = box(50, 50, 250, 250)
    ground = pieces(parcels=[parcel], roads=[LineString([(-10, 150), (310, 150)])])
    assert any(each.equals(parcel) for each in shapes(ground))
    assert ground.kinds["parcel"] == 1


def test_a_parcel_that_a_border_cuts_today_is_a_piece_on_each_side() -> None:
    ground = pieces(parcels=[box(250, 50, 350, 150)])
    assert ground.kinds["parcel"] == 2


def test_what_a_building_stands_on_stays_together() -> None:
    ground = pieces(buildings=[box(80, 80, 120, 95)])
    assert len(ground) == 17


def test_a_scrap_goes_with_its_neighbour() -> None:
    ground = pieces(roads=[LineString([(-10, 101), (610, 101)])])
    assert ground.areas.min() > 600
    assert ground.areas.sum() == pytest.approx(180_000)


def test_pieces_of_two_groups_have_no_link() -> None:
    ground = cut(TOWN, {"a": 1, "b": 2}, Sources(NOTHING, NOTHING, CELLS, NOTHING))
    assert not any(
        ground.home[one] != ground.home[other]
        for one, other in zip(ground.links.one, ground.links.other, strict=True)
    )
    assert ground.at_edge.any()


def test_points_lie_in_their_pieces() -> None:
    ground = pieces()
    found = ground.piece_at(np.array([50.0, 550.0, 900.0]), np.array([50.0, 250.0, 50.0]))
    assert found[0] != found[1]
    assert found[2] == -1
    assert [ground.codes[ground.home[each]] for each in found[:2]] == ["a", "b"]


def test_a_neighbour_gets_a_corner_where_a_new_border_ends_and_no_other_ground() -> None:
    north = shapely.Polygon([(0, 300), (300, 300), (600, 300), (600, 400), (0, 400)])
    before = {**TOWN, "c": north}
    assert shapely.coverage_is_valid(list(before.values()))
    given = [box(0, 0, 200, 300)]
    taken = [box(200, 0, 300, 300), box(300, 0, 600, 300)]
    after = outlines.redrawn(before, {"a": given, "b": taken})
    assert shapely.coverage_is_valid(list(after.values()))
    assert (200.0, 300.0) in after["c"].exterior.coords
    assert after["c"].equals(before["c"])
    assert after["a"].bounds == (0, 0, 200, 300)
    assert after["b"].area == 400 * 300


def test_corners_that_nothing_needs_are_not_drawn() -> None:
    halves = [box(0, 0, 300, 150), box(0, 150, 300, 300)]
    after = outlines.redrawn(TOWN, {"a": halves, "b": [TOWN["b"]]})
    assert after["a"].equals_exact(TOWN["a"], 0, normalize=True)


def test_pieces_that_do_not_hang_together_are_no_grid() -> None:
    with pytest.raises(outlines.FallsApart):
        outlines.redrawn(TOWN, {"a": [box(0, 0, 100, 300), box(200, 0, 300, 300)]})


def test_a_grid_without_pieces_is_gone() -> None:
    after = outlines.redrawn(TOWN, {"a": [], "b": [TOWN["a"], TOWN["b"]]})
    assert list(after) == ["b"]
