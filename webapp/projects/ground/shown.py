"""How the ground is shown: words, what the map draws of parcels, what is late."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext as _l

from webapp.base.spatial import degrees, shape_of
from webapp.projects import shown as projects
from webapp.projects.ground.models import Parcel
from webapp.projects.ground.rules import AMOUNTS, PARCEL_CHIPS, PARCEL_FLOW, SOURCE_WORDS
from webapp.projects.models import Project

# What the log of a parcel calls what was done beside its moves.
DONE = {
    "draw": _l("Parcel drawn"),
    "survey": _l("Survey entered"),
    "survey_again": _l("Survey of a day replaced"),
}


def words() -> dict[str, Any]:
    """The words that every page of the ground needs."""
    return {
        **projects.words(),
        "parcel_states": PARCEL_FLOW.states,
        "parcel_chips": PARCEL_CHIPS,
        "sources": SOURCE_WORDS,
        "amounts": AMOUNTS,
    }


def done(event: Any) -> Any:
    """What an event of a parcel was."""
    return DONE.get(event.move) or PARCEL_FLOW.words_of(event.move)


def area_m2(parcel: Parcel) -> float:
    """The area of its shape."""
    return float(shape_of(parcel.geom).area)


def drawn(project: Project, parcels: Sequence[Parcel]) -> dict[str, Any]:
    """What the map draws: the sites, and each parcel by its state with its name and percent beside it."""
    ground = projects.ground_of(project)
    ground["features"] += [
        {
            "type": "Feature",
            "properties": {
                "what": f"project-parcel {each.state}",
                "label": f"{each.name} {each.percent} %",
            },
            "geometry": degrees(shape_of(each.geom)),
        }
        for each in parcels
    ]
    return ground
