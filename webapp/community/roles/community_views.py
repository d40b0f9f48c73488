"""Pages of communities: each with its own model, its people and its results."""

from __future__ import annotations

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue

from webapp.base.access import me, permit
from webapp.base.flow import Refusal
from webapp.base.past import told_then
from webapp.base.web import afresh, goto, page
from webapp.community.roles import actions, queries
from webapp.community.roles.forms import ModelForm
from webapp.community.roles.views import told, words
from webapp.grids.models import Unit
from webapp.people import days, queries as people

bp = Blueprint("communities", __name__, url_prefix="/communities")


@bp.get("")
@told_then
@permit("communities.read")
def listed() -> Response:
    """Every community, those with a model of their own first."""
    return page("community/roles/communities.html", rows=queries.communities())


@bp.get("/<int:unit_id>")
@permit("communities.read", of=queries.community)
def one(unit: Unit) -> Response:
    """A community with its model."""
    return _one(unit)


@bp.post("/<int:unit_id>")
@permit("communities.write", of=queries.community)
def describe(unit: Unit) -> ResponseReturnValue:
    """What a community says of its own model is written anew."""
    key = unit.id
    try:
        actions.describe(unit, ModelForm.read(request), by=me())
    except Refusal as refusal:
        return _one(afresh(refusal, lambda: queries.community(key)), refusal)
    return goto("communities.one", unit_id=key)


def _one(unit: Unit, refusal: Refusal | None = None) -> Response:
    return page(
        "community/roles/community.html",
        unit=unit,
        model=queries.model_of(unit.id),
        grids=people.grids_of_unit(unit.id),
        counts=queries.community_counts(unit.id, days.today()),
        **told(refusal),
        **words(),
    )
