"""Pages of livelihood items for everybody: what is done where, how far it is, and what residents say of it."""

from __future__ import annotations

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue

from webapp.base.access import me, permit
from webapp.base.flow import Refusal, Unacceptable
from webapp.base.past import told_then
from webapp.base.security import limiter
from webapp.base.web import afresh, goto, page
from webapp.community.livelihood import actions, queries, shown
from webapp.community.livelihood.forms import PublicForm, ReviewForm
from webapp.community.livelihood.models import LivelihoodItem
from webapp.community.livelihood.rules import ItemState

bp = Blueprint("public_livelihood", __name__, url_prefix="/public/livelihood")


@bp.get("")
@told_then
@permit("livelihood.read")
def listed() -> Response:
    """What is done for residents, the nearest first where the visitor says where they stand."""
    try:
        wish = PublicForm.of_address(request)
    except Unacceptable:
        wish = PublicForm()
    at = (wish.lon, wish.lat) if wish.lon is not None and wish.lat is not None else None
    known, moving, accepted = queries.public_counts()
    return page(
        "community/livelihood/public_list.html",
        fragment="found",
        found=queries.public_list(words=wish.q, category=wish.category, at=at, skip=wish.skip),
        wish=wish,
        at=at,
        known=known,
        moving=moving,
        accepted=accepted,
        **shown.words(),
    )


@bp.get("/<int:item_id>")
@permit("livelihood.read", of=queries.public_item)
def one(item: LivelihoodItem) -> Response:
    """One item as everybody may read it."""
    return _one(item)


@bp.post("/<int:item_id>/review")
@limiter.limit("30/hour")
@permit("livelihood.review", of=queries.public_item)
def review(item: LivelihoodItem) -> ResponseReturnValue:
    """A resident of the place says what they think of it."""
    key = item.id
    try:
        actions.review(item, ReviewForm.read(request), by=me())
    except Refusal as refusal:
        return _one(afresh(refusal, lambda: queries.public_item(key)), refusal)
    return goto("public_livelihood.one", item_id=key)


def _one(item: LivelihoodItem, refusal: Refusal | None = None) -> Response:
    who = me().id
    asked = item.state == ItemState.BUILT
    return page(
        "community/livelihood/public_one.html",
        status=refusal.status if refusal else 200,
        item=item,
        said=queries.said_of(item),
        reached=queries.reached(item.id),
        own=queries.own_review(item, who),
        asked=asked,
        lives_there=asked and who is not None and queries.lives_there(who, item.id) is not None,
        errors=refusal.fields if refusal else {},
        told=refusal.words if refusal else None,
        sent=request.form,
        **shown.words(),
    )
