"""Demo days at the workstations: people who were served, a clerk at a window, some who wait now."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
from sqlalchemy import select

from webapp.base import clock
from webapp.base.db import db
from webapp.operation.cast import actor
from webapp.people.actors import Person
from webapp.points import queries, tickets
from webapp.points.hours import Opening
from webapp.points.models import ServicePoint, Ticket
from webapp.points.rules import Template

DAYS = 2
PEOPLE = 6
# The user names of the clerks, in the order of the workstations.
CLERKS = ("window", *(f"w{number}c" for number in range(2, 8)))
# So many wait at the first workstation while it is open.
WAITING = 3


def tell() -> int:
    """Some days of every workstation are there where no number was ever given; answers how many."""
    if db.session.scalar(select(Ticket.id).limit(1)) is not None:
        return 0
    stations = queries.listed(Template.WORKSTATION)
    given = 0
    for place, (point, name) in enumerate(zip(stations, CLERKS, strict=False)):
        clerk = actor(name)
        for opening in _past(point)[-DAYS:]:
            given += _day(point, clerk, opening, np.random.default_rng((point.id, place)))
    if stations:
        given += _now(stations[0], actor(CLERKS[0]))
    return given


def _past(point: ServicePoint) -> list[Opening]:
    """The openings of the last week that are over, oldest first."""
    now = clock.now()
    week = queries.hours(point).openings(now - timedelta(days=7), 7)
    return [opening for opening in week if opening.until < now]


def _day(point: ServicePoint, clerk: Person, opening: Opening, chance: np.random.Generator) -> int:
    """People come one after the other and each is served in some minutes."""
    window = point.windows[0]
    free = opening.since
    with clock.at(opening.since):
        tickets.open_window(window, by=clerk)
    for number in range(PEOPLE):
        came = opening.since + timedelta(minutes=number * 9 + int(chance.integers(0, 7)))
        begins = max(came, free) + timedelta(seconds=20)
        free = begins + timedelta(seconds=int(chance.integers(180, 661)))
        with clock.at(came):
            mine = tickets.take(point, item=None, by=clerk, own=False)
        with clock.at(begins):
            tickets.call(mine, window, by=clerk)
        with clock.at(free):
            tickets.finish(mine, by=clerk)
    with clock.at(free + timedelta(minutes=1)):
        tickets.close_window(window, by=clerk)
    return PEOPLE


def _now(point: ServicePoint, clerk: Person) -> int:
    """Where it is open now, one is served and some wait."""
    now = clock.now()
    if queries.hours(point).at(now) is None:
        return 0
    tickets.open_window(point.windows[0], by=clerk)
    for _each in range(1 + WAITING):
        tickets.take(point, item=None, by=clerk, own=False)
    tickets.call_next(point.windows[0], by=clerk)
    return 1 + WAITING
