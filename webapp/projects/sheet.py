"""The projects as a file."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select

from webapp.base.access import Actor
from webapp.base.exports.sheet import Address, Column, Kind, Sheet, looked_up
from webapp.grids.sheet import in_grid, key_of
from webapp.people import days
from webapp.people.models import Account, Enterprise
from webapp.projects import queries
from webapp.projects.forms import ListForm
from webapp.projects.models import Project
from webapp.projects.rules import KIND_WORDS, PROJECT_FLOW


def _rows(who: Actor, address: Address) -> Select[Any]:
    wish = ListForm.of(dict(address))
    narrowed = queries.Narrowed(
        words=wish.q,
        state=wish.state,
        grid_id=key_of(wish.grid),
        blocked=wish.blocked,
        late=wish.late,
    )
    return queries.narrowed(who, narrowed, today=days.today())


PROJECTS = Sheet(
    name="projects",
    title=_l("Projects"),
    right="projects.list",
    rows=_rows,
    page="projects.listed",
    own_past="projects_past",
    columns=(
        Column("name", _l("Name of the project"), Project.name),
        Column("kind", _l("Kind of project"), Project.kind, words=KIND_WORDS),
        Column("state", _l("Where it stands"), Project.state, words=PROJECT_FLOW.states),
        Column(
            "enterprise", _l("Enterprise"), looked_up(Enterprise, "name", Project.enterprise_id)
        ),
        Column(
            "leader", _l("Leader of the project"), looked_up(Account, "name", Project.leader_id)
        ),
        Column("investment_wan", _l("Investment (10,000 yuan)"), Project.investment_wan),
        Column("blockers", _l("Open blockers"), "blockers", says=Kind.WHOLE),
        Column("late_since", _l("Late since the day"), "late_since", says=Kind.DAY),
        *in_grid(Project.grid_id),
    ),
)
