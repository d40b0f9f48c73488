"""The page of the lanes of a former village: on the map by year, drawn there, or brought in from a file."""

from __future__ import annotations

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue

from webapp.base.access import me, permit
from webapp.base.flow import Refusal
from webapp.base.web import afresh, goto, page, part_of_address, sent_file
from webapp.relocation.old_doors import lane_queries, lanes, queries, shown
from webapp.relocation.old_doors.forms import LaneForm, ProvenanceForm
from webapp.relocation.old_doors.queries import InVillage, Sought
from webapp.relocation.old_doors.views import wished

bp = Blueprint("old_lanes", __name__, url_prefix="/old-doors/lanes")


@bp.get("/<village>")
@permit("old_doors.keep", of=queries.village_to_keep)
def show(village: InVillage) -> Response:
    """The lanes of the village, and the forms for more of them."""
    return _page(village)


@bp.post("/<village>")
@permit("old_doors.keep", of=queries.village_to_keep)
def draw(village: InVillage) -> ResponseReturnValue:
    """A lane is drawn, or drawn anew."""
    return _done(village, "draw")


@bp.post("/<village>/file")
@permit("old_doors.keep", of=queries.village_to_keep)
def bring_in(village: InVillage) -> ResponseReturnValue:
    """The lanes of a file are known."""
    return _done(village, "file")


@bp.post("/<village>/<int:lane_id>/remove")
@permit("old_doors.keep", of=lambda village, lane_id: queries.village_to_keep(village))
def take_away(village: InVillage) -> ResponseReturnValue:
    """The lane is not drawn any more."""
    lane = lane_queries.lane(int(part_of_address("lane_id")))
    if lane is not None and lane.village_id == village.grid.id:
        lanes.take_away(lane, by=me())
    return goto("old_lanes.show", village=village.grid.display_code)


def _done(village: InVillage, tried: str) -> ResponseReturnValue:
    code = village.grid.display_code
    try:
        if tried == "draw":
            lanes.draw(village.grid, LaneForm.read(request), by=me())
        else:
            source = ProvenanceForm.read(request).provenance
            body = sent_file(lanes.MOST_BYTES + 1)
            lanes.bring_in(village.grid, body, provenance=source, by=me())
    except Refusal as refusal:
        there = afresh(refusal, lambda: queries.village_to_keep(code))
        return _page(there, refusal, tried)
    return goto("old_lanes.show", village=code)


def _page(village: InVillage, refusal: Refusal | None = None, tried: str | None = None) -> Response:
    year = wished().year
    found = lane_queries.lanes([village.grid.id], year=year)
    doors = queries.doors(wish=Sought(village.grid.id, year=year), limit=200)
    return page(
        "relocation/old_doors/lanes.html",
        status=refusal.status if refusal else 200,
        village=village.grid,
        found=found,
        lanes=lane_queries.drawn(found),
        drawn=queries.drawn(doors.rows),
        year=year,
        tried=tried,
        errors=refusal.fields if refusal else {},
        told=refusal.words if refusal else None,
        sent=request.form if refusal else {},
        **shown.words(),
    )
