"""What became of a grid: the words for every way in which borders change."""

from __future__ import annotations

from webapp.grids.lineage import Link, Share, links
from webapp.grids.rules import LineageKind as Kind


def _kinds(old: dict[int, str], new: dict[int, str], *shares: tuple[int, int, float, float]):  # type: ignore[no-untyped-def]
    found = links(old, new, [Share(*each) for each in shares])
    return {(each.old_id, each.new_id): each.kind for each in found}


def test_a_grid_that_keeps_nearly_all_its_ground_is_the_same() -> None:
    assert _kinds({1: "A"}, {9: "A"}, (1, 9, 0.97, 0.96)) == {(1, 9): Kind.SAME}


def test_a_grid_that_keeps_its_code_and_not_its_ground_has_moved() -> None:
    kinds = _kinds(
        {1: "A", 2: "B"}, {8: "A", 9: "B"}, (1, 8, 0.8, 1), (1, 9, 0.2, 0.1), (2, 9, 1, 0.9)
    )
    assert kinds == {(1, 8): Kind.MOVED, (1, 9): Kind.MOVED, (2, 9): Kind.MOVED}


def test_a_grid_that_gives_ground_to_new_ones_is_split() -> None:
    kinds = _kinds({1: "A"}, {8: "A", 9: "C"}, (1, 8, 0.5, 1), (1, 9, 0.5, 1))
    assert kinds == {(1, 8): Kind.SPLIT, (1, 9): Kind.SPLIT}


def test_a_grid_that_takes_the_ground_of_one_that_ends_is_merged() -> None:
    kinds = _kinds({1: "A", 2: "B"}, {9: "B"}, (1, 9, 1, 0.4), (2, 9, 1, 0.6))
    assert kinds == {(1, 9): Kind.MERGED, (2, 9): Kind.MERGED}


def test_a_grid_whose_ground_goes_to_several_is_split_and_whose_ground_is_lost_is_gone() -> None:
    kinds = _kinds(
        {1: "A", 2: "B", 3: "C"},
        {8: "B", 9: "C"},
        *((1, 8, 0.5, 0.2), (1, 9, 0.5, 0.2), (2, 8, 1, 0.8), (3, 9, 1, 0.8)),
    )
    assert kinds[1, 8] == kinds[1, 9] == Kind.SPLIT
    assert _kinds({1: "A"}, {}) == {(1, None): Kind.GONE}


def test_ground_that_was_nobodys_makes_a_new_grid() -> None:
    assert _kinds({}, {9: "A"}) == {(None, 9): Kind.NEW}


def test_a_trace_of_a_redrawn_line_is_no_kin() -> None:
    found = list(links({1: "A", 2: "B"}, {8: "A", 9: "B"}, [
        Share(1, 8, 0.999, 1), Share(1, 9, 0.001, 0.001), Share(2, 9, 1, 0.999),
    ]))  # fmt: skip
    assert found == [
        Link(1, 8, 0.999, 1, Kind.SAME),
        Link(2, 9, 1, 0.999, Kind.SAME),
    ]
