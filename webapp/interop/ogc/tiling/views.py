"""Addresses of OGC API Tiles: what tiles there are, the tiles, and how QGIS and MapLibre open them."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, request
from flask_babel import gettext as _

from webapp.base import web
from webapp.base.access import me, permit
from webapp.base.security import limiter
from webapp.base.web import page
from webapp.interop.ogc import answers, forms, reading, shown
from webapp.interop.ogc.answers import document, sent
from webapp.interop.ogc.collection import Collection, columns_for
from webapp.interop.ogc.rules import BASE, MVT, READS, TILES
from webapp.interop.ogc.tiling import queries, squares, styles
from webapp.interop.ogc.tiling.squares import KEPT, MATRIX_SET, Made, Tile
from webapp.interop.ogc.views import for_other_sites, one

bp = Blueprint("ogc_tiles", __name__, url_prefix=BASE)
bp.after_request(for_other_sites)

AT = "/collections/<name>/tiles"
QUAD = f"{AT}/{MATRIX_SET}"


def _nothing_else() -> None:
    reading.only(request.args, forms.EVERYWHERE)


@bp.get("/tileMatrixSets")
@limiter.limit(READS)
@permit("ogc.read")
def matrix_sets() -> Response:
    """Into which squares the world is cut."""
    _nothing_else()
    answers.as_page()
    at = shown.address("tileMatrixSets", MATRIX_SET)
    row = {
        "id": MATRIX_SET,
        "title": MATRIX_SET,
        "uri": squares.MATRIX_SET_URI,
        "links": [shown.link("self", at, "application/json")],
    }
    return document({"tileMatrixSets": [row]})


@bp.get(f"/tileMatrixSets/{MATRIX_SET}")
@limiter.limit(READS)
@permit("ogc.read")
def matrix_set() -> Response:
    """The one set of squares that is spoken here."""
    _nothing_else()
    answers.as_page()
    return document(squares.matrix_set())


@bp.get(AT)
@limiter.limit(READS)
@permit("ogc.read", of=one)
def tilesets(each: Collection) -> Response:
    """The sets of tiles of a collection."""
    _nothing_else()
    if answers.as_page():
        return page("interop/ogc/tiles.html", each=each, at=_at(each), styled=_styled(each))
    told = _tileset(each)
    about = {"title": str(each.title), "tilesets": [told], "links": shown.both(*_at(each)[:-1])}
    return document(about)


def _at(each: Collection) -> tuple[str, ...]:
    return ("collections", each.name, "tiles", MATRIX_SET)


def _styled(each: Collection) -> str:
    return shown.address(*_at(each), "style.json")


def _pattern(each: Collection) -> str:
    # The standard puts the row before the column.
    return shown.address(*_at(each)) + "/{tileMatrix}/{tileRow}/{tileCol}"


def _tileset(each: Collection) -> dict[str, Any]:
    at = _at(each)
    box = shown.collection(each, shown.extents([each], me())[each.name])["extent"]
    found: dict[str, Any] = {
        "title": str(each.title),
        "dataType": "vector",
        "crs": squares.MERCATOR,
        "tileMatrixSetURI": squares.MATRIX_SET_URI,
        "links": [
            shown.link("self", shown.address(*at, f="json"), "application/json"),
            shown.link(
                "http://www.opengis.net/def/rel/ogc/1.0/tiling-scheme",
                shown.address("tileMatrixSets", MATRIX_SET),
                "application/json",
            ),
            shown.link("item", _pattern(each), MVT, _("A vector tile"), templated=True),
            shown.link(
                "describedby", shown.address(*at, "tilejson.json"), "application/json", "TileJSON"
            ),
            shown.link("style", _styled(each), "application/vnd.mapbox.style+json"),
            shown.link("geodata", shown.address("collections", each.name), "application/json"),
        ],
        "layers": [{"id": each.name, "dataType": "vector", "geometryDimension": _dimension(each)}],
    }
    if box:
        west, south, east, north = box["spatial"]["bbox"][0]
        found["boundingBox"] = {
            "lowerLeft": [west, south],
            "upperRight": [east, north],
            "crs": box["spatial"]["crs"],
        }
    return found


def _dimension(each: Collection) -> int:
    return 2 if each.shape.is_area else 0 if each.shape == "point" else 1


@bp.get(QUAD)
@limiter.limit(READS)
@permit("ogc.read", of=one)
def tileset(each: Collection) -> Response:
    """What one set of tiles is, with the address of each."""
    _nothing_else()
    if answers.as_page():
        return page("interop/ogc/tiles.html", each=each, at=_at(each), styled=_styled(each))
    return document(_tileset(each))


@bp.get(f"{QUAD}/tilejson.json")
@limiter.limit(READS)
@permit("ogc.read", of=one)
def tilejson(each: Collection) -> Response:
    """The same as TileJSON 3.0."""
    _nothing_else()
    box = shown.collection(each, shown.extents([each], me())[each.name])["extent"]
    fields = {column.name: str(column.title) for column in columns_for(each, me())}
    told = {
        "tilejson": "3.0.0",
        "name": str(each.title),
        "description": str(each.words),
        "scheme": "xyz",
        "tiles": [_pattern(each).replace("{tileMatrix}/{tileRow}/{tileCol}", "{z}/{y}/{x}")],
        "minzoom": 0,
        "maxzoom": squares.DEEPEST,
        "vector_layers": [{"id": each.name, "description": str(each.words), "fields": fields}],
    }
    if box:
        told["bounds"] = box["spatial"]["bbox"][0]
    return document(told)


@bp.get(f"{QUAD}/style.json")
@limiter.limit(READS)
@permit("ogc.read", of=one)
def style(each: Collection) -> Response:
    """A style that QGIS and MapLibre open."""
    _nothing_else()
    at = shown.address(*_at(each), "tilejson.json")
    return document(styles.style(each, at), "application/vnd.mapbox.style+json")


@bp.get(f"{QUAD}/<zoom>/<row>/<column>")
@limiter.limit(TILES)
@permit("ogc.read", of=one)
def tile(each: Collection) -> Response:
    """A vector tile: 404 outside of the matrix, 204 where nothing lies in it."""
    reading.only(request.args, ("f", "lang"))
    if request.args.get("f", "mvt") not in ("mvt", "pbf", "json", "html"):
        answers.as_page()
    numbers = [web.part_of_address(part) for part in ("zoom", "row", "column")]
    if not all(number.isascii() and number.isdigit() and len(number) < 9 for number in numbers):
        abort(404)
    at = Tile(*map(int, numbers))
    if not at.is_there:
        abort(404)
    made = _made(each, at)
    if not made.body:
        return Response(status=204)
    kept = int(squares.KEPT_S) if each.is_open else 0
    return sent(made.body, MVT, tag=made.tag, kept_s=kept, same_for_all=each.is_open)


def _made(each: Collection, at: Tile) -> Made:
    """The tile as it is now; one that was made before, where its ground is as it was then."""
    columns = columns_for(each, me())
    name = (each.name, tuple(column.name for column in columns), at)
    had = KEPT.get(name) if each.is_open else None
    if had is not None and had.is_good(lambda: queries.changes(each, at)):
        return had
    changes, body = queries.tile(each, columns, me(), at)
    tag = answers.tag_of(body) if changes is None else answers.tag_of_version(changes, body)
    made = Made(body, tag, changes)
    if each.is_open:
        KEPT.put(name, made)
    return made
