"""Files of borders as people send them: good ones, and every kind of bad one, made from the 97."""

from __future__ import annotations

import json
import random
import struct
import warnings
import zipfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from pyogrio import raw
from pyproj import CRS, Transformer
from shapely import LineString, MultiPolygon, Point, Polygon
from shapely.affinity import translate
from shapely.geometry.base import BaseGeometry

from webapp.base.datum import Datum, from_wgs84
from webapp.grids.rules import GridKind

PACKAGE = Path(__file__).parents[2] / "geodata" / "dajijia.gpkg"
SRID = 4549
EXPECTED_COUNTS = {"community": 39, "village": 18, "industry": 13, "relocated": 27}
CHINESE_KINDS = {
    "community": "社区网格",
    "village": "未搬迁村网格",
    "industry": "行业网格",
    "relocated": "已搬迁村原址网格",
}
CHINESE_COLUMNS = ("网格编码", "网格类型", "网格名称", "所属社区")


@dataclass(frozen=True)
class Row:
    """One grid of a file that is being made; geometry in metres of EPSG:4549."""

    code: str | None
    kind: str
    name: str
    community: str
    geometry: BaseGeometry | None

    @property
    def values(self) -> tuple[str | None, str, str, str]:
        return (self.code, CHINESE_KINDS.get(self.kind, self.kind), self.name, self.community)


@cache
def exact() -> tuple[Row, ...]:
    """The 97 default grids with all their vertices."""
    _, _, wkb, fields = raw.read(
        PACKAGE, layer="grids", columns=["code", "kind", "name", "community"]
    )
    shapes = moved(shapely.from_wkb(wkb), 4326, SRID)
    kinds = {"unrelocated": GridKind.VILLAGE}
    return tuple(
        Row(str(code), str(kinds.get(kind, kind)), str(name), str(community), shape)
        for code, kind, name, community, shape in zip(*fields, shapes, strict=True)
    )


@cache
def grids() -> tuple[Row, ...]:
    """The same with lighter borders that still match: the checks mean the same and are quicker."""
    exact_shapes = [row.geometry for row in exact()]
    light = shapely.coverage_simplify(exact_shapes, 15, simplify_boundary=False)
    return tuple(replace(row, geometry=shape) for row, shape in zip(exact(), light, strict=True))


@cache
def outline() -> BaseGeometry:
    """What they cover together, in metres."""
    return shapely.union_all([row.geometry for row in grids()])


@cache
def exact_outline() -> BaseGeometry:
    """What the exact borders cover together, in metres."""
    return shapely.union_all([row.geometry for row in exact()])


def moved(shapes: Any, source: int, target: int) -> Any:
    """Shapes from one coordinate system to another, east first."""
    return shapely.transform(shapes, transformer(source, target).transform, interleaved=False)


@cache
def transformer(source: int, target: int) -> Transformer:
    return Transformer.from_crs(source, target, always_xy=True)


def in_crs(rows: Sequence[Row], epsg: int) -> list[Row]:
    """The rows with coordinates in another system."""
    return [
        replace(row, geometry=None if row.geometry is None else moved(row.geometry, SRID, epsg))
        for row in rows
    ]


def in_datum(rows: Sequence[Row], datum: Datum) -> list[Row]:
    """The rows as longitude and latitude in a shifted datum."""
    return [
        replace(
            row,
            geometry=shapely.transform(
                row.geometry, lambda x, y: from_wgs84(x, y, datum), interleaved=False
            ),
        )
        for row in in_crs(rows, 4326)
    ]


def swapped(rows: Sequence[Row]) -> list[Row]:
    """The rows with their axes in the wrong order."""
    return [
        replace(row, geometry=shapely.transform(row.geometry, lambda points: points[:, ::-1]))
        for row in rows
    ]


def inner(rows: Sequence[Row]) -> int:
    """The number of a compact grid with neighbours on all sides."""
    edge = outline().boundary
    inside = [n for n, row in enumerate(rows) if row.geometry.distance(edge) > 500]
    return max(inside, key=lambda n: rows[n].geometry.area / rows[n].geometry.convex_hull.area)


