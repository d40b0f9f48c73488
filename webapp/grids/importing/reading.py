"""Features with their attributes, out of whatever file somebody sent."""

from __future__ import annotations

import hashlib
import re
import tempfile
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyproj
import shapely
from numpy.typing import NDArray
from pyproj.exceptions import CRSError
from shapely import MultiPolygon
from shapely.errors import ShapelyError
from shapely.geometry.base import BaseGeometry

from webapp.base.language import N_
from webapp.grids.importing.findings import Finding, shortened, unreadable
from webapp.grids.importing.linework import areas_of
from webapp.grids.importing.sources import Source, sources_of
from webapp.grids.rules import CODE_PATTERN

MOST_FEATURES: Final = 50_000
MOST_VERTICES: Final = 3_000_000
MANY_VERTICES: Final = 20_000
"""Above this the map becomes slow for everybody, so a person is asked."""

DEGREES: Final = 360
EARTH: Final = 1e9
"""No coordinate of any system is larger."""

AREAS: Final = (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON)
LINES: Final = (
    shapely.GeometryType.LINESTRING,
    shapely.GeometryType.LINEARRING,
    shapely.GeometryType.MULTILINESTRING,
)
POINTS: Final = (shapely.GeometryType.POINT, shapely.GeometryType.MULTIPOINT)

Value = str | int | float | None


@dataclass(frozen=True)
class Feature:
    """One row of the file: what it says, and its border in the coordinates of the file."""

    row: int
    """Counted from 1."""
    geometry: BaseGeometry | None
    """Polygon or MultiPolygon without heights; None where there is none that can be used."""
    values: Mapping[str, Value]


@dataclass(frozen=True)
class Reading:
    """A file, taken apart."""

    name: str
    sha256: str
    format: str
    layer: str
    crs: str | None
    """The stated coordinate system, as EPSG:number or WKT; None where the file states none."""
    columns: tuple[str, ...]
    features: tuple[Feature, ...]
    findings: tuple[Finding, ...]
    """Their places are in the coordinates of the file."""


@dataclass(frozen=True)
class _Layer:
    title: str
    source: Source
    names: tuple[str, ...]
    shape: str


@dataclass(frozen=True)
class _Rows:
    """All rows of a layer as they came."""

    crs: str | None
    values: list[dict[str, Value]]
    shapes: NDArray[np.object_]


