"""What is done with an application from the draft to the decision."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask_babel import lazy_gettext as _l

from webapp.base import audit, clock
from webapp.base.access import Actor, may
from webapp.base.db import db, lock
from webapp.base.flow import Changed, NotAllowed, NotOpen, Refusal, Unacceptable
from webapp.base.language import N_
from webapp.people import actions as people_actions, phones, queries as people
from webapp.people.models import Account
from webapp.people.refusing import refusing
from webapp.services.applications import asking, queries, steps, timing
from webapp.services.applications.models import Application, Mandate, Supplement
from webapp.services.applications.rules import (
    APPLICATION_FLOW,
    AT_DEPARTMENT,
    AT_STATION,
    GRID_STAFF,
    IN_REVIEW,
    SUPPLEMENT_WITHIN,
    Channel,
    Mandated,
    State,
)
from webapp.services.applications.telling import tell, tell_applicant
from webapp.services.items.models import ItemVersion

CHOOSE_VISITOR = _l("Choose who goes.")
ASKED_ONCE = _l("A supplement was asked for already, and it is asked for only once.")


@dataclass(frozen=True)
class Given:
    """A mandate as an agent records it: how it was given, in which words, when, on which paper."""

    how: Mandated
    words: str
    given_at: datetime
    file_id: int | None = None


def begin(
    version: ItemVersion,
    *,
    by: Actor,
    sent: Mapping[str, Any],
    grid_id: int | None,
    home_service: bool = False,
    mandate: Given | None = None,
    client_id: uuid.UUID | None = None,
) -> Application:
    """A draft is there, of the one who applies or, with a mandate, of somebody an agent applies for.

    What was sent before under the same `client_id` is answered again and not made twice.
    """
    if by.id is None:
        raise NotAllowed(_l("Please sign in first."))
    known = queries.by_client_id(client_id) if client_id else None
    if known is not None:
        if by.id not in (known.applicant_id, known.agent_id):
            raise NotAllowed(_l("This was sent by somebody else."))
        known.replayed = True
        return known
    if mandate is None and not version.online:
        raise NotOpen(_l("This item is dealt with at the window. An agent can apply for you."))
    if mandate is not None and not may(by, "applications.assist"):
        raise NotAllowed(_l("You do not hold the post that may do this here."))
    opened, personal = asking.checked(version.said.form, sent)
    home = home_service and version.said.home_service
    application = Application(
        version_id=version.id,
        state=State.DRAFT,
        version=1,
        channel=Channel.ONLINE if mandate is None else Channel.AGENT,
        client_id=client_id,
        applicant_id=by.id if mandate is None else _applicant(personal).id,
        agent_id=by.id if mandate is not None else None,
        grid_id=grid_id,
        department_id=version.department_id,
        levels=[str(each) for each in version.said.levels],
        shown_name=asking.shown_name(personal["name"]),
        answers=opened,
        sealed=asking.sealed(personal),
        created_at=clock.now(),
        home_service=home,
    )
    _place(application)
    sent_twice = Changed(_l("This is being sent already."))
    with refusing(uq_service_application_client_id=sent_twice, **_no_such_grid()):
        db.session.add(application)
    application.number = (
        f"BJ{clock.now().astimezone(timing.office().zone):%y%m%d}{application.id:05d}"
    )
    if mandate is not None:
        db.session.add(
            Mandate(
                application_id=application.id,
                agent_id=by.id,
                how=mandate.how,
                words=mandate.words,
                given_at=mandate.given_at,
                file_id=mandate.file_id,
            )
        )
        db.session.flush()
    data = {"item": version.item.code, "version": version.number}
    APPLICATION_FLOW.begin(application, "begin", by=by, data=data)
    return application


def change(
    application: Application, *, by: Actor, sent: Mapping[str, Any], grid_id: int | None
) -> None:
    """The draft, or what is supplemented, says something else now."""
    lock(application)
    if application.state not in (State.DRAFT, State.SUPPLEMENT):
        raise NotOpen(_l("What was submitted does not change any more."))
    opened, personal = asking.checked(application.item.said.form, sent)
    application.answers, application.sealed = opened, asking.sealed(personal)
    application.shown_name = asking.shown_name(personal["name"])
    if application.state == State.DRAFT:
        with refusing(**_no_such_grid()):
            application.grid_id = grid_id
            _place(application)
    APPLICATION_FLOW.record(application, "change", by=by)


def lacking(application: Application) -> dict[str, Any]:
    """What must be there and is not: words by field."""
    there = {each.key for each in application.materials}
    missing: dict[str, Any] = {
        f"paper.{each.key}": _l("This paper is needed.")
        for each in application.item.said.materials
        if each.required and not each.lenient and not each.made_online and each.key not in there
    }
    if application.grid_id is None:
        missing["grid"] = _l("Choose where you live.")
    return missing


def submit(application: Application, *, by: Actor, **moved: Any) -> None:
    """It is in the hands of the workstation, and its clock runs. Every paper that is needed is there."""
    _lacks_nothing(application)
    application.submitted_at = clock.now()
    _move(application, "submit", by=by, **moved)
    tell(
        application,
        _takers(application),
        N_("New application: %(what)s (%(number)s)"),
    )
    tell_applicant(application, N_("%(number)s: we have your application for “%(what)s”."))


def accept(application: Application, *, by: Actor, note: str | None = None, **moved: Any) -> None:
    """It is accepted, and lies before the first level of its item."""
    _move(application, "accept", by=by, data=_noted(note), **moved)
    application.accepted_at = clock.now()
    tell_applicant(application, N_("%(number)s: your application for “%(what)s” is accepted."))
    _pass_on(application, by=by, note=None)


def ask_supplement(
    application: Application, *, by: Actor, lacking: str | None, **moved: Any
) -> None:
    """The applicant is told everything that is missing, this one time; the clock stands still."""
    if application.supplement is not None:
        raise NotOpen(ASKED_ONCE)
    data = {"note": lacking}
    _move(application, "ask_supplement", by=by, evidence={"lacking": lacking}, data=data, **moved)
    now = clock.now()
    asked = Supplement(
        application_id=application.id,
        lacking=lacking or "",
        asked_by_id=by.id or 0,
        asked_at=now,
        due_at=timing.supplement_due(now, SUPPLEMENT_WITHIN),
    )
    with refusing(uq_service_supplement_application_id=Changed(ASKED_ONCE)):
        db.session.add(asked)
    db.session.refresh(application, ["supplement"])
    words = N_("%(number)s: please add to your application for “%(what)s”: %(note)s")
    tell_applicant(application, words, note=lacking)


def answer_supplement(
    application: Application, *, by: Actor, note: str | None = None, **moved: Any
) -> None:
    """What was missing is there; the workstation decides, and the clock runs."""
    _lacks_nothing(application)
    _move(application, "answer_supplement", by=by, data=_noted(note), **moved)
    if application.supplement is not None:
        application.supplement.answered_at, application.supplement.answer = clock.now(), note
    tell(application, _takers(application), N_("%(number)s: the supplement is there (%(what)s)"))


def give_back(
    application: Application, *, by: Actor, note: str | None, where: str | None, **moved: Any
) -> None:
    """It belongs elsewhere, and the applicant knows where."""
    said = {"note": note, "where": where}
    _move(application, "return", by=by, evidence=said, data=said, **moved)
    application.note, application.elsewhere = note, where
    application.ended_at = clock.now()
    words = N_("%(number)s: “%(what)s” is not dealt with here, but there: %(where)s")
    tell_applicant(application, words, where=where)


def forward(application: Application, *, by: Actor, note: str | None = None, **moved: Any) -> None:
    """The level before which it lies has said its opinion; the next one looks at it."""
    _pass_on(application, by=by, note=note, **moved)


def publish(application: Application, *, by: Actor, note: str | None = None, **moved: Any) -> None:
    """It is on public notice for the days of its item; the promised clock stands still."""
    _fits(application, "publish")
    days = application.item.said.publicity_days
    _move(application, "publish", by=by, data=_noted(note), **moved)
    application.publicity_until = clock.now() + timedelta(days=days)
    words = N_("%(number)s: “%(what)s” is on public notice for %(days)s days.")
    tell_applicant(application, words, days=days)


def approve(application: Application, *, by: Actor, note: str | None = None, **moved: Any) -> None:
    """It is approved, and the paper of the result can be verified."""
    _fits(application, "approve")
    _decide(application, "approve", by=by, note=note, data=_noted(note), **moved)
    tell_applicant(application, N_("%(number)s: your application for “%(what)s” is approved."))


def refuse(
    application: Application,
    *,
    by: Actor,
    note: str | None,
    law: str | None,
    remedy: str | None,
    **moved: Any,
) -> None:
    """It is refused, with the basis in law and what can be done against it."""
    said = {"note": note, "law": law, "remedy": remedy}
    _decide(application, "refuse", by=by, note=note, evidence=said, data=said, **moved)
    application.law, application.remedy = law, remedy
    words = N_(
        "%(number)s: your application for “%(what)s” is refused. Read why, and what you can do."
    )
    tell_applicant(application, words)


def deliver(
    application: Application, *, by: Actor, way: str | None, note: str | None = None, **moved: Any
) -> None:
    """The result is in the hands of the applicant, who may rate the matter for thirty days."""
    said = {"way": way, "note": note}
    _move(application, "deliver", by=by, evidence={"way": way}, data=said, **moved)
    application.delivered_way = way
    application.delivered_at = application.ended_at = clock.now()
    tell_applicant(application, N_("%(number)s: the result of “%(what)s” is there. How was it?"))


def withdraw(application: Application, *, by: Actor, note: str | None = None, **moved: Any) -> None:
    """The applicant does not want it any more; nobody works on it."""
    was = application.state
    _move(application, "withdraw", by=by, data=_noted(note), **moved)
    application.ended_at = clock.now()
    if was != State.DRAFT:
        tell(application, _takers(application), N_("%(number)s was withdrawn (%(what)s)"))


def reveal(application: Application, *, purpose: str, by: Actor) -> dict[str, Any]:
    """The personal answers as they were given; the log says who read them and what for."""
    lock(application)
    _log(application, "reveal", by=by, purpose=purpose)
    return asking.unsealed(application.sealed)


def looked_at(application: Application, *, paper: str, purpose: str | None, by: Actor) -> None:
    """The log says who looked at a paper."""
    lock(application)
    _log(application, "look", by=by, paper=paper, purpose=purpose)


def arrange_visit(application: Application, *, at: datetime, visitor: Account, by: Actor) -> None:
    """Somebody comes to the applicant's home at a time; both know."""
    lock(application)
    if not application.home_service or application.ended_at is not None:
        raise NotOpen(_l("No visit is asked for here."))
    application.visit_at, application.visitor_id = at, visitor.id
    APPLICATION_FLOW.record(
        application, "arrange_visit", by=by, data={"at": at.isoformat(), "who": visitor.name}
    )
    when = f"{at.astimezone(timing.office().zone):%m-%d %H:%M}"
    tell(application, [visitor.id], N_("%(number)s: visit at home on %(when)s"), when=when)
    words = N_("%(number)s: somebody comes to your home on %(when)s for “%(what)s”.")
    tell_applicant(application, words, when=when)


