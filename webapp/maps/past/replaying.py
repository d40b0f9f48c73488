"""The time machine: how the map stood at a moment, and how a day went, from what the log knows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import Any

from flask_babel import get_locale

from webapp.base import clock
from webapp.base.access import Actor, may
from webapp.base.past import reached
from webapp.cases.rules import CASE_FLOW, OPEN, State
from webapp.maps.past import queries
from webapp.maps.past.queries import Span, Step, Thing
from webapp.maps.queries import SOON
from webapp.monitoring.alarms.rules import ALARM_FLOW, OPEN as ALARM_OPEN
from webapp.monitoring.signals import KINDS, Kind
from webapp.people import days
from webapp.projects.rules import LIVING, PROJECT_FLOW

# So many things of a kind are sent at most; when there are more the answer says so.
MOST = 5000

# From so many seconds after the beginning on: this mark, or none.
Marks = list[list[Any]]
Term = tuple[int, datetime | None]

HANDLED = frozenset({State.FEEDBACK, State.CHECKING, State.CHECKED})


def day_of(day: date) -> Span:
    """A day from its first moment to its last, or to now. Raises `Unacceptable` where it is not known."""
    return Span(reached(days.start_of(day)), min(days.end_of(day), clock.now()))


def replay(who: Actor, span: Span) -> dict[str, Any]:
    """What stood and moved in this time: of each thing from when on it had which mark."""
    return {
        "since": span.since.isoformat(),
        "seconds": int((span.until - span.since).total_seconds()),
        "layers": {name: LAYERS[name](who, span) for name in LAYERS if may(who, RIGHTS[name])},
    }


def at(who: Actor, layer: str, moment: datetime) -> list[list[Any]]:
    """The rows of a layer as they were at a moment: [id, lon, lat, mark, name, number, grid]."""
    told = LAYERS[layer](who, Span(moment, moment))
    return [
        [key, lon, lat, marks[-1][1], name, number, grid]
        for key, lon, lat, name, number, grid, marks in told["rows"]
        if marks and marks[-1][1] is not None
    ]


def _cases(who: Actor, span: Span) -> dict[str, Any]:
    found = queries.cases(who, span, language=get_locale().language, limit=MOST)
    keys = [each.id for each in found]
    terms = queries.terms(keys)
    return _told(
        found,
        queries.steps(CASE_FLOW.kind, keys, span),
        lambda key, steps: case_marks(steps, terms.get(key, ()), span),
    )


def _alarms(who: Actor, span: Span) -> dict[str, Any]:
    found = queries.alarms(who, span, limit=MOST)
    named = [
        Thing(each.id, each.lon, each.lat, str(KINDS[Kind(each.name)].words), None, each.grid_id)
        for each in found
    ]
    steps = queries.steps(ALARM_FLOW.kind, [each.id for each in found], span)
    return _told(named, steps, lambda _key, own: _living(own, ALARM_OPEN, span))


def _projects(who: Actor, span: Span) -> dict[str, Any]:
    found = queries.projects(who, span, limit=MOST)
    steps = queries.steps(PROJECT_FLOW.kind, [each.id for each in found], span)

    def marks(_key: int, own: Sequence[Step]) -> Marks:
        words = {state: str(words) for state, words in PROJECT_FLOW.states.items()}
        return _merged(
            [_after(each.at, span), words[each.state] if each.state in LIVING else None]  # type: ignore[index]  # a state of the table
            for each in own
        )

    return _told(found, steps, marks)


LAYERS: dict[str, Callable[[Actor, Span], dict[str, Any]]] = {
    "cases": _cases,
    "alarms": _alarms,
    "projects": _projects,
}
RIGHTS = {"cases": "maps.load", "alarms": "alarms.see", "projects": "projects.list"}


def _told(
    found: Sequence[Thing],
    steps: dict[int, list[Step]],
    marks: Callable[[int, Sequence[Step]], Marks],
) -> dict[str, Any]:
    rows = [
        [
            each.id,
            each.lon,
            each.lat,
            each.name,
            each.number,
            each.grid_id,
            marks(each.id, steps.get(each.id, ())),
        ]
        for each in found[:MOST]
    ]
    return {"rows": rows, "more": len(found) > MOST, "limit": MOST}


def case_marks(steps: Sequence[Step], terms: Sequence[Term], span: Span) -> Marks:
    """The marks of a case: each step changes them, and so does the time when it comes to its end."""
    return _merged(mark for part in _parts(steps, terms, span) for mark in part)


def _parts(
    steps: Sequence[Step], terms: Sequence[Term], span: Span
) -> Iterator[Iterator[list[Any]]]:
    for place, step in enumerate(steps):
        until = steps[place + 1].at if place + 1 < len(steps) else None
        due = next((due for seq, due in reversed(terms) if seq <= step.seq), None)
        yield _of_step(step, until, due, span)


def _of_step(
    step: Step, until: datetime | None, due: datetime | None, span: Span
) -> Iterator[list[Any]]:
    begin = max(step.at, span.since)
    if step.state not in OPEN:
        yield [_after(begin, span), None]
        return
    turns = [begin, *((due - SOON, due) if due is not None else ())]
    end = min(until or span.until, span.until)
    for moment in turns:
        if begin <= moment and (moment <= end or moment == begin):
            yield [_after(moment, span), _mark(step.state, due, moment)]


def _mark(state: str, due: datetime | None, moment: datetime) -> str:
    if due is not None and due <= moment:
        return "late"
    if state == State.REPORTED:
        return "new"
    if due is not None and due - SOON <= moment:
        return "soon"
    return "done" if state in HANDLED else "rest"


def _living(steps: Sequence[Step], living: Iterable[str], span: Span) -> Marks:
    states = frozenset(living)
    return _merged(
        [_after(each.at, span), "alarm" if each.state in states else None] for each in steps
    )


def _after(moment: datetime, span: Span) -> float:
    return round(max((moment - span.since).total_seconds(), 0.0), 1)


def _merged(marks: Iterable[list[Any]]) -> Marks:
    """Without those that say again what was said before them."""
    found: Marks = []
    for mark in marks:
        if not found or found[-1][1] != mark[1]:
            found.append(mark)
    return found
