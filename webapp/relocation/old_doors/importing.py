"""Old doors from a workbook: all of it is kept, or nothing, with what is wrong in which row."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from webapp.base.access import Actor
from webapp.base.flow import Unacceptable
from webapp.people import workbook
from webapp.people.workbook import Outcome
from webapp.relocation.old_doors import actions, queries
from webapp.relocation.old_doors.forms import RowForm
from webapp.relocation.old_doors.rules import OLD_HOUSE_WORDS

COLUMNS: dict[str, LazyString] = {
    "village": _l("Grid of the former village"),
    "lane": _l("Lane"),
    "number": _l("House number"),
    "kind": _l("What stood there"),
    "year_from": _l("From year"),
    "year_until": _l("Until year"),
    "family": _l("Family of the house"),
    "lon": _l("Longitude"),
    "lat": _l("Latitude"),
    "provenance": _l("Where this is known from"),
    "building_grid": _l("Grid of the new home"),
    "building": _l("Building of the new home"),
    "stair": _l("Stair of the new home"),
    "door": _l("Door of the new home"),
}

NEEDED = ("village", "lane", "number", "lon", "lat", "provenance")


def carry_out(body: bytes, *, by: Actor) -> Outcome:
    """The houses of the workbook are known; the same door since the same year is changed.

    With a fault in any row nothing is kept. Raises `Unacceptable` when it is no list of old houses.
    """
    return workbook.keep_all(
        workbook.rows(body),
        COLUMNS,
        lambda said: _keep(RowForm.of({"village": "", **said}), by),
        needed=NEEDED,
        words={"kind": OLD_HOUSE_WORDS},
    )


def _keep(said: RowForm, by: Actor) -> bool:
    """True when the house is new."""
    village = queries.by_code(said.village)
    if village is None:
        words = _l("There is no relocated-village grid of this code.")
        raise Unacceptable(words, fields={"village": words})
    known = queries.behind(village.id, said.lane, said.number, said.year_from)
    house = known or actions.write_down(village, said, by=by)
    if known is not None:
        actions.change(known, said, by=by)
    if said.home is not None:
        actions.link(house, said.home, by=by)
    return known is None
