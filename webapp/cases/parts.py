"""Joint handling: the parts that departments have in a case, one of them leading."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask_babel import lazy_gettext as _l

from webapp.base import clock
from webapp.base.access import HOUSE, Actor
from webapp.base.db import db
from webapp.base.flow import NotOpen
from webapp.base.language import N_
from webapp.cases import queries
from webapp.cases.models import Case, CasePart
from webapp.cases.rules import CASE_FLOW, PART_FLOW, PartState
from webapp.cases.telling import DISPATCHERS, tell
from webapp.grids.models import Unit
from webapp.people import queries as people


def send(
    case: Case, lead: Unit | None, helpers: Iterable[Unit], *, task: str | None, by: Actor
) -> None:
    """Each department has its part and its people know; the lead keeps the clock of the case."""
    for unit in [*([lead] if lead else []), *helpers]:
        part = CasePart(
            case_id=case.id,
            unit_id=unit.id,
            lead=unit is lead,
            state=PartState.SENT,
            version=1,
            task=task,
            sent_at=clock.now(),
            returned=queries.returned_before(case.id, unit.id),
        )
        db.session.add(part)
        db.session.flush()
        PART_FLOW.begin(part, "send", by=by, data={"case": case.id, "unit": unit.name})
        words = (
            N_("%(number)s is for your department: %(what)s")
            if part.lead
            else N_("Your department helps with %(number)s: %(what)s")
        )
        tell(case, queries.staff_of(unit.id), words)
    db.session.expire(case, ["parts"])


def take(part: CasePart, *, by: Actor, **moved: Any) -> None:
    """Somebody of the department works at it."""
    PART_FLOW.move(part, "take", by=by, **moved)
    part.account_id, part.taken_at = by.id, clock.now()


def finish(part: CasePart, *, by: Actor, note: str | None, **moved: Any) -> None:
    """The department has done its part; the lead and the desk know."""
    PART_FLOW.move(part, "finish", by=by, evidence={"note": note}, data={"note": note}, **moved)
    part.account_id, part.done_at = part.account_id or by.id, clock.now()
    _note(part, "part_done", by, note)
    readers = [part.case.handler_id, *people.holders_everywhere(DISPATCHERS)]
    tell(part.case, readers, N_("%(number)s: %(unit)s is done"), unit=part.unit.name)


def redo(part: CasePart, *, by: Actor, note: str | None, **moved: Any) -> None:
    """The department goes on."""
    PART_FLOW.move(part, "redo", by=by, evidence={"note": note}, data={"note": note}, **moved)
    part.done_at = None
    tell(
        part.case,
        queries.staff_of(part.unit_id),
        N_("%(number)s: not done yet: %(note)s"),
        note=note,
    )


def release(part: CasePart, *, by: Actor, note: str | None, **moved: Any) -> None:
    """A helping department has no part in the case any more, and cannot open it."""
    if part.lead:
        raise NotOpen(_l("The lead department gives the case back by a step of the case."))
    part.ended_at = clock.now()
    PART_FLOW.move(part, "release", by=by, evidence={"note": note}, data={"note": note}, **moved)
    _note(part, "part_released", by, note)


def lead_of(case: Case) -> CasePart | None:
    """The part of the department that leads now."""
    return next((part for part in case.parts if part.lead and part.state != PartState.GONE), None)


def lead_takes(case: Case, *, by: Actor) -> None:
    """The lead works at it, as the case says."""
    part = lead_of(case)
    if part is not None and part.state == PartState.SENT:
        _set(part, PartState.WORKING, "take", by)
        part.account_id, part.taken_at = by.id, clock.now()


def lead_done(case: Case, *, note: str | None, by: Actor) -> None:
    """The lead has done its part, as the case says."""
    part = lead_of(case)
    if part is not None and part.state != PartState.DONE:
        _set(part, PartState.DONE, "finish", by, note)
        part.done_at = clock.now()


def lead_again(case: Case, *, by: Actor) -> None:
    """The lead works at it once more."""
    part = lead_of(case)
    if part is not None and part.state == PartState.DONE:
        _set(part, PartState.WORKING, "redo", by)
        part.done_at = None


def release_all(case: Case, *, by: Actor, note: str | None) -> None:
    """No department has a part in the case any more."""
    for part in case.parts:
        if part.state != PartState.GONE:
            _set(part, PartState.GONE, "release", by, note)


def _set(part: CasePart, state: PartState, move: str, by: Actor, note: str | None = None) -> None:
    """The state follows from a move of the whole case, whose rights were asked there."""
    before, part.state = part.state, state
    if state == PartState.GONE:
        part.ended_at = clock.now()
    PART_FLOW.record(
        part, move, by=by, before=before, after=state, data={"note": note} if note else None
    )


def _note(part: CasePart, what: str, by: Actor | None, note: str | None) -> None:
    data = {"unit": part.unit.name, **({"note": note} if note else {})}
    CASE_FLOW.record(part.case, what, by=by or HOUSE, data=data)
