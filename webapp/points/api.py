"""The nearest points that help, for machines."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Blueprint, Response, jsonify, request
from pydantic import BaseModel, Field

from webapp.base import clock
from webapp.base.access import public
from webapp.base.security import limiter
from webapp.points.forms import NearestForm
from webapp.points.nearest import Ranked, nearest

bp = Blueprint("points_api", __name__, url_prefix="/api/v1/points")


class TravelOut(BaseModel):
    """The way to a point."""

    seconds: float
    metres: float
    mode: str = Field(description="walk, ebike or car")
    basis: str = Field(description="roads, or why it is estimated: near, far, apart, no_roads")


class OpeningOut(BaseModel):
    """When one is served there."""

    open_now: bool
    opens_at: datetime | None = Field(description="of the opening in which one is served")
    closes_at: datetime | None


class QueueOut(BaseModel):
    """Who waits there, as expected at arrival; `known` false: nothing can be said."""

    known: bool
    why_unknown: str | None
    ahead: int | None
    expected_seconds: float | None
    upper_seconds: float | None
    as_of: datetime | None


class PointOut(BaseModel):
    """A point as it serves somebody at the place that was asked for."""

    id: int
    name: str
    kind: str
    lon: float
    lat: float
    travel: TravelOut
    opening: OpeningOut
    queue: QueueOut
    total_seconds: float | None = Field(description="until one's turn; null: not within two weeks")
    assigned: bool = Field(description="the workstation to which the place belongs")


class NearestOut(BaseModel):
    """Points in the order in which they serve somebody."""

    points: list[PointOut]
    grid: str | None
    assigned_id: int | None
    choices: list[int] = Field(description="workstations of neighbouring grids at a border")
    at: datetime


@bp.get("/nearest")
@limiter.limit("20/second")
@public("where one is served soonest; nothing personal")
def ranked() -> Response:
    """Points of a kind ranked by travel, opening and queue."""
    asked = NearestForm.of(request.args.to_dict())
    found = nearest(
        asked.lon,
        asked.lat,
        datum=asked.datum,
        template=asked.kind,
        item=asked.item,
        mode=asked.mode,
    )
    answer = jsonify(
        {
            "points": [_described(each, asked.mode) for each in found.points[: asked.limit]],
            "grid": found.grid_name,
            "assigned_id": found.assigned.point.id if found.assigned else None,
            "choices": [each.point.id for each in found.choices],
            "at": clock.now().isoformat(),
        }
    )
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _described(each: Ranked, mode: str) -> dict[str, Any]:
    opening = each.opening
    heard = each.queue.heard_at
    return {
        "id": each.point.id,
        "name": each.point.name,
        "kind": each.point.template,
        "lon": round(each.lonlat[0], 6),
        "lat": round(each.lonlat[1], 6),
        "travel": {
            "seconds": round(each.travel_s, 1),
            "metres": round(each.metres, 1),
            "mode": mode,
            "basis": each.basis,
        },
        "opening": {
            "open_now": each.open_now,
            "opens_at": opening.since.isoformat() if opening else None,
            "closes_at": opening.until.isoformat() if opening else None,
        },
        "queue": {
            "known": each.wait is not None,
            "why_unknown": each.why,
            "ahead": each.wait.ahead if each.wait else None,
            "expected_seconds": round(each.wait.expected_s, 1) if each.wait else None,
            "upper_seconds": round(each.wait.upper_s, 1) if each.wait else None,
            "as_of": heard.isoformat() if heard else None,
        },
        "total_seconds": round(each.total_s, 1) if each.total_s is not None else None,
        "assigned": each.assigned,
    }
