"""What is done with duties: tough items taken on and accepted, meetings held, resolutions carried out."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from webapp.base import clock, notices
from webapp.base.access import Actor
from webapp.base.db import db
from webapp.base.flow import NotOpen, Unacceptable, hold
from webapp.base.language import N_
from webapp.people import days
from webapp.projects import queries as projects
from webapp.projects.duties import queries
from webapp.projects.duties.forms import MeetingForm, ResolutionForm, ToughForm
from webapp.projects.duties.models import Meeting, Presence, Resolution, Tough
from webapp.projects.duties.rules import (
    RESOLUTION_FLOW,
    TOUGH_FLOW,
    ResolutionState,
    ToughState,
)
from webapp.projects.models import Project
from webapp.projects.rules import MEMBERS, PROJECT_FLOW, ProjectState


def take_on(project: Project, said: ToughForm, *, by: Actor, base_version: int | None) -> Tough:
    """One person is answerable for something hard until a day, and is told."""
    hold(project, base_version)
    _still_open(project)
    _of_staff(said.owner)
    row = Tough(
        project_id=project.id,
        title=said.title,
        words=said.words,
        owner_id=said.owner,
        due_on=said.due_on,
        state=ToughState.OPEN,
        version=1,
    )
    db.session.add(row)
    db.session.flush()
    TOUGH_FLOW.begin(row, "take_on", by=by, data={"owner": said.owner})
    PROJECT_FLOW.record(project, "take_on", by=by, data={"what": said.title})
    _tell(project, said.owner, N_("You are answerable for a tough item of “%(name)s”."), by)
    return row


def step(
    row: Tough, name: str, *, by: Actor, note: str | None = None, base_version: int | None
) -> None:
    """The tough item is solved, accepted by somebody else than its owner, or sent back."""
    hold(row, base_version)
    opened = TOUGH_FLOW.open_moves(row, by).get(name)
    if opened is not None and opened.to == ToughState.SOLVED:
        row.solved_words = note
    if opened is not None and opened.to == ToughState.ACCEPTED:
        row.accepted_on, row.accepted_by_id = days.today(), by.id
    TOUGH_FLOW.move(
        row, name, by=by, evidence={"note": note}, data={"note": note} if note else None
    )


def meet(project: Project, said: MeetingForm, *, by: Actor, base_version: int | None) -> Meeting:
    """The meeting is written down with its agenda and who was there; the log of the project says so."""
    hold(project, base_version)
    _still_open(project)
    _of_staff(said.chair, "chair")
    present = set(said.present) | {said.chair}
    if queries.accounts_among(sorted(present)) != present:
        words = _l("Choose whoever was there from the list.")
        raise Unacceptable(words, fields={"present": words})
    meeting = Meeting(
        project_id=project.id,
        held_at=said.held_at,
        place=said.place,
        agenda=said.agenda,
        minutes=said.minutes,
        guests=said.guests,
        chair_id=said.chair,
        presences=[Presence(account_id=key) for key in sorted(present)],
    )
    db.session.add(meeting)
    db.session.flush()
    PROJECT_FLOW.record(project, "meet", by=by, data={"what": said.place, "present": len(present)})
    return meeting


def minute(
    project: Project, meeting: Meeting, minutes: str, *, by: Actor, base_version: int | None
) -> None:
    """What was said at the meeting is these words."""
    hold(project, base_version)
    meeting.minutes = minutes
    PROJECT_FLOW.record(project, "minute", by=by, data={"what": meeting.place})


def resolve(
    project: Project,
    meeting: Meeting,
    said: ResolutionForm,
    *,
    by: Actor,
    base_version: int | None,
) -> Resolution:
    """The meeting resolved this: it is an open duty of its owner, who is told."""
    hold(project, base_version)
    _still_open(project)
    _of_staff(said.owner)
    row = Resolution(
        project_id=project.id,
        meeting_id=meeting.id,
        words=said.words,
        owner_id=said.owner,
        due_on=said.due_on,
        state=ResolutionState.OPEN,
        version=1,
        made_on=days.first_day(clock.now()),
    )
    db.session.add(row)
    db.session.flush()
    RESOLUTION_FLOW.begin(row, "resolve", by=by, data={"owner": said.owner})
    PROJECT_FLOW.record(project, "resolve", by=by, data={"note": said.words})
    db.session.expire(meeting, ["resolutions"])
    _tell(project, said.owner, N_("You carry out a resolution of “%(name)s”."), by)
    return row


def finish(row: Resolution, note: str | None, *, by: Actor, base_version: int | None) -> None:
    """The resolution is carried out, and says how; it is no open duty any more."""
    hold(row, base_version)
    if "finish" in RESOLUTION_FLOW.open_moves(row, by):
        row.done_on, row.done_words = days.first_day(clock.now()), note
    RESOLUTION_FLOW.move(row, "finish", by=by, evidence={"note": note}, data={"note": note})


def _of_staff(account_id: int, field: str = "owner") -> None:
    if not projects.holds(account_id, MEMBERS):
        words = _l("Holds no post of the staff today.")
        raise Unacceptable(words, fields={field: words})


def _tell(project: Project, account_id: int, words: str, by: Actor) -> None:
    if account_id != by.id:
        notices.notify([account_id], words, url=f"/projects/{project.id}/duties", name=project.name)


def _still_open(project: Project) -> None:
    if project.state == ProjectState.ARCHIVED:
        raise NotOpen(_l("This project is archived."))
