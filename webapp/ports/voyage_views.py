"""Pages of the skipper and the lists of who is at sea."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, request
from flask.typing import ResponseReturnValue

from webapp.base import clock, files
from webapp.base.access import may, me, permit
from webapp.base.flow import Refusal
from webapp.base.past import told_then
from webapp.base.web import goto, page
from webapp.people.forms import again
from webapp.ports import queries, voyages
from webapp.ports.forms import DepartForm, NoteForm
from webapp.ports.models import Vessel, Voyage
from webapp.ports.rules import nightfall

bp = Blueprint("voyages", __name__)


@bp.get("/voyages")
@told_then
@permit("voyages.see")
def at_sea() -> Response:
    """Who is at sea now by their reports."""
    return _at_sea(overnight=False)


@bp.get("/voyages/night")
@told_then
@permit("voyages.see")
def night() -> Response:
    """Who was out when the night began and is not back."""
    return _at_sea(overnight=True)


@bp.get("/vessels/mine")
@permit("vessels.own")
def mine() -> Response:
    """The vessels for which one acts."""
    found, calls = queries.own_vessels(me()), queries.own_calls(me())
    return page("ports/mine.html", found=found, calls=calls, errors={}, sent={})


@bp.get("/vessels/<int:vessel_id>/depart")
@permit("vessels.act", of=queries.vessel)
def depart_form(vessel: Vessel) -> Response:
    """The form of a departure."""
    return page("ports/depart.html", errors={}, sent={}, ticked=[], **_leaving(vessel))


@bp.post("/vessels/<int:vessel_id>/depart")
@permit("vessels.act", of=queries.vessel)
def depart(vessel: Vessel) -> ResponseReturnValue:
    """The vessel counts as at sea, or the skipper reads why it may not leave."""
    try:
        said, upload = DepartForm.read(request), request.files.get("photo")
        photo = files.keep_picture(upload.stream, by=me()) if upload and upload.filename else None
        voyages.depart(vessel, said, photo=photo, by=me())
    except Refusal as refusal:
        ticked = request.form.getlist("crew")
        return again("ports/depart.html", refusal, ticked=ticked, **_leaving(vessel))
    return goto("voyages.mine")


@bp.get("/voyages/<int:voyage_id>/photo")
@permit("voyages.see", of=queries.voyage)
def photo(voyage: Voyage) -> Response:
    """The picture taken at the departure."""
    if voyage.photo is None:
        abort(404)
    return files.answer(voyage.photo)


@bp.post("/voyages/<int:voyage_id>/return")
@permit("voyages.move", of=queries.voyage)
def come_back(voyage: Voyage) -> ResponseReturnValue:
    """The vessel is back."""
    voyages.come_back(voyage, by=me())
    return _onward()


@bp.post("/voyages/<int:voyage_id>/void")
@permit("voyages.move", of=queries.voyage)
def void(voyage: Voyage) -> ResponseReturnValue:
    """The vessel never left."""
    voyages.void(voyage, note=NoteForm.read(request).note, by=me())
    return _onward()


def _onward() -> Response:
    return goto("voyages.at_sea" if may(me(), "voyages.see") else "voyages.mine")


def _at_sea(*, overnight: bool) -> Response:
    return page(
        "ports/voyages.html",
        found=queries.at_sea(me(), overnight=overnight),
        overnight=overnight,
        since=nightfall(clock.now()),
        now=clock.now(),
    )


def _leaving(vessel: Vessel) -> dict[str, Any]:
    crew = queries.crew(vessel.id)
    # What is against it whoever is ticked: said before anything is filled in.
    against = voyages.reasons(vessel, crew[:1]) if crew else []
    return {"vessel": vessel, "crew": crew, "against": against}
