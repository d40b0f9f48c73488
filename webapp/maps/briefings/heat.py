"""Where cases came up, day by day: squares of the ground that darken while a slider walks over the weeks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from flask_babel import format_date, gettext as _

from webapp.base import clock
from webapp.base.access import Actor
from webapp.grids import queries as grids
from webapp.maps.briefings import queries, sheets
from webapp.maps.briefings.sheets import Days, Key, Sheet, Table

DAYS = 28
# So many days are shown at once: a week has one of each weekday.
SPAN = 7
SIDE_M = 250
# Cases of a square in `SPAN` days from which the next darker colour begins.
STEPS = (1, 2, 4, 7)
ROWS = 40


def made(who: Actor) -> Sheet:
    """The cases of four weeks, by squares of 250 m and by the day on which the house heard of them."""
    zone = clock.Calendar().zone
    today = clock.now().astimezone(zone).date()
    first = today - timedelta(days=DAYS - 1)
    squares = queries.reported_by_square(who, first=first, days=DAYS, side_m=SIDE_M)
    borders = grids.borders_geojson()
    drawn = sheets.new_map()
    sheets.put(drawn, sheets.grid_areas(borders, {}, {}), interactive=False)
    look = {"color": "#7d3a10", "weight": 0.5, "fillColor": sheets.RAMP[1], "fillOpacity": 0.75}
    features = []
    for square in squares:
        one = sheets.feature({"type": "Polygon", "coordinates": [square.corners]}, look)
        one["properties"]["days"] = square.days
        features.append(one)
    layer = sheets.put(drawn, features, interactive=False)
    words = [format_date(first + timedelta(days=place), "MM-dd") for place in range(DAYS)]
    return sheets.sheet(
        "maps/briefings/one.html",
        drawn,
        [row.geometry for row in borders],
        title=_("Where cases come up"),
        words=_(
            "%(n)s cases of %(days)s days by squares of %(side)s m; the slider shows %(span)s days at a time.",
            n=sum(sum(square.days) for square in squares),
            days=DAYS,
            side=SIDE_M,
            span=SPAN,
        ),
        keys=[
            Key(hue, words_of)
            for hue, words_of in zip(sheets.RAMP[1:], sheets.spans(STEPS), strict=True)
        ],
        tables=[_table(who, borders, datetime.combine(first, datetime.min.time(), zone))],
        days=Days(layer.get_name(), words, SPAN, STEPS) if layer is not None else None,
        ramp=sheets.RAMP,
    )


def _table(who: Actor, borders: Sequence[Any], begin: datetime) -> Table:
    weeks = DAYS // SPAN
    since = [begin + timedelta(days=SPAN * place) for place in range(weeks + 1)]
    counted = {row.grid_id: list(row)[1:] for row in queries.reported_by_grid(who, since=since)}
    rows = [
        [row.name, row.community or "", *counted[row.grid_id], sum(counted[row.grid_id])]
        for row in borders
        if row.grid_id in counted
    ]
    rows.sort(key=lambda row: -row[-1])
    heads = [
        _("Grid"),
        _("Community"),
        *(_("Week from %(day)s", day=format_date(each, "MM-dd")) for each in since[:-1]),
        _("Together"),
    ]
    return Table(
        _("The same by grid and week, the most first"),
        heads,
        rows[:ROWS],
        _("No case in these weeks."),
        numbers=2,
    )
