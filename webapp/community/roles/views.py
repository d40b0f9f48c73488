"""Pages of neighbourhood roles: for those who keep them, and "my building" for everybody who lives there."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue

from webapp.base import clock
from webapp.base.access import may, me, permit
from webapp.base.flow import Refusal
from webapp.base.web import goto, page, undone
from webapp.community.activities import queries as activities
from webapp.community.roles import actions, property_queries, queries
from webapp.community.roles.forms import EndForm, ListForm, RoleForm
from webapp.community.roles.models import NeighbourRole
from webapp.community.roles.rules import ROLE_WORDS
from webapp.grids import queries as grids
from webapp.people import days, queries as people

bp = Blueprint("neighbours", __name__)


@bp.get("/neighbours")
@permit("neighbours.list")
def listed() -> Response:
    """Who holds which role, the newest first."""
    wish = ListForm.of_address(request)
    grid = grids.one(wish.grid) if wish.grid else None
    found = queries.listed(
        me(), kind=wish.kind, grid_id=grid.id if grid else None, before=wish.before
    )
    return page(
        "community/roles/list.html",
        fragment="found",
        found=found,
        wish=wish,
        grid=grid,
        grids=grids.living(),
        counts=queries.counts(me(), days.today()),
        **words(),
    )


@bp.get("/neighbours/new")
@permit("neighbours.list")
def new() -> Response:
    """The form of a role, once the grid is chosen with the buildings that stand in it."""
    return _form()


@bp.post("/neighbours")
@permit("neighbours.list")
def appoint() -> ResponseReturnValue:
    """Somebody takes a role."""
    try:
        actions.appoint(RoleForm.read(request), by=me())
    except Refusal as refusal:
        undone(refusal)
        return _form(refusal)
    return goto("neighbours.listed")


@bp.post("/neighbours/<int:role_id>/end")
@permit("neighbours.keep", of=queries.role)
def end(role: NeighbourRole) -> ResponseReturnValue:
    """A term ends."""
    actions.end(role, until=EndForm.read(request).until, by=me())
    return goto("neighbours.listed")


@bp.get("/my-building")
@permit("neighbours.mine")
def mine() -> Response:
    """The building one lives in: who is there for it, who looks after it, what is ahead."""
    today = days.today()
    buildings = queries.homes(me().id or 0, today)
    grid_ids = [each.grid_id for each in buildings if each.grid_id is not None]
    keys = [each.id for each in buildings]
    return page(
        "community/roles/mine.html",
        buildings=buildings,
        roles=queries.of_places(keys, grid_ids, today),
        workers={
            grid_id: people.holders(("grid_worker",), grid_id=grid_id) for grid_id in grid_ids
        },
        companies=property_queries.of_buildings(keys, today),
        ahead=activities.ahead(clock.now(), grid_ids=grid_ids) if grid_ids else [],
        **words(),
    )


def words() -> dict[str, Any]:
    """The words that every page of roles needs."""
    return {"role_words": ROLE_WORDS, "today": days.today()}


def told(refusal: Refusal | None) -> dict[str, Any]:
    """What a page says of a refusal."""
    return {
        "errors": refusal.fields if refusal else {},
        "told": refusal.words if refusal else None,
        "sent": request.form,
        "status": refusal.status if refusal else 200,
    }


def _form(refusal: Refusal | None = None) -> Response:
    who = me()
    code = request.values.get("grid", "")
    mine = [
        each
        for each in grids.living()
        if may(who, "neighbours.keep", NeighbourRole(grid_id=each.id))
    ]
    grid = next((each for each in mine if each.display_code == code), mine[0] if mine else None)
    return page(
        "community/roles/new.html",
        grids=[(each.display_code, f"{each.display_code} {each.name}") for each in mine],
        grid=grid,
        buildings=queries.choosable(grid.id) if grid else [],
        **told(refusal),
        **words(),
    )
