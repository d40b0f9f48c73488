"""Pages of visits to households: what is due near me, one visit, how often whom."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request, url_for
from flask.typing import ResponseReturnValue

from webapp.base import clock
from webapp.base.access import may, me, permit
from webapp.base.flow import Refusal
from webapp.base.past import told_then
from webapp.base.web import goto, page, part_of_address
from webapp.people import days, steps
from webapp.people.forms import again
from webapp.people.outdoors import VISIT_M, ConflictForm
from webapp.residents import follow_ups, shown, visit_queries as queries, visits
from webapp.residents.forms import HomeVisitForm, IntervalForm, NearForm
from webapp.residents.models import HomeVisit
from webapp.residents.rules import KEY_GROUPS
from webapp.residents.visit_rules import (
    CARD_DAYS,
    CHIPS,
    HOME_VISIT_FLOW,
    MANNER_WORDS,
    NEED_WORDS,
    TRIES,
    Need,
)

bp = Blueprint("home_visits", __name__)

# Each step of the page with the moves it may become, and what it takes of the form.
DEEDS: dict[str, tuple[Any, tuple[str, ...], tuple[str, ...]]] = {
    "done": (visits.make, ("done",), ("note", "stood", "manner", "needs")),
    "knock": (visits.knock, ("knock", "not_home"), ("note", "stood")),
    "refuse": (visits.refuse, ("refuse",), ("note",)),
}


@bp.get("/home-visits")
@told_then
@permit("home_visits.see")
def listed() -> Response:
    """Visits that are due soon: the nearest first where the phone said where it is."""
    wish = NearForm.of(request.args.to_dict())
    near = (wish.lon, wish.lat) if wish.lon is not None and wish.lat is not None else None
    return page(
        "households/visits.html",
        due=queries.due(me(), near=near),
        near=near,
        home=shown.home,
        today=days.today(),
        tries=TRIES,
        now=clock.now(),
    )


@bp.get("/home-visits/<int:visit_id>")
@permit("home_visits.see", of=queries.home_visit)
def one(visit: HomeVisit) -> Response:
    """One visit: the door, the tries, what was found."""
    return page("households/visit.html", **_visit(visit))


@bp.post("/home-visits/<int:visit_id>/<any(done, knock, refuse):name>")
@permit("home_visits.see", of=lambda visit_id, name: queries.home_visit(visit_id))
def move(visit: HomeVisit) -> ResponseReturnValue:
    """One step of the visit, done once however often the phone sends it."""
    deed, names, wanted = DEEDS[part_of_address("name")]
    return steps.step(
        HOME_VISIT_FLOW, visit, names, deed, wanted, _page_of(visit), form_of=HomeVisitForm
    )


@bp.post("/home-visits/<int:visit_id>/conflict")
@permit("home_visits.see", of=queries.home_visit)
def conflict(visit: HomeVisit) -> ResponseReturnValue:
    """A step of the visit gave way to what somebody else had done; the log says so, without its words."""
    form = ConflictForm.read(request)
    form.note = None
    return steps.settle(HOME_VISIT_FLOW, visit, form, _page_of(visit))


@bp.get("/home-visits/intervals")
@permit("home_visits.intervals")
def intervals() -> Response:
    """How often each key group is visited."""
    return page("households/intervals.html", **_intervals(), errors={}, sent={})


@bp.post("/home-visits/intervals")
@permit("home_visits.set")
def set_interval() -> ResponseReturnValue:
    """A key group is visited so often."""
    try:
        visits.set_interval(IntervalForm.read(request), by=me())
    except Refusal as refusal:
        return again("households/intervals.html", refusal, **_intervals())
    return goto("home_visits.intervals")


def _page_of(visit: HomeVisit) -> str:
    return url_for("home_visits.one", visit_id=visit.id)


def _visit(visit: HomeVisit) -> dict[str, Any]:
    who = me()
    building = visit.household.dwelling.building
    needs = [Need(each) for each in visit.needs]
    return {
        "visit": visit,
        "building": building,
        "before": [each for each in queries.visits_of(visit.household_id) if each.id != visit.id],
        "makes": may(who, "home_visits.make", visit)
        and "done" in HOME_VISIT_FLOW.open_moves(visit, who),
        "ways": follow_ups.ways(needs, building.lonlat),
        "found": [str(NEED_WORDS[each]) for each in needs],
        "home": shown.home,
        "flow": HOME_VISIT_FLOW,
        "chips": CHIPS,
        "manners": MANNER_WORDS,
        "needs": NEED_WORDS,
        "tries": TRIES,
        "card_days": CARD_DAYS,
        "near_m": VISIT_M,
        "now": clock.now(),
    }


def _intervals() -> dict[str, Any]:
    groups = {kind: each.words for kind, each in KEY_GROUPS.items()}
    return {"intervals": queries.intervals(), "groups": groups}
