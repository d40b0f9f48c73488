"""Where a point lies, for machines."""

from __future__ import annotations

import math
from typing import Any

from flask import Blueprint, Response, jsonify, make_response, request
from flask_babel import lazy_gettext as _l
from pydantic import BaseModel, Field

from webapp.base.access import public
from webapp.base.datum import Datum
from webapp.base.security import limiter
from webapp.base.web import Form, error_answer
from webapp.grids import locate

bp = Blueprint("grids_api", __name__, url_prefix="/api/v1")

# Borders change a few times a year; an answer may be a minute old.
KEPT_S = 60


class SpotForm(Form):
    """A point in degrees, and what they are measured against."""

    lon: float = Field(ge=-180, le=180, allow_inf_nan=False)
    lat: float = Field(ge=-90, le=90, allow_inf_nan=False)
    datum: Datum = Datum.WGS84


class GridOut(BaseModel):
    """A governance grid."""

    code: str = Field(description="15 characters")
    name: str
    kind: str = Field(description="community, village, industry or relocated")
    community: str | None


class Located(BaseModel):
    """The grid and the unit cell of a point."""

    grid: GridOut
    cell: str | None = Field(description="15 characters; none between the unit cells")
    on_border: bool = Field(description="the point is outside, but within reach of the grid")


class Near(BaseModel):
    """The nearest grid of a point outside."""

    name: str
    metres: float


@bp.get("/locate")
@limiter.limit("200/second")
@public("where a point lies is no secret")
def where() -> Response:
    """The grid and the cell of a point; 404 outside, with the nearest grid and how far it is."""
    spot = SpotForm.of(request.args.to_dict())
    found = locate.locate(spot.lon, spot.lat, datum=spot.datum)
    answer = _inside(found) if found.grid_id is not None else _outside(found)
    answer.headers["Cache-Control"] = f"max-age={KEPT_S}"
    answer.add_etag()
    return answer.make_conditional(request)  # type: ignore[return-value]  # it is still ours


def _inside(found: locate.Found) -> Response:
    grid = {
        "code": found.code,
        "name": found.name,
        "kind": found.kind,
        "community": found.community,
    }
    return jsonify({"grid": grid, "cell": found.cell, "on_border": found.on_border})


def _outside(found: locate.Found) -> Response:
    near: dict[str, Any] | None = None
    if found.nearest_name is not None and math.isfinite(found.nearest_m):
        near = {"name": found.nearest_name, "metres": round(found.nearest_m, 1)}
    refused = error_answer(404, "outside", _l("This point lies in none of our grids."))
    body = {**(refused.get_json() or {}), "nearest": near}
    return make_response(jsonify(body), 404)
