"""The rota of the windows of a point, a week at a time."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue
from flask_babel import format_date, lazy_gettext as _l

from webapp.base.access import may, me, permit
from webapp.base.flow import Refusal, Unacceptable
from webapp.base.web import afresh, goto, page
from webapp.points import queries, rota, rota_queries, shown
from webapp.points.forms import RotaForm, ShiftForm
from webapp.points.models import ServicePoint, ServiceWindow, WindowShift

bp = Blueprint("window_rota", __name__)


@bp.get("/counter/<int:point_id>/rota")
@permit("points.serve", of=queries.one)
def week(point: ServicePoint) -> Response:
    """Who sits where this week; the head of the point plans it here."""
    asked = RotaForm.of_address(request)
    return _page(point, asked.day or queries.today())


@bp.post("/counter/<int:point_id>/rota")
@permit("points.keep", of=queries.one)
def plan(point: ServicePoint) -> ResponseReturnValue:
    """Somebody is planned at a window."""
    point_id = point.id
    try:
        form = ShiftForm.read(request)
        rota.plan(
            _window(point, form.window_id),
            account_id=form.account_id,
            day=form.day,
            opens=form.opens,
            closes=form.closes,
            by=me(),
        )
    except Refusal as refusal:
        again = afresh(refusal, lambda: queries.one(point_id))
        return _page(again, queries.today(), refusal)
    return goto("window_rota.week", point_id=point_id, day=form.day)


@bp.post("/counter/rota/<int:shift_id>/drop")
@permit(
    "points.keep",
    of=lambda shift_id: (
        found.window.point if (found := rota_queries.one(shift_id)) is not None else None
    ),
)
def drop(point: ServicePoint) -> ResponseReturnValue:
    """A planned time is free again."""
    shift = rota_queries.one(int((request.view_args or {})["shift_id"]))
    day: date | None = None
    if shift is not None:
        day = shift.begin.astimezone(queries.ZONE).date()
        rota.drop(shift, by=me())
    return goto("window_rota.week", point_id=point.id, day=day)


def _window(point: ServicePoint, window_id: int) -> ServiceWindow:
    found = next((each for each in point.windows if each.id == window_id), None)
    if found is None:
        words = _l("Choose one of the list.")
        raise Unacceptable(words, fields={"window_id": words})
    return found


def _page(point: ServicePoint, day: date, refusal: Refusal | None = None) -> Response:
    first = day - timedelta(days=day.weekday())
    shifts: dict[date, list[WindowShift]] = {}
    for shift in rota_queries.week(point, first):
        shifts.setdefault(shift.begin.astimezone(queries.ZONE).date(), []).append(shift)
    begin = datetime.combine(first, time(), queries.ZONE)
    people = rota_queries.staff(point, begin, begin + timedelta(days=rota_queries.DAYS))
    values: dict[str, Any] = {
        "point": point,
        "days": [first + timedelta(days=ahead) for ahead in range(rota_queries.DAYS)],
        "shifts": shifts,
        "people": [(each.id, each.name) for each in people],
        "windows": [(each.id, shown.window(point, each.number)) for each in point.windows],
        "earlier": first - timedelta(days=rota_queries.DAYS),
        "later": first + timedelta(days=rota_queries.DAYS),
        "today": queries.today(),
        "zone": queries.ZONE,
        "sent": request.form if refusal else {},
        "errors": refusal.fields if refusal else {},
        "told": refusal.words if refusal else None,
        "may_keep": may(me(), "points.keep", point),
        "format_date": format_date,
        "shown": shown,
    }
    return page("points/rota.html", status=refusal.status if refusal else 200, **values)
