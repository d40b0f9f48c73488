"""How the coordinates of machines may be meant, for whoever sets one up."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from webapp.base.datum import Datum

DATUMS = (
    (Datum.WGS84, _l("WGS 84 (GPS)")),
    (Datum.CGCS2000, _l("CGCS2000 (surveys)")),
    (Datum.GCJ02, _l("GCJ-02 (Chinese web maps and many cameras)")),
    (Datum.BD09, _l("BD-09 (maps of Baidu)")),
)
