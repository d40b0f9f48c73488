"""Questions about jobs: postings and seekers by what they want of each other, introductions, figures."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, cast, func, null, or_, select, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import joinedload, selectinload
from sqlalchemy.types import Text

from webapp.base import clock
from webapp.base.db import containing, db
from webapp.base.spatial import SRID
from webapp.grids.models import UnitCode
from webapp.jobs.models import (
    Edition,
    Employer,
    Introduction,
    KeptWay,
    Occupation,
    Posting,
    Seeker,
)
from webapp.jobs.rules import (
    LIVING,
    TALKING,
    VERIFIED_DAYS,
    IntroductionState,
    PostingState,
    SeekerState,
)
from webapp.people.models import Enterprise

PAGE = 30
# The department that keeps work and social insurance, by its local code.
OFFICE = "D09"

# Looking for work, and to be told of it.
SOUGHT = (SeekerState.OPEN, SeekerState.IN_TALKS)


@dataclass(frozen=True)
class Asked:
    """What a seeker asks for, as far as SQL can tell who is out of the question.

    `x`, `y`: where the way to work begins; `reach_m`: no straight line longer than this is short
    enough. `lowest`: yuan a month; None: any. `groups`: only work of these 小类 (None: all).
    """

    x: float
    y: float
    reach_m: float
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
      AND (ST_DWithin(p.geom, {_HERE}, :reach) OR (:dormitory AND p.dormitory))
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


@dataclass(frozen=True)
class Offered:
    """Of a posting only what counts, and where its work is (metres in the storage CRS)."""

    id: int
    occupation: str
    must_skills: Sequence[str]
    nice_skills: Sequence[str]
    certificates: Sequence[str]
    education: int
    years: float
    month_low: float | None
    month_high: float | None
    shifts: Sequence[str]
    benefits: Sequence[str]
    dormitory: bool
    hazard: bool
    state: str
    valid_until: date
    free: int
    published_at: datetime | None
    x: float
    y: float


_OFFERED = select(
    *(
        getattr(Posting, each.name)
        for each in fields(Offered)
        if each.name not in ("free", "x", "y")
    ),
    (Posting.openings - Posting.filled).label("free"),
    func.ST_X(Posting.geom).label("x"),
    func.ST_Y(Posting.geom).label("y"),
)


def offered(keys: Iterable[int]) -> list[Offered]:
    """What counts of these postings."""
    rows = db.session.execute(_OFFERED.where(Posting.id == func.any(list(keys))))
    return [Offered(**row) for row in rows.mappings()]


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
) -> list[int]:
    """Keys of the seekers who want to be told and for whom a posting is not out of the question.

    `groups`: only those who want one of these 小类; None: all. `reach_m`: by mode, a straight line
    that is longer is too long; modes that are missing have no such limit.
    """
    lowest = func.coalesce(Seeker.pay_floor, Seeker.pay_ask * floor_share)
    found = select(Seeker.id).where(
        Seeker.state.in_(SOUGHT),
        Seeker.push,
        or_(lowest.is_(None), lowest <= posting.month_high),
        ~Seeker.refused.overlap(list(posting.shifts)),
    )
    if posting.certificates:
        found = found.where(
            Seeker.certificates.has_all(cast(list(posting.certificates), ARRAY(Text)))
        )
    if groups is not None:
        found = found.where(Seeker.wanted3.overlap(list(groups)))
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


def old() -> datetime:
    """What nobody has looked at since then is not recommended."""
    return clock.now() - timedelta(days=VERIFIED_DAYS)


# Postings

SHOWN = (
    joinedload(Posting.employer).joinedload(Employer.enterprise),
    joinedload(Posting.kind),
    joinedload(Posting.grid),
)
WHOLE = (
    *SHOWN,
    joinedload(Posting.station),
    selectinload(Posting.members),
)


def posting(posting_id: int) -> Posting | None:
    """A posting with all that its page shows."""
    return db.session.scalar(select(Posting).options(*WHOLE).where(Posting.id == posting_id))


def postings(keys: Iterable[int]) -> list[Posting]:
    """These postings."""
    found = select(Posting).options(*WHOLE).where(Posting.id.in_(list(keys)))
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
    found = found.options(*SHOWN).where(*_public())
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

PERSON = (joinedload(Seeker.account), joinedload(Seeker.home_grid))


def seeker(seeker_id: int) -> Seeker | None:
    """A seeker with account and grid."""
    return db.session.scalar(select(Seeker).options(*PERSON).where(Seeker.id == seeker_id))


def seeker_of(account_id: int | None) -> Seeker | None:
    """What an account said of the work it looks for."""
    return db.session.scalar(select(Seeker).options(*PERSON).where(Seeker.account_id == account_id))


def seekers(keys: Iterable[int]) -> list[Seeker]:
    """These seekers."""
    found = select(Seeker).options(*PERSON).where(Seeker.id.in_(list(keys)))
    return list(db.session.scalars(found.order_by(Seeker.id)))


def looking(limit: int = 20_000) -> list[Seeker]:
    """Everybody who looks for work."""
    found = select(Seeker).options(*PERSON).where(Seeker.state.in_(SOUGHT))
    return list(db.session.scalars(found.order_by(Seeker.id).limit(limit)))


def everybody() -> list[Seeker]:
    """All seekers there ever were."""
    return list(db.session.scalars(select(Seeker).order_by(Seeker.id)))
