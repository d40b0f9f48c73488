"""What stands in somebody's calendar: each feature says its own; written in one way (RFC 5545)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum

from flask_babel import gettext as _
from icalendar import Calendar, Component, Event, Todo

from webapp.base import clock
from webapp.base.access import Actor
from webapp.base.feed import clean

TYPE = "text/calendar; charset=utf-8"

# So many of one feature stand in a calendar.
MOST = 200
# A meeting without an end is entered for so long.
MEETING = timedelta(minutes=90)


class Sort(StrEnum):
    """What it is: people come together, or something is to be done by then."""

    MEETING = "meeting"
    DUE = "due"


class As(StrEnum):
    """How what is due is written: many calendars show no tasks."""

    TASK = "task"
    EVENT = "event"


@dataclass(frozen=True)
class Entry:
    """One thing of a calendar. Its titles and words say nothing about a resident.

    `thing` is its kind and key in the log: its name for good, and where it is looked up when it
    changed; `part` tells apart two entries of one thing. `version` counts its changes. `at` is when it begins or is due; a date is a whole day.
    """

    thing: tuple[str, int]
    sort: Sort
    title: str
    at: datetime | date
    version: int
    href: str
    part: str = ""
    until: datetime | None = None
    words: str = ""
    place: str = ""
    lonlat: tuple[float, float] | None = None
    cancelled: bool = False
    done_at: datetime | None = None


@dataclass(frozen=True)
class Span:
    """From when to when a calendar is asked for."""

    since: datetime
    until: datetime


Source = Callable[[Actor, Span], Iterable[Entry]]

_SOURCES: list[Source] = []


def register(source: Source) -> None:
    """What this feature knows of somebody's time stands in calendars from now on."""
    if source not in _SOURCES:
        _SOURCES.append(source)


def of(who: Actor, span: Span) -> list[Entry]:
    """Everything that stands in the calendar of `who` in this time, in its order."""
    found = [each for source in _SOURCES for each in source(who, span)]
    return sorted(found, key=lambda each: (str(each.at), each.thing))


def written(
    entries: Sequence[Entry],
    *,
    host: str,
    name: str,
    changed: Mapping[tuple[str, int], datetime],
    dues: As = As.EVENT,
) -> bytes:
    """The calendar as text. `changed` says when each thing changed last, where the log knows it.

    Two with nothing new in between are the same to the letter.
    """
    made = Calendar()
    made.add("prodid", "-//Wangge//Calendar//ZH")
    made.add("version", "2.0")
    made.add("method", "PUBLISH")
    made.add("name", clean(name))
    made.add("x-wr-calname", clean(name))
    # How often it is worth while to look again.
    made.add("refresh-interval", timedelta(hours=1), parameters={"VALUE": "DURATION"})
    made.add("x-published-ttl", "PT1H")
    for each in entries:
        made.add_component(_component(each, host, changed.get(each.thing), dues))
    body: bytes = made.to_ical()
    return body


def _component(each: Entry, host: str, changed_at: datetime | None, dues: As) -> Component:
    task = each.sort is Sort.DUE and dues is As.TASK
    made: Component = Todo() if task else Event()
    kind, key = each.thing
    made.add("uid", f"{kind}-{key}{each.part and '-'}{each.part}@{host}")
    made.add("sequence", each.version)
    made.add("dtstamp", (changed_at or clock.now()).astimezone(UTC))
    if changed_at is not None:
        made.add("last-modified", changed_at.astimezone(UTC))
    made.add("summary", clean(_title(each, task)))
    _when(made, each, task)
    for name, value in (("location", each.place), ("description", each.words), ("url", each.href)):
        if value:
            made.add(name, clean(value))
    if each.lonlat is not None:
        lon, lat = each.lonlat
        # Here the latitude stands first.
        made.add("geo", (round(lat, 6), round(lon, 6)))
    made.add("status", _status(each, task))
    return made


def _title(each: Entry, task: bool) -> str:
    if each.sort is Sort.MEETING or task:
        return each.title
    if each.done_at is not None:
        return str(_("Done: %(what)s", what=each.title))
    return str(_("Due: %(what)s", what=each.title))


def _when(made: Component, each: Entry, task: bool) -> None:
    at = each.at.astimezone(UTC) if isinstance(each.at, datetime) else each.at
    made.add("due" if task else "dtstart", at)
    if task:
        made.add("percent-complete", 100 if each.done_at else 0)
        if each.done_at is not None:
            made.add("completed", each.done_at.astimezone(UTC))
    elif each.sort is Sort.MEETING and isinstance(at, datetime):
        until = each.until if each.until is not None and each.until > at else at + MEETING
        made.add("dtend", until.astimezone(UTC))
    elif each.sort is Sort.DUE:
        made.add("transp", "TRANSPARENT")


def _status(each: Entry, task: bool) -> str:
    if each.cancelled:
        return "CANCELLED"
    if not task:
        return "CONFIRMED"
    return "COMPLETED" if each.done_at else "NEEDS-ACTION"
