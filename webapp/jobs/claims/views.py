"""Pages of claims: the form of a new one, and the one who decides."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue
from pydantic import Field

from webapp.base.access import me, permit
from webapp.base.datum import Datum
from webapp.base.flow import Refusal
from webapp.base.web import Form, afresh, goto, page, undone
from webapp.jobs.claims import actions, queries
from webapp.jobs.claims.actions import Said
from webapp.jobs.claims.models import Claim
from webapp.jobs.claims.rules import CHIPS, CLAIM_FLOW
from webapp.jobs.forms import StepForm
from webapp.people.rules import PREMISES_WORDS, Premises

bp = Blueprint("claims", __name__, url_prefix="/jobs/claims")


class ClaimForm(Form):
    """What somebody says of the enterprise they act for."""

    name: str = Field(min_length=2, max_length=120)
    credit_code: str = Field(min_length=1, max_length=40)
    premises: Premises
    address: str = Field(min_length=2, max_length=200)
    contact_post: str = Field(min_length=1, max_length=80)
    contact_phone: str = Field(min_length=3, max_length=40)
    lon: float = Field(ge=-180, le=180, allow_inf_nan=False)
    lat: float = Field(ge=-90, le=90, allow_inf_nan=False)
    datum: Datum = Datum.WGS84


@bp.get("/new")
@permit("jobs.claim")
def new() -> Response:
    """The form of somebody who acts for an enterprise."""
    return _form()


@bp.post("/new")
@permit("jobs.claim")
def make() -> ResponseReturnValue:
    """The claim waits to be looked at."""
    try:
        actions.make(Said(**ClaimForm.read(request).model_dump()), by=me())
    except Refusal as refusal:
        undone(refusal)
        return _form(refusal)
    return goto("firms.listed")


@bp.get("/<int:claim_id>")
@permit("jobs.claim_see", of=queries.claim)
def one(claim: Claim) -> Response:
    """A claim: what was said, what is known, and the decision."""
    return _one(claim)


@bp.post("/<int:claim_id>/grant")
@permit("jobs.claim_decide", of=queries.claim)
def grant(claim: Claim) -> ResponseReturnValue:
    """The enterprise is an employer now."""

    def deed(form: StepForm) -> ResponseReturnValue:
        employer = actions.grant(claim, by=me(), base_version=form.base_version)
        return goto("firms.one", employer_id=employer.id)

    return _step(claim, deed)


@bp.post("/<int:claim_id>/refuse")
@permit("jobs.claim_decide", of=queries.claim)
def refuse(claim: Claim) -> ResponseReturnValue:
    """The claim is refused, with a reason."""

    def deed(form: StepForm) -> ResponseReturnValue:
        actions.refuse(claim, note=form.note, by=me(), base_version=form.base_version)
        return goto("job_desk.firms")

    return _step(claim, deed)


@bp.post("/<int:claim_id>/withdraw")
@permit("jobs.claim_own", of=queries.claim)
def withdraw(claim: Claim) -> ResponseReturnValue:
    """The claim is taken back."""

    def deed(form: StepForm) -> ResponseReturnValue:
        actions.withdraw(claim, by=me(), base_version=form.base_version)
        return goto("firms.listed")

    return _step(claim, deed)


def _step(claim: Claim, deed: Callable[[StepForm], ResponseReturnValue]) -> ResponseReturnValue:
    key = claim.id
    try:
        return deed(StepForm.read(request))
    except Refusal as refusal:
        return _one(afresh(refusal, lambda: queries.claim(key), right="jobs.claim_see"), refusal)


def _form(refusal: Refusal | None = None) -> Response:
    return page(
        "jobs/claims/new.html",
        status=refusal.status if refusal else 200,
        sent=request.form,
        errors=refusal.fields if refusal else {},
        told=refusal.words if refusal else None,
        kinds=PREMISES_WORDS,
    )


def _one(claim: Claim, refusal: Refusal | None = None) -> Response:
    return page(
        "jobs/claims/one.html",
        status=refusal.status if refusal else 200,
        claim=claim,
        known=queries.known_as(claim),
        moves=CLAIM_FLOW.open_moves(claim, me()),
        flow=CLAIM_FLOW,
        chips=CHIPS,
        kinds=PREMISES_WORDS,
        sent=request.form,
        errors=refusal.fields if refusal else {},
        told=refusal.words if refusal else None,
    )
