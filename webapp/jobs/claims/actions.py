"""What happens to claims: made, granted, refused, withdrawn."""

from __future__ import annotations

from dataclasses import dataclass

from flask_babel import lazy_gettext as _l

from webapp.base import clock, notices
from webapp.base.access import Actor
from webapp.base.datum import Datum
from webapp.base.db import db
from webapp.base.flow import Changed, NotAllowed, Unacceptable, hold
from webapp.base.language import N_
from webapp.jobs import employers, queries as jobs
from webapp.jobs.claims import queries
from webapp.jobs.claims.models import Claim
from webapp.jobs.claims.rules import CLAIM_FLOW, MOST_WAITING, ClaimState
from webapp.jobs.models import Employer
from webapp.jobs.stations import Stations
from webapp.people import enterprises, phones, queries as people
from webapp.people.enterprises import Described
from webapp.people.refusing import refusing
from webapp.people.rules import Premises


@dataclass(frozen=True)
class Said:
    """What somebody says of the enterprise they act for. `lon`, `lat`: degrees in `datum`."""

    name: str
    credit_code: str
    premises: Premises
    address: str
    contact_post: str
    contact_phone: str
    lon: float
    lat: float
    datum: Datum = Datum.WGS84


def make(said: Said, *, by: Actor) -> Claim:
    """The claim waits with the workstation where the enterprise stands, whose head knows of it.

    Raises `Unacceptable` for a wrong code, `Changed` for a second one of the same enterprise.
    """
    if by.id is None:
        raise NotAllowed(_l("Please sign in first."))
    if queries.count_waiting(by.id) >= MOST_WAITING:
        raise Unacceptable(
            _l("Several registrations of yours wait already. Please wait for these.")
        )
    made = Claim(
        account_id=by.id,
        name=said.name,
        credit_code=enterprises.checked_code(said.credit_code),
        premises=said.premises,
        address=said.address,
        contact_post=said.contact_post,
        contact_phone=phones.normal(said.contact_phone, "contact_phone"),
        state=ClaimState.WAITING,
        version=1,
        office_id=jobs.office(),
        made_at=clock.now(),
    )
    made.place_at(said.lon, said.lat, datum=said.datum)
    twice = Changed(_l("You have registered this enterprise already; it waits to be looked at."))
    with refusing(uq_job_claim_waiting=twice):
        db.session.add(made)
    made.station_id = Stations().of(made.grid_id)
    db.session.flush()
    CLAIM_FLOW.begin(made, "make", by=by)
    heads = [each.id for each in people.staff_of(made.station_id, ("station_head",))]
    words = N_("An enterprise wants to offer work: %(firm)s")
    notices.notify(heads, words, url=f"/jobs/claims/{made.id}", firm=made.name)
    return made


def grant(claim: Claim, *, by: Actor, base_version: int | None = None) -> Employer:
    """The enterprise is a verified employer, and whoever claimed it acts for it."""
    hold(claim, base_version)
    firm = queries.known_as(claim)
    if firm is None:
        firm = enterprises.enter(
            Described(
                name=claim.name,
                premises=Premises(claim.premises),
                credit_code=claim.credit_code,
                address=claim.address,
                contact_post=claim.contact_post,
                contact_phone=claim.contact_phone,
                lon=claim.raw_lon,
                lat=claim.raw_lat,
                datum=Datum(claim.datum or Datum.WGS84),
            ),
            by=by,
        )
    elif firm.credit_code is None:
        enterprises.name_code(firm, claim.credit_code, by=by)
    employer = employers.enlist(firm, by=by)
    if not any(each.account_id == claim.account_id and not each.until for each in employer.members):
        employers.add_member(employer, claim.account, by=by)
    employers.verify(employer, by=by)
    claim.employer_id, claim.ended_at = employer.id, clock.now()
    CLAIM_FLOW.move(claim, "grant", by=by)
    return employer


def refuse(claim: Claim, *, note: str | None, by: Actor, base_version: int | None = None) -> None:
    """The claim is over, and whoever made it knows why."""
    evidence = {"note": note}
    CLAIM_FLOW.move(claim, "refuse", by=by, base_version=base_version, evidence=evidence)
    claim.note, claim.ended_at = note, clock.now()
    words = N_("The registration of %(firm)s was refused: %(why)s")
    notices.notify([claim.account_id], words, url="/jobs/firms", firm=claim.name, why=note)


def withdraw(claim: Claim, *, by: Actor, base_version: int | None = None) -> None:
    """The claim is over."""
    CLAIM_FLOW.move(claim, "withdraw", by=by, base_version=base_version)
    claim.ended_at = clock.now()
