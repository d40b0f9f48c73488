"""How an application is shown: its lamp, its steps, its history, how long it will take."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import format_datetime, get_locale, gettext as _, lazy_gettext as _l
from flask_babel.speaklater import LazyString

from webapp.base import clock, sealing
from webapp.base.clock import Limit, Unit
from webapp.services.applications import asking, queries, timing
from webapp.services.applications.models import Application
from webapp.services.applications.queries import Pace
from webapp.services.applications.rules import (
    APPLICATION_FLOW,
    DECIDED,
    ENDED,
    ENOUGH,
    LEVEL_OF,
    State,
)
from webapp.services.items.described import Question
from webapp.services.items.models import ItemVersion
from webapp.services.items.rules import ACCEPT

# What else the log knows of an application.
NOTED: dict[str, LazyString] = {
    "begin": _l("Begun"),
    "change": _l("Answers changed"),
    "paper": _l("Paper added"),
    "reveal": _l("Personal answers read"),
    "look": _l("Paper looked at"),
    "arrange_visit": _l("Visit arranged"),
    "visited": _l("Visited at home"),
}

# Steps whose words are for the applicant; what levels write to each other is not.
TO_APPLICANT = frozenset(("ask_supplement", "return", "approve", "refuse", "answer_supplement"))
# What an applicant need not read in the history: small changes of their own.
QUIET = frozenset(("change", "paper", "reveal", "look"))


@dataclass(frozen=True)
class Forecast:
    """When it would be decided: half of the past matters by `half`, four of five by `likely`.

    `count` past matters tell so; None in the moments: too few of them.
    """

    count: int
    half: datetime | None
    likely: datetime | None


def lamp(application: Application) -> tuple[str, str]:
    """The colour and the word of its clock: green below 80 per cent, yellow, red."""
    now = clock.now()
    if application.state in DECIDED or application.state in ENDED:
        well = application.decided_at is not None and application.law is None
        return "done" if well else "rest", str(APPLICATION_FLOW.states[State(application.state)])
    if application.paused:
        return "rest", str(_("clock stands still"))
    if application.due_at is None:
        return "rest", str(APPLICATION_FLOW.states[State(application.state)])
    if application.due_at < now:
        return "late", str(_("late"))
    if application.soon_at is not None and application.soon_at < now:
        return "soon", str(_("due soon"))
    return "done", str(_("in time"))


def forecast(version: ItemVersion) -> Forecast:
    """When a matter of this item would be decided that is submitted at this moment."""
    known = queries.pace(version.item_id)
    if known is None or known.count < ENOUGH:
        return Forecast(known.count if known else 0, None, None)
    return Forecast(known.count, _after(known.half), _after(known.four_fifths))


def forecast_of(application: Application, known: Pace | None) -> datetime | None:
    """When an open application will likely be decided, by the past; None when nothing is known."""
    if known is None or known.count < ENOUGH or application.running_since is None:
        return None
    left = known.half - timing.worked_s(application, clock.now())
    return _after(left) if left > 0 else None


def steps_of(application: Application) -> list[tuple[str, str]]:
    """The steps it passes, each with done, here or nothing."""
    order = [ACCEPT, *application.levels]
    here = LEVEL_OF.get(application.state)
    if application.state in (State.SUBMITTED, State.SUPPLEMENT):
        place = 0
    elif here is not None:
        place = order.index(here)
    elif application.decided_at is not None or application.state == State.PUBLICITY:
        place = len(order)
    else:
        place = -1
    return [
        (step, "done" if number < place else "here" if number == place else "")
        for number, step in enumerate(order)
    ]


def answers_of(application: Application, personal: dict[str, Any] | None = None) -> list[Any]:
    """Each question with its answer: personal ones masked, unless `personal` gives them whole.

    Where a key of the installation is missing the personal ones stay away.
    """
    try:
        known = asking.unsealed(application.sealed) if personal is None else personal
    except sealing.Unreadable:
        known = {}
    rows = []
    for question in application.item.said.form:
        kept = known if question.personal else application.answers
        if question.key in kept:
            value = kept[question.key]
            hides = question.personal and personal is None
            rows.append(
                (question, asking.masked(question, value) if hides else said(question, value))
            )
    return rows


def said(question: Question, value: Any) -> str:
    """An answer as people write it."""
    for key, chinese, english in question.options:
        if key == value:
            return english if str(get_locale()) == "en" else chinese
    if isinstance(value, float):
        return f"{value:g}"
    return str(value)


def event_words(move: str) -> LazyString | str:
    """What a line of the history is called."""
    return NOTED.get(move) or APPLICATION_FLOW.words_of(move)


def moment(value: datetime) -> str:
    """A moment as the texts of a forecast say it: the hour for today, else the day with it."""
    local = value.astimezone(timing.office().zone)
    today = clock.now().astimezone(timing.office().zone)
    return str(format_datetime(value, "HH:mm" if local.date() == today.date() else "MM-dd HH:mm"))


def _after(seconds: float) -> datetime:
    return timing.office().due(clock.now(), Limit(max(seconds, 0) / 3600, Unit.WORK_HOUR))
