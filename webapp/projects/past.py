"""The projects as they stood at a moment, as a page and as a file."""

from __future__ import annotations

from typing import Any

from flask import Response, url_for
from flask_babel import lazy_gettext as _l, ngettext
from sqlalchemy import Select

from webapp.base import past
from webapp.base.access import Actor
from webapp.base.exports.sheet import Address, Column, Kind, Sheet
from webapp.base.past import Tab, Was
from webapp.projects import past_queries as queries
from webapp.projects.forms import ListForm
from webapp.projects.models import Project
from webapp.projects.rules import KIND_WORDS, PROJECT_FLOW, ProjectKind, ProjectState

NOT_KNOWN = _l(
    "Where each project stood and what held it up are those of that moment; names are those of now. Who led it, in which"
    " grids it lay and whether it was behind its plan is not kept for every moment and not told here."
)


def listed(who: Actor, wish: ListForm) -> Response:
    """The page of the projects as they stood at `wish.as_of`. Raises `Unacceptable` or `NotKept`."""
    moment = wish.moment()
    past.only_kept(wish, "q", "state", "blocked")
    rows, after = past.first(queries.page(who, wish, moment), _was)
    counts = queries.counts(who, moment)
    here = {"q": wish.q, "blocked": wish.blocked or None, "as_of": moment.isoformat()}
    return past.listed(
        _l("Projects"),
        moment,
        rows,
        sheet=past.Sheet("projects_past", {}),
        not_known=NOT_KNOWN,
        tabs=[
            Tab(_l("At every state"), here, wish.state is None, sum(counts.values())),
            *(
                Tab(PROJECT_FLOW.states[state], {**here, "state": state}, state == wish.state, many)
                for state, many in sorted(counts.items(), key=lambda each: _ORDER.index(each[0]))
            ),
        ],
        after=after,
    )


_ORDER = list(ProjectState)


def _was(row: Any) -> Was:
    blocked = ngettext("%(num)s blocker", "%(num)s blockers", row.blockers)
    return Was(
        url_for("projects.one", project_id=row.id),
        row.name,
        KIND_WORDS[ProjectKind(row.kind)],
        PROJECT_FLOW.states[ProjectState(row.state)],
        "late" if row.blockers else "rest",
        [blocked] if row.blockers else [],
    )


def _rows(who: Actor, address: Address) -> Select[Any]:
    wish = ListForm.of(dict(address))
    moment = wish.moment()
    past.only_kept(wish, "q", "state", "blocked")
    return queries.whole(who, wish, moment)


PROJECTS = Sheet(
    name="projects_past",
    title=_l("Projects as they stood"),
    right="projects.list",
    rows=_rows,
    columns=(
        Column("name", _l("Name of the project"), Project.name),
        Column("kind", _l("Kind of project"), Project.kind, words=KIND_WORDS),
        Column("state", _l("Where it stands"), "state", words=PROJECT_FLOW.states),
        Column("blockers", _l("Open blockers"), "blockers", says=Kind.WHOLE),
    ),
)
