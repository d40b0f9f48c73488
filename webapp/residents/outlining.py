"""Ground plans of many buildings from one file: each goes to the building whose point lies in it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from shapely import Polygon, STRtree

from webapp.base import drawn
from webapp.base.access import Actor
from webapp.base.flow import Unacceptable
from webapp.base.spatial import metric, shape_of
from webapp.residents import actions, list_queries

MOST_BYTES = 8 * 1024 * 1024
MOST_PLANS = 2000


@dataclass(frozen=True)
class Outcome:
    """How many buildings have a plan now; in how many plans none stood, or more than one."""

    drawn: int
    empty: int
    shared: int


def carry_out(body: bytes, *, by: Actor) -> Outcome:
    """Each polygon of a GeoJSON file is the ground plan of the one building of `by` that stands in it.

    Raises `Unacceptable` where the file cannot be read; then nothing is drawn.
    """
    plans = [_valid(ring) for ring in _rings(body)]
    standing = [
        (each, shape_of(each.geom))
        for each in list_queries.buildings_to_draw(by)
        if each.geom is not None
    ]
    tree = STRtree([spot for _building, spot in standing])
    found = [(plan, tree.query(metric(plan), predicate="covers")) for plan in plans]
    for plan, inside in found:
        if len(inside) == 1:
            actions.draw(standing[inside[0]][0], plan, by=by)
    many = Counter(min(len(inside), 2) for _plan, inside in found)
    return Outcome(drawn=many[1], empty=many[0], shared=many[2])


def _rings(body: bytes) -> list[list[tuple[float, float]]]:
    if len(body) > MOST_BYTES:
        raise _no(_l("This file is too large."))
    try:
        found = drawn.rings(body.decode("utf-8-sig"))
    except ValueError as error:
        raise _no(_l("This is no GeoJSON with polygons.")) from error
    if not found or len(found) > MOST_PLANS:
        raise _no(_l("A file holds one to %(n)s ground plans.", n=MOST_PLANS))
    return found


def _valid(ring: list[tuple[float, float]]) -> Polygon:
    plan = Polygon(ring)
    if not plan.is_valid:
        raise _no(_l("The border of the area crosses itself."))
    return plan


def _no(words: LazyString) -> Unacceptable:
    return Unacceptable(words, fields={"file": words})
