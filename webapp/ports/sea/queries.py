"""Questions about what is heard of vessels: who is called so, where each is, which receivers there are."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import fields
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, case, exists, false, func, or_, select, true
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import joinedload

from webapp.base.db import db
from webapp.monitoring.alarms import standing
from webapp.monitoring.alarms.models import Alarm
from webapp.monitoring.alarms.rules import ACTIVE
from webapp.monitoring.alarms.standing import Standing
from webapp.monitoring.signals import Kind
from webapp.ports.models import (
    Berth,
    ClosedSeason,
    GateLine,
    Port,
    Recall,
    RecallCall,
    Vessel,
    Voyage,
)
from webapp.ports.rules import RecallState, VoyageState
from webapp.ports.sea.crossing import Fix
from webapp.ports.sea.models import (
    Passage,
    Receiver,
    SeaLimits,
    StrangeVessel,
    VesselFix,
    VesselWhere,
)
from webapp.ports.sea.rules import BERTH_M, HOLDS, Limits
from webapp.ports.sea.weighing import Afloat

MOST_STRANGE = 200
MOST_PASSAGES = 40

# What alarms of vessels and berths are filed under.
SOURCE = "ports"


def vessels_called(names: Iterable[str]) -> dict[str, int]:
    """The vessels of these MMSIs, BeiDou numbers or names, by them."""
    wanted = set(names)
    called = (Vessel.mmsi, Vessel.bd_id, Vessel.name)
    found = select(Vessel.id, *called).where(
        Vessel.closed_at.is_(None), or_(*(each.in_(wanted) for each in called))
    )
    return {name: row.id for row in db.session.execute(found) for name in row[1:] if name in wanted}


def held(vessel_ids: Iterable[int]) -> dict[int, VesselWhere]:
    """Where these vessels are, held until the transaction ends, always in the same order."""
    found = (
        select(VesselWhere)
        .where(VesselWhere.vessel_id.in_(sorted(vessel_ids)))
        .order_by(VesselWhere.vessel_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return {each.vessel_id: each for each in db.session.scalars(found)}


def where(vessel_id: int) -> VesselWhere | None:
    """Where a vessel is."""
    found = select(VesselWhere).options(joinedload(VesselWhere.vessel))
    return db.session.scalar(found.where(VesselWhere.vessel_id == vessel_id))


def receivers() -> Sequence[Receiver]:
    """Whoever positions came from, by name."""
    return db.session.scalars(select(Receiver).order_by(Receiver.source)).all()


def heard_of(sources: Sequence[str]) -> dict[str, datetime]:
    """When each of these receivers was heard last, by name; without those that never were."""
    found = select(Receiver.source, Receiver.heard_at).where(Receiver.source.in_(sources))
    return {source: at for source, at in db.session.execute(found)}


def strange() -> Sequence[StrangeVessel]:
    """Names under which positions come that no vessel has, the newest first."""
    found = select(StrangeVessel).order_by(StrangeVessel.last_at.desc(), StrangeVessel.name)
    return db.session.scalars(found.limit(MOST_STRANGE)).all()


def limits() -> Limits:
    """From when on it is an alarm; the usual where nobody laid it down."""
    row = db.session.get(SeaLimits, 1)
    if row is None:
        return Limits()
    return Limits(**{each.name: getattr(row, each.name) for each in fields(Limits)})


def limits_version() -> int:
    """How often they were laid down."""
    row = db.session.get(SeaLimits, 1)
    return row.version if row else 0


def gate_lines() -> Sequence[GateLine]:
    """Every gate line there is."""
    return db.session.scalars(select(GateLine).order_by(GateLine.id)).all()


def settled_before(vessel_id: int, at: datetime) -> dict[int, datetime]:
    """For each gate line: when the last crossing of a vessel had settled before a moment."""
    found = (
        select(Passage.gate_line_id, func.max(Passage.settled_at))
        .where(Passage.vessel_id == vessel_id, Passage.settled_at < at)
        .group_by(Passage.gate_line_id)
    )
    return {line_id: settled for line_id, settled in db.session.execute(found)}


def passages_since(vessel_id: int, line_id: int, since: datetime) -> dict[datetime, int]:
    """The crossings of a gate line after a moment: their keys by when they were."""
    found = select(Passage.at, Passage.id).where(
        Passage.vessel_id == vessel_id,
        Passage.gate_line_id == line_id,
        Passage.at > since,
    )
    return {at: key for at, key in db.session.execute(found)}


def fixes(vessel_id: int, *, since: datetime, until: datetime | None = None) -> list[Fix]:
    """Where a vessel was from a moment on; of one moment what came first."""
    found = (
        select(VesselFix.at, func.ST_X(VesselFix.geom), func.ST_Y(VesselFix.geom))
        .where(VesselFix.vessel_id == vessel_id, VesselFix.at >= since)
        .ext(distinct_on(VesselFix.at))
        .order_by(VesselFix.at, VesselFix.received_at, VesselFix.source)
    )
    if until is not None:
        found = found.where(VesselFix.at <= until)
    return [Fix(at, x, y) for at, x, y in db.session.execute(found)]


def vessel_device(vessel_id: int) -> str:
    """What a vessel is called in alarms."""
    return f"vessel-{vessel_id}"


def port_device(port_id: int) -> str:
    """What a port is called in alarms."""
    return f"port-{port_id}"


def berth_device(berth_id: int) -> str:
    """What a berth is called in alarms."""
    return f"berth-{berth_id}"


def _reported(limits: Limits) -> ColumnElement[bool]:
    """A report of the same vessel lies near the crossing, of a departure or a return as it was."""
    window = timedelta(minutes=limits.report_min)
    said = case((Passage.out, Voyage.left_at), else_=Voyage.back_at)
    near = said.between(Passage.at - window, Passage.at + window)
    return exists().where(
        Voyage.vessel_id == Passage.vessel_id, Voyage.state != VoyageState.VOID, near
    )


def afloat(now: datetime, limits: Limits, *, only: Iterable[int] | None = None) -> list[Afloat]:
    """What is known of each vessel (of these), as the rules ask it."""
    last = (
        select(Passage.out, Passage.at, _reported(limits).label("reported"))
        .where(Passage.vessel_id == Vessel.id)
        .order_by(Passage.at.desc(), Passage.id.desc())
        .limit(1)
        .lateral("last")
    )
    fresh = VesselWhere.at > now - HOLDS
    from_port = select(func.min(func.ST_Distance(Port.geom, VesselWhere.geom)))
    from_port = from_port.where(Port.geom.is_not(None)).correlate(VesselWhere)
    of_port = select(func.min(func.ST_Distance(Port.geom, VesselWhere.moored)))
    of_port = of_port.where(Port.geom.is_not(None)).correlate(VesselWhere)
    of_berth = select(func.min(func.ST_Distance(Berth.area, VesselWhere.moored)))
    of_berth = of_berth.correlate(VesselWhere)
    called = (
        select(RecallCall.called_at)
        .join(Recall, Recall.id == RecallCall.recall_id)
        .where(Recall.state == RecallState.CALLING, RecallCall.acknowledged_at.is_(None))
        .where(RecallCall.vessel_id == Vessel.id)
        .correlate(Vessel)
    )
    found = (
        select(
            Vessel.id,
            Vessel.name,
            Vessel.kind,
            Vessel.length_m,
            func.num_nonnulls(Vessel.mmsi, Vessel.bd_id) > 0,
            Voyage.left_at,
            func.coalesce(last.c.out, false()),
            last.c.at,
            func.coalesce(last.c.reported, true()),
            VesselWhere.at,
            case((fresh, from_port.scalar_subquery())),
            func.least(of_port.scalar_subquery(), of_berth.scalar_subquery()),
            case((fresh, VesselWhere.adrift_since)),
            called.scalar_subquery(),
        )
        .outerjoin(Voyage, (Voyage.vessel_id == Vessel.id) & (Voyage.state == VoyageState.AT_SEA))
        .outerjoin(VesselWhere, VesselWhere.vessel_id == Vessel.id)
        .outerjoin(last, true())
        .where(Vessel.closed_at.is_(None))
        .order_by(Vessel.id)
    )
    if only is not None:
        found = found.where(Vessel.id.in_(sorted(only)))
    return [Afloat(*row) for row in db.session.execute(found)]


def berths_now(now: datetime) -> Sequence[Any]:
    """Each berth with how many vessels lie in it now (`inside`), and how many in it or at its border (`near`)."""
    inside = func.ST_Covers(Berth.area, VesselWhere.geom)
    found = (
        select(
            Berth.id,
            Berth.name,
            Port.name.label("port"),
            Berth.places,
            func.count(VesselWhere.vessel_id).filter(inside).label("inside"),
            func.count(VesselWhere.vessel_id).label("near"),
        )
        .join(Port, Port.id == Berth.port_id)
        .outerjoin(
            VesselWhere,
            func.ST_DWithin(Berth.area, VesselWhere.geom, BERTH_M) & (VesselWhere.at > now - HOLDS),
        )
        .group_by(Berth.id, Port.id)
        .order_by(Berth.id)
    )
    return db.session.execute(found).all()


def raised(only: Collection[int] | None = None) -> set[tuple[Kind, str]]:
    """What is an alarm of ours now: its kind and of which vessel or berth. `only`: of these vessels."""
    found = select(Alarm.kind, Alarm.device).where(
        Alarm.source == SOURCE, Alarm.state.in_(ACTIVE), Alarm.device.is_not(None)
    )
    if only is not None:
        found = found.where(Alarm.device.in_([vessel_device(each) for each in only]))
    return {(Kind(kind), str(device)) for kind, device in db.session.execute(found)}


def closed_on(day: date) -> dict[str, date]:
    """The kinds of vessels for which a day lies in a closed season, and its last day."""
    found = select(ClosedSeason.kind, ClosedSeason.last).where(
        ClosedSeason.first <= day, ClosedSeason.last >= day
    )
    return {kind: last for kind, last in db.session.execute(found)}


def passages(vessel_id: int) -> Sequence[Any]:
    """The last crossings of a vessel, the newest first: (passage, whether a report belongs to it)."""
    found = (
        select(Passage, _reported(limits()).label("reported"))
        .options(joinedload(Passage.gate_line).joinedload(GateLine.port))
        .where(Passage.vessel_id == vessel_id)
        .order_by(Passage.at.desc(), Passage.id.desc())
        .limit(MOST_PASSAGES)
    )
    return db.session.execute(found).all()


def port_standing(source: str, device: str) -> Standing | None:
    """Where a vessel is, a berth, or a port, for alarms of them."""
    what, _dash, number = device.partition("-")
    if source != SOURCE or not number.isdecimal():
        return None
    if what == "vessel":
        place = func.coalesce(VesselWhere.geom, Port.geom, type_=Port.geom.type)
        asked = (
            select(Vessel.name, place)
            .join(Port, Port.id == Vessel.port_id)
            .outerjoin(VesselWhere, VesselWhere.vessel_id == Vessel.id)
            .where(Vessel.id == int(number))
        )
    elif what == "port":
        asked = select(Port.name, Port.geom).where(Port.id == int(number))
    else:
        middle = func.ST_Centroid(Berth.area)
        name = func.concat_ws(" ", Port.name, Berth.name)
        asked = (
            select(name, middle).join(Port, Port.id == Berth.port_id).where(Berth.id == int(number))
        )
    row = db.session.execute(asked).first()
    return Standing(row[0], row[1]) if row else None


standing.found_by("ports", standing.one_by_one(port_standing))
