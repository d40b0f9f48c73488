"""The counter: whoever serves opens a window, calls, serves; gives out numbers on the spot."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue

from webapp.base import clock
from webapp.base.access import may, me, permit
from webapp.base.flow import NotOpen, Refusal
from webapp.base.web import afresh, goto, page, part_of_address
from webapp.points import actions, offered, queries, rota_queries, shown, tickets
from webapp.points.forms import StepForm, TakeForm
from webapp.points.gates import queries as gates
from webapp.points.models import Appointment, ServicePoint, ServiceWindow, Ticket
from webapp.points.rules import TEMPLATES, TICKET_FLOW, Template

bp = Blueprint("counter", __name__)

DEEDS: dict[str, Callable[..., None]] = {
    "recall": tickets.recall,
    "finish": tickets.finish,
    "miss": tickets.miss,
    "wait_again": tickets.wait_again,
    "put_back": tickets.put_back,
    "cancel": tickets.cancel,
}


@bp.get("/counter")
@permit("points.counter")
def listed() -> ResponseReturnValue:
    """The points at which one serves; the only one opens by itself."""
    points = queries.served_by(me())
    if len(points) == 1:
        return _page(points[0])
    return page(
        "points/counters.html",
        points=points,
        queues=queries.queues(points),
        day=queries.figures(points, queries.today()) if points else {},
        templates=TEMPLATES,
        shown=shown,
    )


@bp.get("/counter/<int:point_id>")
@permit("points.serve", of=queries.one)
def one(point: ServicePoint) -> Response:
    """The counter of a point."""
    return _page(point)


@bp.post("/counter/<int:point_id>/alive")
@permit("points.serve", of=queries.one)
def alive(point: ServicePoint) -> ResponseReturnValue:
    """An open counter says that it lives: what is told of the queue is of this minute."""
    if any(window.account_id is not None for window in point.windows):
        actions.heard(point)
    return "", 204


@bp.post("/counter/windows/<int:window_id>/<any(open, close, next):name>")
@permit(
    "points.serve",
    of=lambda window_id, name: (
        found.point if (found := queries.window(window_id)) is not None else None
    ),
)
def window(point: ServicePoint) -> ResponseReturnValue:
    """A window is opened, closed, or the next is called to it."""
    name, point_id = part_of_address("name"), point.id
    try:
        found = queries.window(int(part_of_address("window_id")))
        if found is not None:
            _window(found, name)
    except Refusal as refusal:
        return _refused(point_id, refusal)
    return goto("counter.one", point_id=point_id)


def _window(found: ServiceWindow, name: str) -> None:
    if name == "open":
        tickets.open_window(found, by=me())
    elif name == "close":
        tickets.close_window(found, by=me())
    else:
        tickets.call_next(found, by=me())


@bp.post("/counter/<int:point_id>/tickets")
@permit("points.serve", of=queries.one)
def take(point: ServicePoint) -> ResponseReturnValue:
    """A number for somebody who stands there without a phone."""
    point_id = point.id
    try:
        form = TakeForm.read(request)
        given = tickets.take(point, item=form.item, by=me(), own=False, priority=form.priority)
    except Refusal as refusal:
        return _refused(point_id, refusal)
    return goto("counter.one", point_id=point_id, given=given.id)


@bp.post(f"/counter/tickets/<int:ticket_id>/<any(call, {', '.join(DEEDS)}):name>")
@permit("points.serve", of=lambda ticket_id, name: queries.ticket(ticket_id))
def step(ticket: Ticket) -> ResponseReturnValue:
    """A step of a number."""
    name, point_id = part_of_address("name"), ticket.point_id
    try:
        form = StepForm.read(request)
        if name == "call":
            at = _mine(ticket.point)
            if at is None:
                raise NotOpen(tickets.OPEN_FIRST)
            tickets.call(ticket, at, by=me())
        else:
            DEEDS[name](ticket, by=me(), base_version=form.base_version)
    except Refusal as refusal:
        return _refused(point_id, refusal)
    return goto("counter.one", point_id=point_id)


@bp.post("/counter/appointments/<int:appointment_id>/arrive")
@permit("points.serve", of=queries.appointment)
def arrived(appointment: Appointment) -> ResponseReturnValue:
    """Somebody with an appointment stands at the counter."""
    point_id = appointment.point_id
    try:
        tickets.arrive(appointment, by=me())
    except Refusal as refusal:
        return _refused(point_id, refusal)
    return goto("counter.one", point_id=point_id)


def _mine(point: ServicePoint) -> ServiceWindow | None:
    return next((window for window in point.windows if window.account_id == me().id), None)


def _page(point: ServicePoint, refusal: Refusal | None = None) -> Response:
    queued = queries.queues([point])[point.id]
    called = queries.at_windows(point)
    template = Template(point.template)
    given = request.args.get("given", type=int)
    return page(
        "points/counter.html",
        fragment="line",
        status=refusal.status if refusal else 200,
        point=point,
        mine=_mine(point),
        gate=gates.of_point(point.id),
        called={ticket.window_id: ticket for ticket in called},
        line=queries.in_line(point),
        missed=queries.missed(point),
        expected=queries.expected_at(point, queries.today()) if point.slot_minutes else [],
        queued=queued,
        day=queries.figures([point], queries.today()).get(point.id),
        given=queries.ticket(given) if given else None,
        items=offered.items(template),
        flow=TICKET_FLOW,
        templates=TEMPLATES,
        shown=shown,
        now=clock.now(),
        told=refusal.words if refusal else None,
        may_keep=may(me(), "points.keep", point),
        planned=rota_queries.now_at(point),
    )


def _refused(point_id: int, refusal: Refusal) -> Response:
    again = afresh(refusal, lambda: queries.one(point_id))
    return _page(again, refusal)
