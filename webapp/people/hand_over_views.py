"""Hand-overs: the list of papers, one paper to read, sign and print."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue
from pydantic import Field

from webapp.base.access import me, permit
from webapp.base.flow import Refusal
from webapp.base.web import Form, goto, page, part_of_address
from webapp.people import handover, queries
from webapp.people.forms import again
from webapp.people.models import HandOver
from webapp.people.post_views import named
from webapp.people.rules import HAND_OVER_FLOW, HandOverState

bp = Blueprint("hand_overs", __name__, url_prefix="/people/hand-overs")

OPEN = (HandOverState.DRAFT, HandOverState.GIVEN)


class NoteForm(Form):
    """A few words, and the version of the paper that was read."""

    note: str | None = Field(default=None, max_length=2000)
    version: int | None = None


class TakerForm(Form):
    """Who is to take over."""

    to: str = Field(max_length=80)


@bp.get("")
@permit("people.self")
def listed() -> Response:
    """Hand-overs that concern me, or all of them for those who look after people."""
    done = request.args.get("state") == HandOverState.TAKEN
    found = queries.hand_overs(
        me(),
        states=(HandOverState.TAKEN,) if done else OPEN,
        before=request.args.get("before", type=int),
    )
    return page("people/hand_overs.html", found=found, done=done)


@bp.get("/<int:hand_over_id>")
@permit("people.hand_over_see", of=queries.hand_over)
def one(paper: HandOver) -> Response:
    """One paper: the brief, both signatures, the next step."""
    return page("people/hand_over.html", errors={}, sent={}, **_one(paper))


@bp.post("/<int:hand_over_id>/brief")
@permit("people.hand_over_give", of=queries.hand_over)
def renew(paper: HandOver) -> ResponseReturnValue:
    """The brief says what is open now, and what the giver has to add."""
    try:
        handover.renew(paper, note=NoteForm.read(request).note, by=me())
    except Refusal as refusal:
        return again("people/hand_over.html", refusal, **_one(paper))
    return goto("hand_overs.one", hand_over_id=paper.id)


@bp.post("/<int:hand_over_id>/taker")
@permit("people.hand_over_for", of=queries.hand_over)
def name_taker(paper: HandOver) -> ResponseReturnValue:
    """Somebody is to take over."""
    try:
        handover.name_taker(paper, named(TakerForm.read(request).to), by=me())
    except Refusal as refusal:
        return again("people/hand_over.html", refusal, **_one(paper))
    return goto("hand_overs.one", hand_over_id=paper.id)


@bp.post(f"/<int:hand_over_id>/<any({', '.join(handover.MOVES)}):name>")
@permit("people.hand_over_see", of=lambda hand_over_id, name: queries.hand_over(hand_over_id))
def move(paper: HandOver) -> ResponseReturnValue:
    """The paper takes its next step, by whoever may take it."""
    try:
        form = NoteForm.read(request)
        made = handover.MOVES[part_of_address("name")]
        made(paper, note=form.note, by=me(), base_version=form.version)
    except Refusal as refusal:
        return again("people/hand_over.html", refusal, **_one(paper))
    return goto("hand_overs.one", hand_over_id=paper.id)


def _one(paper: HandOver) -> dict[str, Any]:
    events = queries.recent_events("hand_over", paper.id)
    return {
        "paper": paper,
        "place": handover.place_of(paper.post),
        "moves": HAND_OVER_FLOW.open_moves(paper, me()),
        "events": events,
        "names": queries.named_in(events),
    }
