"""What kind of file somebody sent, told by its bytes and not by its name.

Only formats named here reach GDAL: left to itself it would also follow files that point to other
files or to the network.
"""

from __future__ import annotations

import json
import re
import shutil
import sqlite3
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any, Final

from webapp.base.language import N_
from webapp.grids.importing.archive import unpack
from webapp.grids.importing.dbf import BadTable, Table, prepare
from webapp.grids.importing.findings import Finding, Unreadable, unreadable

MOST_BYTES: Final = 256 * 1024 * 1024
HEAD: Final = 4096
SHAPEFILE_PARTS: Final = (".shp", ".shx", ".dbf")
GEOJSON_TYPES: Final = frozenset(
    {"FeatureCollection", "Feature", "Polygon", "MultiPolygon", "GeometryCollection"}
)


@dataclass(frozen=True)
class Source:
    """One data set, ready for GDAL under a name of our own."""

    title: str
    """The name by which the sender knows it."""
    format: str
    path: Path
    table: Table | None = None
    """The true column names and letters of a shapefile."""
    findings: tuple[Finding, ...] = ()
    states_crs: bool = True
    """False where GDAL would name a coordinate system that the file does not."""
    merges_layers: bool = False
    """Layers are only folders of one thing."""


@dataclass(frozen=True)
class _Parts:
    """Files that lie together: the one that was recognised, and its neighbours by suffix."""

    title: str
    main: Path
    suffixes: Mapping[str, Path] = field(default_factory=dict)


def sources_of(path: Path, *, name: str, workspace: Path) -> list[Source]:
    """The data sets in a file, copied into `workspace`; at least one. Raises `Unreadable`."""
    size = path.stat().st_size
    if size == 0:
        raise unreadable(N_("The file is empty."), N_("Export it again and send it once more."))
    if size > MOST_BYTES:
        raise unreadable(
            N_("The file is larger than %(most)s MB."),
            N_("Send only the layer of the grid borders."),
            most=MOST_BYTES // 1024 // 1024,
        )
    if _head(path).startswith(b"PK"):
        return _archived(path, workspace)
    beside = path.parent.glob(f"{_literal(path.stem)}.*") if path.suffix else ()
    suffixes = {each.suffix.lower(): each for each in beside}
    return [_opened(_Parts(name, path, suffixes), workspace)]


def _literal(stem: str) -> str:
    return re.sub(r"([*?[])", r"[\1]", stem)


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(HEAD)


def _archived(path: Path, workspace: Path) -> list[Source]:
    members = workspace / "members"
    members.mkdir()
    files = unpack(path, members)
    found: list[Source] = []
    refusal: Unreadable | None = None
    for parts in _families(files):
        folder = workspace / f"set{len(found)}"
        folder.mkdir(exist_ok=True)
        try:
            found.append(_opened(parts, folder))
        except Unreadable as error:
            # One bad member must not hide a good one.
            refusal = refusal or error
    if found:
        return found
    if refusal:
        raise refusal
    raise _nothing_inside(files)


def _families(files: Mapping[str, Path]) -> list[_Parts]:
    """The data sets among the members of an archive, in order of their names."""
    families: dict[str, _Parts] = {}
    for name, path in sorted(files.items()):
        member = PurePosixPath(name)
        folder = member.parent
        if folder.name.lower().endswith(".gdb"):
            families[str(folder)] = _Parts(str(folder), path.parent)
        elif member.suffix.lower() in MAIN_SUFFIXES:
            beside = {
                PurePosixPath(other).suffix.lower(): file
                for other, file in files.items()
                if PurePosixPath(other).with_suffix("") == member.with_suffix("")
            }
            families[name] = _Parts(name, path, beside)
    return list(families.values())


def _nothing_inside(files: Mapping[str, Path]) -> Unreadable:
    names = {name.lower() for name in files}
    if "xl/workbook.xml" in names:
        return unreadable(N_("This is a spreadsheet: it has no borders."), _EXPORT)
    if any(name.endswith((".zip", ".rar", ".7z")) for name in names):
        return unreadable(
            N_("The archive holds another archive."), N_("Pack the files themselves, once.")
        )
    parts = [name for name in names if name.endswith((".shx", ".dbf", ".prj"))]
    if parts:
        return _missing([".shp"])
    return unreadable(N_("The archive holds no border data we can read."), _EXPORT)


def _opened(parts: _Parts, workspace: Path) -> Source:
    if parts.main.is_dir():
        return Source(parts.title, "FileGDB", parts.main)
    head = _head(parts.main)
    for known in FORMATS:
        if known.matches(head):
            return known.open(parts, workspace)
    raise unreadable(N_("This kind of file is not known here."), _EXPORT)


