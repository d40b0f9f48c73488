"""Sources over MQTT: a topic for each format, those of Frigate and SensorThings, and one for what is urgent."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from webapp.base.access import may
from webapp.base.intake import Line, Message, Say
from webapp.monitoring.intake import queries, sending
from webapp.monitoring.intake.arriving import Sent
from webapp.monitoring.intake.rules import Format, Status
from webapp.people import actors

SCOPE = "intake"

_FRIGATE = ("reviews", "available", "+/status/+")
_OBSERVATIONS = ("v1.0/+/Observations", "v1.1/+/Observations")


def _take(form: Format, message: Message) -> Iterable[Say]:
    """What a source said is kept and merged. It is told only of what nobody could read."""
    source = queries.source(message.name)
    who = actors.person(source.account_id, scopes=(SCOPE,)) if source is not None else None
    if source is None or source.closed_at is not None or who is None:
        return []
    if not may(who, "intake.report", source):
        return []
    beside = message.topic.removeprefix(f"intake/{source.code}/{form}/")
    topic = beside if beside != message.topic else ""
    taken = sending.take_all(source, form, Sent(message.body, topic=topic))
    dead = [sending.told(each) for each in taken if each.status == Status.DEAD]
    return [Say(f"intake/{source.code}/told", {"results": dead})] if dead else []


def _urgent(message: Message) -> Iterable[Say]:
    (form,) = message.levels
    return _take(Format(form), message) if form in list(Format) else []


_SAYS = {f"intake/{{name}}/{form}": partial(_take, form) for form in Format}
_SAYS |= {
    f"intake/{{name}}/{Format.FRIGATE}/{rest}": partial(_take, Format.FRIGATE) for rest in _FRIGATE
}
_SAYS |= {
    f"intake/{{name}}/{Format.SENSORTHINGS}/{rest}": partial(_take, Format.SENSORTHINGS)
    for rest in _OBSERVATIONS
}

URGENT = "intake/{name}/urgent/+"

LINE = Line(
    scope=SCOPE,
    says={**_SAYS, URGENT: _urgent},
    hears=("intake/{name}/told",),
    urgent=frozenset((URGENT,)),
)
