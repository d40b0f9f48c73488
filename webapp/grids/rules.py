"""What grids are: their kinds, the life of a boundary set, and who may change them."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement

from webapp.base import flow
from webapp.base.access import Actor, Anywhere, ByItself, Everyone, Holds, Rule
from webapp.base.flow import Flow, move
from webapp.base.language import N_


class GridKind(StrEnum):
    """The four kinds of governance grid."""

    COMMUNITY = "community"
    VILLAGE = "village"
    INDUSTRY = "industry"
    RELOCATED = "relocated"


KIND_WORDS = {
    GridKind.COMMUNITY: _l("Community grid"),
    GridKind.VILLAGE: _l("Unrelocated-village grid"),
    GridKind.INDUSTRY: _l("Industry grid"),
    GridKind.RELOCATED: _l("Relocated-village grid"),
}

# Where two grids cover one point, the first of these kinds has it; then the lowest code.
PRECEDENCE = (GridKind.INDUSTRY, GridKind.RELOCATED, GridKind.VILLAGE, GridKind.COMMUNITY)

KIND_LETTERS = {
    GridKind.COMMUNITY: "C",
    GridKind.VILLAGE: "V",
    GridKind.INDUSTRY: "I",
    GridKind.RELOCATED: "R",
}

CODE_PATTERN = r"^[0-9A-Z]{15}$"


class UnitKind(StrEnum):
    """Levels of the territory, and the bodies that work in it."""

    CITY = "city"
    DISTRICT = "district"
    SUBDISTRICT = "subdistrict"
    COMMUNITY = "community"
    DEPARTMENT = "department"
    STATION = "station"


UNIT_WORDS = {
    UnitKind.CITY: _l("City"),
    UnitKind.DISTRICT: _l("District"),
    UnitKind.SUBDISTRICT: _l("Subdistrict"),
    UnitKind.COMMUNITY: _l("Community"),
    UnitKind.DEPARTMENT: _l("Department"),
    UnitKind.STATION: _l("Workstation"),
}


class SetState(StrEnum):
    """Where a boundary set stands."""

    DRAFT = "draft"
    CHECKED = "checked"
    ACTIVE = "active"
    RETIRED = "retired"


BOUNDARY_FLOW = flow.register(
    Flow(
        "boundary_set",
        {
            SetState.DRAFT: _l("Draft"),
            SetState.CHECKED: _l("Checked"),
            SetState.ACTIVE: _l("In force"),
            SetState.RETIRED: _l("Retired"),
        },
        {
            "check": move(
                SetState.DRAFT,
                to=SetState.CHECKED,
                may="grids.draw",
                words=_l("Check the borders"),
            ),
            "withdraw": move(
                SetState.CHECKED,
                to=SetState.DRAFT,
                may="grids.draw",
                words=_l("Back to draft"),
            ),
            "activate": move(
                SetState.CHECKED,
                to=SetState.ACTIVE,
                may="grids.activate",
                words=_l("Put in force"),
            ),
            "retire": move(
                SetState.ACTIVE,
                to=SetState.RETIRED,
                may="grids.activate",
                words=_l("Retire"),
            ),
        },
    )
)


class LineageKind(StrEnum):
    """What became of a grid from one boundary set to the next."""

    SAME = "same"
    MOVED = "moved"
    SPLIT = "split"
    MERGED = "merged"
    NEW = "new"
    GONE = "gone"


LINEAGE_WORDS = {
    LineageKind.SAME: _l("unchanged"),
    LineageKind.MOVED: _l("border moved"),
    LineageKind.SPLIT: _l("split"),
    LineageKind.MERGED: _l("merged"),
    LineageKind.NEW: _l("new"),
    LineageKind.GONE: _l("given up"),
}


class PlaceKind(StrEnum):
    """Named places that come with the geodata."""

    WORKSTATION = "workstation"
    VILLAGE = "village"
    ENTERPRISE = "enterprise"
    PROJECT_SITE = "project_site"
    CAMERA = "camera"
    SAMPLING_POINT = "sampling_point"
    FISHING_PORT = "fishing_port"


PLACE_WORDS = {
    PlaceKind.WORKSTATION: _l("Workstation"),
    PlaceKind.VILLAGE: _l("Village"),
    PlaceKind.ENTERPRISE: _l("Enterprise"),
    PlaceKind.PROJECT_SITE: _l("Project site"),
    PlaceKind.CAMERA: _l("Camera"),
    PlaceKind.SAMPLING_POINT: _l("Sampling point"),
    PlaceKind.FISHING_PORT: _l("Fishing port"),
}

# Positions of cameras are nobody's business outside the house.
INTERNAL_PLACES = frozenset({PlaceKind.CAMERA})

STAFF = (
    "grid_secretary",
    "grid_leader",
    "grid_worker",
    "part_time_worker",
    "building_head",
    "party_household",
    "good_neighbor",
    "agent",
    "support_team",
    "acceptor",
    "shift_leader",
    "dispatcher",
    "handler",
    "dept_head",
    "station_head",
    "street_leader",
    "safety_officer",
    "forest_ranger",
    "port_manager",
    "project_lead",
    "point_staff",
    "supervisor",
    "admin",
)


class SomebodyElse(Rule):
    """Is not the account named in a column of the thing: four eyes see more than two."""

    def __init__(self, column: str, words: str) -> None:
        self.column = column
        self.words = words

    def allows(self, who: Actor, thing: Any) -> bool:
        """Unless the column names the one who asks."""
        return thing is None or who.id is None or getattr(thing, self.column) != who.id

    def clause(self, who: Actor, model: Any) -> ColumnElement[bool]:
        """The rows that do not name the one who asks."""
        clause: ColumnElement[bool] = getattr(model, self.column).is_distinct_from(who.id)
        return clause


MAY = {
    "live.watch": Anywhere(*STAFF),
    "grids.see": Everyone(),
    "grids.see_inside": Anywhere(*STAFF),
    # Where cameras stand: the desk, and whoever works in that grid.
    "grids.see_cameras": Anywhere(
        "dispatcher", "shift_leader", "supervisor", "street_leader", "admin"
    )
    | Holds("grid_secretary", "grid_leader", "grid_worker"),
    "grids.locate": Everyone(),
    "grids.draw": Holds("admin", "shift_leader", "street_leader", by="unit_id"),
    "grids.activate": Holds("admin", "street_leader", by="unit_id")
    & SomebodyElse("created_by_id", N_("did not draw it")),
    "grids.report_import": ByItself(),
    "grids.outside": Anywhere("acceptor", "dispatcher", "shift_leader", "supervisor", "admin"),
}
