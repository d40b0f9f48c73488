"""What follows for cases when other borders take force: what is open goes to its new grid."""

from __future__ import annotations

from webapp.base import notices
from webapp.base.access import Actor
from webapp.base.db import db
from webapp.base.language import N_
from webapp.cases import queries
from webapp.cases.models import Case
from webapp.cases.rules import CASE_FLOW, OPEN
from webapp.cases.telling import ON_WATCH
from webapp.grids import queries as grids, relocation
from webapp.grids.models import BoundarySet
from webapp.people import queries as people

SUPERVISORS = ("shift_leader", "supervisor")


def follow(made: BoundarySet, by: Actor | None) -> int:
    """Open cases are in the grid where their point lies now, each with an event; closed ones stay.

    The worker of the new grid knows; whoever handles a case keeps it until it is given to another.
    A case without a point, or whose grid a person has said, follows its grid where one heir has
    nearly all of it; else it stays, and the supervisors know. Answers how many cases moved.
    """
    moved = relocation.relocate(Case, Case.state.in_(OPEN), queries.placed_by_point())
    for each in moved:
        case = db.session.get_one(Case, each.id)
        _tell_move(case, each.old_grid_id, each.old_version_id, by=by)
    heirs = grids.heirs(made.id)
    followed = 0
    left = 0
    for case in queries.open_in_changed_grids(made.id):
        heir = heirs.get(case.grid_id or 0)
        if heir is None:
            left += 1
        elif heir.grid_id != case.grid_id:
            before = (case.grid_id, case.grid_version_id)
            case.grid_id, case.grid_version_id = heir.grid_id, heir.version_id
            db.session.flush()
            _tell_move(case, *before, by=by)
            followed += 1
    if left and by is not None:
        notices.notify(
            people.holders_everywhere(SUPERVISORS),
            N_("%(count)s open cases stand in grids that are no more. Choose their grids by hand."),
            url="/cases",
            count=left,
        )
    return len(moved) + followed


def _tell_move(
    case: Case, old_grid: int | None, old_version: int | None, *, by: Actor | None
) -> None:
    data = {
        "grid": [old_grid, case.grid_id],
        "grid_version": [old_version, case.grid_version_id],
    }
    CASE_FLOW.record(case, "relocated", by=by, before=case.state, after=case.state, data=data)
    db.session.expire(case, ["grid"])
    if case.grid is None:
        return
    notices.notify(
        [post.account_id for post in people.holders(ON_WATCH, grid_id=case.grid_id)],
        N_("%(number)s lies in %(where)s now: %(what)s"),
        url=f"/cases/{case.id}",
        number=case.number,
        where=case.grid.name,
        what=case.case_class.name,
    )
