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
# Where points are gathered: from so many on, below so many, how large the circle is. A layer for each, and one for
# each kind of grid: QGIS reads filters, and of sizes and colours only such as are said outright.
GATHERED = ((1, 2, 4), (2, 10, 6), (10, 100, 9), (100, None, 14))


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
        if each.few:
            return [("points", _circle(5))]
        return [
            ("points", {**_circle(4), "filter": ["!", ["has", "count"]]}),
            *((f"from-{low}", _gathered(low, high, size)) for low, high, size in GATHERED),
        ]
    if each.shape is Shape.LINE:
        return [("lines", {"type": "line", "paint": {"line-color": PLAIN, "line-width": 1.5}})]
    if each.name != "grids":
        return _area("", PLAIN)
    return [
        (name, {**drawn, "filter": ["==", ["get", "kind"], kind]})
        for kind, colour in KINDS.items()
        for name, drawn in _area(f"-{kind}", colour)
    ]


def _area(of: str, colour: str) -> list[tuple[str, dict[str, Any]]]:
    return [
        (f"areas{of}", {"type": "fill", "paint": {"fill-color": colour, "fill-opacity": 0.25}}),
        (f"edges{of}", {"type": "line", "paint": {"line-color": colour, "line-width": 1.5}}),
    ]


def _circle(size: float) -> dict[str, Any]:
    paint = {"circle-radius": size, "circle-color": PLAIN, "circle-stroke-color": EDGE}
    return {"type": "circle", "paint": {**paint, "circle-stroke-width": 1}}


def _gathered(low: int, high: int | None, size: float) -> dict[str, Any]:
    within: list[Any] = ["all", [">=", ["get", "count"], low]]
    if high is not None:
        within.append(["<", ["get", "count"], high])
    return {**_circle(size), "filter": within}
