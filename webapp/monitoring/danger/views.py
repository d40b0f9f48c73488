"""Pages of danger zones: the list, a new one from an alarm or free, one with what is inside, its moves."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, abort, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from webapp.base import audit
from webapp.base.access import may, me, permit
from webapp.base.flow import Refusal
from webapp.base.spatial import shape_of
from webapp.base.web import afresh, goto, page, part_of_address
from webapp.grids import queries as grids
from webapp.monitoring.alarms import listing as alarms
from webapp.monitoring.alarms.models import Alarm
from webapp.monitoring.alarms.shown import what
from webapp.monitoring.danger import actions, queries, shown, winds
from webapp.monitoring.danger.forms import FromForm, ListForm, StepForm, ZoneForm
from webapp.monitoring.danger.models import DangerZone
from webapp.monitoring.danger.roll import actions as roll
from webapp.monitoring.danger.rules import LIVING, ZONE_FLOW, danger_of
from webapp.monitoring.signals import Kind
from webapp.monitoring.weather import queries as weather
from webapp.monitoring.weather.rules import WindNow
from webapp.people import queries as people
from webapp.people.forms import again
from webapp.residents import care, queries as residents
from webapp.residents.rules import KEY_GROUPS

bp = Blueprint("danger", __name__)

# What each move of a zone asks for beside the version.
DEEDS: dict[str, tuple[Callable[..., Any], tuple[str, ...]]] = {
    "enforce": (actions.enforce, ()),
    "lift": (actions.lift, ("note",)),
    "discard": (actions.discard, ()),
}


@bp.get("/danger")
@permit("danger.see")
def listed() -> Response:
    """The danger zones that are not over, or those that are."""
    wish = ListForm.of(request.args.to_dict())
    found = queries.listed(ended=wish.ended, before=wish.before)
    return page("monitoring/danger/list.html", found=found, wish=wish, what=what, **shown.words())


@bp.get("/danger/new")
@permit("danger.keep")
def new() -> Response:
    """The form of a zone, filled with what the alarm and the nearest wind say."""
    alarm = _alarm()
    sent, wind = _prefilled(alarm)
    return page(
        "monitoring/danger/new.html", errors={}, sent=sent, **_form(alarm, wind), **shown.words()
    )


@bp.post("/danger/new")
@permit("danger.keep")
def create() -> ResponseReturnValue:
    """The zone is drawn."""
    alarm = _alarm()
    try:
        form = ZoneForm.read(request)
        zone = actions.draw(
            form.said(), alarm=alarm, exercise=form.exercise, words=form.words, by=me()
        )
    except Refusal as refusal:
        return again("monitoring/danger/new.html", refusal, **_again_form(), **shown.words())
    return goto("danger.one", zone_id=zone.id)


@bp.get("/danger/<int:zone_id>")
@permit("danger.see", of=queries.one)
def one(zone: DangerZone) -> Response:
    """A zone on the map, what is inside, its moves, and every shape it had."""
    return _one(zone)


@bp.post("/danger/<int:zone_id>/shape")
@permit("danger.keep", of=queries.one)
def redraw(zone: DangerZone) -> ResponseReturnValue:
    """The zone has another shape, and whoever is inside now is on the roll that was called."""
    zone_id = zone.id
    try:
        form = ZoneForm.read(request)
        actions.redraw(zone, form.said(), base_version=form.base_version, by=me())
        if zone.called_at is not None:
            roll.call(zone, by=me())
    except Refusal as refusal:
        return _one(afresh(refusal, lambda: queries.one(zone_id)), refusal, tried="shape")
    return goto("danger.one", zone_id=zone_id)


@bp.post(f"/danger/<int:zone_id>/<any({', '.join(DEEDS)}):name>")
@permit("danger.keep", of=lambda zone_id, name: queries.one(zone_id))
def step(zone: DangerZone) -> ResponseReturnValue:
    """A move of the zone is made."""
    name, zone_id = part_of_address("name"), zone.id
    try:
        form = StepForm.read(request)
        deed, wanted = DEEDS[name]
        more = {each: getattr(form, each) for each in wanted}
        deed(zone, by=me(), base_version=form.base_version, **more)
    except Refusal as refusal:
        return _one(afresh(refusal, lambda: queries.one(zone_id)), refusal, tried=name)
    return goto("danger.one", zone_id=zone_id)


@bp.post("/danger/<int:zone_id>/key-people")
@permit("danger.see", of=queries.one)
def key_people(zone: DangerZone) -> Response:
    """Who of a key group is inside, masked, for whoever may know it; the log of each says who looked."""
    area = shown.in_degrees(shape_of(zone.shape.area))
    purpose = _("Danger zone %(n)s", n=zone.id)
    return page(
        "monitoring/danger/key_people.html",
        zone=zone,
        found=care.look_inside(area, purpose=purpose, by=me()),
        groups={kind: each.words for kind, each in KEY_GROUPS.items()},
        **shown.words(),
    )


@bp.get("/alarms/<int:alarm_id>/danger")
@permit("alarms.see", of=alarms.one)
def of_alarm(alarm: Alarm) -> Response:
    """The danger zone of an alarm, for its page."""
    return page(
        "monitoring/danger/of_alarm.html",
        fragment="danger",
        alarm=alarm,
        zone=queries.of_alarm(alarm.id) if may(me(), "danger.see") else None,
        living=LIVING,
        **shown.words(),
    )


def _alarm() -> Alarm | None:
    wish = FromForm.of(request.args.to_dict())
    if wish.alarm is None:
        return None
    alarm = queries.alarm(wish.alarm)
    if alarm is None or not may(me(), "alarms.see", alarm):
        abort(404)
    return alarm


def _prefilled(alarm: Alarm | None) -> tuple[dict[str, Any], WindNow]:
    spot = alarm.lonlat if alarm is not None else None
    wind = weather.wind_at(spot)
    sent: dict[str, Any] = winds.filled(wind)
    if alarm is not None and spot is not None:
        sent |= {"kind": danger_of(Kind(alarm.kind)), "words": alarm.words}
        sent |= {"lon": round(spot[0], 6), "lat": round(spot[1], 6)}
    return sent, wind


def _form(alarm: Alarm | None, wind: WindNow) -> dict[str, Any]:
    return {"alarm": alarm, "wind_now": wind, "grids": grids.living(), "what": what}


def _again_form() -> dict[str, Any]:
    alarm = _alarm()
    return _form(alarm, _prefilled(alarm)[1])


def _one(zone: DangerZone, refusal: Refusal | None = None, tried: str | None = None) -> Response:
    who, area = me(), shape_of(zone.shape.area)
    wind = winds.of(zone.shape)
    events = audit.history("danger_zone", zone.id)
    drawn, made = shown.drawing_of(zone.shape)
    keeps = may(who, "danger.keep", zone) and zone.state in LIVING
    fields = refusal.fields if refusal else {}
    return page(
        "monitoring/danger/one.html",
        status=refusal.status if refusal else 200,
        zone=zone,
        area_m2=area.area,
        drawn=drawn,
        made=made,
        inside=queries.inside(area, who),
        living=residents.inside(shown.in_degrees(area)),
        moves=ZONE_FLOW.open_moves(zone, who),
        keeps=keeps,
        shapes=queries.history(zone.id),
        wind_now=wind,
        wind_by=winds.read_behind(zone.shape),
        wind_left=zone.state in LIVING and winds.has_left(zone.shape, wind),
        grids=grids.living() if keeps else [],
        events=list(reversed(events)),
        names=people.named_in(events),
        what=what,
        sent=request.form if tried == "shape" else shown.filled(zone.shape),
        chosen=request.form.getlist("grids", type=int)
        if tried == "shape"
        else zone.shape.inputs.get("grids", []),
        errors=fields,
        told=refusal.words if refusal and not fields else None,
        tried=tried,
        **shown.words(),
    )
