"""The households of a project as they stood at a moment, as a page and as a file: masked."""

from __future__ import annotations

from typing import Any

from flask import Response, url_for
from flask_babel import format_date, gettext as _, lazy_gettext as _l
from sqlalchemy import Select

from webapp.base import past
from webapp.base.access import Actor
from webapp.base.exports.sheet import Address, Column, Kind, Shape, Sheet
from webapp.base.past import Tab, Was
from webapp.projects.models import Project
from webapp.relocation import past_queries as queries
from webapp.relocation.forms import ListForm
from webapp.relocation.models import RelocationHousehold
from webapp.relocation.rules import LANE_CHIPS, LANE_OF, RELOCATION_FLOW, RelocationState
from webapp.relocation.sheet import project_of
from webapp.residents.rules import masked_name

NOT_KNOWN = _l(
    "Where each household stood, and since when, is that of that moment; numbers and addresses are those of now."
    " Promises are kept by the day and not by the moment, and are not told here."
)


def listed(project: Project, wish: ListForm) -> Response:
    """The page of the households as they stood at `wish.as_of`. Raises `Unacceptable` or `NotKept`."""
    moment = wish.moment()
    past.only_kept(wish, "q", "state", "lane")
    counts = queries.counts(project.id, moment)
    here = {"q": wish.q or None, "as_of": moment.isoformat()}
    return past.listed(
        _("Households of %(name)s", name=project.name),
        moment,
        [_was(row) for row in queries.listed(project.id, wish, moment)],
        sheet=past.Sheet("relocation_past", {"project": project.id}, project),
        not_known=NOT_KNOWN,
        tabs=[
            Tab(
                _l("At every state"),
                here,
                wish.state is None and wish.lane is None,
                sum(counts.values()),
            ),
            *(
                Tab(
                    RELOCATION_FLOW.states[state],
                    {**here, "state": state},
                    state == wish.state,
                    counts[state],
                )
                for state in RelocationState
                if state in counts
            ),
        ],
    )


def _was(row: Any) -> Was:
    state = RelocationState(row.state)
    number = _("No. %(n)s", n=row.number)
    return Was(
        url_for("relocation_households.one", household_id=row.id),
        f"{number} {masked_name(row.name)}",
        row.address or "",
        RELOCATION_FLOW.states[state],
        LANE_CHIPS[LANE_OF[state]],
        [_("there since %(day)s", day=format_date(row.since, "MM-dd"))] if row.since else [],
    )


def _rows(who: Actor, address: Address) -> Select[Any]:
    wish = ListForm.of(dict(address))
    moment = wish.moment()
    past.only_kept(wish, "q", "state", "lane")
    return queries.whole(int(address["project"]), wish, moment)


HOUSEHOLDS = Sheet(
    name="relocation_past",
    title=_l("Households as they stood"),
    right="relocation.board",
    thing=project_of,
    rows=_rows,
    shape=Shape(RelocationHousehold.geom),
    personal=True,
    columns=(
        Column("number", _l("Number"), RelocationHousehold.number),
        Column("name", _l("Household"), RelocationHousehold.name, shown=masked_name),
        Column("address", _l("Address"), RelocationHousehold.address),
        Column("state", _l("Where it stands"), "state", words=RELOCATION_FLOW.states),
        Column("since", _l("At this step since"), "since", says=Kind.MOMENT),
    ),
)
