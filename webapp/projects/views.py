"""Pages of projects: the list, a new one, one of them, and what is done with it at a desk."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, request
from flask.typing import ResponseReturnValue

from webapp.base import audit, drawn
from webapp.base.access import may, me, permit
from webapp.base.deeds import DeedPage
from webapp.base.flow import Refusal
from webapp.base.past import told_by_itself
from webapp.base.web import goto, page, part_of_address
from webapp.grids import queries as grids
from webapp.people import days, queries as people
from webapp.people.forms import again
from webapp.projects import actions, calling, past, queries, shown
from webapp.projects.forms import (
    BlockerForm,
    ClearForm,
    LeaderForm,
    ListForm,
    MemberForm,
    PlanForm,
    ProjectForm,
    SiteForm,
    StepForm,
    VersionForm,
)
from webapp.projects.models import Project
from webapp.projects.rules import LEADERS, MEMBERS, PROJECT_FLOW, WITH_PLAN

bp = Blueprint("projects", __name__)

# The moves that are buttons of the page; a plan is approved where it stands.
STEPS = tuple(name for name in PROJECT_FLOW.moves if name != "approve_plan")


@bp.get("/projects")
@told_by_itself
@permit("projects.list")
def listed() -> Response:
    """The projects one may see, narrowed by state, grid, what is held up and what is late."""
    wish, who, today = ListForm.of_address(request), me(), days.today()
    if wish.as_of is not None:
        return past.listed(who, wish)
    grid = grids.one(wish.grid) if wish.grid else None
    narrowed = queries.Narrowed(
        words=wish.q,
        state=wish.state,
        grid_id=grid.id if grid else None,
        blocked=wish.blocked,
        late=wish.late,
    )
    return page(
        "projects/list.html",
        fragment="found",
        found=queries.listed(who, narrowed, today=today, before=wish.before),
        counts=queries.counts(who, today=today),
        grids=queries.grids_of(who),
        wish=wish,
        today=today,
        **shown.words(),
    )


@bp.get("/projects/new")
@permit("projects.register")
def new() -> Response:
    """The form of a new project."""
    return page("projects/new.html", sent={}, errors={}, **_new())


@bp.post("/projects")
@permit("projects.register")
def register() -> ResponseReturnValue:
    """The project is proposed."""
    try:
        project = actions.register(ProjectForm.read(request), by=me())
    except Refusal as refusal:
        return again("projects/new.html", refusal, **_new())
    return goto("projects.one", project_id=project.id)


@bp.get("/projects/<int:project_id>")
@permit("projects.see", of=queries.one)
def one(project: Project) -> Response:
    """A project: where it stands, what is missing, its ground, its stages, what holds it up."""
    return _one(project)


@bp.post(f"/projects/<int:project_id>/<any({', '.join(STEPS)}):name>")
@permit("projects.see", of=lambda project_id, name: queries.one(project_id))
def step(project: Project) -> ResponseReturnValue:
    """The project moves on."""
    name = part_of_address("name")

    def deed() -> None:
        form = StepForm.read(request)
        actions.step(project, name, by=me(), note=form.note, base_version=form.base_version)

    return _PAGE.after(name, deed)


@bp.post("/projects/<int:project_id>/leader")
@permit("projects.decide", of=queries.one)
def leader(project: Project) -> ResponseReturnValue:
    """Somebody else leads."""

    def deed() -> None:
        form = LeaderForm.read(request)
        actions.set_leader(project, form.leader, by=me(), base_version=form.base_version)

    return _PAGE.after("leader", deed)


@bp.post("/projects/<int:project_id>/team")
@permit("projects.lead", of=queries.one)
def team(project: Project) -> ResponseReturnValue:
    """A task of the team is given to somebody."""

    def deed() -> None:
        form = MemberForm.read(request)
        actions.set_member(
            project, form.role, form.account, by=me(), base_version=form.base_version
        )

    return _PAGE.after("team", deed)


@bp.post("/projects/<int:project_id>/plans")
@permit("projects.lead", of=queries.one)
def draft_plan(project: Project) -> ResponseReturnValue:
    """A version of the plan is written."""

    def deed() -> None:
        form = PlanForm.read(request)
        actions.draft_plan(
            project, form.words, form.stages, by=me(), base_version=form.base_version
        )

    return _PAGE.after("plan", deed)


@bp.post("/projects/<int:project_id>/plans/<int:number>/approve")
@permit("projects.decide", of=lambda project_id, number: queries.one(project_id))
def approve_plan(project: Project) -> ResponseReturnValue:
    """A version of the plan is the approved one."""
    plan = queries.plan(project.id, int(part_of_address("number")))
    if plan is None:
        abort(404)

    def deed() -> None:
        form = VersionForm.read(request)
        actions.approve_plan(project, plan, by=me(), base_version=form.base_version)

    return _PAGE.after("approve_plan", deed)


@bp.post("/projects/<int:project_id>/sites")
@permit("projects.lead", of=queries.one)
def lay_out(project: Project) -> ResponseReturnValue:
    """A piece of ground is drawn."""

    def deed() -> None:
        form = SiteForm.read(request)
        actions.lay_out(
            project,
            drawn.shape(form.corners),
            name=form.name,
            provenance=form.provenance,
            by=me(),
            base_version=form.base_version,
        )

    return _PAGE.after("site", deed)


@bp.post("/projects/<int:project_id>/blockers")
@permit("projects.enter", of=queries.one)
def hold_up(project: Project) -> ResponseReturnValue:
    """Something holds the project up."""

    def deed() -> None:
        form = BlockerForm.read(request)
        actions.hold_up(project, form, by=me(), base_version=form.base_version)

    return _PAGE.after("blocker", deed)


@bp.post("/projects/<int:project_id>/blockers/<int:blocker_id>/clear")
@permit("projects.enter", of=lambda project_id, blocker_id: queries.one(project_id))
def clear(project: Project) -> ResponseReturnValue:
    """What held it up is cleared away."""
    blocker = queries.blocker(project.id, int(part_of_address("blocker_id")))
    if blocker is None:
        abort(404)

    def deed() -> None:
        form = ClearForm.read(request)
        actions.clear(project, blocker, form.words, by=me(), base_version=form.base_version)

    return _PAGE.after(f"clear-{blocker.id}", deed)


def _one(project: Project, refusal: Refusal | None = None, tried: str | None = None) -> Response:
    who, today = me(), days.today()
    events = audit.history(PROJECT_FLOW.kind, project.id)
    leads, decides = (may(who, right, project) for right in ("projects.lead", "projects.decide"))
    fields = refusal.fields if refusal else {}
    stages, middle = shown.stages_of(project), shown.middle(project)
    held_up = [each for each in project.blockers if each.cleared_at is None]
    return page(
        "projects/one.html",
        status=refusal.status if refusal else 200,
        project=project,
        moves={
            name: each
            for name, each in PROJECT_FLOW.open_moves(project, who).items()
            if name in STEPS
        },
        leads=leads and project.state != "archived",
        decides=decides and project.state != "archived",
        enters=may(who, "projects.enter", project) and project.state != "archived",
        with_plan=WITH_PLAN,
        checks=shown.four_ones(project),
        drawn=shown.ground_of(project),
        middle=middle,
        area_m2=shown.area_m2(project),
        shares=shown.shares(project),
        stages=stages,
        late_days=max((each.late_days(today) for each in stages), default=0),
        drawings=shown.drawings(stages, today),
        held_up=held_up,
        ways={each.id: calling.ways(each, middle) for each in held_up},
        days=queries.days_with_entries(project.id),
        leaders=queries.holders(LEADERS) if decides else [],
        staff=queries.holders(MEMBERS) if leads else [],
        events=list(reversed(events)),
        names=people.named_in(events),
        today=today,
        sent=request.form if tried else {},
        errors=fields,
        told=refusal.words if refusal else None,
        tried=tried,
        **shown.words(),
    )


def _new() -> dict[str, Any]:
    return {
        "leaders": queries.holders(LEADERS),
        "enterprises": queries.enterprises(),
        **shown.words(),
    }


_PAGE = DeedPage("projects.one", ("project_id",), queries.one, "projects.see", _one)
