"""Pages of the port keeper: ports, vessels and their crews, closed seasons and wind limits."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l

from webapp.base.access import me, permit
from webapp.base.flow import Refusal
from webapp.base.past import told_then
from webapp.base.web import PurposeForm, goto, page, part_of_address, sent_file
from webapp.people import days, queries as people, workbook
from webapp.people.forms import ReasonForm, again
from webapp.ports import actions, importing, queries
from webapp.ports.forms import (
    BerthForm,
    CrewForm,
    GateLineForm,
    ListForm,
    PortForm,
    SeasonForm,
    VesselForm,
    WindForm,
)
from webapp.ports.models import Port, Vessel
from webapp.ports.rules import (
    PAPER_WORDS,
    VESSEL_WORDS,
    VOYAGE_CHIPS,
    VOYAGE_FLOW,
    WARNED_DAYS,
)
from webapp.ports.sea import queries as sea, sighting
from webapp.ports.sea.forms import TrackForm
from webapp.ports.sea.tracking import SPANS, shapes

bp = Blueprint("ports", __name__)

# What the logs call what was done.
DONE = {
    "create": _l("Created"),
    "change": _l("Changed"),
    "close": _l("Taken off the lists"),
    "reveal": _l("Phone number shown"),
    "sign_on": _l("Joined the crew"),
    "sign_off": _l("Left the crew"),
    "crew_pictures": _l("Pictures of the crew were sent"),
    "certify": _l("End of a certificate written down"),
    "show_certificate": _l("Certificate looked at"),
    "crew_erased": _l("Pictures of the crew erased"),
    "berth": _l("Berth drawn"),
    "gate_line": _l("Gate line drawn"),
    "relocate": _l("Follows new borders"),
}


@bp.get("/ports")
@told_then
@permit("ports.see")
def listed() -> Response:
    """The ports, with how many vessels of each are at sea."""
    return page("ports/list.html", found=queries.ports(), errors={}, sent={})


@bp.post("/ports")
@permit("ports.keep")
def create() -> ResponseReturnValue:
    """The port is there."""
    try:
        port = actions.found(PortForm.read(request), by=me())
    except Refusal as refusal:
        return again("ports/list.html", refusal, found=queries.ports())
    return goto("ports.one", port_id=port.id)


@bp.get("/ports/<int:port_id>")
@permit("ports.see", of=queries.port)
def one(port: Port) -> Response:
    """One port: its place, its berths and gate lines, and what was done."""
    return page("ports/one.html", **_port(port), errors={}, sent={})


@bp.post("/ports/<int:port_id>/berths")
@permit("ports.keep", of=queries.port)
def berth(port: Port) -> ResponseReturnValue:
    """A berth is drawn, or drawn anew."""
    try:
        actions.draw_berth(port, BerthForm.read(request), by=me())
    except Refusal as refusal:
        return again("ports/one.html", refusal, drawing="berth", **_port(port))
    return goto("ports.one", port_id=port.id)


@bp.post("/ports/<int:port_id>/gate-lines")
@permit("ports.keep", of=queries.port)
def gate_line(port: Port) -> ResponseReturnValue:
    """A gate line is drawn, or drawn anew."""
    try:
        actions.draw_gate_line(port, GateLineForm.read(request), by=me())
    except Refusal as refusal:
        return again("ports/one.html", refusal, drawing="gate_line", **_port(port))
    return goto("ports.one", port_id=port.id)


@bp.get("/ports/limits")
@permit("ports.see")
def limits() -> Response:
    """Closed seasons and wind limits."""
    return page("ports/limits.html", **_limits(), errors={}, sent={})


@bp.post("/ports/seasons")
@permit("ports.keep")
def season() -> ResponseReturnValue:
    """A closed season is laid down."""
    try:
        actions.set_season(SeasonForm.read(request), by=me())
    except Refusal as refusal:
        return again("ports/limits.html", refusal, **_limits())
    return goto("ports.limits")


@bp.post("/ports/winds")
@permit("ports.keep")
def wind() -> ResponseReturnValue:
    """A wind limit is laid down."""
    try:
        actions.set_wind(WindForm.read(request), by=me())
    except Refusal as refusal:
        return again("ports/limits.html", refusal, **_limits())
    return goto("ports.limits")


@bp.get("/vessels")
@permit("vessels.see")
def vessels() -> Response:
    """The vessels, found by words or kind."""
    wish = ListForm.of(request.args.to_dict())
    rows = queries.vessels(me(), words=wish.q, kind=wish.kind, after=wish.after)
    return page("ports/vessels.html", fragment="found", found=rows, wish=wish, kinds=VESSEL_WORDS)


@bp.get("/vessels/<int:vessel_id>")
@permit("vessels.see", of=queries.vessel)
def vessel(vessel: Vessel) -> Response:
    """One vessel: its track, its papers, its crew, its voyages."""
    return page("ports/vessel.html", fragment="track", **_vessel(vessel), errors={}, sent={})


@bp.get("/vessels/new")
@permit("vessels.keep")
def new_vessel() -> Response:
    """The form of a new vessel."""
    return page("ports/vessel_form.html", vessel=None, errors={}, sent={}, **_words())


@bp.post("/vessels")
@permit("vessels.keep")
def create_vessel() -> ResponseReturnValue:
    """The vessel is there."""
    try:
        made = actions.register(VesselForm.read(request), by=me())
    except Refusal as refusal:
        return again("ports/vessel_form.html", refusal, vessel=None, **_words())
    return goto("ports.vessel", vessel_id=made.id)


@bp.get("/vessels/<int:vessel_id>/change")
@permit("vessels.keep", of=queries.vessel)
def change_form(vessel: Vessel) -> Response:
    """The form of a vessel."""
    sent = {name: getattr(vessel, name, None) for name in VesselForm.model_fields}
    sent |= {"port": vessel.port.name, "phone": None}
    sent |= {"username": vessel.account.username if vessel.account else None}
    sent |= {"enterprise_code": vessel.enterprise.credit_code if vessel.enterprise else None}
    return page("ports/vessel_form.html", vessel=vessel, errors={}, sent=sent, **_words())


@bp.post("/vessels/<int:vessel_id>/change")
@permit("vessels.keep", of=queries.vessel)
def change(vessel: Vessel) -> ResponseReturnValue:
    """The vessel is described like this now."""
    try:
        actions.change(vessel, VesselForm.read(request), by=me())
    except Refusal as refusal:
        return again("ports/vessel_form.html", refusal, vessel=vessel, **_words())
    return goto("ports.vessel", vessel_id=vessel.id)


@bp.post("/vessels/<int:vessel_id>/close")
@permit("vessels.keep", of=queries.vessel)
def close(vessel: Vessel) -> ResponseReturnValue:
    """The vessel is off the lists."""
    try:
        actions.close(vessel, reason=ReasonForm.read(request).reason, by=me())
    except Refusal as refusal:
        return again("ports/vessel.html", refusal, **_vessel(vessel))
    return goto("ports.vessels")


@bp.post("/vessels/<int:vessel_id>/reveal")
@permit("vessels.reveal", of=queries.vessel)
def reveal(vessel: Vessel) -> ResponseReturnValue:
    """The whole phone number, for a purpose that stands in the log from now on."""
    try:
        phone = actions.reveal(vessel, purpose=PurposeForm.read(request).purpose, by=me())
    except Refusal as refusal:
        return again("ports/vessel.html", refusal, **_vessel(vessel))
    answer = page("ports/vessel.html", **{**_vessel(vessel), "phone": phone}, errors={}, sent={})
    answer.headers["Cache-Control"] = "no-store"
    return answer


@bp.post("/vessels/<int:vessel_id>/crew")
@permit("vessels.keep", of=queries.vessel)
def sign_on(vessel: Vessel) -> ResponseReturnValue:
    """Somebody joins the crew."""
    try:
        actions.sign_on(vessel, CrewForm.read(request), by=me())
    except Refusal as refusal:
        return again("ports/vessel.html", refusal, **_vessel(vessel))
    return goto("ports.vessel", vessel_id=vessel.id)


def _vessel_of(vessel_id: int, member_id: int) -> Vessel | None:
    return queries.vessel(vessel_id) if queries.member(vessel_id, member_id) else None


@bp.post("/vessels/<int:vessel_id>/crew/<int:member_id>/leave")
@permit("vessels.keep", of=_vessel_of)
def sign_off(vessel: Vessel) -> ResponseReturnValue:
    """Somebody leaves the crew."""
    member = queries.member(vessel.id, int(part_of_address("member_id")))
    if member is not None:
        actions.sign_off(vessel, member, by=me())
    return goto("ports.vessel", vessel_id=vessel.id)


@bp.get("/vessels/import")
@permit("vessels.keep")
def import_form() -> Response:
    """The form for a workbook of vessels."""
    return page("ports/import.html", errors={}, outcome=None, columns=importing.COLUMNS)


@bp.post("/vessels/import")
@permit("vessels.keep")
def import_file() -> Response:
    """Every vessel of the workbook is known, or none, with what is wrong in which row."""
    try:
        outcome = importing.carry_out(sent_file(workbook.MOST_BYTES + 1), by=me())
    except Refusal as refusal:
        return again("ports/import.html", refusal, outcome=None, columns=importing.COLUMNS)
    return page(
        "ports/import.html",
        status=422 if outcome.faults else 200,
        errors={},
        outcome=outcome,
        columns=importing.COLUMNS,
    )


def _words() -> dict[str, Any]:
    return {"kinds": VESSEL_WORDS, "papers": PAPER_WORDS, "ports": queries.ports()}


def _logged(kind: str, key: int) -> dict[str, Any]:
    events = people.recent_events(kind, key)
    return {"events": events, "names": people.named_in(events), "done": DONE}


def _port(port: Port) -> dict[str, Any]:
    return {"port": port, "drawn": queries.drawn(port), **_logged("port", port.id)}


def _vessel(vessel: Vessel) -> dict[str, Any]:
    return {
        "vessel": vessel,
        "crew": queries.crew(vessel.id),
        "today": days.today(),
        "soon": days.today() + WARNED_DAYS,
        "voyages": queries.voyages(vessel.id),
        "passages": sea.passages(vessel.id),
        "states": VOYAGE_FLOW.states,
        "chips": VOYAGE_CHIPS,
        "kinds": VESSEL_WORDS,
        "papers": PAPER_WORDS,
        "phone": None,
        **_track(vessel),
        **_logged("vessel", vessel.id),
    }


def _track(vessel: Vessel) -> dict[str, Any]:
    wish = TrackForm.of({name: said for name, said in request.args.items() if said})
    since, until = wish.span()
    seen = sighting.track(vessel.id, since=since, until=until)
    return {
        "wish": wish,
        "spans": SPANS,
        "seen": seen,
        "drawn": shapes(seen, pace=sighting.pace(since, until)),
        "where": sea.where(vessel.id),
    }


def _limits() -> dict[str, Any]:
    return {"seasons": queries.seasons(), "winds": queries.winds(), "kinds": VESSEL_WORDS}
