"""Questions about a fair in advance, and about what became of recommendations."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, exists, func, or_, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import joinedload

from webapp.base.access import Actor, visible
from webapp.base.db import db
from webapp.jobs.models import (
    Consent,
    Employer,
    Hire,
    Impression,
    Introduction,
    Posting,
    Push,
    Seeker,
    Visit,
)
from webapp.jobs.queries import SOUGHT
from webapp.jobs.rules import IntroductionState, PostingState

# So many places of a list are looked at.
TOP = 10

_OVER = (IntroductionState.DECLINED, IntroductionState.NO_SHOW)


def postings_at(who: Actor) -> list[Posting]:
    """The open postings with free openings that somebody may see, by key."""
    found = (
        select(Posting)
        .options(joinedload(Posting.employer).joinedload(Employer.enterprise))
        .where(
            visible(Posting, who, "jobs.posting"),
            Posting.state == PostingState.OPEN,
            Posting.filled < Posting.openings,
        )
    )
    return list(db.session.scalars(found.order_by(Posting.id)))


def seekers_at(who: Actor) -> list[Seeker]:
    """Those who look for work and want to be found, as far as somebody may see them, by key."""
    found = select(Seeker).where(
        visible(Seeker, who, "jobs.seekers"), Seeker.state.in_(SOUGHT), Seeker.push
    )
    return list(db.session.scalars(found.order_by(Seeker.id)))


def said_no(seekers: Iterable[int], postings: Iterable[int]) -> set[tuple[int, int]]:
    """Pairs of a seeker and a posting (keys) of whom one has declined the other before."""
    found = select(Introduction.seeker_id, Introduction.posting_id).where(
        Introduction.state.in_(_OVER),
        Introduction.seeker_id.in_(list(seekers)),
        Introduction.posting_id.in_(list(postings)),
    )
    return {(seeker, posting) for seeker, posting in db.session.execute(found)}


def ended_pushes(until: datetime) -> list[Row[Any]]:
    """Recommendations made before a moment or at their end, a row for each pair, with how far it came."""
    stayed = (
        select(Hire.introduction_id, func.max(Visit.days).label("days"))
        .join(Visit, Visit.hire_id == Hire.id)
        .where(Visit.stays.is_(True))
        .group_by(Hire.introduction_id)
        .subquery()
    )
    consented = exists().where(Consent.introduction_id == Introduction.id)
    found = (
        select(
            Push.exact,
            Push.viewed_at,
            consented.label("consented"),
            Introduction.interview_at,
            Hire.id.label("hire_id"),
            stayed.c.days,
        )
        .outerjoin(
            Introduction,
            (Introduction.posting_id == Push.posting_id)
            & (Introduction.seeker_id == Push.seeker_id),
        )
        .outerjoin(Hire, Hire.introduction_id == Introduction.id)
        .outerjoin(stayed, stayed.c.introduction_id == Introduction.id)
        .where(or_(Push.made_at < until, Introduction.ended_at.is_not(None), Hire.id.is_not(None)))
        .ext(distinct_on(Push.posting_id, Push.seeker_id))
        .order_by(Push.posting_id, Push.seeker_id, Push.id.desc())
    )
    return list(db.session.execute(found))


def lists_since(day: date) -> list[list[int]]:
    """The first places of each list that stood before a seeker since a day: keys of postings."""
    found = (
        select(func.array_agg(Impression.posting_id))
        .where(Impression.day >= day, Impression.place.between(1, TOP))
        .group_by(Impression.seeker_id, Impression.day)
        .order_by(Impression.seeker_id, Impression.day)
    )
    return [list(each) for each in db.session.scalars(found)]


def open_keys() -> list[int]:
    """Keys of all open postings."""
    return list(db.session.scalars(select(Posting.id).where(Posting.state == PostingState.OPEN)))
