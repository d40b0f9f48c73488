"""Enterprises as safety sees them: their trades, how risky they are, what is dangerous, who may."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, false

from webapp.base.access import Actor, Anywhere, Holds, Rule, SignedIn
from webapp.base.language import N_


class Trade(StrEnum):
    """What an enterprise does, as far as its dangers differ by it."""

    COLD_STORE = "cold_store"
    CHEMICAL = "chemical"
    FOOD = "food"
    AQUACULTURE = "aquaculture"
    MACHINERY = "machinery"
    BUILDING = "building"
    FUEL = "fuel"
    CATERING = "catering"
    RETAIL = "retail"
    LODGING = "lodging"
    STORAGE = "storage"
    OTHER = "other"


TRADE_WORDS = {
    Trade.COLD_STORE: _l("Cold store and ammonia refrigeration"),
    Trade.CHEMICAL: _l("Chemicals"),
    Trade.FOOD: _l("Food and seafood processing"),
    Trade.AQUACULTURE: _l("Aquaculture"),
    Trade.MACHINERY: _l("Machinery and other making"),
    Trade.BUILDING: _l("Building work"),
    Trade.FUEL: _l("Fuel and gas stations"),
    Trade.CATERING: _l("Eating places"),
    Trade.RETAIL: _l("Shops and markets"),
    Trade.LODGING: _l("Hotels and gathering places"),
    Trade.STORAGE: _l("Storage and logistics"),
    Trade.OTHER: _l("Another trade"),
}


class Risk(StrEnum):
    """How risky an enterprise is, by the four colours; the worst first."""

    RED = "red"
    ORANGE = "orange"
    YELLOW = "yellow"
    BLUE = "blue"


RISK_WORDS = {
    Risk.RED: _l("Red: major risk"),
    Risk.ORANGE: _l("Orange: greater risk"),
    Risk.YELLOW: _l("Yellow: ordinary risk"),
    Risk.BLUE: _l("Blue: low risk"),
}


class PointKind(StrEnum):
    """What is dangerous at a hazard point."""

    AMMONIA = "ammonia"
    TANK = "tank"
    CHEMICALS = "chemicals"
    CONFINED = "confined"
    HEIGHT = "height"
    PRESSURE = "pressure"
    HOT_WORK = "hot_work"
    DUST = "dust"
    ELECTRIC = "electric"
    WATER = "water"
    CROWD = "crowd"
    OTHER = "other"


POINT_WORDS = {
    PointKind.AMMONIA: _l("Ammonia refrigeration"),
    PointKind.TANK: _l("Tank or tank farm"),
    PointKind.CHEMICALS: _l("Store of dangerous chemicals"),
    PointKind.CONFINED: _l("Confined space"),
    PointKind.HEIGHT: _l("Work at heights"),
    PointKind.PRESSURE: _l("Boiler or pressure vessel"),
    PointKind.HOT_WORK: _l("Hot work"),
    PointKind.DUST: _l("Explosive dust"),
    PointKind.ELECTRIC: _l("Switchgear"),
    PointKind.WATER: _l("Work at or on the water"),
    PointKind.CROWD: _l("Many people in one place"),
    PointKind.OTHER: _l("Another danger"),
}


class LicenceKind(StrEnum):
    """A paper without which an enterprise may not do something."""

    PRODUCTION = "production"
    CHEMICALS = "chemicals"
    FIRE = "fire"
    FOOD = "food"
    EQUIPMENT = "equipment"
    OPERATOR = "operator"
    EMISSION = "emission"
    INSURANCE = "insurance"
    OTHER = "other"


LICENCE_WORDS = {
    LicenceKind.PRODUCTION: _l("Work safety licence"),
    LicenceKind.CHEMICALS: _l("Licence for dangerous chemicals"),
    LicenceKind.FIRE: _l("Fire safety certificate"),
    LicenceKind.FOOD: _l("Food licence"),
    LicenceKind.EQUIPMENT: _l("Inspection of special equipment"),
    LicenceKind.OPERATOR: _l("Certificate for special work"),
    LicenceKind.EMISSION: _l("Emission permit"),
    LicenceKind.INSURANCE: _l("Work safety insurance"),
    LicenceKind.OTHER: _l("Another licence"),
}

# So many days before a licence ends somebody is told; the last time on the day after it ended.
TOLD_BEFORE = (60, 30, 7)
EXPIRED = -1

# Alarms so near to an enterprise (metres) are shown with it.
NEAR_M = 150.0
# Cameras and sensors so near (metres) are offered as what watches a hazard point.
OFFERED_M = 2000.0


def told_at(expires_on: date, today: date) -> int | None:
    """Which of the notices about its end a licence has come to; None: none yet."""
    left = (expires_on - today).days
    if left < 0:
        return EXPIRED
    return min((days for days in TOLD_BEFORE if left <= days), default=None)


class ActsFor(Rule):
    """Acts for the enterprise, as its employer pages know it. `by` leads from the thing to its profile."""

    words = N_("acts for the enterprise")

    def __init__(self, by: str | None = None) -> None:
        self.by = by

    def allows(self, who: Actor, thing: Any) -> bool:
        """When somebody who acts for its enterprise asks."""
        profile = getattr(thing, self.by) if thing is not None and self.by else thing
        if profile is None or who.id is None:
            return False
        return any(each.account_id == who.id for each in profile.members)

    def clause(self, who: Actor, model: Any) -> ColumnElement[bool]:
        """The rows of the enterprises for which they act."""
        if who.id is None:
            return false()
        if self.by:
            leads = getattr(model, self.by)
            found: ColumnElement[bool] = leads.has(_acting(who, leads.property.mapper.class_))
            return found
        return _acting(who, model)


def _acting(who: Actor, profile: Any) -> ColumnElement[bool]:
    member = profile.members.property.mapper.class_
    mine: ColumnElement[bool] = profile.members.any(member.account_id == who.id)
    return mine


OFFICER = "safety_officer"
OFFICERS = (OFFICER, "admin")
DESK = (*OFFICERS, "dispatcher", "shift_leader", "supervisor", "street_leader")
FIELD = ("grid_secretary", "grid_leader", "grid_worker")

STAFF = Anywhere(*DESK) | Holds(*FIELD)

MAY = {
    "safety.see": STAFF,
    "safety.keep": Anywhere(*OFFICERS),
    "safety.own": SignedIn(),
    "safety.read_own": ActsFor(),
    "safety.paper": STAFF | ActsFor(by="profile"),
}
