"""Questions about activities: which there are, who takes part, what volunteers gave."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import TIMESTAMP, ColumnElement, Row, Select, func, select
from sqlalchemy.orm import joinedload, selectinload

from webapp.base.access import Actor, visible
from webapp.base.db import containing, db
from webapp.base.web import Page
from webapp.community.activities.models import Activity, ActivityPhoto, Participation
from webapp.community.activities.rules import OPEN_KINDS, ActivityKind, ActivityState
from webapp.people.models import Account

PAGE = 30
AHEAD = 40


def _rows() -> Select[Activity]:
    return select(Activity).options(joinedload(Activity.grid))


def activity(activity_id: int) -> Activity | None:
    """An activity with its photos."""
    found = _rows().options(selectinload(Activity.photos), joinedload(Activity.planned_by))
    return db.session.scalar(found.where(Activity.id == activity_id))


def open_activity(activity_id: int) -> Activity | None:
    """An activity that everybody may read: no heart talk."""
    found = activity(activity_id)
    return found if found is not None and found.kind in OPEN_KINDS else None


def by_door(code: str) -> Activity | None:
    """The activity whose door has this code."""
    found = _rows().where(Activity.door == code, Activity.kind.in_(OPEN_KINDS))
    return db.session.scalar(found)


def narrowed(
    who: Actor, *, state: str | None = None, kind: str | None = None, words: str = ""
) -> Select[Any]:
    """SQL: activities that `who` may see, the newest first."""
    found = _rows().where(visible(Activity, who, "activities.see"))
    if state in list(ActivityState):
        found = found.where(Activity.state == state)
    if kind in list(ActivityKind):
        found = found.where(Activity.kind == kind)
    if words:
        found = found.where(Activity.title.ilike(containing(words)))
    return found.order_by(Activity.id.desc())


def listed(who: Actor, *, before: int | None = None, **narrowing: Any) -> Page[Activity]:
    """The activities `who` may see, the newest first."""
    found = narrowed(who, **narrowing)
    if before is not None:
        found = found.where(Activity.id < before)
    rows = list(db.session.scalars(found.limit(PAGE + 1)))
    return Page(rows[:PAGE], rows[PAGE - 1].id if len(rows) > PAGE else None)


def counts(who: Actor) -> dict[str, int]:
    """How many activities there are of each kind, of those `who` may see."""
    found = select(Activity.kind, func.count()).where(visible(Activity, who, "activities.see"))
    return {kind: many for kind, many in db.session.execute(found.group_by(Activity.kind)).all()}


def ahead(moment: datetime, *, grid_ids: Sequence[int] | None = None) -> Sequence[Activity]:
    """What everybody may come to from then on, the next first; in these grids, or everywhere."""
    found = _rows().where(
        Activity.kind.in_(OPEN_KINDS),
        Activity.state == ActivityState.ANNOUNCED,
        func.upper(Activity.span) > moment,
    )
    if grid_ids is not None:
        found = found.where(Activity.grid_id.in_(grid_ids))
    return db.session.scalars(found.order_by(func.lower(Activity.span)).limit(AHEAD)).all()


def held_lately(limit: int = 10) -> Sequence[Activity]:
    """What took place last, as everybody may read it."""
    found = _rows().where(Activity.kind.in_(OPEN_KINDS), Activity.state == ActivityState.HELD)
    return db.session.scalars(found.order_by(func.lower(Activity.span).desc()).limit(limit)).all()


def taking_part(activity_id: int) -> Sequence[Participation]:
    """Who takes part, in the order they signed up."""
    found = select(Participation).options(
        joinedload(Participation.account), joinedload(Participation.activity)
    )
    found = found.where(Participation.activity_id == activity_id)
    return db.session.scalars(found.order_by(Participation.id)).all()


def participation(participation_id: int) -> Participation | None:
    """One who takes part, with the activity."""
    found = select(Participation).options(joinedload(Participation.activity))
    return db.session.scalar(found.where(Participation.id == participation_id))


def own(activity_id: int, account_id: int | None) -> Participation | None:
    """How this account takes part."""
    if account_id is None:
        return None
    found = select(Participation).where(
        Participation.activity_id == activity_id, Participation.account_id == account_id
    )
    return db.session.scalar(found)


def mine(account_id: int) -> Sequence[Participation]:
    """What this account signed up for, the newest first."""
    found = select(Participation).options(joinedload(Participation.activity))
    found = found.where(Participation.account_id == account_id)
    return db.session.scalars(found.order_by(Participation.id.desc()).limit(PAGE)).all()


def mine_between(
    account_id: int, since: datetime, until: datetime, limit: int
) -> Sequence[Activity]:
    """The activities of this time that this account signed up for, cancelled ones too."""
    begin = func.lower(Activity.span)
    found = (
        _rows()
        .join(Participation, Participation.activity_id == Activity.id)
        .where(Participation.account_id == account_id, begin >= since, begin < until)
    )
    return db.session.scalars(found.order_by(begin).limit(limit)).all()


def hours_of(account_id: int) -> float:
    """What this account has given as a volunteer, in hours."""
    found = select(func.sum(Participation.hours)).where(Participation.account_id == account_id)
    return float(db.session.scalar(found) or 0)


def volunteers(who: Actor, since: datetime) -> Sequence[Row[str, int, float | None]]:
    """(name, how often, hours) of volunteers since then at the activities `who` may see."""
    hours = func.sum(Participation.hours)
    found = (
        select(Account.name, func.count(), hours)
        .join(Account, Participation.account_id == Account.id)
        .join(Activity, Participation.activity_id == Activity.id)
        .where(
            visible(Activity, who, "activities.see"),
            Participation.hours.is_not(None),
            func.lower(Activity.span) >= since,
        )
        .group_by(Account.id, Account.name)
        .order_by(hours.desc(), Account.name)
        .limit(100)
    )
    return db.session.execute(found).all()


def photo(photo_id: int) -> ActivityPhoto | None:
    """A photo with its activity."""
    found = select(ActivityPhoto).options(
        joinedload(ActivityPhoto.activity), joinedload(ActivityPhoto.file)
    )
    return db.session.scalar(found.where(ActivityPhoto.id == photo_id))


def begin() -> ColumnElement[datetime]:
    """SQL: when an activity begins."""
    return func.lower(Activity.span, type_=TIMESTAMP(timezone=True))
