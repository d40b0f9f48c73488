"""Pages with a map that folium made, everything in them: no name can run, and nothing is fetched."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

from flask import render_template
from markupsafe import Markup

from webapp.base import clock
from webapp.maps import basemaps, queries

VENDOR = Path(__file__).parents[3] / "static" / "vendor"
TOKENS = Path(__file__).parents[3] / "static" / "css" / "tokens.css"

# What lies under everything, and how it is drawn.
GROUND = {
    "context": {"weight": 0, "fillColor": "#dbe8f3", "fillOpacity": 1},
    "forests": {"weight": 0, "fillColor": "#dcebd5", "fillOpacity": 0.9},
    "water": {"color": "#a9cfe8", "weight": 1.5, "fillColor": "#a9cfe8", "fillOpacity": 1},
    "roads_main": {"color": "#c9c4b6", "weight": 2, "fill": False},
}

# From little to much; the first is for nothing at all.
RAMP = ("#ffffff", "#ffe3c2", "#ffc078", "#f08c3a", "#d1571f", "#9c2f0c")

_VIEWPORT = re.compile(r'<meta name="viewport"[^>]*>')
_SCRIPT = re.compile(r"<script>(.*?)</script>", re.DOTALL)
# How a shape looks stands in these properties of it.
_LOOK = ("color", "weight", "fillColor", "fillOpacity", "opacity", "dashArray", "radius")


@dataclass(frozen=True)
class Sheet:
    """A page of HTML and the policy under which a browser may show it."""

    page: str
    policy: str


@dataclass(frozen=True)
class Key:
    """A line of the legend: `shape` is `area`, `dot` or `ring`; `count` is said where there is one."""

    hue: str
    words: Any
    shape: str = "area"
    count: int | None = None


@dataclass(frozen=True)
class Table:
    """The same as a table. Of each row the first cell is its name; `numbers` stand from this column on."""

    title: Any
    heads: Sequence[Any]
    rows: Sequence[Sequence[Any]]
    empty: Any
    numbers: int = 1


@dataclass(frozen=True)
class Days:
    """What changes from day to day on a map: the layer, its days, and how many of them are shown at once."""

    layer: str
    words: Sequence[str]
    span: int
    steps: Sequence[int]


def new_map() -> Any:
    """A map of folium on the ground of the house."""
    folium = folium_bare()
    drawn = folium.Map(tiles=None, prefer_canvas=True, zoom_snap=0.25, attribution_control=False)
    for name, style in GROUND.items():
        part = basemaps.part(name)
        if part is not None:
            folium.GeoJson(
                json.loads(part.body),
                style_function=_as_drawn(name, style),
                control=False,
                interactive=False,
            ).add_to(drawn)
    return drawn


def put(
    drawn: Any,
    features: Sequence[Mapping[str, Any]],
    *,
    name: Any = None,
    facts: Sequence[str] = (),
    **more: Any,
) -> Any | None:
    """Features on a map, each drawn as its property `look` says; a tap shows its `facts`.

    Points become circles. `name` is the layer's in the list of layers; None: it is always shown.
    """
    if not features:
        return None
    folium = folium_bare()
    if facts:
        more["popup"] = folium.GeoJsonPopup(
            fields=list(facts), labels=False, class_name="atlas-facts"
        )
    if any(each["geometry"]["type"] == "Point" for each in features):
        more["marker"] = folium.CircleMarker(radius=6, fill=True)
    layer = folium.GeoJson(
        {"type": "FeatureCollection", "features": list(features)},
        name=None if name is None else html.escape(str(name)),
        control=name is not None,
        style_function=lambda feature: feature["properties"]["look"],
        smooth_factor=0.7,
        **more,
    )
    layer.add_to(drawn)
    return layer


def feature(geometry: Any, look: Mapping[str, Any], **facts: Any) -> dict[str, Any]:
    """A shape (degrees WGS 84) with how it is drawn; the facts are escaped, for folium does not."""
    strange = set(look) - set(_LOOK)
    if strange:
        raise ValueError(f"no such look: {sorted(strange)}")
    said = {name: html.escape(str(value)) for name, value in facts.items()}
    return {
        "type": "Feature",
        "properties": {**said, "look": dict(look)},
        "geometry": geometry,
    }


def dot(lon: float, lat: float) -> dict[str, Any]:
    """A point as GeoJSON."""
    return {"type": "Point", "coordinates": [lon, lat]}


def shade(value: float, steps: Sequence[float]) -> str:
    """The colour of a value: nothing is white, what is at most the first step the lightest, and so on."""
    if value <= 0:
        return RAMP[0]
    return RAMP[1 + sum(value > step for step in steps)]


def spans(steps: Sequence[float]) -> list[str]:
    """What each colour after the first means, where things are counted: 1, 2, 3–4, > 4."""
    ends = [0, *(int(each) for each in steps)]
    found = [f"{low + 1}–{high}" if high > low + 1 else str(high) for low, high in pairwise(ends)]
    return [*found, f"> {ends[-1]}"]


def grid_areas(
    borders: Sequence[Any], shades: Mapping[int, str], facts: Mapping[int, Sequence[Any]]
) -> list[Any]:
    """Grids in the colours of their keys, each with its name and one or two facts."""
    found = []
    for row in borders:
        first, second = (*facts.get(row.grid_id, ()), "", "")[:2]
        look = {
            "color": "#8a97a5",
            "weight": 1,
            "fillColor": shades.get(row.grid_id, RAMP[0]),
            "fillOpacity": 0.62,
        }
        found.append(feature(row.geometry, look, name=row.name, first=first, second=second))
    return found


def sheet(template: str, drawn: Any, around: Iterable[Mapping[str, Any]], **values: Any) -> Sheet:
    """A folium map in a page of ours, over the extent of some geometries.

    Only the scripts that are in it now may ever run in it.
    """
    folium = folium_bare()
    box = _bounds(around)
    if box is not None:
        folium.LayerControl(position="topright").add_to(drawn)
        drawn.fit_bounds(box, padding=(12, 12))
    figure = drawn.get_root()
    figure.render()
    parts = {
        # Made by folium from escaped values; its own frame would let nobody enlarge the page.
        "header": Markup(_VIEWPORT.sub("", figure.header.render())),  # noqa: S704
        "body": Markup(figure.html.render()),  # noqa: S704
        "script": Markup(figure.script.render()),  # noqa: S704
        "map_name": drawn.get_name(),
        "assets": _assets(),
        "territory": queries.territory(),
        "now": clock.now(),
    }
    page = render_template(template, policy="@POLICY@", **parts, **values)
    hashes = " ".join(f"'sha256-{_digest(script)}'" for script in _SCRIPT.findall(page))
    policy = (
        f"default-src 'none'; script-src {hashes}; style-src 'unsafe-inline'; img-src data:;"
        " base-uri 'none'; form-action 'none'"
    )
    return Sheet(page.replace("@POLICY@", policy), policy)


@cache
def folium_bare() -> Any:
    """folium without its links to the outside: what its maps need stands in the page."""
    import folium  # heavy, and only for briefings
    from folium.elements import JSCSSMixin

    for kind in _below(JSCSSMixin):
        kind.default_js, kind.default_css = [], []
    return folium


def _below(kind: type[Any]) -> Iterator[type[Any]]:
    yield kind
    for each in kind.__subclasses__():
        yield from _below(each)


def _as_drawn(name: str, style: dict[str, Any]) -> Any:
    def of(feature: dict[str, Any]) -> dict[str, Any]:
        properties = feature["properties"]
        if properties.get("cls"):
            return GROUND["roads_main"]
        if properties.get("kind") == "neighbour_land":
            return {**style, "fillColor": "#f1f0ec"}
        if name == "water" and feature["geometry"]["type"].endswith("LineString"):
            return {**style, "fill": False}
        return style

    return of


def _bounds(geometries: Iterable[Mapping[str, Any]]) -> list[list[float]] | None:
    points = [point for each in geometries for point in _points(each["coordinates"])]
    if not points:
        return None
    lons, lats = [point[0] for point in points], [point[1] for point in points]
    return [[min(lats), min(lons)], [max(lats), max(lons)]]


def _points(nested: Any) -> Iterator[Any]:
    if nested and isinstance(nested[0], int | float):
        yield nested
    else:
        for each in nested:
            yield from _points(each)


def _digest(script: str) -> str:
    return base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()


@cache
def _assets() -> dict[str, Markup]:
    """Leaflet and the tokens of the house, to be written into a page."""
    style = (VENDOR / "leaflet" / "leaflet.css").read_text(encoding="utf-8")
    style = re.sub(r"url\((images/[\w.-]+)\)", _as_data, style)
    return {
        "leaflet_js": Markup((VENDOR / "leaflet" / "leaflet.js").read_text(encoding="utf-8")),  # noqa: S704
        "leaflet_css": Markup(style),  # noqa: S704
        "tokens": Markup(TOKENS.read_text(encoding="utf-8")),  # noqa: S704
    }


def _as_data(found: re.Match[str]) -> str:
    picture = (VENDOR / "leaflet" / found[1]).read_bytes()
    return f"url(data:image/png;base64,{base64.b64encode(picture).decode()})"
