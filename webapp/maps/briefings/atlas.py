"""The grid atlas: every grid in force as a map and as tables."""

from __future__ import annotations

import re
from typing import Any

from webapp.grids import queries as grids
from webapp.grids.rules import KIND_WORDS, GridKind
from webapp.maps.briefings import sheets
from webapp.maps.briefings.sheets import Sheet

HUES = {
    GridKind.COMMUNITY: "#d6336c",
    GridKind.VILLAGE: "#2f9e44",
    GridKind.INDUSTRY: "#4263eb",
    GridKind.RELOCATED: "#e8890c",
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


def made() -> Sheet:
    """The grids in force as a map and as tables, in the language of the reader."""
    rows = grids.borders_geojson()
    drawn = sheets.new_map()
    for kind, words in KIND_WORDS.items():
        sheets.put(
            drawn,
            [_feature(row) for row in rows if row.kind == kind],
            name=words,
            facts=["name", "code", "community", "area"],
            highlight_function=lambda _feature: {"weight": 4, "fillOpacity": 0.18},
            on_each_feature=sheets.folium_bare().utilities.JsCode(_NAME),
        )
    return sheets.sheet(
        "maps/briefings/atlas.html",
        drawn,
        [row.geometry for row in rows],
        kinds={
            kind: (words, HUES[kind], [row for row in rows if row.kind == kind])
            for kind, words in KIND_WORDS.items()
        },
        count=len(rows),
    )


def _feature(row: Any) -> dict[str, Any]:
    hue = HUES[GridKind(row.kind)]
    made = sheets.feature(
        row.geometry,
        {"color": hue, "weight": 1.5, "fillColor": hue, "fillOpacity": 0.1},
        name=row.name,
        code=row.display_code or row.code,
        community=row.community or "",
        area=f"{row.area_m2 / 1e6:.2f} km²",
    )
    # This one is written by a text node.
    made["properties"]["label"] = _LONG.sub("", row.name)
    return made
