"""Writes the package, the grids and the light layers of the offline base map."""

import gzip
import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyogrio
import shapely
from shapely.geometry.base import BaseGeometry

from geodata.layers import Layers
from geodata.plane import lines_of, polygons_of, to_earth, to_plane

PACKAGE = "dajijia.gpkg"
GRIDS = "grids.geojson"
BASEMAP = "basemap"
BASEMAP_DECIMALS = 6
GRID_COLUMNS = (
    "code",
    "display_code",
    "kind",
    "name",
    "community_code",
    "community",
    "village",
    "provenance",
    "provenance_en",
)
# GDAL stamps each layer with the hour; a fixed one keeps equal maps equal files.
_STAMP = "2026-11-23T00:00:00.000Z"


def write(layers: Layers, folder: Path) -> None:
    """The folder holds the GeoPackage, grids.geojson and basemap/, replacing what was there."""
    (folder / BASEMAP).mkdir(parents=True, exist_ok=True)
    package = folder / PACKAGE
    package.unlink(missing_ok=True)
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": _STAMP})
    for name, frame in layers.items():
        frame.to_file(package, layer=name, driver="GPKG", engine="pyogrio")
    _geojson(folder / GRIDS, _features(layers, "grids", GRID_COLUMNS))
    for name, features in _basemap(layers).items():
        _geojson(folder / BASEMAP / f"{name}.geojson", features)


def basemap_gzipped(folder: Path) -> int:
    """Bytes of all the base map layers, each gzipped."""
    files = sorted((folder / BASEMAP).glob("*.geojson"))
    return sum(len(gzip.compress(file.read_bytes(), mtime=0)) for file in files)


Feature = tuple[dict[str, Any], BaseGeometry]


def _features(layers: Layers, name: str, columns: tuple[str, ...]) -> list[Feature]:
    frame = layers[name]
    rows = frame[list(columns)].to_dict("records")
    return list(zip(rows, frame.geometry, strict=True))


def _geojson(path: Path, features: list[Feature]) -> None:
    """An RFC 7946 collection, a feature a line."""
    lines = []
    for properties, geometry in features:
        known = {k: None if pd.isna(v) else v for k, v in properties.items()}
        shape = shapely.geometry.mapping(shapely.orient_polygons(geometry))
        feature = {"type": "Feature", "properties": known, "geometry": shape}
        lines.append(json.dumps(feature, ensure_ascii=False, separators=(",", ":")))
    head = f'{{"type":"FeatureCollection","name":"{path.stem}","features":['
    path.write_text(f"{head}\n" + ",\n".join(lines) + "\n]}\n", encoding="utf-8")


def _basemap(layers: Layers) -> dict[str, list[Feature]]:
    return {
        "context": [
            *_light(layers, "context", ("kind",), metres=12),
            *_light(layers, "context_roads", ("cls", "name"), metres=8),
        ],
        "landuse": _merged_patches(layers),
        "forests": _light(layers, "forests", ("name",), metres=6),
        "water": [
            *_light(layers, "streams", ("name",), metres=3),
            *_light(layers, "reservoirs", ("name", "kind"), metres=3),
        ],
        "roads_main": _merged_roads(layers, ("primary", "secondary", "tertiary"), metres=0.8),
        "roads_streets": _merged_roads(layers, ("residential", "service"), metres=1.2),
        "roads_tracks": _merged_roads(layers, ("track",), metres=3),
        "places": [
            ({"kind": kind, "name": name}, _rounded(point))
            for kind in ("communities", "villages", "workstations", "fishing_ports", "neighbours")
            for name, point in zip(layers[kind]["name"], layers[kind].geometry, strict=True)
        ],
    }


def _light(layers: Layers, name: str, columns: tuple[str, ...], *, metres: float) -> list[Feature]:
    return [
        (properties, _rounded(to_earth(to_plane(shape).simplify(metres))))
        for properties, shape in _features(layers, name, columns)
    ]


def _rounded(geometry: BaseGeometry) -> BaseGeometry:
    return shapely.transform(geometry, lambda a: np.round(a, BASEMAP_DECIMALS))


def _merged_patches(layers: Layers) -> list[Feature]:
    """Land use simplified as one coverage, so that no gap opens between neighbours."""
    frame = layers["landuse"]
    shapes = shapely.coverage_simplify([to_plane(g) for g in frame.geometry], 6.0)
    features = []
    for kind in sorted(set(frame["kind"])):
        same = [s for s, k in zip(shapes, frame["kind"], strict=True) if k == kind]
        union = shapely.multipolygons([p for s in same for p in polygons_of(s)])
        features.append(({"kind": kind}, _rounded(to_earth(union))))
    return features


def _merged_roads(layers: Layers, classes: tuple[str, ...], *, metres: float) -> list[Feature]:
    """One feature a class and name: the light map draws roads, it does not travel on them."""
    frame = layers["roads"]
    features = []
    for cls in classes:
        of_class = frame[frame["cls"] == cls]
        names = of_class["name"].fillna("")
        for name in sorted(set(names)):
            lines = [to_plane(g) for g in of_class.geometry[names == name]]
            merged = shapely.line_merge(shapely.multilinestrings(lines))
            thin = shapely.multilinestrings(lines_of(merged.simplify(metres)))
            properties = {"cls": cls, "name": name or None}
            features.append((properties, _rounded(to_earth(thin))))
    return features
