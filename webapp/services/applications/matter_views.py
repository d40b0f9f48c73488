"""My matters: the list, one with its timeline, the supplement, the result, the rating."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, abort, redirect, request, url_for
from flask.typing import ResponseReturnValue
from pydantic import Field

from webapp.base import clock
from webapp.base.access import me, permit, public
from webapp.base.deeds import DeedPage
from webapp.base.flow import Refusal
from webapp.base.web import Form, page, part_of_address
from webapp.services.applications import (
    actions,
    asking,
    paper_views,
    queries,
    ratings,
    result,
    shown,
    steps,
)
from webapp.services.applications.apply_views import keep_papers
from webapp.services.applications.forms import ApplyForm, StepForm, nonempty
from webapp.services.applications.models import Application
from webapp.services.applications.rules import (
    APPLICATION_FLOW,
    CHANNEL_WORDS,
    DELIVERED_WORDS,
    KEPT_WORDS,
    LEVELS,
    MANDATED_WORDS,
    MINE,
    State,
)
from webapp.services.items.rules import STEP_WORDS

bp = Blueprint("matters", __name__, url_prefix="/my-matters")

# What the applicant does, and what each deed takes of the form.
DEEDS: dict[str, tuple[Callable[..., Any], tuple[str, ...]]] = {
    "submit": (actions.submit, ()),
    "answer_supplement": (actions.answer_supplement, ("note",)),
    "withdraw": (actions.withdraw, ("note",)),
    "rate": (ratings.rate, ("rating", "words")),
}


class PagedForm(Form):
    """Where in the list."""

    before: int | None = Field(default=None, ge=1)


@bp.get("")
@public("leads to the sign-in by phone, and then to one's own matters")
def listed() -> ResponseReturnValue:
    """What I have applied for, newest first; whoever has not signed in does so by phone."""
    who = me()
    if who.id is None:
        return redirect(url_for("people.phone", next=url_for("matters.listed")), 303)
    found = queries.mine(who, before=PagedForm.of(nonempty(request.args)).before)
    return page(
        "services/matters.html",
        rows=found.rows,
        after=found.after,
        flow=APPLICATION_FLOW,
        lamp=shown.lamp,
    )


@bp.get("/<int:application_id>")
@permit(MINE, of=queries.one)
def one(application: Application) -> Response:
    """One of my matters: where it stands, what I am asked, when it will be done."""
    return _page(application)


@bp.post("/<int:application_id>/answers")
@permit(MINE, of=queries.one)
def change(application: Application) -> ResponseReturnValue:
    """Answers and papers are changed; what is left empty of the personal ones stays as it was."""

    def deed() -> None:
        form = ApplyForm.of(nonempty(request.form.to_dict()))
        if any(name.startswith(asking.FIELD) for name in request.form):
            kept = asking.unsealed(application.sealed)
            before = {asking.FIELD + key: value for key, value in kept.items()}
            sent = {**before, **nonempty(request.form.to_dict())}
            grid = form.grid or application.grid_id
            actions.change(application, by=me(), sent=sent, grid_id=grid)
        keep_papers(application)

    return _PAGE.after("change", deed)


@bp.post(f"/<int:application_id>/<any({', '.join(DEEDS)}):name>")
@permit(MINE, of=lambda application_id, name: queries.one(application_id))
def step(application: Application) -> ResponseReturnValue:
    """A step of the applicant: submit, supplement, withdraw, rate."""
    name = part_of_address("name")

    def deed() -> None:
        form = StepForm.read(request)
        if name in ("submit", "answer_supplement"):
            keep_papers(application)
        do, wanted = DEEDS[name]
        given = {each: getattr(form, each) for each in wanted}
        if name not in ("submit", "answer_supplement"):
            given["base_version"] = form.base_version
        do(application, by=me(), **given)

    return _PAGE.after(name, deed)


@bp.post("/<int:application_id>/papers/<int:material_id>")
@permit(MINE, of=lambda application_id, material_id: queries.one(application_id))
def look(application: Application) -> Response:
    """A paper I have brought; the log says that I looked."""
    back = f"/my-matters/{application.id}"
    material_id = int(part_of_address("material_id"))
    return paper_views.shown_to(application, material_id, purpose=None, back=back)


@bp.get("/<int:application_id>/result.pdf")
@permit("applications.see", of=queries.one)
def download(application: Application) -> Response:
    """The paper of the result, with the code by which it is verified."""
    if application.result_code is None:
        abort(404)
    return result.as_pdf(application)


def _page(
    application: Application, refusal: Refusal | None = None, tried: str | None = None
) -> Response:
    who = me()
    rules = application.item.said
    editable = application.state in (State.DRAFT, State.SUPPLEMENT)
    keys = [each.key for each in rules.materials]
    return page(
        "services/matter.html",
        status=refusal.status if refusal else 200,
        application=application,
        item=application.item,
        rules=rules,
        moves=steps.open_to(application, who),
        flow=APPLICATION_FLOW,
        lamp=shown.lamp(application),
        steps=shown.steps_of(application),
        step_words=STEP_WORDS,
        expected=shown.forecast_of(application, queries.pace(application.item.item_id)),
        moment=shown.moment,
        answers=shown.answers_of(application),
        events=[
            (event, name)
            for event, name in queries.events(application.id)
            if event.move not in shown.QUIET
        ],
        event_words=shown.event_words,
        to_applicant=shown.TO_APPLICANT,
        editable=editable,
        communities=queries.grids_by_community() if application.state == State.DRAFT else [],
        on_file=queries.on_file(application.applicant_id, keys) if editable else {},
        kept_words=KEPT_WORDS,
        channel_words=CHANNEL_WORDS,
        mandated=MANDATED_WORDS,
        delivered=DELIVERED_WORDS,
        levels=LEVELS,
        sent=request.form,
        errors=refusal.fields if refusal else _missing(application),
        told=refusal.words if refusal else None,
        tried=tried,
        now=clock.now(),
    )


def _missing(application: Application) -> dict[str, Any]:
    """What a draft still lacks, where the page is shown after a try to submit it."""
    if not request.args.get("tried") or application.state != State.DRAFT:
        return {}
    return actions.lacking(application)


_PAGE = DeedPage("matters.one", ("application_id",), queries.one, MINE, _page)
