"""The pages of an enterprise: its projects, one of them, what it asked and what was answered."""

from __future__ import annotations

from flask import Blueprint, Response, abort, request
from flask.typing import ResponseReturnValue

from webapp.base import clock
from webapp.base.access import may, me, permit
from webapp.base.deeds import DeedPage
from webapp.base.flow import Refusal
from webapp.base.web import page, part_of_address
from webapp.people import days
from webapp.projects import queries as projects, shown
from webapp.projects.firms import actions, queries
from webapp.projects.firms.forms import ContactForm, NoteForm, RequestForm
from webapp.projects.firms.rules import FIRM, REQUEST_CHIPS, REQUEST_FLOW
from webapp.projects.ground import queries as ground, shown as grounds
from webapp.projects.models import Project
from webapp.projects.rules import TeamRole

bp = Blueprint("project_firms", __name__)


@bp.get("/projects/ours")
@permit("projects.ours")
def listed() -> Response:
    """The projects of the own enterprise."""
    return page("projects/firms/list.html", found=queries.ours(me()), **shown.words())


@bp.get("/projects/<int:project_id>/ours")
@permit("projects.ours_one", of=projects.one)
def one(project: Project) -> Response:
    """What the enterprise sees of its project, and what it asked."""
    return _one(project)


@bp.post("/projects/<int:project_id>/requests")
@permit("projects.ask", of=projects.one)
def ask(project: Project) -> ResponseReturnValue:
    """The enterprise asks."""

    def deed() -> None:
        actions.ask(project, RequestForm.read(request), by=me())

    return _PAGE.after("ask", deed)


@bp.post(
    f"/projects/<int:project_id>/requests/<int:request_id>/<any({', '.join(REQUEST_FLOW.moves)}):name>"
)
@permit("projects.ours_one", of=lambda project_id, request_id, name: projects.one(project_id))
def step(project: Project) -> ResponseReturnValue:
    """A request is answered, settled or asked once more."""
    row, name = queries.one(int(part_of_address("request_id"))), part_of_address("name")
    if row is None or row.project_id != project.id:
        abort(404)

    def deed() -> None:
        form = NoteForm.read(request)
        actions.step(row, name, by=me(), note=form.note, base_version=form.base_version)

    return _PAGE.after(f"{name}-{row.id}", deed)


@bp.post("/projects/<int:project_id>/contacts")
@permit("projects.lead", of=projects.one)
def name_contact(project: Project) -> ResponseReturnValue:
    """Somebody speaks for the enterprise."""

    def deed() -> None:
        form = ContactForm.read(request)
        actions.name_contact(project, form.account, by=me(), base_version=form.base_version)

    return _PAGE.after("contact", deed)


@bp.post("/projects/<int:project_id>/contacts/<int:account_id>/end")
@permit("projects.lead", of=lambda project_id, account_id: projects.one(project_id))
def end_contact(project: Project) -> ResponseReturnValue:
    """Somebody speaks for the enterprise no more."""
    account_id = int(part_of_address("account_id"))

    def deed() -> None:
        form = NoteForm.read(request)
        actions.end_contact(project, account_id, by=me(), base_version=form.base_version)

    return _PAGE.after("contact", deed)


def _one(project: Project, refusal: Refusal | None = None, tried: str | None = None) -> Response:
    who, today = me(), days.today()
    stages, parcels = shown.stages_of(project), ground.parcels(project.id)
    areas = [grounds.area_m2(each) for each in parcels]
    found = queries.requests_of(project.id)
    leads = may(who, "projects.lead", project)
    return page(
        "projects/firms/one.html",
        status=refusal.status if refusal else 200,
        project=project,
        inside=may(who, "projects.see", project),
        asks=may(who, "projects.ask", project) and project.state != "archived",
        leads=leads,
        liaison=next((each for each in project.team if each.role == TeamRole.LIAISON), None),
        held_up=sum(each.cleared_at is None for each in project.blockers),
        stages=stages,
        late_days=max((each.late_days(today) for each in stages), default=0),
        drawings=shown.drawings(stages, today),
        percent=ground.percent_of(parcels, areas) if parcels else None,
        utilities=ground.utilities(project.id),
        found=[(each, REQUEST_FLOW.open_moves(each, who)) for each in found],
        people=projects.holders((FIRM,)) if leads else [],
        today=today,
        now=clock.now(),
        sent=request.form if tried else {},
        errors=refusal.fields if refusal else {},
        told=refusal.words if refusal else None,
        tried=tried,
        request_states=REQUEST_FLOW.states,
        request_chips=REQUEST_CHIPS,
        **shown.words(),
    )


_PAGE = DeedPage("project_firms.one", ("project_id",), projects.one, "projects.ours_one", _one)
