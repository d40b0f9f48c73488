"""What is done with safety profiles: entered, changed, hazard points and what watches them, licences."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from flask_babel import lazy_gettext as _l

from webapp.base import audit, clock
from webapp.base.access import Actor
from webapp.base.datum import Datum
from webapp.base.db import db, lock
from webapp.base.files import StoredFile
from webapp.base.flow import NotOpen, Unacceptable, hold
from webapp.grids import relocation
from webapp.grids.models import BoundarySet
from webapp.monitoring.cameras import queries as cameras
from webapp.monitoring.safety import queries
from webapp.monitoring.safety.forms import (
    LicenceForm,
    PointForm,
    ProcedureForm,
    ProfileForm,
    RenewForm,
    SafetyForm,
)
from webapp.monitoring.safety.models import HazardPoint, Licence, Procedure, Profile, Watch
from webapp.monitoring.sensors import queries as sensors
from webapp.people import enterprises, queries as people
from webapp.people.enterprises import Described
from webapp.people.models import Enterprise
from webapp.people.refusing import refusing
from webapp.people.rules import Premises

KIND = "safety"
_PLAIN = ("trade", "risk", "people", "officer", "note")


def enter(said: ProfileForm, *, by: Actor | None) -> tuple[Profile, bool]:
    """Safety keeps a profile of this enterprise; answers whether it is a new one.

    An enterprise of the register is known by its credit code, without one by its name, and what is
    said of it here is said of it there; one that is not known is entered. Raises `Unacceptable`.
    """
    firm = _known(said)
    if firm is None:
        firm = enterprises.enter(_described(said), by=by)
    else:
        enterprises.amend(firm, _described(said, firm), by=by)
    profile = queries.of_enterprise(firm.id)
    if profile is not None:
        change(profile, said, by=by)
        return profile, False
    return take_in(firm, said, by=by), True


def take_in(firm: Enterprise, said: SafetyForm, *, by: Actor | None) -> Profile:
    """Safety keeps a profile of an enterprise that is in the register."""
    if firm.closed_at is not None:
        raise NotOpen(_l("This enterprise is closed already."))
    profile = Profile(enterprise_id=firm.id)
    _describe(profile, said)
    known = Unacceptable(_l("Safety keeps a profile of this enterprise already."))
    with refusing(uq_safety_profile_enterprise_id=known):
        db.session.add(profile)
    _record(profile, "create", by, risk=said.risk)
    return profile


def change(profile: Profile, said: SafetyForm, *, by: Actor | None) -> None:
    """The profile says this; a change of its risk stands in the log. Raises `Changed`."""
    hold(profile, said.version)
    before = profile.risk
    _describe(profile, said)
    risk = {"before": before, "risk": said.risk} if before != said.risk else {}
    _record(profile, "change", by, **risk)


def add_point(profile: Profile, said: PointForm, *, by: Actor | None) -> HazardPoint:
    """The enterprise has this hazard point; without a place of its own it stands where the enterprise does."""
    lock(profile)
    point = HazardPoint(
        profile_id=profile.id, kind=said.kind, name=said.name, amount=said.amount, unit=said.unit
    )
    firm = profile.enterprise
    if said.lon is not None and said.lat is not None:
        point.place_at(said.lon, said.lat, datum=said.datum)
    elif firm.raw_lon is not None and firm.raw_lat is not None:
        point.place_at(firm.raw_lon, firm.raw_lat, datum=Datum(firm.datum or Datum.WGS84))
    db.session.add(point)
    _record(profile, "add_point", by, name=said.name)
    return point


def amend_point(profile: Profile, point: HazardPoint, said: PointForm, *, by: Actor | None) -> None:
    """The hazard point is like this; what is not said of its amount and place stays."""
    lock(profile)
    point.kind = said.kind
    if said.amount is not None:
        point.amount, point.unit = said.amount, said.unit
    if said.lon is not None and said.lat is not None:
        point.place_at(said.lon, said.lat, datum=said.datum)
    _record(profile, "amend_point", by, name=point.name)


def close_point(profile: Profile, point: HazardPoint, *, by: Actor) -> None:
    """The danger is gone from the enterprise."""
    lock(profile)
    point.closed_at = clock.now()
    _record(profile, "close_point", by, name=point.name)


def add_procedure(profile: Profile, said: ProcedureForm, *, by: Actor | None) -> Procedure:
    """The enterprise has this key procedure."""
    lock(profile)
    made = Procedure(profile_id=profile.id, name=said.procedure, words=said.words)
    db.session.add(made)
    _record(profile, "add_procedure", by, name=said.procedure)
    return made


def close_procedure(profile: Profile, procedure: Procedure, *, by: Actor) -> None:
    """Nobody works like this there any more."""
    lock(profile)
    procedure.closed_at = clock.now()
    _record(profile, "close_procedure", by, name=procedure.name)


def watch(
    profile: Profile, watched: HazardPoint | Procedure, device: str, *, by: Actor | None
) -> Watch:
    """A device watches it: `camera:1`, `zone:2` or `sensor:3`. Raises `Unacceptable` for none of these."""
    lock(profile)
    kind, _colon, number = device.partition(":")
    made = Watch(**_device(kind, int(number)))
    if isinstance(watched, HazardPoint):
        made.point_id = watched.id
    else:
        made.procedure_id = watched.id
    words = _l("This watches it already.")
    with refusing(uq_safety_watch=Unacceptable(words, fields={"device": words})):
        db.session.add(made)
    db.session.expire(watched, ["watches"])
    _record(profile, "watch", by, name=watched.name, device=device)
    return made


def unwatch(profile: Profile, found: Watch, *, by: Actor) -> None:
    """The device watches it no more."""
    lock(profile)
    watched = found.point or found.procedure
    db.session.delete(found)
    _record(profile, "unwatch", by, name=watched.name if watched else None)


def add_licence(
    profile: Profile, said: LicenceForm, file: StoredFile | None, *, by: Actor | None
) -> Licence:
    """The enterprise has this licence. Raises `Unacceptable` for the same number twice."""
    lock(profile)
    made = Licence(
        profile_id=profile.id,
        kind=said.licence,
        number=said.number,
        issued_on=said.issued_on,
        expires_on=said.expires_on,
        file_id=file.id if file else None,
    )
    with refusing(uq_safety_licence_number=_twice()):
        db.session.add(made)
    _record(profile, "add_licence", by, number=said.number, until=said.expires_on.isoformat())
    return made


def renew_licence(
    licence: Licence, said: RenewForm, file: StoredFile | None, *, by: Actor | None
) -> None:
    """The licence holds until another day; notices about its end begin anew."""
    profile = licence.profile
    lock(profile)
    if said.issued_on is not None and said.expires_on < said.issued_on:
        words = _l("A licence ends after it was issued.")
        raise Unacceptable(words, fields={"expires_on": words})
    before = licence.expires_on.isoformat()
    with refusing(uq_safety_licence_number=_twice()):
        licence.number = said.number or licence.number
        licence.issued_on, licence.expires_on = said.issued_on, said.expires_on
        licence.file_id = file.id if file else licence.file_id
        licence.told = None
    until = said.expires_on.isoformat()
    _record(profile, "renew_licence", by, number=licence.number, before=before, until=until)


def close_licence(licence: Licence, *, by: Actor) -> None:
    """The enterprise wants this licence no more; nobody is told of its end."""
    lock(licence.profile)
    licence.closed_at = clock.now()
    _record(licence.profile, "close_licence", by, number=licence.number)


def follow_borders(made: BoundarySet, by: Actor | None) -> int:
    """Hazard points stand in the grids of the borders in force; answers how many moved."""
    here = HazardPoint.closed_at.is_(None)
    return len(relocation.relocate_in_log(HazardPoint, here, kind="hazard_point", by=by))


def _known(said: ProfileForm) -> Enterprise | None:
    if said.credit_code:
        code = enterprises.checked_code(said.credit_code)
        return people.enterprise_by_code(code) or queries.named(said.name)
    return queries.named(said.name)


def _described(said: ProfileForm, known: Enterprise | None = None) -> Described:
    """What is said of the enterprise; what is not said stays as it is known."""
    names = {each.name for each in fields(Described)} - {"datum"}
    told: dict[str, Any] = {name: getattr(said, name, None) for name in names}
    if known is not None:
        for name in names - {"lon", "lat"}:
            told[name] = told[name] or getattr(known, name)
    told["premises"] = told["premises"] or Premises.FACTORY
    return Described(**told, datum=said.datum)


def _describe(profile: Profile, said: SafetyForm) -> None:
    for name in _PLAIN:
        setattr(profile, name, getattr(said, name))


def _device(kind: str, number: int) -> dict[str, int]:
    camera = cameras.one(number) if kind == "camera" else None
    sensor = sensors.one(number) if kind == "sensor" else None
    zone = queries.zone(number) if kind == "zone" else None
    if camera is not None and camera.closed_at is None:
        return {"camera_id": camera.id}
    if sensor is not None and sensor.closed_at is None:
        return {"sensor_id": sensor.id}
    if zone is not None:
        return {"camera_id": zone.camera_id, "zone_id": zone.id}
    words = _l("There is no such camera or sensor.")
    raise Unacceptable(words, fields={"device": words})


def _twice() -> Unacceptable:
    words = _l("This licence is written down already.")
    return Unacceptable(words, fields={"number": words})


def _record(profile: Profile, move: str, by: Actor | None, **data: Any) -> None:
    profile.version = (profile.version or 0) + 1
    db.session.flush()
    audit.record(
        kind=KIND,
        thing_id=profile.id,
        move=move,
        by=by,
        grid_id=profile.grid_id,
        data={name: value for name, value in data.items() if value is not None},
    )
