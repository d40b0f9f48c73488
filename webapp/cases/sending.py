"""Somebody is sent to a case for a duty: the row that says who, by when they answer, and why them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy.exc import IntegrityError

from webapp.base import clock, notices
from webapp.base.access import Actor
from webapp.base.db import db
from webapp.base.flow import Refusal
from webapp.base.language import N_
from webapp.cases import candidates, queries, timing
from webapp.cases.models import Assignment, Case
from webapp.cases.rules import Duty

ONE_OFFER = "uq_assignment_offer"


class Asked(Refusal):
    """Somebody has an offer already that waits for their answer."""

    code = "asked"


def send(
    case: Case,
    to: int | None,
    duty: Duty,
    *,
    by: Actor,
    note: str | None,
    choice: dict[str, Any] | None = None,
) -> Assignment:
    """Somebody is asked to go, with the choice and its alternatives kept; to handle it, an offer
    with a limit. Of one person at most one offer is open: `Asked` where there is another."""
    if choice is None and to is not None:
        without = [case.handler_id] if duty == Duty.CHECK else []
        choice = candidates.kept(candidates.ranking(case, without=without), to)
    answer_by = timing.answer_by(case, since=clock.now()) if duty == Duty.HANDLE else None
    sent = _assigned(case, to, duty, by=by, note=note, choice=choice, answer_by=answer_by)
    if duty == Duty.HANDLE:
        _tell_mates(case, sent)
    return sent


def holds(case: Case, account: int | None, duty: Duty, *, by: Actor, note: str | None) -> None:
    """Somebody has the case without being asked: took it on for a department, or has it again."""
    _assigned(case, account, duty, by=by, note=note, taken_at=clock.now())


def end_duty(case: Case, duty: Duty) -> None:
    """Nobody is sent to the case for this duty any more."""
    assignment = queries.open_assignment(case.id, duty)
    if assignment:
        assignment.ended_at = clock.now()
        db.session.flush()


def _assigned(
    case: Case,
    to: int | None,
    duty: Duty,
    *,
    by: Actor,
    note: str | None,
    choice: dict[str, Any] | None = None,
    answer_by: datetime | None = None,
    taken_at: datetime | None = None,
) -> Assignment:
    end_duty(case, duty)
    made = Assignment(
        case_id=case.id,
        account_id=to,
        duty=duty,
        sent_by_id=by.id,
        sent_at=clock.now(),
        note=note,
        choice=choice or {},
        answer_by=answer_by,
        taken_at=taken_at,
    )
    try:
        with db.session.begin_nested():
            db.session.add(made)
            db.session.flush()
    except IntegrityError as error:
        if ONE_OFFER not in str(error.orig):
            raise
        words = _l("They were asked for another case a moment ago and have not answered yet.")
        raise Asked(words, fields={"worker": words}) from error
    return made


def _tell_mates(case: Case, sent: Assignment) -> None:
    """Who goes along knows with whom and where."""
    where = case.where_words or (case.grid.name if case.grid else "")
    notices.notify(
        sent.choice.get("mates", ()),
        N_("Go along with %(who)s: %(what)s, %(where)s (%(number)s)"),
        url="/phone",
        who=sent.account.name,
        what=case.case_class.name,
        what_en=case.case_class.name_en,
        where=where,
        number=case.number,
    )
