"""Shared edges redrawn by hand: whatever line is drawn, the coverage holds or the line is refused."""

from __future__ import annotations

import math

import pytest
import shapely
from hypothesis import HealthCheck, given, settings, strategies as st
from shapely import Polygon, box
from sqlalchemy.orm import Session

from tests import examples
from tests.grids.redrawing import borders, put_in_force
from tests.world import World
from webapp.base.access import Actor
from webapp.base.flow import Changed, Unacceptable
from webapp.grids import queries, redrawing
from webapp.grids.borders import Line, network
from webapp.grids.importing.checks import GAP_WIDTH_M
from webapp.grids.models import BoundarySet
from webapp.grids.rules import SetState

# Four fields around a place where all meet, and a pond in one of them.
POND = Polygon([(20, 20), (40, 20), (40, 40), (20, 40)])
FIELDS = {
    "A": Polygon(
        [(0, 0), (100, 0), (100, 50), (100, 100), (50, 100), (0, 100)], [POND.exterior.coords]
    ),
    "B": Polygon([(100, 0), (200, 0), (200, 100), (100, 100), (100, 50)]),
    "C": Polygon([(0, 100), (50, 100), (100, 100), (100, 200), (0, 200)]),
    "D": box(100, 100, 200, 200),
    "P": POND,
}


def test_every_border_between_two_areas_is_one_arc_and_known_from_both() -> None:
    here = network(FIELDS)
    between = {arc.areas: arc.points for arc in here.arcs if arc.areas[1]}
    assert between.keys() == {("A", "B"), ("A", "C"), ("A", "P"), ("B", "D"), ("C", "D")}
    assert between["A", "B"] == ((100, 0), (100, 50), (100, 100))
    uses = [
        abs(each) if each >= 0 else ~each
        for rings in here.rings.values()
        for r in rings
        for each in r
    ]
    assert all(uses.count(n) == (2 if arc.areas[1] else 1) for n, arc in enumerate(here.arcs))


def test_arcs_put_together_again_are_the_areas() -> None:
    here = network(FIELDS)
    again = here.redrawn({number: arc.points for number, arc in enumerate(here.arcs)})
    assert again.keys() == FIELDS.keys()
    assert all(again[name].equals(shape) for name, shape in FIELDS.items())


def test_arcs_have_the_same_numbers_every_time() -> None:
    turned = {name: shapely.reverse(shape) for name, shape in reversed(FIELDS.items())}
    assert network(turned).arcs == network(FIELDS).arcs


def test_a_line_redrawn_moves_both_neighbours_and_nobody_else() -> None:
    here = network(FIELDS)
    number = _arc("A", "B")
    after = here.redrawn({number: ((100, 0), (120, 50), (100, 100))})
    assert after.keys() == {"A", "B"}
    assert after["A"].area == pytest.approx(FIELDS["A"].area + 1000)
    assert after["B"].area == pytest.approx(FIELDS["B"].area - 1000)
    assert shapely.coverage_is_valid([*(FIELDS | after).values()], gap_width=GAP_WIDTH_M)


