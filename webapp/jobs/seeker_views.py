"""Pages of a seeker: the profile, what fits and why, where it is, introductions, consent and its end."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, abort, redirect, request, url_for
from flask.typing import ResponseReturnValue

from webapp.base import clock
from webapp.base.access import me, permit, public
from webapp.base.flow import Refusal
from webapp.base.web import PurposeForm, afresh, goto, page, part_of_address, undone
from webapp.jobs import (
    explained,
    introductions,
    meeting_queries as meetings,
    queries,
    seekers,
    shown,
)
from webapp.jobs.forms import LINES, ProfileForm, SeenForm, StepForm, kept
from webapp.jobs.introductions import KINDS
from webapp.jobs.matching import Matcher
from webapp.jobs.models import Introduction, Seeker
from webapp.jobs.queries import Wish
from webapp.jobs.rules import (
    EMPLOYER_REASONS,
    INTRODUCTION_FLOW,
    ORIGIN_WORDS,
    REASON_WORDS,
    SEEKER_FLOW,
    SEEKER_REASONS,
    Certificate,
)
from webapp.jobs.sentences import EDUCATION_NAMES, MODE_NAMES
from webapp.people import days

bp = Blueprint("seeker", __name__, url_prefix="/jobs")

SHOWN, MOST_SHOWN = 20, 200

# What each step of an introduction takes of the form beside the version.
STEPS: dict[str, Callable[[StepForm], dict[str, Any]]] = {
    "consent": lambda form: {"agreed": form.agreed},
    "take_back": lambda form: {},
    "decline": lambda form: {"reason": form.reason, "note": form.note},
    "arrange": lambda form: {"interview_at": form.moment, "place": form.place},
    "offer": lambda form: {"note": form.note},
    "hire": lambda form: {"contract_on": form.contract_on or days.today()},
    "miss": lambda form: {},
    "turn_down": lambda form: {"reason": form.reason, "note": form.note},
}


@bp.get("/mine")
@public("leads to the sign-in by phone, and then to the work that fits")
def mine() -> ResponseReturnValue:
    """What fits me, the best first, as a list and on a map; without recommendations the plain list."""
    who = me()
    if who.id is None:
        return redirect(url_for("people.phone", next=url_for("seeker.mine")), 303)
    seeker = queries.seeker_of(who.id)
    if seeker is None:
        return redirect(url_for("seeker.profile"), 303)
    matches, plain = [], []
    count = min(max(request.args.get("shown", SHOWN, type=int), SHOWN), MOST_SHOWN)
    if seeker.push:
        matches = Matcher().for_seeker(seeker, count + 1)
    else:
        plain = queries.public(Wish())[0]
    called = shown.called()
    return page(
        "jobs/mine.html",
        seeker=seeker,
        matches=[(each, explained.brief(each.degree, called)) for each in matches[:count]],
        after=count + SHOWN if count < len(matches) and count < MOST_SHOWN else None,
        plain=plain,
        interested=queries.interested(each.posting.id for each in matches[:count]),
        waiting=[
            each
            for each in meetings.introductions_of(seeker.id, limit=30)
            if each.state not in introductions.OVER
        ],
        flow=INTRODUCTION_FLOW,
        seeker_flow=SEEKER_FLOW,
        moves=SEEKER_FLOW.open_moves(seeker, who),
        **shown.words(),
    )


@bp.get("/mine/profile")
@permit("jobs.profile")
def profile() -> Response:
    """The form of what I look for."""
    return profile_page()


@bp.post("/mine/profile")
@permit("jobs.profile")
def save() -> ResponseReturnValue:
    """What I look for is kept, and what fits very well is recommended at once."""
    try:
        form = ProfileForm.read(request)
        said = form.profile(request.form)
        seekers.save(said, account_id=me().id or 0, by=me(), base_version=form.base_version)
    except Refusal as refusal:
        undone(refusal)
        return profile_page(refusal)
    posting = request.args.get("next", type=int)
    if posting:
        return goto("jobs.one", posting_id=posting)
    return goto("seeker.mine")


@bp.post("/mine/<any('push-on', 'push-off'):name>")
@permit("jobs.profile")
def push(name: str) -> ResponseReturnValue:
    """Recommendations are switched on or off."""
    seekers.set_push(_mine(), push=name == "push-on", by=me())
    return goto("seeker.mine")


@bp.post("/mine/<any(withdraw, return):name>")
@permit("jobs.profile")
def step(name: str) -> ResponseReturnValue:
    """I stop looking for work, or look for it again."""
    form = StepForm.read(request)
    seekers.MOVES[name](_mine(), by=me(), base_version=form.base_version)
    return goto("seeker.mine")


@bp.post("/mine/seen")
@permit("jobs.profile")
def seen() -> ResponseReturnValue:
    """The browser says which postings stood before me; without it nothing of this is known."""
    form = SeenForm.read(request)
    seeker = _mine()
    there = {each.id for each in queries.postings({*form.shown, form.opened or 0})}
    places = {key: place for place, key in enumerate(form.shown, start=1) if key in there}
    seekers.seen(seeker, places)
    if form.opened in there and form.opened is not None:
        seekers.opened(seeker, form.opened)
    return "", 204


@bp.get("/mine/introductions")
@permit("jobs.profile")
def met() -> Response:
    """Every employer I was brought together with, and what came of it."""
    seeker = _mine()
    return page(
        "jobs/met.html",
        seeker=seeker,
        rows=meetings.introductions_of(seeker.id),
        flow=INTRODUCTION_FLOW,
        reasons=REASON_WORDS,
        **shown.words(),
    )


@bp.get("/introductions/<int:introduction_id>")
@permit("jobs.see", of=meetings.introduction)
def introduction(made: Introduction) -> Response:
    """An introduction as either side or the staff sees it."""
    return _introduction(made)


@bp.post(f"/introductions/<int:introduction_id>/<any({', '.join(STEPS)}):name>")
@permit("jobs.see", of=lambda introduction_id, name: meetings.introduction(introduction_id))
def move(made: Introduction) -> ResponseReturnValue:
    """A step of an introduction."""
    key, name = made.id, part_of_address("name")
    try:
        form = StepForm.read(request)
        introductions.MOVES[name](
            made, by=me(), base_version=form.base_version, **STEPS[name](form)
        )
    except Refusal as refusal:
        again = afresh(refusal, lambda: meetings.introduction(key), right="jobs.see")
        return _introduction(again, refusal, name)
    return goto("seeker.introduction", introduction_id=key)


@bp.post("/introductions/<int:introduction_id>/reveal")
@permit("jobs.see", of=meetings.introduction)
def reveal(made: Introduction) -> ResponseReturnValue:
    """How to reach the other side, for a purpose that stands in the log from now on."""
    key = made.id
    try:
        purpose = PurposeForm.read(request).purpose
        contact = introductions.reveal(made, purpose=purpose, by=me())
    except Refusal as refusal:
        again = afresh(refusal, lambda: meetings.introduction(key), right="jobs.see")
        return _introduction(again, refusal, "reveal")
    return _introduction(made, contact=contact)


def _mine() -> Seeker:
    found = queries.seeker_of(me().id)
    if found is None:
        abort(404)
    return found


def profile_page(refusal: Refusal | None = None, *, at_window: bool = False) -> Response:
    """The form of a profile: one's own, or of somebody who stands at the window."""
    seeker = None if at_window else queries.seeker_of(me().id)
    sent: dict[str, Any] = {}
    if refusal is not None:
        sent = kept(request)
    elif seeker is not None:
        sent = {name: getattr(seeker, name, None) for name in ProfileForm.model_fields}
        sent["base_version"] = seeker.version
        for number, (code, years) in enumerate((seeker.lines or {}).items(), start=1):
            sent |= {f"line{number}": code, f"years{number}": f"{years:g}"}
        sent["no_experience"] = seeker.lines == {}
        for name, until in seeker.certificates.items():
            sent |= {f"certificate.{name}": "1", f"until.{name}": until or ""}
    else:
        sent = {"push": True, "mode": "ebike", "max_minutes": 40}
    return page(
        "jobs/profile.html",
        status=refusal.status if refusal else 200,
        seeker=seeker,
        at_window=at_window,
        sent=sent,
        errors=refusal.fields if refusal else {},
        told=refusal.words if refusal else None,
        kinds=shown.choices(queries.occupations()),
        homes=shown.homes(),
        modes=MODE_NAMES,
        schooling=EDUCATION_NAMES,
        certificates=Certificate,
        lines=LINES,
        year=clock.now().year,
        **shown.words(),
    )


