"""Questions of employers and staff: enterprises, lists by state, figures of the whole subdistrict."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, or_, select
from sqlalchemy.orm import joinedload, selectinload

from webapp.base.access import Actor, visible
from webapp.base.db import containing, db
from webapp.base.web import Page
from webapp.jobs import queries
from webapp.jobs.models import (
    Employer,
    Hire,
    Impression,
    Introduction,
    Member,
    Occupation,
    Posting,
    Push,
    Seeker,
    Visit,
)
from webapp.jobs.rules import (
    TALKING,
    PostingState,
    SeekerState,
    VisitState,
)
from webapp.people.models import Enterprise

_FIRM = joinedload(Employer.enterprise)


def employer(employer_id: int) -> Employer | None:
    """An employer with its enterprise and its people."""
    found = select(Employer).options(
        _FIRM, selectinload(Employer.members).joinedload(Member.account)
    )
    return db.session.scalar(found.where(Employer.id == employer_id))


def employer_of(enterprise_id: int) -> Employer | None:
    """The employer that an enterprise is."""
    return db.session.scalar(select(Employer).where(Employer.enterprise_id == enterprise_id))


def enterprise(enterprise_id: int) -> Enterprise | None:
    """An enterprise by its key."""
    return db.session.get(Enterprise, enterprise_id)


def enterprise_by_code(code: str) -> Enterprise | None:
    """An enterprise by its credit code."""
    return db.session.scalar(select(Enterprise).where(Enterprise.credit_code == code))


def firms_of(who: Actor) -> list[Employer]:
    """The employers that somebody acts for."""
    found = select(Employer).options(_FIRM, selectinload(Employer.members))
    mine = visible(Employer, who, "jobs.firm")
    return list(db.session.scalars(found.where(mine).order_by(Employer.id)))


def employers(
    who: Actor, *, words: str = "", stale: bool = False, limit: int = 200
) -> list[Employer]:
    """The employers that somebody may see, those that are to be verified first."""
    found = (
        select(Employer)
        .join(Employer.enterprise)
        .options(_FIRM, selectinload(Employer.members))
        .where(visible(Employer, who, "jobs.employer"))
    )
    if words:
        found = found.where(Enterprise.name.ilike(containing(words)))
    if stale:
        found = found.where(
            or_(Employer.verified_at.is_(None), Employer.verified_at < queries.old())
        )
    order = Employer.verified_at.asc().nulls_first(), Employer.id
    return list(db.session.scalars(found.order_by(*order).limit(limit)))


def openings_by_employer(keys: Iterable[int]) -> dict[int, tuple[int, int]]:
    """How many openings each of these employers has published, and how many of them are filled."""
    found = (
        select(Posting.employer_id, func.sum(Posting.openings), func.sum(Posting.filled))
        .where(Posting.employer_id.in_(list(keys)), Posting.published_at.is_not(None))
        .group_by(Posting.employer_id)
    )
    return {key: (int(all_), int(filled)) for key, all_, filled in db.session.execute(found)}


def unlisted(words: str, limit: int = 20) -> list[Enterprise]:
    """Enterprises by name that are no employers yet."""
    known = select(Employer.enterprise_id)
    found = select(Enterprise).where(
        Enterprise.closed_at.is_(None),
        Enterprise.id.not_in(known),
        Enterprise.name.ilike(containing(words)),
    )
    return list(db.session.scalars(found.order_by(Enterprise.name, Enterprise.id).limit(limit)))


def to_review(who: Actor) -> list[Posting]:
    """Postings that wait for somebody's review, the oldest first."""
    found = (
        select(Posting)
        .options(*queries.WHOLE)
        .where(visible(Posting, who, "jobs.review"), Posting.state == PostingState.REVIEW)
    )
    return list(db.session.scalars(found.order_by(Posting.submitted_at, Posting.id).limit(100)))


def narrowed(
    who: Actor,
    *,
    state: str | None = None,
    words: str = "",
    stale: bool = False,
    unfilled: bool = False,
) -> Select[Any]:
    """SQL: postings that `who` may see, the newest first."""
    found = select(Posting).where(visible(Posting, who, "jobs.posting"))
    if state:
        found = found.where(Posting.state == state)
    if words:
        pattern = containing(words)
        firm = select(Employer.id).join(Employer.enterprise).where(Enterprise.name.ilike(pattern))
        found = found.where(Posting.title.ilike(pattern) | Posting.employer_id.in_(firm))
    if stale:
        found = found.where(
            Posting.state == PostingState.OPEN,
            or_(Posting.confirmed_at.is_(None), Posting.confirmed_at < queries.old()),
        )
    if unfilled:
        found = found.where(Posting.filled < Posting.openings)
    return found.order_by(Posting.id.desc())


def listed(who: Actor, *, before: int | None = None, **narrowing: Any) -> Page[Posting]:
    """The postings that somebody may see, newest first."""
    found = narrowed(who, **narrowing).options(*queries.SHOWN)
    if before is not None:
        found = found.where(Posting.id < before)
    rows = db.session.scalars(found.limit(queries.PAGE + 1)).all()
    return Page(
        rows[: queries.PAGE], rows[queries.PAGE - 1].id if len(rows) > queries.PAGE else None
    )


