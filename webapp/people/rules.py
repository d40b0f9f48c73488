"""Posts: the roles of the house, where each is held, and who may manage people."""

from __future__ import annotations

from dataclasses import dataclass

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from webapp.base.access import Anywhere, Everyone, Holds, Owns, SignedIn


@dataclass(frozen=True)
class Role:
    """A kind of post: its words, whether it is held over a grid, and the page it starts on."""

    words: LazyString
    over_grid: bool
    home: str


ROLES: dict[str, Role] = {
    "grid_secretary": Role(_l("Grid secretary"), True, "maps.phone"),
    "grid_leader": Role(_l("Grid leader"), True, "maps.phone"),
    "grid_worker": Role(_l("Grid worker"), True, "maps.phone"),
    "part_time_worker": Role(_l("Part-time grid worker"), True, "maps.phone"),
    "building_head": Role(_l("Building head"), True, "maps.phone"),
    "party_household": Role(_l("Party-member household"), True, "maps.phone"),
    "good_neighbor": Role(_l("Good-neighbour partner"), True, "maps.phone"),
    "agent": Role(_l("Agent"), False, "maps.phone"),
    "support_team": Role(_l("Support team"), True, "maps.phone"),
    "acceptor": Role(_l("Acceptor"), False, "maps.desk"),
    "shift_leader": Role(_l("Shift leader"), False, "maps.desk"),
    "dispatcher": Role(_l("Dispatcher"), False, "maps.desk"),
    "handler": Role(_l("Department handler"), False, "maps.desk"),
    "dept_head": Role(_l("Department head"), False, "maps.desk"),
    "station_head": Role(_l("Station head"), False, "maps.desk"),
    "street_leader": Role(_l("Street leader"), False, "maps.desk"),
    "safety_officer": Role(_l("Safety officer"), False, "maps.desk"),
    "forest_ranger": Role(_l("Forest ranger"), True, "maps.phone"),
    "port_manager": Role(_l("Port manager"), False, "maps.desk"),
    "project_lead": Role(_l("Project lead"), False, "maps.desk"),
    "point_staff": Role(_l("Service-point staff"), False, "maps.phone"),
    "employer": Role(_l("Employer"), False, "maps.home"),
    "job_seeker": Role(_l("Job seeker"), False, "maps.home"),
    "resident": Role(_l("Resident"), False, "maps.home"),
    "supervisor": Role(_l("Supervisor"), False, "maps.desk"),
    "admin": Role(_l("Administrator"), False, "people.accounts"),
}

MAY = {
    "people.sign_in": Everyone(),
    "people.self": SignedIn(),
    "people.manage": Holds("admin", by="unit_id"),
    "people.see": Anywhere("admin", "street_leader", "supervisor", "shift_leader"),
    "people.hand_over": Owns("account_id", "holds the post") | Holds("admin", by="unit_id"),
    "people.rights": Anywhere("admin", "supervisor"),
}
