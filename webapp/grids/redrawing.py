"""A border drawn anew by hand becomes a draft: the line of both neighbours, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import gettext, lazy_gettext as _l
from shapely import Polygon

from webapp.base.access import Actor
from webapp.base.flow import Changed, Unacceptable
from webapp.grids import actions, checking, queries
from webapp.grids.actions import Drawn
from webapp.grids.borders import Line, Network, network
from webapp.grids.importing.findings import Severity
from webapp.grids.models import BoundarySet, GridVersion, Unit
from webapp.grids.rules import GridKind, SetState

# So many faults are told at once.
TOLD = 5


def network_of(base: BoundarySet) -> Network:
    """The border lines of a boundary set, in metres; numbered alike every time."""
    return network({each.code: each.shape for each in queries.versions_of(base.id)})


def is_current(base: BoundarySet) -> bool:
    """True while a border drawn on this set would be a change of the borders in force."""
    active = queries.active_set_id()
    return base.id == active or (base.state != SetState.RETIRED and base.based_on_id == active)


def redraw(
    base: BoundarySet,
    lines: Mapping[int, Line],
    *,
    title: str,
    outline_may_move: bool,
    expected: Mapping[str, int],
    by: Actor,
) -> BoundarySet:
    """A draft has these lines (metres) in place of the arcs of the same numbers of `base`.

    Only the areas along them differ. Raises `Changed` when other borders took force meanwhile, and
    `Unacceptable` when a line runs where it cannot: across itself or another border, or so that a
    grid falls apart; or when it is of the outer border and that may not move.
    """
    if not is_current(base):
        raise Changed(
            _l("Other borders took force since you began. Open the map of borders again.")
        )
    versions = queries.versions_of(base.id)
    shapes = {each.code: each.shape for each in versions}
    here = network(shapes)
    moved = _really_moved(here, lines)
    if not outline_may_move and any(here.arcs[each].areas[1] is None for each in moved):
        raise Unacceptable(_l("The outer border of the subdistrict may not move here."))
    try:
        after = {**shapes, **here.redrawn(moved)}
    except ValueError as error:
        raise Unacceptable(
            _l("A border needs two ends, which stay where they are, and a line between them.")
        ) from error
    found = checking.of_shapes(versions, after, within=not outline_may_move, expected=expected)
    wrong = [each.words(gettext) for each in found if each.severity is Severity.ERROR]
    if wrong:
        raise Unacceptable(
            _l("The border cannot run like this."),
            fields={f"border.{place}": words for place, words in enumerate(wrong[:TOLD], start=1)},
        )
    return actions.draft(
        title=title,
        grids=[_drawn(each, after) for each in versions],
        unit=unit_of(base),
        by=by,
        illustrative=base.illustrative,
        source_name=base.source_name,
        based_on=queries.active_set(),
        report={"drawn_on": base.id, **_meant(base)},
    )


def _meant(base: BoundarySet) -> dict[str, Any]:
    """Numbers of grids that were meant when the set was made are meant in what is drawn on it."""
    return {"meant": base.report["meant"]} if "meant" in base.report else {}


def _really_moved(here: Network, lines: Mapping[int, Line]) -> dict[int, Line]:
    unknown = [number for number in lines if not 0 <= number < len(here.arcs)]
    if unknown:
        raise Unacceptable(_l("There is no such border line."))
    moved = {number: line for number, line in lines.items() if line != here.arcs[number].points}
    if not moved:
        raise Unacceptable(_l("Nothing would change."))
    return moved


def _drawn(version: GridVersion, shapes: Mapping[str, Polygon]) -> Drawn:
    return Drawn(
        code=version.code,
        name=version.name,
        kind=GridKind(version.kind),
        community_id=version.community_id,
        geom=shapes[version.code],
        display_code=version.display_code,
        provenance=version.provenance,
    )


def unit_of(base: BoundarySet) -> Unit:
    """The subdistrict whose borders these are."""
    unit = queries.root()
    if unit is None:
        raise LookupError(f"boundary set {base.id} belongs to no subdistrict")
    return unit


def line_of(points: Sequence[int | tuple[float, float]], before: Line) -> Line:
    """A line from what a browser sends: corners that stay by their number, others in metres.

    Raises `Unacceptable` for a number that the line does not have.
    """
    try:
        return tuple(before[each] if isinstance(each, int) else each for each in points)
    except IndexError as error:
        raise Unacceptable(_l("There is no such border line.")) from error
