"""What is done with activities: planned, signed up for, attended, held, cancelled."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, update
from sqlalchemy.dialects.postgresql import Range

from webapp.base import clock, notices
from webapp.base.access import Actor
from webapp.base.db import db, lock
from webapp.base.files import StoredFile
from webapp.base.flow import Changed, NotAllowed, NotOpen, Unacceptable
from webapp.base.language import N_
from webapp.base.spatial import standing_at
from webapp.community.activities import queries
from webapp.community.activities.forms import PlanForm
from webapp.community.activities.models import Activity, ActivityPhoto, Participation
from webapp.community.activities.rules import (
    ACTIVITY_FLOW,
    DOOR_OPEN,
    OPEN_KINDS,
    ActivityState,
)
from webapp.grids import relocation
from webapp.grids.models import BoundarySet
from webapp.people import days
from webapp.people.refusing import refusing

MOST_PHOTOS = 12


def plan(said: Sequence[PlanForm], *, by: Actor) -> list[Activity]:
    """The activities are announced, each in the grid of its place; residents may sign up at once."""
    made = [_planned(each, by) for each in said]
    db.session.add_all(made)
    db.session.flush()
    if any(each.grid_id is None for each in made):
        words = _l("This place is in no grid.")
        raise Unacceptable(words, fields={"lon": words})
    ACTIVITY_FLOW.begin_all([(each, by) for each in made], "plan")
    return made


def sign_up(activity: Activity, *, volunteer: bool, by: Actor) -> Participation:
    """The account takes part. Raises `NotOpen` when it is full: of two at once for one seat one has it."""
    if by.id is None:
        raise NotAllowed(_l("Please sign in first."))
    if activity.state != ActivityState.ANNOUNCED or activity.end <= clock.now():
        raise NotOpen(_l("It is over, or was cancelled."))
    return _take_in(activity, Participation(account_id=by.id, volunteer=volunteer))


def sign_off(activity: Activity, *, by: Actor) -> None:
    """The account does not take part any more, and its seat is free."""
    lock(activity)
    found = queries.own(activity.id, by.id)
    if found is None or found.came_at is not None or activity.state != ActivityState.ANNOUNCED:
        raise NotOpen(_l("This cannot be taken back any more."))
    db.session.delete(found)
    db.session.flush()
    db.session.refresh(activity)


def come(activity: Activity, *, by: Actor) -> Participation:
    """Whoever reads the code at the door is there, signed up before or now."""
    now = clock.now()
    if not activity.begin - DOOR_OPEN <= now <= activity.end + DOOR_OPEN:
        raise NotOpen(
            _l("The door is open from a little before the activity until a little after.")
        )
    found = queries.own(activity.id, by.id) or sign_up(activity, volunteer=False, by=by)
    if found.came_at is None:
        found.came_at = now
        db.session.flush()
    return found


def tick(found: Participation) -> None:
    """Whoever leads it has seen them come."""
    if found.activity.state != ActivityState.ANNOUNCED:
        raise NotOpen(_l("It is over, or was cancelled."))
    found.came_at = found.came_at or clock.now()
    db.session.flush()


def walk_in(activity: Activity, *, name: str, volunteer: bool) -> Participation:
    """Somebody without an account came and was written down."""
    if activity.state != ActivityState.ANNOUNCED:
        raise NotOpen(_l("It is over, or was cancelled."))
    return _take_in(activity, Participation(name=name, volunteer=volunteer, came_at=clock.now()))


def hold(
    activity: Activity, *, note: str | None, by: Actor, base_version: int | None = None
) -> None:
    """It has taken place: each volunteer who came has given as many hours as it took."""
    lock(activity)
    if activity.begin > clock.now():
        raise NotOpen(_l("It has not begun yet."))
    activity.result = note
    ACTIVITY_FLOW.move(
        activity,
        "hold",
        by=by,
        evidence={"note": note},
        base_version=base_version,
        data={"note": note},
    )
    _count_hours([activity])


def hold_all(activities: Sequence[Activity], notes: Sequence[str], *, by: Actor) -> None:
    """As `hold` for many that are over, by one writing."""
    for activity, note in zip(activities, notes, strict=True):
        activity.result = note
    ACTIVITY_FLOW.move_all(
        [(each, by) for each in activities],
        "hold",
        evidence={"note": all(notes)},
        data=[{"note": note} for note in notes],
    )
    _count_hours(activities)


def cancel(
    activity: Activity, *, note: str | None, by: Actor, base_version: int | None = None
) -> None:
    """It does not take place; whoever signed up is told why."""
    lock(activity)
    activity.result = note
    ACTIVITY_FLOW.move(
        activity,
        "cancel",
        by=by,
        evidence={"note": note},
        base_version=base_version,
        data={"note": note},
    )
    coming = [each.account_id for each in queries.taking_part(activity.id) if each.account_id]
    words = N_("It does not take place: %(what)s")
    notices.notify(coming, words, url=f"/public/activities/{activity.id}", what=activity.title)


def add_photo(activity: Activity, photo: StoredFile, *, by: Actor) -> None:
    """The activity has one photo more."""
    lock(activity)
    if len(activity.photos) >= MOST_PHOTOS:
        raise NotOpen(_l("An activity has at most %(n)s photos.", n=MOST_PHOTOS))
    activity.photos.append(ActivityPhoto(file=photo))
    ACTIVITY_FLOW.record(activity, "photo", by=by)


def follow_borders(made: BoundarySet, by: Actor | None) -> int:
    """Activities ahead stand in the grids of the borders in force; answers how many moved."""
    here = Activity.state == ActivityState.ANNOUNCED
    return len(relocation.relocate_in_log(Activity, here, kind=ACTIVITY_FLOW.kind, by=by))


def _planned(said: PlanForm, by: Actor) -> Activity:
    begin, end = (_zoned(each) for each in (said.begin, said.end))
    if end <= begin:
        words = _l("It ends after it begins.")
        raise Unacceptable(words, fields={"end": words})
    return Activity(
        kind=said.kind,
        title=said.title,
        words=said.words,
        place=said.place,
        state=ActivityState.ANNOUNCED,
        version=1,
        span=Range(begin, end),
        capacity=said.capacity,
        door=secrets.token_urlsafe(12),
        planned_at=clock.now(),
        planned_by_id=by.id,
        **standing_at(said.lon, said.lat, datum=said.datum),
    )


def _take_in(activity: Activity, found: Participation) -> Participation:
    """One more takes part, unless the database has no seat for them."""
    if activity.kind not in OPEN_KINDS:
        raise NotOpen(_l("A heart talk is between those who talk."))
    found.activity_id, found.signed_at = activity.id, clock.now()
    with refusing(
        ck_activity_capacity=NotOpen(_l("All places are taken.")),
        uq_participation_activity_id_account_id=Changed(_l("You have signed up already.")),
    ):
        db.session.add(found)
    db.session.refresh(activity)
    return found


def _count_hours(activities: Sequence[Activity]) -> None:
    """Volunteers who came have given the time that it took, to the half hour, at least one half."""
    took = func.extract("epoch", func.upper(Activity.span) - func.lower(Activity.span)) / 1800
    db.session.execute(
        update(Participation)
        .where(
            Participation.activity_id == Activity.id,
            Activity.id.in_([each.id for each in activities]),
            Participation.volunteer,
            Participation.came_at.is_not(None),
        )
        .values(hours=func.least(func.greatest(func.round(took), 1) / 2.0, 24))
        .execution_options(synchronize_session=False)
    )


def _zoned(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=days.zone())
