"""Questions about introductions: who met whom, who was hired, who is to be visited again."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from sqlalchemy import case, func, select, tuple_
from sqlalchemy.orm import joinedload, selectinload

from webapp.base.access import Actor, visible
from webapp.base.audit import Event
from webapp.base.db import db
from webapp.base.web import Page
from webapp.jobs import queries
from webapp.jobs.models import (
    Hire,
    Introduction,
    Member,
    Push,
    Seeker,
    Visit,
)
from webapp.jobs.rules import (
    LIVING,
    TALKING,
    IntroductionState,
    VisitState,
)
from webapp.people.models import Account

_PAIR = (
    joinedload(Introduction.posting).options(*queries.SHOWN),
    joinedload(Introduction.seeker).options(*queries.PERSON),
    selectinload(Introduction.consents),
    selectinload(Introduction.members),
)


def introduction(introduction_id: int) -> Introduction | None:
    """An introduction with both sides."""
    found = select(Introduction).options(*_PAIR)
    return db.session.scalar(found.where(Introduction.id == introduction_id))


def introductions(keys: Iterable[int]) -> list[Introduction]:
    """These introductions with both sides."""
    found = select(Introduction).options(*_PAIR).where(Introduction.id.in_(list(keys)))
    return list(db.session.scalars(found.order_by(Introduction.id)))


def between(seeker_id: int, posting_id: int) -> Introduction | None:
    """What has become of a seeker and a posting; None: nothing yet."""
    found = select(Introduction).options(*_PAIR)
    pair = Introduction.seeker_id == seeker_id, Introduction.posting_id == posting_id
    return db.session.scalar(found.where(*pair))


def met(*, seeker_id: int | None = None, posting_id: int | None = None) -> dict[int, Introduction]:
    """The introductions of one side, by the key of the other."""
    found = select(Introduction).options(selectinload(Introduction.consents))
    if seeker_id is not None:
        rows = db.session.scalars(found.where(Introduction.seeker_id == seeker_id))
        return {each.posting_id: each for each in rows}
    rows = db.session.scalars(found.where(Introduction.posting_id == posting_id))
    return {each.seeker_id: each for each in rows}


def pairs_met(pairs: Iterable[tuple[int, int]]) -> set[tuple[int, int]]:
    """Those of these (posting, seeker) that have been brought together already."""
    known = select(Introduction.posting_id, Introduction.seeker_id)
    pair = tuple_(Introduction.posting_id, Introduction.seeker_id)
    rows = db.session.execute(known.where(pair.in_(list(pairs))))
    return {(posting_id, seeker_id) for posting_id, seeker_id in rows}


def introductions_between(
    pairs: Iterable[tuple[int, int]],
) -> dict[tuple[int, int], Introduction]:
    """The introductions of these (posting, seeker), with both sides."""
    pair = tuple_(Introduction.posting_id, Introduction.seeker_id)
    found = select(Introduction).options(*_PAIR).where(pair.in_(list(pairs)))
    return {(each.posting_id, each.seeker_id): each for each in db.session.scalars(found)}


def living_of_seekers(keys: Iterable[int]) -> list[Introduction]:
    """The introductions of these seekers that go on, with both sides."""
    found = select(Introduction).options(*_PAIR)
    mine = Introduction.seeker_id.in_(list(keys)), Introduction.state.in_(LIVING)
    return list(db.session.scalars(found.where(*mine).order_by(Introduction.id)))


def introductions_of(seeker_id: int, limit: int = 100) -> list[Introduction]:
    """All introductions of a seeker, those that go on first."""
    rank = case((Introduction.state.in_(LIVING), 0), else_=1)
    found = select(Introduction).options(*_PAIR).where(Introduction.seeker_id == seeker_id)
    return list(db.session.scalars(found.order_by(rank, Introduction.id.desc()).limit(limit)))


def interviews(account_id: int, since: datetime, until: datetime, limit: int) -> list[Introduction]:
    """The interviews of a seeker in this time, such as will not be held, too."""
    found = (
        select(Introduction)
        .options(*_PAIR)
        .where(
            Introduction.account_id == account_id, Introduction.interview_at.between(since, until)
        )
    )
    return list(db.session.scalars(found.order_by(Introduction.interview_at).limit(limit)))


def introductions_of_posting(posting_id: int) -> list[Introduction]:
    """All introductions of a posting, those that go on first."""
    rank = case((Introduction.state.in_(LIVING), 0), else_=1)
    found = select(Introduction).options(*_PAIR).where(Introduction.posting_id == posting_id)
    return list(db.session.scalars(found.order_by(rank, Introduction.id.desc()).limit(200)))


def recommended_to(posting_id: int, *, but: Iterable[int] = ()) -> list[int]:
    """Keys of the seekers to whom a posting was recommended and who have not answered, the best first."""
    found = select(Introduction.seeker_id).where(
        Introduction.posting_id == posting_id,
        Introduction.state == IntroductionState.PUSHED,
        Introduction.seeker_id.not_in(list(but)),
    )
    return list(db.session.scalars(found.order_by(Introduction.percent.desc(), Introduction.id)))


def introductions_listed(
    who: Actor, *, state: str | None = None, before: int | None = None
) -> Page[Introduction]:
    """The introductions that somebody may see, newest first."""
    found = (
        select(Introduction).options(*_PAIR).where(visible(Introduction, who, "jobs.introductions"))
    )
    if state:
        found = found.where(Introduction.state == state)
    if before is not None:
        found = found.where(Introduction.id < before)
    rows = db.session.scalars(found.order_by(Introduction.id.desc()).limit(queries.PAGE + 1)).all()
    return Page(
        rows[: queries.PAGE], rows[queries.PAGE - 1].id if len(rows) > queries.PAGE else None
    )


def living_of(posting_ids: Iterable[int]) -> list[Introduction]:
    """The introductions of these postings that go on, with both sides."""
    found = select(Introduction).options(*_PAIR)
    theirs = Introduction.posting_id.in_(list(posting_ids)), Introduction.state.in_(LIVING)
    return list(db.session.scalars(found.where(*theirs).order_by(Introduction.id)))


def members_of(employer_ids: Iterable[int]) -> dict[int, list[int]]:
    """Keys of the accounts that act for these employers."""
    found = select(Member.employer_id, Member.account_id).where(
        Member.employer_id.in_(list(employer_ids)), Member.until.is_(None)
    )
    members: dict[int, list[int]] = {}
    for employer_id, account_id in db.session.execute(found.order_by(Member.id)):
        members.setdefault(employer_id, []).append(account_id)
    return members


def groups_sought() -> set[str]:
    """The 小类 of work that anybody who wants to be told looks for."""
    groups = func.unnest(Seeker.wanted3)
    found = select(groups).where(Seeker.state.in_(queries.SOUGHT), Seeker.push).distinct()
    return set(db.session.scalars(found))


def talking_of(seeker_ids: Iterable[int]) -> set[int]:
    """Those of these seekers whom some employer still thinks about."""
    found = select(Introduction.seeker_id).where(
        Introduction.seeker_id.in_(list(seeker_ids)), Introduction.state.in_(TALKING)
    )
    return set(db.session.scalars(found))


def openings_taken(posting_ids: Iterable[int]) -> dict[int, set[int]]:
    """The numbers of the openings that are filled, by posting."""
    taken: dict[int, set[int]] = {}
    found = select(Hire.posting_id, Hire.opening).where(Hire.posting_id.in_(list(posting_ids)))
    for key, number in db.session.execute(found):
        taken.setdefault(key, set()).add(number)
    return taken


def hires_of(posting_id: int) -> list[Hire]:
    """Who filled the openings of a posting."""
    found = select(Hire).options(joinedload(Hire.introduction)).where(Hire.posting_id == posting_id)
    return list(db.session.scalars(found.order_by(Hire.opening)))


def pushes_to_tell(limit: int = 500) -> list[Push]:
    """Recommendations nobody was told of yet."""
    found = select(Push).where(Push.told_at.is_(None)).order_by(Push.id).limit(limit)
    return list(db.session.scalars(found.with_for_update(skip_locked=True)))


def events(kind: str, thing_id: int) -> list[tuple[Event, str | None]]:
    """What happened to a thing and who did it, oldest first."""
    found = (
        select(Event, Account.name)
        .outerjoin(Account, Account.id == Event.actor_id)
        .where(Event.thing_kind == kind, Event.thing_id == thing_id)
        .order_by(Event.seq)
    )
    return [(event, name) for event, name in db.session.execute(found)]


# Return visits

_VISITED = (
    joinedload(Visit.hire).options(
        joinedload(Hire.posting).options(*queries.SHOWN),
        joinedload(Hire.introduction).joinedload(Introduction.seeker).options(*queries.PERSON),
    ),
)


def visit(visit_id: int) -> Visit | None:
    """A return visit with whom it is about."""
    return db.session.scalar(select(Visit).options(*_VISITED).where(Visit.id == visit_id))


def visits(who: Actor, *, until: date, done: bool = False, limit: int = 100) -> list[Visit]:
    """Visits that somebody has to make until a day, the longest overdue first; or those that were made."""
    found = select(Visit).options(*_VISITED).where(visible(Visit, who, "jobs.visit"))
    if done:
        found = found.where(Visit.state != VisitState.DUE).order_by(Visit.done_at.desc(), Visit.id)
    else:
        found = found.where(Visit.state == VisitState.DUE, Visit.due_on <= until)
        found = found.order_by(Visit.due_on, Visit.id)
    return list(db.session.scalars(found.limit(limit)))


def visits_to_tell(day: date, limit: int = 200) -> list[Visit]:
    """Visits that are due and of which nobody was told."""
    found = (
        select(Visit)
        .options(*_VISITED)
        .where(Visit.state == VisitState.DUE, Visit.due_on <= day, Visit.told_at.is_(None))
    )
    return list(db.session.scalars(found.order_by(Visit.due_on, Visit.id).limit(limit)))


def visits_of(posting_id: int) -> list[Visit]:
    """The return visits to those who were hired for a posting."""
    found = select(Visit).join(Visit.hire).options(*_VISITED).where(Hire.posting_id == posting_id)
    return list(db.session.scalars(found.order_by(Visit.due_on, Visit.id)))
