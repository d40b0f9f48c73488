"""How the rota, the skills and the last position of somebody change."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import Range, insert

from webapp.base import audit, clock
from webapp.base.access import Actor
from webapp.base.db import db
from webapp.base.flow import Refusal, Unacceptable
from webapp.cases.rota import queries
from webapp.cases.rota.models import AccountSkill, Shift, WorkerPosition
from webapp.cases.rota.rules import FRESH, KEPT, Skill
from webapp.people import days
from webapp.people.models import Account

WEEK = timedelta(days=7)
MOST_DAYS = 62


def put_on_duty(
    account_ids: Iterable[int], *, first: date, last: date, begin: time, end: time, by: Actor | None
) -> int:
    """These people are on duty on each of these days from one hour to the other, the next day where
    that is earlier; what they have already stays. Answers how many shifts are new."""
    if not first <= last < first + timedelta(days=MOST_DAYS):
        words = _l("The last day comes after the first, at most %(n)s days later.", n=MOST_DAYS)
        raise Unacceptable(words, fields={"last": words})
    rows = []
    for place in range((last - first).days + 1):
        day = first + timedelta(days=place)
        span = Range(_at(day, begin), _at(day + timedelta(days=end <= begin), end), bounds="[)")
        rows += [{"account_id": each, "span": span} for each in account_ids]
    return _add(rows, by=by)


def copy_week(monday: date, *, by: Actor) -> int:
    """The shifts of the week before stand in this one too, where people are free. Answers how many."""
    since, until = days.start_of(monday - WEEK), days.start_of(monday)
    rows = []
    for each in queries.shifts(since, until):
        if each.begin >= since:
            span = Range(each.begin + WEEK, each.end + WEEK, bounds="[)")
            rows.append({"account_id": each.account_id, "span": span})
    if not rows:
        raise Refusal(_l("There is nothing in the week before."))
    return _add(rows, by=by)


def _add(rows: list[dict[str, Any]], *, by: Actor | None) -> int:
    if not rows:
        raise Unacceptable(
            _l("Choose who is on duty."), fields={"people": _l("Choose who is on duty.")}
        )
    made = [{**row, "created_by_id": by.id if by else None} for row in rows]
    added = insert(Shift).values(made).on_conflict_do_nothing().returning(Shift.id)
    return len(db.session.scalars(added).all())


def _at(day: date, hour: time) -> datetime:
    return days.start_of(day).replace(hour=hour.hour, minute=hour.minute)


def take_off_duty(shift: Shift, *, by: Actor) -> None:
    """The shift is gone from the rota; what has begun ends now and stays for what was."""
    now = clock.now()
    if shift.end <= now:
        raise Refusal(_l("This shift is over; the rota keeps what was."))
    data = {"account": shift.account_id, "span": [str(shift.begin), str(shift.end)]}
    audit.record(kind="shift", thing_id=shift.id, move="off_duty", by=by, data=data)
    if shift.begin < now:
        shift.span = Range(shift.begin, now, bounds="[)")
    else:
        db.session.delete(shift)
    db.session.flush()


def add_skill(
    account: Account, skill: Skill, *, last: date | None, by: Actor | None
) -> AccountSkill:
    """Somebody counts as able from now, to the end of a day or for good."""
    now = clock.now()
    until = days.end_of(last) if last else None
    if until is not None and until <= now:
        words = _l("This day is over.")
        raise Unacceptable(words, fields={"last": words})
    if any(each.skill == skill for each in queries.skills_of(account.id)):
        words = _l("This is on file already.")
        raise Unacceptable(words, fields={"skill": words})
    added = AccountSkill(account_id=account.id, skill=skill, valid=Range(now, until, bounds="[)"))
    db.session.add(added)
    db.session.flush()
    audit.record(
        kind="account", thing_id=account.id, move="skill", by=by, data={"skill": str(skill)}
    )
    return added


def end_skill(skill: AccountSkill, *, by: Actor) -> None:
    """Somebody counts as able no longer."""
    skill.valid = Range(skill.valid.lower, clock.now(), bounds="[)")
    if skill.valid.lower == skill.valid.upper:
        db.session.delete(skill)
    db.session.flush()
    data = {"skill": skill.skill}
    audit.record(kind="account", thing_id=skill.account_id, move="skill_ended", by=by, data=data)


def stand(
    *, lon: float, lat: float, accuracy_m: float | None, at: datetime | None, by: Actor
) -> bool:
    """Where somebody says they are counts for the next ten minutes, if the rota has them on duty.

    Answers whether it was kept: off duty, and when it is old already, nothing is.
    """
    now = clock.now()
    moment = min(at or now, now)
    if by.id is None or moment < now - FRESH or not queries.is_on_duty(by.id, moment):
        return False
    queries.stand(by.id, lon=lon, lat=lat, accuracy_m=accuracy_m, at=moment)
    return True


def forget_positions() -> int:
    """Positions of yesterday are gone. Answers how many."""
    old = WorkerPosition.at < clock.now() - KEPT
    count = db.session.scalar(select(func.count()).select_from(WorkerPosition).where(old)) or 0
    db.session.execute(delete(WorkerPosition).where(old))
    return count
