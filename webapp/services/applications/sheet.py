"""The applications as a file, without who applies."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select

from webapp.base.access import Actor
from webapp.base.exports.sheet import Address, Column, Sheet, looked_up
from webapp.grids.models import Unit
from webapp.grids.sheet import in_grid
from webapp.services.applications import queries
from webapp.services.applications.forms import ListForm
from webapp.services.applications.models import Application
from webapp.services.applications.rules import APPLICATION_FLOW, CHANNEL_WORDS
from webapp.services.items.models import ItemVersion


def _rows(who: Actor, address: Address) -> Select[Any]:
    wish = ListForm.of(dict(address))
    if wish.show == "waiting":
        return queries.waiting_for(who)
    return queries.narrowed(who, ended=wish.show == "ended", words=wish.q)


_ITEM = Application.version_id

APPLICATIONS = Sheet(
    name="applications",
    title=_l("Applications"),
    right="applications.list",
    rows=_rows,
    page="applications.listed",
    leads=("applications.one", "application_id", Application.id),
    columns=(
        Column("number", _l("Number"), Application.number),
        Column(
            "item",
            _l("Item"),
            looked_up(ItemVersion, "name", _ITEM),
            english=looked_up(ItemVersion, "name_en", _ITEM),
        ),
        Column("state", _l("State"), Application.state, words=APPLICATION_FLOW.states),
        Column("channel", _l("How it came in"), Application.channel, words=CHANNEL_WORDS),
        Column("department", _l("Department"), looked_up(Unit, "name", Application.department_id)),
        Column("station", _l("Workstation"), looked_up(Unit, "name", Application.station_id)),
        *in_grid(Application.grid_id),
        Column("submitted_at", _l("Handed in at"), Application.submitted_at),
        Column("accepted_at", _l("Accepted at"), Application.accepted_at),
        Column("due_at", _l("Due at"), Application.due_at),
        Column("ended_at", _l("Ended at"), Application.ended_at),
    ),
)
