"""What is done with muster points: laid down, changed, given up."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

from webapp.base import audit, clock
from webapp.base.access import Actor
from webapp.base.datum import Datum
from webapp.base.db import db, lock
from webapp.base.flow import NotOpen, Unacceptable, hold
from webapp.grids import relocation
from webapp.grids.models import BoundarySet
from webapp.monitoring.danger.muster.forms import MusterForm
from webapp.monitoring.danger.muster.models import MusterPoint
from webapp.people.refusing import refusing

KIND = "muster_point"


def lay_down(said: MusterForm, *, by: Actor, provenance: str | None = None) -> MusterPoint:
    """People who have to leave may be sent there. Raises `Unacceptable` where another has this name."""
    point = MusterPoint(provenance=provenance)
    with refusing(uq_muster_point_name=_taken()):
        _describe(point, said)
        db.session.add(point)
    _record(point, "create", by)
    return point


def change(point: MusterPoint, said: MusterForm, *, by: Actor) -> None:
    """The muster point is described like this. Raises as `lay_down`, and `Changed`."""
    hold(point, said.base_version)
    _must_be_open(point)
    with refusing(uq_muster_point_name=_taken()):
        _describe(point, said)
    _record(point, "change", by)


def close(point: MusterPoint, *, reason: str, by: Actor) -> None:
    """Nobody is sent there any more; its history stays."""
    lock(point)
    _must_be_open(point)
    point.closed_at = clock.now()
    _record(point, "close", by, reason=reason)


def follow_borders(made: BoundarySet, by: Actor | None) -> int:
    """Muster points stand in the grids of the borders in force; answers how many moved."""
    here = MusterPoint.closed_at.is_(None)
    return len(relocation.relocate_in_log(MusterPoint, here, kind=KIND, by=by))


def _describe(point: MusterPoint, said: MusterForm) -> None:
    point.name, point.capacity, point.words = said.name, said.capacity, said.words
    if (said.lon, said.lat) != (point.raw_lon, point.raw_lat):
        point.place_at(said.lon, said.lat, datum=Datum.WGS84)


def _must_be_open(point: MusterPoint) -> None:
    if point.closed_at is not None:
        raise NotOpen(_l("This muster point was given up."))


def _taken() -> Unacceptable:
    words = _l("Another muster point has this name.")
    return Unacceptable(words, fields={"name": words})


def _record(point: MusterPoint, move: str, by: Actor, **data: Any) -> None:
    point.version = (point.version or 0) + 1
    db.session.flush()
    db.session.refresh(point, ["grid_id", "grid_version_id"])
    audit.record(
        kind=KIND,
        thing_id=point.id,
        move=move,
        by=by,
        grid_id=point.grid_id,
        grid_version_id=point.grid_version_id,
        data=data,
    )
