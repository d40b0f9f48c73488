"""The same example by two sets of weights: who would go, and whom a crowd would get."""

from __future__ import annotations

from dataclasses import dataclass

from webapp.base.access import Actor
from webapp.base.spatial import shape_of
from webapp.cases import candidates, rolling
from webapp.cases.candidates import Line, Ranking
from webapp.cases.dispatching import Call
from webapp.cases.models import Case
from webapp.cases.rota import queries as rota
from webapp.cases.rules import Grade
from webapp.cases.weighing import queries
from webapp.cases.weights import Weights
from webapp.grids import queries as grids

FIRST, CROWD = 5, 40


@dataclass(frozen=True)
class Side:
    """The first few by one set of weights, and who would get what of the cases that wait."""

    lines: list[Line]
    of_set: dict[int, str]


@dataclass(frozen=True)
class Compared:
    """Both sides, and the cases that wait whose person would be another."""

    now: Side
    then: Side
    waiting: int
    others: list[tuple[Case, str | None, str | None]]


def call_for(named: str, who: Actor) -> Call | None:
    """What an example is about: `case:7`, or `grid:7` for an emergency in its middle; None: there is none."""
    what, _colon, number = named.partition(":")
    if what == "case":
        case = next((each for each in queries.examples(who) if each.id == int(number)), None)
        return candidates.call_of(case, rota.wishes()) if case else None
    grid = grids.by_id(int(number)) if number else None
    version = grids.version_of(grid) if grid else None
    if grid is None or version is None:
        return None
    middle = shape_of(version.geom).centroid
    return Call(0, (middle.x, middle.y), grid.id, Grade.EMERGENCY)


def compared(call: Call, now: Weights, then: Weights, who: Actor) -> Compared:
    """The same example by the weights in force and by those that are tried."""
    waiting = rota.undispatched(who, CROWD)
    wishes = rota.wishes()
    calls = [candidates.call_of(each, wishes) for each in waiting]
    one, other = _side(call, calls, now), _side(call, calls, then)
    rows = [(each, one.of_set.get(each.id), other.of_set.get(each.id)) for each in waiting]
    return Compared(one, other, len(waiting), [row for row in rows if row[1] != row[2]])


def _side(call: Call, waiting: list[Call], weights: Weights) -> Side:
    staff = candidates.workers(weights)
    made: Ranking = candidates.ranked_among(staff, call)
    pairs = rolling.propose(candidates.by_road(waiting, staff), staff.people)
    return Side(
        candidates.lines(made, FIRST), {pair.call.id: pair.candidate.name for pair in pairs}
    )
