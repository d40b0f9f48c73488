"""Pages of activities for those who lead them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Blueprint, Response, current_app, request
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l

from webapp.base import audit, clock, files
from webapp.base.access import may, me, permit
from webapp.base.flow import Refusal, Unacceptable
from webapp.base.past import told_then
from webapp.base.web import afresh, goto, page, part_of_address, undone
from webapp.community.activities import actions, queries
from webapp.community.activities.forms import ListForm, PlanForm, StepForm, WalkInForm
from webapp.community.activities.models import Activity, Participation
from webapp.community.activities.rules import (
    ACTIVITY_CHIPS,
    ACTIVITY_FLOW,
    ACTIVITY_NOTES,
    KIND_WORDS,
    OPEN_KINDS,
)
from webapp.people import picture, queries as people

bp = Blueprint("activities", __name__, url_prefix="/activities")

YEAR = timedelta(days=366)


@bp.get("")
@permit("activities.list")
def listed() -> Response:
    """The activities one may see, the newest first."""
    wish = ListForm.of_address(request)
    found = queries.listed(me(), state=wish.state, kind=wish.kind, words=wish.q, before=wish.before)
    return page(
        "community/activities/list.html",
        fragment="found",
        found=found,
        wish=wish,
        counts=queries.counts(me()),
        **words(),
    )


@bp.get("/hours")
@told_then
@permit("activities.list")
def hours() -> Response:
    """What volunteers gave in a year."""
    rows = queries.volunteers(me(), clock.now() - YEAR)
    return page("community/activities/hours.html", rows=rows)


@bp.get("/new")
@permit("activities.plan")
def new() -> Response:
    """The form of an activity."""
    return _form()


@bp.post("")
@permit("activities.plan")
def plan() -> ResponseReturnValue:
    """An activity is announced."""
    try:
        activity = actions.plan([PlanForm.read(request)], by=me())[0]
    except Refusal as refusal:
        undone(refusal)
        return _form(refusal)
    if not may(me(), "activities.see", activity):
        return goto("activities.listed")
    return goto("activities.one", activity_id=activity.id)


@bp.get("/<int:activity_id>")
@permit("activities.see", of=queries.activity)
def one(activity: Activity) -> Response:
    """One activity: who takes part, its photos, its log."""
    return _one(activity)


@bp.get("/<int:activity_id>/door")
@permit("activities.lead", of=queries.open_activity)
def door(activity: Activity) -> Response:
    """The code to hang at the door, or to show on a screen."""
    address = f"{current_app.extensions['settings'].address}/activities/here/{activity.door}"
    code = picture.of(address)
    return page("community/activities/door.html", activity=activity, code=code, address=address)


@bp.post("/<int:activity_id>/<any(hold, cancel):name>")
@permit("activities.see", of=lambda activity_id, name: queries.activity(activity_id))
def step(activity: Activity) -> ResponseReturnValue:
    """It has taken place, or does not."""
    name, key = part_of_address("name"), activity.id
    deed = actions.hold if name == "hold" else actions.cancel
    try:
        form = StepForm.read(request)
        deed(activity, note=form.note, by=me(), base_version=form.base_version)
    except Refusal as refusal:
        return _refused(key, refusal, name)
    return goto("activities.one", activity_id=key)


@bp.post("/<int:activity_id>/photos")
@permit("activities.lead", of=queries.activity)
def add_photo(activity: Activity) -> ResponseReturnValue:
    """A photo of it is kept."""
    key = activity.id
    upload = request.files.get("photo")
    try:
        if upload is None or not upload.filename:
            told = _l("Choose a photo.")
            raise Unacceptable(told, fields={"photo": told})
        actions.add_photo(activity, files.keep_picture(upload.stream, by=me()), by=me())
    except Refusal as refusal:
        return _refused(key, refusal, "photo")
    return goto("activities.one", activity_id=key)


@bp.post("/<int:activity_id>/walk-in")
@permit("activities.lead", of=queries.open_activity)
def walk_in(activity: Activity) -> ResponseReturnValue:
    """Somebody without an account came."""
    key = activity.id
    try:
        form = WalkInForm.read(request)
        actions.walk_in(activity, name=form.name, volunteer=form.volunteer)
    except Refusal as refusal:
        return _refused(key, refusal, "walk_in")
    return goto("activities.one", activity_id=key)


@bp.post("/came/<int:participation_id>")
@permit("activities.lead", of=queries.participation)
def tick(found: Participation) -> ResponseReturnValue:
    """Somebody who signed up has come."""
    key = found.activity_id
    try:
        actions.tick(found)
    except Refusal as refusal:
        return _refused(key, refusal, "tick")
    return goto("activities.one", activity_id=key)


def words() -> dict[str, Any]:
    """The words that every page of activities needs."""
    return {
        "activity_flow": ACTIVITY_FLOW,
        "activity_chips": ACTIVITY_CHIPS,
        "activity_kinds": KIND_WORDS,
        "open_kinds": OPEN_KINDS,
        "notes": ACTIVITY_NOTES,
        "now": clock.now(),
    }


def told(refusal: Refusal | None) -> dict[str, Any]:
    """What a page says of a refusal."""
    return {
        "errors": refusal.fields if refusal else {},
        "told": refusal.words if refusal else None,
        "sent": request.form,
        "status": refusal.status if refusal else 200,
    }


def _form(refusal: Refusal | None = None) -> Response:
    return page("community/activities/new.html", **told(refusal), **words())


def _refused(activity_id: int, refusal: Refusal, tried: str) -> Response:
    again = afresh(refusal, lambda: queries.activity(activity_id), right="activities.see")
    return _one(again, refusal, tried)


def _one(activity: Activity, refusal: Refusal | None = None, tried: str | None = None) -> Response:
    events = list(reversed(audit.history(ACTIVITY_FLOW.kind, activity.id)))
    return page(
        "community/activities/one.html",
        activity=activity,
        moves=ACTIVITY_FLOW.open_moves(activity, me()),
        leads=may(me(), "activities.lead", activity),
        people=queries.taking_part(activity.id) if activity.kind in OPEN_KINDS else [],
        events=events,
        names=people.named_in(events),
        tried=tried,
        **told(refusal),
        **words(),
    )
