"""Pages of topics for staff: the list, a new one, one with its moves."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, request
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l

from webapp.base import audit, clock, files
from webapp.base.access import may, me, permit
from webapp.base.db import db
from webapp.base.files import StoredFile
from webapp.base.flow import Refusal
from webapp.base.web import afresh, goto, page, part_of_address, undone
from webapp.community.deliberation import actions, around, poll_queries, queries, shown
from webapp.community.deliberation.forms import ListForm, StepForm, TopicForm
from webapp.community.deliberation.models import Topic
from webapp.community.deliberation.poll_models import Poll
from webapp.community.deliberation.procedures import PROCEDURES, Stage, verdict
from webapp.community.deliberation.rules import PUBLIC, PUBLICITY_DAYS, TOPIC_FLOW
from webapp.community.deliberation.steps import Step
from webapp.grids import queries as grids
from webapp.people import queries as people
from webapp.residents import queries as residents

bp = Blueprint("topics", __name__, url_prefix="/topics")

# Votes are counted and objections raised elsewhere.
STEPS = [name for name in TOPIC_FLOW.moves if name not in ("pass_vote", "fail_vote", "object")]


@bp.get("")
@permit("topics.list")
def listed() -> Response:
    """The topics one may see, in lanes, the newest first."""
    wish = ListForm.of_address(request)
    grid = grids.one(wish.grid) if wish.grid else None
    found = queries.listed(
        me(),
        lane=wish.show,
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
    return shown_one(topic)


@bp.post(f"/<int:topic_id>/<any({', '.join(STEPS)}):name>")
@permit("topics.see", of=lambda topic_id, name: queries.topic(topic_id))
def step(topic: Topic) -> ResponseReturnValue:
    """A step of a topic is made."""
    name, key = part_of_address("name"), topic.id
    try:
        form = StepForm.read(request)
        actions.step(topic, name, _said(form), by=me(), base_version=form.base_version)
    except Refusal as refusal:
        again = afresh(refusal, lambda: queries.topic(key), right="topics.see")
        return shown_one(again, refusal, name)
    return goto("topics.one", topic_id=key)


@bp.get("/<int:topic_id>/photos/<any(minutes, result):which>")
@permit("topics.read", of=lambda topic_id, which: queries.public_topic(topic_id))
def photo(topic: Topic) -> Response:
    """The picture of the minutes, or of the result."""
    minutes = part_of_address("which") == "minutes"
    key = topic.minutes_file_id if minutes else topic.result_file_id
    file = db.session.get(StoredFile, key) if key is not None else None
    if file is None or (minutes and not may(me(), "topics.see", topic)):
        abort(404)
    return files.answer(file)


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


def shown_one(topic: Topic, refusal: Refusal | None = None, tried: str | None = None) -> Response:
    """The page of one topic, with what was refused."""
    events = list(reversed(audit.history(TOPIC_FLOW.kind, topic.id)))
    moves = TOPIC_FLOW.open_moves(topic, me())
    levelled = "set_level" in moves or "send_down" in moves
    poll = poll_queries.current(topic.id)
    taken = poll_queries.taken(poll.id) if poll else None
    leads = may(me(), "topics.lead", topic)
    by_area = topic.procedure and PROCEDURES[topic.procedure].by_area
    return page(
        "community/deliberation/one.html",
        status=refusal.status if refusal else 200,
        topic=topic,
        moves=moves,
        leads=leads,
        is_public=topic.state in PUBLIC,
        buildings=_choices(queries.buildings_of(topic)) if levelled else [],
        others=_choices(queries.others_near(topic)) if "merge" in moves else [],
        no_area=poll_queries.buildings_without_area(topic)
        if "announce" in moves and by_area
        else [],
        poll=poll,
        taken=taken,
        countable=poll is not None and _countable(poll, taken),
        outcome=verdict(poll.procedure, poll.counted) if poll and poll.counted else None,
        objections=queries.objections(topic.id) if topic.publicised_on else [],
        said=queries.rated(topic.id) if topic.result else None,
        stages_left=_stages_left(topic),
        to_do=leads and topic.state in around.TO_DO,
        day_choices=[
            (each, each) for each in PUBLICITY_DAYS if poll is None or each >= poll.procedure.days
        ],
        events=events,
        names=people.named_in(events),
        tried=tried,
        **_sent(refusal),
        **shown.words(),
    )


def _countable(poll: Poll, taken: poll_queries.Taken | None) -> bool:
    """True once the closing time is over, or everybody has voted."""
    over = poll.closes_at is not None and poll.closes_at <= clock.now()
    return over or (taken is not None and taken.took_part == taken.roll)


def _stages_left(topic: Topic) -> list[Stage]:
    held = {each.stage for each in topic.stages}
    stages = PROCEDURES[topic.procedure].stages if topic.procedure else ()
    return [each for each in stages if each not in held]


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
