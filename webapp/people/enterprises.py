"""Enterprises: who they are by their credit code, where they stand, whom to call."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l
from stdnum.cn import uscc
from stdnum.exceptions import ValidationError

from webapp.base import audit, clock
from webapp.base.access import Actor, may
from webapp.base.datum import Datum
from webapp.base.db import db, lock
from webapp.base.flow import NotAllowed, NotOpen, Unacceptable, hold
from webapp.base.spatial import center, shape_of
from webapp.grids import relocation
from webapp.people import phones, queries
from webapp.people.models import Enterprise
from webapp.people.refusing import refusing
from webapp.people.rules import Premises
from webapp.travel import actions as travel

# What the industry of the geodata says about the premises; anything else there makes something.
_PREMISES = {"商超": Premises.SMALL_SHOP, "液氨/冷链": Premises.STORE}


# What enterprises are called among the stops of travel.
STOP = "enterprise"


@dataclass(frozen=True)
class Described:
    """What is said about an enterprise. `lon`, `lat`: degrees in `datum`; without them its place stays."""

    name: str
    premises: Premises
    credit_code: str | None = None
    industry: str | None = None
    address: str | None = None
    contact_post: str | None = None
    contact_phone: str | None = None
    lon: float | None = None
    lat: float | None = None
    datum: Datum = Datum.WGS84


def register(said: Described, *, by: Actor) -> Enterprise:
    """The enterprise is known and in its grid, if it has a place.

    Raises `Unacceptable` for a wrong or taken code, `NotAllowed` in a grid that is not one's own.
    """
    firm = _new(said)
    _must_be_allowed(firm, by)
    _record(firm, "create", by)
    return firm


def enter(said: Described, *, by: Actor | None) -> Enterprise:
    """As `register`, for somebody whose right to it comes from elsewhere and was looked at there."""
    firm = _new(said)
    _record(firm, "create", by)
    return firm


def amend(firm: Enterprise, said: Described, *, by: Actor | None) -> None:
    """The enterprise is described like this. Right as in `enter`; raises `Unacceptable`."""
    lock(firm)
    with refusing(uq_enterprise_credit_code=_taken()):
        _describe(firm, said)
    _record(firm, "change", by)


def name_code(firm: Enterprise, code: str, *, by: Actor) -> None:
    """The credit code of the enterprise is known now. Right as in `enter`; raises `Unacceptable`."""
    lock(firm)
    with refusing(uq_enterprise_credit_code=_taken()):
        firm.credit_code = checked_code(code)
    _record(firm, "change", by)


def change(firm: Enterprise, said: Described, *, base_version: int | None, by: Actor) -> None:
    """The enterprise is described like this. Raises as `register`, and `Changed` if it was changed."""
    hold(firm, base_version)
    with refusing(uq_enterprise_credit_code=_taken()):
        _describe(firm, said)
    _must_be_allowed(firm, by)
    _record(firm, "change", by)


def close(firm: Enterprise, *, reason: str, by: Actor) -> None:
    """The enterprise is gone from the lists; its page and its history stay."""
    lock(firm)
    if firm.closed_at is not None:
        raise NotOpen(_l("This enterprise is closed already."))
    firm.closed_at = clock.now()
    _record(firm, "close", by, reason=reason)


def reveal_phone(firm: Enterprise, *, purpose: str, by: Actor) -> str:
    """The whole number, once the log says who wanted it and what for."""
    lock(firm)
    _record(firm, "reveal", by, field="contact_phone", purpose=purpose)
    return phones.readable(firm.contact_phone)


def load_from_places() -> int:
    """Every enterprise of the geodata has its row; answers how many were added."""
    places = queries.unregistered_places()
    for place in places:
        industry = place.facts.get("industry")
        firm = Enterprise(
            name=place.name,
            premises=_PREMISES.get(str(industry), Premises.FACTORY),
            industry=industry,
            place_id=place.id,
            provenance=place.provenance,
            geom=place.geom,
            raw_lon=place.raw_lon,
            raw_lat=place.raw_lat,
            datum=place.datum,
        )
        db.session.add(firm)
        db.session.flush()
        _record(firm, "create", None)
    travel.keep_stops(STOP, queries.placed_enterprises(), only=True)
    return len(places)


def _new(said: Described) -> Enterprise:
    firm = Enterprise()
    with refusing(uq_enterprise_credit_code=_taken()):
        _describe(firm, said)
        db.session.add(firm)
    return firm


def _describe(firm: Enterprise, said: Described) -> None:
    firm.name = said.name
    firm.premises = said.premises
    firm.credit_code = checked_code(said.credit_code) if said.credit_code else None
    firm.industry = said.industry
    firm.address = said.address
    firm.contact_post = said.contact_post
    phone = said.contact_phone
    firm.contact_phone = phones.normal(phone, "contact_phone") if phone else None
    if said.lon is None and said.lat is None:
        return
    if said.lon is None or said.lat is None:
        words = _l("A place needs both its longitude and its latitude.")
        raise Unacceptable(words, fields={"lat" if said.lat is None else "lon": words})
    if (said.lon, said.lat, said.datum.value) != (firm.raw_lon, firm.raw_lat, firm.datum):
        firm.place_at(said.lon, said.lat, datum=said.datum)


def checked_code(code: str) -> str:
    """A unified social credit code as it is written. Raises `Unacceptable` when it is none."""
    try:
        return str(uscc.validate(code))
    except ValidationError:
        words = _l("This is no unified social credit code: its last character does not fit.")
        raise Unacceptable(words, fields={"credit_code": words}) from None


def _taken() -> Unacceptable:
    words = _l("An enterprise with this code is registered already.")
    return Unacceptable(words, fields={"credit_code": words})


def _must_be_allowed(firm: Enterprise, by: Actor) -> None:
    if not may(by, "enterprises.change", firm):
        words = _l("This place is in no grid of yours.")
        raise NotAllowed(words, fields={"lon": words})


def _settle(firm: Enterprise) -> None:
    """Times to the enterprise are kept from every grid while it is there and has a place."""
    if firm.closed_at is not None or firm.geom is None:
        travel.drop_stop(STOP, firm.id)
    else:
        travel.keep_stops(STOP, {firm.id: center(shape_of(firm.geom))})


def _record(firm: Enterprise, move: str, by: Actor | None, **data: Any) -> None:
    firm.version = (firm.version or 0) + 1
    db.session.flush()
    _settle(firm)
    audit.record(
        kind="enterprise",
        thing_id=firm.id,
        move=move,
        by=by,
        grid_id=firm.grid_id,
        grid_version_id=firm.grid_version_id,
        data=data,
    )


def follow_borders(*, by: Actor | None) -> int:
    """Open enterprises stand in the grids of the borders in force; answers how many moved."""
    here = Enterprise.closed_at.is_(None)
    return len(relocation.relocate_in_log(Enterprise, here, kind="enterprise", by=by))
