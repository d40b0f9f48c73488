"""What somebody who leaves a post leaves open: cases of the grid, and what they were sent to do."""

from __future__ import annotations

from collections.abc import Iterable

from webapp.base.language import N_
from webapp.cases import queries
from webapp.cases.models import Case
from webapp.cases.rules import CASE_FLOW, State
from webapp.people.handover import Leaving, Line, Section, english


def open_work(leaving: Leaving) -> Iterable[Section]:
    """Open cases of the grid, and open cases elsewhere that the one who leaves handles or checks."""
    mine = queries.sent_to(leaving.account_id)
    if leaving.grid_id is not None:
        here = queries.open_in_grid(leaving.grid_id)
        yield Section(N_("Open cases in the grid"), [_line(case) for case in here])
        mine = [case for case in mine if case.grid_id != leaving.grid_id]
    yield Section(N_("Open duties elsewhere"), [_line(case) for case in mine])


def _line(case: Case) -> Line:
    return Line(
        f"{case.number} {case.case_class.name}",
        state=english(CASE_FLOW.states[State(case.state)]),
        at=case.due_at.isoformat() if case.due_at else None,
        url=f"/cases/{case.id}",
    )
