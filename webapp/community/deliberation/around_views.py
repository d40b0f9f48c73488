"""What staff do with a topic beside its moves: decisions before the vote, things to do, answers, its item."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from webapp.base.access import me, permit
from webapp.base.flow import Refusal
from webapp.base.web import afresh, goto
from webapp.community.deliberation import actions, around, queries, views
from webapp.community.deliberation.forms import (
    DoneForm,
    FollowUpForm,
    StageForm,
    StepForm,
    WordsForm,
)
from webapp.community.deliberation.models import FollowUp, Objection, Topic

bp = Blueprint("topic_parts", __name__, url_prefix="/topics")


@bp.post("/<int:topic_id>/stages")
@permit("topics.lead", of=queries.topic)
def hold_stage(topic: Topic) -> ResponseReturnValue:
    """A decision before the vote was taken."""
    return _deed(
        topic.id, "stage", lambda: around.hold_stage(topic, StageForm.read(request), by=me())
    )


@bp.post("/<int:topic_id>/follow-ups")
@permit("topics.lead", of=queries.topic)
def add_follow_up(topic: Topic) -> ResponseReturnValue:
    """The topic has something to do."""
    return _deed(
        topic.id, "to_do", lambda: around.add_follow_up(topic, FollowUpForm.read(request), by=me())
    )


@bp.post("/follow-ups/<int:follow_up_id>")
@permit("topics.lead", of=queries.follow_up)
def finish(follow_up: FollowUp) -> ResponseReturnValue:
    """Something was done."""
    return _deed(
        follow_up.topic_id,
        "done",
        lambda: around.finish(follow_up, on=DoneForm.read(request).done_on, by=me()),
    )


@bp.post("/objections/<int:objection_id>")
@permit("topics.lead", of=queries.objection)
def answer(objection: Objection) -> ResponseReturnValue:
    """An objection is answered."""
    return _deed(
        objection.topic_id,
        f"answer-{objection.id}",
        lambda: around.answer(objection, words=WordsForm.read(request).words, by=me()),
    )


@bp.post("/<int:topic_id>/item")
@permit("topics.lead", of=queries.topic)
def to_item(topic: Topic) -> ResponseReturnValue:
    """What was decided becomes a livelihood item."""

    def deed() -> None:
        actions.to_item(topic, by=me(), base_version=StepForm.read(request).base_version)

    return _deed(topic.id, "item", deed)


def _deed(topic_id: int, tried: str, deed: Callable[[], object]) -> ResponseReturnValue:
    try:
        deed()
    except Refusal as refusal:
        again = afresh(refusal, lambda: queries.topic(topic_id), right="topics.see")
        return views.shown_one(again, refusal, tried)
    return goto("topics.one", topic_id=topic_id)
