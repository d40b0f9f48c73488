"""Pages of the ground: levelling over all projects, the ground of one, a parcel with its surveys."""

from __future__ import annotations

from flask import Blueprint, Response, abort, request
from flask.typing import ResponseReturnValue

from webapp.base import audit, drawn, files
from webapp.base.access import may, me, permit
from webapp.base.deeds import DeedPage
from webapp.base.flow import Refusal
from webapp.base.past import told_then
from webapp.base.web import page, part_of_address
from webapp.people import days, queries as people
from webapp.projects import queries as projects
from webapp.projects.day_views import sent_photo
from webapp.projects.ground import actions, queries, shown
from webapp.projects.ground.forms import (
    DoneForm,
    NoteForm,
    ParcelForm,
    SurveyForm,
    UtilityForm,
)
from webapp.projects.ground.models import Parcel
from webapp.projects.ground.rules import PARCEL_FLOW, ParcelState
from webapp.projects.models import Project
from webapp.projects.rules import MEMBERS

bp = Blueprint("ground", __name__)

# A survey begins a parcel by itself; the other moves are buttons.
STEPS = tuple(name for name in PARCEL_FLOW.moves if name != "begin")


@bp.get("/projects/levelling")
@told_then
@permit("projects.list")
def levelled() -> Response:
    """The projects whose land is levelled, in one line each, and how many of them are done."""
    found = queries.levelled(me())
    done = sum(each.done for each in found)
    return page("projects/ground/levelling.html", found=found, ready=done, **shown.words())


@bp.get("/projects/<int:project_id>/ground")
@permit("projects.see", of=projects.one)
def ground(project: Project) -> Response:
    """The parcels of a project on a map and in a list, its amounts, its utilities."""
    return _ground(project)


@bp.post("/projects/<int:project_id>/parcels")
@permit("projects.lead", of=projects.one)
def draw(project: Project) -> ResponseReturnValue:
    """A parcel is drawn."""

    def deed() -> None:
        form = ParcelForm.read(request)
        actions.draw(
            project,
            form,
            drawn.shape(form.corners),
            by=me(),
            base_version=form.base_version,
        )

    return _GROUND.after("parcel", deed)


@bp.post("/projects/<int:project_id>/utilities")
@permit("projects.lead", of=projects.one)
def promise(project: Project) -> ResponseReturnValue:
    """Somebody sees to a utility until a day."""

    def deed() -> None:
        form = UtilityForm.read(request)
        actions.promise(project, form, by=me(), base_version=form.base_version)

    return _GROUND.after("utility", deed)


@bp.post("/projects/<int:project_id>/utilities/<int:utility_id>/done")
@permit("projects.enter", of=lambda project_id, utility_id: projects.one(project_id))
def connected(project: Project) -> ResponseReturnValue:
    """A utility is there."""
    row = queries.utility(project.id, int(part_of_address("utility_id")))
    if row is None:
        abort(404)

    def deed() -> None:
        form = DoneForm.read(request)
        actions.connected(project, row, form.done_on, by=me(), base_version=form.base_version)

    return _GROUND.after(f"done-{row.id}", deed)


@bp.get("/parcels/<int:parcel_id>")
@permit("parcels.see", of=queries.parcel)
def parcel(parcel: Parcel) -> Response:
    """A parcel: what is planned on it, and what each survey says."""
    return _parcel(parcel)


@bp.post("/parcels/<int:parcel_id>/surveys")
@permit("parcels.enter", of=queries.parcel)
def survey(parcel: Parcel) -> ResponseReturnValue:
    """A survey of a day is entered."""

    def deed() -> None:
        form = SurveyForm.read(request)
        actions.survey(parcel, form, sent_photo(), by=me(), base_version=form.base_version)

    return _PARCEL.after("survey", deed)


@bp.post(f"/parcels/<int:parcel_id>/<any({', '.join(STEPS)}):name>")
@permit("parcels.see", of=lambda parcel_id, name: queries.parcel(parcel_id))
def step(parcel: Parcel) -> ResponseReturnValue:
    """The parcel moves on."""
    name = part_of_address("name")

    def deed() -> None:
        form = NoteForm.read(request)
        actions.step(parcel, name, by=me(), note=form.note, base_version=form.base_version)

    return _PARCEL.after(name, deed)


@bp.get("/parcels/<int:parcel_id>/surveys/<int:survey_id>/photo")
@permit("parcels.see", of=lambda parcel_id, survey_id: queries.parcel(parcel_id))
def photo(parcel: Parcel) -> Response:
    """The picture of a survey."""
    found = queries.survey(parcel.id, int(part_of_address("survey_id")))
    if found is None or found.photo is None:
        abort(404)
    return files.answer(found.photo)


def _ground(project: Project, refusal: Refusal | None = None, tried: str | None = None) -> Response:
    who, found = me(), queries.parcels(project.id)
    areas = [shown.area_m2(each) for each in found]
    living = project.state != "archived"
    leads = living and may(who, "projects.lead", project)
    return page(
        "projects/ground/ground.html",
        status=refusal.status if refusal else 200,
        project=project,
        parcels=list(zip(found, areas, strict=True)),
        ready=sum(each.state == ParcelState.ACCEPTED for each in found),
        percent=queries.percent_of(found, areas) if found else None,
        moved=queries.moved(project.id),
        drawn=shown.drawn(project, found),
        utilities=queries.utilities(project.id),
        leads=leads,
        enters=living and may(who, "projects.enter", project),
        staff=projects.holders(MEMBERS) if leads else [],
        today=days.today(),
        sent=request.form if tried else {},
        errors=refusal.fields if refusal else {},
        told=refusal.words if refusal else None,
        tried=tried,
        **shown.words(),
    )


def _parcel(parcel: Parcel, refusal: Refusal | None = None, tried: str | None = None) -> Response:
    who = me()
    events = audit.history(PARCEL_FLOW.kind, parcel.id)
    moves = PARCEL_FLOW.open_moves(parcel, who)
    surveyed = parcel.state != ParcelState.ACCEPTED
    return page(
        "projects/ground/parcel.html",
        status=refusal.status if refusal else 200,
        parcel=parcel,
        project=parcel.project,
        area_m2=shown.area_m2(parcel),
        drawn=shown.drawn(parcel.project, [parcel]),
        moves={name: each for name, each in moves.items() if name in STEPS},
        enters=surveyed and may(who, "parcels.enter", parcel),
        events=list(reversed(events)),
        names=people.named_in(events),
        today=days.today(),
        sent=request.form if tried else {},
        errors=refusal.fields if refusal else {},
        told=refusal.words if refusal else None,
        tried=tried,
        **{**shown.words(), "done": shown.done},
    )


_GROUND = DeedPage("ground.ground", ("project_id",), projects.one, "projects.see", _ground)
_PARCEL = DeedPage("ground.parcel", ("parcel_id",), queries.parcel, "parcels.see", _parcel)
