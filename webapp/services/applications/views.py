"""Applications for staff: the inbox by remaining time, the desks, one with all its steps."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue

from webapp.base import clock
from webapp.base.access import may, me, permit
from webapp.base.flow import Refusal, Unacceptable
from webapp.base.past import told_then
from webapp.base.web import PurposeForm, afresh, goto, page, part_of_address
from webapp.services.applications import (
    actions,
    materials,
    paper_views,
    queries,
    ratings,
    shown,
    steps,
    timing,
)
from webapp.services.applications.forms import (
    ListForm,
    SeenForm,
    StepForm,
    VisitForm,
    nonempty,
)
from webapp.services.applications.models import Application, ServiceRating
from webapp.services.applications.rules import (
    APPLICATION_FLOW,
    AT_STATION,
    CHANNEL_WORDS,
    DECIDED,
    DELIVERED_WORDS,
    ENDED,
    GRID_STAFF,
    KEPT_WORDS,
    LEVELS,
    MANDATED_WORDS,
    RATING_FLOW,
)
from webapp.services.items import queries as items
from webapp.services.items.rules import STEP_WORDS

bp = Blueprint("applications", __name__, url_prefix="/applications")

# What each move asks for beside the version.
DEEDS: dict[str, tuple[Callable[..., Any], tuple[str, ...]]] = {
    "accept": (actions.accept, ("note",)),
    "ask_supplement": (actions.ask_supplement, ("lacking",)),
    "return": (actions.give_back, ("note", "where")),
    "to_village": (actions.forward, ("note",)),
    "to_station": (actions.forward, ("note",)),
    "to_street": (actions.forward, ("note",)),
    "to_district": (actions.forward, ("note",)),
    "publish": (actions.publish, ("note",)),
    "approve": (actions.approve, ("note",)),
    "refuse": (actions.refuse, ("note", "law", "remedy")),
    "deliver": (actions.deliver, ("way", "note")),
}

# Steps of the applicant stand on the page of their own matter.
_OF_APPLICANT = frozenset(("submit", "answer_supplement", "withdraw", "rate", "expire"))


@bp.get("")
@permit("applications.list")
def listed() -> Response:
    """What waits for me, the least time left first; or all that I may see, open or ended."""
    wish, who = ListForm.of(nonempty(request.args.to_dict())), me()
    if wish.show == "waiting":
        rows, after = queries.waiting(who), None
    else:
        found = queries.listed(who, ended=wish.show == "ended", words=wish.q, before=wish.before)
        rows, after = list(found.rows), found.after
    return page(
        "services/inbox.html",
        fragment="found",
        rows=rows,
        after=after,
        wish=wish,
        counts=queries.counted(who),
        **_words(),
    )


@bp.get("/desk")
@permit("applications.assist")
def desk() -> Response:
    """The agent's desk: apply for somebody, what I brought, what waits, visits at home."""
    who = me()
    return page(
        "services/agent.html",
        brought=queries.brought(who),
        rows=queries.waiting(who),
        visits=queries.visits(who),
        counts=queries.counted(who),
        items=items.listed(),
        **_words(),
    )


@bp.get("/station")
@permit("applications.head")
def station() -> Response:
    """The desk of the station head: what is late, ratings to mend, visits to arrange, how it goes."""
    who = me()
    poor = queries.poor_ratings(who)
    return page(
        "services/station.html",
        rows=queries.waiting(who),
        poor=poor,
        visits=queries.visits(who),
        counts=queries.counted(who),
        handled=queries.handled(who),
        rating_moves={each.id: RATING_FLOW.open_moves(each, who) for each in poor},
        rating_flow=RATING_FLOW,
        **_words(),
    )


@bp.get("/figures")
@told_then
@permit("applications.figures")
def figures() -> Response:
    """What the matters handled so far amount to, and what the catalogue promises."""
    return page(
        "services/figures.html", handled=queries.handled(), catalogue=items.catalogue(), **_words()
    )


@bp.get("/<int:application_id>")
@permit("applications.see", of=queries.one)
def one(application: Application) -> Response:
    """One application: answers, papers, history, and the steps that are open to me."""
    return _page(application)


@bp.post(f"/<int:application_id>/<any({', '.join(DEEDS)}):name>")
@permit("applications.see", of=lambda application_id, name: queries.one(application_id))
def step(application: Application) -> ResponseReturnValue:
    """A step of the house."""
    name = part_of_address("name")

    def do() -> None:
        form = StepForm.read(request)
        deed, wanted = DEEDS[name]
        given = {each: getattr(form, each) for each in wanted}
        deed(application, by=me(), base_version=form.base_version, **given)

    return _done(application, name, do)


@bp.post("/<int:application_id>/originals")
@permit("applications.take_in", of=queries.one)
def original_seen(application: Application) -> ResponseReturnValue:
    """The original of a paper was seen."""

    def do() -> None:
        materials.original_seen(application, SeenForm.read(request).paper, by=me())

    return _done(application, "seen", do)


@bp.post("/<int:application_id>/visit")
@permit("applications.visit", of=queries.one)
def visit(application: Application) -> ResponseReturnValue:
    """Somebody comes to the applicant's home."""

    def do() -> None:
        form = VisitForm.read(request)
        chosen = next((each for each in _visitors(application) if each.id == form.visitor), None)
        if chosen is None:
            words = actions.CHOOSE_VISITOR
            raise Unacceptable(words, fields={"visitor": words})
        actions.arrange_visit(application, at=form.at, visitor=chosen, by=me())

    return _done(application, "visit", do)


