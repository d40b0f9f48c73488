"""By what the loss of a camera is weighed, and who asks."""

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
