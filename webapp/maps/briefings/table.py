"""The one table of briefings: what they are called, who may have them, how each is made."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from webapp.base.access import Actor
from webapp.maps.briefings import atlas, coverage, heat, patrols, progress, situation
from webapp.maps.briefings.sheets import Sheet


@dataclass(frozen=True)
class Briefing:
    """A map to hand round. `right` is asked of whoever wants it, and it holds what they may see."""

    name: str
    title: LazyString
    words: LazyString
    right: str
    icon: str
    made: Callable[[Actor], Sheet]


BRIEFINGS = {
    each.name: each
    for each in (
        Briefing(
            "situation",
            _l("Situation"),
            _l("Open cases by mark, load of each grid, alarms that stand, danger zones in force."),
            "maps.desk",
            icon="map-pin-exclamation",
            made=situation.made,
        ),
        Briefing(
            "heat",
            _l("Where cases come up"),
            _l("Four weeks by squares of the ground; a slider walks over the days."),
            "maps.desk",
            icon="flame",
            made=heat.made,
        ),
        Briefing(
            "coverage",
            _l("Camera coverage and blind spots"),
            _l("What cameras see of each grid, what nobody sees, what one camera sees alone."),
            "cameras.coverage",
            icon="device-cctv",
            made=coverage.made,
        ),
        Briefing(
            "progress",
            _l("Progress of projects"),
            _l("Sites by plan and hindrance, land of households by where they stand."),
            "projects.list",
            icon="crane",
            made=progress.made,
        ),
        Briefing(
            "patrols",
            _l("Where patrols were"),
            _l("What was seen in thirty days, and the grids in which nobody walked."),
            "maps.desk",
            icon="walk",
            made=patrols.made,
        ),
        Briefing(
            "atlas",
            _l("Grid atlas"),
            _l("All grids in force with their names, codes and areas."),
            "grids.see",
            icon="map-2",
            made=lambda _who: atlas.made(),
        ),
    )
}