def read(path: Path, *, name: str | None = None, layer: str | None = None) -> Reading:
    """The features of a file of borders: shapefile (zip), GeoPackage, GeoJSON, KML, KMZ, DXF, ...

    `name` is what the sender called it, `layer` which of several layers is meant. Lines are made
    into areas. The file is not changed. Raises `Unreadable`, also where a layer has to be chosen.
    """
    name = name or path.name
    with tempfile.TemporaryDirectory(prefix="borders-") as folder:
        sources = sources_of(path, name=name, workspace=Path(folder))
        chosen = _chosen([each for source in sources for each in _layers(source)], layer)
        rows = _rows(chosen)
    rows, faults = _usable(rows)
    features, shape_faults = _features(rows, drawing=chosen.source.format == "DXF")
    if not features and not shape_faults:
        raise unreadable(N_("The file has no features."), N_("Export the grid borders again."))
    return Reading(
        name=name,
        sha256=_digest(path),
        format=chosen.source.format,
        layer=chosen.title,
        crs=rows.crs,
        columns=tuple(dict.fromkeys(each for feature in features for each in feature.values)),
        features=tuple(features),
        findings=(*chosen.source.findings, *faults, *shape_faults, *_size(features)),
    )


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def _damaged(source: Source) -> Iterator[None]:
    """Whatever GDAL cannot digest becomes a sentence."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except (RuntimeError, ValueError, OSError, ShapelyError) as error:
        raise unreadable(
            N_("The %(format)s data cannot be read: the file is damaged or incomplete."),
            N_("Export it again and send it once more."),
            format=source.format,
        ) from error


# pyogrio is imported where it is used: it brings 65 MB that web processes have no use for.


def _layers(source: Source) -> list[_Layer]:
    import pyogrio

    with _damaged(source):
        listed = [(str(name), shape) for name, shape in pyogrio.list_layers(source.path)]
    spatial = [(name, str(shape)) for name, shape in listed if shape is not None]
    if source.merges_layers or len(spatial) == 1:
        names = tuple(name for name, _ in spatial)
        return [_Layer(source.title, source, names, "Polygon")] if names else []
    return [_Layer(name, source, (name,), shape) for name, shape in spatial]


def _chosen(layers: list[_Layer], title: str | None) -> _Layer:
    """The layer of that title; without one the only layer that can hold borders."""
    titles = tuple(layer.title for layer in layers)
    if title is not None:
        named = [layer for layer in layers if title in (layer.title, *layer.names)]
        if len(named) != 1:
            raise unreadable(
                N_("The file has no layer %(layer)s; it has: %(layers)s"),
                choices=titles,
                layer=title,
                layers=shortened(titles, 20),
            )
        return named[0]
    for shape in ("Polygon", "Line", ""):
        fitting = [layer for layer in layers if shape in layer.shape or layer.shape == "Unknown"]
        if len(fitting) == 1:
            return fitting[0]
        if fitting:
            choices = tuple(layer.title for layer in fitting)
            raise unreadable(
                N_("The file has several layers: %(layers)s"),
                N_("Choose the one with the grid borders."),
                choices=choices,
                layers=shortened(choices, 20),
            )
    raise unreadable(N_("The file has no features."), N_("Export the grid borders again."))


def _rows(layer: _Layer) -> _Rows:
    read_layers = [_rows_of(layer.source, name) for name in layer.names]
    if len(read_layers) == 1:
        return read_layers[0]
    for name, rows in zip(layer.names, read_layers, strict=True):
        for values in rows.values:
            values["folder"] = name
    return _Rows(
        crs=read_layers[0].crs,
        values=[values for rows in read_layers for values in rows.values],
        shapes=np.concatenate([rows.shapes for rows in read_layers]),
    )


def _rows_of(source: Source, layer: str) -> _Rows:
    from pyogrio import raw

    with _damaged(source):
        meta, _, wkb, fields = raw.read(
            source.path,
            layer=layer,
            encoding="ISO-8859-1" if source.table else None,
            datetime_as_string=True,
            max_features=MOST_FEATURES + 1,
        )
        if len(wkb) > MOST_FEATURES:
            raise unreadable(
                N_("The layer has more than %(most)s features."),
                N_("Send only the layer of the grid borders."),
                most=MOST_FEATURES,
            )
        # What is no geometry at all (an unclosed ring, say) comes back as None: a missing border.
        shapes = shapely.from_wkb(wkb, on_invalid="ignore")
    columns = tuple(str(name) for name in meta["fields"])
    if source.table:
        columns = _distinct(source.table.columns)[: len(columns)]
        fields = [[_letters(each, source) for each in column] for column in fields]
    values = [
        {name: _value(each) for name, each in zip(columns, row, strict=True)}
        for row in zip(*fields, strict=True)
    ] or [{} for _ in wkb]
    return _Rows(_stated_crs(meta["crs"], source, shapes), values, shapes)


def _distinct(columns: tuple[str, ...]) -> tuple[str, ...]:
    """Two names may be cut to the same beginning: the first keeps it."""
    seen: dict[str, int] = {}
    names = []
    for column in columns:
        seen[column] = seen.get(column, 0) + 1
        names.append(column if seen[column] == 1 else f"{column}_{seen[column]}")
    return tuple(names)


def _letters(value: Any, source: Source) -> Any:
    if not isinstance(value, str) or source.table is None:
        return value
    return value.encode("latin-1").decode(source.table.letters.encoding, errors="ignore")


def _value(given: Any) -> Value:
    if isinstance(given, np.generic):
        given = given.item()
    if isinstance(given, float) and not np.isfinite(given):
        return None
    if isinstance(given, str):
        return given.strip() or None
    return given if isinstance(given, int | float) else None


def _stated_crs(crs: str | None, source: Source, shapes: NDArray[np.object_]) -> str | None:
    # GeoJSON that says nothing is WGS 84 by rule; with coordinates in metres that says nothing.
    silent = not source.states_crs and not in_degrees(shapes)
    if crs is None or silent:
        return None
    try:
        code = pyproj.CRS.from_user_input(crs).to_epsg()
    except CRSError:
        return None
    return f"EPSG:{code}" if code else crs


def in_degrees(shapes: NDArray[np.object_]) -> bool:
    """The coordinates are small enough to be degrees."""
    coordinates = shapely.get_coordinates(shapes)
    return bool((np.abs(coordinates[np.isfinite(coordinates)]) <= DEGREES).all())


def _usable(rows: _Rows) -> tuple[_Rows, list[Finding]]:
    """Shapes without heights and without coordinates that are no numbers, and what was wrong."""
    findings = []
    shapes = rows.shapes
    coordinates, owners = shapely.get_coordinates(shapes, return_index=True)
    if len(coordinates) > MOST_VERTICES:
        raise unreadable(
            N_("The layer has more than %(most)s vertices."),
            N_("Simplify the borders together (keeping shared edges) before sending them."),
            most=MOST_VERTICES,
        )
    # Not a number compares as false.
    bad = np.unique(owners[~(np.abs(coordinates) < EARTH).all(axis=1)])
    if len(bad):
        message = N_("Coordinates that are no numbers in %(count)s features.")
        rowed = tuple(int(number) + 1 for number in bad)
        mend = N_("Draw these borders again.")
        findings.append(Finding("E03", message, {"count": len(bad)}, mend, rows=rowed))
        shapes = shapes.copy()
        shapes[bad] = None
    if np.any(np.nan_to_num(shapely.get_coordinates(shapes, include_z=True)[:, 2])):
        message = N_("The borders carry heights; these are dropped.")
        findings.append(Finding("W19", message, mend=N_("Grids are flat areas: confirm.")))
    return _Rows(rows.crs, rows.values, shapely.force_2d(shapes)), findings


def _features(rows: _Rows, *, drawing: bool) -> tuple[list[Feature], list[Finding]]:
    """Features with areas: as they are, out of collections, or made from lines."""
    shapes = np.array([_areas_in(shape) for shape in rows.shapes], dtype=object)
    kinds = shapely.get_type_id(shapes)
    areas = np.isin(kinds, AREAS)
    lines = np.isin(kinds, LINES)
    if lines.any() and (drawing or not areas.any()):
        return _from_lines(rows, lines, np.isin(kinds, POINTS), drawing=drawing)
    missing = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    findings = _not_areas(~areas & ~missing)
    features = [
        Feature(number + 1, shape if area else None, values)
        for number, (shape, area, empty, values) in enumerate(
            zip(shapes, areas & ~missing, missing, rows.values, strict=True)
        )
        if area or empty
    ]
    return features, findings


def _areas_in(shape: BaseGeometry | None) -> BaseGeometry | None:
    if shape is None or shape.geom_type != "GeometryCollection":
        return shape
    parts = [part for part in shapely.get_parts(shape) if part.geom_type == "Polygon"]
    return MultiPolygon(parts) if parts else shape


def _not_areas(wrong: NDArray[np.bool_]) -> list[Finding]:
    if not wrong.any():
        return []
    rows = tuple(int(number) + 1 for number in np.flatnonzero(wrong))
    return [
        Finding(
            "E22",
            N_("%(count)s features are points or lines, not areas."),
            {"count": len(rows)},
            N_("Send only the areas of the grids; leave labels and other things out."),
            rows=rows,
        )
    ]


def _from_lines(
    rows: _Rows, lines: NDArray[np.bool_], points: NDArray[np.bool_], *, drawing: bool
) -> tuple[list[Feature], list[Finding]]:
    labels = [values for values, point in zip(rows.values, points, strict=True) if point]
    areas = areas_of(
        list(rows.shapes[lines]), list(rows.shapes[points]), degrees=in_degrees(rows.shapes[lines])
    )
    features = [
        Feature(row, polygon, _said_inside([labels[each] for each in inside], drawing=drawing))
        for row, (polygon, inside) in enumerate(
            zip(areas.polygons, areas.inside, strict=True), start=1
        )
    ]
    if not features:
        return [], _not_areas(lines)
    loose = areas.loose.length > 0
    message = (
        N_("%(count)s areas were made from lines; some lines close nothing.")
        if loose
        else N_("%(count)s areas were made from lines, named by the text inside them.")
    )
    mend = N_("Look on the map whether every grid is there and has its own name.")
    place = areas.loose if loose else None
    return features, [Finding("W23", message, {"count": len(features)}, mend, place=place)]


def _said_inside(labels: list[dict[str, Value]], *, drawing: bool) -> dict[str, Value]:
    """The attributes of an area made from lines: those of the point in it.

    Texts of a drawing carry no column names: one that looks like a code is the code, the next is
    the name.
    """
    if not drawing:
        return labels[0] if labels else {}
    texts = [line for label in labels for line in str(label.get("Text") or "").splitlines()]
    codes = [text.strip() for text in texts if re.match(CODE_PATTERN, text.strip())]
    others = [text.strip() for text in texts if text.strip() and text.strip() not in codes]
    said: dict[str, Value] = {"code": codes[0] if codes else None}
    said["name"] = others[0] if others else None
    said["kind"] = others[1] if len(others) > 1 else None
    return said


def _size(features: list[Feature]) -> list[Finding]:
    count = int(shapely.get_num_coordinates([feature.geometry for feature in features]).sum())
    if count <= MANY_VERTICES:
        return []
    message = N_("The borders have %(count)s vertices; more than %(most)s make maps slow.")
    params = {"count": count, "most": MANY_VERTICES}
    mend = N_("The map will use a lighter copy; the exact borders are kept for deciding.")
    return [Finding("W20", message, params, mend)]
