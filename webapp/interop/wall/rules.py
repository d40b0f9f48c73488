"""What the big screen shows, how large, how often it is asked for, and who may put it up."""

from __future__ import annotations

from enum import StrEnum

from flask_babel import lazy_gettext as _l

from webapp.base.access import Anywhere
from webapp.grids.rules import GridKind

# The page is laid out in units of one line of its smallest letters (1 rem in static/css/wall.css): so many
# of them are the width and the height of a screen of 16:9. docs/maps.md says what that is in millimetres.
ACROSS, DOWN = 43.6, 24.5
# The map: so many units; in its drawing one unit is a hundred.
MAP_ACROSS, MAP_DOWN, UNIT = 18.6, 12.2, 100

# So many rows fit without scrolling.
LATE, NEWEST, ALARMS = 4, 8, 4
# What a grid is called on an English screen: its names are Chinese, and a hall that reads none needs a number.
ENGLISH = {
    GridKind.COMMUNITY: "Community",
    GridKind.VILLAGE: "Village",
    GridKind.INDUSTRY: "Industry",
    GridKind.RELOCATED: "Old village",
}
# Open cases of a grid from which the next lighter colour begins.
STEPS = (1, 3, 6, 10)
# So many things are named on the map.
NAMED = 3
# So many cases are drawn at most.
POINTS = 2000

# An address is read by several screens, each of them twice a minute and with news.
READS = "120/minute"
TRIES = "10/second;2000/hour"


class Scene(StrEnum):
    """What the middle of the screen shows in turn."""

    SITUATION = "situation"
    NEWEST = "newest"
    ALARMS = "alarms"


SCENE_WORDS = {
    Scene.SITUATION: _l("Map"),
    Scene.NEWEST: _l("Newest"),
    Scene.ALARMS: _l("Alarms"),
}

MAY = {"wall.see": Anywhere("street_leader", "shift_leader", "supervisor")}
