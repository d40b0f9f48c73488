"""Questions about what is around a case: its twins, its like, its surroundings, its reporter."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, literal, or_, select, true
from sqlalchemy.orm import aliased, joinedload, selectinload

from webapp.base import clock
from webapp.base.access import Actor, visible
from webapp.base.db import db
from webapp.cases.around.rules import AROUND_M, AROUND_WEEKS, LIKE_DAYS, LIKE_M
from webapp.cases.models import Case, CaseClass, CaseContact, CaseMedia
from webapp.cases.rules import OPEN, UNSENT, State
from webapp.cases.standards.in_force import standards
from webapp.people import phones

PAGE = 50


def _near(case: Case, metres: float) -> ColumnElement[bool]:
    """Of the class of the case or one that is taken for it, so near to it."""
    classes = {case.class_code, *standards().taken.get(case.class_code, ())}
    # Each by itself, so that the index for class and place finds them.
    of_them = or_(*(Case.class_code == each for each in sorted(classes)))
    return and_(of_them, func.ST_DWithin(Case.geom, case.geom, metres), Case.id != case.id)


def _maybe_same(case: Case) -> ColumnElement[bool]:
    kind = case.case_class
    # As an age, so that no index on the time is asked beside the one on class and place.
    age = literal(case.received_at, Case.received_at.type) - Case.received_at
    return and_(
        _near(case, kind.merge_radius_m),
        Case.state.in_(sorted(OPEN)),
        age <= timedelta(days=kind.merge_days),
    )


def twin_numbers(case: Case, limit: int = 3) -> list[str]:
    """Numbers of open cases that may be the same matter, the oldest first; for the desk only."""
    if case.geom is None:
        return []
    found = select(Case.number).where(_maybe_same(case)).order_by(Case.id).limit(limit)
    return list(db.session.scalars(found))


def twins(case: Case, who: Actor, limit: int = 4) -> list[Any]:
    """Open cases that may be the same matter, nearest first: rows of (Case, metres away).

    The same class or one that is taken for it, within the radius and the days of the class.
    """
    if case.geom is None or case.state not in OPEN:
        return []
    return _rows(case, _maybe_same(case), who, limit)


def like(case: Case, who: Actor, limit: int = 5) -> list[Any]:
    """Cases of the class near it, ended ones too, nearest first: rows of (Case, metres away)."""
    if case.geom is None:
        return []
    since = clock.now() - timedelta(days=LIKE_DAYS)
    found = and_(
        _near(case, LIKE_M),
        Case.received_at >= since,
        Case.state != State.MERGED,
    )
    return _rows(case, found, who, limit)


def _rows(case: Case, which: ColumnElement[bool], who: Actor, limit: int) -> list[Any]:
    away = func.ST_Distance(Case.geom, case.geom)
    shown = (
        joinedload(Case.case_class),
        joinedload(Case.handler),
        joinedload(Case.department),
        selectinload(Case.media).joinedload(CaseMedia.file),
    )
    found = select(Case, away).options(*shown).where(which, visible(Case, who, "cases.see"))
    return list(db.session.execute(found.order_by(away, Case.id).limit(limit)))


def surroundings(case: Case) -> Select[Any]:
    """Cases of the class within the surroundings, whatever became of them."""
    since = clock.now() - timedelta(weeks=AROUND_WEEKS)
    return select(Case).where(
        Case.class_code == case.class_code,
        func.ST_DWithin(Case.geom, case.geom, AROUND_M),
        Case.received_at >= since,
        Case.id != case.id,
    )


def by_same_reporter(case: Case, phone: str | None) -> Select[Any]:
    """Cases that the account, or the phone, of whoever reported this one has reported."""
    same: ColumnElement[bool] = Case.reporter_id == case.reporter_id
    if case.reporter_id is None:
        reached = select(CaseContact.case_id).where(
            phones.has(CaseContact.phone_blind, phone or "")
        )
        same = Case.id.in_(reached)
    return select(Case).where(same, Case.id != case.id)


def phone_of(case: Case) -> str | None:
    """The phone by which whoever reported it without an account is reached, unless it was erased."""
    found = select(CaseContact.phone).where(
        CaseContact.case_id == case.id, CaseContact.phone.is_not(None)
    )
    return db.session.scalar(found.order_by(CaseContact.id).limit(1))


def newest(
    found: Select[Any], who: Actor, *, before: int | None, hide: bool, limit: int = PAGE + 1
) -> list[Case]:
    """Those of the cases that `who` may see, newest first; `before` is where the last page ended.

    `hide`: without the confidential ones, of which `who` does not know who reported them.
    """
    shown = (joinedload(Case.case_class), joinedload(Case.grid), joinedload(Case.handler))
    known = or_(Case.confidential.is_(False), visible(Case, who, "cases.accept"))
    found = found.options(*shown).where(visible(Case, who, "cases.see"), known if hide else true())
    if before is not None:
        found = found.where(Case.id < before)
    return list(db.session.scalars(found.order_by(Case.id.desc()).limit(limit)))


def doubt() -> ColumnElement[bool]:
    """SQL: the case may have been reported before, an open one of its class lies near it."""
    other = aliased(Case)
    days = func.make_interval(0, 0, 0, CaseClass.merge_days)
    earlier = (
        select(other.id)
        .join(CaseClass, CaseClass.code == other.class_code)
        .where(
            other.state.in_(sorted(OPEN)),
            other.class_code == Case.class_code,
            func.ST_DWithin(other.geom, Case.geom, CaseClass.merge_radius_m),
            other.received_at >= Case.received_at - days,
            other.id < Case.id,
        )
        .correlate(Case)
    )
    return and_(Case.state.in_(sorted(UNSENT)), earlier.exists())
