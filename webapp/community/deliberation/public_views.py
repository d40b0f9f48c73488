"""Pages of topics for everybody: what is decided where, one's own vote, the count, objections, ratings."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, abort, request
from flask.typing import ResponseReturnValue

from webapp.base import agenda
from webapp.base.access import me, permit
from webapp.base.flow import Refusal, Unacceptable
from webapp.base.past import told_then
from webapp.base.security import limiter
from webapp.base.web import afresh, goto, page
from webapp.community.deliberation import (
    around,
    calendar,
    poll_queries,
    polls,
    queries,
    shown,
)
from webapp.community.deliberation.forms import (
    ListForm,
    RatingForm,
    ReceiptForm,
    VoteForm,
    WordsForm,
)
from webapp.community.deliberation.models import Topic
from webapp.community.deliberation.procedures import verdict
from webapp.community.deliberation.rules import TopicState
from webapp.grids import queries as grids

bp = Blueprint("public_topics", __name__, url_prefix="/public/topics")

OBJECTABLE = (TopicState.PUBLICISED, TopicState.OBJECTED)


def _account() -> str:
    """Whom a limit counts: a whole block may share one address."""
    return f"account {me().id}"


@bp.get("")
@told_then
@permit("topics.read")
def listed() -> Response:
    """The topics that were taken up, the newest first."""
    try:
        wish = ListForm.of_address(request)
    except Unacceptable:
        wish = ListForm()
    grid = grids.one(wish.grid) if wish.grid else None
    return page(
        "community/deliberation/public_list.html",
        fragment="found",
        found=queries.public_list(
            words=wish.q,
            level=wish.level,
            theme=wish.theme,
            grid_id=grid.id if grid else None,
            before=wish.before,
        ),
        wish=wish,
        **shown.words(),
    )


@bp.get("/<int:topic_id>")
@permit("topics.read", of=queries.public_topic)
def one(topic: Topic) -> Response:
    """One topic as everybody may read it."""
    return _one(topic)


@bp.get("/<int:topic_id>/meeting.ics")
@permit("topics.read", of=queries.public_topic)
def meeting(topic: Topic) -> Response:
    """The meeting as a calendar file."""
    if topic.meeting_at is None:
        abort(404)
    body = calendar.meeting(topic, topic.meeting_at)
    name = f'attachment; filename="topic-{topic.id}.ics"'
    return Response(body, content_type=agenda.TYPE, headers={"Content-Disposition": name})


@bp.post("/<int:topic_id>/vote")
@limiter.limit("30/hour", key_func=_account)
@permit("topics.vote", of=queries.public_topic)
def vote(topic: Topic) -> ResponseReturnValue:
    """A home votes; the code of its ballot is shown this once."""
    key = topic.id
    try:
        poll = poll_queries.current(topic.id)
        if poll is None:
            abort(404)
        code = polls.cast(poll, VoteForm.read(request).choice, by=me())
    except Refusal as refusal:
        return _one(afresh(refusal, lambda: queries.public_topic(key)), refusal)
    return _one(topic, code=code)


@bp.get("/<int:topic_id>/ballots")
@permit("topics.read", of=queries.public_topic)
def ballots(topic: Topic) -> Response:
    """The ballots of a vote that was counted, and where one's own is among them."""
    poll = poll_queries.current(topic.id)
    if poll is None or poll.counted is None:
        abort(404)
    code = ReceiptForm.of(request.args.to_dict()).code
    receipt = polls.hashed(code) if code else None
    again = poll_queries.figures(poll.id)
    return page(
        "community/deliberation/ballots.html",
        topic=topic,
        poll=poll,
        rows=poll_queries.ballots(poll),
        code=code,
        receipt=receipt,
        own=poll_queries.ballot_of(poll.id, receipt) if receipt else None,
        same=again == poll.counted and polls.digest(poll) == poll.digest,
        outcome=verdict(poll.procedure, poll.counted),
        **shown.words(),
    )


@bp.get("/<int:topic_id>/ballots.csv")
@permit("topics.read", of=queries.public_topic)
def ballots_file(topic: Topic) -> Response:
    """The ballots as text, by which anybody can count again; its SHA-256 is the published seal."""
    poll = poll_queries.current(topic.id)
    if poll is None or poll.counted is None:
        abort(404)
    name = f'attachment; filename="vote-{poll.id}.csv"'
    body = polls.published(poll)
    return Response(body, mimetype="text/csv", headers={"Content-Disposition": name})


@bp.post("/<int:topic_id>/object")
@limiter.limit("10/hour", key_func=_account)
@permit("topics.vote", of=queries.public_topic)
def object_to(topic: Topic) -> ResponseReturnValue:
    """A resident objects to a decision that is publicised."""
    return _deed(
        topic, lambda: around.object_to(topic, words=WordsForm.read(request).words, by=me())
    )


@bp.post("/<int:topic_id>/rate")
@limiter.limit("10/hour", key_func=_account)
@permit("topics.vote", of=queries.public_topic)
def rate(topic: Topic) -> ResponseReturnValue:
    """A home says how content it is with the result."""
    return _deed(topic, lambda: around.rate(topic, RatingForm.read(request), by=me()))


def _deed(topic: Topic, deed: Callable[[], object]) -> ResponseReturnValue:
    key = topic.id
    try:
        deed()
    except Refusal as refusal:
        return _one(afresh(refusal, lambda: queries.public_topic(key)), refusal)
    return goto("public_topics.one", topic_id=key)


def _one(topic: Topic, refusal: Refusal | None = None, code: str | None = None) -> Response:
    poll = poll_queries.current(topic.id)
    place = around.own_place(topic, me())
    return page(
        "community/deliberation/public_one.html",
        status=refusal.status if refusal else 200,
        topic=topic,
        poll=poll,
        taken=poll_queries.taken(poll.id) if poll else None,
        outcome=verdict(poll.procedure, poll.counted) if poll and poll.counted else None,
        place=place[0] if place else None,
        voted=place[1] if place else False,
        has_rated=place is not None and queries.has_rated(topic.id, place[0].id),
        open_now=poll is not None and polls.takes_votes(poll),
        objectable=topic.state in OBJECTABLE and not around.publicity_over(topic),
        objections=queries.objections(topic.id) if topic.publicised_on else [],
        said=queries.rated(topic.id) if topic.result else None,
        code=code,
        **_sent(refusal),
        **shown.words(),
    )


def _sent(refusal: Refusal | None) -> dict[str, Any]:
    return {
        "errors": refusal.fields if refusal else {},
        "told": refusal.words if refusal else None,
        "sent": request.form if refusal else {},
    }
