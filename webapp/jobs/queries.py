"""Questions about jobs: postings and seekers by what they want of each other, introductions, figures."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, case, cast, func, null, or_, select, text, tuple_
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import joinedload, selectinload
from sqlalchemy.types import Text

from webapp.base import clock
from webapp.base.access import Actor, visible
from webapp.base.audit import Event
from webapp.base.db import containing, db
from webapp.base.spatial import SRID
from webapp.base.web import Page
from webapp.grids.models import Unit, UnitCode
from webapp.jobs.models import (
    Edition,
    Employer,
    Hire,
    Impression,
    Introduction,
    KeptWay,
    Member,
    Occupation,
    Posting,
    Push,
    Seeker,
    Visit,
)
from webapp.jobs.rules import (
    LIVING,
    TALKING,
    VERIFIED_DAYS,
    IntroductionState,
    PostingState,
    SeekerState,
    VisitState,
)
from webapp.people.models import Account, Enterprise

PAGE = 30
# The department that keeps work and social insurance, by its local code.
OFFICE = "D09"

# Looking for work, and to be told of it.
SOUGHT = (SeekerState.OPEN, SeekerState.IN_TALKS)


@dataclass(frozen=True)
class Asked:
    """What a seeker asks for, as far as SQL can tell who is out of the question.

    `x`, `y`: where the way to work begins; `reach_m`: no straight line longer than this is short
    enough; None: any. `lowest`: yuan a month; None: any. `groups`: only work of these 小类 (None: all).
    """

    x: float
    y: float
    reach_m: float | None
    lowest: float | None
    refused: Sequence[str]
    certificates: Sequence[str]
    dormitory: bool
    of_age: bool
    groups: Sequence[str] | None = None


# What SQL knows about a pair: a posting that is left out here has a shut gate, or less than asked for.
_GATES = """
    p.state = 'open' AND p.filled < p.openings AND p.valid_until >= :day
    AND (cast(:lowest AS float8) IS NULL OR p.month_high >= :lowest)
    AND NOT p.shifts && cast(:refused AS text[])
    AND p.certificates <@ cast(:certificates AS text[])
    AND (NOT p.hazard OR :of_age)
"""
_HERE = f"ST_SetSRID(ST_MakePoint(:x, :y), {SRID})"
# The lodging branch stands alone: an OR would take the index on kind and place away.
_RECOMMENDED = text(f"""
    SELECT p.id FROM unnest(cast(:groups AS text[])) g (code)
    JOIN job_posting p ON p.occ3 = g.code AND ST_DWithin(p.geom, {_HERE}, :reach)
    WHERE {_GATES}
    UNION
    SELECT p.id FROM unnest(cast(:groups AS text[])) g (code)
    JOIN job_posting p ON p.occ3 = g.code AND p.dormitory
    WHERE :dormitory AND {_GATES}
""")
_WITHIN = text(f"""
    SELECT p.id FROM job_posting p
    WHERE {_GATES}
      AND (cast(:reach AS float8) IS NULL OR ST_DWithin(p.geom, {_HERE}, :reach)
           OR (:dormitory AND p.dormitory))
