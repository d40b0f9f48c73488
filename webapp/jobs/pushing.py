"""Recommendations: pairs that fit very well are kept once, and both sides are told outside quiet hours."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from sqlalchemy.dialects.postgresql import insert

from webapp.base import clock
from webapp.base.access import HOUSE
from webapp.base.db import db, lock_all
from webapp.base.language import N_
from webapp.jobs import meeting_queries as meetings, queries
from webapp.jobs.matching import Match, Matcher, snapshot
from webapp.jobs.models import Introduction, Posting, Push, Seeker
from webapp.jobs.rules import (
    INTRODUCTION_FLOW,
    PUSHES_PER_OPENING,
    IntroductionState,
    Origin,
    PostingState,
)
from webapp.jobs.telling import quiet, tell_firm, tell_seeker


def for_postings(postings: Sequence[Posting], matcher: Matcher | None = None) -> list[Push]:
    """Whoever fits one of these postings very well is recommended, as far as there is room."""
    matcher = matcher or Matcher()
    pairs: list[tuple[Seeker, Posting]] = []
    sought = meetings.groups_sought()
    for posting in postings:
        groups = matcher.wanting(posting)
        wanted = groups is None or not sought.isdisjoint(groups)
        if wanted and posting.state == PostingState.OPEN and posting.free:
            keys = matcher.sought(posting, pushed=True)
            pairs += [(seeker, posting) for seeker in queries.seekers(keys)]
    return _keep(matcher.pushes(pairs), matcher)


def for_seekers(seekers: Sequence[Seeker], matcher: Matcher | None = None) -> list[Push]:
    """Whatever fits one of these seekers very well is recommended to them, as far as there is room."""
    matcher = matcher or Matcher()
    found = [
        (seeker, key)
        for seeker in seekers
        if seeker.push and seeker.state in queries.SOUGHT
        for key in matcher.recommended(seeker)
    ]
    postings = {each.id: each for each in queries.postings({key for _seeker, key in found})}
    pairs = [(seeker, postings[key]) for seeker, key in found]
    return _keep(matcher.pushes(pairs), matcher)


def everything() -> int:
    """Every pair is looked at again, because roads or parameters are others; answers the new ones."""
    return len(for_seekers(queries.looking()))


def tell_waiting() -> int:
    """Recommendations of which nobody was told yet are told, unless it is quiet; answers how many."""
    if quiet():
        return 0
    return _tell(meetings.pushes_to_tell())


def _keep(matches: Iterable[Match], matcher: Matcher) -> list[Push]:
    """New recommendations, the best first, at most so many open ones for each free opening."""
    found = {(each.posting.id, each.seeker.id): each for each in matches}
    keys = {posting_id for posting_id, _seeker in found}
    lock_all(Posting, keys)
    allowed = set(queries.pushable_among(keys))
    known = meetings.pairs_met(found)
    room = {each.posting.id: PUSHES_PER_OPENING * each.posting.free for each in found.values()}
    for key, count in queries.open_pushes(keys).items():
        room[key] -= count
    chosen: list[Match] = []
    for pair, each in found.items():
        if pair in known or pair[0] not in allowed or room[pair[0]] <= 0:
            continue
        room[pair[0]] -= 1
        chosen.append(each)
    if not chosen:
        return []
    pushes = _written(chosen, matcher.standard.edition_id)
    if not quiet():
        _tell(pushes)
    return pushes


def _written(chosen: Sequence[Match], edition_id: int) -> list[Push]:
    now = clock.now()
    rows = [
        {
            "posting_id": each.posting.id,
            "seeker_id": each.seeker.id,
            "edition_id": edition_id,
            "percent": each.degree.whole,
            "exact": each.degree.exact,
            "counted": snapshot(each.degree),
            "made_at": now,
        }
        for each in chosen
    ]
    new = insert(Push).values(rows).on_conflict_do_nothing().returning(Push)
    pushes = list(db.session.scalars(new))
    made = {(each.posting_id, each.seeker_id) for each in pushes}
    introductions = [
        begun(each.seeker, each.posting, origin=Origin.PUSH, percent=each.degree.whole)
        for each in chosen
        if (each.posting.id, each.seeker.id) in made
    ]
    db.session.add_all(introductions)
    db.session.flush()
    INTRODUCTION_FLOW.begin_all([(each, HOUSE) for each in introductions], "push")
    return pushes


def begun(seeker: Seeker, posting: Posting, *, origin: Origin, percent: int | None) -> Introduction:
    """An introduction that is not written yet."""
    return Introduction(
        posting_id=posting.id,
        seeker_id=seeker.id,
        account_id=seeker.account_id,
        employer_id=posting.employer_id,
        station_id=seeker.station_id or posting.station_id,
        office_id=seeker.office_id,
        origin=origin,
        percent=percent,
        state=IntroductionState.PUSHED,
        version=1,
        created_at=clock.now(),
    )


def _tell(pushes: Sequence[Push]) -> int:
    postings = {each.id: each for each in queries.postings(each.posting_id for each in pushes)}
    seekers = {each.id: each for each in queries.seekers(each.seeker_id for each in pushes)}
    by_posting: defaultdict[int, list[int]] = defaultdict(list)
    for push in pushes:
        posting, seeker = postings[push.posting_id], seekers[push.seeker_id]
        push.told_at = clock.now()
        if posting.state != PostingState.OPEN or not seeker.push:
            continue
        words = N_("“%(what)s” at %(firm)s fits you at %(percent)s %%.")
        tell_seeker(seeker, posting, words, percent=push.percent)
        by_posting[posting.id].append(push.percent)
    for key, percents in by_posting.items():
        words = N_("%(n)s people fit “%(what)s” at %(percent)s %% or more.")
        tell_firm(postings[key], words, n=len(percents), percent=min(percents))
    db.session.flush()
    return len(pushes)
