"""Pre-registration on the phone: choose a window, show the QR at the gate, give it up."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue
from flask_babel import format_date

from webapp.base import clock
from webapp.base.access import me, permit
from webapp.base.flow import Refusal
from webapp.base.security import limiter
from webapp.base.web import afresh, goto, page
from webapp.people import picture
from webapp.points import queries as points
from webapp.points.gates import queries, registering
from webapp.points.gates.forms import RegisterForm
from webapp.points.gates.models import Gate, Registration
from webapp.points.gates.rules import EARLY, REGISTRATION_FLOW

bp = Blueprint("registrations", __name__)


@bp.get("/points/<int:point_id>/register")
@permit("gates.register", of=queries.of_point)
def new(gate: Gate) -> Response:
    """The windows one can choose from."""
    return _form(gate)


@bp.post("/points/<int:point_id>/register")
@limiter.limit("10/minute")
@permit("gates.register", of=queries.of_point)
def register(gate: Gate) -> ResponseReturnValue:
    """Whoever asks is registered and has a code."""
    point_id = gate.point_id
    try:
        made = registering.register(gate, RegisterForm.read(request).starts_at, by=me())
    except Refusal as refusal:
        again = afresh(refusal, lambda: queries.of_point(point_id))
        return _form(again, refusal)
    return goto("registrations.one", registration_id=made.id)


@bp.get("/registrations/<int:registration_id>")
@permit("gates.own", of=queries.registration)
def one(registration: Registration) -> Response:
    """The registration with its QR, until it was used."""
    code = registering.code_of(registration)
    now = clock.now()
    return page(
        "points/gates/registration.html",
        fragment="state",
        registration=registration,
        point=registration.point,
        picture=picture.of(code) if code and registration.ends_at >= now else None,
        early=registration.starts_at - EARLY,
        now=now,
        flow=REGISTRATION_FLOW,
        format_date=format_date,
        zone=points.ZONE,
    )


@bp.post("/registrations/<int:registration_id>/cancel")
@permit("gates.own", of=queries.registration)
def cancel(registration: Registration) -> ResponseReturnValue:
    """The registration is given up."""
    registering.cancel(registration, by=me())
    return goto("registrations.one", registration_id=registration.id)


def _form(gate: Gate, refusal: Refusal | None = None) -> Response:
    days: dict[Any, list[Any]] = {}
    for starts_at, free in registering.windows(gate):
        days.setdefault(starts_at.astimezone(points.ZONE).date(), []).append((starts_at, free))
    return page(
        "points/gates/register.html",
        status=refusal.status if refusal else 200,
        gate=gate,
        point=gate.point,
        days=days,
        told=refusal.words if refusal else None,
        errors=refusal.fields if refusal else {},
        format_date=format_date,
    )
