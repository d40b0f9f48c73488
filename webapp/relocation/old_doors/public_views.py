"""Pages for everybody: my old door, found by village, lane and number, and what is there today."""

from __future__ import annotations

from collections.abc import Iterable

from flask import Blueprint, Response

from webapp.base.access import me, permit
from webapp.base.web import page
from webapp.relocation.old_doors import lane_queries, queries, shown
from webapp.relocation.old_doors.models import OldHouse, OldLane
from webapp.relocation.old_doors.queries import Sought
from webapp.relocation.old_doors.views import wished

bp = Blueprint("public_old_doors", __name__, url_prefix="/public/old-doors")


@bp.get("")
@permit("old_doors.read")
def find() -> Response:
    """The doors of a former village; one's own are named to whoever is known by their phone."""
    wish = wished()
    village = queries.by_code(wish.village) if wish.village else None
    asked = village is not None or bool(wish.q) or wish.year is not None
    sought = Sought(village.id if village else None, wish.q, wish.year, wish.skip)
    found = queries.doors(wish=sought) if asked else None
    return page(
        "relocation/old_doors/find.html",
        fragment="found",
        found=found,
        drawn=queries.drawn(found.rows) if found else [],
        lanes=lane_queries.drawn(_lanes(found.rows, wish.year) if found else []),
        villages=[each for each in queries.villages() if each.houses],
        wish=wish,
        own=queries.own_doors(me()),
        **shown.words(),
    )


@bp.get("/<int:house_id>")
@permit("old_doors.read", of=queries.house)
def one(house: OldHouse) -> Response:
    """A door, its years, and what is there today; of people nothing but one's own home."""
    own = next((each for each in queries.own_doors(me()) if each.id == house.id), None)
    return page(
        "relocation/old_doors/door.html",
        house=house,
        own=own,
        near=queries.places_near(house),
        drawn=queries.drawn([house]),
        lanes=lane_queries.drawn(_lanes([house], house.year_until or house.year_from)),
        **shown.words(),
    )


def _lanes(houses: Iterable[OldHouse], year: int | None) -> list[OldLane]:
    """The lanes of the villages of these houses, in a year."""
    return lane_queries.lanes((each.village_id for each in houses), year=year)
