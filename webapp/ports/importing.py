"""Vessels from a workbook: all of it is kept, or nothing, with what is wrong in which row."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from webapp.base.access import Actor
from webapp.people import workbook
from webapp.people.workbook import Outcome
from webapp.ports import actions, queries
from webapp.ports.forms import VesselForm
from webapp.ports.rules import PAPER_WORDS, VESSEL_WORDS

COLUMNS: dict[str, LazyString] = {
    "name": _l("Vessel name"),
    "kind": _l("Kind of vessel"),
    "port": _l("Home port"),
    "length_m": _l("Length (m)"),
    "power_kw": _l("Engine power (kW)"),
    "mmsi": _l("MMSI"),
    "bd_id": _l("BeiDou number"),
    "permitted_crew": _l("May carry (people)"),
    "owner": _l("Owner of the vessel"),
    "phone": _l("Phone of the vessel"),
    "username": _l("User name of who acts for it"),
    "enterprise_code": _l("Social credit code of its enterprise"),
    **PAPER_WORDS,
}

NEEDED = ("name", "kind", "port", "length_m")


def carry_out(body: bytes, *, by: Actor) -> Outcome:
    """The vessels of the workbook are known; a vessel of the same name is changed.

    With a fault in any row nothing is kept. Raises `Unacceptable` when it is no list of vessels.
    """

    def keep(said: dict[str, str]) -> bool:
        form = VesselForm.of({"kind": "", **said})
        known = queries.vessel_named(form.name)
        if known is None:
            actions.register(form, by=by)
        else:
            actions.change(known, form, by=by)
        return known is None

    words = {"kind": VESSEL_WORDS}
    return workbook.keep_all(workbook.rows(body), COLUMNS, keep, needed=NEEDED, words=words)
