"""Pages of recalls: who is called back, who has not answered, the answer of the skipper."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue

from webapp.base.access import may, me, permit
from webapp.base.flow import Refusal
from webapp.base.past import told_then
from webapp.base.web import PurposeForm, goto, page
from webapp.monitoring.weather import queries as weather
from webapp.monitoring.weather.rules import beaufort
from webapp.people.forms import again
from webapp.ports import actions, queries, recalling
from webapp.ports.forms import RecallForm
from webapp.ports.models import Recall, RecallCall
from webapp.ports.rules import RECALL_CHIPS, RECALL_FLOW

bp = Blueprint("recalls", __name__)


@bp.get("/recalls")
@told_then
@permit("recalls.see")
def listed() -> Response:
    """The recalls, and the form of a new one."""
    return page("ports/recalls.html", errors={}, sent={}, **_listed())


@bp.post("/recalls")
@permit("recalls.call")
def create() -> ResponseReturnValue:
    """Vessels are called back, or more of them."""
    try:
        made = recalling.call_back(RecallForm.read(request), by=me())
    except Refusal as refusal:
        return again("ports/recalls.html", refusal, **_listed())
    return goto("recalls.one", recall_id=made.id)


@bp.get("/recalls/<int:recall_id>")
@permit("recalls.see", of=queries.recall)
def one(recall: Recall) -> Response:
    """Who was called back, and who has not answered."""
    return page("ports/recall.html", fragment="called", **_one(recall), errors={}, sent={})


@bp.post("/recalls/<int:recall_id>/lift")
@permit("recalls.call", of=queries.recall)
def lift(recall: Recall) -> ResponseReturnValue:
    """The recall is lifted."""
    recalling.lift(recall, by=me())
    return goto("recalls.one", recall_id=recall.id)


@bp.post("/recalls/calls/<int:call_id>/acknowledge")
@permit("recalls.answer", of=queries.call)
def acknowledge(call: RecallCall) -> ResponseReturnValue:
    """Somebody says for the vessel that they know."""
    recalling.acknowledge(call, by=me())
    if may(me(), "recalls.see"):
        return goto("recalls.one", recall_id=call.recall_id)
    return goto("voyages.mine")


@bp.post("/recalls/calls/<int:call_id>/reveal")
@permit("vessels.reveal", of=queries.call)
def reveal(call: RecallCall) -> ResponseReturnValue:
    """The whole phone number of the vessel, for a purpose that stands in the log from now on."""
    recall = call.recall
    try:
        phone = actions.reveal(call.vessel, purpose=PurposeForm.read(request).purpose, by=me())
    except Refusal as refusal:
        return again("ports/recall.html", refusal, asked=call.id, **_one(recall))
    phones = {call.id: phone}
    answer = page("ports/recall.html", **_one(recall), phones=phones, errors={}, sent={})
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _listed() -> dict[str, Any]:
    known = weather.wind_at(None).speed
    limits = [limit for port in queries.at_sea_by_port() for limit in port.limits]
    return {
        "found": queries.recalls(),
        "winds": queries.winds(),
        "wind": known,
        "force": beaufort(known.value) if known else None,
        # From each force on: how many vessels it would call that no recall calls yet.
        "would_call": [
            (force, sum(1 for each in limits if each <= force)) for force in sorted(set(limits))
        ],
        **_words(),
    }


def _one(recall: Recall) -> dict[str, Any]:
    found = queries.calls(recall.id)
    out = [call for call, voyage in found if voyage is not None]
    figures = {
        "called": len(found),
        "waiting": sum(call.acknowledged_at is None for call in out),
        "coming": sum(call.acknowledged_at is not None for call in out),
        "back": len(found) - len(out),
    }
    return {"recall": recall, "found": found, "figures": figures, **_words()}


def _words() -> dict[str, Any]:
    return {"states": RECALL_FLOW.states, "chips": RECALL_CHIPS}
