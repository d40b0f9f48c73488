"""Messages that come together are taken together: what the database is asked does not grow with their number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import islice

from flask import current_app

from webapp.base import clock
from webapp.base.db import db, is_away
from webapp.monitoring.alarms import actions as alarms
from webapp.monitoring.intake import arriving, inbox
from webapp.monitoring.intake.arriving import Sent, Taken
from webapp.monitoring.intake.models import Source
from webapp.monitoring.intake.rules import Format
from webapp.monitoring.signals import Read, Signal
from webapp.monitoring.video import actions as video

# Whose messages say nothing of each other, so that several may be read before the first is kept.
TOGETHER = frozenset(Format) - {Format.CAP}


def take_all(source: Source, form: Format, sent: Sequence[Sent]) -> list[Taken]:
    """Each of these messages is taken as if it had come alone, in few statements for all of them.

    Where one of them stands in the way nothing of that holds, and each has its turn by itself.
    """
    if len(sent) > 1 and form in TOGETHER and form in source.formats:
        try:
            with db.session.begin_nested():
                return _together(source, form, sent, clock.now())
        except Exception as error:  # `take` finds out whose fault it is
            if is_away(error):
                raise
            current_app.logger.info("%s messages are taken one by one: %r", len(sent), error)
    return [inbox.take(source, form, each) for each in sent]


def _together(source: Source, form: Format, sent: Sequence[Sent], now: datetime) -> list[Taken]:
    inbox.hear_of(source, now)
    taken: dict[int, Taken] = {}
    said: dict[int, Read] = {}
    passing: dict[int, Read] = {}
    for place, each in enumerate(sent):
        found = _read(source, form, each, now)
        if found is not None and _is_plain(found):
            said[place] = found
        elif found is not None and _passes(found):
            passing[place] = found
        else:
            taken[place] = inbox.take(source, form, each)
    if said:
        messages = {place: (sent[place], found) for place, found in said.items()}
        taken |= _all_merged(source, form, messages, now)
    told = [each for found in passing.values() for each in found.told]
    known = iter(inbox.tell_all(source, told, now))
    for place, found in passing.items():
        any_known = any([*islice(known, len(found.told))])
        taken[place] = inbox.passed(source, form, sent[place], found, now, known=any_known)
    return [taken[place] for place in range(len(sent))]


def _read(source: Source, form: Format, sent: Sent, now: datetime) -> Read | None:
    try:
        return inbox.read(source, form, sent, now)
    except Exception:  # noqa: BLE001  # whatever it is, `take` says what becomes of it
        return None


def _is_plain(found: Read) -> bool:
    only_signals = bool(found.told) and all(isinstance(each, Signal) for each in found.told)
    return only_signals and not found.ignored and bool(found.message_id) and not found.pictures


def _passes(found: Read) -> bool:
    return not found.ignored and not any(isinstance(each, Signal) for each in found.told)


def _all_merged(
    source: Source, form: Format, said: Mapping[int, tuple[Sent, Read]], now: datetime
) -> dict[int, Taken]:
    """What these say is merged, each message once; the others are counted."""
    numbers = arriving.arrive_all(source, form, list(said.values()), now)
    new: dict[str, int] = {}
    for place, (_sent, found) in said.items():
        if str(found.message_id) in numbers:
            new.setdefault(str(found.message_id), place)
    signals = [
        (name, each) for name, place in new.items() for each in inbox.signals_of(said[place][1])
    ]
    heard: dict[str, list[alarms.Heard]] = {name: [] for name in new}
    placed = video.placed([each for _n, each in signals], source=source.code)
    answers = alarms.hear_all(placed, source=source.code, received_at=now)
    for (name, _signal), answer in zip(signals, answers, strict=True):
        heard[name].append(answer)
    db.session.flush()
    merged = {name: inbox.taken_of(numbers[name], answers) for name, answers in heard.items()}
    if merged:
        arriving.settle({numbers[name]: each for name, each in merged.items()})
    others = [place for place in said if place not in new.values()]
    names = {place: str(said[place][1].message_id) for place in others}
    again = arriving.all_again(
        source, [(names[place], said[place][1].until) for place in others], now
    )
    return {place: merged[name] for name, place in new.items()} | {
        place: again[names[place]] for place in others
    }