def with_one(rows: Sequence[Row], **changes: Any) -> list[Row]:
    """The rows with the inner grid changed; a change may be a function of its geometry."""
    number = inner(rows)
    row = rows[number]
    new = {
        key: value(getattr(row, key)) if callable(value) else value
        for key, value in changes.items()
    }
    return [*rows[:number], replace(row, **new), *rows[number + 1 :]]


def geojson(
    path: Path, rows: Iterable[Row], *, crs: str | None = None, columns: Any = CHINESE_COLUMNS
) -> Path:
    """A GeoJSON file with the coordinates as they are given."""
    features = [
        {
            "type": "Feature",
            "properties": dict(zip(columns, row.values, strict=True)),
            "geometry": None if row.geometry is None else shapely.geometry.mapping(row.geometry),
        }
        for row in rows
    ]
    document: dict[str, Any] = {"type": "FeatureCollection", "features": features}
    if crs:
        document["crs"] = {"type": "name", "properties": {"name": crs}}
    path.write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")
    return path


def by_gdal(
    path: Path,
    rows: Sequence[Row],
    *,
    driver: str,
    crs: str | None,
    columns: Any = CHINESE_COLUMNS,
    layer: str = "grids",
    append: bool = False,
) -> Path:
    """A file written by GDAL itself."""
    values = [
        np.array(column, dtype=object) for column in zip(*(r.values for r in rows), strict=True)
    ]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # A file without a coordinate system is meant here.
        raw.write(
            path,
            shapely.to_wkb([row.geometry for row in rows]),
            values,
            list(columns),
            layer=layer,
            driver=driver,
            geometry_type="Unknown",
            crs=crs,
            append=append,
        )
    return path


def shapefile(
    path: Path,
    rows: Sequence[Row],
    *,
    encoding: str,
    epsg: int | None,
    cpg: str | None = None,
    language: int = 0,
    parts: Sequence[str] = (".shp", ".shx", ".dbf", ".prj", ".cpg"),
    name: str = "网格.shp",
) -> Path:
    """A zipped shapefile whose table is written byte by byte in the given letters."""
    stem = path.with_suffix("")
    by_gdal(stem.with_suffix(".shp"), rows, driver="ESRI Shapefile", crs=None, columns="abcd")
    table = dbf(CHINESE_COLUMNS, [row.values for row in rows], encoding, language)
    stem.with_suffix(".dbf").write_bytes(table)
    stem.with_suffix(".cpg").unlink(missing_ok=True)
    if cpg is not None:
        stem.with_suffix(".cpg").write_text(cpg)
    if epsg is not None:
        stem.with_suffix(".prj").write_text(CRS(epsg).to_wkt("WKT1_ESRI"))
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for suffix in parts:
            part = stem.with_suffix(suffix)
            if part.exists():
                archive.write(part, Path(name).with_suffix(suffix))
    return path


def dbf(
    columns: Sequence[str], rows: Iterable[Sequence[Any]], encoding: str, language: int
) -> bytes:
    """A dBASE table of text columns; names are cut to ten bytes, inside a character if need be."""
    rows = list(rows)
    width = 60
    header = bytearray(32)
    struct.pack_into("<BBBBIHH", header, 0, 3, 126, 11, 23, len(rows), 0, 1 + width * len(columns))
    struct.pack_into("<H", header, 8, 33 + 32 * len(columns))
    header[29] = language
    for column in columns:
        field = bytearray(32)
        name = column.encode(encoding)[:10]
        field[: len(name)] = name
        field[11] = ord("C")
        field[16] = width
        header += field
    body = b"".join(
        b" " + b"".join(str(value or "").encode(encoding)[:width].ljust(width) for value in row)
        for row in rows
    )
    return bytes(header) + b"\r" + body + b"\x1a"


