"""What is done for enterprises: somebody speaks for them, they ask, they are answered in time."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from webapp.base import clock, notices
from webapp.base.access import Actor
from webapp.base.db import db
from webapp.base.flow import NotOpen, Unacceptable, hold
from webapp.base.language import N_
from webapp.projects import queries as projects
from webapp.projects.firms import timing
from webapp.projects.firms.forms import RequestForm
from webapp.projects.firms.models import Request
from webapp.projects.firms.rules import FIRM, REQUEST_FLOW, RequestState
from webapp.projects.models import Contact, Project
from webapp.projects.rules import PROJECT_FLOW, ProjectState, TeamRole


def name_contact(project: Project, account_id: int, *, by: Actor, base_version: int | None) -> None:
    """This account speaks for the enterprise of the project from now on, and is told.

    Raises `Unacceptable` without an enterprise, for whoever acts for none, or speaks for it already.
    """
    hold(project, base_version)
    if project.enterprise_id is None:
        raise NotOpen(_l("The project names no enterprise."))
    if not projects.holds(account_id, (FIRM,)):
        words = _l("Choose somebody who acts for an enterprise.")
        raise Unacceptable(words, fields={"account": words})
    if any(contact.account_id == account_id for contact in project.contacts):
        words = _l("Speaks for the enterprise already.")
        raise Unacceptable(words, fields={"account": words})
    db.session.add(Contact(project_id=project.id, account_id=account_id, since=clock.now()))
    PROJECT_FLOW.record(project, "contact", by=by, data={"account": account_id})
    db.session.expire(project, ["contacts"])
    notices.notify(
        [account_id],
        N_("You speak for the enterprise in the project “%(name)s”."),
        url=f"/projects/{project.id}/ours",
        name=project.name,
    )


def end_contact(project: Project, account_id: int, *, by: Actor, base_version: int | None) -> None:
    """This account speaks for the enterprise no more, and sees nothing of the project."""
    hold(project, base_version)
    for contact in project.contacts:
        if contact.account_id == account_id:
            contact.until = max(clock.now(), contact.since)
    PROJECT_FLOW.record(project, "contact_ended", by=by, data={"account": account_id})
    db.session.expire(project, ["contacts"])


def ask(project: Project, said: RequestForm, *, by: Actor) -> Request:
    """The enterprise has asked; leader and liaison are told, and the clock of the answer runs."""
    if project.state == ProjectState.ARCHIVED:
        raise NotOpen(_l("This project is archived."))
    now = clock.now()
    row = Request(
        project_id=project.id,
        words=said.words,
        state=RequestState.ASKED,
        version=1,
        asked_at=now,
        asked_by_id=by.id,
        due_at=timing.due(now),
    )
    db.session.add(row)
    db.session.flush()
    REQUEST_FLOW.begin(row, "ask", by=by)
    _tell_team(project, by)
    return row


def step(
    row: Request, name: str, *, by: Actor, note: str | None = None, base_version: int | None
) -> None:
    """The request is answered, settled, or asked once more with a clock that begins anew."""
    hold(row, base_version)
    now = clock.now()
    if note and name == "answer" and name in REQUEST_FLOW.open_moves(row, by):
        row.answer, row.answered_at, row.answered_by_id = note, now, by.id
    REQUEST_FLOW.move(
        row, name, by=by, evidence={"note": note}, data={"note": note} if note else None
    )
    if name == "answer":
        notices.notify(
            [row.asked_by_id],
            N_("Your question in the project “%(name)s” is answered."),
            url=f"/projects/{row.project_id}/ours",
            name=row.project.name,
        )
    if name == "ask_again":
        row.words = f"{row.words}\n{note}"
        row.asked_at, row.due_at, row.turns = now, timing.due(now), row.turns + 1
        db.session.flush()
        _tell_team(row.project, by)


def _tell_team(project: Project, by: Actor) -> None:
    liaison = [each.account_id for each in project.team if each.role == TeamRole.LIAISON]
    notices.notify(
        {project.leader_id, *liaison} - {by.id},
        N_("The enterprise of the project “%(name)s” asks something."),
        url=f"/projects/{project.id}/ours",
        name=project.name,
    )
