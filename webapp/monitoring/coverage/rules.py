"""By what the loss of a camera is weighed, and what a new one is worth."""

from __future__ import annotations

from enum import StrEnum

from flask_babel import lazy_gettext as _l


class Loss(StrEnum):
    """What nobody would see any more: the figures by which cameras are put in order."""

    AREA = "area_m2"
    HOMES = "homes"
    HAZARDS = "hazards"
    ROADS = "roads_m"
    GRIDS = "grids"


LOSS_WORDS = {
    Loss.AREA: _l("Ground (m²)"),
    Loss.HOMES: _l("Homes (households)"),
    Loss.HAZARDS: _l("Hazard points"),
    Loss.ROADS: _l("Roads (m)"),
    Loss.GRIDS: _l("Grids concerned"),
}


class Want(StrEnum):
    """What a new camera is wanted to see."""

    HOMES = "homes"
    HAZARDS = "hazards"
    PLACES = "places"
    ROADS = "roads_m"


WANT_WORDS = {
    Want.HOMES: _l("Homes (households)"),
    Want.HAZARDS: _l("Hazard points"),
    Want.PLACES: _l("Places with a name"),
    Want.ROADS: _l("Roads (m)"),
}

# Roads are looked at piece by piece (metres), and are worth so much for each of so many metres.
PIECE_M, ROADS_M = 25, 100
MOST_PROPOSED, FARTHEST_M = 10, 500
