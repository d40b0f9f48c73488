"""Questions of residents and of the public: what may be read, what is mine, what is new where I look."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Float,
    Integer,
    Numeric,
    Select,
    String,
    and_,
    case as sql_case,
    cast,
    exists,
    func,
    or_,
    select,
    true,
)
from sqlalchemy.orm import aliased, joinedload, selectinload

from webapp.base import clock
from webapp.base.access import Actor, visible
from webapp.base.audit import Event
from webapp.base.db import containing, db
from webapp.base.spatial import SRID, WGS84
from webapp.cases import publishing
from webapp.cases.appeals.models import Appeal
from webapp.cases.models import Case, CaseClass, CaseContact, CaseMedia
from webapp.cases.residents.models import (
    CaseAnswer,
    CaseRating,
    Erasure,
    ErasureRule,
    Follow,
    FollowedEvent,
    ReleasedMedia,
    ReleasedWords,
)
from webapp.cases.residents.rules import ERASE_MONTHS, NEWS, NEWS_DAYS, PUBLIC_STEPS, Every
from webapp.cases.rules import Source, State
from webapp.grids.models import Grid
from webapp.people import phones

PAGE = 30
# A closed case stays on the public map for so long.
ON_MAP_DAYS = 90

Box = tuple[float, float, float, float]


def _shown() -> tuple[Any, ...]:
    return (joinedload(Case.case_class), joinedload(Case.grid), joinedload(Case.department))


def shown_point() -> ColumnElement[Any]:
    """SQL: where the case stands as the public may know it (metres)."""
    snapped = func.ST_SnapToGrid(Case.geom, publishing.COARSE_M)
    return sql_case((publishing.coarse(), snapped), else_=Case.geom)


def public_one(number: str) -> Case | None:
    """A public case by its number; None for one that is not public, as for one that is not there."""
    found = select(Case).options(*_shown()).where(Case.number == number, publishing.clause())
    return db.session.scalar(found)


def public_list(
    *,
    words: str | None = None,
    states: Iterable[State] | None = None,
    before: int | None = None,
    limit: int = PAGE,
) -> list[Case]:
    """Public cases, newest first, whose class, grid, number or released words hold the words."""
    found = select(Case).options(*_shown()).where(publishing.clause())
    if words:
        found = found.where(_holding(words))
    if states is not None:
        found = found.where(Case.state.in_(list(states)))
    if before is not None:
        found = found.where(Case.id < before)
    return list(db.session.scalars(found.order_by(Case.id.desc()).limit(limit)))


def _holding(words: str) -> ColumnElement[bool]:
    pattern = containing(words)
    classes = select(CaseClass.code).where(
        or_(
            CaseClass.name.ilike(pattern),
            CaseClass.name_en.ilike(pattern),
            CaseClass.major.ilike(pattern),
            func.array_to_string(CaseClass.keywords, " ").ilike(pattern),
        )
    )
    grids = select(Grid.id).where(or_(Grid.name.ilike(pattern), Grid.display_code.ilike(pattern)))
    released = select(ReleasedWords.case_id).where(ReleasedWords.words.ilike(pattern))
    return or_(
        Case.number.ilike(pattern),
        Case.class_code.in_(classes),
        Case.grid_id.in_(grids),
        Case.id.in_(released),
    )


def public_points(
    *, box: Box | None = None, case_id: int | None = None, language: str, limit: int
) -> list[list[Any]]:
    """Public cases for a map: [id, lon, lat, name, grid_id, number], newest first, `limit` + 1 at most.

    Open ones, and those closed of late. A box is asked of the place that is told, never of the real one.
    """
    at = shown_point()
    degrees = func.ST_Transform(at, WGS84)
    english = func.coalesce(func.nullif(CaseClass.name_en, ""), CaseClass.name)
    found = (
        select(
            Case.id,
            _degree(func.ST_X(degrees)),
            _degree(func.ST_Y(degrees)),
            english if language == "en" else CaseClass.name,
            Case.grid_id,
            Case.number,
        )
        .join(Case.case_class)
        .where(publishing.clause(), Case.geom.is_not(None))
        .order_by(Case.id.desc())
        .limit(limit + 1)
    )
    young = clock.now() - timedelta(days=ON_MAP_DAYS)
    found = found.where(or_(Case.closed_at.is_(None), Case.closed_at > young))
    if case_id is not None:
        found = found.where(Case.id == case_id)
    if box is not None:
        wanted = func.ST_Transform(func.ST_MakeEnvelope(*box, WGS84), SRID)
        wider = func.ST_Expand(wanted, publishing.COARSE_M)
        found = found.where(Case.geom.op("&&")(wider), at.op("&&")(wanted))
    return [list(row) for row in db.session.execute(found)]


def _degree(value: ColumnElement[Any]) -> ColumnElement[float]:
    return cast(func.round(cast(value, Numeric), 6), Float(53))


def on_hold(limit: int = 200) -> list[Case]:
    """Public cases on hold, by the day on which somebody looks again."""
    found = select(Case).options(*_shown()).where(publishing.clause())
    found = found.where(Case.state == State.ON_HOLD)
    return list(db.session.scalars(found.order_by(Case.review_on, Case.id).limit(limit)))


def hold_reasons(case_ids: Iterable[int]) -> dict[int, str]:
    """The kind of reason for which each of these cases was last put on hold."""
    rows = db.session.execute(
        select(Event.thing_id, Event.data["hold"].astext)
        .where(
            Event.thing_kind == "case",
            Event.thing_id.in_(list(case_ids)),
            Event.move == "request_hold",
        )
        .order_by(Event.thing_id, Event.seq)
    )
    return {case_id: reason for case_id, reason in rows if reason}


def steps(case_id: int, moves: Iterable[str]) -> list[Event]:
    """The events of a case that are among these moves, newest first."""
    found = select(Event).where(
        Event.thing_kind == "case", Event.thing_id == case_id, Event.move.in_(list(moves))
    )
    return list(db.session.scalars(found.order_by(Event.seq.desc())))


def last_steps(case_ids: Iterable[int]) -> dict[int, datetime]:
    """When something happened to each of these cases last that the public is told of."""
    rows = db.session.execute(
        select(Event.thing_id, func.max(Event.at))
        .where(
            Event.thing_kind == "case",
            Event.thing_id.in_(list(case_ids)),
            Event.move.in_([*PUBLIC_STEPS, "release"]),
        )
        .group_by(Event.thing_id)
    )
    return {case_id: at for case_id, at in rows}


def released_words(case_id: int) -> str | None:
    """What the desk lets the public read about a case."""
    return db.session.scalar(select(ReleasedWords.words).where(ReleasedWords.case_id == case_id))


def released_words_of(case_ids: Iterable[int]) -> dict[int, str]:
    """The same for many cases."""
    found = select(ReleasedWords.case_id, ReleasedWords.words)
    rows = db.session.execute(found.where(ReleasedWords.case_id.in_(list(case_ids))))
    return {case_id: words for case_id, words in rows}


def released_photos(case_id: int) -> list[CaseMedia]:
    """The photos of a case that the desk has released, as they were taken."""
    found = (
        select(CaseMedia)
        .join(ReleasedMedia, ReleasedMedia.media_id == CaseMedia.id)
        .options(joinedload(CaseMedia.file))
        .where(CaseMedia.case_id == case_id)
    )
    return list(db.session.scalars(found.order_by(CaseMedia.id)))


def public_photo(media_id: int) -> CaseMedia | None:
    """A released photo of a case that is public now."""
    found = (
        select(CaseMedia)
        .join(ReleasedMedia, ReleasedMedia.media_id == CaseMedia.id)
        .join(Case, Case.id == CaseMedia.case_id)
        .options(joinedload(CaseMedia.file))
        .where(CaseMedia.id == media_id, publishing.clause())
    )
    return db.session.scalar(found)


def with_photos(case_id: int) -> Case | None:
    """A case with its class and photos, for whoever decides what of it is released."""
    found = select(Case).options(*_shown(), selectinload(Case.media).joinedload(CaseMedia.file))
    return db.session.scalar(found.where(Case.id == case_id))


def public_classes(words: str | None = None, limit: int = 12) -> list[CaseClass]:
    """Classes that residents may report, found by their names and the words people use."""
    found = select(CaseClass).where(CaseClass.public.is_(True))
    if words:
        pattern = f"%{words.strip()}%"
        keywords = func.array_to_string(CaseClass.keywords, " ")
        found = found.where(
            or_(
                CaseClass.name.ilike(pattern),
                CaseClass.name_en.ilike(pattern),
                CaseClass.major.ilike(pattern),
                keywords.ilike(pattern),
            )
        )
    else:
        found = found.where(CaseClass.common_rank.is_not(None))
    order = CaseClass.common_rank.nulls_last(), CaseClass.code
    return list(db.session.scalars(found.order_by(*order).limit(limit)))


def majors() -> list[tuple[str, str]]:
    """The groups of classes that residents may read: (two digits, name)."""
    prefix = func.left(CaseClass.code, 2)
    found = select(prefix, func.min(CaseClass.major)).where(CaseClass.public.is_(True))
    return [
        (code, name) for code, name in db.session.execute(found.group_by(prefix).order_by(prefix))
    ]


# What is mine


def mine(who: Actor, *, before: int | None = None, limit: int = PAGE) -> list[Case]:
    """What somebody has reported, newest first."""
    found = select(Case).options(*_shown()).where(visible(Case, who, "reports.own"))
    if before is not None:
        found = found.where(Case.id < before)
    return list(db.session.scalars(found.order_by(Case.id.desc()).limit(limit)))


def own(case_id: int) -> Case | None:
    """A case with what the page of its reporter shows."""
    found = select(Case).options(
        *_shown(),
        joinedload(Case.merged_into),
        selectinload(Case.media).joinedload(CaseMedia.file),
    )
    return db.session.scalar(found.where(Case.id == case_id))


def own_media(media_id: int) -> Case | None:
    """The case of a photo."""
    found = select(Case).join(CaseMedia, CaseMedia.case_id == Case.id)
    return db.session.scalar(found.where(CaseMedia.id == media_id))


def reported_since(account_id: int, moment: datetime) -> int:
    """How many reports an account has made since a moment."""
    found = select(func.count()).where(
        Case.reporter_id == account_id, Case.received_at > moment, Case.source == Source.PUBLIC
    )
    return db.session.scalar(found) or 0


def rating(case_id: int) -> CaseRating | None:
    """What the reporter said of the end of a case."""
    return db.session.scalar(select(CaseRating).where(CaseRating.case_id == case_id))


def answers(case_id: int) -> list[CaseAnswer]:
    """What the reporter answered, oldest first."""
    found = select(CaseAnswer).where(CaseAnswer.case_id == case_id)
    return list(db.session.scalars(found.order_by(CaseAnswer.id)))


# Who follows what


def follow(follow_id: int) -> Follow | None:
    """A follow by its key, as long as it has not ended."""
    found = db.session.get(Follow, follow_id)
    return found if found and found.ended_at is None else None


def follow_by_token(token: str) -> Follow | None:
    """A follow by the token of its links."""
    return db.session.scalar(select(Follow).where(Follow.token == token))


def follows_of(account_id: int | None = None, phone: str | None = None) -> list[Follow]:
    """What an account, or a phone without one, follows; oldest first."""
    found = select(Follow).options(joinedload(Follow.grid)).where(Follow.ended_at.is_(None))
    whose = (
        Follow.account_id == account_id
        if account_id is not None
        else phones.has(Follow.phone_blind, phone or "")
    )
    return list(db.session.scalars(found.where(whose).order_by(Follow.id)))


def news_for_followers() -> Select[int, int]:
    """SQL: (follow, event) of everything public that happened since it is followed and not long ago."""
    at = shown_point()
    there = or_(
        and_(Follow.grid_id.is_not(None), Follow.grid_id == Case.grid_id),
        func.ST_DWithin(at, Follow.geom, func.coalesce(Follow.radius_m, 0)),
    )
    wanted = or_(
        Follow.class_prefix.is_(None), func.starts_with(Case.class_code, Follow.class_prefix)
    )
    young = clock.now() - timedelta(days=NEWS_DAYS)
    known = aliased(FollowedEvent)
    return (
        select(Follow.id, Event.id)
        .select_from(Event)
        .join(Case, and_(Event.thing_kind == "case", Case.id == Event.thing_id))
        .join(Follow, and_(Event.at > Follow.confirmed_at, there, wanted))
        .where(
            Event.at > young,
            Event.move.in_(list(NEWS)),
            Follow.ended_at.is_(None),
            publishing.clause(),
            ~exists().where(known.follow_id == Follow.id, known.event_id == Event.id),
        )
    )


def untold(every: Every) -> list[Any]:
    """News that followers wait for: rows of (FollowedEvent, Follow, Event, Case), by follower.

    The rows of the followers are locked; what another worker tells already is left out.
    """
    found = (
        select(FollowedEvent, Follow, Event, Case)
        .join(Follow, Follow.id == FollowedEvent.follow_id)
        .join(Event, Event.id == FollowedEvent.event_id)
        .join(Case, Case.id == Event.thing_id)
        .options(joinedload(Case.case_class), joinedload(Case.grid), joinedload(Follow.account))
        .where(FollowedEvent.told_at.is_(None), Follow.every == every, Follow.ended_at.is_(None))
        .where(publishing.clause())
        .order_by(Follow.id, Event.id)
        .with_for_update(of=FollowedEvent, skip_locked=True)
    )
    return list(db.session.execute(found))


# What is erased


def erasure_rules() -> list[ErasureRule]:
    """The rules that the office has set, the widest first."""
    return list(db.session.scalars(select(ErasureRule).order_by(ErasureRule.class_prefix)))


def erasure_rule(prefix: str) -> ErasureRule | None:
    """The rule for this beginning of class codes."""
    return db.session.scalar(select(ErasureRule).where(ErasureRule.class_prefix == prefix))


def erase_months() -> int:
    """Months after which a report is anonymised where no rule of its group says otherwise."""
    rule = erasure_rule("")
    return rule.months if rule else ERASE_MONTHS


def to_erase(limit: int) -> list[Any]:
    """Public reports whose time is over: rows of (Case, prefix of the rule, months), oldest first."""
    rule = (
        select(ErasureRule.class_prefix, ErasureRule.months)
        .where(func.starts_with(Case.class_code, ErasureRule.class_prefix))
        .order_by(func.length(ErasureRule.class_prefix).desc())
        .limit(1)
        .lateral()
    )
    months = func.coalesce(rule.c.months, ERASE_MONTHS)
    known = exists().where(Erasure.kind == "report", Erasure.case_number == Case.number)
    contact = exists().where(CaseContact.case_id == Case.id)
    found = (
        select(Case, func.coalesce(cast(rule.c.class_prefix, String), ""), cast(months, Integer))
        .outerjoin(rule, true())
        .where(
            Case.closed_at.is_not(None),
            Case.closed_at + func.make_interval(0, months) < clock.now(),
            or_(Case.source == Source.PUBLIC, contact),
            ~known,
        )
        .order_by(Case.closed_at, Case.id)
        .limit(limit)
    )
    return list(db.session.execute(found))


def sheets_to_erase(limit: int) -> list[Appeal]:
    """Sheets of the hotline whose time is over by the rule for all classes, oldest first."""
    known = exists().where(Erasure.kind == "sheet", Erasure.case_number == Appeal.sheet_no)
    found = (
        select(Appeal)
        .where(
            Appeal.closed_at.is_not(None),
            Appeal.closed_at + func.make_interval(0, erase_months()) < clock.now(),
            ~known,
        )
        .order_by(Appeal.closed_at, Appeal.id)
        .limit(limit)
    )
    return list(db.session.scalars(found))


def erasures(*, before: int | None = None, limit: int = PAGE) -> list[Erasure]:
    """The register of what was erased, newest first."""
    found = select(Erasure)
    if before is not None:
        found = found.where(Erasure.id < before)
    return list(db.session.scalars(found.order_by(Erasure.id.desc()).limit(limit)))


def count_erased() -> int:
    """How many reports were anonymised so far."""
    return db.session.scalar(select(func.count()).select_from(Erasure)) or 0
