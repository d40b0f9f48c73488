"""The public types of events: what a client can ask to be told, by which steps of the house."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from pydantic import BaseModel

from webapp.base.audit import Event
from webapp.interop.webhooks import shapes

Fits = Callable[[Event], bool]


@dataclass(frozen=True)
class EventType:
    """A type of event about a kind of thing: its words, the shape of its data, the steps that it is."""

    name: str
    kind: str
    words: LazyString
    shape: type[BaseModel]
    fits: Fits


def _by(*moves: str) -> Fits:
    return lambda event: event.move in moves


def _into(*states: str) -> Fits:
    return lambda event: event.after in states and _changes(event)


def _changes(event: Event) -> bool:
    return event.before is not None and event.before != event.after


# An event is of the first type that fits; what fits none is told to nobody. A type never changes its
# meaning: one that is no more of use goes, another gets another name.
TYPES: dict[str, EventType] = {
    each.name: each
    for each in (
        EventType("case.created", "case", _l("A case came in"), shapes.CaseTold, _by("report")),
        EventType("case.closed", "case", _l("A case was closed"), shapes.CaseTold, _into("closed")),
        EventType("case.changed", "case", _l("A case went on"), shapes.CaseTold, _changes),
        EventType(
            "alarm.raised",
            "alarm",
            _l("An alarm was raised, or came back"),
            shapes.AlarmTold,
            _by("raise", "again"),
        ),
        EventType(
            "alarm.closed", "alarm", _l("An alarm was closed"), shapes.AlarmTold, _into("closed")
        ),
        EventType(
            "alarm.changed",
            "alarm",
            _l("An alarm was seen, or is over"),
            shapes.AlarmTold,
            _changes,
        ),
        EventType(
            "application.submitted",
            "service_application",
            _l("An application was submitted"),
            shapes.ApplicationTold,
            _by("submit"),
        ),
        EventType(
            "application.decided",
            "service_application",
            _l("An application was approved or refused"),
            shapes.ApplicationTold,
            _into("approved", "refused"),
        ),
        EventType(
            "application.changed",
            "service_application",
            _l("An application went on"),
            shapes.ApplicationTold,
            _changes,
        ),
        EventType(
            "project.registered",
            "project",
            _l("A project was registered"),
            shapes.ProjectTold,
            _by("register"),
        ),
        EventType(
            "project.changed", "project", _l("A project went on"), shapes.ProjectTold, _changes
        ),
        EventType(
            "danger_zone.in_force",
            "danger_zone",
            _l("A danger zone is in force"),
            shapes.ZoneTold,
            _into("in_force"),
        ),
        EventType(
            "danger_zone.lifted",
            "danger_zone",
            _l("A danger zone was lifted"),
            shapes.ZoneTold,
            _into("lifted"),
        ),
        EventType(
            "news.published",
            "news",
            _l("News were published"),
            shapes.NewsTold,
            _into("published"),
        ),
        EventType(
            "news.withdrawn",
            "news",
            _l("News were withdrawn"),
            shapes.NewsTold,
            _into("withdrawn"),
        ),
    )
}

# Sent on request only.
TEST = "webhook.test"


def type_of(event: Event) -> EventType | None:
    """The public type of an event; None: nobody outside is told."""
    found = (each for each in TYPES.values() if each.kind == event.thing_kind)
    return next((each for each in found if each.fits(event)), None)


def kinds_of(types: Collection[str]) -> list[str]:
    """The kinds of things that these types are about."""
    return sorted({TYPES[name].kind for name in types if name in TYPES})
