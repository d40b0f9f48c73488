"""Return visits: some days after a hire somebody asks how it is going."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext as _l

from webapp.base import clock
from webapp.base.access import Actor
from webapp.base.db import db
from webapp.base.flow import Unacceptable
from webapp.base.language import N_
from webapp.jobs import meeting_queries as meetings
from webapp.jobs.models import Visit
from webapp.jobs.rules import VISIT_FLOW
from webapp.jobs.telling import tell_agents
from webapp.people import days


def visit(
    made: Visit,
    *,
    stays: bool | None,
    hired: int | None,
    note: str | None,
    by: Actor,
    base_version: int | None = None,
) -> None:
    """It is known whether they are still at work there, and how many the employer has hired in all."""
    if stays is None:
        words = _l("Say whether they still work there.")
        raise Unacceptable(words, fields={"stays": words})
    _move(made, "visit", note, by, base_version, {"stays": stays, "hired": hired})
    made.stays, made.hired = stays, hired
    db.session.flush()


def visit_all(deeds: Sequence[tuple[Visit, Actor]], *, stays: bool, note: str) -> None:
    """As `visit`, for many of which the same is to be said."""
    VISIT_FLOW.move_all(
        deeds, "visit", evidence={"note": note}, data=[{"stays": stays}] * len(deeds)
    )
    for made, by in deeds:
        made.done_at, made.by_id, made.note, made.stays = clock.now(), by.id, note, stays
    db.session.flush()


def give_up(made: Visit, *, note: str | None, by: Actor, base_version: int | None = None) -> None:
    """Nobody was reached; it can still be made later."""
    _move(made, "give_up", note, by, base_version, {})


def remind() -> int:
    """The agents of the workstation have a line for each visit that is due; answers how many."""
    found = meetings.visits_to_tell(days.today())
    for each in found:
        words = N_("Return visit after %(days)s days: “%(what)s” at %(firm)s")
        tell_agents(each, words, days=each.days)
        each.told_at = clock.now()
    db.session.flush()
    return len(found)


def _move(
    made: Visit,
    name: str,
    note: str | None,
    by: Actor,
    base_version: int | None,
    data: dict[str, Any],
) -> None:
    VISIT_FLOW.move(
        made,
        name,
        by=by,
        base_version=base_version,
        evidence={"note": note},
        data={**data, "note": note},
    )
    made.done_at, made.by_id, made.note = clock.now(), by.id, note


MOVES: dict[str, Any] = {"visit": visit, "give_up": give_up}
