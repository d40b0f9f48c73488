"""What is done with councils: their list is fixed with its seal, then the seed is written and they are drawn."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from sqlalchemy import insert

from webapp.base import clock
from webapp.base.access import Actor, may
from webapp.base.db import db, lock
from webapp.base.flow import NotAllowed, NotOpen
from webapp.community.deliberation import council_queries, polls, sortition
from webapp.community.deliberation.council_models import Candidate, Council
from webapp.community.deliberation.council_rules import COUNCIL_FLOW, CouncilState
from webapp.community.deliberation.forms import CouncilForm
from webapp.grids.models import Grid
from webapp.people import days


def fix_list(said: CouncilForm, grid: Grid, *, by: Actor) -> Council:
    """The list of those who can be drawn is fixed and its seal public; nobody knows the seed yet.

    Raises `NotAllowed` over another grid, `NotOpen` where fewer live than there are seats.
    """
    council = Council(
        grid_id=grid.id,
        title=said.title,
        seats=said.seats,
        strata=said.strata,
        source=said.source,
        state=CouncilState.LISTED,
        version=1,
        seal="",
    )
    if not may(by, "councils.draw", council):
        raise NotAllowed(_l("You do not hold the post that may do this here."))
    found = council_queries.could_be_drawn(grid.id, said.strata, polls.of_age(days.today()))
    if len(found) < said.seats:
        raise NotOpen(_l("Fewer people of age live there than there are seats."))
    pool = [(number, stratum) for number, (_key, stratum) in enumerate(found, start=1)]
    council.seal = sortition.seal(pool)
    db.session.add(council)
    db.session.flush()
    db.session.execute(
        insert(Candidate),
        [
            {"council_id": council.id, "number": number, "stratum": stratum, "resident_id": key}
            for number, (key, stratum) in enumerate(found, start=1)
        ],
    )
    council.listed_at = clock.now()
    db.session.flush()
    COUNCIL_FLOW.begin(council, "fix_list", by=by, data={"note": council.seal})
    return council


def draw(council: Council, *, seed: str | None, by: Actor) -> None:
    """The council is drawn by this seed: the same for everybody who computes it."""
    lock(council)
    if seed and "draw" in COUNCIL_FLOW.open_moves(council, by):
        council.seed, council.drawn_at = seed, clock.now()
    COUNCIL_FLOW.move(council, "draw", by=by, evidence={"seed": seed}, data={"note": seed})


def drawn(council: Council) -> list[sortition.Ticket]:
    """Everybody of the list with their tickets, computed now; nobody before the seed is there."""
    if council.seed is None:
        return []
    pool = council_queries.candidates(council.id)
    return sortition.draw(pool, council.seats, council.seed)


def is_whole(council: Council) -> bool:
    """True when the list is still the one whose seal was published."""
    return sortition.seal(council_queries.candidates(council.id)) == council.seal
