"""Pages for those who keep a point: what it is, its hours and days, its windows, its grids."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l

from webapp.base import files
from webapp.base.access import may, me, permit
from webapp.base.flow import Refusal, Unacceptable
from webapp.base.spatial import lonlat_of
from webapp.base.web import Form, afresh, goto, page, undone
from webapp.grids import queries as grids
from webapp.points import actions, offered, queries, shown
from webapp.points.actions import Described, Span
from webapp.points.forms import ClearForm, DayForm, GridsForm, PointForm, clock_time
from webapp.points.gates import queries as gates
from webapp.points.models import ServicePoint
from webapp.points.rules import ACCESS_WORDS, TEMPLATES, WEEKDAYS, Template

bp = Blueprint("keeping", __name__, url_prefix="/points")

# So many spans of a day can be set.
SPANS = 2


class VersionForm(Form):
    """The version that was seen."""

    base_version: int | None = None


@bp.get("/new")
@permit("points.keep")
def new() -> Response:
    """The form of a new point."""
    return _form(None)


@bp.post("/new")
@permit("points.keep")
def make() -> ResponseReturnValue:
    """The point is made, if its body is one's own."""
    try:
        form = PointForm.read(request)
        point = actions.make(_described(form), windows=form.windows, by=me())
        if not may(me(), "points.keep", point):
            words = _l("Points of this body are kept by others.")
            raise Unacceptable(words, fields={"unit_id": words})
    except Refusal as refusal:
        undone(refusal)
        return _form(None, refusal)
    return goto("keeping.one", point_id=point.id)


@bp.get("/<int:point_id>/keep")
@permit("points.keep", of=queries.one)
def one(point: ServicePoint) -> Response:
    """Everything that can be set of a point."""
    return _form(point)


@bp.post("/<int:point_id>/keep")
@permit("points.keep", of=queries.one)
def change(point: ServicePoint) -> ResponseReturnValue:
    """The point is described anew."""
    point_id = point.id
    try:
        form = PointForm.read(request)
        actions.change(point, _described(form), base_version=form.base_version, by=me())
        if form.windows is not None:
            actions.set_windows(point, [None] * form.windows, by=me())
        photo = request.files.get("photo")
        if photo is not None and photo.filename:
            actions.set_photo(point, files.keep_picture(photo.stream, by=me()), by=me())
    except Refusal as refusal:
        return _refused(point_id, refusal, "point")
    return goto("keeping.one", point_id=point_id)


@bp.post("/<int:point_id>/hours")
@permit("points.keep", of=queries.one)
def hours(point: ServicePoint) -> ResponseReturnValue:
    """The hours of every week are set."""
    point_id = point.id
    try:
        form = VersionForm.read(request)
        actions.set_hours(point, _week(), base_version=form.base_version, by=me())
    except Refusal as refusal:
        return _refused(point_id, refusal, "hours")
    return goto("keeping.one", point_id=point_id)


@bp.post("/<int:point_id>/days")
@permit("points.keep", of=queries.one)
def day(point: ServicePoint) -> ResponseReturnValue:
    """A day that differs."""
    point_id = point.id
    try:
        form = DayForm.read(request)
        spans: list[Span] = []
        if not form.closed:
            if form.opens is None or form.closes is None:
                words = _l("Say from when until when it is open, or that it is closed.")
                raise Unacceptable(words, fields={"opens": words})
            spans = [Span(form.opens, form.closes)]
        actions.set_day(
            point, form.day, spans, words=form.why, base_version=form.base_version, by=me()
        )
    except Refusal as refusal:
        return _refused(point_id, refusal, "day")
    return goto("keeping.one", point_id=point_id)


@bp.post("/<int:point_id>/days/clear")
@permit("points.keep", of=queries.one)
def clear(point: ServicePoint) -> ResponseReturnValue:
    """The day is like every week again."""
    actions.clear_day(point, ClearForm.read(request).day, by=me())
    return goto("keeping.one", point_id=point.id)


@bp.post("/<int:point_id>/grids")
@permit("points.keep", of=queries.one)
def serve(point: ServicePoint) -> ResponseReturnValue:
    """These grids belong to the workstation."""
    actions.serve_grids(point, GridsForm.read(request).grids, by=me())
    return goto("keeping.one", point_id=point.id)


@bp.post("/<int:point_id>/close")
@permit("points.keep", of=queries.one)
def close(point: ServicePoint) -> ResponseReturnValue:
    """The point is closed for good."""
    actions.close(point, by=me())
    return goto("points.listed")


def _described(form: PointForm) -> Described:
    values = form.model_dump(exclude={"base_version", "every_item", "windows", "items"})
    items = None if form.every_item or form.items is None else form.items
    return Described(**values, items=items)


def _week() -> dict[int, list[Span]]:
    """The spans of each weekday from fields named opens-DAY-N and closes-DAY-N."""
    week: dict[int, list[Span]] = {}
    wrong: dict[str, Any] = {}
    for weekday in range(7):
        for number in range(SPANS):
            opens = request.form.get(f"opens-{weekday}-{number}", "").strip()
            closes = request.form.get(f"closes-{weekday}-{number}", "").strip()
            if not opens and not closes:
                continue
            try:
                week.setdefault(weekday, []).append(Span(clock_time(opens), clock_time(closes)))
            except ValueError:
                wrong[f"day{weekday}"] = _l("Write times like 08:30.")
    if wrong:
        raise Unacceptable(_l("Please check the marked fields."), fields=wrong)
    return week


def _form(
    point: ServicePoint | None, refusal: Refusal | None = None, tried: str | None = None
) -> Response:
    template = Template(point.template) if point is not None else Template.WORKSTATION
    sent: dict[str, Any] = {}
    if refusal is not None and tried in (None, "point"):
        sent = request.form.to_dict()
    elif point is not None:
        at = lonlat_of(point.geom) or (None, None)
        sent = {
            name: getattr(point, name) for name in PointForm.model_fields if hasattr(point, name)
        }
        sent |= {"lon": at[0], "lat": at[1], "windows": len(point.windows)}
    spans: dict[int, list[tuple[str, str]]] = {}
    for each in point.hours if point is not None else ():
        span = f"{each.opens:%H:%M}", shown.closing(each.closes)
        spans.setdefault(each.weekday, []).append(span)
    queued = queries.queues([point])[point.id] if point is not None else None
    mine = {grid.id for grid in queries.grids_of(point)} if point is not None else set()
    return page(
        "points/keep.html",
        status=refusal.status if refusal else 200,
        point=point,
        sent=sent,
        spans=spans,
        weekdays=WEEKDAYS,
        count=SPANS,
        days=[each for each in point.exceptions if each.day >= queries.today()] if point else [],
        closing=shown.closing,
        kinds=[(each, usual.words) for each, usual in TEMPLATES.items()],
        units=[(unit.id, unit.name) for unit in queries.stations()],
        access=ACCESS_WORDS,
        items=offered.items(template),
        living=grids.living() if template is Template.WORKSTATION and point is not None else [],
        mine=mine,
        queued=queued,
        planned=queries.planned(point, queued.mean_s) if point is not None and queued else [],
        gate=gates.of_point(point.id) if point is not None else None,
        errors=refusal.fields if refusal else {},
        told=refusal.words if refusal else None,
        tried=tried,
    )


def _refused(point_id: int, refusal: Refusal, tried: str) -> Response:
    again = afresh(refusal, lambda: queries.one(point_id))
    return _form(again, refusal, tried)
