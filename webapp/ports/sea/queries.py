"""Questions about what is heard of vessels: who is called so, where each is, which receivers there are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload

from webapp.base.db import db
from webapp.ports.models import Vessel
from webapp.ports.sea.models import Receiver, StrangeVessel, VesselWhere

MOST_STRANGE = 200


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


def strange() -> Sequence[StrangeVessel]:
    """Names under which positions come that no vessel has, the newest first."""
    found = select(StrangeVessel).order_by(StrangeVessel.last_at.desc(), StrangeVessel.name)
    return db.session.scalars(found.limit(MOST_STRANGE)).all()
