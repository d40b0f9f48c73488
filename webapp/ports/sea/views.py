"""Pages of what is heard of vessels: receivers, whoever nobody knows, and from when on it is an alarm."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l

from webapp.base.access import me, permit
from webapp.base.flow import Refusal
from webapp.base.web import goto, page
from webapp.people import queries as people
from webapp.people.forms import again
from webapp.ports.sea import actions, queries, receiving
from webapp.ports.sea.forms import LimitsForm
from webapp.ports.sea.rules import LIMIT_BOUNDS, LIMIT_WORDS, STAND_CHIPS, STAND_WORDS

bp = Blueprint("sea", __name__)

DONE = {"set": _l("Limits laid down")}


@bp.get("/ports/receivers")
@permit("receivers.see")
def receivers() -> Response:
    """Where positions come from, how much of what kind, and the vessels that nobody registered."""
    return page(
        "ports/receivers.html",
        found=queries.receivers(),
        set_up=receiving.stands(),
        stand_words=STAND_WORDS,
        stand_chips=STAND_CHIPS,
        strange=queries.strange(),
    )


@bp.get("/ports/alarm-limits")
@permit("ports.see")
def limits() -> Response:
    """From when on what happens at sea is an alarm."""
    return page("ports/alarm_limits.html", errors={}, **_limits())


@bp.post("/ports/alarm-limits")
@permit("ports.keep")
def set_limits() -> ResponseReturnValue:
    """The limits are laid down."""
    try:
        said = LimitsForm.read(request)
        actions.set_limits(said.limits(), base_version=said.version, by=me())
    except Refusal as refusal:
        return again("ports/alarm_limits.html", refusal, **_limits())
    return goto("sea.limits")


def _limits() -> dict[str, Any]:
    events = people.recent_events(actions.KIND, 1)
    return {
        "limits": asdict(queries.limits()),
        "version": queries.limits_version(),
        "words": LIMIT_WORDS,
        "bounds": LIMIT_BOUNDS,
        "events": events,
        "names": people.named_in(events),
        "done": DONE,
    }
