"""Pages of patrols: the list, one patrol with its points, a new plan."""

from __future__ import annotations

import uuid
from typing import Any

from flask import Blueprint, Response, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l, to_user_timezone

from webapp.base import clock
from webapp.base.access import may, me, permit
from webapp.base.db import db
from webapp.base.flow import Refusal, Unacceptable
from webapp.base.past import told_then
from webapp.base.web import goto, page, part_of_address, wants_json
from webapp.cases.field import actions, queries
from webapp.cases.field.actions import Sight
from webapp.cases.field.forms import FREE_POINTS, PatrolForm
from webapp.cases.field.models import Patrol, PatrolPoint
from webapp.cases.field.rules import (
    PATROL_FLOW,
    PLANNERS,
    POINT_FLOW,
    POINT_WORDS,
    PatrolState,
    PointKind,
    PointState,
)
from webapp.grids.models import Grid
from webapp.people import steps
from webapp.people.outdoors import VISIT_M, ConflictForm

bp = Blueprint("patrols", __name__)

OVER = (PatrolState.FINISHED, PatrolState.CANCELLED)
PAST = 20

PATROL_DEEDS = {
    "start": (actions.start, ()),
    "finish": (actions.finish, ("note",)),
    "call_off": (actions.call_off, ("note",)),
}
POINT_DEEDS: dict[str, tuple[Any, tuple[str, ...]]] = {
    "visit": (actions.visit_point, ("note", "stood")),
    "skip": (actions.skip_point, ("note",)),
}


@bp.get("/patrols")
@told_then
@permit("patrols.see")
def listed() -> Response:
    """Patrols to be walked and under way, and the last ones."""
    who = me()
    return page(
        "field/patrols.html",
        under_way=queries.patrols(who, states=queries.UNDER_WAY),
        past=queries.patrols(who, states=OVER, limit=PAST),
        flow=PATROL_FLOW,
        seen=_seen,
        now=clock.now(),
    )


@bp.get("/patrols/<int:patrol_id>")
@permit("patrols.see", of=queries.patrol)
def one(patrol: Patrol) -> Response:
    """One patrol: its points, which of them were seen, what can be done."""
    who = me()
    return page(
        "field/patrol.html",
        patrol=patrol,
        moves=PATROL_FLOW.open_moves(patrol, who),
        walks=may(who, "patrols.walk", patrol),
        flow=PATROL_FLOW,
        point_flow=POINT_FLOW,
        kinds=POINT_WORDS,
        seen=_seen(patrol),
        near_m=VISIT_M,
        now=clock.now(),
    )


def _seen(patrol: Patrol) -> int:
    return sum(point.state == PointState.VISITED for point in patrol.points)


@bp.get("/patrols/new")
@permit("patrols.plan")
def new() -> Response:
    """A plan: which points, on which day."""
    return _plan_page(sent={"grid": request.args.get("grid")})


@bp.post("/patrols")
@permit("patrols.plan")
def plan() -> ResponseReturnValue:
    """The patrol stands in the plan."""
    try:
        form = PatrolForm.read(request)
        grid = next((each for each in _grids() if each.display_code == form.grid), None)
        if grid is None:
            words = _l("Choose one of the list.")
            raise Unacceptable(words, fields={"grid": words})
        patrol = actions.plan_patrol(
            grid,
            title=form.title,
            day=form.day,
            sights=[*_chosen(grid, form), *_free(form)],
            by=me(),
            client_id=form.client_id,
        )
    except Refusal as refusal:
        db.session.rollback()
        if wants_json():
            raise
        sent = {**request.form.to_dict(), "points": request.form.getlist("points")}
        sent |= {name: request.form.getlist(name) for name in ("free_name", "free_at")}
        return _plan_page(
            sent=sent, errors=refusal.fields, told=refusal.words, status=refusal.status
        )
    return goto("patrols.one", patrol_id=patrol.id)


def _plan_page(
    *,
    sent: dict[str, Any],
    errors: dict[str, Any] | None = None,
    told: Any = None,
    status: int = 200,
) -> Response:
    grids = _grids()
    grid = next((each for each in grids if each.display_code == sent.get("grid")), None)
    grid = grid or next(iter(grids), None)
    return page(
        "field/patrol_new.html",
        status=status,
        grid=grid,
        grids=grids,
        choices=[(each.display_code, each.name) for each in grids],
        candidates=queries.candidates(grid) if grid else [],
        kinds=POINT_WORDS,
        free=FREE_POINTS,
        today=to_user_timezone(clock.now()).date(),
        mark=uuid.uuid4(),
        sent=sent,
        errors=errors or {},
        told=told,
    )


def _grids() -> list[Grid]:
    return queries.grids_of(me().grids(PLANNERS))


def _chosen(grid: Grid, form: PatrolForm) -> list[Sight]:
    known = {each.key: each for each in queries.candidates(grid)}
    wrong = [key for key in form.points if key not in known]
    if wrong:
        words = _l("One of the points is not there any more. Look at the list again, please.")
        raise Unacceptable(words, fields={"points": words})
    picked = (known[key] for key in form.points)
    return [Sight(each.kind, each.name, each.lon, each.lat) for each in picked]


def _free(form: PatrolForm) -> list[Sight]:
    sights = []
    for name, at in zip(form.free_name, form.free_at, strict=False):
        if not name.strip() and not at.strip():
            continue
        try:
            lon, lat = (float(part) for part in at.split(","))
        except ValueError as error:
            words = _l("Say a name and a position: longitude, comma, latitude.")
            raise Unacceptable(words, fields={"free": words}) from error
        if not name.strip() or not (-180 <= lon <= 180 and -90 <= lat <= 90):
            words = _l("Say a name and a position: longitude, comma, latitude.")
            raise Unacceptable(words, fields={"free": words})
        sights.append(Sight(PointKind.FREE, name.strip()[:80], lon, lat))
    return sights


@bp.post("/patrols/<int:patrol_id>/<any(start, finish, call_off):name>")
@permit("patrols.see", of=lambda patrol_id, name: queries.patrol(patrol_id))
def move(patrol: Patrol) -> ResponseReturnValue:
    """One step of the patrol."""
    name = part_of_address("name")
    deed, wanted = PATROL_DEEDS[name]
    return steps.step(PATROL_FLOW, patrol, (name,), deed, wanted, _page_of(patrol))


@bp.post("/patrols/points/<int:point_id>/<any(visit, skip):name>")
@permit("patrols.see", of=lambda point_id, name: queries.point(point_id))
def move_point(point: PatrolPoint) -> ResponseReturnValue:
    """A point was seen, or is left out."""
    name = part_of_address("name")
    deed, wanted = POINT_DEEDS[name]
    return steps.step(POINT_FLOW, point, (name,), deed, wanted, _page_of(point.patrol))


def _page_of(patrol: Patrol) -> str:
    return url_for("patrols.one", patrol_id=patrol.id)


@bp.post("/patrols/<int:patrol_id>/conflict")
@permit("patrols.see", of=queries.patrol)
def conflict(patrol: Patrol) -> ResponseReturnValue:
    """A step of the patrol gave way to what somebody else had done; the log says so."""
    return steps.settle(PATROL_FLOW, patrol, ConflictForm.read(request), _page_of(patrol))


@bp.post("/patrols/points/<int:point_id>/conflict")
@permit("patrols.see", of=queries.point)
def point_conflict(point: PatrolPoint) -> ResponseReturnValue:
    """The same for one of its points."""
    form = ConflictForm.read(request)
    return steps.settle(POINT_FLOW, point, form, _page_of(point.patrol))
