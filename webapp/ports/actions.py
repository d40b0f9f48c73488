"""What is done with ports and vessels: drawn, registered, changed, taken off, seen whole for a purpose."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from shapely import LineString, Polygon

from webapp.base import audit, clock
from webapp.base.access import Actor
from webapp.base.datum import Datum
from webapp.base.db import db, lock
from webapp.base.flow import NotOpen, Unacceptable, hold
from webapp.base.sealing import seal
from webapp.base.spatial import metric, stored
from webapp.grids import relocation
from webapp.grids.models import BoundarySet
from webapp.people import phones, queries as people
from webapp.people.refusing import refusing
from webapp.ports import queries
from webapp.ports.forms import (
    BerthForm,
    CrewForm,
    GateLineForm,
    PortForm,
    SeasonForm,
    VesselForm,
    WindForm,
)
from webapp.ports.models import (
    Berth,
    ClosedSeason,
    CrewMember,
    GateLine,
    Port,
    Vessel,
    WindLimit,
)

# Fields of a vessel that are kept as they are said.
_PLAIN = (
    "name",
    "kind",
    "length_m",
    "power_kw",
    "mmsi",
    "bd_id",
    "permitted_crew",
    "owner",
    "registered_until",
    "licensed_until",
    "inspected_until",
)


def found(said: PortForm, *, by: Actor | None, provenance: str | None = None) -> Port:
    """The port is known and in its grid. Raises `Unacceptable` where another has this name."""
    port = Port(name=said.name, provenance=provenance)
    port.place_at(said.lon, said.lat, datum=Datum.WGS84)
    with refusing(uq_port_name=_taken("name", _l("Another port has this name."))):
        db.session.add(port)
    _record("port", port, "create", by)
    return port


def draw_berth(port: Port, said: BerthForm, *, by: Actor | None) -> Berth:
    """The port has this berth; one of the same name is drawn anew."""
    lock(port)
    shape = Polygon(said.corners)
    if not shape.is_valid:
        words = _l("The border of the area crosses itself.")
        raise Unacceptable(words, fields={"corners": words})
    berth = next((each for each in port.berths if each.name == said.name), None)
    if berth is None:
        berth = Berth(name=said.name)
        port.berths.append(berth)
    berth.area, berth.places = stored(metric(shape)), said.places
    _record("port", port, "berth", by, name=said.name, places=said.places)
    return berth


def draw_gate_line(port: Port, said: GateLineForm, *, by: Actor | None) -> GateLine:
    """Vessels leave the port over this line; one of the same name is drawn anew."""
    lock(port)
    line = next((each for each in port.gate_lines if each.name == said.name), None)
    if line is None:
        line = GateLine(name=said.name)
        port.gate_lines.append(line)
    line.line = stored(metric(LineString(said.corners)))
    _record("port", port, "gate_line", by, name=said.name)
    return line


def register(said: VesselForm, *, by: Actor | None) -> Vessel:
    """The vessel is known. Raises `Unacceptable` where its name or MMSI is taken, or its port unknown."""
    vessel = Vessel()
    with refusing(**_vessel_taken()):
        _describe(vessel, said)
        db.session.add(vessel)
    _record("vessel", vessel, "create", by)
    return vessel


def change(vessel: Vessel, said: VesselForm, *, by: Actor | None) -> None:
    """The vessel is described like this. Raises as `register`, and `Changed` if it was changed."""
    hold(vessel, said.version)
    with refusing(**_vessel_taken()):
        _describe(vessel, said)
    _record("vessel", vessel, "change", by)


def close(vessel: Vessel, *, reason: str, by: Actor) -> None:
    """The vessel is gone from the lists; its history stays. Raises `NotOpen` while it is at sea."""
    lock(vessel)
    if vessel.closed_at is not None or queries.at_sea_with(vessel.id) is not None:
        raise NotOpen(_l("The vessel is at sea, or was taken off the lists already."))
    vessel.closed_at = clock.now()
    _record("vessel", vessel, "close", by, reason=reason)


def reveal(vessel: Vessel, *, purpose: str, by: Actor) -> str:
    """The whole phone number, once the log says who wanted it and what for."""
    lock(vessel)
    if not vessel.phone:
        raise NotOpen(_l("No phone number of this vessel is known."))
    _record("vessel", vessel, "reveal", by, purpose=purpose)
    return vessel.phone


def sign_on(vessel: Vessel, said: CrewForm, *, by: Actor | None) -> CrewMember:
    """Somebody belongs to the crew; their identity number is sealed."""
    lock(vessel)
    number = said.id_number
    made = CrewMember(
        vessel_id=vessel.id,
        name=said.member,
        duty=said.duty,
        certificate=said.certificate,
        certified_until=said.certified_until,
        id_number=seal(number.encode()) if number else None,
    )
    db.session.add(made)
    _record("vessel", vessel, "sign_on", by, name=said.member)
    return made


def sign_off(vessel: Vessel, member: CrewMember, *, by: Actor) -> None:
    """They belong to the crew no more, and their identity number is forgotten."""
    lock(vessel)
    member.left_at, member.id_number = clock.now(), None
    _record("vessel", vessel, "sign_off", by, name=member.name)


def set_season(said: SeasonForm, *, by: Actor | None) -> ClosedSeason:
    """Vessels of this kind stay in port on these days of that year; the log keeps what was before."""
    season = queries.season(said.first.year, said.kind)
    before = _days(season) if season else None
    if season is None:
        season = ClosedSeason(year=said.first.year, kind=said.kind)
        db.session.add(season)
    season.first, season.last = said.first, said.last
    db.session.flush()
    data = {"before": before, "days": _days(season)}
    audit.record(kind="closed_season", thing_id=season.id, move="set", by=by, data=data)
    return season


def set_wind(said: WindForm, *, by: Actor | None) -> WindLimit:
    """Vessels up to this length are called back from this wind on; the log keeps what was before."""
    limit = queries.wind(said.up_to_m)
    before = limit.force if limit else None
    if limit is None:
        limit = WindLimit(up_to_m=said.up_to_m)
        db.session.add(limit)
    limit.force = said.force
    db.session.flush()
    data = {"before": before, "force": said.force}
    audit.record(kind="wind_limit", thing_id=limit.id, move="set", by=by, data=data)
    return limit


def follow_borders(made: BoundarySet, by: Actor | None) -> int:
    """Ports stand in the grids of the borders in force; answers how many moved."""
    return len(relocation.relocate_in_log(Port, Port.geom.is_not(None), kind="port", by=by))


def _describe(vessel: Vessel, said: VesselForm) -> None:
    port = queries.port_named(said.port)
    if port is None:
        raise _taken("port", _l("No port has this name."))
    vessel.port_id = port.id
    for name in _PLAIN:
        setattr(vessel, name, getattr(said, name))
    if said.phone:
        vessel.phone = phones.normal(said.phone)
    account = people.by_username(said.username) if said.username else None
    if said.username and account is None:
        raise _taken("username", _l("Nobody has this user name."))
    vessel.account_id = account.id if account else None
    code = said.enterprise_code
    firm = people.enterprise_by_code(code) if code else None
    if code and firm is None:
        raise _taken("enterprise_code", _l("No enterprise has this code."))
    vessel.enterprise_id = firm.id if firm else None


def _vessel_taken() -> dict[str, Unacceptable]:
    return {
        "uq_vessel_name": _taken("name", _l("Another vessel has this name.")),
        "uq_vessel_mmsi": _taken("mmsi", _l("Another vessel has this MMSI.")),
        "uq_vessel_bd_id": _taken("bd_id", _l("Another vessel has this BeiDou number.")),
    }


def _taken(field: str, words: Any) -> Unacceptable:
    return Unacceptable(words, fields={field: words})


def _days(season: ClosedSeason) -> list[str]:
    return [season.first.isoformat(), season.last.isoformat()]


def _record(kind: str, thing: Port | Vessel, move: str, by: Actor | None, **data: Any) -> None:
    thing.version = (thing.version or 0) + 1
    db.session.flush()
    grid = getattr(thing, "grid_id", None)
    audit.record(kind=kind, thing_id=thing.id, move=move, by=by, grid_id=grid, data=data)
