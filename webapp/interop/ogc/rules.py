"""What the OGC interface keeps to: addresses, limits, what it conforms to, who may read which collection."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, true

from webapp.base.access import RIGHTS, Actor, Rule
from webapp.base.flow import Refusal
from webapp.base.language import N_

BASE = "/ogc"
VERSION = "1.0.0"

# So many features a page holds that does not say so, and at most.
USUAL = 100
MOST = 10_000
# So many stand on a page for people.
ON_A_PAGE = 50

# Of one address.
READS = "50/second"
TILES = "200/second"

# A filter is no longer and no deeper than this.
LONGEST_FILTER = 8000
DEEPEST_FILTER = 40
MOST_CORNERS = 2000

PROBLEM = "application/json"
GEOJSON = "application/geo+json"
SCHEMA = "application/schema+json"
OPENAPI = "application/vnd.oai.openapi+json;version=3.0"
MVT = "application/vnd.mapbox-vector-tile"

_SPEC = "http://www.opengis.net/spec"
CONFORMS_TO = (
    f"{_SPEC}/ogcapi-common-1/1.0/conf/core",
    f"{_SPEC}/ogcapi-common-2/1.0/conf/collections",
    f"{_SPEC}/ogcapi-features-1/1.0/conf/core",
    f"{_SPEC}/ogcapi-features-1/1.0/conf/oas30",
    f"{_SPEC}/ogcapi-features-1/1.0/conf/html",
    f"{_SPEC}/ogcapi-features-1/1.0/conf/geojson",
    f"{_SPEC}/ogcapi-features-2/1.0/conf/crs",
    f"{_SPEC}/ogcapi-features-3/1.0/conf/queryables",
    f"{_SPEC}/ogcapi-features-3/1.0/conf/queryables-query-parameters",
    f"{_SPEC}/ogcapi-features-3/1.0/conf/filter",
    f"{_SPEC}/ogcapi-features-3/1.0/conf/features-filter",
    f"{_SPEC}/ogcapi-features-5/1.0/conf/schemas",
    f"{_SPEC}/ogcapi-features-5/1.0/conf/core-roles-features",
    f"{_SPEC}/ogcapi-features-5/1.0/conf/sortables",
    f"{_SPEC}/cql2/1.0/conf/cql2-text",
    f"{_SPEC}/cql2/1.0/conf/cql2-json",
    f"{_SPEC}/cql2/1.0/conf/basic-cql2",
    f"{_SPEC}/cql2/1.0/conf/advanced-comparison-operators",
    f"{_SPEC}/cql2/1.0/conf/case-insensitive-comparison",
    f"{_SPEC}/cql2/1.0/conf/basic-spatial-functions",
    f"{_SPEC}/cql2/1.0/conf/basic-spatial-functions-plus",
    f"{_SPEC}/cql2/1.0/conf/spatial-functions",
    f"{_SPEC}/cql2/1.0/conf/temporal-functions",
    f"{_SPEC}/ogcapi-tiles-1/1.0/conf/core",
    f"{_SPEC}/ogcapi-tiles-1/1.0/conf/tileset",
    f"{_SPEC}/ogcapi-tiles-1/1.0/conf/tilesets-list",
    f"{_SPEC}/ogcapi-tiles-1/1.0/conf/geodata-tilesets",
    f"{_SPEC}/ogcapi-tiles-1/1.0/conf/mvt",
)


class Kind(StrEnum):
    """What a property holds."""

    TEXT = "text"
    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    DATE = "date"
    MOMENT = "moment"


class Shape(StrEnum):
    """What a geometry is."""

    POINT = "point"
    LINE = "linestring"
    POLYGON = "polygon"
    POLYGONS = "multipolygon"

    @property
    def is_area(self) -> bool:
        """True for what has a ring, whose direction counts."""
        return self in (Shape.POLYGON, Shape.POLYGONS)


class Bad(Refusal):
    """A parameter that cannot be used."""

    status = 400
    code = "InvalidParameterValue"


def bad(parameter: str, words: Any) -> Bad:
    """The refusal of a parameter, which is named."""
    return Bad(words, fields={parameter: words})


class AsOnPages(Rule):
    """The right that opens the same on the pages of the house."""

    words = N_("whoever may see the same on the pages")
    by_thing = True

    def allows(self, who: Actor, thing: Any) -> bool:
        """When the right of the collection is held; in general everybody may look which there are."""
        return thing is None or RIGHTS[thing.right].allows(who, None)

    def clause(self, who: Actor, model: Any) -> ColumnElement[bool]:
        """Each collection narrows its own rows."""
        return true()


MAY = {"ogc.read": AsOnPages()}
