"""Pages of the staff: a fair in advance with the price of a full one, and what became of recommendations."""

from __future__ import annotations

from enum import StrEnum

from flask import Blueprint, Response, request
from flask_babel import lazy_gettext as _l
from pydantic import Field

from webapp.base.access import me, permit
from webapp.base.flow import Refusal
from webapp.base.past import told_then
from webapp.base.web import Form, page
from webapp.jobs import foreseen, shown
from webapp.jobs.calibration import ENOUGH, Step

bp = Blueprint("job_fair", __name__, url_prefix="/jobs/desk")

STEP_WORDS = {
    Step.PUSHED: _l("Recommended"),
    Step.VIEWED: _l("Opened by the seeker"),
    Step.CONSENTED: _l("Consented"),
    Step.INTERVIEWED: _l("Interviewed"),
    Step.HIRED: _l("Hired by the house's help"),
    Step.STAYED_30: _l("Still there after 30 days"),
    Step.STAYED_90: _l("Still there after 90 days"),
}
# From which degree on two are thought worth a talk.
LEAST = (60, 75, 90)


class Which(StrEnum):
    """Which plan of a fair is looked at."""

    STABLE = "stable"
    FULL = "full"


class FairForm(Form):
    """Which fair."""

    least: int = Field(default=75, ge=50, le=95)
    plan: Which = Which.STABLE


@bp.get("/fair")
@permit("jobs.desk")
def preview() -> Response:
    """Who would come to whom, by two plans, and what the fuller one costs. Nothing follows by itself."""
    wish = _wish()
    found = foreseen.foresee(me(), least=wish.least)
    plan = found.full if wish.plan is Which.FULL else found.stable
    return page(
        "jobs/fair.html",
        found=found,
        plan=plan,
        tables=found.tables(plan),
        wish=wish,
        choices=LEAST,
        which=Which,
        **shown.words(),
    )


@bp.get("/outcomes")
@told_then
@permit("jobs.desk")
def outcomes() -> Response:
    """By bands of the degree how far recommendations came, and how evenly postings are seen."""
    return page(
        "jobs/outcomes.html",
        results=foreseen.results(),
        steps=STEP_WORDS,
        enough=ENOUGH,
        step=Step,
        seen_days=foreseen.SEEN_DAYS,
        **shown.words(),
    )


def _wish() -> FairForm:
    try:
        return FairForm.of(request.args.to_dict())
    except Refusal:
        return FairForm()
