"""The crew of a vessel on the phone of whoever acts for it, and its pictures for those who watch over the port."""

from __future__ import annotations

from typing import IO, Any

from flask import Blueprint, Response, abort, request
from flask.typing import ResponseReturnValue

from webapp.base import files
from webapp.base.access import may, me, permit
from webapp.base.flow import Refusal
from webapp.base.web import PurposeForm, goto, page, part_of_address
from webapp.people import days
from webapp.people.forms import again
from webapp.ports import crews, queries
from webapp.ports.forms import CertifiedForm
from webapp.ports.models import CrewMember, Vessel
from webapp.ports.rules import WARNED_DAYS

bp = Blueprint("crews", __name__)


def _vessel_of(vessel_id: int, member_id: int) -> Vessel | None:
    return queries.vessel(vessel_id) if queries.member(vessel_id, member_id) else None


@bp.get("/vessels/<int:vessel_id>/crew")
@permit("crews.keep", of=queries.vessel)
def own(vessel: Vessel) -> Response:
    """The crew with what is missing of each, or ends soon."""
    return page("ports/crew.html", errors={}, sent={}, **_crew(vessel))


@bp.post("/vessels/<int:vessel_id>/crew/<int:member_id>/pictures")
@permit("crews.keep", of=_vessel_of)
def show(vessel: Vessel) -> ResponseReturnValue:
    """The member has these pictures; who keeps the port says until when the certificate is good."""
    member = _member(vessel)
    try:
        crews.show(
            vessel,
            member,
            photo=_sent("photo"),
            certificate=_sent("certificate_picture"),
            by=me(),
        )
        if may(me(), "vessels.keep"):
            said = CertifiedForm.read(request)
            crews.certify(vessel, member, said.certified_until, by=me())
    except Refusal as refusal:
        return again("ports/crew.html", refusal, **_crew(vessel))
    return goto("crews.own", vessel_id=vessel.id)


@bp.get("/vessels/<int:vessel_id>/crew/<int:member_id>/photo")
@permit("crews.see", of=_vessel_of)
def photo(vessel: Vessel) -> Response:
    """Who it is."""
    member = _member(vessel)
    if member.photo is None:
        abort(404)
    return files.answer(member.photo)


@bp.post("/vessels/<int:vessel_id>/crew/<int:member_id>/certificate")
@permit("vessels.reveal", of=_vessel_of)
def certificate(vessel: Vessel) -> ResponseReturnValue:
    """The picture of the certificate, for a purpose that stands in the log from now on."""
    member = _member(vessel)
    try:
        picture = crews.reveal(vessel, member, purpose=PurposeForm.read(request).purpose, by=me())
    except Refusal as refusal:
        return again("ports/certificate.html", refusal, vessel=vessel, member=member, picture=None)
    answer = page(
        "ports/certificate.html", vessel=vessel, member=member, picture=picture, errors={}, sent={}
    )
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _member(vessel: Vessel) -> CrewMember:
    found = queries.member(vessel.id, int(part_of_address("member_id")))
    if found is None:
        abort(404)
    return found


def _sent(name: str) -> IO[bytes] | None:
    upload = request.files.get(name)
    return upload.stream if upload is not None and upload.filename else None


def _crew(vessel: Vessel) -> dict[str, Any]:
    today = days.today()
    return {
        "vessel": vessel,
        "crew": queries.crew(vessel.id),
        "today": today,
        "soon": today + WARNED_DAYS,
    }