""")


def _values(asked: Asked, day: date) -> dict[str, Any]:
    return {
        "x": asked.x,
        "y": asked.y,
        "reach": asked.reach_m,
        "lowest": asked.lowest,
        "refused": list(asked.refused),
        "certificates": list(asked.certificates),
        "dormitory": asked.dormitory,
        "of_age": asked.of_age,
        "groups": list(asked.groups or ()),
        "day": day,
    }


def within(asked: Asked, day: date) -> list[int]:
    """Keys of the postings that are not out of the question; every degree above 0 is among them."""
    return list(db.session.scalars(_WITHIN, _values(asked, day)))


def recommended(asked: Asked, day: date) -> list[int]:
    """Keys of the postings in the groups and within reach, or with lodging: every push is among them."""
    return list(db.session.scalars(_RECOMMENDED, _values(asked, day)))


def plan_of_recommended(asked: Asked, day: date) -> str:
    """How the database would look for them."""
    explain = text(f"EXPLAIN {_RECOMMENDED.text}")
    return "\n".join(db.session.scalars(explain, _values(asked, day)))


def sought(
    posting: Posting,
    *,
    groups: Sequence[str] | None,
    reach_m: dict[str, float],
    floor_share: float,
    pushed: bool,
) -> list[int]:
    """Keys of the seekers for whom a posting is not out of the question.

    `groups`: only those who want one of these 小类; None: all. `reach_m`: by mode, a straight line
    that is longer is too long; modes that are missing have no such limit. `pushed`: only those who
    want to be told.
    """
    lowest = func.coalesce(Seeker.pay_floor, Seeker.pay_ask * floor_share)
    found = select(Seeker.id).where(
        Seeker.state.in_(SOUGHT),
        or_(lowest.is_(None), lowest <= posting.month_high),
        ~Seeker.refused.overlap(list(posting.shifts)),
    )
    if posting.certificates:
        found = found.where(
            Seeker.certificates.has_all(cast(list(posting.certificates), ARRAY(Text)))
        )
    if groups is not None:
        found = found.where(Seeker.wanted3.overlap(list(groups)))
    if pushed:
        found = found.where(Seeker.push)
    near = [
        (Seeker.mode == mode) & func.ST_DWithin(Seeker.home, posting.geom, metres)
        for mode, metres in reach_m.items()
    ]
    if near:
        free: ColumnElement[bool] = Seeker.mode.not_in(list(reach_m))
        lodged = Seeker.dormitory if posting.dormitory else text("false")
        found = found.where(or_(free, lodged, *near))
    return list(db.session.scalars(found))


# Editions and the tables of words


def newest_edition() -> int | None:
    """The key of the edition in force."""
    return db.session.scalar(select(func.max(Edition.id)))


def edition(edition_id: int) -> Edition:
    """An edition with its words."""
    found = select(Edition).options(selectinload(Edition.skills), selectinload(Edition.substitutes))
    return db.session.scalars(found.where(Edition.id == edition_id)).one()


def occupations() -> list[Occupation]:
    """Every kind of work, by code."""
    return list(db.session.scalars(select(Occupation).order_by(Occupation.code)))


def occupations_used() -> list[Occupation]:
    """The kinds of work for which there is an open posting, by code."""
    used = select(Posting.occupation).where(Posting.state == PostingState.OPEN)
    found = select(Occupation).where(Occupation.code.in_(used))
    return list(db.session.scalars(found.order_by(Occupation.code)))


def skill_lists() -> list[list[str]]:
    """What every open posting asks for, and what every seeker can do: by these words are weighed."""
    asked = select(Posting.must_skills + Posting.nice_skills).where(
        Posting.state == PostingState.OPEN
    )
    can = select(Seeker.skills).where(Seeker.skills.is_not(None), Seeker.state.in_(SOUGHT))
    return [list(each or ()) for rows in (asked, can) for each in db.session.scalars(rows)]


def kept_ways(modes: Iterable[str]) -> list[KeptWay]:
    """The kept ways to places of work, for some modes."""
    return list(db.session.scalars(select(KeptWay).where(KeptWay.mode.in_(list(modes)))))


def working_places() -> list[Posting]:
    """One open posting for each place of work."""
    going_on = Posting.state.in_((PostingState.OPEN, PostingState.PAUSED))
    firsts = select(func.min(Posting.id)).where(going_on).group_by(Posting.geom)
    found = select(Posting).where(Posting.id.in_(firsts))
    return list(db.session.scalars(found.order_by(Posting.id)))


def office() -> int | None:
    """The key of the department that keeps work and social insurance."""
    found = select(UnitCode.unit_id).where(UnitCode.system == "local", UnitCode.code == OFFICE)
    return db.session.scalar(found)


# Employers

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
        found = found.where(or_(Employer.verified_at.is_(None), Employer.verified_at < old()))
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


def old() -> datetime:
    """What nobody has looked at since then is not recommended."""
    return clock.now() - timedelta(days=VERIFIED_DAYS)


# Postings

_SHOWN = (
    joinedload(Posting.employer).joinedload(Employer.enterprise),
    joinedload(Posting.kind),
    joinedload(Posting.grid),
)
_WHOLE = (
    *_SHOWN,
    joinedload(Posting.station),
    selectinload(Posting.members),
)


def posting(posting_id: int) -> Posting | None:
    """A posting with all that its page shows."""
    return db.session.scalar(select(Posting).options(*_WHOLE).where(Posting.id == posting_id))


def postings(keys: Iterable[int]) -> list[Posting]:
    """These postings."""
    found = select(Posting).options(*_WHOLE).where(Posting.id.in_(list(keys)))
    return list(db.session.scalars(found.order_by(Posting.id)))


@dataclass(frozen=True)
class Wish:
    """Which of the public postings: by kind of work, pay, shift, words, and how near to a place."""

    occupation: str | None = None
    pay: float | None = None
    shift: str | None = None
    words: str = ""
    near: tuple[float, float] | None = None
    within_m: float | None = None
    by_distance: bool = False
    offset: int = 0


def public(wish: Wish, limit: int = PAGE) -> tuple[list[tuple[Posting, float | None]], int | None]:
    """Open postings with the straight metres to the place asked for, and where the next page begins."""
    away: ColumnElement[Any] = null()
    if wish.near is not None:
        here = func.ST_SetSRID(func.ST_MakePoint(*wish.near), SRID)
        away = func.ST_Distance(Posting.geom, here)
    found = select(Posting, away)
    if wish.near is not None and wish.within_m is not None:
        found = found.where(func.ST_DWithin(Posting.geom, here, wish.within_m))
    found = found.options(*_SHOWN).where(*_public())
    if wish.occupation:
        found = found.where(Posting.occupation.startswith(wish.occupation, autoescape=True))
    if wish.pay is not None:
        found = found.where(Posting.month_high >= wish.pay)
    if wish.shift:
        found = found.where(Posting.shifts.contains([wish.shift]))
    if wish.words:
        pattern = containing(wish.words)
        firm = select(Employer.id).join(Employer.enterprise).where(Enterprise.name.ilike(pattern))
        found = found.where(
            or_(
                Posting.title.ilike(pattern),
                Posting.duties.ilike(pattern),
                Posting.employer_id.in_(firm),
            )
        )
    newest = Posting.published_at.desc(), Posting.id.desc()
    order = (away, Posting.id) if wish.by_distance and wish.near is not None else newest
    rows = db.session.execute(found.order_by(*order).offset(wish.offset).limit(limit + 1)).all()
    more = wish.offset + limit if len(rows) > limit else None
    return [(row[0], row[1]) for row in rows[:limit]], more


def _public() -> tuple[ColumnElement[bool], ...]:
    return (
        Posting.state == PostingState.OPEN,
        Posting.filled < Posting.openings,
        Posting.valid_until >= clock.now().date(),
    )


def interested(keys: Iterable[int]) -> dict[int, int]:
    """How many have shown interest in each of these postings and are not out of it."""
    found = (
        select(Introduction.posting_id, func.count())
        .where(
            Introduction.posting_id.in_(list(keys)),
            Introduction.state.in_((IntroductionState.INTERESTED, *TALKING)),
        )
        .group_by(Introduction.posting_id)
    )
    return {key: count for key, count in db.session.execute(found)}


def postings_of(employer_id: int) -> list[Posting]:
    """Every posting of an employer, those that are open first."""
    rank = case((Posting.state == PostingState.OPEN, 0), (Posting.ended_at.is_(None), 1), else_=2)
    found = select(Posting).options(*_SHOWN).where(Posting.employer_id == employer_id)
    return list(db.session.scalars(found.order_by(rank, Posting.id.desc()).limit(200)))


def to_review(who: Actor) -> list[Posting]:
    """Postings that wait for somebody's review, the oldest first."""
    found = (
        select(Posting)
        .options(*_WHOLE)
        .where(visible(Posting, who, "jobs.review"), Posting.state == PostingState.REVIEW)
    )
    return list(db.session.scalars(found.order_by(Posting.submitted_at, Posting.id).limit(100)))


