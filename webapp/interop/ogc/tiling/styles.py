"""How the tiles of a collection are drawn where nobody says otherwise."""

from __future__ import annotations

from typing import Any

from webapp.interop.ogc.collection import Collection
from webapp.interop.ogc.rules import Shape

# The colours of the four kinds of grids are those of our own maps (static/css/tokens.css).
KINDS = {
    "community": "#d6336c",
    "village": "#2f9e44",
    "industry": "#4263eb",
    "relocated": "#e8890c",
}
PLAIN = "#206bc4"
EDGE = "#ffffff"


def style(each: Collection, tilejson: str) -> dict[str, Any]:
    """A Mapbox style (version 8) of one collection."""
    return {
        "version": 8,
        "name": str(each.title),
        "sources": {each.name: {"type": "vector", "url": tilejson}},
        "layers": [
            {"id": f"{each.name}-{what}", "source": each.name, "source-layer": each.name, **drawn}
            for what, drawn in _drawn(each)
        ],
    }


def _drawn(each: Collection) -> list[tuple[str, dict[str, Any]]]:
    if each.shape is Shape.POINT:
        size: Any = 5
        if not each.few:
            # Where points are gathered the circle grows with their number.
            size = ["interpolate", ["linear"], ["coalesce", ["get", "count"], 1], 1, 4, 100, 14]
        paint = {"circle-radius": size, "circle-color": PLAIN, "circle-stroke-color": EDGE}
        return [("points", {"type": "circle", "paint": {**paint, "circle-stroke-width": 1}})]
    if each.shape is Shape.LINE:
        return [("lines", {"type": "line", "paint": {"line-color": PLAIN, "line-width": 1.5}})]
    colour: Any = PLAIN
    if each.name == "grids":
        pairs = [part for pair in KINDS.items() for part in pair]
        colour = ["match", ["get", "kind"], *pairs, PLAIN]
    return [
        ("areas", {"type": "fill", "paint": {"fill-color": colour, "fill-opacity": 0.25}}),
        ("edges", {"type": "line", "paint": {"line-color": colour, "line-width": 1.5}}),
    ]
