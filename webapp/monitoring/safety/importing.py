"""Enterprises from a workbook: all of it is kept, or nothing, with what is wrong in which row."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from webapp.base.access import Actor
from webapp.base.flow import Unacceptable
from webapp.monitoring.safety import actions
from webapp.monitoring.safety.forms import ProfileForm
from webapp.monitoring.safety.rules import RISK_WORDS, TRADE_WORDS
from webapp.people import workbook
from webapp.people.rules import PREMISES_WORDS
from webapp.people.workbook import Outcome

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


def carry_out(body: bytes, *, by: Actor) -> Outcome:
    """Safety keeps a profile of every enterprise of the workbook; one that is known is changed.

    With a fault in any row nothing is kept. Raises `Unacceptable` when it is no list of enterprises.
    """
    seen: set[int] = set()

    def keep(said: dict[str, str]) -> bool:
        if said.get("risk", "")[:1] in _COLOURS:
            said["risk"] = _COLOURS[said["risk"][:1]]
        profile, new = actions.enter(ProfileForm.of(said), by=by)
        if profile.id in seen:
            words = _l("It stands in another row, too.")
            raise Unacceptable(words, fields={"name": words})
        seen.add(profile.id)
        return new

    return workbook.keep_all(
        workbook.rows(body),
        COLUMNS,
        keep,
        needed=NEEDED,
        words={"trade": TRADE_WORDS, "risk": RISK_WORDS, "premises": PREMISES_WORDS},
    )
