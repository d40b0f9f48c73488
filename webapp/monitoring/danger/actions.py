"""What is done with a danger zone: drawn, drawn anew, put in force, lifted, discarded."""

from __future__ import annotations

from datetime import datetime

from flask_babel import lazy_gettext as _l
from shapely.geometry.base import BaseGeometry
from sqlalchemy.exc import IntegrityError

from webapp.base import clock
from webapp.base.access import Actor
from webapp.base.db import db
from webapp.base.flow import Changed, NotOpen, hold
from webapp.base.spatial import stored
from webapp.monitoring.alarms.models import Alarm
from webapp.monitoring.danger import drawing, queries, winds
from webapp.monitoring.danger.models import DangerShape, DangerZone
from webapp.monitoring.danger.rules import LIVING, ZONE_FLOW, ZoneState
from webapp.monitoring.danger.said import Said, area_of


def draw(
    said: Said, *, alarm: Alarm | None, exercise: bool, words: str | None, by: Actor
) -> DangerZone:
    """A zone is drawn; nobody has to leave yet. A zone of an exercise is one for ever.

    Raises `Changed` where the alarm has a zone that is not over, `Unacceptable` as `area_of`.
    """
    area = area_of(said, queries.grid_areas(said.grids))
    now = clock.now()
    zone = DangerZone(
        kind=said.kind,
        state=ZoneState.DRAWN,
        version=1,
        words=words,
        alarm_id=alarm.id if alarm else None,
        exercise=alarm.exercise if alarm else exercise,
        drawn_at=now,
        drawn_by_id=by.id,
    )
    try:
        with db.session.begin_nested():
            db.session.add(zone)
            db.session.flush()
    except IntegrityError as error:
        raise Changed(_l("A zone was drawn for this alarm a moment ago.")) from error
    shape = _drawn(zone, said, area, number=1, since=now, by=by)
    ZONE_FLOW.begin(zone, "draw", by=by, data={"by_hand": shape.by_hand})
    return zone


def redraw(zone: DangerZone, said: Said, *, base_version: int | None, by: Actor) -> DangerShape:
    """The zone has another shape from now on; the one before is kept with its time.

    Raises `NotOpen` where the zone is over, `Changed` where somebody else changed it meanwhile.
    """
    hold(zone, base_version)
    if zone.state not in LIVING:
        raise NotOpen(_l("This zone is over."))
    area = area_of(said, queries.grid_areas(said.grids))
    before = zone.shape
    before.until = now = clock.now()
    db.session.flush()
    shape = _drawn(zone, said, area, number=before.number + 1, since=now, by=by)
    zone.kind = said.kind
    ZONE_FLOW.record(zone, "redraw", by=by, data={"shape": shape.number, "by_hand": shape.by_hand})
    db.session.expire(zone, ["shape", "shapes"])
    return shape


def enforce(zone: DangerZone, *, by: Actor, base_version: int | None = None) -> None:
    """The zone is in force: whoever opens it reads that nobody goes in."""
    hold(zone, base_version)
    zone.enforced_at = zone.enforced_at or clock.now()
    ZONE_FLOW.move(zone, "enforce", by=by, data={"shape": zone.shape.number})


def lift(zone: DangerZone, *, by: Actor, note: str | None, base_version: int | None = None) -> None:
    """It is not dangerous any more, and the log says why."""
    _end(zone, "lift", by, note, base_version)


def discard(
    zone: DangerZone, *, by: Actor, note: str | None = None, base_version: int | None = None
) -> None:
    """The drawing was not needed; it is kept and was never in force."""
    _end(zone, "discard", by, note, base_version)


def _drawn(
    zone: DangerZone, said: Said, area: BaseGeometry, *, number: int, since: datetime, by: Actor
) -> DangerShape:
    shape = DangerShape(
        zone_id=zone.id,
        number=number,
        inputs=said.kept() | winds.word_behind(said),
        model=drawing.MODEL,
        by_hand=bool(said.corners),
        area=stored(area),
        since=since,
        made_by_id=by.id,
    )
    db.session.add(shape)
    db.session.flush()
    return shape


def _end(
    zone: DangerZone, name: str, by: Actor, note: str | None, base_version: int | None
) -> None:
    hold(zone, base_version)
    zone.ended_at = zone.ended_at or clock.now()
    said = {"note": note} if note else {}
    ZONE_FLOW.move(zone, name, by=by, evidence={"note": note}, data=said)