def _introduction(
    made: Introduction,
    refusal: Refusal | None = None,
    tried: str | None = None,
    contact: dict[str, str] | None = None,
) -> Response:
    who = me()
    own = who.id == made.account_id
    counted = Matcher().between(made.seeker, made.posting, asked_by_seeker=True)
    called = shown.called()
    told = explained.whole if own else explained.bars
    return page(
        "jobs/introduction.html",
        status=refusal.status if refusal else 200,
        introduction=made,
        own=own,
        counted=counted,
        whole=told(counted, called),
        held=explained.held_down(counted),
        sides=explained.SIDE_NAMES,
        contact=contact,
        known=shown.may_be_known(made),
        moves=INTRODUCTION_FLOW.open_moves(made, who),
        flow=INTRODUCTION_FLOW,
        events=meetings.events("job_introduction", made.id),
        origins=ORIGIN_WORDS,
        reason_words=REASON_WORDS,
        seeker_reasons=[(each, REASON_WORDS[each]) for each in SEEKER_REASONS],
        employer_reasons=[(each, REASON_WORDS[each]) for each in EMPLOYER_REASONS],
        consent_kinds=KINDS,
        schooling=EDUCATION_NAMES,
        kinds=called,
        today=days.today(),
        sent=request.form,
        errors=refusal.fields if refusal else {},
        told=refusal.words if refusal else None,
        tried=tried,
        **shown.words(),
    )