def test_an_island_is_redrawn_as_a_ring() -> None:
    number = _arc("A", "P")
    ring = network(FIELDS).arcs[number].points
    assert ring[0] == ring[-1] == (20, 20)
    wider = tuple((x + 5 if x == 40 else x, y) for x, y in ring)
    after = network(FIELDS).redrawn({number: wider})
    assert after["P"].area == pytest.approx(500)
    assert shapely.coverage_is_valid([*(FIELDS | after).values()], gap_width=GAP_WIDTH_M)


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (((99, 0), (100, 100)), "the ends"),
        (((100, 0), (100, 50)), "the ends"),
        ((), "the ends"),
        (((100, 0), (math.nan, 50), (100, 100)), "not a number"),
    ],
)
def test_a_line_that_is_none_is_refused(line: Line, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        network(FIELDS).redrawn({_arc("A", "B"): line})


def test_a_ring_needs_three_corners() -> None:
    with pytest.raises(ValueError, match="more points"):
        network(FIELDS).redrawn({_arc("A", "P"): ((20, 20), (40, 40), (20, 20))})


def test_an_arc_that_is_not_there_is_refused() -> None:
    with pytest.raises(LookupError):
        network(FIELDS).redrawn({99: ((0, 0), (1, 1))})


def _arc(*areas: str) -> int:
    return next(n for n, arc in enumerate(network(FIELDS).arcs) if arc.areas == areas)


INNER = [
    number
    for number, arc in enumerate(network(FIELDS).arcs)
    if arc.areas[1] and arc.points[0] != arc.points[-1]
]


@given(
    number=st.sampled_from(INNER),
    between=st.lists(st.tuples(st.floats(-30, 230), st.floats(-30, 230)), max_size=3),
)
@settings(max_examples=examples.of(300))
def test_a_line_that_leaves_every_area_whole_and_apart_leaves_the_ground_as_it_was(
    number: int, between: list[tuple[float, float]]
) -> None:
    here = network(FIELDS)
    arc = here.arcs[number]
    changed = here.redrawn({number: (arc.points[0], *between, arc.points[-1])})
    assert changed.keys() == set(arc.areas)
    after = [*(FIELDS | changed).values()]
    if not all(shape.is_valid for shape in after) or not shapely.coverage_is_valid(after):
        return
    now, before = shapely.union_all(after), shapely.union_all([*FIELDS.values()])
    assert now.symmetric_difference(before).area < 1e-6


# The same on the default territory, through the deed that a browser asks for.


def _redraw(base: BoundarySet, lines: dict[int, Line], by: Actor, **how: bool) -> BoundarySet:
    how = {"outline_may_move": False} | how
    return redrawing.redraw(base, lines, title="新边界", expected={}, by=by, **how)


def _base() -> BoundarySet:
    base = queries.active_set()
    assert base is not None
    return base


def _inner() -> tuple[int, Line]:
    """The longest arc between two grids of the default territory."""
    arcs = redrawing.network_of(_base()).arcs
    inner = [number for number, arc in enumerate(arcs) if arc.areas[1]]
    number = max(inner, key=lambda each: len(arcs[each].points))
    return number, arcs[number].points


def _shifted(line: Line, place: int, metres: float) -> Line:
    x, y = line[place]
    return (*line[:place], (x + metres, y), *line[place + 1 :])


def test_a_redrawn_border_becomes_a_draft_of_the_borders_in_force(world: World) -> None:
    base, before = _base(), borders()
    number, line = _inner()
    made = _redraw(base, {number: _shifted(line, len(line) // 2, 3)}, world.shift_leader)
    assert (made.state, made.based_on_id, made.illustrative) == (SetState.DRAFT, base.id, True)
    now = {each.code: each.shape for each in queries.versions_of(made.id)}
    moved = {code for code in before if not now[code].equals(before[code])}
    assert moved == set(redrawing.network_of(base).arcs[number].areas)
    assert shapely.coverage_is_valid(list(now.values()), gap_width=GAP_WIDTH_M)
    assert borders() == before


@given(data=st.data())
@settings(
    max_examples=examples.of(12),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_whatever_is_dragged_the_coverage_stays_valid_or_the_drag_is_refused(
    session: Session, data: st.DataObject
) -> None:
    base = _base()
    here = redrawing.network_of(base)
    number = data.draw(st.sampled_from([n for n, arc in enumerate(here.arcs) if arc.areas[1]]))
    line = here.arcs[number].points
    drags = st.dictionaries(
        st.integers(1, max(1, len(line) - 2)),
        st.tuples(st.floats(-15, 15), st.floats(-15, 15)),
        max_size=3,
    )
    for place, (east, north) in data.draw(drags).items():
        if place < len(line) - 1:
            x, y = line[place]
            line = (*line[:place], (x + east, y + north), *line[place + 1 :])
    cut = data.draw(st.integers(1, len(line)))
    if data.draw(st.booleans()) and cut < len(line) - 1:
        line = line[:cut] + line[cut + 1 :]
    before = borders()
    ground = shapely.union_all(list(before.values()))
    with session.begin_nested() as undone:
        try:
            made = _redraw(base, {number: line}, None)  # type: ignore[arg-type]  # the system itself
        except Unacceptable:
            return
        now = {each.code: each.shape for each in queries.versions_of(made.id)}
        undone.rollback()
    assert shapely.coverage_is_valid(list(now.values()), gap_width=GAP_WIDTH_M)
    assert shapely.union_all(list(now.values())).symmetric_difference(ground).area < 1e-3
    assert {code for code in before if not now[code].equals(before[code])} <= set(
        here.arcs[number].areas
    )


def test_a_line_across_another_grid_is_refused_in_words(world: World) -> None:
    number, line = _inner()
    with pytest.raises(Unacceptable) as refused:
        _redraw(_base(), {number: _shifted(line, len(line) // 2, 5000)}, world.shift_leader)
    assert any(refused.value.fields.values())


def test_a_line_that_stays_where_it_is_makes_no_draft(world: World) -> None:
    number, line = _inner()
    with pytest.raises(Unacceptable):
        _redraw(_base(), {number: line}, world.shift_leader)


def test_the_outer_border_moves_only_when_it_may(world: World) -> None:
    arcs = redrawing.network_of(_base()).arcs
    number = max(
        (n for n, arc in enumerate(arcs) if not arc.areas[1]), key=lambda n: len(arcs[n].points)
    )
    line = _shifted(arcs[number].points, len(arcs[number].points) // 2, 0.5)
    with pytest.raises(Unacceptable, match="此处不允许移动街道外边界"):
        _redraw(_base(), {number: line}, world.shift_leader)
    made = _redraw(_base(), {number: line}, world.shift_leader, outline_may_move=True)
    assert made.state == SetState.DRAFT


def test_a_border_drawn_on_borders_that_are_no_more_in_force_is_refused(world: World) -> None:
    base = _base()
    number, line = _inner()
    put_in_force({})
    with pytest.raises(Changed):
        _redraw(base, {number: _shifted(line, len(line) // 2, 3)}, world.shift_leader)


def test_drawing_goes_on_from_a_draft(world: World) -> None:
    number, line = _inner()
    first = _redraw(_base(), {number: _shifted(line, len(line) // 2, 3)}, world.shift_leader)
    again = redrawing.network_of(first).arcs
    other = next(
        n for n, arc in enumerate(again) if arc.areas[1] and n != number and len(arc.points) > 9
    )
    moved = _shifted(again[other].points, 4, 0.2)
    second = _redraw(first, {other: moved}, world.shift_leader)
    assert second.based_on_id == _base().id
    both = {each.code: each.shape for each in queries.versions_of(second.id)}
    before = borders()
    assert {code for code in before if not both[code].equals(before[code])} == {
        *(area for area in again[number].areas if area),
        *(area for area in again[other].areas if area),
    }