_EXPORT: Final = N_("Export the grid borders as Shapefile (zip), GeoPackage, GeoJSON, KML or DXF.")


def _refuse(message: str, mend: str = _EXPORT) -> Callable[[_Parts, Path], Source]:
    def refuse(parts: _Parts, workspace: Path) -> Source:
        raise unreadable(message, mend)

    return refuse


def _plain(format_name: str, suffix: str) -> Callable[[_Parts, Path], Source]:
    def copy(parts: _Parts, workspace: Path) -> Source:
        target = workspace / f"source{suffix}"
        shutil.copyfile(parts.main, target)
        return Source(parts.title, format_name, target)

    return copy


def _shapefile(parts: _Parts, workspace: Path) -> Source:
    files = {**parts.suffixes, ".shp": parts.main}
    missing = [suffix for suffix in SHAPEFILE_PARTS if suffix not in files]
    if missing:
        raise _missing(missing)
    for suffix in (".shp", ".shx", ".prj"):
        if suffix in files:
            shutil.copyfile(files[suffix], workspace / f"source{suffix}")
    cpg = files[".cpg"].read_bytes()[:64].decode("latin-1") if ".cpg" in files else ""
    try:
        table = prepare(files[".dbf"], workspace / "source.dbf", cpg=cpg)
    except BadTable as error:
        raise unreadable(
            N_("The .dbf part of the shapefile is damaged or incomplete."),
            N_("Export it again and send it once more."),
        ) from error
    return Source(
        parts.title,
        "Shapefile",
        workspace / "source.shp",
        table=table,
        findings=_about_letters(table),
    )


def _about_letters(table: Table) -> tuple[Finding, ...]:
    letters = table.letters
    if not letters.readable:
        message = N_("The text of the table is in letters that cannot be read.")
        return (Finding("E14", message, mend=N_("Save it with the character set UTF-8 or GBK.")),)
    if letters.contradicted:
        message = N_("The file says its text is %(stated)s, but it is %(encoding)s; read as that.")
        params = {"stated": letters.stated, "encoding": _known_as(letters.encoding)}
        return (Finding("W14", message, params, N_("Look whether the names below are right.")),)
    return ()


def _known_as(encoding: str) -> str:
    return {"gb18030": "GBK", "utf-8": "UTF-8", "big5": "Big5"}[encoding]


def _missing(suffixes: list[str]) -> Unreadable:
    return unreadable(
        N_("A shapefile is several files; missing: %(missing)s"),
        N_("Pack .shp, .shx, .dbf and .prj together into one zip file."),
        missing=tuple(suffixes),
    )


def _geopackage(parts: _Parts, workspace: Path) -> Source:
    target = workspace / "source.gpkg"
    shutil.copyfile(parts.main, target)
    try:
        with closing(sqlite3.connect(f"file:{target}?mode=ro", uri=True)) as connection:
            connection.execute("SELECT table_name FROM gpkg_contents").fetchall()
    except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
        raise unreadable(
            N_("The GeoPackage is damaged or incomplete."),
            N_("Export it again and send it once more."),
        ) from error
    return Source(parts.title, "GeoPackage", target)


def _json(parts: _Parts, workspace: Path) -> Source:
    text, encoding = _text(parts.main.read_bytes())
    try:
        document = json.loads(text)
    except RecursionError as error:
        raise unreadable(N_("The file is nested too deeply."), _EXPORT) from error
    except json.JSONDecodeError as error:
        raise unreadable(
            N_("The file breaks off or is no valid JSON (line %(line)s)."),
            N_("Export it again and send it once more."),
            line=error.lineno,
        ) from error
    kind = document.get("type") if isinstance(document, dict) else None
    if kind == "Topology":
        target, format_name = workspace / "source.topojson", "TopoJSON"
    elif kind in GEOJSON_TYPES:
        target, format_name = workspace / "source.geojson", "GeoJSON"
    else:
        raise unreadable(N_("This JSON file is not GeoJSON."), _EXPORT)
    target.write_text(json.dumps(_without_tricks(document), ensure_ascii=False), encoding="utf-8")
    stated = "crs" in document
    return Source(
        parts.title,
        format_name,
        target,
        findings=_about_text(encoding),
        states_crs=stated,
    )


def _without_tricks(document: dict[str, Any]) -> dict[str, Any]:
    """Only the members that GeoJSON and TopoJSON know: GDAL tells its other JSON files by more."""
    known = ("type", "name", "crs", "features", "geometry", "geometries", "coordinates")
    topology = ("properties", "id", "objects", "arcs", "transform")
    return {key: document[key] for key in (*known, *topology) if key in document}


def _kml(parts: _Parts, workspace: Path) -> Source:
    return _xml(parts, workspace, "KML", ".kml")