def seekers_listed(
    who: Actor, *, state: str | None = None, before: int | None = None
) -> Page[Seeker]:
    """The seekers that somebody may see, newest first."""
    found = select(Seeker).options(*queries.PERSON).where(visible(Seeker, who, "jobs.seekers"))
    if state:
        found = found.where(Seeker.state == state)
    if before is not None:
        found = found.where(Seeker.id < before)
    rows = db.session.scalars(found.order_by(Seeker.id.desc()).limit(queries.PAGE + 1)).all()
    return Page(
        rows[: queries.PAGE], rows[queries.PAGE - 1].id if len(rows) > queries.PAGE else None
    )


def postings_of(employer_id: int) -> list[Posting]:
    """Every posting of an employer, those that are open first."""
    rank = case((Posting.state == PostingState.OPEN, 0), (Posting.ended_at.is_(None), 1), else_=2)
    found = select(Posting).options(*queries.SHOWN).where(Posting.employer_id == employer_id)
    return list(db.session.scalars(found.order_by(rank, Posting.id.desc()).limit(200)))


@dataclass(frozen=True)
class Board:
    """What jobs amount to. Openings and people are counted apart: many openings are filled from outside."""

    employers: int
    openings: int
    filled: int
    from_outside: int
    seekers: int
    placed: int
    open_postings: int
    introductions: int
    in_talks: int
    visits_due: int
    pushes: int
    never_seen: int


def board(day: date) -> Board:
    """The figures of the whole subdistrict."""
    published = Posting.published_at.is_not(None)
    firms, openings, filled, open_ = db.session.execute(
        select(
            func.count(Posting.employer_id.distinct()),
            func.coalesce(func.sum(Posting.openings), 0),
            func.coalesce(func.sum(Posting.filled), 0),
            func.count().filter(Posting.state == PostingState.OPEN),
        ).where(published)
    ).one()
    seekers_, placed = db.session.execute(
        select(func.count(), func.count().filter(Seeker.state == SeekerState.PLACED))
    ).one()
    introduced, talks = db.session.execute(
        select(func.count(), func.count().filter(Introduction.state.in_(TALKING))).select_from(
            Introduction
        )
    ).one()
    shown = select(Impression.posting_id).union(select(Introduction.posting_id))
    unseen = select(func.count()).where(
        Posting.state == PostingState.OPEN, Posting.id.not_in(shown)
    )
    due = Visit.state == VisitState.DUE, Visit.due_on <= day
    return Board(
        employers=int(firms),
        openings=int(openings),
        filled=int(filled),
        from_outside=db.session.scalar(select(func.count()).where(Hire.outside.is_not(None))) or 0,
        seekers=int(seekers_),
        placed=int(placed),
        open_postings=int(open_),
        introductions=int(introduced),
        in_talks=int(talks),
        visits_due=db.session.scalar(select(func.count()).where(*due)) or 0,
        pushes=db.session.scalar(select(func.count()).select_from(Push)) or 0,
        never_seen=db.session.scalar(unseen) or 0,
    )


def groups() -> list[tuple[Occupation, int, int, int]]:
    """By kind of work: openings published, filled, and how many look for it."""
    seekers_ = (
        select(func.unnest(Seeker.wanted3).label("code"))
        .where(Seeker.state.in_(queries.SOUGHT))
        .subquery()
    )
    wanted = (
        select(seekers_.c.code, func.count().label("number")).group_by(seekers_.c.code).subquery()
    )
    offered = (
        select(
            Posting.occ3.label("code"),
            func.sum(Posting.openings).label("openings"),
            func.sum(Posting.filled).label("filled"),
        )
        .where(Posting.published_at.is_not(None))
        .group_by(Posting.occ3)
        .subquery()
    )
    found = (
        select(
            Occupation,
            func.coalesce(offered.c.openings, 0),
            func.coalesce(offered.c.filled, 0),
            func.coalesce(wanted.c.number, 0),
        )
        .outerjoin(offered, offered.c.code == Occupation.code)
        .outerjoin(wanted, wanted.c.code == Occupation.code)
        .where(or_(offered.c.openings > 0, wanted.c.number > 0))
        .order_by(func.coalesce(offered.c.openings, 0).desc(), Occupation.code)
    )
    return [tuple(row) for row in db.session.execute(found)]


def exported_postings(who: Actor) -> list[Posting]:
    """The postings that somebody may see, for a workbook."""
    found = select(Posting).options(*queries.SHOWN).where(visible(Posting, who, "jobs.posting"))
    return list(db.session.scalars(found.order_by(Posting.id).limit(20_000)))


def exported_seekers(who: Actor) -> list[Seeker]:
    """The seekers that somebody may see, for a workbook."""
    found = select(Seeker).options(*queries.PERSON).where(visible(Seeker, who, "jobs.seekers"))
    return list(db.session.scalars(found.order_by(Seeker.id).limit(20_000)))


def enterprise_name() -> ColumnElement[str]:
    """SQL: the name of the enterprise that offers a posting."""
    found = select(Enterprise.name).join(Employer, Employer.enterprise_id == Enterprise.id)
    return found.where(Employer.id == Posting.employer_id).correlate(Posting).scalar_subquery()
