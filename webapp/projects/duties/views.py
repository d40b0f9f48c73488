"""Pages of duties: tough items over all projects, the duties of one, a meeting."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, request
from flask.typing import ResponseReturnValue

from webapp.base.access import may, me, permit
from webapp.base.deeds import DeedPage
from webapp.base.flow import Refusal
from webapp.base.past import told_then
from webapp.base.web import page, part_of_address
from webapp.people import days
from webapp.projects import queries as projects, shown
from webapp.projects.duties import actions, queries
from webapp.projects.duties.forms import (
    MeetingForm,
    MinutesForm,
    NoteForm,
    ResolutionForm,
    ToughForm,
)
from webapp.projects.duties.models import Meeting, Resolution, Tough
from webapp.projects.duties.rules import TOUGH_CHIPS, TOUGH_FLOW, ToughState
from webapp.projects.models import Project
from webapp.projects.rules import MEMBERS

bp = Blueprint("duties", __name__)


@bp.get("/projects/tough")
@told_then
@permit("projects.list")
def tough_items() -> Response:
    """The tough items one may see over all projects, and how many of them are accepted."""
    found = queries.tough_items(me())
    return page(
        "projects/duties/tough.html",
        found=found,
        accepted=sum(row.state == ToughState.ACCEPTED for row in found),
        **_words(),
    )


@bp.get("/tough/<int:tough_id>")
@permit("tough.see", of=queries.tough)
def tough(row: Tough) -> Response:
    """A tough item: what is hard, who is answerable, what became of it."""
    return _tough(row)


@bp.post(f"/tough/<int:tough_id>/<any({', '.join(TOUGH_FLOW.moves)}):name>")
@permit("tough.see", of=lambda tough_id, name: queries.tough(tough_id))
def step(row: Tough) -> ResponseReturnValue:
    """The tough item moves on."""
    name = part_of_address("name")

    def deed() -> None:
        form = NoteForm.read(request)
        actions.step(row, name, by=me(), note=form.note, base_version=form.base_version)

    return _TOUGH.after(name, deed)


@bp.get("/projects/<int:project_id>/duties")
@permit("projects.see", of=projects.one)
def of_project(project: Project) -> Response:
    """Tough items, meetings and resolutions of a project."""
    return _project(project)


@bp.post("/projects/<int:project_id>/tough")
@permit("projects.lead", of=projects.one)
def take_on(project: Project) -> ResponseReturnValue:
    """A tough item is taken on."""

    def deed() -> None:
        form = ToughForm.read(request)
        actions.take_on(project, form, by=me(), base_version=form.base_version)

    return _DUTIES.after("tough", deed)


@bp.post("/projects/<int:project_id>/meetings")
@permit("projects.enter", of=projects.one)
def meet(project: Project) -> ResponseReturnValue:
    """A meeting is written down."""

    def deed() -> None:
        form = MeetingForm.read(request)
        actions.meet(project, form, by=me(), base_version=form.base_version)

    return _DUTIES.after("meeting", deed)


@bp.get("/projects/<int:project_id>/meetings/<int:meeting_id>")
@permit("projects.see", of=lambda project_id, meeting_id: projects.one(project_id))
def meeting(project: Project) -> Response:
    """A meeting: who was there, what was said and resolved."""
    return _meeting(project)


@bp.post("/projects/<int:project_id>/meetings/<int:meeting_id>/minutes")
@permit("projects.enter", of=lambda project_id, meeting_id: projects.one(project_id))
def minute(project: Project) -> ResponseReturnValue:
    """What was said is written down."""
    held = _named(project)

    def deed() -> None:
        form = MinutesForm.read(request)
        actions.minute(project, held, form.minutes, by=me(), base_version=form.base_version)

    return _MEETING.after("minutes", deed)


@bp.post("/projects/<int:project_id>/meetings/<int:meeting_id>/resolutions")
@permit("projects.enter", of=lambda project_id, meeting_id: projects.one(project_id))
def resolve(project: Project) -> ResponseReturnValue:
    """Something was resolved."""
    held = _named(project)

    def deed() -> None:
        form = ResolutionForm.read(request)
        actions.resolve(project, held, form, by=me(), base_version=form.base_version)

    return _MEETING.after("resolution", deed)


@bp.get("/resolutions/<int:resolution_id>")
@permit("resolutions.see", of=queries.resolution)
def resolution(row: Resolution) -> Response:
    """A resolution, for whoever carries it out."""
    return _resolution(row)


@bp.post("/resolutions/<int:resolution_id>/finish")
@permit("resolutions.see", of=queries.resolution)
def finish(row: Resolution) -> ResponseReturnValue:
    """The resolution is carried out."""

    def deed() -> None:
        form = NoteForm.read(request)
        actions.finish(row, form.note, by=me(), base_version=form.base_version)

    return _RESOLUTION.after("finish", deed)


def _named(project: Project) -> Meeting:
    found = queries.meeting(project.id, int(part_of_address("meeting_id")))
    if found is None:
        abort(404)
    return found


def _project(
    project: Project, refusal: Refusal | None = None, tried: str | None = None
) -> Response:
    who, living = me(), project.state != "archived"
    leads = living and may(who, "projects.lead", project)
    enters = living and may(who, "projects.enter", project)
    return page(
        "projects/duties/project.html",
        project=project,
        found=queries.tough_items(who, project_id=project.id),
        meetings=queries.meetings(project.id),
        leads=leads,
        enters=enters,
        staff=projects.holders(MEMBERS) if leads or enters else [],
        **_told(refusal, tried),
    )


def _tough(row: Tough, refusal: Refusal | None = None, tried: str | None = None) -> Response:
    return page(
        "projects/duties/one.html",
        row=row,
        project=row.project,
        moves=TOUGH_FLOW.open_moves(row, me()),
        sees=may(me(), "projects.see", row.project),
        **_told(refusal, tried),
    )


def _meeting(
    project: Project, refusal: Refusal | None = None, tried: str | None = None
) -> Response:
    enters = project.state != "archived" and may(me(), "projects.enter", project)
    return page(
        "projects/duties/meeting.html",
        project=project,
        meeting=_named(project),
        enters=enters,
        staff=projects.holders(MEMBERS) if enters else [],
        **_told(refusal, tried),
    )


def _resolution(
    row: Resolution, refusal: Refusal | None = None, tried: str | None = None
) -> Response:
    finishes = row.state == "open" and may(me(), "resolutions.finish", row)
    return page(
        "projects/duties/resolution.html",
        row=row,
        project=row.project,
        finishes=finishes,
        sees=may(me(), "projects.see", row.project),
        **_told(refusal, tried),
    )


def _told(refusal: Refusal | None, tried: str | None) -> dict[str, Any]:
    return {
        "status": refusal.status if refusal else 200,
        "sent": request.form if tried else {},
        "errors": refusal.fields if refusal else {},
        "told": refusal.words if refusal else None,
        "tried": tried,
        **_words(),
    }


def _words() -> dict[str, Any]:
    return {
        **shown.words(),
        "tough_states": TOUGH_FLOW.states,
        "tough_chips": TOUGH_CHIPS,
        "today": days.today(),
    }


_TOUGH = DeedPage("duties.tough", ("tough_id",), queries.tough, "tough.see", _tough)
_DUTIES = DeedPage("duties.of_project", ("project_id",), projects.one, "projects.see", _project)
_MEETING = DeedPage(
    "duties.meeting", ("project_id", "meeting_id"), projects.one, "projects.see", _meeting
)
_RESOLUTION = DeedPage(
    "duties.resolution", ("resolution_id",), queries.resolution, "resolutions.see", _resolution
)
