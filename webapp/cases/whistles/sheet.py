"""The whistles as a file."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select

from webapp.base.access import Actor
from webapp.base.exports.sheet import Address, Column, Sheet, looked_up
from webapp.cases.models import Case
from webapp.cases.whistles import queries
from webapp.cases.whistles.models import Whistle
from webapp.cases.whistles.rules import WHISTLE_FLOW, WHISTLE_WORDS
from webapp.cases.whistles.views import ListForm
from webapp.grids.models import Unit
from webapp.grids.sheet import in_grid
from webapp.people.models import Account


def _rows(who: Actor, address: Address) -> Select[Any]:
    return queries.narrowed(who, ended=ListForm.of(dict(address)).ended)


WHISTLES = Sheet(
    name="whistles",
    title=_l("Whistles"),
    right="whistles.list",
    rows=_rows,
    page="whistles.listed",
    leads=("whistles.one", "whistle_id", Whistle.id),
    columns=(
        Column("number", _l("Number"), Whistle.id),
        Column("case", _l("Number of the case"), looked_up(Case, "number", Whistle.case_id)),
        Column("kind", _l("Kind of whistle"), Whistle.kind, words=WHISTLE_WORDS),
        Column("state", _l("State"), Whistle.state, words=WHISTLE_FLOW.states),
        Column("words", _l("Why it was blown"), Whistle.words),
        *in_grid(Whistle.grid_id),
        Column("blower", _l("Who blew it"), looked_up(Account, "name", Whistle.blower_id)),
        Column("lead", _l("Leading department"), looked_up(Unit, "name", Whistle.lead_unit_id)),
        Column("blown_at", _l("Blown at"), Whistle.blown_at),
        Column("due_at", _l("Due at"), Whistle.due_at),
        Column("result", _l("Result"), Whistle.result),
        Column("closed_at", _l("Ended at"), Whistle.closed_at),
    ),
)
