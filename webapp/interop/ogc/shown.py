"""What is told of the interface, of its collections and of their properties."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from flask import current_app, request
from flask_babel import gettext as _

from webapp.base import clock
from webapp.base.access import Actor, may
from webapp.base.config import Settings
from webapp.interop.ogc import queries
from webapp.interop.ogc.collection import Collection, Column, columns_for
from webapp.interop.ogc.crs import CRS84, KNOWN
from webapp.interop.ogc.queries import Extent
from webapp.interop.ogc.rules import BASE, GEOJSON, OPENAPI, SCHEMA, Kind
from webapp.interop.ogc.table import COLLECTIONS

JSON = "application/json"
HTML = "text/html"

# Where the open collections lie is counted anew after so long.
EXTENT_KEPT = timedelta(minutes=5)

_extents: dict[str, tuple[datetime, Extent]] = {}


def address(*parts: str, **asked: Any) -> str:
    """A whole address of ours."""
    settings: Settings = current_app.extensions["settings"]
    host = settings.public_url.rstrip("/") or request.host_url.rstrip("/")
    query = f"?{urlencode(asked)}" if asked else ""
    return "/".join((host + BASE, *parts)) + query


def link(rel: str, href: str, kind: str, title: str | None = None, **more: Any) -> dict[str, Any]:
    """A link as OGC API writes it."""
    found = {"href": href, "rel": rel, "type": kind, **more}
    return {**found, "title": title} if title else found


def both(*parts: str, kind: str = JSON, first: str = "self") -> list[dict[str, Any]]:
    """The links from a document to itself and to its page for people."""
    return [
        link(first, address(*parts, f="json"), kind),
        link("alternate", address(*parts, f="html"), HTML, _("This as a page")),
    ]


def for_reader(who: Actor) -> list[Collection]:
    """The collections that somebody may see."""
    return [each for each in COLLECTIONS.values() if may(who, "ogc.read", each)]


def extents(collections: Sequence[Collection], who: Actor) -> dict[str, Extent]:
    """Where they lie; those of everybody are counted now and then, the others each time."""
    now = clock.now()
    found = {
        name: extent for name, (since, extent) in _extents.items() if now - since < EXTENT_KEPT
    }
    missing = [each for each in collections if each.name not in found]
    if missing:
        fresh = queries.extents(missing, who)
        _extents.update({each.name: (now, fresh[each.name]) for each in missing if each.is_open})
        found |= fresh
    return found


def landing() -> dict[str, Any]:
    """The first page."""
    return {
        "title": _("Wangge: open data of the subdistrict"),
        "description": _("Grids, places, cases and roads as OGC API Features and Tiles."),
        "links": [
            *both(""),
            link("service-desc", address("api"), OPENAPI, _("Description of the interface")),
            link("service-doc", address("api", f="html"), HTML, _("The interface for people")),
            link("conformance", address("conformance"), JSON, _("What this conforms to")),
            link("data", address("collections"), JSON, _("Collections")),
            link(
                "http://www.opengis.net/def/rel/ogc/1.0/tiling-schemes",
                address("tileMatrixSets"),
                JSON,
                _("Tile matrix sets"),
            ),
        ],
    }


def collections(who: Actor) -> dict[str, Any]:
    """Every collection that somebody may see."""
    seen = for_reader(who)
    where = extents(seen, who)
    return {
        "links": both("collections"),
        "crs": [each.uri for each in KNOWN],
        "collections": [collection(each, where[each.name]) for each in seen],
    }


def collection(each: Collection, extent: Extent) -> dict[str, Any]:
    """One collection: what it is, where it lies, what leads on."""
    at = ("collections", each.name)
    told: dict[str, Any] = {"spatial": {"bbox": [_rounded(extent)], "crs": CRS84.uri}}
    if each.temporal and extent.since:
        since = extent.since.isoformat()
        told["temporal"] = {"interval": [[since, None]]}
    return {
        "id": each.name,
        "title": str(each.title),
        "description": str(each.words),
        "itemType": "feature",
        "extent": told if extent.box else {},
        "crs": [CRS84.uri, *(known.uri for known in KNOWN if known is not CRS84)],
        "storageCrs": CRS84.uri,
        "links": [
            *both(*at),
            # As it is: GDAL puts the key of a feature behind it.
            link("items", address(*at, "items"), GEOJSON, str(each.title)),
            link("items", address(*at, "items", f="html"), HTML, str(each.title)),
            link(
                "http://www.opengis.net/def/rel/ogc/1.0/queryables",
                address(*at, "queryables"),
                SCHEMA,
                _("Properties to filter by"),
            ),
            link(
                "http://www.opengis.net/def/rel/ogc/1.0/sortables",
                address(*at, "sortables"),
                SCHEMA,
                _("Properties to sort by"),
            ),
            link(
                "http://www.opengis.net/def/rel/ogc/1.0/schema",
                address(*at, "schema"),
                SCHEMA,
                _("Properties"),
            ),
            link("describedby", address(*at, "schema"), SCHEMA, _("Properties")),
            link(
                "http://www.opengis.net/def/rel/ogc/1.0/tilesets-vector",
                address(*at, "tiles"),
                JSON,
                _("Vector tiles"),
            ),
        ],
    }


def _rounded(extent: Extent) -> list[float]:
    west, south, east, north = extent.box or (-180.0, -90.0, 180.0, 90.0)
    return [
        round(west - 5e-7, 6),
        round(south - 5e-7, 6),
        round(east + 5e-7, 6),
        round(north + 5e-7, 6),
    ]


_TYPES: Mapping[Kind, dict[str, str]] = {
    Kind.TEXT: {"type": "string"},
    Kind.INTEGER: {"type": "integer"},
    Kind.NUMBER: {"type": "number"},
    Kind.BOOLEAN: {"type": "boolean"},
    Kind.DATE: {"type": "string", "format": "date"},
    Kind.MOMENT: {"type": "string", "format": "date-time"},
}


def schema_of(column: Column) -> dict[str, Any]:
    """A property as JSON Schema has it."""
    told: dict[str, Any] = {"title": str(column.title), **_TYPES[column.kind]}
    if column.values:
        told["enum"] = list(column.values)
        told["description"] = ", ".join(f"{key}: {words}" for key, words in column.values.items())
    return told


def schema(of: Collection, who: Actor, part: str) -> dict[str, Any]:
    """The properties of a collection: all (`schema`), or those to filter (`queryables`) or sort by."""
    columns = columns_for(of, who)
    shown = [each for each in columns if part == "schema" or each.asked]
    told: dict[str, Any] = {column.name: schema_of(column) for column in shown}
    if part != "sortables":
        geometry = {"format": f"geometry-{of.shape}", "title": _("Geometry")}
        told["geometry"] = {**geometry, "x-ogc-role": "primary-geometry"}
    if part == "schema":
        key = {"title": _("Key"), "type": "integer" if of.key_kind is Kind.INTEGER else "string"}
        told = {"id": {**key, "x-ogc-role": "id", "readOnly": True}, **told}
        if of.temporal in told:
            told[of.temporal]["x-ogc-role"] = "primary-instant"
    found: dict[str, Any] = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": address("collections", of.name, part),
        "type": "object",
        "title": str(of.title),
        "properties": told,
    }
    return found if part == "schema" else {**found, "additionalProperties": False}


def items_links(each: Collection, after: str | None) -> list[dict[str, Any]]:
    """The links of a page of features; the one to the next page only where there is one."""
    at = address("collections", each.name)
    asked = request.args.to_dict()
    asked.pop("f", None)
    same = f"{urlencode(asked)}&" if asked else ""
    links = [
        link("self", f"{at}/items?{same}f=json", GEOJSON),
        link("alternate", f"{at}/items?{same}f=html", HTML, _("This as a page")),
        link("collection", at, JSON, str(each.title)),
    ]
    if after is not None:
        on = urlencode({**asked, "after": after})
        links.append(link("next", f"{at}/items?{on}&f=json", GEOJSON, _("Next page")))
    return links


def item_links(each: Collection, key: Any) -> list[dict[str, Any]]:
    """The links of one feature."""
    at = ("collections", each.name, "items", str(key))
    return [
        *both(*at, kind=GEOJSON),
        link("collection", address(*at[:2]), JSON, str(each.title)),
    ]
