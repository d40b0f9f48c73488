"""The description of the interface (OpenAPI 3.0) for whoever asks; it refers to nothing outside."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _

from webapp.base.access import Actor
from webapp.interop.ogc import shown
from webapp.interop.ogc.collection import Collection, Column, columns_for
from webapp.interop.ogc.cql.parsing import LANGUAGES, Language
from webapp.interop.ogc.crs import CRS84, KNOWN
from webapp.interop.ogc.rules import GEOJSON, MOST, MVT, SCHEMA, USUAL, VERSION, Kind

Described = dict[str, Any]


def described(who: Actor) -> Described:
    """The document: each collection under its own addresses, so that clients know its parameters."""
    seen = shown.for_reader(who)
    paths: dict[str, Any] = {
        "/": _get("landing", _("First page"), [], _json("landing")),
        "/conformance": _get("conformance", _("What this conforms to"), [], _json("conformance")),
        "/api": _get("api", _("This document"), [], {"application/json": {"schema": _OBJECT}}),
        "/collections": _get("collections", _("Collections"), [], _json("collections")),
        "/tileMatrixSets": _get("matrixSets", _("Tile matrix sets"), [], _json("any")),
        "/tileMatrixSets/WebMercatorQuad": _get(
            "webMercatorQuad", _("Tile matrix set"), [], _json("any")
        ),
    }
    for each in seen:
        paths |= _of_collection(each, columns_for(each, who))
    return {
        "openapi": "3.0.3",
        "info": {"title": _("Wangge: open data of the subdistrict"), "version": VERSION},
        "servers": [{"url": shown.address()}],
        "tags": [{"name": each.name, "description": str(each.words)} for each in seen],
        "paths": paths,
        "components": {
            "schemas": _SCHEMAS,
            "parameters": _parameters(),
            "responses": _RESPONSES,
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
        # A token is no need: with it one sees what its owner may.
        "security": [{}, {"token": []}],
    }


_OBJECT: Described = {"type": "object"}
_LINKS: Described = {"type": "array", "items": {"$ref": "#/components/schemas/link"}}

_SCHEMAS: Described = {
    "any": {"type": "object"},
    "exception": {
        "type": "object",
        "required": ["code"],
        "properties": {"code": {"type": "string"}, "description": {"type": "string"}},
    },
    "link": {
        "type": "object",
        "required": ["href", "rel"],
        "properties": {
            name: {"type": "string"} for name in ("href", "rel", "type", "title", "hreflang")
        },
    },
    "landing": {
        "type": "object",
        "required": ["links"],
        "properties": {
            "title": {"type": "string"},
            "description": {"type": "string"},
            "links": _LINKS,
        },
    },
    "conformance": {
        "type": "object",
        "required": ["conformsTo"],
        "properties": {"conformsTo": {"type": "array", "items": {"type": "string"}}},
    },
    "collection": {
        "type": "object",
        "required": ["id", "links"],
        "properties": {
            "id": {"type": "string"},
            "title": {"type": "string"},
            "description": {"type": "string"},
            "itemType": {"type": "string"},
            "extent": {"type": "object"},
            "crs": {"type": "array", "items": {"type": "string"}},
            "storageCrs": {"type": "string"},
            "links": _LINKS,
        },
    },
    "collections": {
        "type": "object",
        "required": ["links", "collections"],
        "properties": {
            "links": _LINKS,
            "collections": {
                "type": "array",
                "items": {"$ref": "#/components/schemas/collection"},
            },
        },
    },
    "feature": {
        "type": "object",
        "required": ["type", "geometry", "properties"],
        "properties": {
            "type": {"type": "string", "enum": ["Feature"]},
            "id": {"oneOf": [{"type": "integer"}, {"type": "string"}]},
            "geometry": {"type": "object", "nullable": True},
            "properties": {"type": "object", "nullable": True},
            "links": _LINKS,
        },
    },
    "features": {
        "type": "object",
        "required": ["type", "features"],
        "properties": {
            "type": {"type": "string", "enum": ["FeatureCollection"]},
            "timeStamp": {"type": "string", "format": "date-time"},
            "numberMatched": {"type": "integer", "minimum": 0},
            "numberReturned": {"type": "integer", "minimum": 0},
            "links": _LINKS,
            "features": {"type": "array", "items": {"$ref": "#/components/schemas/feature"}},
        },
    },
}

_REFUSAL: Described = {
    "application/json": {"schema": {"$ref": "#/components/schemas/exception"}},
    "text/html": {"schema": {"type": "string"}},
}
_RESPONSES: Described = {
    "Bad": {"description": "A parameter cannot be used; it is named.", "content": _REFUSAL},
    "Closed": {"description": "Not for whoever asks.", "content": _REFUSAL},
    "Missing": {"description": "It is not there.", "content": _REFUSAL},
    "Many": {"description": "Too many requests; try again after a moment.", "content": _REFUSAL},
}
_REFUSALS: Described = {
    "400": {"$ref": "#/components/responses/Bad"},
    "401": {"$ref": "#/components/responses/Closed"},
    "403": {"$ref": "#/components/responses/Closed"},
    "404": {"$ref": "#/components/responses/Missing"},
    "429": {"$ref": "#/components/responses/Many"},
}


def _json(name: str) -> Described:
    return {"application/json": {"schema": {"$ref": f"#/components/schemas/{name}"}}}


def _get(
    name: str, words: str, parameters: Sequence[Any], content: Described, tag: str | None = None
) -> Described:
    html = {"text/html": {"schema": {"type": "string"}}}
    operation = {
        "operationId": name,
        "summary": words,
        "parameters": [*parameters, _ref("f"), _ref("lang")],
        "responses": {"200": {"description": words, "content": {**content, **html}}, **_REFUSALS},
    }
    return {"get": {**operation, "tags": [tag]} if tag else operation}


def _ref(name: str) -> Described:
    return {"$ref": f"#/components/parameters/{name}"}


def _of_collection(each: Collection, columns: Sequence[Column]) -> dict[str, Any]:
    name, title = each.name, str(each.title)
    at = f"/collections/{name}"
    words = "".join(part.title() for part in name.split("-"))
    features = {GEOJSON: {"schema": {"$ref": "#/components/schemas/features"}}}
    feature = {GEOJSON: {"schema": {"$ref": "#/components/schemas/feature"}}}
    asked = [each for each in columns if each.asked]
    of_items = [
        *(
            _ref(each)
            for each in ("limit", "bbox", "bbox-crs", "datetime", "crs", "count", "after")
        ),
        *(_ref(each) for each in ("filter", "filter-lang", "filter-crs")),
        _sortby(asked),
        *map(_property, asked),
    ]
    schemas = {
        f"{at}/{part}": _get(
            f"{part}Of{words}", f"{title}: {part}", [], {SCHEMA: {"schema": _OBJECT}}, name
        )
        for part in ("schema", "queryables", "sortables")
    }
    found = _get(f"items{words}", title, of_items, features, name)
    search = _get(
        f"search{words}", title, [p for p in of_items if p != _ref("filter")], features, name
    )
    search["post"] = search.pop("get")
    search["post"]["responses"]["200"]["content"] = features
    search["post"]["requestBody"] = {
        "required": True,
        "content": {"application/json": {"schema": {"type": "object"}}},
    }
    return {
        at: _get(f"describe{words}", title, [], _json("collection"), name),
        **schemas,
        f"{at}/items": found,
        f"{at}/search": search,
        f"{at}/items/{{featureId}}": _get(
            f"item{words}", title, [_key(each), _ref("crs")], feature, name
        ),
        f"{at}/tiles": _get(f"tilesets{words}", _("Vector tiles"), [], _json("any"), name),
        f"{at}/tiles/WebMercatorQuad": _get(
            f"tileset{words}", _("Vector tiles"), [], _json("any"), name
        ),
        f"{at}/tiles/WebMercatorQuad/{{tileMatrix}}/{{tileRow}}/{{tileCol}}": _tile(words, name),
    }


def _tile(words: str, name: str) -> Described:
    parts = [
        {
            "name": part,
            "in": "path",
            "required": True,
            "schema": {"type": "integer", "minimum": 0, "maximum": 2**24 - 1},
        }
        for part in ("tileMatrix", "tileRow", "tileCol")
    ]
    binary = {MVT: {"schema": {"type": "string", "format": "binary"}}}
    found = _get(f"tile{words}", _("A vector tile"), parts, binary, name)
    found["get"]["responses"]["204"] = {"description": _("Nothing lies in the tile.")}
    del found["get"]["responses"]["200"]["content"]["text/html"]
    return found


def _key(each: Collection) -> Described:
    kind = {"type": "integer"} if each.key_kind is Kind.INTEGER else {"type": "string"}
    return {"name": "featureId", "in": "path", "required": True, "schema": kind}


def _property(column: Column) -> Described:
    told = shown.schema_of(column)
    words = told.pop("title")
    # Any word may be asked for, also one that nothing has.
    told.pop("enum", None)
    told.pop("description", None)
    return _query(column.name, words, told)


def _sortby(asked: Sequence[Column]) -> Described:
    names = [f"{sign}{each.name}" for each in asked for sign in ("", "-")]
    one = {"type": "string", "enum": names}
    if not names:
        return _query("sortby", _("Order"), {"type": "array", "items": {"type": "string"}})
    return _query("sortby", _("Order"), {"type": "array", "items": one, "minItems": 1})


def _query(name: str, words: str, schema: Described) -> Described:
    return {
        "name": name,
        "in": "query",
        "description": words,
        "required": False,
        "style": "form",
        "explode": False,
        "schema": schema,
    }


def _parameters() -> Described:
    system = {"type": "string", "enum": [each.uri for each in KNOWN], "default": CRS84.uri}
    whole = {"type": "integer", "minimum": 1, "maximum": MOST, "default": USUAL}
    box = {
        "type": "array",
        "items": {"type": "number"},
        "oneOf": [{"minItems": 4, "maxItems": 4}, {"minItems": 6, "maxItems": 6}],
    }
    languages = {"type": "string", "enum": list(LANGUAGES), "default": Language.TEXT.value}
    rows = (
        ("f", _("Form of the answer"), {"type": "string", "enum": ["json", "html"]}),
        ("lang", _("Language"), {"type": "string", "enum": ["zh_CN", "en"]}),
        ("limit", _("Features of a page; more than the most is no mistake"), whole),
        ("bbox", _("A box: west,south,east,north"), box),
        ("bbox-crs", _("System of the box"), system),
        ("crs", _("System of the answer"), system),
        ("datetime", _("A moment, or two with / between"), {"type": "string"}),
        ("count", _("exact: how many there are in all"), {"type": "string", "enum": ["exact"]}),
        ("after", _("From the link to the next page"), {"type": "string"}),
        ("filter", _("A filter in CQL2"), {"type": "string"}),
        ("filter-lang", _("How the filter is written"), languages),
        ("filter-crs", _("System of the shapes in the filter"), system),
    )
    return {name: _query(name, words, schema) for name, words, schema in rows}
