"""Questions about where vessels are and were, for maps."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from flask_babel import format_timedelta
from sqlalchemy import false, func, or_, select, true
from sqlalchemy.dialects.postgresql import distinct_on

from webapp.base import clock
from webapp.base.access import Actor, visible
from webapp.base.db import db
from webapp.base.spatial import center, shape_of, to_lonlats
from webapp.ports.models import Recall, RecallCall, Vessel, Voyage
from webapp.ports.rules import RecallState, VoyageState
from webapp.ports.sea import queries
from webapp.ports.sea.models import Passage, VesselFix, VesselWhere
from webapp.ports.sea.tracking import Seen, sight
from webapp.ports.sea.weighing import Afloat, Around, silent

# A track is drawn with so many points at most.
MOST_POINTS = 1500


def on_map(who: Actor, *, limit: int) -> list[list[Any]]:
    """Vessels at sea, by report or by their last crossing, where they were heard last.

    [id, lon, lat, name, grid_id, MMSI, mark, words], at most `limit` + 1; `words` say how old the position
    is, and whether the vessel is called back or silent.
    """
    now, limits = clock.now(), queries.limits()
    last = (
        select(Passage.out, Passage.at)
        .where(Passage.vessel_id == Vessel.id)
        .order_by(Passage.at.desc(), Passage.id.desc())
        .limit(1)
        .lateral("last")
    )
    calling = (
        select(RecallCall.vessel_id, RecallCall.called_at, RecallCall.acknowledged_at)
        .join(Recall, Recall.id == RecallCall.recall_id)
        .where(Recall.state == RecallState.CALLING)
        .subquery("calling")
    )
    found = (
        select(
            VesselWhere.geom,
            Vessel.id,
            Vessel.name,
            Vessel.mmsi,
            Vessel.kind,
            Vessel.length_m,
            Voyage.left_at,
            func.coalesce(last.c.out, false()).label("out"),
            last.c.at.label("passed_at"),
            VesselWhere.at.label("heard_at"),
            calling.c.called_at,
            calling.c.acknowledged_at,
        )
        .join(VesselWhere, VesselWhere.vessel_id == Vessel.id)
        .outerjoin(Voyage, (Voyage.vessel_id == Vessel.id) & (Voyage.state == VoyageState.AT_SEA))
        .outerjoin(last, true())
        .outerjoin(calling, calling.c.vessel_id == Vessel.id)
        .where(
            visible(Vessel, who, "vessels.see"),
            Vessel.closed_at.is_(None),
            VesselWhere.geom.is_not(None),
            or_(Voyage.id.is_not(None), last.c.out),
        )
        .order_by(Vessel.id)
        .limit(limit + 1)
    )
    rows = db.session.execute(found).all()
    spots = [center(shape_of(row.geom)) for row in rows]
    lons, lats = to_lonlats([x for x, _y in spots], [y for _x, y in spots], digits=6)
    around, drawn = Around(now, limits, {}), []
    for row, lon, lat in zip(rows, lons, lats, strict=True):
        vessel = Afloat(
            row.id,
            row.name,
            row.kind,
            row.length_m,
            transmits=True,
            left_at=row.left_at,
            out=row.out,
            passed_at=row.passed_at,
            heard_at=row.heard_at,
        )
        mark, words = sight(
            called=row.called_at is not None,
            answered=row.acknowledged_at is not None,
            quiet=silent(vessel, around, False) is not None,
        )
        age = format_timedelta(row.heard_at - now, add_direction=True)
        said = " · ".join((*map(str, words), age))
        drawn.append([row.id, lon, lat, row.name, None, row.mmsi, mark, said])
    return drawn


def track(vessel_id: int, *, since: datetime, until: datetime) -> Sequence[Seen]:
    """Where a vessel was between two moments, the oldest first.

    At most `MOST_POINTS` and one: the time is cut into as many parts, and of each the last position is taken.
    """
    part = func.date_bin(pace(since, until), VesselFix.at, since)
    found = (
        select(VesselFix.at, VesselFix.lon, VesselFix.lat)
        .where(VesselFix.vessel_id == vessel_id, VesselFix.at.between(since, until))
        .ext(distinct_on(part))
        .order_by(part, VesselFix.at.desc(), VesselFix.received_at, VesselFix.source)
    )
    return [Seen(at, lon, lat) for at, lon, lat in db.session.execute(found)]


def pace(since: datetime, until: datetime) -> timedelta:
    """How far apart the points of a track between two moments are at least, where there are many."""
    return (until - since) / MOST_POINTS
