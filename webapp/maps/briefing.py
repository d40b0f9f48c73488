"""Maps to hand round: one HTML file each, with everything in it, that opens with no network."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from flask import render_template
from markupsafe import Markup

from webapp.base import clock
from webapp.grids import queries as grids
from webapp.grids.rules import KIND_WORDS, GridKind
from webapp.maps import basemaps, queries

VENDOR = Path(__file__).parents[2] / "static" / "vendor"
TOKENS = Path(__file__).parents[2] / "static" / "css" / "tokens.css"

HUES = {
    GridKind.COMMUNITY: "#d6336c",
    GridKind.VILLAGE: "#2f9e44",
    GridKind.INDUSTRY: "#4263eb",
    GridKind.RELOCATED: "#e8890c",
}

# What lies under the grids of the atlas, and how it is drawn.
GROUND = {
    "context": {"weight": 0, "fillColor": "#dbe8f3", "fillOpacity": 1},
    "forests": {"weight": 0, "fillColor": "#dcebd5", "fillOpacity": 0.9},
    "water": {"color": "#a9cfe8", "weight": 1.5, "fillColor": "#a9cfe8", "fillOpacity": 1},
    "roads_main": {"color": "#c9c4b6", "weight": 2, "fill": False},
}

# A grid says its name through a text node, so that a name is never markup.
_NAME = """
function (feature, layer) {
  const name = document.createElement("span");
  name.textContent = feature.properties.label;
  layer.bindTooltip(name, {permanent: true, direction: "center", className: "atlas-name"});
}
"""

# What a name can do without where there is little room.
_LONG = re.compile(r"(?<=.)(社区|村原址|村)(?=.?网格$)|网格$|[(（].*$")

_SCRIPT = re.compile(r"<script>(.*?)</script>", re.DOTALL)


@dataclass(frozen=True)
class Sheet:
    """A page of HTML and the policy under which a browser may show it."""

    page: str
    policy: str


def atlas() -> Sheet:
    """The grids in force as a map and as tables, in the language of the reader."""
    folium = _folium()
    rows = grids.borders_geojson()
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
    for kind, words in KIND_WORDS.items():
        of_kind = [row for row in rows if row.kind == kind]
        if of_kind:
            _layer(folium, kind, str(words), of_kind).add_to(drawn)
    if rows:
        folium.LayerControl(position="topright").add_to(drawn)
        drawn.fit_bounds(_bounds(row.geometry for row in rows), padding=(12, 12))
    return _sheet(
        "maps/atlas.html",
        drawn,
        territory=queries.territory(),
        now=clock.now(),
        kinds={
            kind: (words, HUES[kind], [row for row in rows if row.kind == kind])
            for kind, words in KIND_WORDS.items()
        },
        count=len(rows),
    )


def _layer(folium: Any, kind: GridKind, words: str, rows: list[Any]) -> Any:
    hue = HUES[kind]
    features = [
        {
            "type": "Feature",
            "properties": {
                # folium writes properties into the page as they are.
                "name": html.escape(row.name),
                "code": html.escape(row.display_code or row.code),
                "community": html.escape(row.community or ""),
                "area": f"{row.area_m2 / 1e6:.2f} km²",
                "label": _LONG.sub("", row.name),
            },
            "geometry": row.geometry,
        }
        for row in rows
    ]
    return folium.GeoJson(
        {"type": "FeatureCollection", "features": features},
        name=html.escape(words),
        style_function=lambda _feature: {
            "color": hue,
            "weight": 1.5,
            "fillColor": hue,
            "fillOpacity": 0.1,
        },
        highlight_function=lambda _feature: {"weight": 4, "fillOpacity": 0.18},
        popup=folium.GeoJsonPopup(
            fields=["name", "code", "community", "area"], labels=False, class_name="atlas-facts"
        ),
        on_each_feature=folium.utilities.JsCode(_NAME),
        smooth_factor=0.7,
    )


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


def _bounds(geometries: Iterable[dict[str, Any]]) -> list[list[float]]:
    points = [
        point for geometry in geometries for ring in geometry["coordinates"] for point in ring
    ]
    lons, lats = [point[0] for point in points], [point[1] for point in points]
    return [[min(lats), min(lons)], [max(lats), max(lons)]]


def _sheet(template: str, drawn: Any, **values: Any) -> Sheet:
    """A folium map in a page of ours. Only the scripts that are in it now may ever run in it."""
    figure = drawn.get_root()
    figure.render()
    parts = {
        "header": Markup(figure.header.render()),  # noqa: S704  # made by folium from escaped values
        "body": Markup(figure.html.render()),  # noqa: S704
        "script": Markup(figure.script.render()),  # noqa: S704
        "map_name": drawn.get_name(),
        "assets": _assets(),
    }
    page = render_template(template, policy="@POLICY@", **parts, **values)
    hashes = " ".join(f"'sha256-{_digest(script)}'" for script in _SCRIPT.findall(page))
    policy = (
        f"default-src 'none'; script-src {hashes}; style-src 'unsafe-inline'; img-src data:;"
        " base-uri 'none'; form-action 'none'"
    )
    return Sheet(page.replace("@POLICY@", policy), policy)


def _digest(script: str) -> str:
    return base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()


@cache
def _folium() -> Any:
    """folium without its links to the outside: what its maps need stands in `_assets`."""
    import folium  # heavy, and only for briefings
    from folium.elements import JSCSSMixin

    for kind in _below(JSCSSMixin):
        kind.default_js, kind.default_css = [], []
    return folium


def _below(kind: type[Any]) -> Iterator[type[Any]]:
    yield kind
    for each in kind.__subclasses__():
        yield from _below(each)


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
