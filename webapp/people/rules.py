"""Posts: the roles of the house, where each is held, the life of a hand-over, who manages people."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from webapp.base import flow
from webapp.base.access import Anywhere, Everyone, Holds, Owns, SignedIn
from webapp.base.flow import Flow, move
from webapp.grids.rules import STAFF, UnitKind

STREET = frozenset({UnitKind.SUBDISTRICT})
TERRITORY = STREET | {UnitKind.COMMUNITY}
OFFICE = STREET | {UnitKind.DEPARTMENT}
STATION = TERRITORY | {UnitKind.STATION}


@dataclass(frozen=True)
class Role:
    """A kind of post: its words, whether it is held over a grid, and the page it starts on.

    A role that is not held over a grid is held over a unit of one of the kinds in `units`.
    """

    words: LazyString
    over_grid: bool
    home: str
    units: frozenset[UnitKind] = TERRITORY


ROLES: dict[str, Role] = {
    "grid_secretary": Role(_l("Grid secretary"), True, "maps.phone"),
    "grid_leader": Role(_l("Grid leader"), True, "maps.phone"),
    "grid_worker": Role(_l("Grid worker"), True, "maps.phone"),
    "part_time_worker": Role(_l("Part-time grid worker"), True, "maps.phone"),
    "building_head": Role(_l("Building head"), True, "maps.phone"),
    "party_household": Role(_l("Party-member household"), True, "maps.phone"),
    "good_neighbor": Role(_l("Good-neighbour partner"), True, "maps.phone"),
    "agent": Role(_l("Agent"), False, "applications.desk", STATION),
    "support_team": Role(_l("Support team"), True, "maps.phone"),
    "acceptor": Role(_l("Acceptor"), False, "maps.desk", STREET),
    "shift_leader": Role(_l("Shift leader"), False, "maps.desk", STREET),
    "dispatcher": Role(_l("Dispatcher"), False, "maps.desk", STREET),
    "handler": Role(_l("Department handler"), False, "maps.desk", OFFICE),
    "dept_head": Role(_l("Department head"), False, "maps.desk", OFFICE),
    "station_head": Role(_l("Station head"), False, "applications.station", STATION),
    "street_leader": Role(_l("Street leader"), False, "maps.desk"),
    "safety_officer": Role(_l("Safety officer"), False, "maps.desk", TERRITORY | OFFICE),
    "forest_ranger": Role(_l("Forest ranger"), True, "maps.phone"),
    "port_manager": Role(_l("Port manager"), False, "maps.desk", TERRITORY | OFFICE),
    "project_lead": Role(_l("Project lead"), False, "maps.desk", TERRITORY | OFFICE),
    "point_staff": Role(_l("Service-point staff"), False, "counter.listed", STATION | OFFICE),
    "employer": Role(_l("Employer"), False, "maps.home"),
    "job_seeker": Role(_l("Job seeker"), False, "maps.home"),
    "resident": Role(_l("Resident"), False, "maps.home"),
    "supervisor": Role(_l("Supervisor"), False, "maps.desk", OFFICE),
    "machine": Role(_l("Machine account"), False, "maps.home", STREET),
    # Over the whole subdistrict only: whoever hands out posts could hand out any of them.
    "admin": Role(_l("Administrator"), False, "people_admin.accounts", STREET),
}

# The kinds of units at which posts are held, nearest to the people last.
POST_UNITS = tuple(kind for kind in UnitKind if any(kind in role.units for role in ROLES.values()))

# Posts of the house's own staff: they leave something behind that wants handing over.
HANDED_OVER = frozenset(STAFF)

# What a token may be narrowed to: the first word of the rights it opens.
SCOPES: dict[str, LazyString] = {
    "grids": _l("Grids, borders and where a point lies"),
    "cases": _l("Report and read cases"),
    "enterprises": _l("Enterprises"),
    "gates": _l("Speak as a gate of a service point"),
    "intake": _l("Speak as a source of alarms and readings"),
    "alarms": _l("Critical alarms as CAP"),
    "live": _l("The live feed"),
    "open311": _l("The Open311 interface"),
    "ogc": _l("Open data by OGC API, as far as the owner may see it"),
    "machines": _l("Figures about the house itself"),
}


class HandOverState(StrEnum):
    """Where a hand-over stands."""

    DRAFT = "draft"
    GIVEN = "given"
    TAKEN = "taken"


HAND_OVER_FLOW = flow.register(
    Flow(
        "hand_over",
        {
            HandOverState.DRAFT: _l("Being prepared"),
            HandOverState.GIVEN: _l("Handed over, not yet taken"),
            HandOverState.TAKEN: _l("Taken over"),
        },
        {
            "give": move(
                HandOverState.DRAFT,
                to=HandOverState.GIVEN,
                may="people.hand_over_give",
                words=_l("Sign and hand over"),
            ),
            "give_for": move(
                HandOverState.DRAFT,
                to=HandOverState.GIVEN,
                may="people.hand_over_for",
                words=_l("Hand over in the place of somebody gone"),
                needs=("note",),
            ),
            "take": move(
                HandOverState.GIVEN,
                to=HandOverState.TAKEN,
                may="people.hand_over_take",
                words=_l("Sign and take over"),
            ),
            "take_for": move(
                HandOverState.GIVEN,
                to=HandOverState.TAKEN,
                may="people.hand_over_for",
                words=_l("Take over in the place of somebody"),
                needs=("note",),
            ),
            "return": move(
                HandOverState.GIVEN,
                to=HandOverState.DRAFT,
                may="people.hand_over_take",
                words=_l("Give back, something is missing"),
                needs=("note",),
            ),
        },
    )
)


class Premises(StrEnum):
    """Kinds of premises; the nine small ones are those that fire safety counts (九小场所)."""

    FACTORY = "factory"
    SITE = "site"
    STORE = "store"
    OFFICE = "office"
    SMALL_SCHOOL = "small_school"
    SMALL_CLINIC = "small_clinic"
    SMALL_SHOP = "small_shop"
    SMALL_EATERY = "small_eatery"
    SMALL_HOTEL = "small_hotel"
    SMALL_HALL = "small_hall"
    SMALL_NET_CAFE = "small_net_cafe"
    SMALL_BATH = "small_bath"
    SMALL_WORKSHOP = "small_workshop"
    OTHER = "other"


PREMISES_WORDS = {
    Premises.FACTORY: _l("Factory"),
    Premises.SITE: _l("Building site"),
    Premises.STORE: _l("Store or cold store"),
    Premises.OFFICE: _l("Office"),
    Premises.SMALL_SCHOOL: _l("Small school or nursery"),
    Premises.SMALL_CLINIC: _l("Small clinic"),
    Premises.SMALL_SHOP: _l("Small shop"),
    Premises.SMALL_EATERY: _l("Small eatery"),
    Premises.SMALL_HOTEL: _l("Small hotel"),
    Premises.SMALL_HALL: _l("Small place of entertainment"),
    Premises.SMALL_NET_CAFE: _l("Small internet café"),
    Premises.SMALL_BATH: _l("Small bath or beauty parlour"),
    Premises.SMALL_WORKSHOP: _l("Small workshop"),
    Premises.OTHER: _l("Other premises"),
}

_WATCH = ("admin", "street_leader", "supervisor", "shift_leader")

MAY = {
    "people.sign_in": Everyone(),
    "people.self": SignedIn(),
    "people.see": Anywhere(*_WATCH),
    "people.manage": Anywhere("admin"),
    "people.reveal": Anywhere("admin", "street_leader", "shift_leader"),
    "people.rights": Anywhere("admin", "supervisor"),
    "people.hand_over_see": Owns("giver_id", "hands over")
    | Owns("taker_id", "takes over")
    | Anywhere(*_WATCH),
    "people.hand_over_give": Owns("giver_id", "hands over"),
    "people.hand_over_take": Owns("taker_id", "takes over"),
    "people.hand_over_for": Anywhere("admin"),
    "enterprises.see": Anywhere(*STAFF),
    "enterprises.reveal": Anywhere(*STAFF),
    "enterprises.change": Holds(
        "grid_secretary",
        "grid_leader",
        "grid_worker",
        "safety_officer",
        "dept_head",
        "handler",
        "street_leader",
        "admin",
    ),
}
