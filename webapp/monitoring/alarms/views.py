"""Pages of the alarms: the list, one alarm, one incident, what rings, and the moves of each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue

from webapp.base import audit
from webapp.base.access import me, permit
from webapp.base.flow import Refusal
from webapp.base.past import told_by_itself
from webapp.base.web import afresh, goto, page, part_of_address
from webapp.grids import queries as grids
from webapp.monitoring.alarms import (
    climbing,
    handling,
    incidents,
    listing,
    past,
    queries,
    shown,
)
from webapp.monitoring.alarms.forms import CallForm, ListForm, MergeForm, StepForm
from webapp.monitoring.alarms.models import Alarm, AlarmCall, Incident
from webapp.monitoring.alarms.rules import ACTIVE, JUDGED, UNSEEN
from webapp.monitoring.cameras import queries as cameras
from webapp.monitoring.cameras.rules import SEEN_WORDS
from webapp.people import queries as people

bp = Blueprint("alarms", __name__)

# What each move of an alarm asks for beside the version.
DEEDS: dict[str, tuple[Callable[..., Any], tuple[str, ...]]] = {
    "see": (handling.see, ()),
    "end": (handling.end, ()),
    "close": (handling.close, ("outcome", "note")),
}


@bp.get("/alarms")
@told_by_itself
@permit("alarms.see")
def listed() -> Response:
    """The alarms one may see, in lanes, found by severity, kind, grid or words; or as they stood."""
    wish = ListForm.of(request.args.to_dict())
    if wish.as_of is not None:
        return past.listed(me(), wish)
    grid = grids.one(wish.grid) if wish.grid else None
    found = listing.listed(
        me(),
        lane=wish.lane,
        severity=wish.severity,
        kind=wish.kind,
        words=wish.q,
        grid_id=grid.id if grid else None,
        before=wish.before,
    )
    return page(
        "monitoring/alarms/list.html",
        fragment="found",
        found=found,
        wish=wish,
        grids=grids.living(),
        counts=listing.counts(me()),
        **shown.words(),
    )


@bp.get("/alarms/ringing")
@permit("alarms.handle")
def ringing() -> Response:
    """What nobody has acknowledged yet, for the corner of every page of the desk."""
    return _ringing()


@bp.get("/alarms/<int:alarm_id>")
@permit("alarms.see", of=listing.one)
def one(alarm: Alarm) -> Response:
    """One alarm: what it is, where, what was done, who sees it, and its moves."""
    return _one(alarm)


@bp.post("/alarms/<int:alarm_id>/<any(see, end, close):name>")
@permit("alarms.handle", of=lambda alarm_id, name: listing.one(alarm_id))
def step(alarm: Alarm) -> ResponseReturnValue:
    """A move of the alarm is made."""
    alarm_id, (deed, wanted) = alarm.id, DEEDS[part_of_address("name")]
    try:
        form = StepForm.read(request)
        more = {name: getattr(form, name) for name in wanted}
        deed(alarm, by=me(), base_version=form.base_version, **more)
    except Refusal as refusal:
        return _one(afresh(refusal, lambda: listing.one(alarm_id)), refusal)
    return goto("alarms.one", alarm_id=alarm_id)


@bp.post("/alarms/<int:alarm_id>/look")
@permit("alarms.handle", of=queries.one)
def look(alarm: Alarm) -> ResponseReturnValue:
    """Somebody at the desk has opened the alarm: its page says so as soon as it is shown."""
    handling.look([alarm], by=me())
    return "", 204


@bp.post("/alarms/incidents/<int:incident_id>/look")
@permit("alarms.handle", of=listing.incident)
def look_at_all(incident: Incident) -> ResponseReturnValue:
    """The same for every alarm of an incident."""
    handling.look(incident.alarms, by=me())
    return "", 204


@bp.post("/alarms/<int:alarm_id>/send")
@permit("alarms.send", of=listing.one)
def send(alarm: Alarm) -> ResponseReturnValue:
    """Somebody is sent: the incident has a case, and the nearest is asked."""
    alarm_id = alarm.id
    try:
        handling.send(alarm, by=me())
    except Refusal as refusal:
        return _one(afresh(refusal, lambda: listing.one(alarm_id)), refusal)
    return goto("alarms.incident", incident_id=alarm.incident_id)


@bp.get("/alarms/<int:alarm_id>/cameras")
@permit("alarms.see", of=listing.one)
def seeing(alarm: Alarm) -> Response:
    """The cameras that see the place of the alarm, of those one may see."""
    found = cameras.seeing(me(), alarm.geom) if alarm.geom is not None else []
    return page(
        "monitoring/alarms/seeing.html",
        fragment="seeing",
        alarm=alarm,
        found=found,
        **SEEN_WORDS,
        **shown.words(),
    )


@bp.get("/alarms/incidents/<int:incident_id>")
@permit("alarms.see", of=listing.incident)
def incident(incident: Incident) -> Response:
    """One incident: its alarms, how far help is, the clocks of its ladder, its phone tree."""
    return _incident(incident)


@bp.post("/alarms/incidents/<int:incident_id>/see")
@permit("alarms.handle", of=listing.incident)
def see_all(incident: Incident) -> ResponseReturnValue:
    """Every alarm of the incident is acknowledged."""
    handling.see_all(incident, by=me())
    if request.headers.get("HX-Request") and request.form.get("bar"):
        return _ringing()
    return goto("alarms.incident", incident_id=incident.id)


@bp.post("/alarms/incidents/<int:incident_id>/calls")
@permit("alarms.handle", of=listing.incident)
def call(incident: Incident) -> ResponseReturnValue:
    """Somebody more is called."""
    return _done(
        incident.id,
        lambda: handling.call_also(incident, CallForm.read(request).account, by=me()),
    )


@bp.post("/alarms/incidents/<int:incident_id>/merge")
@permit("alarms.handle", of=listing.incident)
def merge(incident: Incident) -> ResponseReturnValue:
    """The alarms of the incident belong to another one from now on."""
    incident_id = incident.id
    try:
        into = queries.incident(MergeForm.read(request).into)
        handling.merge(incident, into, by=me())
    except Refusal as refusal:
        return _incident(afresh(refusal, lambda: listing.incident(incident_id)), refusal)
    return goto("alarms.incident", incident_id=into.id if into else incident_id)


@bp.post("/alarms/incidents/<int:incident_id>/hasten")
@permit("alarms.handle", of=listing.incident)
def hasten(incident: Incident) -> ResponseReturnValue:
    """The next step of the ladder is not waited for."""
    return _done(incident.id, lambda: climbing.hasten(incident, by=me()))


@bp.post("/alarms/calls/<int:call_id>/confirm")
@permit("alarms.called", of=queries.call)
def confirm(call: AlarmCall) -> ResponseReturnValue:
    """Whoever was called knows."""
    return _done(call.incident_id, lambda: handling.confirm(call, by=me()))


def _done(incident_id: int, deed: Callable[[], Any]) -> ResponseReturnValue:
    """The page of the incident after the deed, or as it is with why it was refused."""
    try:
        deed()
    except Refusal as refusal:
        return _incident(afresh(refusal, lambda: listing.incident(incident_id)), refusal)
    return goto("alarms.incident", incident_id=incident_id)


def _ringing() -> Response:
    alarms, count = listing.ringing(me())
    return page(
        "monitoring/alarms/ringing.html",
        fragment="ringing",
        alarms=alarms,
        count=count,
        said=[shown.spoken(each) for each in alarms],
        **shown.words(),
    )


def _one(alarm: Alarm, refusal: Refusal | None = None) -> Response:
    events = audit.history("alarm", alarm.id)
    return page(
        "monitoring/alarms/one.html",
        status=refusal.status if refusal else 200,
        alarm=alarm,
        events=list(reversed(events)),
        names=people.named_in(events),
        steps=shown.card(alarm),
        unseen=alarm.state in UNSEEN,
        active=alarm.state in ACTIVE,
        judged=JUDGED,
        **_refused(refusal),
        **shown.words(),
    )


def _incident(found: Incident, refusal: Refusal | None = None) -> Response:
    events = audit.history("incident", found.id)
    worst = (
        next(
            (each for each in found.alarms if each.max_severity == found.severity), found.alarms[0]
        )
        if found.alarms
        else None
    )
    return page(
        "monitoring/alarms/incident.html",
        status=refusal.status if refusal else 200,
        incident=found,
        worst=worst,
        unseen=[each for each in found.alarms if each.state in UNSEEN and each.live_at],
        stages=shown.stages(found),
        events=list(reversed(events)),
        names=people.named_in(events) | listing.names(shown.accounts_in(found.steps)),
        came_to=shown.came_to,
        steps=shown.card(found),
        callable=listing.to_call(found),
        mergeable=[
            each for each in listing.to_merge(me(), found) if not incidents.outweighs(found, each)
        ],
        **_refused(refusal),
        **shown.words(),
    )


def _refused(refusal: Refusal | None) -> dict[str, Any]:
    fields = refusal.fields if refusal else {}
    return {
        "errors": fields,
        "told": refusal.words if refusal and not fields else None,
        "sent": request.form,
    }
