"""Questions about ports: which vessels there are, who may act for them, who is at sea."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import ScalarSelect, Select, func, literal, or_, select
from sqlalchemy.orm import joinedload, selectinload

from webapp.base import clock
from webapp.base.access import Actor, visible
from webapp.base.db import containing, db
from webapp.base.spatial import as_geojson, to_lonlats
from webapp.base.web import Page
from webapp.ports.models import (
    Berth,
    ClosedSeason,
    CrewMember,
    GateLine,
    Port,
    Recall,
    RecallCall,
    Vessel,
    Voyage,
    WindLimit,
)
from webapp.ports.rules import RecallState, VesselKind, VoyageState, nightfall

PAGE = 50
MOST_AT_SEA = 500
LAST_VOYAGES = 20
LAST_RECALLS = 50
_AT_SEA = (Voyage.vessel_id == Vessel.id) & (Voyage.state == VoyageState.AT_SEA)


def port(port_id: int) -> Port | None:
    """A port with its berths and gate lines."""
    found = select(Port).options(
        joinedload(Port.grid), selectinload(Port.berths), selectinload(Port.gate_lines)
    )
    return db.session.scalar(found.where(Port.id == port_id))


def port_named(name: str) -> Port | None:
    """The port of this name."""
    return db.session.scalar(select(Port).where(Port.name == name))


def ports() -> Sequence[Any]:
    """Each port with how many vessels belong to it and how many of these are at sea, by name."""
    out = select(Voyage.vessel_id).where(Voyage.state == VoyageState.AT_SEA)
    counted = (
        select(
            Vessel.port_id,
            func.count().label("vessels"),
            func.count().filter(Vessel.id.in_(out)).label("at_sea"),
        )
        .where(Vessel.closed_at.is_(None))
        .group_by(Vessel.port_id)
        .subquery()
    )
    found = (
        select(
            Port,
            func.coalesce(counted.c.vessels, 0).label("vessels"),
            func.coalesce(counted.c.at_sea, 0).label("at_sea"),
        )
        .outerjoin(counted, counted.c.port_id == Port.id)
        .order_by(Port.name)
    )
    return db.session.execute(found).all()


def vessel(vessel_id: int) -> Vessel | None:
    """A vessel with its port and whoever acts for it."""
    found = select(Vessel).options(
        joinedload(Vessel.port), joinedload(Vessel.account), joinedload(Vessel.enterprise)
    )
    return db.session.scalar(found.where(Vessel.id == vessel_id))


def vessel_named(name: str) -> Vessel | None:
    """The vessel of this name."""
    return db.session.scalar(select(Vessel).where(Vessel.name == name))


def vessels_narrowed(who: Actor, *, words: str = "", kind: str | None = None) -> Select[Any]:
    """SQL: vessels that `who` may see, by their numbers."""
    found = select(Vessel).where(visible(Vessel, who, "vessels.see"), Vessel.closed_at.is_(None))
    if words:
        pattern = containing(words)
        found = found.where(
            or_(*(each.ilike(pattern) for each in (Vessel.name, Vessel.mmsi, Vessel.owner)))
        )
    if kind in list(VesselKind):
        found = found.where(Vessel.kind == kind)
    return found.order_by(Vessel.id)


def vessels(who: Actor, *, after: int | None = None, **narrowing: Any) -> Page[Vessel]:
    """Vessels that `who` may see, found by words or kind."""
    found = vessels_narrowed(who, **narrowing).options(joinedload(Vessel.port))
    if after is not None:
        found = found.where(Vessel.id > after)
    rows = list(db.session.scalars(found.limit(PAGE + 1)))
    return Page(rows[:PAGE], rows[PAGE - 1].id if len(rows) > PAGE else None)


def own_vessels(who: Actor) -> list[tuple[Vessel, Voyage | None]]:
    """The vessels for which `who` acts, each with its voyage if it is at sea."""
    found = (
        select(Vessel, Voyage)
        .options(joinedload(Vessel.port))
        .outerjoin(Voyage, (Voyage.vessel_id == Vessel.id) & (Voyage.state == VoyageState.AT_SEA))
        .where(visible(Vessel, who, "vessels.act"), Vessel.closed_at.is_(None))
        .order_by(Vessel.name)
    )
    return [(vessel, voyage) for vessel, voyage in db.session.execute(found)]


def crew(vessel_id: int) -> Sequence[CrewMember]:
    """Whoever belongs to the crew of a vessel."""
    found = select(CrewMember).where(
        CrewMember.vessel_id == vessel_id, CrewMember.left_at.is_(None)
    )
    return db.session.scalars(found.order_by(CrewMember.id)).all()


def certificates_to_tell(until: date, limit: int = 200) -> list[tuple[CrewMember, Vessel]]:
    """Members of crews whose certificate ends by this day and of whom nobody was told, with their vessels."""
    found = (
        select(CrewMember, Vessel)
        .join(Vessel, Vessel.id == CrewMember.vessel_id)
        .where(
            CrewMember.left_at.is_(None),
            Vessel.closed_at.is_(None),
            CrewMember.certified_until <= until,
            CrewMember.warned_for.is_distinct_from(CrewMember.certified_until),
        )
    )
    rows = db.session.execute(found.order_by(CrewMember.id).limit(limit))
    return [(member, vessel) for member, vessel in rows]


def crews_to_erase(before: datetime, limit: int = 500) -> list[tuple[CrewMember, Vessel]]:
    """Whoever left, or whose vessel was taken off the lists, before a moment, and of whom a picture is kept."""
    found = (
        select(CrewMember, Vessel)
        .join(Vessel, Vessel.id == CrewMember.vessel_id)
        .options(joinedload(CrewMember.photo), joinedload(CrewMember.certificate_picture))
        .where(
            or_(CrewMember.photo_id.is_not(None), CrewMember.certificate_picture_id.is_not(None)),
            func.coalesce(CrewMember.left_at, Vessel.closed_at) < before,
        )
    )
    rows = db.session.execute(found.order_by(CrewMember.id).limit(limit))
    return [(member, vessel) for member, vessel in rows]


def member(vessel_id: int, member_id: int) -> CrewMember | None:
    """One of the crew of this vessel."""
    found = select(CrewMember).where(
        CrewMember.id == member_id,
        CrewMember.vessel_id == vessel_id,
        CrewMember.left_at.is_(None),
    )
    return db.session.scalar(found)


def closed_until(kind: str, on: date) -> date | None:
    """The last day of the closed season in which this day lies for this kind of vessel."""
    found = select(ClosedSeason.last).where(
        ClosedSeason.kind == kind, ClosedSeason.first <= on, ClosedSeason.last >= on
    )
    return db.session.scalar(found)


def seasons() -> Sequence[ClosedSeason]:
    """Closed seasons, the newest first."""
    found = select(ClosedSeason).order_by(ClosedSeason.year.desc(), ClosedSeason.first)
    return db.session.scalars(found).all()


def season(year: int, kind: str) -> ClosedSeason | None:
    """The closed season of a year for a kind of vessel."""
    found = select(ClosedSeason).where(ClosedSeason.year == year, ClosedSeason.kind == kind)
    return db.session.scalar(found)


def winds() -> Sequence[WindLimit]:
    """The wind limits, the shortest vessels first."""
    return db.session.scalars(select(WindLimit).order_by(WindLimit.up_to_m)).all()


def wind(up_to_m: float) -> WindLimit | None:
    """The wind limit of vessels up to this length."""
    return db.session.scalar(select(WindLimit).where(WindLimit.up_to_m == up_to_m))


def voyage(voyage_id: int) -> Voyage | None:
    """A voyage with its vessel, and the picture taken at its departure."""
    found = select(Voyage).options(joinedload(Voyage.vessel), joinedload(Voyage.photo))
    return db.session.scalar(found.where(Voyage.id == voyage_id))


def at_sea_with(vessel_id: int) -> Voyage | None:
    """The voyage a vessel is on."""
    found = select(Voyage).where(Voyage.vessel_id == vessel_id, Voyage.state == VoyageState.AT_SEA)
    return db.session.scalar(found)


def voyages(vessel_id: int) -> Sequence[Voyage]:
    """The last voyages of a vessel, the newest first."""
    found = select(Voyage).where(Voyage.vessel_id == vessel_id)
    return db.session.scalars(found.order_by(Voyage.left_at.desc()).limit(LAST_VOYAGES)).all()


def at_sea(who: Actor, *, overnight: bool = False) -> Sequence[Voyage]:
    """Who is at sea now by their reports, the longest first; `overnight`: since before nightfall."""
    found = (
        select(Voyage)
        .options(joinedload(Voyage.vessel).joinedload(Vessel.port))
        .where(visible(Voyage, who, "voyages.see"), Voyage.state == VoyageState.AT_SEA)
    )
    if overnight:
        found = found.where(Voyage.left_at < nightfall(clock.now()))
    return db.session.scalars(found.order_by(Voyage.left_at).limit(MOST_AT_SEA)).all()


def recall(recall_id: int) -> Recall | None:
    """A recall by its key."""
    return db.session.get(Recall, recall_id)


def recall_on() -> Recall | None:
    """The recall that is on."""
    return db.session.scalar(select(Recall).where(Recall.state == RecallState.CALLING))


def recalls() -> Sequence[Recall]:
    """The last recalls, the newest first."""
    found = select(Recall).order_by(Recall.called_at.desc()).limit(LAST_RECALLS)
    return db.session.scalars(found).all()


def wind_limit_of(length_m: float) -> int | None:
    """From which wind on a vessel of this length is called back; None: nobody has said."""
    found = select(WindLimit.force).where(WindLimit.up_to_m >= length_m)
    return db.session.scalar(found.order_by(WindLimit.up_to_m).limit(1))


def over_limit(force: int) -> Sequence[Vessel]:
    """Vessels at sea for which this wind is too strong."""
    found = select(Vessel).join(Voyage, _AT_SEA).where(_own_limit() <= force)
    return db.session.scalars(found.order_by(Vessel.id)).all()


def drawn(port: Port) -> dict[str, Any]:
    """The quay, the berths and the gate lines of a port as a GeoJSON collection, WGS 84."""
    berths = select(literal("area"), Berth.name, as_geojson(Berth.area)).where(
        Berth.port_id == port.id
    )
    lines = select(literal("line"), GateLine.name, as_geojson(GateLine.line)).where(
        GateLine.port_id == port.id
    )
    rows = [*db.session.execute(berths), *db.session.execute(lines)]
    shapes = [
        {"type": "Feature", "properties": {"what": what, "name": name}, "geometry": shape}
        for what, name, shape in rows
    ]
    if port.lonlat is not None:
        quay = {"type": "Point", "coordinates": list(port.lonlat)}
        shapes.append({"type": "Feature", "properties": {"what": "quay"}, "geometry": quay})
    return {"type": "FeatureCollection", "features": shapes}


def at_sea_by_port() -> Sequence[Any]:
    """Of each port with vessels at sea that no recall calls: (id, name, geom, wind limits of these vessels)."""
    called = (
        select(RecallCall.id)
        .join(RecallCall.recall)
        .where(Recall.state == RecallState.CALLING, RecallCall.vessel_id == Vessel.id)
    )
    limit = _own_limit()
    found = (
        select(Port.id, Port.name, Port.geom, func.array_agg(limit).label("limits"))
        .join(Vessel, Vessel.port_id == Port.id)
        .join(Voyage, _AT_SEA)
        .where(limit.is_not(None), ~called.exists())
        .group_by(Port.id, Port.name, Port.geom)
        .order_by(Port.name, Port.id)
    )
    return db.session.execute(found).all()


def _own_limit() -> ScalarSelect[Any]:
    own = select(WindLimit.force).where(WindLimit.up_to_m >= Vessel.length_m)
    return own.order_by(WindLimit.up_to_m).limit(1).correlate(Vessel).scalar_subquery()


def calls(recall_id: int) -> list[tuple[RecallCall, Voyage | None]]:
    """Whoever was called back: with the voyage of those still at sea; who has not answered stands first."""
    at_sea = (Voyage.vessel_id == RecallCall.vessel_id) & (Voyage.state == VoyageState.AT_SEA)
    found = (
        select(RecallCall, Voyage)
        .options(
            joinedload(RecallCall.vessel).joinedload(Vessel.port),
            joinedload(RecallCall.acknowledged_by),
        )
        .outerjoin(Voyage, at_sea)
        .where(RecallCall.recall_id == recall_id)
        .order_by(Voyage.id.is_(None), RecallCall.acknowledged_at.is_not(None), RecallCall.id)
    )
    return [(call, voyage) for call, voyage in db.session.execute(found)]


def call(call_id: int) -> RecallCall | None:
    """A call of a recall with its vessel."""
    found = select(RecallCall).options(joinedload(RecallCall.recall), joinedload(RecallCall.vessel))
    return db.session.scalar(found.where(RecallCall.id == call_id))


def own_calls(who: Actor) -> dict[int, RecallCall]:
    """Calls of the recall that is on, for vessels for which `who` acts, by vessel."""
    found = (
        select(RecallCall)
        .join(RecallCall.recall)
        .options(joinedload(RecallCall.recall))
        .where(Recall.state == RecallState.CALLING, RecallCall.account_id == who.id)
    )
    return {each.vessel_id: each for each in db.session.scalars(found)}


def port_points(who: Actor, *, limit: int) -> list[list[Any]]:
    """Ports on a map: [id, lon, lat, name, grid_id]."""
    found = (
        select(Port.id, func.ST_X(Port.geom), func.ST_Y(Port.geom), Port.name, Port.grid_id)
        .where(visible(Port, who, "ports.see"), Port.geom.is_not(None))
        .order_by(Port.id)
        .limit(limit + 1)
    )
    rows = db.session.execute(found).all()
    lons, lats = to_lonlats([row[1] for row in rows], [row[2] for row in rows], digits=6)
    return [[row[0], lon, lat, *row[3:]] for row, lon, lat in zip(rows, lons, lats, strict=True)]