def dxf(path: Path, rows: Sequence[Row], *, with_texts: bool = True) -> Path:
    """A drawing of closed polylines with code and name as text, in the letters of Chinese CAD."""
    pairs: list[tuple[int, object]] = [(0, "SECTION"), (2, "HEADER"), (9, "$DWGCODEPAGE")]
    pairs += [(3, "ANSI_936"), (0, "ENDSEC"), (0, "SECTION"), (2, "ENTITIES")]
    for row in rows:
        points = list(row.geometry.exterior.coords)[:-1]
        pairs += [(0, "LWPOLYLINE"), (8, "0"), (90, len(points)), (70, 1)]
        for x, y in points:
            pairs += [(10, f"{x:.4f}"), (20, f"{y:.4f}")]
        inside = shapely.point_on_surface(row.geometry)
        for text in (row.code, row.name, CHINESE_KINDS[row.kind]) if with_texts else ():
            pairs += [(0, "TEXT"), (8, "0"), (10, inside.x), (20, inside.y), (30, 0), (40, 5)]
            pairs += [(1, text)]
    pairs += [(0, "ENDSEC"), (0, "EOF")]
    path.write_bytes("".join(f"{code}\n{value}\n" for code, value in pairs).encode("gbk"))
    return path


# --- The files, by name. Each takes a folder and answers the path of the file it made there.


def good_geojson(folder: Path) -> Path:
    return geojson(folder / "grids.geojson", in_crs(grids(), 4326))


def exact_geojson(folder: Path) -> Path:
    """With all vertices: nothing that is in force is simpler."""
    return geojson(folder / "grids.geojson", in_crs(exact(), 4326))


def new_community(folder: Path) -> Path:
    return geojson(folder / "a.geojson", in_crs(with_one(grids(), community="新村社区"), 4326))


def no_community_column(folder: Path) -> Path:
    columns = ("网格编码", "网格类型", "网格名称", "甲")
    return geojson(folder / "a.geojson", in_crs(grids(), 4326), columns=columns)


def good_gpkg_4490(folder: Path) -> Path:
    rows = in_crs(grids(), 4490)
    return by_gdal(folder / "grids.gpkg", rows, driver="GPKG", crs="EPSG:4490")


def good_kml(folder: Path) -> Path:
    rows = in_crs(grids(), 4326)
    return by_gdal(folder / "grids.kml", rows, driver="LIBKML", crs="EPSG:4326")


