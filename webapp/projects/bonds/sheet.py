"""The bonds as a file."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select

from webapp.base.access import Actor
from webapp.base.exports.sheet import Address, Column, Sheet, looked_up
from webapp.projects.bonds import queries
from webapp.projects.bonds.forms import ListForm
from webapp.projects.bonds.models import Bond
from webapp.projects.bonds.rules import BOND_FLOW
from webapp.projects.models import Project


def _rows(who: Actor, address: Address) -> Select[Any]:
    return queries.narrowed(who, state=ListForm.of(dict(address)).state)


BONDS = Sheet(
    name="bonds",
    title=_l("Special bonds"),
    right="projects.list",
    rows=_rows,
    page="bonds.listed",
    columns=(
        Column("name", _l("Name of the bond"), Bond.name),
        Column("project", _l("Name of the project"), looked_up(Project, "name", Bond.project_id)),
        Column("state", _l("Where a bond stands"), Bond.state, words=BOND_FLOW.states),
        Column("amount_wan", _l("Amount (10,000 yuan)"), Bond.amount_wan),
        Column("spent_wan", _l("Spent (10,000 yuan)"), Bond.spent_wan),
        Column("rate_percent", _l("Rate in percent"), Bond.rate_percent),
        Column("term_years", _l("Term in years"), Bond.term_years),
        Column("income", _l("Income that pays it back"), Bond.income),
        Column("provenance", _l("Where this is known from"), Bond.provenance),
    ),
)
