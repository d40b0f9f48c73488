"""How danger zones are shown: words, what the map draws, what the form is filled with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import shapely
from flask_babel import gettext as _, lazy_gettext as _l
from shapely.geometry.base import BaseGeometry

from webapp.base.drawn import MOST_CORNERS
from webapp.base.spatial import degrees, shape_of
from webapp.monitoring.danger import queries
from webapp.monitoring.danger.drawing import Drawn
from webapp.monitoring.danger.guide import (
    AMMONIA,
    FIRE_WORDS,
    FIRES,
    LEVEL_WORDS,
    SIZE_WORDS,
    SOURCE_WORDS,
)
from webapp.monitoring.danger.models import DangerShape
from webapp.monitoring.danger.rules import KIND_WORDS, SKY_WORDS, STATE_CHIPS, ZONE_FLOW, DangerKind
from webapp.monitoring.danger.said import Said, levels_of
from webapp.monitoring.weather.rules import WINDS, words_of

# What the log of a zone calls what was done.
DONE = {
    "draw": _l("Danger zone drawn"),
    "redraw": _l("Drawn anew"),
    "call": _l("Roll called"),
}

# And the log of a muster point.
MUSTER_DONE = {
    "create": _l("Muster point laid down"),
    "change": _l("Muster point changed"),
    "close": _l("Muster point given up"),
    "relocate": _l("Follows new borders"),
}


def words() -> dict[str, Any]:
    """The words that every page of zones needs."""
    return {
        "kinds": KIND_WORDS,
        "skies": SKY_WORDS,
        "sizes": SIZE_WORDS,
        "fires": FIRE_WORDS,
        "levels": LEVEL_WORDS,
        "distances": {**AMMONIA, **FIRES},
        "sources": SOURCE_WORDS,
        "states": ZONE_FLOW.states,
        "state_chips": STATE_CHIPS,
        "wind": words_of,
        "winds": WINDS,
        "done": done,
    }


def done(event: Any) -> Any:
    """What an event of a zone was."""
    return DONE.get(event.move) or ZONE_FLOW.words_of(event.move)


def drawing_of(shape: DangerShape) -> tuple[dict[str, Any], Drawn | None]:
    """What the map draws of a shape as GeoJSON, and what the model said of its words."""
    made = levels_of(shape.inputs)
    features = []
    if made is not None:
        for level, area in reversed(made.levels.items()):
            features.append(feature(area, what="level", name=level.value))
    features.append(feature(shape_of(shape.area), what="zone", name="zone"))
    said = Said.of(shape.inputs)
    if said.lon is not None and said.lat is not None:
        spot = {"type": "Point", "coordinates": [said.lon, said.lat]}
        features.append({"type": "Feature", "properties": {"what": "source"}, "geometry": spot})
    return {"type": "FeatureCollection", "features": features}, made


def on_map() -> list[dict[str, Any]]:
    """The zones in force as shapes of a general map, each with its name and its page."""
    found = []
    for zone in queries.in_force():
        name = str(KIND_WORDS[DangerKind(zone.kind)])
        told = _("EXERCISE: %(what)s", what=name) if zone.exercise else name
        said = {"what": "zone", "name": told, "address": f"/danger/{zone.id}"}
        drawn = feature(shape_of(zone.shape.area), **said)
        drawn["properties"]["exercise"] = zone.exercise
        found.append(drawn)
    return found


def feature(shape: BaseGeometry, **properties: Any) -> dict[str, Any]:
    """A shape (metres) as a feature of a map."""
    return {"type": "Feature", "properties": properties, "geometry": degrees(shape)}


def in_degrees(area: BaseGeometry) -> BaseGeometry:
    """An area (metres) in degrees WGS 84, as residents are asked for."""
    return shapely.geometry.shape(degrees(area))


def corners_of(area: BaseGeometry) -> str:
    """The largest part of an area as lines of the form: as few corners as the form takes."""
    part = max(shapely.get_parts(area), key=lambda each: each.area)
    ring, within = part.exterior, 0.5
    while len(ring.coords) > MOST_CORNERS:
        ring, within = part.exterior.simplify(within), within * 1.6
    line = degrees(shapely.LineString(ring))["coordinates"][:-1]
    return "\n".join(f"{lon:.5f} {lat:.5f}" for lon, lat in line)


def filled(shape: DangerShape) -> Mapping[str, Any]:
    """What the form of a zone holds before somebody changes it; corners only where they were drawn."""
    kept = {name: value for name, value in shape.inputs.items() if name != "corners"}
    if shape.by_hand:
        kept["corners"] = corners_of(shape_of(shape.area))
    return kept
