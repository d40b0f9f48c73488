"""The page of the weights by which somebody is looked for: laid down, tried on an example, taken back."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _, lazy_gettext as _l

from webapp.base.access import me, permit
from webapp.base.flow import Refusal, Unacceptable
from webapp.base.web import goto, page
from webapp.cases.weighing import actions, comparing, queries
from webapp.cases.weighing.forms import TakeBackForm, WeightsForm
from webapp.cases.weights import BOUNDS, FACTORS, USUAL
from webapp.grids import queries as grids
from webapp.people import queries as people
from webapp.people.forms import again

bp = Blueprint("weighing", __name__, url_prefix="/dispatch/weights")

DONE = {"set": _l("Weights laid down"), "usual": _l("Back to the usual weights")}


@bp.get("")
@permit("weights.see")
def weights() -> Response:
    """What counts how much now, and what was changed."""
    return page("cases/weighing/weights.html", errors={}, sent={}, **_weights())


@bp.post("")
@permit("weights.change")
def lay_down() -> ResponseReturnValue:
    """The weights count from now on; or, asked for a try, both orders stand side by side and nothing changes."""
    try:
        said = WeightsForm.read(request)
        if request.form.get("try"):
            return _tried(said)
        actions.lay_down(said.weights(), base_version=said.version, by=me())
    except Refusal as refusal:
        return again("cases/weighing/weights.html", refusal, **_weights())
    return goto("weighing.weights")


@bp.post("/usual")
@permit("weights.change")
def take_back() -> ResponseReturnValue:
    """The usual weights count again."""
    try:
        actions.take_back(base_version=TakeBackForm.read(request).version, by=me())
    except Refusal as refusal:
        return again("cases/weighing/weights.html", refusal, **_weights())
    return goto("weighing.weights")


def _tried(said: Any) -> Response:
    then = actions.checked(said.weights())
    call = comparing.call_for(said.example, me())
    if call is None:
        words = _l("Choose an example.")
        raise Unacceptable(words, fields={"example": words})
    return page(
        "cases/weighing/weights.html",
        errors={},
        sent=request.form,
        **_weights(),
        tried=comparing.compared(call, queries.in_force(), then, me()),
    )


def _weights() -> dict[str, Any]:
    events = people.recent_events(actions.KIND, 1)
    values = asdict(queries.in_force())
    return {
        "values": values,
        "usual": asdict(USUAL),
        "is_usual": values == asdict(USUAL),
        "bounds": BOUNDS,
        "factors": FACTORS,
        "version": queries.version(),
        "examples": _examples(),
        "events": events,
        "names": people.named_in(events),
        "done": DONE,
    }


def _examples() -> list[tuple[str, str]]:
    """What it can be tried on: the cases that go on, those of alarms too, then an emergency in each grid."""
    cases = [
        (
            f"case:{each.id}",
            f"{each.number} · {each.case_class.name} · {each.grid.name if each.grid else '–'}",
        )
        for each in queries.examples(me())
    ]
    return cases + [
        (f"grid:{each.id}", _("An emergency in the middle of %(grid)s", grid=each.name))
        for each in grids.living()
    ]
