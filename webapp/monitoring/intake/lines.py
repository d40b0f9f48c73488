"""Sources over MQTT: a topic for each format, those of Frigate and SensorThings, and one for what is urgent."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial

from webapp.base.access import may
from webapp.base.intake import Line, Message, Say
from webapp.monitoring.intake import sending, speaking
from webapp.monitoring.intake.arriving import Sent, Taken
from webapp.monitoring.intake.models import Source
from webapp.monitoring.intake.readers.frigate import OF_OBJECT
from webapp.monitoring.intake.rules import Format, Status
from webapp.monitoring.intake.speaking import SCOPE

_FRIGATE = ("reviews", "available", "+/status/+", OF_OBJECT)
_OBSERVATIONS = ("v1.0/+/Observations", "v1.1/+/Observations")


def _take(form: Format, message: Message) -> Iterable[Say]:
    """What a source said is kept and merged. It is told of what nobody could read, and of all it asks for."""
    (says,) = _take_of(message.name, form, [message])
    return says


def _take_of(name: str, form: Format, said: Sequence[Message]) -> list[list[Say]]:
    speaker = speaking.named(name)
    if speaker is None or speaker.who is None:
        return [[] for _each in said]
    source = speaker.source
    if not may(speaker.who, "intake.report", source):
        return [[] for _each in said]
    sent = [Sent(each.body, topic=_beside(each, form)) for each in said]
    taken = sending.take_each(source, form, sent)
    return [_told(source, each, became) for each, became in zip(said, taken, strict=True)]


def _beside(message: Message, form: Format) -> str:
    beside = message.topic.removeprefix(f"intake/{message.name}/{form}/")
    return beside if beside != message.topic else ""


def _told(source: Source, message: Message, taken: Sequence[Taken]) -> list[Say]:
    told = [sending.told(each) for each in taken if message.asks or each.status == Status.DEAD]
    return [Say(f"intake/{source.code}/told", {"results": told})] if told else []


def _urgent(message: Message) -> Iterable[Say]:
    form = _form_of(message)
    return _take(form, message) if form is not None else []


def _form_of(message: Message) -> Format | None:
    _intake, _name, form, *rest = message.topic.split("/")
    if form == "urgent" and len(rest) == 1:
        form = rest[0]
    return Format(form) if form in list(Format) else None


def _take_together(said: Sequence[Message]) -> list[list[Say]]:
    """The same for several: what one source says in one format is taken at once, in its order."""
    sorts: dict[tuple[str, Format], list[int]] = {}
    for place, each in enumerate(said):
        form = _form_of(each)
        if form is not None:
            sorts.setdefault((each.name, form), []).append(place)
    answers: list[list[Say]] = [[] for _each in said]
    for (name, form), places in sorted(sorts.items()):
        taken = _take_of(name, form, [said[place] for place in places])
        for place, says in zip(places, taken, strict=True):
            answers[place] = says
    return answers


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
    together=_take_together,
)
