"""Everything that stands on the big screen at a moment, in words; nobody is named, nothing is of a person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import format_number, format_timedelta, get_locale, gettext as _

from webapp.base import clock
from webapp.base.access import Actor, may
from webapp.cases.figures import periods, queries as figures, sheets
from webapp.cases.figures.rules import Division, scope_of
from webapp.cases.models import Case
from webapp.cases.rules import CASE_FLOW, State
from webapp.cases.shown import class_name
from webapp.grids.models import Grid
from webapp.grids.rules import GridKind
from webapp.interop.wall import drawing, queries
from webapp.interop.wall.drawing import Area, Ground, Name
from webapp.interop.wall.rules import ENGLISH, LATE, NAMED, STEPS
from webapp.maps import queries as maps
from webapp.maps.briefings.queries import late_cases
from webapp.maps.shell import shown
from webapp.monitoring.alarms.models import Alarm
from webapp.monitoring.alarms.rules import ACTIVE, ALARM_FLOW, UNSEEN, State as AlarmState
from webapp.monitoring.signals import KINDS, Kind
from webapp.monitoring.weather import queries as weather
from webapp.monitoring.weather.rules import words_of
from webapp.people import days
from webapp.ports import queries as ports

CONTENT = "satisfied_rate"
# The worst lie on top. What is handled but not checked is still open.
MARKS = ("rest", "new", "soon", "late")


@dataclass(frozen=True)
class Figure:
    """A number of the strip: its words, and whether it is a bad one. `value` None: nobody knows it."""

    name: str
    words: Any
    value: str | None
    bad: bool = False


@dataclass(frozen=True)
class Row:
    """A line of a list: what, where, a word about it with its colour; `at` where a moment goes before."""

    what: str
    where: str
    said: str
    kind: str
    at: str = ""


@dataclass(frozen=True)
class Picture:
    """What lies over the ground of the map: shades of grids, marks at places, names."""

    shades: list[tuple[int, int]]
    marks: list[tuple[str, int, int]]
    names: list[Name]


@dataclass(frozen=True)
class Wall:
    """What the screen shows, as it was at `made_at`."""

    made_at: datetime
    place: str | None
    illustrative: bool
    figures: Sequence[Figure]
    late: Sequence[Row]
    later: int
    newest: Sequence[Row]
    alarms: Sequence[Row]
    more_alarms: int
    at_sea: int | None
    called_back: bool
    wind: tuple[str, str] | None
    picture: Picture


def wall(who: Actor) -> Wall:
    """The screen as `who` may see it now."""
    now = clock.now()
    territory = maps.territory()
    counted = maps.figures(who)
    received, closed = queries.of_today(who, days.start_of(days.today()))
    standing, alarms = queries.alarms(who) if may(who, "alarms.see") else ([], None)
    sees_sea = may(who, "voyages.see")
    at_sea = queries.at_sea(who) if sees_sea else None
    late = late_cases(who, limit=LATE)
    return Wall(
        made_at=now,
        place=territory.name,
        illustrative=territory.illustrative,
        figures=[
            Figure("open", _("open"), _number(counted.open)),
            Figure("late", _("late"), _number(counted.late), bad=counted.late > 0),
            Figure("received", _("In today"), _number(received)),
            Figure("closed", _("Out today"), _number(closed)),
            Figure("content", _("Pleased"), _content(who, now)),
            Figure("alarms", _("Alarms"), _number(alarms), bad=bool(alarms)),
            Figure("duty", _("On duty"), _number(queries.on_duty())),
            Figure("sea", _("At sea"), _number(at_sea)),
        ],
        late=[_late(each, now) for each in late],
        later=counted.late - len(late),
        newest=[_new(each) for each in queries.newest(who)],
        alarms=[_alarm(each, now) for each in standing],
        more_alarms=(alarms or 0) - len(standing),
        at_sea=at_sea,
        called_back=sees_sea and ports.recall_on() is not None,
        wind=_wind(),
        picture=_picture(who, drawing.ground(territory.set_id)),
    )


def what(case: Case) -> str:
    """What a case is, as a hall may read it: of what is nobody's business only that there is something."""
    hidden = case.private or case.confidential or not case.case_class.public
    return _("Matter in confidence") if hidden else class_name(case)