def good_kmz(folder: Path) -> Path:
    with zipfile.ZipFile(folder / "grids.kmz", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(good_kml(folder), "doc.kml")
    return folder / "grids.kmz"


def geojson_in_gbk(folder: Path) -> Path:
    path = good_geojson(folder)
    path.write_bytes(path.read_text(encoding="utf-8").encode("gbk"))
    return path


def kml_with_folders(folder: Path) -> Path:
    """As map editors export it: one folder for each kind, and no other word about kinds."""
    path = folder / "grids.kml"
    columns = ("网格编码", "甲", "name", "所属社区")
    for kind, words in CHINESE_KINDS.items():
        rows = [replace(row, kind="") for row in in_crs(grids(), 4326) if row.kind == kind]
        by_gdal(
            path,
            rows,
            driver="LIBKML",
            crs="EPSG:4326",
            columns=columns,
            layer=words,
            append=path.exists(),
        )
    return path


def two_in_one_archive(folder: Path) -> Path:
    with zipfile.ZipFile(folder / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(good_geojson(folder), "旧/grids.geojson")
        archive.write(good_gpkg_4490(folder), "新/grids.gpkg")
    return folder / "a.zip"


def shp_gbk_cpg_4549(folder: Path) -> Path:
    return shapefile(folder / "a.zip", grids(), encoding="gbk", epsg=4549, cpg="GBK")


def shp_gbk_no_cpg(folder: Path) -> Path:
    return shapefile(folder / "a.zip", grids(), encoding="gbk", epsg=4549)


def shp_gbk_language_byte(folder: Path) -> Path:
    return shapefile(folder / "a.zip", grids(), encoding="gbk", epsg=4549, language=0x4D)


def shp_utf8_no_cpg(folder: Path) -> Path:
    """Names of columns are cut inside a character."""
    return shapefile(folder / "a.zip", grids(), encoding="utf-8", epsg=4549)


def shp_cpg_lies(folder: Path) -> Path:
    return shapefile(folder / "a.zip", grids(), encoding="gbk", epsg=4549, cpg="UTF-8")


def shp_no_prj(folder: Path) -> Path:
    return shapefile(folder / "a.zip", grids(), encoding="gbk", epsg=None)


def shp_no_prj_zone_40(folder: Path) -> Path:
    return shapefile(folder / "a.zip", in_crs(grids(), 4528), encoding="gbk", epsg=None)


def wrong_meridian(folder: Path) -> Path:
    """Coordinates of the neighbouring zone under the label of this one."""
    return shapefile(folder / "a.zip", in_crs(grids(), 4550), encoding="gbk", epsg=4549)


def xian_1980(folder: Path) -> Path:
    return shapefile(folder / "a.zip", grids(), encoding="gbk", epsg=2383)


def gcj02(folder: Path) -> Path:
    return geojson(folder / "a.geojson", in_datum(grids(), Datum.GCJ02))


def bd09(folder: Path) -> Path:
    return geojson(folder / "a.geojson", in_datum(grids(), Datum.BD09))


def axes_swapped(folder: Path) -> Path:
    return geojson(folder / "a.geojson", swapped(in_crs(grids(), 4326)))


def axes_swapped_metres(folder: Path) -> Path:
    """As surveyors write it: north first."""
    return shapefile(folder / "a.zip", swapped(grids()), encoding="gbk", epsg=None)


def geojson_in_metres(folder: Path) -> Path:
    return geojson(folder / "a.geojson", grids())


def far_away(folder: Path) -> Path:
    rows = [replace(row, geometry=translate(row.geometry, -60_000)) for row in grids()]
    return geojson(folder / "a.geojson", in_crs(rows, 4326))


def no_prj_far_away(folder: Path) -> Path:
    rows = [replace(row, geometry=translate(row.geometry, -60_000, 7e5)) for row in grids()]
    return shapefile(folder / "a.zip", rows, encoding="gbk", epsg=None)


def metric(folder: Path, rows: Sequence[Row]) -> Path:
    return by_gdal(folder / "a.gpkg", rows, driver="GPKG", crs="EPSG:4549")


def bow_tie(folder: Path) -> Path:
    def twist(shape: Polygon) -> Polygon:
        points = np.array(shape.exterior.coords)
        start, along = points[0], points[1] - points[0]
        aside = 5 * np.array([-along[1], along[0]]) / np.hypot(*along)
        crossed = [start + 0.7 * along + aside, start + 0.3 * along + aside]
        return Polygon([start, *crossed, *points[1:]])

    return metric(folder, with_one(grids(), geometry=twist))


def unclosed_ring(folder: Path) -> Path:
    path = good_geojson(folder)
    document = json.loads(path.read_text(encoding="utf-8"))
    document["features"][inner(grids())]["geometry"]["coordinates"][0].pop()
    path.write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")
    return path


def not_finite(folder: Path) -> Path:
    def broken(shape: Polygon) -> Polygon:
        points = np.array(shape.exterior.coords)
        points[2] = np.inf
        return Polygon(points)

    return metric(folder, with_one(grids(), geometry=broken))


def null_geometry(folder: Path) -> Path:
    return metric(folder, with_one(grids(), geometry=None))


def duplicate_code(folder: Path) -> Path:
    return metric(folder, with_one(grids(), code=grids()[0].code))


def missing_code(folder: Path) -> Path:
    return metric(folder, with_one(grids(), code=None))


def no_code_column(folder: Path) -> Path:
    columns = ("甲", "网格类型", "网格名称", "所属社区")
    return geojson(folder / "a.geojson", in_crs(grids(), 4326), columns=columns)


def short_code(folder: Path) -> Path:
    return metric(folder, with_one(grids(), code="12"))


def unknown_kind(folder: Path) -> Path:
    return metric(folder, with_one(grids(), kind="甲类"))


def one_missing(folder: Path) -> Path:
    number = inner(grids())
    return metric(folder, [*grids()[:number], *grids()[number + 1 :]])


def wrong_kind_count(folder: Path) -> Path:
    kind = grids()[inner(grids())].kind
    other = next(each for each in CHINESE_KINDS if each != kind)
    return metric(folder, with_one(grids(), kind=other))


def overlap_25_m(folder: Path) -> Path:
    return metric(folder, with_one(grids(), geometry=lambda shape: shape.buffer(25, join_style=2)))


def gap_3_m(folder: Path) -> Path:
    return metric(folder, with_one(grids(), geometry=lambda shape: shape.buffer(-3, join_style=2)))


def narrow_gap_to_the_shore(folder: Path) -> Path:
    """A slot 3 m wide between two grids, open to the outside: no hole in the whole."""
    edge = outline().boundary
    for number, row in enumerate(grids()):
        for other in grids():
            shared = row.geometry.boundary.intersection(other.geometry.boundary)
            shared = shapely.line_merge(shared)
            if row is not other and shared.length > 300 and shared.distance(edge) == 0:
                slot = shared.buffer(3, cap_style=2)
                rows = list(grids())
                rest = row.geometry.difference(slot)
                if rest.geom_type == "Polygon" and len(rest.interiors) == 0:
                    rows[number] = replace(row, geometry=rest)
                    return metric(folder, rows)
    raise AssertionError("no two grids meet at the edge")


def jitter_15_cm(folder: Path) -> Path:
    chance = random.Random(7)

    def shaken(shape: Polygon) -> Polygon:
        points = np.array(shape.exterior.coords)[:-1]
        drawn = Polygon(points + [[chance.uniform(-0.15, 0.15) for _ in xy] for xy in points])
        # Where the shore is drawn to the metre a border would cross itself: another fault.
        return drawn if drawn.is_valid else shape

    return metric(folder, [replace(row, geometry=shaken(row.geometry)) for row in grids()])


def simplified_each(folder: Path) -> Path:
    rows = [replace(row, geometry=row.geometry.simplify(6)) for row in exact()]
    return metric(folder, rows)


def rounded_1_m(folder: Path) -> Path:
    rows = [replace(row, geometry=shapely.transform(row.geometry, np.round)) for row in grids()]
    return metric(folder, rows)


def unmatched_edge(folder: Path) -> Path:
    """A vertex more on one side of a straight border: nothing to see, but no whole either."""

    def with_midpoint(shape: Polygon) -> Polygon:
        points = np.array(shape.exterior.coords)
        longest = int(np.argmax(np.hypot(*np.diff(points, axis=0).T)))
        middle = points[longest : longest + 2].mean(axis=0) + 0.0004
        return Polygon([*points[: longest + 1], middle, *points[longest + 1 :]])

    return metric(folder, with_one(grids(), geometry=with_midpoint))


def multipart(folder: Path) -> Path:
    """A second part, taken out of a neighbour, so that the whole stays a whole."""
    number = inner(grids())
    rows = list(grids())
    far = max(range(len(rows)), key=lambda n: rows[n].geometry.distance(rows[number].geometry))
    piece = shapely.point_on_surface(rows[far].geometry).buffer(30, quad_segs=2)
    rows[far] = replace(rows[far], geometry=rows[far].geometry.difference(piece))
    both = MultiPolygon([rows[number].geometry, piece])
    rows[number] = replace(rows[number], geometry=both)
    return metric(folder, rows)


def duplicate_geometry(folder: Path) -> Path:
    row = grids()[inner(grids())]
    return metric(folder, [*grids(), replace(row, code="370672004999999")])


def sliver(folder: Path) -> Path:
    """A strip 5 m wide cut out of a grid as a grid of its own; all edges match."""
    number = inner(grids())
    row = grids()[number]
    west, south, east, north = row.geometry.bounds
    middle = (south + north) / 2
    cuts = [LineString([(west, y), (east, y)]) for y in (middle, middle + 5)]
    inside = [cut.intersection(row.geometry.buffer(1)) for cut in cuts]
    edges = shapely.union_all([*(r.geometry.boundary for r in grids()), *inside])
    faces = shapely.get_parts(shapely.polygonize([edges]))
    rows = []
    for face, owner in zip(faces, owners(faces), strict=True):
        code = owner.code if owner is not row else f"370672004999{len(rows):03d}"
        rows.append(replace(owner, code=code, geometry=face))
    return metric(folder, rows)


def owners(faces: Iterable[Polygon]) -> list[Row]:
    """The grid in which each face lies."""
    inside = [shapely.point_on_surface(face) for face in faces]
    return [next(r for r in grids() if r.geometry.contains(point)) for point in inside]


def heights(folder: Path) -> Path:
    rows = [replace(row, geometry=shapely.force_3d(row.geometry, 12.5)) for row in grids()]
    return metric(folder, rows)


def lines(folder: Path) -> Path:
    """Every border once, as a line; a point in each grid carries its attributes."""
    borders = shapely.get_parts(shapely.union_all([r.geometry.boundary for r in grids()]))
    nothing = Row(None, "", "", "", None)
    rows = [replace(nothing, geometry=line) for line in borders]
    rows += [replace(r, geometry=shapely.point_on_surface(r.geometry)) for r in grids()]
    return metric(folder, rows)


def loose_lines(folder: Path) -> Path:
    """The same with a line that ends in the middle of a grid."""
    borders = shapely.get_parts(shapely.union_all([r.geometry.boundary for r in grids()]))
    shape = grids()[inner(grids())].geometry
    whisker = LineString([shape.exterior.coords[0], shapely.point_on_surface(shape)])
    nothing = Row(None, "", "", "", None)
    rows = [replace(nothing, geometry=line) for line in (*borders, whisker)]
    rows += [replace(r, geometry=shapely.point_on_surface(r.geometry)) for r in grids()]
    return metric(folder, rows)


def lines_without_names(folder: Path) -> Path:
    borders = [LineString(row.geometry.exterior) for row in grids()]
    nothing = Row(None, "", "", "", None)
    return metric(folder, [replace(nothing, geometry=line) for line in borders])


def dxf_rings(folder: Path) -> Path:
    return dxf(folder / "grids.dxf", grids())


def points_only(folder: Path) -> Path:
    rows = [replace(row, geometry=shapely.point_on_surface(row.geometry)) for row in grids()]
    return metric(folder, rows)


def hole(folder: Path) -> Path:
    def punched(shape: Polygon) -> Polygon:
        return shape.difference(Point(shape.representative_point()).buffer(20, quad_segs=2))

    return metric(folder, with_one(grids(), geometry=punched))


def sticks_out(folder: Path) -> Path:
    """A grid at the edge reaches 150 m further than the outline."""
    edge = outline().boundary
    shores = [shapely.line_merge(row.geometry.boundary.intersection(edge)) for row in grids()]
    number = max(range(len(shores)), key=lambda n: shores[n].length)
    middle = max(shapely.get_parts(shores[number]), key=shapely.length).interpolate(
        0.5, normalized=True
    )
    beyond = middle.buffer(150, quad_segs=4).difference(outline())
    rows = list(grids())
    grown = shapely.union_all([rows[number].geometry, beyond])
    rows[number] = replace(rows[number], geometry=grown)
    return metric(folder, rows)


def mojibake(folder: Path) -> Path:
    rows = [replace(r, name=r.name.encode().decode("gb18030", errors="ignore")) for r in grids()]
    return metric(folder, rows)


def code_as_float(folder: Path) -> Path:
    path = good_geojson(folder)
    document = json.loads(path.read_text(encoding="utf-8"))
    for feature in document["features"]:
        feature["properties"]["网格编码"] = float(feature["properties"]["网格编码"])
    path.write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")
    return path


def twenty_digits_as_float(folder: Path) -> Path:
    path = good_geojson(folder)
    document = json.loads(path.read_text(encoding="utf-8"))
    for feature in document["features"]:
        code = feature["properties"]["网格编码"]
        feature["properties"]["网格编码"] = float(code + "12345")
    path.write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")
    return path


def many_vertices(folder: Path) -> Path:
    """165,000 vertices and more: every edge of the exact borders divided alike on both sides."""
    shapes = shapely.segmentize([row.geometry for row in exact()], 2.7)
    # Both sides divide an edge in the opposite direction: rounding lets them meet again.
    shapes = shapely.transform(shapes, lambda points: np.round(points, 6))
    rows = [replace(row, geometry=s) for row, s in zip(exact(), shapes, strict=True)]
    return metric(folder, rows)


def several_layers(folder: Path) -> Path:
    path = metric(folder, grids())
    some = grids()[:3]
    return by_gdal(path, some, driver="GPKG", crs="EPSG:4549", layer="wards", append=True)


def zip_bomb(folder: Path) -> Path:
    with zipfile.ZipFile(folder / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("grids.shp", bytes(64 * 1024 * 1024))
    return folder / "bomb.zip"


def lying_zip(folder: Path) -> Path:
    """The table of the archive says that little comes out of it."""
    path = zip_bomb(folder)
    body = bytearray(path.read_bytes())
    for start, offset in ((body.find(b"PK\x01\x02"), 24), (body.find(b"PK\x03\x04"), 22)):
        struct.pack_into("<I", body, start + offset, 1000)
    path.write_bytes(body)
    return path


def traversal(folder: Path) -> Path:
    with zipfile.ZipFile(folder / "a.zip", "w") as archive:
        archive.writestr("../../outside.shp", b"x")
    return folder / "a.zip"


def shp_alone(folder: Path) -> Path:
    return shapefile(folder / "a.zip", grids(), encoding="gbk", epsg=4549, parts=(".shp",))


def truncated_gpkg(folder: Path) -> Path:
    path = good_gpkg_4490(folder)
    path.write_bytes(path.read_bytes()[:20_000])
    return path


def truncated_geojson(folder: Path) -> Path:
    path = good_geojson(folder)
    path.write_bytes(path.read_bytes()[:20_000])
    return path


def empty_file(folder: Path) -> Path:
    (folder / "a.geojson").write_bytes(b"")
    return folder / "a.geojson"


def empty_collection(folder: Path) -> Path:
    return geojson(folder / "a.geojson", [])


def html_as_geojson(folder: Path) -> Path:
    (folder / "a.geojson").write_text("<!DOCTYPE html>\n<html><body>Sign in</body></html>")
    return folder / "a.geojson"


def dwg(folder: Path) -> Path:
    (folder / "a.dwg").write_bytes(b"AC1032" + bytes(200))
    return folder / "a.dwg"


def virtual_dataset(folder: Path) -> Path:
    """A file that would make GDAL open another one."""
    text = '<OGRVRTDataSource><OGRVRTLayer name="a"><SrcDataSource>/etc/passwd</SrcDataSource>'
    (folder / "a.vrt").write_text(text + "</OGRVRTLayer></OGRVRTDataSource>")
    return folder / "a.vrt"


def xml_entities(folder: Path) -> Path:
    (folder / "a.kml").write_text(
        '<?xml version="1.0"?><!DOCTYPE k [<!ENTITY a "b">]><kml>&a;</kml>'
    )
    return folder / "a.kml"


def spreadsheet(folder: Path) -> Path:
    with zipfile.ZipFile(folder / "a.xlsx", "w") as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
    return folder / "a.xlsx"


def rar(folder: Path) -> Path:
    (folder / "a.rar").write_bytes(b"Rar!\x1a\x07\x01\x00" + bytes(100))
    return folder / "a.rar"


def other_json(folder: Path) -> Path:
    """A file of GDAL's own that names commands to run."""
    (folder / "a.json").write_text('{"type": "gdal_streamed_alg", "command_line": "gdal vector"}')
    return folder / "a.json"


@dataclass(frozen=True)
class Case:
    """A file and what has to be found in it."""

    make: Callable[[Path], Path]
    codes: tuple[str, ...]
    exit_code: int
    outline: Callable[[], BaseGeometry] = outline


CASES = (
    Case(good_geojson, (), 0),
    Case(good_gpkg_4490, (), 0),
    Case(good_kml, (), 0),
    Case(good_kmz, (), 0),
    Case(shp_gbk_cpg_4549, (), 0),
    Case(shp_gbk_no_cpg, (), 0),
    Case(shp_gbk_language_byte, (), 0),
    Case(shp_utf8_no_cpg, (), 0),
    Case(rounded_1_m, (), 0),
    Case(code_as_float, (), 0),
    Case(kml_with_folders, (), 0),
    Case(geojson_in_gbk, ("W14",), 1),
    Case(shp_cpg_lies, ("W14",), 1),
    Case(shp_no_prj, ("W17",), 1),
    Case(shp_no_prj_zone_40, ("W17",), 1),
    Case(wrong_meridian, ("W17",), 1),
    Case(geojson_in_metres, ("W17",), 1),
    Case(no_prj_far_away, ("E02",), 1),
    Case(xian_1980, ("E17",), 1),
    Case(gcj02, ("W15",), 1),
    Case(bd09, ("W15",), 1),
    Case(axes_swapped, ("W16",), 1),
    Case(axes_swapped_metres, ("W16", "W17"), 1),
    Case(far_away, ("E04",), 1),
    Case(sticks_out, ("W04",), 1),
    Case(bow_tie, ("E05",), 1),
    Case(unclosed_ring, ("E06", "E11"), 1),
    Case(not_finite, ("E03", "E11"), 1),
    Case(null_geometry, ("E06", "E11"), 1),
    Case(duplicate_code, ("E07",), 1),
    Case(missing_code, ("E08",), 1),
    Case(no_code_column, ("E08",), 1),
    Case(unknown_kind, ("E08",), 1),
    Case(short_code, ("W07",), 1),
    Case(twenty_digits_as_float, ("E08",), 1),
    Case(one_missing, ("E09", "E11"), 1),
    Case(wrong_kind_count, ("E09",), 1),
    Case(overlap_25_m, ("E10",), 1),
    Case(gap_3_m, ("E11",), 1),
    Case(narrow_gap_to_the_shore, ("E11",), 1),
    Case(hole, ("E11",), 1),
    Case(jitter_15_cm, ("E10", "E11"), 1),
    Case(simplified_each, ("E10", "E11", "E24", "W04"), 1, exact_outline),
    Case(many_vertices, ("W20",), 1, exact_outline),
    Case(unmatched_edge, ("E24",), 1),
    Case(sliver, ("E09", "W12"), 1),
    Case(multipart, ("E13",), 1),
    Case(duplicate_geometry, ("E09", "E18"), 1),
    Case(mojibake, ("E14",), 1),
    Case(heights, ("W19",), 1),
    Case(lines, ("W23",), 1),
    Case(lines_without_names, ("E08", "W23"), 1),
    Case(dxf_rings, ("W17", "W23"), 1),
    Case(points_only, ("E22",), 1),
    Case(several_layers, ("E01",), 2),
    Case(zip_bomb, ("E01",), 2),
    Case(lying_zip, ("E01",), 2),
    Case(traversal, ("E01",), 2),
    Case(shp_alone, ("E01",), 2),
    Case(truncated_gpkg, ("E01",), 2),
    Case(truncated_geojson, ("E01",), 2),
    Case(empty_file, ("E01",), 2),
    Case(empty_collection, ("E01",), 2),
    Case(html_as_geojson, ("E01",), 2),
    Case(dwg, ("E01",), 2),
    Case(virtual_dataset, ("E01",), 2),
    Case(xml_entities, ("E01",), 2),
    Case(spreadsheet, ("E01",), 2),
    Case(rar, ("E01",), 2),
    Case(other_json, ("E01",), 2),
)
