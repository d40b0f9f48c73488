"""Pages of activities for residents: what there is, signing up, the code at the door, one's own hours."""

from __future__ import annotations

from flask import Blueprint, Response, abort, request
from flask.typing import ResponseReturnValue

from webapp.base import clock, files
from webapp.base.access import me, permit
from webapp.base.flow import Refusal
from webapp.base.past import told_then
from webapp.base.security import limiter
from webapp.base.web import afresh, goto, page, undone
from webapp.community.activities import actions, queries
from webapp.community.activities.forms import SignUpForm
from webapp.community.activities.models import Activity, ActivityPhoto
from webapp.community.activities.rules import OPEN_KINDS
from webapp.community.activities.views import told, words

bp = Blueprint("public_activities", __name__)


@bp.get("/public/activities")
@told_then
@permit("activities.read")
def listed() -> Response:
    """What is ahead, and what took place last."""
    return page(
        "community/activities/public_list.html",
        ahead=queries.ahead(clock.now()),
        lately=queries.held_lately(),
        **words(),
    )


@bp.get("/public/activities/<int:activity_id>")
@permit("activities.read", of=queries.open_activity)
def one(activity: Activity) -> Response:
    """One activity, and how one takes part."""
    return _one(activity)


@bp.post("/public/activities/<int:activity_id>/sign-up")
@limiter.limit("60/hour")
@permit("activities.take_part", of=queries.open_activity)
def sign_up(activity: Activity) -> ResponseReturnValue:
    """Somebody wants to come."""
    key = activity.id
    try:
        actions.sign_up(activity, volunteer=SignUpForm.read(request).volunteer, by=me())
    except Refusal as refusal:
        return _one(afresh(refusal, lambda: queries.open_activity(key)), refusal)
    return goto("public_activities.one", activity_id=key)


@bp.post("/public/activities/<int:activity_id>/sign-off")
@permit("activities.take_part", of=queries.open_activity)
def sign_off(activity: Activity) -> ResponseReturnValue:
    """Somebody does not come after all."""
    key = activity.id
    try:
        actions.sign_off(activity, by=me())
    except Refusal as refusal:
        return _one(afresh(refusal, lambda: queries.open_activity(key)), refusal)
    return goto("public_activities.one", activity_id=key)


@bp.get("/public/activities/photos/<int:photo_id>")
@permit("activities.read", of=queries.photo)
def photo(found: ActivityPhoto) -> Response:
    """A photo of an activity that everybody may read."""
    if found.activity.kind not in OPEN_KINDS:
        abort(404)
    return files.answer(found.file)


@bp.get("/activities/here/<code>")
@permit("activities.take_part", of=queries.by_door)
def here(activity: Activity) -> Response:
    """What the code at the door opens."""
    return _here(activity)


@bp.post("/activities/here/<code>")
@limiter.limit("60/hour")
@permit("activities.take_part", of=queries.by_door)
def come(activity: Activity) -> ResponseReturnValue:
    """Whoever read the code is there."""
    try:
        actions.come(activity, by=me())
    except Refusal as refusal:
        undone(refusal)
        return _here(activity, refusal)
    return goto("public_activities.here", code=activity.door)


@bp.get("/activities/mine")
@permit("activities.take_part")
def mine() -> Response:
    """What one signed up for, and the hours one gave."""
    key = me().id or 0
    return page(
        "community/activities/mine.html",
        rows=queries.mine(key),
        hours=queries.hours_of(key),
        **words(),
    )


def _one(activity: Activity, refusal: Refusal | None = None) -> Response:
    own = queries.own(activity.id, me().id)
    return page(
        "community/activities/public_one.html",
        activity=activity,
        own=own,
        **told(refusal),
        **words(),
    )


def _here(activity: Activity, refusal: Refusal | None = None) -> Response:
    own = queries.own(activity.id, me().id)
    return page(
        "community/activities/here.html",
        activity=activity,
        own=own,
        **told(refusal),
        **words(),
    )
