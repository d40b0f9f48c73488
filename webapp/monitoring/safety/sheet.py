"""The enterprises of safety as a file."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select

from webapp.base.access import Actor
from webapp.base.exports.sheet import Address, Column, Kind, Shape, Sheet
from webapp.grids.sheet import in_grid, key_of
from webapp.monitoring.safety import queries
from webapp.monitoring.safety.forms import ListForm
from webapp.monitoring.safety.models import Profile
from webapp.monitoring.safety.rules import RISK_WORDS, TRADE_WORDS
from webapp.people import days
from webapp.people.models import Enterprise


def _rows(who: Actor, address: Address) -> Select[Any]:
    wish = ListForm.of(dict(address))
    return queries.narrowed(
        who,
        words=wish.q,
        grid_id=key_of(wish.grid),
        risk=wish.risk,
        trade=wish.trade,
        expiring=wish.expiring,
        today=days.today(),
    )


SAFETY = Sheet(
    name="safety",
    title=_l("Safety of enterprises"),
    right="safety.see",
    rows=_rows,
    page="safety.listed",
    leads=("safety.one", "profile_id", Profile.id),
    shape=Shape(Enterprise.geom),
    columns=(
        Column("name", _l("Name"), Enterprise.name),
        Column("credit_code", _l("Credit code"), Enterprise.credit_code),
        Column("trade", _l("Trade"), Profile.trade, words=TRADE_WORDS),
        Column("risk", _l("Risk level"), Profile.risk, words=RISK_WORDS),
        Column("people", _l("People employed"), Profile.people),
        Column("hazard_points", _l("Hazard points"), "dangerous", says=Kind.WHOLE),
        Column("licence_ends", _l("Next end of a licence"), "licence_ends", says=Kind.DAY),
        Column("address", _l("Address"), Enterprise.address),
        *in_grid(Enterprise.grid_id),
    ),
)
