"""The situation: load of each grid, every open case by its mark, alarms that stand, zones in force."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from flask_babel import get_locale, gettext as _

from webapp.base.access import Actor, may
from webapp.cases.shown import class_name
from webapp.grids import queries as grids
from webapp.maps import queries as maps
from webapp.maps.briefings import queries, sheets
from webapp.maps.briefings.sheets import Key, Sheet, Table
from webapp.maps.shell import ago, shown
from webapp.monitoring.alarms import listing as alarms
from webapp.monitoring.danger import shown as danger

# Open cases of a grid from which the next darker colour begins.
STEPS = (2, 5, 9, 14)
ROWS = 30

MARKS = {
    "late": ("#c92a2a", 7.5),
    "soon": ("#e67700", 6.5),
    "new": ("#0b63ce", 5.5),
    "rest": ("#7b8896", 4.5),
    "done": ("#2b8a3e", 4.5),
}


def made(who: Actor) -> Sheet:
    """What is open now, as `who` may see it."""
    borders = grids.borders_geojson()
    load = maps.load_by_grid(who)
    drawn = sheets.new_map()
    shades = {grid: sheets.shade(counted[0], STEPS) for grid, counted in load.items()}
    facts = {
        grid: (_("%(n)s open", n=open_), _("%(n)s past their time", n=late) if late else "")
        for grid, (open_, late) in load.items()
    }
    sheets.put(
        drawn,
        sheets.grid_areas(borders, shades, facts),
        name=_("Open cases by grid"),
        facts=["name", "first", "second"],
    )
    zones = _zones(who)
    sheets.put(drawn, zones, name=_("Danger zones in force"), facts=["name"])
    words = _mark_words()
    cases = maps.case_points(who, language=get_locale().language, limit=queries.MOST)
    counted = dict.fromkeys(MARKS, 0)
    # The worst lie on top.
    for mark, (hue, radius) in reversed(MARKS.items()):
        found = [each for each in cases[: queries.MOST] if each[3] == mark]
        counted[mark] = len(found)
        look = {
            "color": "#ffffff",
            "weight": 1,
            "fillColor": hue,
            "fillOpacity": 1,
            "radius": radius,
        }
        sheets.put(
            drawn,
            [
                sheets.feature(
                    sheets.dot(lon, lat), look, number=number, what=name, mark=words[mark]
                )
                for _id, lon, lat, _mark, name, number, _grid in found
            ],
            name=words[mark],
            facts=["number", "what", "mark"],
        )
    standing = _alarms(who)
    sheets.put(drawn, standing, name=_("Alarms that stand"), facts=["name"])
    figures = maps.figures(who)
    return sheets.sheet(
        "maps/briefings/one.html",
        drawn,
        [row.geometry for row in borders],
        title=_("Situation"),
        words=_(
            "%(open)s open cases, %(late)s of them past their time, %(new)s nobody has looked at;"
            " %(watch)s people on watch.",
            open=figures.open,
            late=figures.late,
            new=figures.new,
            watch=figures.on_watch,
        )
        + _more(len(cases)),
        keys=[
            *(
                Key(MARKS[mark][0], words[mark], "dot", counted[mark])
                for mark in MARKS
                if counted[mark]
            ),
            *([Key("#7a1fa2", _("Alarms that stand"), "ring", len(standing))] if standing else []),
            *([Key("#c92a2a", _("Danger zones in force"), "area", len(zones))] if zones else []),
            *_ramp(),
        ],
        tables=[_late(who), _grids(borders, load)],
        days=None,
    )


def _ramp() -> list[Key]:
    first = [_("%(n)s open and fewer", n=STEPS[0])]
    middle = [
        _("%(from)s to %(to)s", **{"from": low + 1, "to": high}) for low, high in pairwise(STEPS)
    ]
    last = [_("more than %(n)s", n=STEPS[-1])]
    return [
        Key(hue, words) for hue, words in zip(sheets.RAMP[1:], first + middle + last, strict=True)
    ]


def _mark_words() -> dict[str, str]:
    return {
        "late": _("Past its time"),
        "soon": _("Due within the hour"),
        "new": _("Nobody has looked at it"),
        "rest": _("Under way"),
        "done": _("Handled, to be checked"),
    }


def _more(found: int) -> str:
    if found <= queries.MOST:
        return ""
    more: str = _("The map holds the newest %(n)s.", n=queries.MOST)
    return f" {more}"


def _zones(who: Actor) -> list[dict[str, Any]]:
    if not may(who, "danger.see"):
        return []
    look = {"color": "#c92a2a", "weight": 2, "fillColor": "#c92a2a", "fillOpacity": 0.25}
    return [
        sheets.feature(each["geometry"], look, name=each["properties"]["name"])
        for each in danger.on_map()
    ]


def _alarms(who: Actor) -> list[dict[str, Any]]:
    if not may(who, "alarms.see"):
        return []
    look = {
        "color": "#7a1fa2",
        "weight": 3,
        "fillColor": "#ffffff",
        "fillOpacity": 0.4,
        "radius": 9,
    }
    return [
        sheets.feature(sheets.dot(lon, lat), look, name=name)
        for _id, lon, lat, name, _grid in alarms.points(who, limit=queries.MOST)[: queries.MOST]
    ]


def _late(who: Actor) -> Table:
    return Table(
        _("Past their time"),
        [_("Case"), _("Class"), _("Grid"), _("Limit ends"), _("Late since")],
        [
            [
                each.number,
                class_name(each),
                each.grid.name if each.grid else _("in no grid"),
                shown(each.due_at) if each.due_at else "",
                ago(each.due_at) if each.due_at else "",
            ]
            for each in queries.late_cases(who, limit=ROWS)
        ],
        _("Nothing is past its time."),
        numbers=3,
    )


def _grids(borders: Sequence[Any], load: dict[int, list[int]]) -> Table:
    rows = [
        [row.name, row.community or "", *load[row.grid_id]]
        for row in borders
        if row.grid_id in load
    ]
    rows.sort(key=lambda row: (-row[3], -row[2]))
    return Table(
        _("Grids with open cases"),
        [_("Grid"), _("Community"), _("Open cases"), _("Late")],
        rows,
        _("No grid has open cases."),
        numbers=2,
    )
