"""Reads what people wrote down: the tables and drawn lines in source/."""

import csv
import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

from geodata.plane import to_plane

SOURCE = Path(__file__).parent / "source"


@dataclass(frozen=True)
class Drawn:
    """A feature of source/*.geojson: its properties, and its geometry on the working plane."""

    facts: dict[str, Any]
    geometry: BaseGeometry


def table(name: str) -> list[dict[str, str]]:
    """The rows of source/NAME.csv."""
    with (SOURCE / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def drawn(name: str) -> list[Drawn]:
    """The features of source/NAME.geojson."""
    collection = json.loads((SOURCE / f"{name}.geojson").read_text(encoding="utf-8"))
    return [
        Drawn(f["properties"], to_plane(shapely.from_geojson(json.dumps(f["geometry"]))))
        for f in collection["features"]
    ]


@cache
def _words() -> dict[str, tuple[str, str]]:
    return {r["source"]: (r["provenance"], r["provenance_en"]) for r in table("sources")}


ILLUSTRATIVE = "illustrative"
_SUBJECT = {
    "name": ("名称", "name"),
    "place": ("位置", "position"),
    "border": ("边界", "border"),
    "shape": ("形状", "shape"),
}


def provenance(*parts: tuple[str, str]) -> dict[str, str]:
    """The two provenance columns for pairs of (what, source), in words a user understands.

    `provenance(("name", "nbs2020"), ("border", "illustrative"))` says where the name is from and
    that the border is not a survey. A lone `("all", source)` says it of the whole row.
    """
    zh, en = [], []
    for what, source in parts:
        words = _words()[source]
        if what == "all":
            zh.append(words[0])
            en.append(words[1])
        else:
            subject = _SUBJECT[what]
            zh.append(f"{subject[0]}：{words[0]}")
            en.append(f"{subject[1]}: {words[1]}")
    return {"provenance": "；".join(zh), "provenance_en": "; ".join(en)}
