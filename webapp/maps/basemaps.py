"""Base maps: the built-in one from the files of the geodata, and raster sources an operator adds."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, Field, TypeAdapter, ValidationError

from webapp.base.config import Settings, SettingsError
from webapp.maps.packed import Packed

FOLDER = Path(__file__).parents[2] / "geodata" / "basemap"

# In the order in which they are drawn; the last two only from this scale on.
PARTS = {
    "context": 0,
    "landuse": 0,
    "forests": 0,
    "water": 0,
    "roads_main": 0,
    "places": 0,
    "roads_streets": 14,
    "roads_tracks": 15,
}

# Degrees: lines within half a metre of where they are, areas, which have no edge of their own, within one.
STEP, STEP_OF_AREAS = 1e-5, 2e-5

TIANDITU = "https://t{s}.tianditu.gov.cn/{layer}_w/wmts?SERVICE=WMTS&REQUEST=GetTile&VERSION=1.0.0&LAYER={layer}&STYLE=default&TILEMATRIXSET=w&FORMAT=tiles&TILEMATRIX={{z}}&TILEROW={{y}}&TILECOL={{x}}&tk={key}"


class Source(BaseModel):
    """A raster base map: its tiles, the labels laid over them, its datum and whose it is."""

    name: str = Field(pattern=r"^[a-z0-9_-]+$")
    title: str
    url: str = Field(pattern=r"^(https?://|/)")
    labels: str | None = Field(default=None, pattern=r"^(https?://|/)")
    subdomains: str = "abc"
    datum: Literal["wgs84", "cgcs2000", "gcj02"] = "wgs84"
    attribution: str = Field(min_length=1)
    max_zoom: int = Field(default=18, ge=1, le=22)


@lru_cache(maxsize=4)
def sources(settings: Settings) -> list[Source]:
    """The raster base maps of this installation. Raises `SettingsError` for a file it cannot use."""
    found = _tianditu(settings.tianditu_key) if settings.tianditu_key else []
    if settings.basemaps:
        found += _of_file(Path(settings.basemaps))
    return found


def _tianditu(key: str) -> list[Source]:
    def source(name: str, title: str, tiles: str, labels: str) -> Source:
        return Source(
            name=name,
            title=title,
            url=TIANDITU.format(s="{s}", layer=tiles, key=key),
            labels=TIANDITU.format(s="{s}", layer=labels, key=key),
            subdomains="01234567",
            datum="cgcs2000",
            attribution="天地图",
        )

    return [
        source("tianditu", "天地图", "vec", "cva"),
        source("tianditu-image", "天地图影像", "img", "cia"),
    ]


def _of_file(path: Path) -> list[Source]:
    try:
        return TypeAdapter(list[Source]).validate_json(path.read_bytes())
    except OSError as error:
        raise SettingsError(f"BASEMAPS names {path}, which cannot be read.") from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise SettingsError(f"BASEMAPS, {path}: {where}: {first['msg']}.") from error


@lru_cache(maxsize=len(PARTS))
def part(name: str) -> Packed | None:
    """A light layer of the built-in base map, None if this installation has none."""
    file = FOLDER / f"{name}.geojson"
    return Packed.of(file.read_bytes()) if name in PARTS and file.exists() else None


@lru_cache(maxsize=len(PARTS))
def lean(name: str) -> Packed | None:
    """The same for a phone: each line is one list of steps in units of so many degrees, a third of the size.

    The first step of a line leads on from where the line before it ended, that of the first from 0, 0.
    Points stay as they are.
    """
    whole = part(name)
    if whole is None:
        return None
    at = (0, 0)
    unit = STEP if name.startswith("roads") else STEP_OF_AREAS

    def steps(part: list[Any]) -> list[Any]:
        nonlocal at
        if isinstance(part[0][0], list):
            return [steps(each) for each in part]
        line: list[int] = []
        for lon, lat in part:
            here = round(lon / unit), round(lat / unit)
            step = here[0] - at[0], here[1] - at[1]
            if step != (0, 0) or not line:
                line += step
            at = here
        return line

    content = json.loads(whole.body)
    for feature in content["features"]:
        shape = feature["geometry"]
        if shape["type"] != "Point":
            shape["coordinates"] = steps(shape["coordinates"])
    return Packed.of_json({"step": unit, "features": content["features"]})


def for_script(settings: Settings) -> list[dict[str, Any]]:
    """The raster base maps as the pages hand them to their maps."""
    return [json.loads(each.model_dump_json()) for each in sources(settings)]
