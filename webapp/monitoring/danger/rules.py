"""The life of a danger zone, what it is about, and who may do what with it."""

from __future__ import annotations

from enum import StrEnum

from flask_babel import lazy_gettext as _l

from webapp.base import flow, live
from webapp.base.access import Anywhere
from webapp.base.flow import Flow, move
from webapp.grids.rules import STAFF
from webapp.monitoring.danger.plume import Sky
from webapp.monitoring.signals import KINDS, Kind


class DangerKind(StrEnum):
    """What makes it dangerous there."""

    AMMONIA = "ammonia"
    FIRE = "fire"
    FLOOD = "flood"
    OTHER = "other"


KIND_WORDS = {
    DangerKind.AMMONIA: _l("Ammonia is leaking"),
    DangerKind.FIRE: _l("Something burns"),
    DangerKind.FLOOD: _l("Water is rising"),
    DangerKind.OTHER: _l("Some other danger"),
}

# These are drawn by a model from a place; the others by hand, or as whole grids.
MODELLED = (DangerKind.AMMONIA, DangerKind.FIRE)

SKY_WORDS = {
    Sky.SUN: _l("Day, sun"),
    Sky.DAY_CLOUD: _l("Day, clouds"),
    Sky.NIGHT_CLOUD: _l("Night, clouds"),
    Sky.NIGHT_CLEAR: _l("Night, clear"),
}

# What an alarm of a family makes dangerous.
OF_FAMILY = {"fire": DangerKind.FIRE, "flood": DangerKind.FLOOD}


def danger_of(kind: Kind) -> DangerKind:
    """What an alarm of a kind makes dangerous."""
    if kind == Kind.AMMONIA:
        return DangerKind.AMMONIA
    return OF_FAMILY.get(KINDS[kind].family, DangerKind.OTHER)


class ZoneState(StrEnum):
    """Where a zone stands."""

    DRAWN = "drawn"
    IN_FORCE = "in_force"
    LIFTED = "lifted"
    DISCARDED = "discarded"


LIVING = (ZoneState.DRAWN, ZoneState.IN_FORCE)

STATE_CHIPS = {
    ZoneState.DRAWN: "soon",
    ZoneState.IN_FORCE: "late",
    ZoneState.LIFTED: "done",
    ZoneState.DISCARDED: "rest",
}

ZONE_FLOW = flow.register(
    Flow(
        "danger_zone",
        {
            ZoneState.DRAWN: _l("Drawn, not in force"),
            ZoneState.IN_FORCE: _l("Zone in force"),
            ZoneState.LIFTED: _l("Zone lifted"),
            ZoneState.DISCARDED: _l("Drawing discarded"),
        },
        {
            "enforce": move(
                ZoneState.DRAWN,
                to=ZoneState.IN_FORCE,
                may="danger.keep",
                words=_l("Put the zone in force"),
            ),
            "lift": move(
                ZoneState.IN_FORCE,
                to=ZoneState.LIFTED,
                may="danger.keep",
                words=_l("Lift the zone"),
                needs=("note",),
            ),
            "discard": move(
                ZoneState.DRAWN,
                to=ZoneState.DISCARDED,
                may="danger.keep",
                words=_l("Discard the drawing"),
            ),
        },
    )
)

_OPERATORS = ("dispatcher", "shift_leader", "safety_officer")

MAY = {
    # Where it is dangerous every member of the staff may know.
    "danger.see": Anywhere(*STAFF),
    "danger.keep": Anywhere(*_OPERATORS),
    "danger.workers": Anywhere(*_OPERATORS, "supervisor", "street_leader"),
}

live.watch("danger_zone", "danger.see")
