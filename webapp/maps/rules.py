"""Who sees which page and which figures of the map."""

from __future__ import annotations

from webapp.base.access import Anywhere
from webapp.grids.rules import STAFF
from webapp.people.rules import ROLES

# Posts that work at the desk: their first page is the desk.
DESK = tuple(name for name, role in ROLES.items() if role.home == "maps.desk")

MAY = {
    "maps.desk": Anywhere(*DESK, "admin"),
    "maps.phone": Anywhere(*STAFF),
    # Layers of cases and loads; which cases are in them `cases.see` decides, row by row.
    "maps.load": Anywhere(*STAFF),
}
