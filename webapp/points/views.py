"""Pages for everybody: the nearest point that helps, all points, one with its queue and numbers."""

from __future__ import annotations

import uuid
from typing import Any

import shapely
from flask import Blueprint, Response, abort, jsonify, request
from flask.typing import ResponseReturnValue
from flask_babel import format_date, lazy_gettext as _l

from webapp.base import clock, files
from webapp.base.access import may, me, permit, public
from webapp.base.flow import Refusal, Unacceptable
from webapp.base.security import limiter
from webapp.base.spatial import lonlat_of, named_place, to_lonlats
from webapp.base.web import afresh, goto, page
from webapp.points import offered, queries, shown, tickets
from webapp.points.forms import BookForm, ListForm, LookForm, PlaceForm, ReachForm, TakeForm
from webapp.points.gates import queries as gates
from webapp.points.gates.rules import REGISTRATION_FLOW
from webapp.points.models import Appointment, ServicePoint, Ticket
from webapp.points.nearest import Found, nearest
from webapp.points.rules import (
    ACCESS_WORDS,
    APPOINTMENT_FLOW,
    TEMPLATES,
    TICKET_FLOW,
    WEEKDAYS,
    Access,
    Template,
)
from webapp.points.waiting import UNKNOWN_WORDS, wait
from webapp.travel import loaded
from webapp.travel.rules import BASIS_WORDS, MODE_WORDS, Basis, Mode

bp = Blueprint("points", __name__)

# Digits of degrees in a line for the map: about a metre.
_DIGITS = 5
TREND_W, TREND_H = 320, 64


@bp.get("/nearest")
@permit("points.read")
def near() -> Response:
    """Where one is served soonest: from a position, a place by name, or an address of ours."""
    try:
        asked = LookForm.of_address(request)
    except Unacceptable as refusal:
        return _near(LookForm(), errors=refusal.fields, status=422)
    spots = queries.spots(asked.q) if asked.q and asked.lon is None else []
    exact = [spot for spot in spots if spot.name == asked.q] or spots
    if len(exact) == 1:
        spot = exact[0]
        asked = asked.model_copy(update={"lon": spot.lon, "lat": spot.lat, "place": spot.name})
        spots = []
    return _near(asked, spots=spots)


def _near(
    asked: LookForm,
    *,
    spots: list[queries.Spot] | None = None,
    errors: dict[str, Any] | None = None,
    status: int = 200,
) -> Response:
    found: Found | None = None
    if asked.lon is not None and asked.lat is not None:
        found = nearest(
            asked.lon,
            asked.lat,
            datum=asked.datum,
            template=asked.kind,
            item=asked.item,
            mode=asked.mode,
        )
    kept = {"mode": asked.mode.value, "kind": asked.kind.value}
    return page(
        "points/nearest.html",
        fragment="found",
        status=status,
        asked=asked,
        spots=spots or [],
        found=found,
        errors=errors or {},
        modes=MODE_WORDS,
        kinds=[(each, usual.words) for each, usual in TEMPLATES.items()],
        items=[("", _l("Anything")), *offered.items(asked.kind).items()],
        kept=kept | ({"item": asked.item} if asked.item else {}),
        bases=BASIS_WORDS,
        unknown=UNKNOWN_WORDS,
        shown=shown,
        roads=Basis.ROADS,
    )


@bp.get("/points")
@permit("points.read")
def listed() -> Response:
    """All points with their opening and their queue."""
    wish = ListForm.of(request.args.to_dict())
    points = queries.listed(wish.kind)
    return page(
        "points/list.html",
        points=points,
        queues=queries.queues(points),
        templates=TEMPLATES,
        kind=wish.kind,
        shown=shown,
    )


@bp.get("/points/<int:point_id>")
@permit("points.read", of=queries.one)
def one(point: ServicePoint) -> Response:
    """A point: where, when, what, who waits, and a number or a time for whoever wants one."""
    return _page(point)


@bp.get("/points/<int:point_id>/queue")
@permit("points.read", of=queries.one)
def queue(point: ServicePoint) -> Response:
    """The queue of a point by itself, for a page that renews it."""
    return page("points/queue.html", point=point, **_queue(point))


@bp.get("/points/<int:point_id>/photo")
@permit("points.read", of=queries.one)
def photo(point: ServicePoint) -> Response:
    """The picture of a point."""
    if point.photo is None:
        abort(404)
    return files.answer(point.photo)


@bp.get("/points/<int:point_id>/display")
@permit("points.read", of=queries.one)
def display(point: ServicePoint) -> Response:
    """The board in the waiting room: who is called to which window."""
    return page(
        "points/display.html",
        fragment="board",
        point=point,
        called=queries.at_windows(point),
        line=queries.in_line(point, 12),
        now=clock.now(),
        shown=shown,
    )