def _gml(parts: _Parts, workspace: Path) -> Source:
    return _xml(parts, workspace, "GML", ".gml")


def _xml(parts: _Parts, workspace: Path, format_name: str, suffix: str) -> Source:
    body = parts.main.read_bytes()
    text, encoding = _text(body)
    stated = re.match(r"""\s*<\?xml[^>]*encoding\s*=\s*["']([\w-]+)["']""", text)
    if re.search(r"<!(DOCTYPE|ENTITY)", text):
        raise unreadable(N_("The file defines XML entities, which are refused."), _EXPORT)
    text = re.sub(r"^\s*<\?xml.*?\?>", "", text)
    target = workspace / f"source{suffix}"
    target.write_text(f'<?xml version="1.0" encoding="UTF-8"?>\n{text}', encoding="utf-8")
    chinese = stated is not None and stated[1].lower() in ("gbk", "gb2312", "gb18030")
    return Source(
        parts.title,
        format_name,
        target,
        findings=() if chinese else _about_text(encoding),
        merges_layers=format_name == "KML",
    )


def _text(body: bytes) -> tuple[str, str]:
    """The text and its letters: UTF-8 if it can be, or else GBK."""
    try:
        return body.decode("utf-8-sig"), "utf-8"
    except UnicodeDecodeError:
        return body.decode("gb18030", errors="replace"), "gb18030"


def _about_text(encoding: str) -> tuple[Finding, ...]:
    if encoding != "gb18030":
        return ()
    message = N_("The file should be UTF-8, but its text is GBK; read as that.")
    return (Finding("W14", message, mend=N_("Look whether the names below are right.")),)


def _mapinfo(parts: _Parts, workspace: Path) -> Source:
    main = next(suffix for suffix, path in parts.suffixes.items() if path == parts.main)
    for suffix, path in parts.suffixes.items():
        shutil.copyfile(path, workspace / f"source{suffix}")
    return Source(parts.title, "MapInfo", workspace / f"source{main}")


@dataclass(frozen=True)
class Format:
    """How to know a format by its first bytes, and what to do with it."""

    pattern: re.Pattern[bytes]
    open: Callable[[_Parts, Path], Source]

    def matches(self, head: bytes) -> bool:
        """The first bytes of a file are of this format."""
        return self.pattern.match(head) is not None


def _format(pattern: bytes, opener: Callable[[_Parts, Path], Source]) -> Format:
    return Format(re.compile(rb"(?:\xef\xbb\xbf)?\s*(?:" + pattern + rb")", re.I | re.S), opener)


_NO_DWG: Final = N_("Save the drawing as DXF (or export a shapefile): DWG cannot be read here.")
_NO_ARCHIVE: Final = N_("Pack the files as zip.")

FORMATS: Final = (
    _format(rb"SQLite format 3\0", _geopackage),
    _format(rb"\x00\x00\x27\x0a", _shapefile),
    _format(rb"fgb\x03", _plain("FlatGeobuf", ".fgb")),
    _format(rb"[\x08\xc8]\x09\xfe\x02", _plain("DGN", ".dgn")),
    _format(rb"AC1\d", _refuse(N_("This is an AutoCAD drawing (DWG)."), _NO_DWG)),
    _format(rb"Rar!|7z\xbc\xaf|\x1f\x8b|BZh", _refuse(N_("This archive is no zip."), _NO_ARCHIVE)),
    _format(
        rb"%PDF|\x89PNG|\xff\xd8\xff|II\*\0|MM\0\*", _refuse(N_("This is a picture, no data."))
    ),
    _format(rb"\xd0\xcf\x11\xe0", _refuse(N_("This is an office document, no border data."))),
    _format(
        rb"(?:<\?xml.*?)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html)",
        _refuse(
            N_("This is a web page, not border data; perhaps a sign-in page saved by mistake."),
        ),
    ),
    _format(rb"<(?:.{0,3000}?<)?(?:\w+:)?kml[\s>]", _kml),
    _format(rb"<.{0,3000}?opengis\.net/gml", _gml),
    _format(rb"\{", _json),
    _format(rb"(?:999\s.*?\n\s*)*0\s*\r?\n\s*SECTION", _plain("DXF", ".dxf")),
    _format(rb"AutoCAD Binary DXF", _plain("DXF", ".dxf")),
    _format(rb"!table|Version\s+\d+", _mapinfo),
)
"""In order: the first that matches has the file."""

MAIN_SUFFIXES: Final = frozenset(
    {".shp", ".gpkg", ".geojson", ".json", ".topojson", ".kml", ".dxf", ".dwg"}
    | {".fgb", ".gml", ".dgn", ".tab", ".mif"}
)