@bp.post("/<int:application_id>/visited")
@permit("applications.visit", of=queries.one)
def visited(application: Application) -> ResponseReturnValue:
    """Somebody was at the applicant's home."""

    def do() -> None:
        actions.visited(application, by=me(), note=StepForm.read(request).note)

    return _done(application, "visited", do)


@bp.post("/<int:application_id>/personal")
@permit("applications.reveal", of=queries.one)
def reveal(application: Application) -> ResponseReturnValue:
    """The personal answers, once, for whoever says what for."""
    application_id = application.id
    try:
        purpose = PurposeForm.read(request).purpose
    except Refusal as refusal:
        return _refused(application_id, refusal, "reveal")
    personal = actions.reveal(application, purpose=purpose, by=me())
    answer = _page(application, personal=personal)
    answer.headers["Cache-Control"] = "no-store"
    return answer


@bp.post("/<int:application_id>/papers/<int:material_id>")
@permit("applications.reveal", of=lambda application_id, material_id: queries.one(application_id))
def look(application: Application) -> ResponseReturnValue:
    """A paper, once, for whoever says what for."""
    application_id, material_id = application.id, int(part_of_address("material_id"))
    try:
        purpose = PurposeForm.read(request).purpose
    except Refusal as refusal:
        return _refused(application_id, refusal, f"look-{material_id}")
    back = f"/applications/{application_id}"
    return paper_views.shown_to(application, material_id, purpose=purpose, back=back)


@bp.post("/<int:application_id>/mandate")
@permit("applications.reveal", of=queries.one)
def look_at_mandate(application: Application) -> ResponseReturnValue:
    """The page of the mandate, once, for whoever says what for."""
    application_id = application.id
    try:
        purpose = PurposeForm.read(request).purpose
    except Refusal as refusal:
        return _refused(application_id, refusal, "look-mandate")
    back = f"/applications/{application_id}"
    return paper_views.mandate_shown(application, purpose=purpose, back=back)


@bp.post(f"/ratings/<int:rating_id>/<any({', '.join(ratings.MOVES)}):name>")
@permit("service_ratings.see", of=lambda rating_id, name: queries.rating(rating_id))
def mend(rating: ServiceRating) -> ResponseReturnValue:
    """A poor rating is called back, or rectified."""
    name, application_id = part_of_address("name"), rating.application_id
    try:
        form = StepForm.read(request)
        ratings.MOVES[name](rating, by=me(), note=form.note, base_version=form.base_version)
    except Refusal as refusal:
        return _refused(application_id, refusal, name)
    return goto("applications.one", application_id=application_id)


def _words() -> dict[str, Any]:
    return {
        "flow": APPLICATION_FLOW,
        "lamp": shown.lamp,
        "used": timing.part_used,
        "step_words": STEP_WORDS,
        "kept_words": KEPT_WORDS,
        "channel_words": CHANNEL_WORDS,
        "mandated": MANDATED_WORDS,
        "delivered": DELIVERED_WORDS,
        "levels": LEVELS,
        "now": clock.now(),
    }


def _visitors(application: Application) -> list[Any]:
    found = queries.staff_of(application.station_id, AT_STATION)
    known = {each.id for each in found}
    grid = queries.accounts(queries.grid_staff_of(application.grid_id, GRID_STAFF))
    return [*found, *(each for each in grid if each.id not in known)]


def _page(
    application: Application,
    refusal: Refusal | None = None,
    tried: str | None = None,
    personal: dict[str, Any] | None = None,
) -> Response:
    who = me()
    moves = steps.open_to(application, who)
    rating = application.rating
    open_ = application.state not in (*DECIDED, *ENDED)
    wanted = application.home_service and application.ended_at is None
    arranges = wanted and may(who, "applications.visit", application)
    return page(
        "services/application.html",
        status=refusal.status if refusal else 200,
        application=application,
        item=application.item,
        rules=application.item.said,
        moves={name: each for name, each in moves.items() if name not in _OF_APPLICANT},
        mine=may(who, "applications.mine", application),
        steps=shown.steps_of(application),
        part_used=timing.part_used(application, clock.now()) if application.submitted_at else 0,
        answers=shown.answers_of(application, personal),
        personal=personal,
        reveals=may(who, "applications.reveal", application),
        takes_in=open_ and may(who, "applications.take_in", application),
        arranges=arranges,
        visitors=[(each.id, each.name) for each in _visitors(application)] if arranges else [],
        rating=rating,
        rating_moves=RATING_FLOW.open_moves(rating, who) if rating else {},
        rating_flow=RATING_FLOW,
        events=queries.events(application.id),
        event_words=shown.event_words,
        sent=request.form,
        errors=refusal.fields if refusal else {},
        told=refusal.words if refusal else None,
        tried=tried,
        **_words(),
    )


def _done(application: Application, tried: str, do: Callable[[], None]) -> ResponseReturnValue:
    application_id = application.id
    try:
        do()
    except Refusal as refusal:
        return _refused(application_id, refusal, tried)
    return goto("applications.one", application_id=application_id)


def _refused(application_id: int, refusal: Refusal, tried: str) -> Response:
    again = afresh(refusal, lambda: queries.one(application_id), right="applications.see")
    return _page(again, refusal, tried)
