"""Pages of topics for staff: the list, a new one, one with its moves."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l

from webapp.base import audit, files
from webapp.base.access import may, me, permit
from webapp.base.files import StoredFile
from webapp.base.flow import Refusal
from webapp.base.web import afresh, goto, page, part_of_address, undone
from webapp.community.deliberation import actions, queries, shown
from webapp.community.deliberation.actions import Step
from webapp.community.deliberation.forms import ListForm, StepForm, TopicForm
from webapp.community.deliberation.models import Topic
from webapp.community.deliberation.rules import PUBLIC, TOPIC_FLOW
from webapp.grids import queries as grids
from webapp.people import queries as people
from webapp.residents import queries as residents

bp = Blueprint("topics", __name__, url_prefix="/topics")


@bp.get("")
@permit("topics.list")
def listed() -> Response:
    """The topics one may see, in lanes, the newest first."""
    wish = ListForm.of({name: value for name, value in request.args.items() if value})
    grid = grids.one(wish.grid) if wish.grid else None
    found = queries.listed(
        me(),
        lane=wish.lane,
        words=wish.q,
        level=wish.level,
        theme=wish.theme,
        grid_id=grid.id if grid else None,
        before=wish.before,
    )
    return page(
        "community/deliberation/list.html",
        fragment="found",
        found=found,
        wish=wish,
        grid=grid,
        grids=grids.living(),
        counts=queries.counts(me()),
        **shown.words(),
    )


@bp.get("/new")
@permit("topics.propose")
def new() -> Response:
    """The form of a topic."""
    return _form()


@bp.post("")
@permit("topics.propose")
def propose() -> ResponseReturnValue:
    """A topic is proposed."""
    try:
        topic = actions.propose(TopicForm.read(request), by=me())
    except Refusal as refusal:
        undone(refusal)
        return _form(refusal)
    if not may(me(), "topics.see", topic):
        return goto("topics.listed")
    return goto("topics.one", topic_id=topic.id)


@bp.get("/<int:topic_id>")
@permit("topics.see", of=queries.topic)
def one(topic: Topic) -> Response:
    """One topic: what it is about, its moves and its log."""
    return _one(topic)


@bp.post(f"/<int:topic_id>/<any({', '.join(TOPIC_FLOW.moves)}):name>")
@permit("topics.see", of=lambda topic_id, name: queries.topic(topic_id))
def step(topic: Topic) -> ResponseReturnValue:
    """A step of a topic is made."""
    name, key = part_of_address("name"), topic.id
    try:
        form = StepForm.read(request)
        actions.step(topic, name, _said(form), by=me(), base_version=form.base_version)
    except Refusal as refusal:
        again = afresh(refusal, lambda: queries.topic(key), right="topics.see")
        return _one(again, refusal, name)
    return goto("topics.one", topic_id=key)


def _said(form: StepForm) -> Step:
    return Step(
        note=form.note,
        words=form.words,
        level=form.level,
        procedure=form.procedure,
        building=residents.building(form.building) if form.building else None,
        within_m=form.within_m,
        into=queries.topic(form.into) if form.into else None,
        meeting_at=form.meeting_at,
        meeting_place=form.meeting_place,
        closes_at=form.closes_at,
        secret=form.secret,
        online=form.online,
        days=form.days,
        file=_photo(),
    )


def _photo() -> StoredFile | None:
    upload = request.files.get("photo")
    return files.keep_picture(upload.stream, by=me()) if upload and upload.filename else None


def _form(refusal: Refusal | None = None) -> Response:
    return page(
        "community/deliberation/new.html",
        status=refusal.status if refusal else 200,
        **_sent(refusal),
        **shown.words(),
    )


def _one(topic: Topic, refusal: Refusal | None = None, tried: str | None = None) -> Response:
    events = list(reversed(audit.history(TOPIC_FLOW.kind, topic.id)))
    moves = TOPIC_FLOW.open_moves(topic, me())
    levelled = "set_level" in moves or "send_down" in moves
    return page(
        "community/deliberation/one.html",
        status=refusal.status if refusal else 200,
        topic=topic,
        moves=moves,
        is_public=topic.state in PUBLIC,
        buildings=_choices(queries.buildings_of(topic)) if levelled else [],
        others=_choices(queries.others_near(topic)) if "merge" in moves else [],
        events=events,
        names=people.named_in(events),
        tried=tried,
        **_sent(refusal),
        **shown.words(),
    )


def _choices(rows: Any) -> list[tuple[Any, Any]]:
    return [("", _l("Choose")), *((each.id, _called(each)) for each in rows)]


def _called(each: Any) -> str:
    return f"{each.number} {each.title}" if isinstance(each, Topic) else each.name


def _sent(refusal: Refusal | None) -> dict[str, Any]:
    return {
        "errors": refusal.fields if refusal else {},
        "told": refusal.words if refusal else None,
        "sent": request.form,
    }