@bp.post("/points/<int:point_id>/tickets")
@limiter.limit("10/minute")
@permit("points.take", of=queries.one)
def take(point: ServicePoint) -> ResponseReturnValue:
    """A number of today for whoever asks."""
    point_id = point.id
    try:
        form = TakeForm.read(request)
        ticket = tickets.take(point, item=form.item, by=me())
    except Refusal as refusal:
        return _refused(point_id, refusal, "take")
    return goto("points.ticket", token=ticket.token)


@bp.get("/tickets/<uuid:token>")
@public("whoever has the secret address of a number sees that number")
def ticket(token: uuid.UUID) -> Response:
    """A number: who is ahead, how long it will take, which window."""
    found = queries.ticket_by_token(token)
    if found is None:
        abort(404)
    queued = queries.queues([found.point])[found.point_id]
    ahead = queries.ahead_of(found)
    why = queued.unknown(clock.now())
    return page(
        "points/ticket.html",
        fragment="state",
        ticket=found,
        point=found.point,
        ahead=ahead,
        told=wait(queued, ahead=ahead) if why is None else None,
        why=UNKNOWN_WORDS.get(why) if why else None,
        flow=TICKET_FLOW,
        item=_item_words(found),
        shown=shown,
        may_cancel=found.account_id is None or may(me(), "points.hold", found),
    )


@bp.post("/tickets/<uuid:token>/cancel")
@limiter.limit("10/minute")
@public("whoever has the secret address of a number may give it back")
def cancel(token: uuid.UUID) -> ResponseReturnValue:
    """The number is given back."""
    found = queries.ticket_by_token(token)
    if found is None:
        abort(404)
    if found.account_id is None:
        tickets.give_back(found)
    else:
        tickets.cancel(found, by=me())
    return goto("points.ticket", token=token)


@bp.post("/points/<int:point_id>/appointments")
@limiter.limit("10/minute")
@permit("points.take", of=queries.one)
def book(point: ServicePoint) -> ResponseReturnValue:
    """A time is booked."""
    point_id = point.id
    try:
        form = BookForm.read(request)
        tickets.book(point, form.starts_at, item=form.item, by=me())
    except Refusal as refusal:
        return _refused(point_id, refusal, "book")
    return goto("points.mine")


@bp.get("/points/mine")
@permit("points.take")
def mine() -> Response:
    """My numbers and appointments."""
    key = me().id or 0
    return page(
        "points/mine.html",
        tickets=queries.tickets_of(key),
        appointments=queries.appointments_of(key),
        flow=TICKET_FLOW,
        booked=APPOINTMENT_FLOW,
        registrations=gates.registrations_of(key),
        registered=REGISTRATION_FLOW,
        today=queries.today(),
        zone=queries.ZONE,
        shown=shown,
    )


@bp.post("/appointments/<int:appointment_id>/cancel")
@permit("points.hold", of=queries.appointment)
def call_off(appointment: Appointment) -> ResponseReturnValue:
    """The appointment is called off."""
    tickets.call_off(appointment, by=me())
    return goto("points.mine")


@bp.post("/appointments/<int:appointment_id>/arrive")
@permit("points.arrive", of=queries.appointment)
def arrive(appointment: Appointment) -> ResponseReturnValue:
    """Whoever has an appointment is there."""
    given = tickets.arrive(appointment, by=me())
    return goto("points.ticket", token=given.token)


@bp.get("/points/<int:point_id>/line.json")
@limiter.limit("20/second")
@permit("points.read", of=queries.one)
def line(point: ServicePoint) -> Response:
    """The way from a place to a point, as a GeoJSON feature (WGS 84)."""
    asked = PlaceForm.of(request.args.to_dict())
    x, y = named_place(asked.lon, asked.lat, asked.datum)
    to = queries.spot_of(point)
    reach = loaded.reach(x, y, asked.mode)
    times = reach.to([to[0]], [to[1]])
    spots = shapely.get_coordinates(reach.line_to(*to))
    lon, lat = to_lonlats(spots[:, 0].tolist(), spots[:, 1].tolist(), digits=_DIGITS)
    return jsonify(
        {
            "type": "Feature",
            "geometry": {"type": "LineString", "coordinates": list(zip(lon, lat, strict=True))},
            "properties": {
                "seconds": round(float(times.seconds[0]), 1),
                "metres": round(float(times.metres[0]), 1),
                "mode": asked.mode,
                "basis": times.basis[0],
            },
        }
    )