def visited(application: Application, *, by: Actor, note: str | None = None) -> None:
    """Somebody was at the applicant's home."""
    lock(application)
    if application.visit_at is None or application.visited_at is not None:
        raise NotOpen(_l("No visit is arranged here."))
    application.visited_at = clock.now()
    APPLICATION_FLOW.record(application, "visited", by=by, data=_noted(note))


def _applicant(personal: Mapping[str, Any]) -> Account:
    """The account of the phone that the applicant named; made where there is none yet."""
    number = personal["phone"]
    known = people.by_phone(number)
    if known is not None:
        return known
    return people_actions.create_account(name=phones.masked(number), phone=number, by=None)


def _no_such_grid() -> dict[str, Refusal]:
    words = _l("Choose where you live.")
    return {"fk_service_application_grid_id": Unacceptable(words, fields={"grid": words})}


def _place(application: Application) -> None:
    found = queries.station_of(application.grid_id) if application.grid_id else None
    application.station_id = found.id if found else None


def _lacks_nothing(application: Application) -> None:
    missing = lacking(application)
    if missing:
        raise Unacceptable(_l("Something is missing. It is marked below."), fields=missing)


def _fits(application: Application, name: str) -> None:
    if not steps.is_due(application, name):
        raise NotOpen(_l("Another step comes before this one."))


