"""Questions about what the office has laid down: limits, steps, days, shifts, questions, hints."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from sqlalchemy import delete, func, or_, select
from sqlalchemy.orm import joinedload, selectinload

from webapp.base.audit import Event
from webapp.base.db import db
from webapp.cases.models import Case, CaseClass, FilingCondition
from webapp.cases.rules import OPEN
from webapp.cases.standards.models import (
    CalendarDay,
    ClassHint,
    ClassQuestion,
    OfficeShift,
    StageLimit,
)
from webapp.people.models import Account

LOG = 30


def class_of(code: str) -> CaseClass | None:
    """A class by its five digits."""
    return db.session.get(CaseClass, code)


def class_named(name: str) -> CaseClass | None:
    """A class by its name."""
    return db.session.scalar(select(CaseClass).where(CaseClass.name == name).limit(1))


def major_of(digits: str) -> str | None:
    """What the classes that begin with two digits are called together."""
    found = select(CaseClass.major).where(CaseClass.code.startswith(digits)).limit(1)
    return db.session.scalar(found)


def class_below(prefix: str) -> str | None:
    """The first class that begins with these digits."""
    found = select(CaseClass.code).where(CaseClass.code.startswith(prefix))
    return db.session.scalar(found.order_by(CaseClass.code).limit(1))


def limit_now(class_prefix: str, place: int) -> FilingCondition | None:
    """The condition in force for exactly these digits, of this place among them."""
    return db.session.scalar(
        select(FilingCondition).where(
            FilingCondition.class_prefix == class_prefix,
            FilingCondition.place == place,
            func.upper_inf(FilingCondition.valid),
        )
    )


def limit(condition_id: int) -> FilingCondition | None:
    """A condition by its key."""
    return db.session.get(FilingCondition, condition_id)


def limits_of(class_code: str) -> list[FilingCondition]:
    """Every condition a class has or had, its own first, then wider ones; the newest first in each."""
    beginnings = [class_code[:length] for length in range(6)]
    found = (
        select(FilingCondition)
        .options(joinedload(FilingCondition.set_by))
        .where(FilingCondition.class_prefix.in_(beginnings))
        .order_by(
            func.length(FilingCondition.class_prefix).desc(),
            FilingCondition.place,
            func.lower(FilingCondition.valid).desc(),
        )
    )
    return list(db.session.scalars(found))


def stage_now(state: str, pace: str) -> StageLimit | None:
    """The limit that the office has set for a step, if any."""
    return db.session.scalar(
        select(StageLimit).where(
            StageLimit.state == state, StageLimit.pace == pace, func.upper_inf(StageLimit.valid)
        )
    )


def stage_history() -> list[StageLimit]:
    """Every limit that was set for a step, newest first."""
    found = select(StageLimit).options(joinedload(StageLimit.set_by))
    return list(db.session.scalars(found.order_by(StageLimit.id.desc()).limit(LOG)))


def days(since: date) -> list[CalendarDay]:
    """Days that differ from the national calendar, from a day on."""
    found = select(CalendarDay).options(joinedload(CalendarDay.set_by))
    found = found.where(CalendarDay.day >= since).order_by(CalendarDay.day)
    return list(db.session.scalars(found.limit(400)))


def shifts() -> dict[date, list[OfficeShift]]:
    """The shifts by the day from which on they count."""
    by_day: dict[date, list[OfficeShift]] = {}
    found = select(OfficeShift).order_by(OfficeShift.since, OfficeShift.starts)
    for each in db.session.scalars(found):
        by_day.setdefault(each.since, []).append(each)
    return by_day


def drop_shifts(since: date) -> int:
    """The shifts that begin on a day are gone; answers how many these were."""
    gone = db.session.execute(delete(OfficeShift).where(OfficeShift.since == since))
    return int(getattr(gone, "rowcount", 0))


def log(kinds: Iterable[str], keys: Iterable[int] | None = None) -> list[Any]:
    """What was changed lately, newest first: rows of (Event, who)."""
    found = (
        select(Event, Account.name)
        .outerjoin(Account, Account.id == Event.actor_id)
        .where(Event.thing_kind.in_(list(kinds)))
        .order_by(Event.id.desc())
        .limit(LOG)
    )
    if keys is not None:
        found = found.where(Event.thing_id.in_(list(keys)))
    return list(db.session.execute(found))


def questions_of(class_code: str) -> list[ClassQuestion]:
    """What is asked for a class, in order, with the answers to choose from. One statement."""
    found = (
        select(ClassQuestion)
        .outerjoin(ClassQuestion.values)
        .options(joinedload(ClassQuestion.values))
        .where(ClassQuestion.class_code == class_code, ClassQuestion.retired_at.is_(None))
        .order_by(ClassQuestion.place, ClassQuestion.id)
    )
    return list(db.session.scalars(found).unique())


def all_questions(*, public: bool = False) -> dict[str, list[ClassQuestion]]:
    """What is asked, by class, for a page that must know it without a network; or only what residents report."""
    by_class: dict[str, list[ClassQuestion]] = {}
    found = (
        select(ClassQuestion)
        .options(selectinload(ClassQuestion.values))
        .where(ClassQuestion.retired_at.is_(None))
        .order_by(ClassQuestion.class_code, ClassQuestion.place, ClassQuestion.id)
    )
    if public:
        reported = select(CaseClass.code).where(CaseClass.public)
        found = found.where(ClassQuestion.class_code.in_(reported))
    for each in db.session.scalars(found):
        by_class.setdefault(each.class_code, []).append(each)
    return by_class


def question(question_id: int) -> ClassQuestion | None:
    """A question that is still asked."""
    found = select(ClassQuestion).options(selectinload(ClassQuestion.values))
    return db.session.scalar(
        found.where(ClassQuestion.id == question_id, ClassQuestion.retired_at.is_(None))
    )


def last_place(class_code: str) -> int:
    """The place of the last question of a class; 0 when there is none."""
    found = select(func.max(ClassQuestion.place)).where(
        ClassQuestion.class_code == class_code, ClassQuestion.retired_at.is_(None)
    )
    return db.session.scalar(found) or 0


def hints(class_code: str | None = None) -> dict[str, list[ClassHint]]:
    """Classes that are taken for another one, by class: of one class, or of all."""
    by_class: dict[str, list[ClassHint]] = {}
    found = select(ClassHint).options(joinedload(ClassHint.other))
    if class_code is not None:
        found = found.where(ClassHint.class_code == class_code)
    for each in db.session.scalars(found.order_by(ClassHint.class_code, ClassHint.other_code)):
        by_class.setdefault(each.class_code, []).append(each)
    return by_class


def hint(class_code: str, other_code: str) -> ClassHint | None:
    """What is asked where the first class was chosen and the second one may be meant."""
    return db.session.get(ClassHint, (class_code, other_code))


def counted_before(calendar: Any, *, after: int, limit: int) -> list[Any]:
    """Open cases whose moments were counted by a calendar, by key: rows of (Case, last event's time)."""
    last = (
        select(func.max(Event.at))
        .where(Event.thing_kind == "case", Event.thing_id == Case.id)
        .scalar_subquery()
    )
    found = (
        select(Case, last)
        .where(
            Case.state.in_(OPEN),
            or_(Case.counted_by.is_(None), Case.counted_by == calendar),
            Case.id > after,
        )
        .order_by(Case.id)
        .limit(limit)
    )
    return list(db.session.execute(found))


def known_class(code: str) -> CaseClass:
    """A class by its five digits; there is one."""
    return db.session.get_one(CaseClass, code)
