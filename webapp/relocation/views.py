"""Pages of relocation: the projects, the map by state with its list, a new household, what waits for me."""

from __future__ import annotations

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue

from webapp.base.access import may, me, permit
from webapp.base.flow import Refusal, Unacceptable
from webapp.base.past import told_by_itself, told_then
from webapp.base.spatial import degrees, shape_of
from webapp.base.web import afresh, goto, page
from webapp.people import days
from webapp.projects import queries as projects, shown as ground
from webapp.projects.models import Project
from webapp.projects.rules import WITH_CLEAN_LAND
from webapp.relocation import actions, past, queries, shown
from webapp.relocation.forms import HouseholdForm, ListForm

bp = Blueprint("relocation", __name__)


@bp.get("/relocation")
@told_then
@permit("relocation.list")
def projects_listed() -> Response:
    """The projects whose households one may see, with how far they are."""
    found = queries.projects(me(), today=days.today())
    return page("relocation/projects.html", found=found, **shown.words())


@bp.get("/relocation/mine")
@permit("relocation.list")
def mine() -> Response:
    """The households of my projects with their next step, and what I have promised."""
    who, today = me(), days.today()
    return page(
        "relocation/mine.html",
        found=queries.mine(who, today=today),
        promises=queries.promises_of(who),
        today=today,
        **shown.words(),
    )


@bp.get("/projects/<int:project_id>/relocation")
@told_by_itself
@permit("relocation.board", of=projects.one)
def board(project: Project) -> Response:
    """The map by state (挂图作战) and the list of a project, narrowed by state, promise and greenhouse."""
    try:
        wish = ListForm.of_address(request)
    except Unacceptable:
        wish = ListForm()
    if wish.as_of is not None:
        return past.listed(project, wish)
    today = days.today()
    narrowed = queries.Narrowed(
        words=wish.q, state=wish.state, lane=wish.lane, late=wish.late, greenhouse=wish.greenhouse
    )
    listed = queries.listed(project.id, narrowed, today=today)
    rows = queries.figures(project.id)
    drawings = queries.drawings([each.household.id for each in listed])
    sites = [degrees(shape_of(site.geom)) for site in project.sites]
    return page(
        "relocation/board.html",
        fragment="found",
        project=project,
        found=listed,
        wish=wish,
        figures=shown.figures(rows),
        lane_counts=shown.lane_counts(rows),
        households=sum(row.households for row in rows),
        house_m2=sum(row.house_m2 for row in rows),
        greenhouse_m2=sum(row.greenhouse_m2 for row in rows),
        drawn=shown.drawn(listed, drawings, sites),
        registers=may(me(), "relocation.register", project)
        and project.state not in WITH_CLEAN_LAND,
        today=today,
        **shown.words(),
    )


@bp.get("/projects/<int:project_id>/relocation/new")
@permit("relocation.register", of=projects.one)
def new(project: Project) -> Response:
    """The form of a household that is listed."""
    return _new(project)


@bp.post("/projects/<int:project_id>/relocation")
@permit("relocation.register", of=projects.one)
def register(project: Project) -> ResponseReturnValue:
    """The household is listed."""
    key = project.id
    try:
        household = actions.register(project, HouseholdForm.read(request), by=me())
    except Refusal as refusal:
        again = afresh(refusal, lambda: projects.one(key), right="relocation.register")
        return _new(again, refusal)
    return goto("relocation_households.one", household_id=household.id)


def _new(project: Project, refusal: Refusal | None = None) -> Response:
    return page(
        "relocation/new.html",
        status=refusal.status if refusal else 200,
        project=project,
        drawn=ground.ground_of(project),
        middle=ground.middle(project),
        sent=request.form,
        errors=refusal.fields if refusal else {},
        told=refusal.words if refusal else None,
        **shown.words(),
    )
