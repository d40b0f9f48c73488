"""Enterprises from a workbook: all of it is kept, or nothing, with what is wrong in which row."""

from __future__ import annotations

from dataclasses import dataclass

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from webapp.base.access import Actor
from webapp.base.db import db
from webapp.base.flow import Refusal
from webapp.monitoring.safety import actions
from webapp.monitoring.safety.forms import ProfileForm
from webapp.monitoring.safety.rules import RISK_WORDS, TRADE_WORDS
from webapp.people import workbook
from webapp.people.rules import PREMISES_WORDS
from webapp.people.workbook import Fault

COLUMNS: dict[str, LazyString] = {
    "name": _l("Enterprise"),
    "credit_code": _l("Unified social credit code"),
    "trade": _l("Trade"),
    "risk": _l("Risk level"),
    "premises": _l("Premises"),
    "people": _l("People in the busiest shift"),
    "officer": _l("Post that answers for safety"),
    "address": _l("Address"),
    "lon": _l("Longitude"),
    "lat": _l("Latitude"),
    "contact_post": _l("Post of the contact"),
    "contact_phone": _l("Phone of the contact"),
    "note": _l("Note"),
}

NEEDED = ("name", "trade", "risk")

# A colour alone is enough in a sheet.
_COLOURS = {"红": "red", "橙": "orange", "黄": "yellow", "蓝": "blue"}


@dataclass(frozen=True)
class Outcome:
    """What a workbook comes to."""

    added: int
    changed: int
    faults: list[Fault]


def carry_out(body: bytes, *, by: Actor) -> Outcome:
    """Safety keeps a profile of every enterprise of the workbook; one that is known is changed.

    With a fault in any row nothing is kept. Raises `Unacceptable` when it is no list of enterprises.
    """
    rows = workbook.rows(body)
    places = workbook.headings(rows[0], COLUMNS) if rows else {}
    lacking = [str(COLUMNS[name]) for name in NEEDED if name not in places]
    if lacking:
        raise workbook.refused(
            _l("These headings are missing: %(names)s", names="、".join(lacking))
        )
    kinds = {
        "trade": workbook.in_every_language(TRADE_WORDS),
        "risk": workbook.in_every_language(RISK_WORDS) | _COLOURS,
        "premises": workbook.in_every_language(PREMISES_WORDS),
    }
    trial = db.session.begin_nested()
    added, changed, faults, seen = 0, 0, [], set()
    for row in rows[1:]:
        said = {
            name: row.cells[at].text
            for name, at in places.items()
            if at < len(row.cells) and row.cells[at].text
        }
        for name, known in kinds.items():
            if name in said:
                said[name] = known.get(workbook.plain(said[name]), said[name])
        if said.get("risk", "")[:1] in _COLOURS:
            said["risk"] = _COLOURS[said["risk"][:1]]
        try:
            profile, new = actions.enter(ProfileForm.of(said), by=by)
            if profile.id in seen:
                faults.append(
                    Fault(row.number, COLUMNS["name"], str(_l("It stands in another row, too.")))
                )
            seen.add(profile.id)
            added, changed = added + new, changed + (not new)
        except Refusal as refusal:
            fields = refusal.fields or {"": refusal.words}
            faults += [
                Fault(row.number, COLUMNS.get(name, name), str(words))
                for name, words in fields.items()
            ]
    if faults:
        trial.rollback()
        return Outcome(0, 0, faults)
    trial.commit()
    return Outcome(added, changed, [])
