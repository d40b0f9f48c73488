"""Pages of employers: the enterprises one acts for, their people and postings, a new posting."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, Response, abort, request
from flask.typing import ResponseReturnValue

from webapp.base.access import me, permit
from webapp.base.flow import Refusal
from webapp.base.web import afresh, goto, page, part_of_address
from webapp.jobs import desk_queries as desk, employers, postings, queries, shown
from webapp.jobs.claims import queries as claims
from webapp.jobs.claims.rules import CHIPS, CLAIM_FLOW
from webapp.jobs.forms import OfferForm, StepForm, WhoForm
from webapp.jobs.models import Employer
from webapp.jobs.posting_views import form_page
from webapp.jobs.rules import POSTING_FLOW

bp = Blueprint("firms", __name__, url_prefix="/jobs/firms")


@bp.get("")
@permit("jobs.firms")
def listed() -> Response:
    """The enterprises I act for, and how one comes to act for one."""
    firms = desk.firms_of(me())
    return page(
        "jobs/firms.html",
        firms=firms,
        counts=desk.openings_by_employer(each.id for each in firms),
        claims=claims.of_account(me().id),
        claim_flow=CLAIM_FLOW,
        claim_chips=CHIPS,
        **shown.words(),
    )


@bp.get("/<int:employer_id>")
@permit("jobs.employer", of=desk.employer)
def one(employer: Employer) -> Response:
    """An employer: its postings, its people, and when it was looked at."""
    return _firm(employer)


@bp.post("/<int:employer_id>/members")
@permit("jobs.employer", of=desk.employer)
def add_member(employer: Employer) -> ResponseReturnValue:
    """An account acts for the employer from now on."""
    return _changed(employer, lambda: _add(employer))


@bp.post("/<int:employer_id>/members/<int:member_id>/remove")
@permit("jobs.employer", of=lambda employer_id, member_id: desk.employer(employer_id))
def remove_member(employer: Employer) -> ResponseReturnValue:
    """An account acts for the employer no more."""
    key = int(part_of_address("member_id"))
    found = next((each for each in employer.members if each.id == key), None)
    if found is None:
        abort(404)
    return _changed(employer, lambda: employers.remove_member(found, by=me()))


@bp.post("/<int:employer_id>/verify")
@permit("jobs.verify", of=desk.employer)
def verify(employer: Employer) -> ResponseReturnValue:
    """Somebody has looked at the enterprise and at who acts for it."""
    note = StepForm.read(request).note
    return _changed(employer, lambda: employers.verify(employer, note=note, by=me()))


@bp.get("/<int:employer_id>/new")
@permit("jobs.employer", of=desk.employer)
def new(employer: Employer) -> Response:
    """The form of a new posting."""
    return form_page(employer, None)


@bp.post("/<int:employer_id>/new")
@permit("jobs.employer", of=desk.employer)
def write(employer: Employer) -> ResponseReturnValue:
    """A draft is written."""
    employer_id = employer.id
    try:
        made = postings.draft(employer, OfferForm.read(request).offer(), by=me())
    except Refusal as refusal:
        return form_page(afresh(refusal, lambda: desk.employer(employer_id)), None, refusal)
    return goto("postings.one", posting_id=made.id)


def _add(employer: Employer) -> None:
    employers.add_named(employer, WhoForm.read(request).who, by=me())


def _changed(employer: Employer, deed: Callable[[], None]) -> ResponseReturnValue:
    key = employer.id
    try:
        deed()
    except Refusal as refusal:
        again = afresh(refusal, lambda: desk.employer(key), right="jobs.employer")
        return _firm(again, refusal)
    return goto("firms.one", employer_id=key)


def _firm(employer: Employer, refusal: Refusal | None = None) -> Response:
    return page(
        "jobs/firm.html",
        status=refusal.status if refusal else 200,
        employer=employer,
        firm=employer.enterprise,
        rows=desk.postings_of(employer.id),
        members=[each for each in employer.members if each.until is None],
        stale=employer.verified_at is None or employer.verified_at < queries.old(),
        flow=POSTING_FLOW,
        sent=request.form,
        errors=refusal.fields if refusal else {},
        told=refusal.words if refusal else None,
        **shown.words(),
    )
