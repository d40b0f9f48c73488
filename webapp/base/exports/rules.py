"""Forms of a file, how much is made at once, how long a made file is kept, who may take what."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, false

from webapp.base.access import Actor, Anywhere, Owns, Rule, SignedIn, may
from webapp.base.language import N_
from webapp.base.spatial import SRID, WGS84

# More rows are made ready by the worker.
AT_ONCE = 20_000
# Rows that are read, written and sent together.
BATCH = 1_000
# Files of one person that are still being made.
MOST_WAITING = 3
# A made file waits so long to be fetched.
KEPT_HOURS = 24
# One sheet of a workbook holds no more rows, its heading among them.
WORKBOOK_ROWS = 1_048_576

CGCS2000 = 4490


class Format(StrEnum):
    """What a file is. A GeoPackage is also had in the coordinates of state surveys."""

    CSV = "csv"
    XLSX = "xlsx"
    GEOJSON = "geojson"
    GPKG = "gpkg"
    GPKG_4490 = "gpkg-4490"
    GPKG_METRIC = "gpkg-metric"
    KML = "kml"

    @property
    def ending(self) -> str:
        """How the name of the file ends."""
        return self.value.partition("-")[0]

    @property
    def srid(self) -> int:
        """The CRS of its coordinates."""
        return {Format.GPKG_4490: CGCS2000, Format.GPKG_METRIC: SRID}.get(self, WGS84)


FORMAT_WORDS = {
    Format.CSV: _l("CSV (text table)"),
    Format.XLSX: _l("Excel workbook"),
    Format.GEOJSON: _l("GeoJSON"),
    Format.GPKG: _l("GeoPackage, WGS 84"),
    Format.GPKG_4490: _l("GeoPackage, CGCS2000 degrees"),
    Format.GPKG_METRIC: _l("GeoPackage, CGCS2000 metres"),
    Format.KML: _l("KML"),
}

MEDIA_TYPES = {
    "csv": "text/csv; charset=utf-8; header=present",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "geojson": "application/geo+json",
    "gpkg": "application/geopackage+sqlite3",
    "kml": "application/vnd.google-earth.kml+xml",
}

# Only rows that lie somewhere have these.
GEOGRAPHIC = frozenset(set(Format) - {Format.CSV, Format.XLSX})

# These are whole before their first byte can leave.
WHOLE = frozenset(("xlsx", "gpkg"))


class OfItsList(Rule):
    """May see the list itself: the page and its file ask the same right of the same thing."""

    words = N_("whoever sees the list on the screen")
    by_thing = True

    def allows(self, who: Actor, thing: Any) -> bool:
        """When somebody is signed in and the right of the list reaches."""
        if who.id is None:
            return False
        return thing is None or may(who, thing.sheet.right, thing.of)

    def clause(self, who: Actor, model: Any) -> ColumnElement[bool]:
        """No rows: a list of lists is not kept in the database."""
        return false()


MAY = {
    "exports.take": OfItsList(),
    "exports.list": SignedIn(),
    "exports.fetch": Owns("account_id", "had it made"),
    "exports.log": Anywhere("admin", "supervisor", "street_leader"),
}