def listed(
    who: Actor,
    *,
    state: str | None = None,
    words: str = "",
    stale: bool = False,
    unfilled: bool = False,
    before: int | None = None,
) -> Page[Posting]:
    """The postings that somebody may see, newest first."""
    found = select(Posting).options(*_SHOWN).where(visible(Posting, who, "jobs.posting"))
    if state:
        found = found.where(Posting.state == state)
    if words:
        pattern = containing(words)
        firm = select(Employer.id).join(Employer.enterprise).where(Enterprise.name.ilike(pattern))
        found = found.where(Posting.title.ilike(pattern) | Posting.employer_id.in_(firm))
    if stale:
        found = found.where(
            Posting.state == PostingState.OPEN,
            or_(Posting.confirmed_at.is_(None), Posting.confirmed_at < old()),
        )
    if unfilled:
        found = found.where(Posting.filled < Posting.openings)
    if before is not None:
        found = found.where(Posting.id < before)
    rows = db.session.scalars(found.order_by(Posting.id.desc()).limit(PAGE + 1)).all()
    return Page(rows[:PAGE], rows[PAGE - 1].id if len(rows) > PAGE else None)


def over(day: date, limit: int = 500) -> list[Posting]:
    """Postings whose last day lies before a day."""
    found = select(Posting).where(
        Posting.state.in_((PostingState.OPEN, PostingState.PAUSED)), Posting.valid_until < day
    )
    return list(db.session.scalars(found.order_by(Posting.id).limit(limit)))


def pushable() -> ColumnElement[bool]:
    """SQL: somebody has looked at the posting and at its employer within the last half year."""
    looked_at = select(Employer.id).where(Employer.verified_at >= old())
    return (Posting.confirmed_at >= old()) & Posting.employer_id.in_(looked_at)


