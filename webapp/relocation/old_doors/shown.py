"""How old doors are shown: their words and years, what a form begins with."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _, lazy_gettext as _l

from webapp.grids.rules import KIND_WORDS
from webapp.relocation.old_doors.models import OldHouse, OldLane
from webapp.relocation.old_doors.rules import OLD_HOUSE_WORDS, TODAY_M
from webapp.residents.rules import masked_name
from webapp.residents.shown import home

DONE = {
    "create": _l("Old door written down"),
    "change": _l("Old door changed"),
    "link": _l("New home linked"),
    "unlink": _l("Link to a home taken away"),
    "reveal": _l("Family shown"),
    "relocate": _l("Follows new borders"),
}


def words() -> dict[str, Any]:
    """The words that every page of old doors needs."""
    return {
        "house_kinds": OLD_HOUSE_WORDS,
        "grid_kinds": KIND_WORDS,
        "years": years,
        "masked": masked_name,
        "home": home,
        "done": DONE,
        "today_m": int(TODAY_M),
    }


def years(house: OldHouse | OldLane) -> str:
    """From when until when it was there, as far as it is known."""
    if house.year_from and house.year_until:
        return str(_("%(first)s to %(last)s", first=house.year_from, last=house.year_until))
    if house.year_from:
        return str(_("from %(first)s", first=house.year_from))
    if house.year_until:
        return str(_("until %(last)s", last=house.year_until))
    return str(_("years not known"))


def said_of(house: OldHouse | None) -> dict[str, Any]:
    """What the form of a house begins with; the family is not among it."""
    if house is None:
        return {}
    names = ("lane", "number", "kind", "year_from", "year_until", "provenance", "version")
    said = {name: getattr(house, name) for name in names}
    if house.raw_lon is None or house.raw_lat is None:
        return said
    return said | {"lon": round(house.raw_lon, 6), "lat": round(house.raw_lat, 6)}
