"""The moves of a case, one deed each. All go through the flow, and the clocks follow."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from flask_babel import lazy_gettext as _l

from webapp.base import clock
from webapp.base.access import HOUSE, Actor
from webapp.base.clock import Limit, Unit as LimitUnit
from webapp.base.db import lock
from webapp.base.flow import Changed, NotOpen, Refusal, Unacceptable
from webapp.base.language import N_
from webapp.cases import parts, proof, queries, timing
from webapp.cases.models import Case, FilingCondition
from webapp.cases.proof import Proof
from webapp.cases.rules import (
    CASE_FLOW,
    ENDED,
    EXTENSION_MOST,
    HOLD_WORDS,
    REJECT_WORDS,
    REOPEN_DAYS,
    RETURN_WITHIN,
    Duty,
    HoldReason,
    RejectReason,
    Stage,
    State,
)
from webapp.cases.sending import end_duty, holds, send
from webapp.cases.telling import DISPATCHERS, tell, tell_reporters
from webapp.people import queries as people
from webapp.people.outdoors import Stood

NO_ANSWER = N_("There was no answer in time.")


def self_close(case: Case, *, by: Actor, note: str | None = None, **moved: Any) -> None:
    """The finder has solved it on the spot, with a picture of before and after."""
    if not case.case_class.self_close:
        raise Unacceptable(
            _l("This kind of case is not closed on the spot: the desk sends somebody.")
        )
    _move(case, "self_close", by=by, evidence=_pictures(case), data=_said(note), **moved)
    case.handler_id, case.handled_at = by.id, clock.now()
    _end_case(case)


def accept(case: Case, *, by: Actor, **moved: Any) -> None:
    """The desk takes the report as a case; the shift leader files it."""
    _move(case, "accept", by=by, **moved)


def send_verify(
    case: Case, *, to: int | None, by: Actor, note: str | None = None, **moved: Any
) -> None:
    """Somebody of the field is asked whether it is there."""
    _move(case, "send_verify", by=by, evidence={"worker": to}, data=_said(note, to=to), **moved)
    case.verifier_id = to
    send(case, to, Duty.VERIFY, by=by, note=note)
    tell(case, [to], N_("Please look whether %(number)s is there: %(what)s"))


def confirm(
    case: Case,
    *,
    by: Actor,
    note: str | None = None,
    stood: Stood | None = None,
    **moved: Any,
) -> None:
    """It is there, shown by a picture taken near it, or with the reason why not near."""
    shown = proof.of(case, Stage.VERIFY, stood)
    evidence = _near(case, shown, note)
    evidence["verify_photo"] = Stage.VERIFY in queries.stages_of(case.id)
    data = _said(note, **shown.said())
    _move(case, "confirm", by=by, evidence=evidence, data=data, **moved)
    end_duty(case, Duty.VERIFY)
    tell(case, people.holders_everywhere(DISPATCHERS), N_("%(number)s is there: %(what)s"))


def refute(
    case: Case, *, by: Actor, note: str | None, stood: Stood | None = None, **moved: Any
) -> None:
    """It is not there; whoever reported it knows why it was not accepted."""
    shown = proof.of(case, Stage.VERIFY, stood)
    evidence = {**_near(case, shown, note), "note": note}
    data = _said(note, **shown.said())
    _move(case, "refute", by=by, evidence=evidence, data=data, **moved)
    case.reject_reason = RejectReason.NOT_FOUND
    _end_case(case)
    tell_reporters(case, N_("Case %(number)s was not accepted: %(note)s"), note=note)


def reject(
    case: Case,
    *,
    by: Actor,
    note: str | None,
    reason: RejectReason = RejectReason.OTHER,
    **moved: Any,
) -> None:
    """The case is not accepted; whoever reported it knows why."""
    data = _said(note, reason=reason, reason_words=str(REJECT_WORDS[reason]))
    _move(case, "reject", by=by, evidence={"note": note}, data=data, **moved)
    case.reject_reason = reason
    _end_case(case)
    tell_reporters(case, N_("Case %(number)s was not accepted: %(note)s"), note=note)


def merge(
    case: Case, *, into: str | None, by: Actor, note: str | None = None, **moved: Any
) -> None:
    """The report is part of another case that is open; its reporter keeps hearing of it."""
    target = queries.by_number(into.strip()) if into else None
    if into and target is None:
        words = _l("There is no case with this number.")
        raise Unacceptable(words, fields={"into": words})
    if target is not None:
        # Always in the order of their keys, so that two merges never wait for each other.
        for each in sorted((case, target), key=lambda one: one.id):
            lock(each)
        if target.id == case.id or target.state in ENDED:
            words = _l("Choose another case that is still open.")
            raise Unacceptable(words, fields={"into": words})
        case.merged_into_id = target.id
    data = _said(note, into=target.number if target else None)
    _move(case, "merge", by=by, evidence={"into": target}, data=data, **moved)
    _end_case(case)
    if target is not None:
        target.reports += case.reports
        CASE_FLOW.record(target, "joined", by=by, data={"number": case.number})
        words = N_("%(number)s is dealt with together with %(other)s")
        tell_reporters(case, words, other=target.number)


def file_case(
    case: Case, *, by: Actor, condition: FilingCondition | None = None, **moved: Any
) -> None:
    """The case is on file: the condition is chosen, and its limit counts from now."""
    chosen = condition or queries.condition_for(case.class_code)
    data = {"condition": chosen.words} if chosen else {}
    _move(case, "file", by=by, data=data, **moved)
    case.filed_at = clock.now()
    timing.begin(case, chosen, since=case.filed_at)


def dispatch(
    case: Case,
    *,
    to: int | None = None,
    unit: int | None = None,
    helpers: Iterable[int] = (),
    by: Actor,
    note: str | None = None,
    condition: FilingCondition | None = None,
    reasons: dict[str, Any] | None = None,
    **moved: Any,
) -> None:
    """A worker or a department is sent to handle it and knows, with the departments that help.

    A case just reported is filed on the way. `reasons` is kept as the choice; without it the
    candidates of this moment are.
    """
    lock(case)
    if case.state in (State.REPORTED, State.ACCEPTED):
        file_case(case, by=by, condition=condition, **moved)
        moved.pop("base_version", None)
    lead, others = queries.department(unit), queries.departments(helpers)
    data = _said(note, to=to, unit=lead.name if lead else None)
    if others:
        data["helpers"] = [each.name for each in others]
    _move(case, "dispatch", by=by, evidence={"worker": to or lead}, data=data, **moved)
    case.handler_id, case.department_id = to, lead.id if lead else None
    case.dispatched_at = clock.now()
    parts.send(case, lead, others, task=note, by=by)
    if to is not None:
        send(case, to, Duty.HANDLE, by=by, note=note, choice=reasons)
        tell(case, [to], N_("You are sent to handle %(number)s: %(what)s"))


def recall(case: Case, *, by: Actor, note: str | None, **moved: Any) -> None:
    """Nobody is sent any more; the case waits for another dispatch."""
    _move(case, "recall", by=by, evidence={"note": note}, data=_said(note), **moved)
    _let_go(case, by, N_("%(number)s is not yours any more: %(note)s"), note)


def decline(case: Case, *, by: Actor, note: str | None, **moved: Any) -> None:
    """The one who was sent cannot go; the case waits for another dispatch, the desk knows why."""
    _move(case, "decline", by=by, evidence={"note": note}, data=_said(note), **moved)
    assignment = queries.open_assignment(case.id, Duty.HANDLE)
    if assignment:
        assignment.declined, assignment.reasons = True, note
    _let_go(case, by, None, note)
    tell(
        case,
        people.holders_everywhere(DISPATCHERS),
        N_("%(number)s was declined: %(note)s"),
        note=note,
    )


def pass_on(
    case: Case, *, to: int, by: Actor = HOUSE, choice: dict[str, Any] | None = None, **moved: Any
) -> None:
    """Whoever was asked did not answer in time: the next is asked, and both know."""
    late = _handlers(case)
    data = {"from": case.handler_id, "to": to, "note": NO_ANSWER}
    _move(case, "pass_on", by=by, evidence={"worker": to}, data=data, **moved)
    send(case, to, Duty.HANDLE, by=by, note=None, choice=choice)
    case.handler_id, case.dispatched_at = to, clock.now()
    tell(case, late, N_("%(number)s is not yours any more: you did not answer in time"))
    tell(case, [to], N_("You are sent to handle %(number)s: %(what)s"))


def lapse(case: Case, *, by: Actor = HOUSE, **moved: Any) -> None:
    """Nobody who could be asked has answered: the case waits for the dispatcher, who knows."""
    _move(case, "lapse", by=by, data={"note": NO_ANSWER}, **moved)
    _let_go(case, by, N_("%(number)s is not yours any more: you did not answer in time"), None)
    words = N_("%(number)s: nobody answered. Please choose somebody: %(what)s")
    tell(case, people.holders_everywhere(DISPATCHERS), words)


def sign(case: Case, *, by: Actor, **moved: Any) -> None:
    """The one who was sent, or somebody of the department, has taken it on."""
    _move(case, "sign", by=by, **moved)
    if case.handler_id is None:
        case.handler_id = by.id
        holds(case, by.id, Duty.HANDLE, by=by, note=None)
    assignment = queries.open_assignment(case.id, Duty.HANDLE)
    if assignment:
        assignment.taken_at = clock.now()
    parts.lead_takes(case, by=by)


def request_return(case: Case, *, by: Actor, note: str | None, **moved: Any) -> None:
    """The dispatcher is asked to take it back; once, and within two working days."""
    part = parts.lead_of(case)
    if part is not None and part.returned:
        raise Refusal(
            _l("You gave it back once already: whoever had it first keeps it. Call the dispatcher.")
        )
    since = case.dispatched_at or case.received_at
    if clock.now() > timing.office().due(since, Limit(RETURN_WITHIN, LimitUnit.WORK_DAY)):
        raise Refusal(_l("A case is given back within two working days; these are over."))
    _move(case, "request_return", by=by, evidence={"note": note}, data=_said(note), **moved)
    _tell_desk(case, N_("%(number)s: asks to give it back: %(note)s"), note)


def approve_return(case: Case, *, by: Actor, note: str | None = None, **moved: Any) -> None:
    """The department has lost the case and cannot open it any more; it waits for another."""
    _move(case, "approve_return", by=by, data=_said(note), **moved)
    part = parts.lead_of(case)
    if part is not None:
        part.returned = True
    _let_go(case, by, N_("%(number)s: it is taken back from you"), note)


def deny_return(case: Case, *, by: Actor, note: str | None, **moved: Any) -> None:
    """The case stays where it is, and counts as passed off."""
    _move(case, "deny_return", by=by, evidence={"note": note}, data=_said(note), **moved)
    part = parts.lead_of(case)
    if part is not None:
        part.returned = True
    case.shirks += 1
    _sign_quietly(case)
    tell(case, _handlers(case), N_("%(number)s stays with you: %(note)s"), note=note)


def request_extension(
    case: Case, *, by: Actor, note: str | None, days: int | None, **moved: Any
) -> None:
    """More time is asked for: once, before the limit, no longer than the first limit or ten days."""
    if case.extensions:
        raise Refusal(_l("The time was extended once already."))
    if case.due_at is not None and clock.now() > case.due_at:
        raise Refusal(_l("The limit is over: more time is asked for before it ends."))
    most = most_days(case)
    if days is not None and not 1 <= days <= most:
        words = _l("At most %(most)s working days can be asked for.", most=most)
        raise Unacceptable(words, fields={"days": words})
    data = _said(note, days=days)
    evidence = {"note": note, "days": days}
    _move(case, "request_extension", by=by, evidence=evidence, data=data, **moved)
    case.asked_days = days
    _tell_desk(case, N_("%(number)s: asks for more time: %(note)s"), note)


def most_days(case: Case) -> int:
    """The working days a case may be extended by: its own limit again, ten at most, one at least."""
    whole = timing.limit_of(case.condition)
    today = clock.now().astimezone(timing.office().zone).date()
    days = {
        LimitUnit.WORK_DAY: whole.amount,
        LimitUnit.WORK_HOUR: whole.amount / timing.office().hours_of_a_day(today),
        LimitUnit.MINUTE: 0,
    }[whole.unit]
    return max(1, min(EXTENSION_MOST, int(days)))


def grant_extension(case: Case, *, by: Actor, note: str | None = None, **moved: Any) -> None:
    """The limit ends so much later."""
    _move(case, "grant_extension", by=by, data=_said(note, days=case.asked_days), **moved)
    timing.extend(case, case.asked_days or 0)
    case.extensions += 1
    case.asked_days = None
    tell(case, _handlers(case), N_("%(number)s: you have more time"))


def deny_extension(case: Case, *, by: Actor, note: str | None, **moved: Any) -> None:
    """The limit stays."""
    _move(case, "deny_extension", by=by, evidence={"note": note}, data=_said(note), **moved)
    case.asked_days = None
    tell(case, _handlers(case), N_("%(number)s: no more time: %(note)s"), note=note)


def request_hold(
    case: Case,
    *,
    by: Actor,
    note: str | None,
    review_on: date | None,
    hold: HoldReason = HoldReason.OTHER,
    **moved: Any,
) -> None:
    """The dispatcher is asked to put it on hold until a day on which somebody looks again."""
    if review_on is not None and review_on <= clock.now().astimezone(timing.office().zone).date():
        words = _l("The day of the review lies in the future.")
        raise Unacceptable(words, fields={"review_on": words})
    data = _said(
        note,
        hold=hold,
        hold_words=str(HOLD_WORDS[hold]),
        review_on=review_on.isoformat() if review_on else None,
    )
    evidence = {"note": note, "review_on": review_on}
    _move(case, "request_hold", by=by, evidence=evidence, data=data, **moved)
    case.review_on = review_on
    _tell_desk(case, N_("%(number)s: asks to put it on hold: %(note)s"), note)


def grant_hold(case: Case, *, by: Actor, note: str | None = None, **moved: Any) -> None:
    """The case is on hold, its clock stands still, and it goes on by itself on the day of review."""
    _move(case, "grant_hold", by=by, data=_said(note), **moved)
    tell(case, _handlers(case), N_("%(number)s is on hold"))


def deny_hold(case: Case, *, by: Actor, note: str | None, **moved: Any) -> None:
    """The case goes on."""
    _move(case, "deny_hold", by=by, evidence={"note": note}, data=_said(note), **moved)
    case.review_on = None
    tell(case, _handlers(case), N_("%(number)s goes on: %(note)s"), note=note)


def resume(case: Case, *, by: Actor, note: str | None = None, **moved: Any) -> None:
    """The case goes on and its clock runs; by itself on the day of the review."""
    _move(case, "resume", by=by, data=_said(note), **moved)
    case.review_on = None
    tell(case, _handlers(case), N_("%(number)s goes on from today"))


def ask_reporter(case: Case, *, by: Actor, note: str | None, **moved: Any) -> None:
    """The reporter is asked something; the clock stands still until the answer."""
    _move(case, "ask_reporter", by=by, evidence={"note": note}, data=_said(note), **moved)
    tell_reporters(case, N_("A question about %(number)s: %(note)s"), note=note)


def answered(case: Case, *, by: Actor, note: str | None = None, **moved: Any) -> None:
    """There is an answer, or there will be none; the clock runs."""
    _move(case, "answered", by=by, data=_said(note), **moved)
    if by is not HOUSE:
        tell(case, _handlers(case), N_("%(number)s: the reporter has answered"))


def hand_out(case: Case, *, by: Actor, note: str | None, **moved: Any) -> None:
    """An outside body has it in hand; the clock goes on."""
    _move(case, "hand_out", by=by, evidence={"note": note}, data=_said(note), **moved)


def take_back(case: Case, *, by: Actor, note: str | None = None, **moved: Any) -> None:
    """It is back from the outside body."""
    _move(case, "take_back", by=by, data=_said(note), **moved)


def feedback(case: Case, *, by: Actor, note: str | None = None, **moved: Any) -> None:
    """It is handled, shown by a picture; the desk sends somebody else to look."""
    _move(case, "feedback", by=by, evidence=_pictures(case), data=_said(note), **moved)
    case.handled_at = clock.now()
    parts.lead_done(case, note=note, by=by)
    tell(
        case, people.holders_everywhere(DISPATCHERS), N_("%(number)s is handled and wants a check")
    )


def send_check(
    case: Case, *, to: int | None, by: Actor, note: str | None = None, **moved: Any
) -> None:
    """Somebody else than the handler is sent to look."""
    if to is not None and to == case.handler_id:
        words = _l("Whoever handled it does not check it. Choose somebody else.")
        raise Unacceptable(words, fields={"worker": words})
    _move(case, "send_check", by=by, evidence={"worker": to}, data=_said(note, to=to), **moved)
    case.checker_id = to
    send(case, to, Duty.CHECK, by=by, note=note)
    tell(case, [to], N_("Please check whether %(number)s is solved: %(what)s"))


def pass_check(
    case: Case,
    *,
    by: Actor,
    note: str | None = None,
    stood: Stood | None = None,
    **moved: Any,
) -> None:
    """The checker has seen near it that it is solved, or said why from afar."""
    shown = proof.of(case, Stage.CHECK, stood)
    data = _said(note, **shown.said())
    _move(case, "pass", by=by, evidence=_near(case, shown, note), data=data, **moved)
    end_duty(case, Duty.CHECK)
    tell(case, people.holders_everywhere(DISPATCHERS), N_("%(number)s passed its check"))


def fail_check(
    case: Case, *, by: Actor, note: str | None, stood: Stood | None = None, **moved: Any
) -> None:
    """The checker has seen that it is not solved; the handler goes on, which counts as rework."""
    data = _said(note, **proof.of(case, Stage.CHECK, stood).said())
    _move(case, "fail", by=by, evidence={"note": note}, data=data, **moved)
    end_duty(case, Duty.CHECK)
    case.checker_id, case.handled_at = None, None
    case.reworks += 1
    parts.lead_again(case, by=by)
    tell(case, _handlers(case), N_("%(number)s is not solved yet: %(note)s"), note=note)


def close(case: Case, *, by: Actor, note: str | None = None, **moved: Any) -> None:
    """The case is closed, every department has done its part; whoever reported it knows."""
    lock(case)
    waits = queries.unfinished(case)
    if waits:
        raise NotOpen(_l("Not everybody is done yet: %(who)s", who=" · ".join(waits)))
    _move(case, "close", by=by, data=_said(note), **moved)
    _end_case(case)
    tell_reporters(case, N_("%(number)s is closed: %(what)s"))


def void(case: Case, *, by: Actor, note: str | None, **moved: Any) -> None:
    """The case should never have been one; it stays in the log and counts as void."""
    _move(case, "void", by=by, evidence={"note": note}, data=_said(note), **moved)
    handlers = _handlers(case)
    _end_case(case)
    words = N_("%(number)s was declared void: %(note)s")
    tell(case, handlers, words, note=note)
    tell_reporters(case, words, note=note)


def reopen(case: Case, *, by: Actor, note: str | None, **moved: Any) -> None:
    """A closed case goes on with the one who handled it: once, within ten days."""
    lock(case)
    if case.reopenings:
        raise Refusal(_l("It was opened again once already. Report it anew, please."))
    if case.closed_at and clock.now() > case.closed_at + timedelta(days=REOPEN_DAYS):
        raise Refusal(
            _l(
                "It was closed more than %(days)s days ago. Report it anew, please.",
                days=REOPEN_DAYS,
            )
        )
    _move(case, "reopen", by=by, evidence={"note": note}, data=_said(note), **moved)
    case.reopenings += 1
    case.closed_at = case.handled_at = case.checker_id = None
    timing.begin(case, case.condition, since=clock.now())
    if case.handler_id is not None:
        holds(case, case.handler_id, Duty.HANDLE, by=by, note=note)
    parts.lead_again(case, by=by)
    words = N_("%(number)s was opened again: %(note)s")
    tell(case, _handlers(case), words, note=note)
    tell_reporters(case, words, note=note)


def archive(case: Case, *, by: Actor = HOUSE, **moved: Any) -> None:
    """A case closed long enough ago lies in the archive."""
    _move(case, "archive", by=by, **moved)


def unchanged(case: Case, base_version: int | None) -> None:
    """Raises `Changed` when somebody changed the case since it was read; takes its row lock."""
    lock(case)
    if base_version is not None and case.version != base_version:
        raise Changed(_l("Somebody changed this case a moment ago. Look at it again, please."))


def _move(case: Case, name: str, **how: Any) -> None:
    before = case.state
    how["data"] = {key: value for key, value in how.get("data", {}).items() if value is not None}
    CASE_FLOW.move(case, name, **how)
    timing.follow(case, before)


def _end_case(case: Case) -> None:
    case.closed_at = clock.now()
    case.paused_at = case.left_s = None
    for duty in Duty:
        end_duty(case, duty)


def _let_go(case: Case, by: Actor, words: str | None, note: str | None) -> None:
    readers = _handlers(case)
    end_duty(case, Duty.HANDLE)
    parts.release_all(case, by=by, note=note)
    case.handler_id = case.department_id = case.dispatched_at = None
    if words:
        tell(case, readers, words, note=note or "")


def _sign_quietly(case: Case) -> None:
    """Whoever has the case again has taken it on before."""
    assignment = queries.open_assignment(case.id, Duty.HANDLE)
    if assignment and assignment.taken_at is None:
        assignment.taken_at = clock.now()


def _handlers(case: Case) -> list[int | None]:
    """The one who handles it, or everybody of the department while nobody has signed."""
    if case.handler_id is not None:
        return [case.handler_id]
    return [*queries.staff_of(case.department_id)]


def _pictures(case: Case) -> dict[str, bool]:
    stages = queries.stages_of(case.id)
    return {"before_photo": Stage.FOUND in stages, "after_photo": Stage.AFTER in stages}


def _near(case: Case, shown: Proof, note: str | None) -> dict[str, Any]:
    """Near the case by photo or phone; far off or without a position: a reason."""
    return {"nearness": shown.near or case.geom is None or bool(note)}


def _said(note: str | None, **more: Any) -> dict[str, Any]:
    return {**({"note": note} if note else {}), **more}


def _tell_desk(case: Case, words: str, note: str | None) -> None:
    tell(case, people.holders_everywhere(DISPATCHERS), words, note=note or "")
