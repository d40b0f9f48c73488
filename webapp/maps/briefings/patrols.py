"""What patrols saw in thirty days, grid by grid, and where nobody walked."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask_babel import gettext as _

from webapp.base import clock
from webapp.base.access import Actor
from webapp.cases.field.rules import PointState
from webapp.cases.figures.periods import today
from webapp.grids import queries as grids
from webapp.maps.briefings import queries, sheets
from webapp.maps.briefings.sheets import Key, Sheet, Table
from webapp.maps.shell import shown

DAYS = 30
# A grid by the share of its points that were seen.
SHADES = {"none": "#fbe3e3", "few": "#fff1de", "most": "#d9f0df"}
MOST_SEEN = 0.8
POINTS = {
    PointState.VISITED: "#2b8a3e",
    PointState.WAITING: "#e67700",
    PointState.SKIPPED: "#7b8896",
}


def made(who: Actor) -> Sheet:
    """The patrols of thirty days that `who` may see."""
    since = today(clock.now()) - timedelta(days=DAYS - 1)
    counted = {row.grid_id: row for row in queries.patrols_by_grid(who, since=since)}
    borders = grids.borders_geojson()
    shades = {row.grid_id: SHADES[_lot(counted.get(row.grid_id))] for row in borders}
    facts = {
        grid: (
            _("%(seen)s of %(n)s points seen", seen=row.seen, n=row.points),
            _("last on %(day)s", day=shown(row.last_at)) if row.last_at else "",
        )
        for grid, row in counted.items()
    }
    drawn = sheets.new_map()
    sheets.put(drawn, sheets.grid_areas(borders, shades, facts), facts=["name", "first", "second"])
    points = queries.patrol_points(who, since=since)[: queries.MOST]
    words = {
        PointState.VISITED: _("Seen"),
        PointState.WAITING: _("Not seen yet"),
        PointState.SKIPPED: _("Left out"),
    }
    by_state = {state: [each for each in points if each[3] == state] for state in POINTS}
    for state, found in by_state.items():
        hue = POINTS[state]
        look = {
            "color": "#ffffff" if state is PointState.VISITED else hue,
            "weight": 1 if state is PointState.VISITED else 2,
            "fillColor": hue if state is PointState.VISITED else "#ffffff",
            "fillOpacity": 1,
            "radius": 5,
        }
        sheets.put(
            drawn,
            [
                sheets.feature(
                    sheets.dot(lon, lat), look, name=name, when=shown(at) if at else words[state]
                )
                for lon, lat, name, _state, at in found
            ],
            name=words[state],
            facts=["name", "when"],
        )
    rows = [_row(row, counted.get(row.grid_id)) for row in borders]
    rows.sort(key=lambda row: (row[2], row[0]))
    return sheets.sheet(
        "maps/briefings/one.html",
        drawn,
        [row.geometry for row in borders],
        title=_("Where patrols were"),
        words=_(
            "%(seen)s points seen in %(days)s days; in %(n)s grids nobody walked.",
            seen=sum(row.seen for row in counted.values()),
            days=DAYS,
            n=sum(1 for row in borders if _lot(counted.get(row.grid_id)) == "none"),
        ),
        keys=[
            *(
                Key(
                    POINTS[state],
                    words[state],
                    "dot" if state is PointState.VISITED else "ring",
                    len(found),
                )
                for state, found in by_state.items()
            ),
            Key(SHADES["most"], _("Most points seen")),
            Key(SHADES["few"], _("Some points seen")),
            Key(SHADES["none"], _("Nobody walked")),
        ],
        tables=[
            Table(
                _("Grids, the least walked first"),
                [_("Grid"), _("Patrols"), _("Points seen"), _("Points planned"), _("Last seen")],
                rows,
                _("No borders are in force."),
            )
        ],
        days=None,
    )


def _lot(row: Any) -> str:
    if row is None or not row.seen:
        return "none"
    return "most" if row.seen >= row.points * MOST_SEEN else "few"


def _row(grid: Any, row: Any) -> list[object]:
    if row is None:
        return [grid.name, 0, 0, 0, ""]
    return [grid.name, row.patrols, row.seen, row.points, shown(row.last_at) if row.last_at else ""]