@bp.get("/points/<int:point_id>/reach.json")
@limiter.limit("5/second")
@permit("points.read", of=queries.one)
def reach(point: ServicePoint) -> Response:
    """From where one gets to a point within some minutes, as a GeoJSON feature (WGS 84)."""
    asked = ReachForm.of(request.args.to_dict())
    area = loaded.reach(*queries.spot_of(point), asked.mode, inbound=True).area(asked.minutes * 60)
    answer = jsonify(
        {
            "type": "Feature",
            "geometry": _degrees(area),
            "properties": {"minutes": asked.minutes, "mode": asked.mode},
        }
    )
    answer.headers["Cache-Control"] = "max-age=300"
    return answer


def _degrees(shape: Any) -> Any:
    """A shape in metres as GeoJSON in degrees."""

    def turned(spots: Any) -> Any:
        lon, lat = to_lonlats(spots[:, 0].tolist(), spots[:, 1].tolist(), digits=_DIGITS)
        return list(zip(lon, lat, strict=True))

    return (
        shapely.geometry.mapping(shapely.transform(shape, turned)) if not shape.is_empty else None
    )


def _item_words(ticket: Ticket) -> Any:
    known = offered.items(Template(ticket.point.template))
    return known.get(ticket.item_code, ticket.item_code) if ticket.item_code else None


def _queue(point: ServicePoint) -> dict[str, Any]:
    queued = queries.queues([point])[point.id]
    open_now = queries.hours(point).at(clock.now()) is not None
    words, told = shown.queue_words(queued, open_now=open_now)
    why = queued.unknown(clock.now()) if open_now else None
    day = queries.today()
    return {
        "queued": queued,
        "gate": gates.of_point(point.id),
        "open_now": open_now,
        "queue_words": words,
        "told": told,
        "why": UNKNOWN_WORDS.get(why) if why else None,
        "trend": _drawn(queries.trend(point, day)),
        "shown": shown,
        "templates": TEMPLATES,
    }


def _drawn(trend: list[tuple[Any, int]]) -> dict[str, Any] | None:
    """A line of the day for an SVG of TREND_W by TREND_H, with its largest number and its ends."""
    if len(trend) < 2 or not any(count for _moment, count in trend):
        return None
    most = max(count for _moment, count in trend)
    step = TREND_W / (len(trend) - 1)
    spots = [
        f"{at * step:.1f},{TREND_H - 4 - count / most * (TREND_H - 8):.1f}"
        for at, (_moment, count) in enumerate(trend)
    ]
    return {
        "line": " ".join(spots),
        "most": most,
        "since": trend[0][0],
        "until": trend[-1][0],
        "width": TREND_W,
        "height": TREND_H,
    }


def _page(
    point: ServicePoint, refusal: Refusal | None = None, tried: str | None = None
) -> Response:
    template = Template(point.template)
    items = offered.items(template)
    if point.items is not None:
        items = {code: items[code] for code in point.items if code in items}
    slots: dict[Any, list[Any]] = {}
    for starts_at, free in tickets.slots(point):
        slots.setdefault(starts_at.astimezone(queries.ZONE).date(), []).append((starts_at, free))
    return page(
        "points/one.html",
        status=refusal.status if refusal else 200,
        point=point,
        lonlat=lonlat_of(point.geom),
        items=items,
        slots=slots,
        opening=shown.opening(point),
        closing=shown.closing,
        week=_week(point),
        weekdays=WEEKDAYS,
        days=[each for each in point.exceptions if each.day >= queries.today()][:10],
        access=[ACCESS_WORDS[Access(each)] for each in point.access],
        grids=queries.grids_of(point) if template is Template.WORKSTATION else [],
        told_off=refusal.words if refusal else None,
        errors=refusal.fields if refusal else {},
        tried=tried,
        format_date=format_date,
        modes=MODE_WORDS,
        Mode=Mode,
        **_queue(point),
    )


def _week(point: ServicePoint) -> list[tuple[Any, str]]:
    """The hours of a week, days that are alike together: (words for the days, words for the hours)."""
    spans = {day: [] for day in range(7)}  # type: dict[int, list[str]]
    for each in point.hours:
        spans[each.weekday].append(f"{each.opens:%H:%M}–{shown.closing(each.closes)}")
    rows: list[tuple[list[int], str]] = []
    for day in range(7):
        words = ", ".join(spans[day])
        if rows and rows[-1][1] == words:
            rows[-1][0].append(day)
        else:
            rows.append(([day], words))
    return [
        (
            WEEKDAYS[days[0]]
            if len(days) == 1
            else _l("%(first)s to %(last)s", first=WEEKDAYS[days[0]], last=WEEKDAYS[days[-1]]),
            words,
        )
        for days, words in rows
    ]


def _refused(point_id: int, refusal: Refusal, tried: str) -> Response:
    again = afresh(refusal, lambda: queries.one(point_id))
    return _page(again, refusal, tried)