def _pass_on(application: Application, *, by: Actor, note: str | None, **moved: Any) -> None:
    level = steps.next_level(application)
    if level is None:
        raise NotOpen(_l("No further level looks at it: it is to be decided."))
    _move(application, f"to_{level}", by=by, data=_noted(note), **moved)
    tell(application, reviewers(application), N_("For review: %(what)s (%(number)s)"))


def _decide(
    application: Application, name: str, *, by: Actor, note: str | None, **moved: Any
) -> None:
    _move(application, name, by=by, **moved)
    application.note, application.decided_at = note, clock.now()
    application.result_code = secrets.token_urlsafe(12)
    tell(application, _takers(application), N_("%(number)s is decided, to be delivered (%(what)s)"))


def _move(application: Application, name: str, *, by: Actor, **moved: Any) -> None:
    before = application.state
    APPLICATION_FLOW.move(application, name, by=by, **moved)
    timing.follow(application, before)


def _log(application: Application, move: str, *, by: Actor, **data: Any) -> None:
    audit.record(
        kind=APPLICATION_FLOW.kind,
        thing_id=application.id,
        move=move,
        by=by,
        after=application.state,
        grid_id=application.grid_id,
        data=data,
    )


def _noted(note: str | None) -> dict[str, Any]:
    return {"note": note} if note else {}


def _takers(application: Application) -> list[int]:
    return [each.id for each in queries.staff_of(application.station_id, AT_STATION)]


def reviewers(application: Application) -> list[int]:
    """Keys of those who do the next step of a review or a decision."""
    if application.state == State.VILLAGE_REVIEW:
        return queries.grid_staff_of(application.grid_id, GRID_STAFF)
    if application.state == State.STATION_REVIEW:
        return [each.id for each in queries.staff_of(application.station_id, AT_STATION)]
    if application.state in (*IN_REVIEW, State.PUBLICITY):
        return [each.id for each in queries.staff_of(application.department_id, AT_DEPARTMENT)]
    return []
