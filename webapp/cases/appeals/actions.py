"""What is done with a hotline sheet, from its arrival to the visit after it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l

from webapp.base import audit, clock, notices, tasks
from webapp.base.access import HOUSE, Actor
from webapp.base.clock import Limit, Unit
from webapp.base.db import db
from webapp.base.flow import Refusal, Unacceptable
from webapp.base.language import N_
from webapp.cases import queries as cases, timing
from webapp.cases.appeals import queries
from webapp.cases.appeals.models import Appeal
from webapp.cases.appeals.rules import (
    APPEAL_FLOW,
    DESK,
    EXTENSION_MOST,
    HANDLE,
    LEVELS,
    RETURN_WITHIN,
    WATCH,
    YELLOW_BEFORE,
    AppealKind,
    AppealState,
    Card,
)
from webapp.cases.rules import Grade
from webapp.people import phones, queries as people
from webapp.people.refusing import refusing


def receive(
    *,
    sheet_no: str,
    kind: AppealKind,
    source: str,
    words: str,
    by: Actor,
    where_words: str | None = None,
    grade: Grade = Grade.NORMAL,
    confidential: bool = False,
    wants_reply: bool = True,
    caller_name: str | None = None,
    caller_phone: str | None = None,
    received_at: datetime | None = None,
) -> Appeal:
    """The sheet is in the house; its number is that of the hotline, and comes once."""
    appeal = Appeal(
        sheet_no=sheet_no,
        kind=kind,
        source=source,
        words=words,
        where_words=where_words,
        grade=grade,
        confidential=confidential,
        wants_reply=wants_reply,
        caller_name=caller_name,
        caller_phone=phones.normal(caller_phone) if caller_phone else None,
        state=AppealState.RECEIVED,
        version=1,
        received_at=received_at or clock.now(),
    )
    known = _l("This sheet is in the house already.")
    with refusing(uq_appeal_sheet_no=Unacceptable(known, fields={"sheet_no": known})):
        db.session.add(appeal)
    APPEAL_FLOW.begin(appeal, "receive", by=by)
    return appeal


def classify(appeal: Appeal, *, by: Actor, categories: Iterable[str], **moved: Any) -> None:
    """The sheet has its classes, the widest first, five at most."""
    given = [each.strip() for each in categories if each and each.strip()][:LEVELS]
    data = {"categories": given}
    APPEAL_FLOW.move(appeal, "classify", by=by, evidence=data, data=data, **moved)
    appeal.categories = given


def assign(
    appeal: Appeal, *, by: Actor, unit: int | None, note: str | None = None, **moved: Any
) -> None:
    """A department answers for it within five working days; whoever wants to stay unknown does."""
    found = cases.department(unit)
    data = {"unit": found.name if found else None, "note": note}
    APPEAL_FLOW.move(appeal, "assign", by=by, evidence={"unit": found}, data=data, **moved)
    appeal.unit_id = unit
    appeal.open_to_id = None if appeal.confidential else unit
    appeal.forwarding, appeal.assigned_at = note, clock.now()
    appeal.due_at = timing.office().due(clock.now(), HANDLE)
    _tell(appeal, cases.staff_of(unit), N_("Sheet %(number)s is for your department"))


def accept(appeal: Appeal, *, by: Actor, **moved: Any) -> None:
    """Somebody of the department has signed for it."""
    APPEAL_FLOW.move(appeal, "accept", by=by, **moved)
    appeal.handler_id = by.id


def give_back(appeal: Appeal, *, by: Actor, note: str | None, **moved: Any) -> None:
    """It is not theirs; within two working days, with the reason, and they see it no more."""
    since = appeal.assigned_at or appeal.received_at
    if clock.now() > timing.office().due(since, RETURN_WITHIN):
        raise Refusal(_l("A sheet is given back within two working days; these are over."))
    unit = appeal.unit.name if appeal.unit else None
    data = {"note": note, "unit": unit}
    APPEAL_FLOW.move(appeal, "give_back", by=by, evidence=data, data=data, **moved)
    appeal.returns += 1
    appeal.unit_id = appeal.open_to_id = appeal.handler_id = None
    appeal.due_at = appeal.assigned_at = appeal.card = None
    _tell(
        appeal,
        people.holders_everywhere(DESK),
        N_("Sheet %(number)s was given back: %(note)s"),
        note=note,
    )


def ask_extension(
    appeal: Appeal, *, by: Actor, note: str | None, days: int | None, **moved: Any
) -> None:
    """More time is asked for: once, before the end, ten working days at most."""
    if appeal.extensions:
        raise Refusal(_l("The time was extended once already."))
    if appeal.due_at and clock.now() > appeal.due_at:
        raise Refusal(_l("The limit is over: more time is asked for before it ends."))
    if days is not None and not 1 <= days <= EXTENSION_MOST:
        words = _l("At most %(most)s working days can be asked for.", most=EXTENSION_MOST)
        raise Unacceptable(words, fields={"days": words})
    data = {"note": note, "days": days}
    APPEAL_FLOW.move(appeal, "ask_extension", by=by, evidence=data, data=data, **moved)
    appeal.asked_days = days
    _tell(
        appeal,
        people.holders_everywhere(("shift_leader",)),
        N_("Sheet %(number)s: asks for more time"),
    )


def grant(appeal: Appeal, *, by: Actor, **moved: Any) -> None:
    """The limit ends so much later, and the card is gone."""
    APPEAL_FLOW.move(appeal, "grant", by=by, data={"days": appeal.asked_days}, **moved)
    if appeal.due_at:
        more = Limit(appeal.asked_days or 0, Unit.WORK_DAY)
        appeal.due_at = timing.office().due(appeal.due_at, more)
    appeal.extensions += 1
    appeal.asked_days = appeal.card = None
    _tell(appeal, _handlers(appeal), N_("Sheet %(number)s: you have more time"))


def refuse(appeal: Appeal, *, by: Actor, note: str | None, **moved: Any) -> None:
    """The limit stays."""
    APPEAL_FLOW.move(appeal, "refuse", by=by, evidence={"note": note}, data={"note": note}, **moved)
    appeal.asked_days = None
    _tell(appeal, _handlers(appeal), N_("Sheet %(number)s: no more time. %(note)s"), note=note)


def reply(
    appeal: Appeal,
    *,
    by: Actor,
    note: str | None,
    contacted: bool,
    caller_said: str | None = None,
    **moved: Any,
) -> None:
    """The department has answered and says whether it has spoken with the caller.

    Speaking is not asked for where the caller is unknown to the department or wants no answer.
    """
    spoken = contacted or appeal.confidential or not appeal.wants_reply or not appeal.caller_phone
    in_limit = appeal.due_at is None or clock.now() <= appeal.due_at
    evidence = {"note": note, "contact": spoken}
    data = {"note": note, "contacted": contacted, "in_limit": in_limit}
    APPEAL_FLOW.move(appeal, "reply", by=by, evidence=evidence, data=data, **moved)
    appeal.reply, appeal.caller_said, appeal.replied_at = note, caller_said, clock.now()
    if contacted:
        appeal.contacted_at = clock.now()
    _tell(appeal, people.holders_everywhere(("shift_leader",)), N_("Sheet %(number)s is answered"))


def approve(appeal: Appeal, *, by: Actor, **moved: Any) -> None:
    """The answer may go out; somebody asks the caller whether it is well."""
    APPEAL_FLOW.move(appeal, "approve", by=by, **moved)
    appeal.signer = audit.name_of(by.id)


def send_back(appeal: Appeal, *, by: Actor, note: str | None, **moved: Any) -> None:
    """The department answers again, by the same limit."""
    APPEAL_FLOW.move(
        appeal, "send_back", by=by, evidence={"note": note}, data={"note": note}, **moved
    )
    _tell(appeal, _handlers(appeal), N_("Sheet %(number)s: answer again. %(note)s"), note=note)


def content(
    appeal: Appeal, *, by: Actor, solved: bool, note: str | None = None, **moved: Any
) -> None:
    """The caller is content; the sheet is closed."""
    data = {"note": note, "solved": solved}
    APPEAL_FLOW.move(appeal, "content", by=by, data=data, **moved)
    appeal.satisfied, appeal.solved = True, solved
    appeal.visited_at = appeal.closed_at = clock.now()


def discontent(
    appeal: Appeal, *, by: Actor, note: str | None, solved: bool = False, **moved: Any
) -> None:
    """The caller is not content: it is handled again, and the second time under supervision."""
    again = appeal.rounds > 0
    APPEAL_FLOW.move(
        appeal,
        "discontent",
        by=by,
        evidence={"note": note},
        data={"note": note, "solved": solved},
        **moved,
    )
    appeal.satisfied, appeal.solved, appeal.visited_at = False, solved, clock.now()
    appeal.rounds += 1
    appeal.due_at, appeal.card = timing.office().due(clock.now(), HANDLE), None
    if again:
        supervise(appeal, by=HOUSE, note=note)
    else:
        _tell(
            appeal,
            _handlers(appeal),
            N_("Sheet %(number)s: the caller is not content. %(note)s"),
            note=note,
        )


def supervise(appeal: Appeal, *, by: Actor, note: str | None, **moved: Any) -> None:
    """The sheet is under supervision; department and leaders know."""
    APPEAL_FLOW.move(
        appeal, "supervise", by=by, evidence={"note": note}, data={"note": note}, **moved
    )
    appeal.leader_words = note
    readers = [*_handlers(appeal), *people.holders_everywhere(WATCH)]
    _tell(appeal, readers, N_("Sheet %(number)s is under supervision: %(note)s"), note=note)


def close(appeal: Appeal, *, by: Actor, note: str | None, **moved: Any) -> None:
    """The sheet is closed though the caller is not content, with the reason on it."""
    APPEAL_FLOW.move(appeal, "close", by=by, evidence={"note": note}, data={"note": note}, **moved)
    appeal.closed_at = clock.now()


def reveal_caller(appeal: Appeal, *, purpose: str, by: Actor) -> tuple[str | None, str]:
    """Who called (name, number), for somebody who says what for; the log keeps who asked and why."""
    audit.record(
        kind="appeal",
        thing_id=appeal.id,
        move="reveal",
        by=by,
        before=appeal.state,
        after=appeal.state,
        data={"purpose": purpose},
    )
    return appeal.caller_name, phones.readable(appeal.caller_phone)


@tasks.task("appeals.cards", cron="*/10 * * * *")
def show_cards() -> None:
    """Sheets get a yellow card one working day before their end, a red one when it is over."""
    now = clock.now()
    soon = timing.office().due(now, YELLOW_BEFORE)
    for card, before in ((Card.RED, now), (Card.YELLOW, soon)):
        for appeal in queries.running(before, card):
            appeal.card = card
            APPEAL_FLOW.record(appeal, f"{card}_card", by=None, before=appeal.state)
            readers = [*_handlers(appeal), *people.holders_everywhere(("supervisor",))]
            words = (
                N_("Sheet %(number)s is over its limit: red card")
                if card == Card.RED
                else N_("Sheet %(number)s ends within a working day: yellow card")
            )
            _tell(appeal, readers, words)


def _handlers(appeal: Appeal) -> list[int]:
    return [*{*cases.staff_of(appeal.unit_id), *([appeal.handler_id] if appeal.handler_id else [])}]


def _tell(appeal: Appeal, to: Iterable[int | None], words: str, **params: Any) -> None:
    notices.notify(
        (account for account in to if account is not None),
        words,
        url=f"/appeals/{appeal.id}",
        number=appeal.sheet_no,
        **params,
    )
