"""Pages of the staff: what waits, figures with what is behind them, employers, seekers, return visits."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, Response, abort, request
from flask.typing import ResponseReturnValue

from webapp.base.access import me, permit
from webapp.base.flow import Refusal
from webapp.base.past import told_then
from webapp.base.web import goto, page, undone
from webapp.jobs import (
    desk_queries as desk,
    employers,
    meeting_queries as meetings,
    pushing,
    queries,
    seekers as seeking,
    shown,
)
from webapp.jobs.claims import queries as claims
from webapp.jobs.forms import DeskForm, FirmForm, PersonForm, ProfileForm
from webapp.jobs.rules import (
    INTRODUCTION_FLOW,
    ORIGIN_WORDS,
    POSTING_FLOW,
    REASON_WORDS,
    SEEKER_FLOW,
    VISIT_FLOW,
)
from webapp.jobs.seeker_views import profile_page
from webapp.people import days

bp = Blueprint("job_desk", __name__, url_prefix="/jobs/desk")

# Visits of the coming days stand in the list beside those that are due.
AHEAD = timedelta(days=7)


@bp.get("")
@told_then
@permit("jobs.desk")
def board() -> Response:
    """What waits for me, and what jobs amount to in the subdistrict."""
    today = days.today()
    return page(
        "jobs/desk.html",
        board=desk.board(today),
        groups=desk.groups(),
        to_review=desk.to_review(me()),
        due=meetings.visits(me(), until=today, limit=10),
        stale=desk.employers(me(), stale=True, limit=10),
        today=today,
        **shown.words(),
    )


@bp.get("/postings")
@permit("jobs.desk")
def postings() -> Response:
    """The postings I may see, by state."""
    wish = _wish()
    found = desk.listed(
        me(),
        state=wish.state,
        words=wish.q,
        stale=wish.stale,
        unfilled=wish.unfilled,
        before=wish.before,
    )
    return page(
        "jobs/desk_postings.html",
        rows=found.rows,
        after=found.after,
        wish=wish,
        flow=POSTING_FLOW,
        **shown.words(),
    )


@bp.get("/employers")
@told_then
@permit("jobs.desk")
def firms() -> Response:
    """The employers I may see, those that are to be verified first; and enterprises that could be one."""
    wish = _wish()
    found = desk.employers(me(), words=wish.q, stale=wish.stale)
    return page(
        "jobs/desk_employers.html",
        rows=found,
        counts=desk.openings_by_employer(each.id for each in found),
        others=desk.unlisted(wish.q) if wish.q else [],
        claims=claims.waiting(me()),
        wish=wish,
        old=queries.old(),
        **shown.words(),
    )


@bp.post("/employers")
@permit("jobs.desk")
def enlist() -> ResponseReturnValue:
    """An enterprise offers work here from now on."""
    firm = desk.enterprise(FirmForm.read(request).enterprise_id)
    if firm is None:
        abort(404)
    made = employers.enlist(firm, by=me())
    return goto("firms.one", employer_id=made.id)


@bp.get("/seekers")
@told_then
@permit("jobs.desk")
def seekers() -> Response:
    """Who looks for work around my workstation; how to reach them stands nowhere here."""
    wish = _wish()
    found = desk.seekers_listed(me(), state=wish.state, before=wish.before)
    return page(
        "jobs/desk_seekers.html",
        rows=found.rows,
        after=found.after,
        wish=wish,
        flow=SEEKER_FLOW,
        kinds=shown.called(),
        **shown.words(),
    )


@bp.get("/seekers/new")
@permit("jobs.desk")
def new_seeker() -> Response:
    """The form of somebody who stands at the window."""
    return profile_page(at_window=True)


@bp.post("/seekers/new")
@permit("jobs.desk")
def register() -> ResponseReturnValue:
    """Somebody looks for work under their own number; what fits very well is recommended at once."""
    try:
        who, form = PersonForm.read(request), ProfileForm.read(request)
        said = form.profile(request.form)
        made = seeking.register(said, name=who.name, phone=who.phone, by=me())
        pushing.for_seekers([made])
    except Refusal as refusal:
        undone(refusal)
        return profile_page(refusal, at_window=True)
    return goto("job_desk.seekers")


@bp.get("/introductions")
@told_then
@permit("jobs.desk")
def introductions() -> Response:
    """The introductions I may see, by state."""
    wish = _wish()
    found = meetings.introductions_listed(me(), state=wish.state, before=wish.before)
    return page(
        "jobs/desk_introductions.html",
        rows=found.rows,
        after=found.after,
        wish=wish,
        flow=INTRODUCTION_FLOW,
        origins=ORIGIN_WORDS,
        reasons=REASON_WORDS,
        **shown.words(),
    )


@bp.get("/visits")
@told_then
@permit("jobs.desk")
def due() -> Response:
    """The return visits I have to make, and those that were made."""
    wish = _wish()
    today = days.today()
    return page(
        "jobs/desk_visits.html",
        rows=meetings.visits(me(), until=today + AHEAD, done=wish.done),
        wish=wish,
        flow=VISIT_FLOW,
        today=today,
        **shown.words(),
    )


def _wish() -> DeskForm:
    try:
        return DeskForm.of_address(request)
    except Refusal:
        return DeskForm()
