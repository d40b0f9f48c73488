"""Employers: an enterprise offers work here, people act for it, somebody has looked at it."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

from webapp.base import audit, clock
from webapp.base.access import Actor
from webapp.base.db import db, lock
from webapp.base.flow import NotOpen, Unacceptable
from webapp.base.language import N_
from webapp.jobs import desk_queries as desk, queries
from webapp.jobs.models import Employer, Member
from webapp.jobs.stations import Stations
from webapp.jobs.telling import tell_members
from webapp.people import phones, queries as people
from webapp.people.models import Account, Enterprise
from webapp.people.refusing import refusing


def enlist(firm: Enterprise, *, by: Actor | None) -> Employer:
    """The enterprise is an employer, looked after by the workstation of its grid."""
    known = desk.employer_of(firm.id)
    if known is not None:
        return known
    if firm.closed_at is not None:
        raise NotOpen(_l("This enterprise is closed already."))
    made = Employer(
        enterprise_id=firm.id,
        contact_post=firm.contact_post,
        contact_phone=firm.contact_phone,
        station_id=Stations().of(firm.grid_id),
        office_id=queries.office(),
        version=1,
        created_at=clock.now(),
    )
    db.session.add(made)
    db.session.flush()
    _record(made, "enlist", by)
    return made


def add_member(employer: Employer, account: Account, *, by: Actor) -> Member:
    """The account acts for the employer from now on. Raises `Unacceptable` when it does so already."""
    taken = _l("This account acts for the enterprise already.")
    made = Member(employer_id=employer.id, account_id=account.id, since=clock.now())
    with refusing(uq_job_member=Unacceptable(taken, fields={"who": taken})):
        db.session.add(made)
    db.session.expire(employer, ["members"])
    _record(employer, "add_member", by, account=account.id)
    return made


def add_named(employer: Employer, who: str, *, by: Actor) -> Member:
    """As `add_member`, for the account of a user name or a phone number."""
    account = people.by_username(who)
    if account is None:
        try:
            account = people.by_phone(phones.normal(who))
        except Unacceptable:
            account = None
    if account is None:
        words = _l("There is no account of this name or number.")
        raise Unacceptable(words, fields={"who": words})
    return add_member(employer, account, by=by)


def remove_member(member: Member, *, by: Actor) -> None:
    """The account acts for the employer no more."""
    lock(member)
    if member.until is not None:
        raise NotOpen(_l("This account acts for the enterprise no more."))
    member.until = clock.now()
    employer = db.session.get_one(Employer, member.employer_id)
    _record(employer, "remove_member", by, account=member.account_id)


def verify(employer: Employer, *, note: str | None = None, by: Actor) -> None:
    """Somebody has looked at the enterprise and at who acts for it; this holds for half a year.

    Raises `Unacceptable` where the enterprise has no credit code that could be looked at.
    """
    lock(employer)
    if employer.enterprise.credit_code is None:
        words = _l("The enterprise has no credit code yet. Enter it with the enterprise first.")
        raise Unacceptable(words, fields={"credit_code": words})
    employer.verified_at, employer.verified_by_id = clock.now(), by.id
    _record(employer, "verify", by, note=note)
    words = N_("Your enterprise was verified: %(firm)s")
    tell_members(employer, words, url=f"/jobs/firms/{employer.id}", firm=employer.enterprise.name)


def _record(employer: Employer, move: str, by: Actor | None, **data: Any) -> None:
    employer.version = (employer.version or 0) + 1
    db.session.flush()
    audit.record(
        kind="job_employer",
        thing_id=employer.id,
        move=move,
        by=by,
        grid_id=employer.enterprise.grid_id,
        data={key: value for key, value in data.items() if value is not None},
    )