def _number(many: int | None) -> str | None:
    return None if many is None else str(format_number(many))


def _content(who: Actor, now: datetime) -> str | None:
    month = periods.window(periods.around(periods.today(now), periods.Span.MONTH), now)
    found = figures.measured([CONTENT], division=Division.STREET, window=month, scope=scope_of(who))
    value = found[None][CONTENT].value
    return (
        None
        if value is None
        else sheets.shown_value(CONTENT, value).replace(".0 ", "").replace(" ", "")
    )


def _where(thing: Case | Alarm) -> str:
    return grid_name(thing.grid) if thing.grid is not None else _("in no grid")


def grid_name(grid: Grid | Area) -> str:
    """What a grid is called in the language of the screen: without a name there, by its kind and number."""
    if get_locale().language != "en":
        return grid.name
    number = (grid.display_code or grid.name).rpartition("-")[2]
    return f"{ENGLISH[GridKind(grid.kind)]} {number}"


def _late(case: Case, now: datetime) -> Row:
    since = case.due_at or now
    long = str(format_timedelta(now - since, threshold=1.2))
    return Row(what(case), _where(case), _("%(time)s late", time=long), "late")


def _new(case: Case) -> Row:
    state = State(case.state)
    kind = "new" if state is State.REPORTED else "rest" if case.closed_at is None else "done"
    return Row(
        what(case), _where(case), str(CASE_FLOW.states[state]), kind, shown(case.received_at)
    )


def _alarm(alarm: Alarm, now: datetime) -> Row:
    state = AlarmState(alarm.state)
    return Row(
        str(KINDS[Kind(alarm.kind)].words),
        _where(alarm),
        str(ALARM_FLOW.states[state]),
        "alarm" if state in UNSEEN else "soon" if state in ACTIVE else "rest",
        str(format_timedelta(alarm.received_at - now, add_direction=True)),
    )


def _wind() -> tuple[str, str] | None:
    """Whence and how fast the wind blows; None where nobody said anything of it within the hour."""
    known = weather.wind_at(None)
    speed, whence = known.speed, known.whence
    if speed is None or not speed.fresh:
        return None
    if known.calm or whence is None or not whence.fresh:
        return (_("Calm") if known.calm else _("Wind"), f"{speed.value:.1f} m/s")
    return (str(words_of(whence.value)), f"{speed.value:.1f} m/s")


def _picture(who: Actor, ground: Ground) -> Picture:
    if ground.frame is None:
        return Picture([], [], [])
    at = ground.frame.at
    load = maps.load_by_grid(who)
    shades = [(grid, _shade(load[grid][0])) for grid in sorted(load) if grid in ground.areas]
    cases = [
        ("rest" if mark == "done" else mark, *at(lon, lat))
        for lon, lat, mark in queries.case_points(who)
    ]
    # What lies in no grid may lie beside the drawing.
    cases = [each for each in cases if drawing.holds(each[1], each[2])]
    cases.sort(key=lambda each: MARKS.index(each[0]))
    standing = queries.alarm_points(who) if may(who, "alarms.see") else []
    alarms = [("alarm", *at(lon, lat)) for lon, lat, _kind in standing]
    wishes = [(str(KINDS[Kind(kind)].words), "alarm", *at(lon, lat)) for lon, lat, kind in standing]
    worst = sorted(load, key=lambda grid: (-load[grid][1], -load[grid][0], grid))
    wishes += [
        (grid_name(ground.areas[grid]), "late", *ground.areas[grid].middle)
        for grid in worst
        if load[grid][1] and grid in ground.areas
    ]
    return Picture(
        shades,
        cases + alarms,
        drawing.named(wishes, most=NAMED, free=[(x, y) for _mark, x, y in alarms]),
    )


def _shade(many: int) -> int:
    return sum(many >= step for step in STEPS)
