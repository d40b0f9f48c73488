"""Pictures of a crew: who they are, the certificate that lets them sail, its end, and when all of it is gone."""

from __future__ import annotations

import base64
from datetime import date
from typing import IO

from flask_babel import lazy_gettext as _l

from webapp.base import audit, clock, files, notices, tasks
from webapp.base.access import HOUSE, Actor
from webapp.base.db import db, lock
from webapp.base.erasing import erase as erase_file
from webapp.base.files import StoredFile
from webapp.base.flow import NotOpen
from webapp.base.language import N_
from webapp.people import days, queries as people
from webapp.ports import queries
from webapp.ports.models import CrewMember, Vessel
from webapp.ports.rules import CREW_KEPT, KEEPERS, WARNED_DAYS


def show(
    vessel: Vessel,
    member: CrewMember,
    *,
    photo: IO[bytes] | None = None,
    certificate: IO[bytes] | None = None,
    by: Actor,
) -> None:
    """The member has this photo and this picture of the certificate; what is not sent stays.

    The picture that was there before is gone. Raises `Unacceptable` for what is no picture.
    """
    lock(member)
    said = []
    for name, sent in (("photo", photo), ("certificate_picture", certificate)):
        if sent is not None:
            kept = files.keep_picture(sent, by=by)
            _forget(member, name)
            setattr(member, name, kept)
            said.append(name)
    db.session.flush()
    if said:
        _record(vessel, "crew_pictures", by, name=member.name, what=said)


def certify(vessel: Vessel, member: CrewMember, until: date | None, *, by: Actor) -> None:
    """The certificate is good until this day; the port keeper says so, who has seen it."""
    lock(member)
    if member.certified_until != until:
        member.certified_until = until
        _record(vessel, "certify", by, name=member.name, until=until.isoformat() if until else None)


def reveal(vessel: Vessel, member: CrewMember, *, purpose: str, by: Actor) -> str:
    """The picture of the certificate in an address of its own, once the log says who wanted it and what for."""
    if member.certificate_picture is None:
        raise NotOpen(_l("No picture of this certificate is kept."))
    _record(vessel, "show_certificate", by, name=member.name, purpose=purpose)
    body = files.body_of(member.certificate_picture)
    return "data:image/jpeg;base64," + base64.b64encode(body).decode()


@tasks.task("ports.certificates", cron="40 0 * * *")
def tell_of_certificates() -> None:
    """Whoever acts for a vessel, and who keeps the port, knows of certificates that end soon: each once."""
    until = days.today() + WARNED_DAYS
    while found := queries.certificates_to_tell(until):
        keepers = people.holders_everywhere(KEEPERS)
        for member, vessel in found:
            member.warned_for = member.certified_until
            words = N_("%(vessel)s: the certificate of %(name)s ends on %(day)s")
            said = {"vessel": vessel.name, "name": member.name, "day": str(member.certified_until)}
            own = f"/vessels/{vessel.id}/crew"
            notices.notify(keepers, words, url=f"/vessels/{vessel.id}#crew", **said)
            if vessel.account_id is not None and vessel.account_id not in keepers:
                notices.notify([vessel.account_id], words, url=own, **said)
        db.session.flush()


@tasks.task("ports.erase_crews", cron="47 3 * * *")
def erase() -> None:
    """Pictures of those who left a crew, or whose vessel was taken off the lists, are gone after a time."""
    for member, vessel in queries.crews_to_erase(clock.now() - CREW_KEPT):
        for name in ("photo", "certificate_picture"):
            _forget(member, name)
        db.session.flush()
        _record(vessel, "crew_erased", HOUSE, name=member.name)


def _forget(member: CrewMember, name: str) -> None:
    """The picture is gone, and its bytes where nothing else has the same."""
    file: StoredFile | None = getattr(member, name)
    if file is None:
        return
    setattr(member, name, None)
    db.session.flush()
    erase_file(file)
    db.session.flush()


def _record(vessel: Vessel, move: str, by: Actor, **data: object) -> None:
    lock(vessel)
    vessel.version = (vessel.version or 0) + 1
    db.session.flush()
    audit.record(kind="vessel", thing_id=vessel.id, move=move, by=by, data=data)
