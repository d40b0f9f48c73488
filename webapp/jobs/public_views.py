"""Pages for everybody: the list of open postings, one of them, and the feed."""

from __future__ import annotations

import json
from typing import Any

from flask import Blueprint, Response, abort, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from webapp.base import feed
from webapp.base.access import may, me, permit, public
from webapp.base.feed import Entry, Feed
from webapp.base.flow import Refusal
from webapp.base.past import told_then
from webapp.base.spatial import lonlat_of, to_metric
from webapp.base.web import afresh, goto, page
from webapp.jobs import explained, introductions, meeting_queries as meetings, queries, shown, ways
from webapp.jobs.forms import ListForm
from webapp.jobs.matching import Matcher
from webapp.jobs.models import Introduction, Posting, Seeker
from webapp.jobs.queries import Wish
from webapp.jobs.rules import (
    INTRODUCTION_FLOW,
    REASON_WORDS,
    SEEKER_REASONS,
    PostingState,
)

bp = Blueprint("jobs", __name__, url_prefix="/jobs")

# What anybody may read: drafts and what was sent back are nobody's business.
_READ = frozenset(
    (
        *(PostingState.OPEN, PostingState.PAUSED, PostingState.FILLED),
        *(PostingState.CLOSED, PostingState.EXPIRED),
    )
)


@bp.get("")
@told_then
@permit("jobs.read")
def listed() -> Response:
    """Open postings by kind of work, pay, shift and distance, newest or nearest first."""
    wish = _wish()
    near = _near(wish)
    found, after = queries.public(
        Wish(
            occupation=wish.occupation,
            pay=wish.pay,
            shift=wish.shift,
            words=wish.q,
            near=near,
            within_m=wish.km * 1000 if wish.km and near else None,
            by_distance=wish.sort == "distance",
            offset=wish.offset,
        )
    )
    return page(
        "jobs/list.html",
        rows=found,
        after=after,
        wish=wish,
        near=near,
        interested=queries.interested(each.id for each, _away in found),
        kinds=[(each.code, shown.name_of(each)) for each in queries.occupations_used()],
        homes=shown.homes(),
        **shown.words(),
    )


@bp.get("/feed.rss")
@permit("jobs.read")
def rss() -> Response:
    """The newest postings as RSS 2.0."""
    rows, _after = queries.public(Wish())
    return feed.rss(
        Feed(
            title=_("Work next door"),
            words=_("Open postings of the subdistrict"),
            page=url_for("jobs.listed", _external=True),
            entries=[_told(posting) for posting, _away in rows],
        )
    )


def _told(posting: Posting) -> Entry:
    address = url_for("jobs.one", posting_id=posting.id, _external=True)
    return Entry(
        key=address,
        title=f"{posting.title} · {posting.employer.enterprise.name}",
        href=address,
        words=f"{shown.pay_of(posting)}\n{posting.duties[:300]}",
        at=posting.published_at or posting.created_at,
        kinds=(posting.kind.name,),
        spot=lonlat_of(posting.geom),
    )


@bp.get("/<int:posting_id>")
@permit("jobs.read", of=queries.posting)
def one(posting: Posting) -> Response:
    """A posting; to a seeker with its degree and why."""
    if posting.state not in _READ:
        if may(me(), "jobs.posting", posting):
            return make_response(redirect(url_for("postings.one", posting_id=posting.id)))
        abort(404)
    return _page(posting)


@bp.get("/<int:posting_id>/interest")
@public("leads to the sign-in by phone, and then back to the posting")
def sign_in_for(posting_id: int) -> ResponseReturnValue:
    """Whoever has not signed in does so by phone first, and comes back to the posting."""
    address = url_for("jobs.one", posting_id=posting_id)
    return redirect(address if me().id else url_for("people.phone", next=address), 303)


@bp.post("/<int:posting_id>/interest")
@permit("jobs.profile", of=queries.posting)
def interest(posting: Posting) -> ResponseReturnValue:
    """One tap: the employer hears that somebody is interested."""
    posting_id = posting.id
    seeker = queries.seeker_of(me().id)
    if seeker is None:
        return goto("seeker.profile", next=posting_id)
    try:
        introductions.interest(seeker, posting, by=me())
    except Refusal as refusal:
        return _page(afresh(refusal, lambda: queries.posting(posting_id)), refusal)
    return goto("jobs.one", posting_id=posting_id)


def _page(posting: Posting, refusal: Refusal | None = None) -> Response:
    seeker = queries.seeker_of(me().id) if me().id is not None else None
    known = meetings.between(seeker.id, posting.id) if seeker else None
    return page(
        "jobs/one.html",
        status=refusal.status if refusal else 200,
        posting=posting,
        json_ld=json.dumps(shown.json_ld(posting), ensure_ascii=False).replace("<", "\\u003c"),
        interested=queries.interested([posting.id]).get(posting.id, 0),
        seeker=seeker,
        introduction=known,
        told=refusal.words if refusal else None,
        errors=refusal.fields if refusal else {},
        flow=INTRODUCTION_FLOW,
        moves=INTRODUCTION_FLOW.open_moves(known, me()) if known else {},
        reasons=[(each, REASON_WORDS[each]) for each in SEEKER_REASONS],
        **_counted(posting, seeker, known),
        **shown.words(),
    )


def _counted(posting: Posting, seeker: Seeker | None, known: Introduction | None) -> dict[str, Any]:
    """The degree of a seeker who wants it, with its explanation; nothing for anybody else."""
    if seeker is None or not seeker.push:
        return {"degree": None}
    counted = Matcher().between(seeker, posting, asked_by_seeker=True)
    called = shown.called()
    return {
        "degree": counted,
        "brief": explained.brief(counted, called),
        "whole": explained.whole(counted, called),
        "sides": explained.SIDE_NAMES,
        "barred": explained.reasons(counted.gates, shown.certificates_called()),
        "known": known,
    }


def _wish() -> ListForm:
    try:
        return ListForm.of_address(request)
    except Refusal:
        return ListForm()


def _near(wish: ListForm) -> tuple[float, float] | None:
    if wish.lon is not None and wish.lat is not None:
        return to_metric(wish.lon, wish.lat, wish.datum)
    if wish.grid is not None:
        return ways.origins().get(wish.grid)
    return None
