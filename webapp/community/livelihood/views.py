"""Pages of livelihood items for staff: the list, a new one, one with its moves and milestones."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, request
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l

from webapp.base import audit, files
from webapp.base.access import may, me, permit
from webapp.base.db import db
from webapp.base.files import StoredFile
from webapp.base.flow import Refusal
from webapp.base.web import afresh, goto, page, part_of_address, undone
from webapp.cases import queries as cases
from webapp.community.livelihood import actions, queries, shown
from webapp.community.livelihood.actions import Step
from webapp.community.livelihood.forms import (
    ChangeForm,
    ItemForm,
    ListForm,
    MilestoneForm,
    ReachedForm,
    StepForm,
)
from webapp.community.livelihood.models import LivelihoodItem, Milestone
from webapp.community.livelihood.rules import CHANGEABLE, LIVELIHOOD_FLOW, PUBLIC
from webapp.grids import queries as grids
from webapp.people import days, queries as people

bp = Blueprint("livelihood", __name__, url_prefix="/livelihood")

# These steps bring a photo.
WITH_PHOTO = ("build", "finish")


@bp.get("")
@permit("livelihood.list")
def listed() -> Response:
    """The items one may see, in lanes, the newest first."""
    wish = ListForm.of_address(request)
    grid = grids.one(wish.grid) if wish.grid else None
    found = queries.listed(
        me(),
        today=days.today(),
        lane=wish.lane,
        words=wish.q,
        category=wish.category,
        unit_id=wish.unit,
        grid_id=grid.id if grid else None,
        before=wish.before,
    )
    return page(
        "community/livelihood/list.html",
        fragment="found",
        found=found,
        wish=wish,
        grid=grid,
        grids=grids.living(),
        departments=cases.departments(),
        counts=queries.counts(me(), days.today()),
        **shown.words(),
    )


@bp.get("/new")
@permit("livelihood.collect")
def new() -> Response:
    """The form of an item that residents asked for."""
    return _form()


@bp.post("")
@permit("livelihood.collect")
def collect() -> ResponseReturnValue:
    """The item is written down."""
    try:
        item = actions.collect([ItemForm.read(request)], by=me())[0]
    except Refusal as refusal:
        undone(refusal)
        return _form(refusal)
    if not may(me(), "livelihood.see", item):
        return goto("livelihood.listed")
    return goto("livelihood.one", item_id=item.id)


@bp.get("/<int:item_id>")
@permit("livelihood.see", of=queries.item)
def one(item: LivelihoodItem) -> Response:
    """One item: whom it is for, its milestones, what residents say, its moves and its log."""
    return _one(item)


@bp.get("/<int:item_id>/change")
@permit("livelihood.change", of=queries.item)
def changing(item: LivelihoodItem) -> Response:
    """The form of an item that is not chosen yet, as it stands."""
    return _form(item=item)


@bp.post("/<int:item_id>/change")
@permit("livelihood.change", of=queries.item)
def change(item: LivelihoodItem) -> ResponseReturnValue:
    """An item that is not chosen yet says something else."""
    key = item.id
    try:
        form = ChangeForm.read(request)
        actions.change(item, form, by=me(), base_version=form.base_version)
    except Refusal as refusal:
        again = afresh(refusal, lambda: queries.item(key), right="livelihood.change")
        return _form(refusal, item=again)
    return goto("livelihood.one", item_id=key)


@bp.post(f"/<int:item_id>/<any({', '.join(LIVELIHOOD_FLOW.moves)}):name>")
@permit("livelihood.see", of=lambda item_id, name: queries.item(item_id))
def step(item: LivelihoodItem) -> ResponseReturnValue:
    """A step of an item is made."""
    name, key = part_of_address("name"), item.id
    try:
        form = StepForm.read(request)
        said = Step(
            note=form.note,
            unit=people.unit(form.unit) if form.unit else None,
            due_on=form.due_on,
            cost=form.cost,
            paid_from=form.paid_from,
            photo=_photo() if name in WITH_PHOTO else None,
        )
        actions.step(item, name, said, by=me(), base_version=form.base_version)
    except Refusal as refusal:
        return _refused(key, refusal, name)
    return goto("livelihood.one", item_id=key)


@bp.post("/<int:item_id>/milestones")
@permit("livelihood.carry", of=queries.item)
def add_milestone(item: LivelihoodItem) -> ResponseReturnValue:
    """The item has one milestone more."""
    key = item.id
    try:
        form = MilestoneForm.read(request)
        actions.add_milestone(item, words=form.words, plan_on=form.plan_on, by=me())
    except Refusal as refusal:
        return _refused(key, refusal, "plan")
    return goto("livelihood.one", item_id=key)


@bp.post("/milestones/<int:milestone_id>")
@permit("livelihood.carry", of=queries.milestone)
def reach(milestone: Milestone) -> ResponseReturnValue:
    """A milestone was reached."""
    key = milestone.item_id
    try:
        form = ReachedForm.read(request)
        actions.reach([milestone], on=form.done_on, by=me())
    except Refusal as refusal:
        return _refused(key, refusal, "reach")
    return goto("livelihood.one", item_id=key)


@bp.get("/<int:item_id>/photos/<any(before, after):which>")
@permit("livelihood.read", of=lambda item_id, which: queries.item(item_id))
def photo(item: LivelihoodItem) -> Response:
    """How it looked before, or after."""
    key = item.before_photo_id if part_of_address("which") == "before" else item.after_photo_id
    file = db.session.get(StoredFile, key) if key is not None else None
    if file is None or item.state not in PUBLIC:
        abort(404)
    return files.answer(file)


def _photo() -> StoredFile | None:
    upload = request.files.get("photo")
    return files.keep_picture(upload.stream, by=me()) if upload and upload.filename else None


def _form(refusal: Refusal | None = None, *, item: LivelihoodItem | None = None) -> Response:
    said = _said(refusal)
    chosen = request.form.getlist("grids", type=int)
    if item is not None and refusal is None:
        lon, lat = item.lonlat or ("", "")
        said["sent"] = {
            "title": item.title,
            "words": item.words,
            "category": item.category,
            "lon": lon,
            "lat": lat,
        }
        chosen = [grid.id for grid in item.grids]
    return page(
        "community/livelihood/new.html",
        status=refusal.status if refusal else 200,
        item=item,
        below=grids.by_community(),
        chosen=chosen,
        **said,
        **shown.words(),
    )


def _refused(item_id: int, refusal: Refusal, tried: str) -> Response:
    again = afresh(refusal, lambda: queries.item(item_id), right="livelihood.see")
    return _one(again, refusal, tried)


def _one(
    item: LivelihoodItem, refusal: Refusal | None = None, tried: str | None = None
) -> Response:
    who = me()
    events = list(reversed(audit.history(LIVELIHOOD_FLOW.kind, item.id)))
    moves = LIVELIHOOD_FLOW.open_moves(item, who)
    return page(
        "community/livelihood/one.html",
        status=refusal.status if refusal else 200,
        item=item,
        moves=moves,
        changes=item.state in CHANGEABLE and may(who, "livelihood.change", item),
        carries=may(who, "livelihood.carry", item),
        said=queries.said_of(item),
        reached=queries.reached(item.id),
        departments=_choices() if "choose" in moves else [],
        is_public=item.state in PUBLIC,
        events=events,
        names=people.named_in(events),
        tried=tried,
        **_said(refusal),
        **shown.words(),
    )


def _choices() -> list[tuple[Any, Any]]:
    return [("", _l("Choose")), *((unit.id, unit.name) for unit in cases.departments())]


def _said(refusal: Refusal | None) -> dict[str, Any]:
    return {
        "errors": refusal.fields if refusal else {},
        "told": refusal.words if refusal else None,
        "sent": request.form,
    }
