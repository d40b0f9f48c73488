"""Years of old lanes and houses, what of them is public, and who may keep them."""

from __future__ import annotations

from enum import StrEnum

from flask_babel import lazy_gettext as _l

from webapp.base.access import Everyone, Holds

# Nothing of a village is older than this, as far as anybody writes it down.
FIRST_YEAR = 1600

# So near (metres) is what stands today where a door was.
TODAY_M = 300.0


class OldHouseKind(StrEnum):
    """What stood behind an old door."""

    HOME = "home"
    SHOP = "shop"
    PUBLIC = "public"
    OTHER = "other"


OLD_HOUSE_WORDS = {
    OldHouseKind.HOME: _l("Family home"),
    OldHouseKind.SHOP: _l("Shop or workshop"),
    OldHouseKind.PUBLIC: _l("School, hall, temple, well"),
    OldHouseKind.OTHER: _l("Another old building"),
}

_KEEPERS = ("grid_secretary", "grid_leader", "grid_worker")
_STREET = ("street_leader", "station_head", "admin")

MAY = {
    "old_doors.read": Everyone(),
    "old_doors.list": Holds(*_KEEPERS, *_STREET),
    "old_doors.keep": Holds(*_KEEPERS, "street_leader"),
}
