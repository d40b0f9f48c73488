"""Pages of postings: one with its marked words and steps, its form, its candidates, its hires."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, abort, request
from flask.typing import ResponseReturnValue

from webapp.base import clock
from webapp.base.access import may, me, permit
from webapp.base.deeds import DeedPage
from webapp.base.flow import Refusal
from webapp.base.web import afresh, goto, page, part_of_address
from webapp.jobs import (
    explained,
    introductions,
    meeting_queries as meetings,
    postings,
    queries,
    shown,
)
from webapp.jobs.forms import OfferForm, SeekerForm, StepForm, kept
from webapp.jobs.matching import Matcher
from webapp.jobs.models import Employer, Posting
from webapp.jobs.rules import INTRODUCTION_FLOW, POSTING_FLOW, STAFF, Origin, PostingState
from webapp.people import days

bp = Blueprint("postings", __name__, url_prefix="/jobs/postings")
bp.add_app_template_filter(shown.flag_words)
bp.add_app_template_filter(shown.marked)

CANDIDATES = 30

# What each step of a posting takes of the form beside the version.
STEPS: dict[str, Callable[[StepForm], dict[str, Any]]] = {
    "submit": lambda form: {},
    "publish": lambda form: {"decided": form.decided},
    "reject": lambda form: {"note": form.note},
    "pause": lambda form: {},
    "resume": lambda form: {},
    "close": lambda form: {"note": form.note},
    "withdraw": lambda form: {},
}


@bp.get("/<int:posting_id>")
@permit("jobs.posting", of=queries.posting)
def one(posting: Posting) -> Response:
    """A posting as its employer and the staff see it, with marked words beside the text."""
    return _posting(posting)


@bp.get("/<int:posting_id>/edit")
@permit("jobs.post", of=queries.posting)
def edit(posting: Posting) -> Response:
    """The form of a posting."""
    return form_page(posting.employer, posting)


@bp.post("/<int:posting_id>/edit")
@permit("jobs.post", of=queries.posting)
def change(posting: Posting) -> ResponseReturnValue:
    """The posting is changed."""
    key = posting.id
    try:
        form = OfferForm.read(request)
        postings.change(posting, form.offer(), base_version=form.base_version, by=me())
    except Refusal as refusal:
        again = afresh(refusal, lambda: queries.posting(key))
        return form_page(again.employer, again, refusal)
    return goto("postings.one", posting_id=key)


@bp.post(f"/<int:posting_id>/<any({', '.join(STEPS)}):name>")
@permit("jobs.posting", of=lambda posting_id, name: queries.posting(posting_id))
def step(posting: Posting) -> ResponseReturnValue:
    """A step of a posting."""
    name = part_of_address("name")

    def deed() -> None:
        form = StepForm.read(request)
        postings.MOVES[name](posting, by=me(), base_version=form.base_version, **STEPS[name](form))

    return _PAGE.after(name, deed)


@bp.post("/<int:posting_id>/confirm")
@permit("jobs.post", of=queries.posting)
def confirm(posting: Posting) -> ResponseReturnValue:
    """Somebody made sure that the posting still holds."""
    return _PAGE.after("confirm", lambda: postings.confirm(posting, by=me()))


@bp.post("/<int:posting_id>/outside")
@permit("jobs.hire", of=queries.posting)
def outside(posting: Posting) -> ResponseReturnValue:
    """An opening is filled by somebody who was found elsewhere."""

    def deed() -> None:
        words = StepForm.read(request).words or ""
        introductions.hire_outside(posting, words=words, by=me())

    return _PAGE.after("outside", deed)


@bp.get("/<int:posting_id>/candidates")
@permit("jobs.hire", of=queries.posting)
def candidates(posting: Posting) -> Response:
    """Who fits the posting, the best first; nobody is named who has not agreed to it."""
    return _candidates(posting)


@bp.post("/<int:posting_id>/invite")
@permit("jobs.hire", of=queries.posting)
def invite(posting: Posting) -> ResponseReturnValue:
    """Somebody who fits is asked whether they are interested."""
    key = posting.id
    try:
        seeker = queries.seeker(SeekerForm.read(request).seeker_id)
        if seeker is None:
            abort(404)
        staff = me().holds(STAFF) and not may(me(), "jobs.firm", posting)
        origin = Origin.STAFF if staff else Origin.EMPLOYER
        introductions.invite(seeker, posting, by=me(), origin=origin)
    except Refusal as refusal:
        again = afresh(refusal, lambda: queries.posting(key), right="jobs.hire")
        return _candidates(again, refusal)
    return goto("postings.candidates", posting_id=key)


def form_page(
    employer: Employer, posting: Posting | None, refusal: Refusal | None = None
) -> Response:
    """The form of a posting, with what was sent and with the words that are marked in it."""
    firm = employer.enterprise
    sent: dict[str, Any] = {}
    if refusal is not None:
        sent = kept(request)
    elif posting is not None:
        sent = {name: getattr(posting, name, None) for name in OfferForm.model_fields}
        sent |= {"lon": posting.raw_lon, "lat": posting.raw_lat, "base_version": posting.version}
    else:
        sent = {
            "address": firm.address,
            "contact_post": employer.contact_post,
            "contact_phone": employer.contact_phone,
            "openings": 1,
            "week_hours": 40,
            "lon": firm.raw_lon,
            "lat": firm.raw_lat,
            "datum": firm.datum,
        }
    return page(
        "jobs/offer.html",
        status=refusal.status if refusal else 200,
        employer=employer,
        posting=posting,
        sent=sent,
        flags=posting.flags if posting and not refusal else _flags(sent),
        errors=refusal.fields if refusal else {},
        told=refusal.words if refusal else None,
        kinds=shown.choices(queries.occupations()),
        today=days.today(),
        last=postings.LONGEST_DAYS,
        **shown.words(),
    )


def _flags(sent: dict[str, Any]) -> list[dict[str, Any]]:
    names = ("title", "duties", "rest", "must_skills")
    return postings.wording_flags(**{name: str(sent.get(name) or "") for name in names})


def _posting(
    posting: Posting, refusal: Refusal | None = None, tried: str | None = None
) -> Response:
    return page(
        "jobs/posting.html",
        status=refusal.status if refusal else 200,
        posting=posting,
        moves=POSTING_FLOW.open_moves(posting, me()),
        flow=POSTING_FLOW,
        hires=meetings.hires_of(posting.id),
        visits=meetings.visits_of(posting.id),
        interested=queries.interested([posting.id]).get(posting.id, 0),
        stale=posting.state == PostingState.OPEN
        and (posting.confirmed_at is None or posting.confirmed_at < queries.old()),
        events=meetings.events("job_posting", posting.id),
        sent=request.form,
        errors=refusal.fields if refusal else {},
        told=refusal.words if refusal else None,
        tried=tried,
        now=clock.now(),
        **shown.words(),
    )


def _candidates(posting: Posting, refusal: Refusal | None = None) -> Response:
    matches = Matcher().for_posting(posting)
    called = shown.called()
    met = meetings.introductions_of_posting(posting.id)
    fresh = [each for each in matches if each.introduction is None]
    return page(
        "jobs/candidates.html",
        status=refusal.status if refusal else 200,
        posting=posting,
        met=met,
        fresh=[(each, explained.bars(each.degree, called)) for each in fresh[:CANDIDATES]],
        total=len(fresh),
        flow=INTRODUCTION_FLOW,
        kinds=called,
        told=refusal.words if refusal else None,
        **shown.words(),
    )


_PAGE = DeedPage("postings.one", ("posting_id",), queries.posting, "jobs.posting", _posting)