def pushable_among(keys: Iterable[int]) -> list[int]:
    """Those of these postings that may be pushed."""
    found = select(Posting.id).where(Posting.id.in_(list(keys)), pushable())
    return list(db.session.scalars(found))


def open_pushes(keys: Iterable[int]) -> dict[int, int]:
    """How many recommendations of each of these postings nobody has answered for good."""
    found = (
        select(Introduction.posting_id, func.count())
        .where(
            Introduction.posting_id.in_(list(keys)),
            Introduction.origin == "push",
            Introduction.state.in_(LIVING),
        )
        .group_by(Introduction.posting_id)
    )
    return {key: count for key, count in db.session.execute(found)}


# Seekers

_PERSON = (joinedload(Seeker.account), joinedload(Seeker.home_grid))


def seeker(seeker_id: int) -> Seeker | None:
    """A seeker with account and grid."""
    return db.session.scalar(select(Seeker).options(*_PERSON).where(Seeker.id == seeker_id))


def seeker_of(account_id: int | None) -> Seeker | None:
    """What an account said of the work it looks for."""
    return db.session.scalar(
        select(Seeker).options(*_PERSON).where(Seeker.account_id == account_id)
    )


def seekers(keys: Iterable[int]) -> list[Seeker]:
    """These seekers."""
    found = select(Seeker).options(*_PERSON).where(Seeker.id.in_(list(keys)))
    return list(db.session.scalars(found.order_by(Seeker.id)))


def seekers_listed(
    who: Actor, *, state: str | None = None, before: int | None = None
) -> Page[Seeker]:
    """The seekers that somebody may see, newest first."""
    found = select(Seeker).options(*_PERSON).where(visible(Seeker, who, "jobs.seekers"))
    if state:
        found = found.where(Seeker.state == state)
    if before is not None:
        found = found.where(Seeker.id < before)
    rows = db.session.scalars(found.order_by(Seeker.id.desc()).limit(PAGE + 1)).all()
    return Page(rows[:PAGE], rows[PAGE - 1].id if len(rows) > PAGE else None)


def looking(limit: int = 20_000) -> list[Seeker]:
    """Everybody who looks for work."""
    found = select(Seeker).options(*_PERSON).where(Seeker.state.in_(SOUGHT))
    return list(db.session.scalars(found.order_by(Seeker.id).limit(limit)))


def everybody() -> list[Seeker]:
    """All seekers there ever were."""
    return list(db.session.scalars(select(Seeker).order_by(Seeker.id)))


def open_postings(limit: int = 20_000) -> list[Posting]:
    """Every posting that takes people."""
    found = select(Posting).options(*_SHOWN).where(*_public())
    return list(db.session.scalars(found.order_by(Posting.id).limit(limit)))


# Introductions

_PAIR = (
    joinedload(Introduction.posting).options(*_SHOWN),
    joinedload(Introduction.seeker).options(*_PERSON),
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
    rows = db.session.scalars(found.order_by(Introduction.id.desc()).limit(PAGE + 1)).all()
    return Page(rows[:PAGE], rows[PAGE - 1].id if len(rows) > PAGE else None)


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
    found = select(groups).where(Seeker.state.in_(SOUGHT), Seeker.push).distinct()
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


def pushed_between(seeker_id: int, posting_id: int) -> Push | None:
    """The newest recommendation of a posting to a seeker."""
    found = select(Push).where(Push.seeker_id == seeker_id, Push.posting_id == posting_id)
    return db.session.scalar(found.order_by(Push.id.desc()).limit(1))


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
        joinedload(Hire.posting).options(*_SHOWN),
        joinedload(Hire.introduction).joinedload(Introduction.seeker).options(*_PERSON),
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


# Figures


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
        select(func.unnest(Seeker.wanted3).label("code")).where(Seeker.state.in_(SOUGHT)).subquery()
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
    found = select(Posting).options(*_SHOWN).where(visible(Posting, who, "jobs.posting"))
    return list(db.session.scalars(found.order_by(Posting.id).limit(20_000)))


def exported_seekers(who: Actor) -> list[Seeker]:
    """The seekers that somebody may see, for a workbook."""
    found = select(Seeker).options(*_PERSON).where(visible(Seeker, who, "jobs.seekers"))
    return list(db.session.scalars(found.order_by(Seeker.id).limit(20_000)))


def unit_name(unit_id: int | None) -> str:
    """The name of a unit; empty for none."""
    return (db.session.scalar(select(Unit.name).where(Unit.id == unit_id)) or "") if unit_id else ""
