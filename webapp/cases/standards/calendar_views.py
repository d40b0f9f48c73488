"""The page of the working calendar: days that differ, and the shifts of a working day."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue

from webapp.base import clock
from webapp.base.access import me, permit
from webapp.base.db import db
from webapp.base.flow import Refusal
from webapp.base.web import goto, page
from webapp.cases import timing
from webapp.cases.standards import actions, queries
from webapp.cases.standards.forms import DayForm, ShiftsForm
from webapp.cases.standards.words import EVENT_WORDS

bp = Blueprint("calendar", __name__, url_prefix="/standards/calendar")

WEEKS = 10
PAST = timedelta(days=60)


@bp.get("")
@permit("standards.see")
def show() -> Response:
    """The next weeks day by day, the days that differ, the shifts, and what was changed."""
    return _show()


def _show(refusal: Refusal | None = None) -> Response:
    if refusal is not None:
        db.session.rollback()
    errors = {name: words for name, words in refusal.fields.items() if words} if refusal else {}
    if refusal and not errors:
        errors = {"form": refusal.words}
    office = timing.office()
    today = clock.now().astimezone(office.zone).date()
    monday = today - timedelta(days=today.weekday())
    weeks = [[monday + timedelta(days=7 * week + day) for day in range(7)] for week in range(WEEKS)]
    return page(
        "standards/calendar.html",
        status=refusal.status if refusal else 200,
        office=office,
        today=today,
        weeks=weeks,
        days=queries.days(today - PAST),
        shifts=queries.shifts(),
        now_shifts=office.shifts_on(today),
        log=queries.log(["calendar"]),
        event_words=EVENT_WORDS,
        errors=errors,
        sent=request.form if refusal else {},
    )


@bp.post("/days")
@permit("standards.change")
def set_day() -> ResponseReturnValue:
    """The office works on that day, or does not."""
    try:
        actions.set_day(**DayForm.read(request).model_dump(), by=me())
    except Refusal as refusal:
        return _show(refusal)
    return goto("calendar.show")


@bp.post("/days/<day>/clear")
@permit("standards.change")
def clear_day(day: str) -> ResponseReturnValue:
    """That day follows the national calendar again."""
    try:
        actions.clear_day(DayForm.of({"day": day, "works": True, "words": "-"}).day, by=me())
    except Refusal as refusal:
        return _show(refusal)
    return goto("calendar.show")


@bp.post("/shifts")
@permit("standards.change")
def set_shifts() -> ResponseReturnValue:
    """From that day on a working day has these shifts."""
    try:
        form = ShiftsForm.read(request)
        actions.set_shifts(since=form.since, shifts=actions.parsed_shifts(form.shifts), by=me())
    except Refusal as refusal:
        return _show(refusal)
    return goto("calendar.show")


@bp.post("/shifts/<since>/clear")
@permit("standards.change")
def clear_shifts(since: str) -> ResponseReturnValue:
    """The shifts of the time before go on."""
    try:
        actions.clear_shifts(ShiftsForm.of({"since": since, "shifts": "-"}).since, by=me())
    except Refusal as refusal:
        return _show(refusal)
    return goto("calendar.show")
