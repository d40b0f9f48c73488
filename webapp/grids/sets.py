"""Pages of boundary sets: all of them, one beside the borders in force, its moves, and drawing anew."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Annotated, Any

from flask import Blueprint, Response, jsonify, make_response, request, url_for
from flask_babel import gettext, lazy_gettext as _l
from pydantic import Field

from webapp.base import audit, clock
from webapp.base.access import me, permit
from webapp.base.db import db
from webapp.base.flow import Unacceptable
from webapp.base.past import told_then
from webapp.base.spatial import to_lonlat, to_metric
from webapp.base.web import Form, goto, page, wants_json
from webapp.grids import actions, checking, comparing, queries, redrawing
from webapp.grids.importing.findings import Finding, Severity
from webapp.grids.models import BoundarySet
from webapp.grids.redrawing import line_of
from webapp.grids.rules import BOUNDARY_FLOW, KIND_WORDS, LINEAGE_WORDS, GridKind, LineageKind

bp = Blueprint("boundaries", __name__, url_prefix="/grids/sets")

# The moves that people make; to be retired follows from the activation of another set.
OFFERED = ("check", "withdraw", "activate")

CHIPS = {"draft": "rest", "checked": "soon", "active": "done", "retired": "rest"}


@bp.get("")
@told_then
@permit("grids.draw")
def listed() -> Response:
    """All boundary sets: what is being worked on, what is in force, what was."""
    return _listed()


def _listed(errors: dict[str, Any] | None = None) -> Response:
    return page(
        "boundaries/list.html",
        status=422 if errors else 200,
        sets=queries.sets(),
        states=BOUNDARY_FLOW.states,
        chips=CHIPS,
        today=clock.now().astimezone(clock.Calendar().zone).date(),
        errors=errors or {},
    )


class Day(Form):
    """A day in the past, or today."""

    day: date


@bp.get("/at")
@permit("grids.draw")
def at() -> Response:
    """On to the borders that were in force at the end of a day."""
    try:
        day = Day.of(request.args.to_dict()).day
    except Unacceptable as refusal:
        return _listed(dict(refusal.fields))
    end = datetime.combine(day, time.max, clock.Calendar().zone)
    found = queries.set_at(end)
    if found is None:
        return _listed({"day": _l("No borders were in force on that day.")})
    return goto("boundaries.one", set_id=found.id)


@bp.get("/<int:set_id>")
@permit("grids.draw", of=queries.set_by_id)
def one(made: BoundarySet) -> Response:
    """One boundary set: what it is, what it would change, what may be done with it."""
    return _one(made)


def _one(
    made: BoundarySet,
    findings: list[Finding] | None = None,
    refusal: Unacceptable | None = None,
) -> Response:
    older = comparing.older_of(made)
    kept = [Finding.of(each) for each in made.report.get("findings", ())]
    return page(
        "boundaries/one.html",
        status=422 if refusal else 200,
        made=made,
        older=older,
        comparison=comparing.compare(older, made) if older else None,
        counts=queries.counts_of(made.id),
        kinds=[(KIND_WORDS[kind], kind) for kind in GridKind],
        states=BOUNDARY_FLOW.states,
        chips=CHIPS,
        moves={
            name: each
            for name, each in BOUNDARY_FLOW.open_moves(made, me()).items()
            if name in OFFERED
        },
        own=made.created_by_id is not None and made.created_by_id == me().id,
        author=audit.name_of(made.created_by_id),
        drawable=redrawing.is_current(made),
        stale=not redrawing.is_current(made) and made.state in ("draft", "checked"),
        findings=[_told(each) for each in (kept if findings is None else findings)],
        accepted=made.report.get("accepted", ()),
        lineage_words={kind.value: LINEAGE_WORDS[kind] for kind in LineageKind},
        refusal=refusal,
    )


def _told(finding: Finding) -> dict[str, Any]:
    return {
        "code": finding.code,
        "is_error": finding.severity is Severity.ERROR,
        "title": gettext(finding.title),
        "words": finding.words(gettext),
        "advice": finding.advice(gettext),
    }


@bp.get("/<int:set_id>/differences.json")
@permit("grids.draw", of=queries.set_by_id)
def differences(made: BoundarySet) -> Response:
    """The ground that changes hands, as GeoJSON."""
    older = comparing.older_of(made)
    if older is None:
        return jsonify({"type": "FeatureCollection", "features": []})
    return jsonify(comparing.compare(older, made).geojson())


class Checked(Form):
    """The questions that were answered with yes."""

    accepted: list[str] | str = Field(default_factory=list)


@bp.post("/<int:set_id>/check")
@permit("grids.draw", of=queries.set_by_id)
def check(made: BoundarySet) -> Response:
    """The draft is checked; or it stays one, and the page says why."""
    accepted = Checked.read(request).accepted
    findings = checking.of_set(made, expected=checking.expected_of(made))
    try:
        actions.check(
            made, findings, accepted=[accepted] if isinstance(accepted, str) else accepted, by=me()
        )
    except Unacceptable as refusal:
        db.session.rollback()
        return _one(made, findings, refusal)
    return goto("boundaries.one", set_id=made.id)


@bp.post("/<int:set_id>/withdraw")
@permit("grids.draw", of=queries.set_by_id)
def withdraw(made: BoundarySet) -> Response:
    """The checked set is a draft again."""
    actions.withdraw(made, by=me())
    return goto("boundaries.one", set_id=made.id)


@bp.post("/<int:set_id>/activate")
@permit("grids.activate", of=queries.set_by_id)
def activate(made: BoundarySet) -> Response:
    """The set is in force, and what is open follows it."""
    actions.activate(made, by=me())
    return goto("boundaries.one", set_id=made.id)


@bp.get("/<int:set_id>/draw")
@permit("grids.draw", of=queries.set_by_id)
def drawing(base: BoundarySet) -> Response:
    """The map on which the borders of a set are drawn anew."""
    return page("boundaries/draw.html", base=base, current=redrawing.is_current(base))


@bp.get("/<int:set_id>/lines.json")
@permit("grids.draw", of=queries.set_by_id)
def lines(base: BoundarySet) -> Response:
    """The border lines of a set in WGS 84 degrees, and how its grids run along them."""
    here = redrawing.network_of(base)
    return jsonify(
        {
            "set": base.id,
            "arcs": [
                {"areas": arc.areas, "points": [_degrees(x, y) for x, y in arc.points]}
                for arc in here.arcs
            ],
            "areas": {
                each.code: {
                    "name": each.name,
                    "m2": round(each.area_m2, 1),
                    "rings": here.rings[each.code],
                }
                for each in queries.versions_of(base.id)
            },
        }
    )


def _degrees(x: float, y: float) -> list[float]:
    # A millimetre: what does not move is named by its number and does not come back at all.
    return [round(each, 8) for each in to_lonlat(x, y)]


Longitude = Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)]
Latitude = Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False)]
Corner = Annotated[int, Field(ge=0)] | tuple[Longitude, Latitude]


class DrawnLine(Form):
    """A border line: corners that stay, by number, and others in WGS 84 degrees."""

    arc: int = Field(ge=0)
    points: list[Corner] = Field(max_length=20_000)


class Drawing(Form):
    """Borders as they were drawn anew."""

    title: str = Field(min_length=1, max_length=120)
    outline_may_move: bool = False
    lines: list[DrawnLine] = Field(min_length=1, max_length=200)


@bp.post("/<int:set_id>/draw")
@permit("grids.draw", of=queries.set_by_id)
def draw(base: BoundarySet) -> Response:
    """What was drawn is a draft; nothing in force has changed."""
    form = Drawing.read(request)
    arcs = redrawing.network_of(base).arcs
    drawn = {
        each.arc: line_of(
            [_metres(point) for point in each.points],
            arcs[each.arc].points if each.arc < len(arcs) else (),
        )
        for each in form.lines
    }
    made = redrawing.redraw(
        base,
        drawn,
        title=form.title,
        outline_may_move=form.outline_may_move,
        expected=checking.expected_of(base),
        by=me(),
    )
    if not wants_json():
        return goto("boundaries.one", set_id=made.id)
    address = url_for("boundaries.one", set_id=made.id)
    return make_response(jsonify({"id": made.id, "url": address}), 201)


def _metres(point: int | tuple[float, float]) -> int | tuple[float, float]:
    return point if isinstance(point, int) else to_metric(*point)
