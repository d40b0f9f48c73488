"""Projects: where each stands, what is late or held up, and whose land is not clean yet."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import format_date, gettext as _
from flask_babel.speaklater import LazyString

from webapp.base import clock
from webapp.base.access import Actor
from webapp.cases.figures.periods import today
from webapp.grids import queries as grids
from webapp.maps.briefings import queries, sheets
from webapp.maps.briefings.sheets import Key, Sheet, Table
from webapp.projects import queries as projects
from webapp.projects.queries import Listed, Narrowed
from webapp.projects.rules import PROJECT_FLOW, ProjectState
from webapp.relocation import queries as relocation
from webapp.relocation.rules import LANE_OF, LANE_WORDS, Lane, RelocationState

HELD, LATE, FINE = "#c92a2a", "#e67700", "#2b8a3e"

LANES = {
    Lane.BEFORE: "#0b63ce",
    Lane.TALKS: "#e67700",
    Lane.AGREED: "#7b8896",
    Lane.LEAVING: "#94a2b0",
    Lane.CLEAN: "#2b8a3e",
    Lane.STUCK: "#c92a2a",
}


def made(who: Actor) -> Sheet:
    """The projects that `who` may see."""
    day = today(clock.now())
    listed = projects.listed(who, Narrowed(), today=day, limit=queries.MOST).rows
    known = {each.project.id: each for each in listed}
    borders = grids.borders_geojson()
    drawn = sheets.new_map()
    sheets.put(drawn, sheets.grid_areas(borders, {}, {}), interactive=False)
    sites = [row for row in queries.sites(who) if row.project_id in known]
    for hue, words in _hues().items():
        sheets.put(
            drawn,
            [
                sheets.feature(
                    row.geometry,
                    {"color": hue, "weight": 3, "fillColor": hue, "fillOpacity": 0.2},
                    name=known[row.project_id].project.name,
                    state=_state(known[row.project_id]),
                    words=words,
                )
                for row in sites
                if _hue(known[row.project_id]) == hue
            ],
            name=words,
            facts=["name", "state", "words"],
        )
    parcels = queries.parcels(who)
    lanes = {lane: [row for row in parcels if _lane(row.state) is lane] for lane in LANES}
    for lane, rows in lanes.items():
        hue = LANES[lane]
        sheets.put(
            drawn,
            [
                # Whose it is does not leave the house.
                sheets.feature(
                    row.geometry,
                    {"color": hue, "weight": 1, "fillColor": hue, "fillOpacity": 0.6},
                    words=LANE_WORDS[lane],
                )
                for row in rows
            ],
            name=_("Land of households: %(what)s", what=LANE_WORDS[lane]),
            facts=["words"],
        )
    return sheets.sheet(
        "maps/briefings/one.html",
        drawn,
        [row.geometry for row in sites or borders],
        title=_("Progress of projects"),
        words=_(
            "%(n)s projects, %(held)s held up, %(late)s behind their plan.",
            n=len(listed),
            held=sum(1 for each in listed if each.blockers),
            late=sum(1 for each in listed if each.late_since),
        ),
        keys=[
            *(Key(hue, words, "ring") for hue, words in _hues().items()),
            *(
                Key(LANES[lane], LANE_WORDS[lane], "area", len(rows))
                for lane, rows in lanes.items()
                if rows
            ),
        ],
        tables=[_table(listed), _left(who)],
        days=None,
    )


def _hues() -> dict[str, str]:
    return {HELD: _("Held up"), LATE: _("Behind the plan"), FINE: _("By the plan")}


def _hue(listed: Listed) -> str:
    if listed.blockers:
        return HELD
    return LATE if listed.late_since else FINE


def _state(listed: Listed) -> LazyString:
    return PROJECT_FLOW.states[ProjectState(listed.project.state)]


def _lane(state: str) -> Lane:
    return LANE_OF[RelocationState(state)]


def _table(listed: Sequence[Listed]) -> Table:
    return Table(
        _("Projects"),
        [_("Name"), _("Where it stands"), _("Grids"), _("Held up by"), _("Late since")],
        [
            [
                each.project.name,
                _state(each),
                "、".join(dict.fromkeys(share.grid.name for share in each.project.shares)),
                each.blockers or "",
                format_date(each.late_since, "yyyy-MM-dd") if each.late_since else "",
            ]
            for each in listed
        ],
        _("There are no projects."),
        numbers=3,
    )


def _left(who: Actor) -> Table:
    counted = [row for row in relocation.projects(who, today=today(clock.now())) if row.households]
    return Table(
        _("Households to clean land"),
        [_("Name"), _("Households"), _("Clean land"), _("In dispute"), _("With late promises")],
        [[row.project.name, row.households, row.clean, row.stuck, row.late] for row in counted],
        _("No project has households on its land."),
    )
