"""A message is taken: its bytes are kept, what they say is merged, and both or neither is committed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from flask import current_app

from webapp.base import clock
from webapp.base.config import Settings
from webapp.base.datum import Datum
from webapp.base.db import db, is_away
from webapp.base.sealing import unseal
from webapp.monitoring.alarms import actions as alarms, queries as known_alarms
from webapp.monitoring.cameras import beats
from webapp.monitoring.intake import afloat, arriving, channels, picturing, queries, reading
from webapp.monitoring.intake.arriving import REPEAT, Sent, Taken
from webapp.monitoring.intake.models import Message, Source
from webapp.monitoring.intake.readers.values import Around, Shown
from webapp.monitoring.intake.rules import Format, NotRead, Status, Why
from webapp.monitoring.sensors import hearing
from webapp.monitoring.signals import Beat, Kind, Position, Read, Reading, Signal, Told
from webapp.monitoring.video import actions as video

# A sign of life older than this says nothing of now.
BEAT_HOLDS = timedelta(seconds=90)
# What is said of a picture or film is looked for among the alarms of so long.
SHOWN_FOR = timedelta(days=1)
# A source that speaks all the time is noted as heard so often.
HEARD_EVERY = timedelta(seconds=10)


def take(source: Source, form: Format, sent: Sent) -> Taken:
    """The message is kept and merged once this is committed, or kept with the reason why not.

    The same message again changes nothing. Signs of life and values leave no message behind: the
    next one comes in seconds, and values are kept as values.
    """
    now = clock.now()
    hear_of(source, now)
    try:
        if form not in source.formats:
            raise NotRead(Why.FORMAT, form)
        found = read(source, form, sent, now)
    except NotRead as refusal:
        return arriving.dead(source, form, sent, refusal, now)
    except Exception as error:  # noqa: BLE001  # a reader that breaks loses no message
        return _broke(source, form, sent, error, now)
    if found.ignored:
        return arriving.ignored(source, form, sent, found, now)
    if not any(isinstance(each, Signal) for each in found.told):
        return _passing(source, form, sent, found, now)
    arrived = arriving.arrive(source, form, sent, found, now)
    if arrived is None:
        return arriving.again(source, str(found.message_id), now, found.until)
    try:
        return _merge(arrived, source, found, now)
    except Exception as error:  # what cannot be merged is kept all the same
        if is_away(error):
            raise
        _log(source, error)
        return arriving.bury(arrived, sent, NotRead(Why.BROKE, type(error).__name__))


def refuse(source: Source, form: Format, sent: Sent, refusal: NotRead) -> Taken:
    """What cannot even be taken apart is kept with its reason."""
    return arriving.dead(source, form, sent, refusal, clock.now())


def replay(message: Message) -> Taken:
    """A message that nobody could read is read once more; it stays where it is if that fails."""
    source, sent = message.source, Sent(unseal(message.body), message.content_type, message.topic)
    form = Format(message.format)
    try:
        with db.session.begin_nested():
            return _replayed(message, source, form, sent)
    except NotRead as refusal:
        message.why, message.detail = refusal.why, refusal.detail
    except Exception as error:  # the others have their turn
        if is_away(error):
            raise
        message.why, message.detail = Why.BROKE, type(error).__name__
    db.session.flush()
    return Taken(Status.DEAD, message.id, refusal=NotRead(Why(message.why), message.detail))


def _replayed(message: Message, source: Source, form: Format, sent: Sent) -> Taken:
    if form not in source.formats:
        raise NotRead(Why.FORMAT, form)
    # As of the moment it came: a message is not too old because nobody could read it for a while.
    found = read(source, form, sent, message.received_at)
    first = queries.named(source.id, found.message_id) if found.message_id else None
    message.status, message.why, message.detail = Status.OK, None, ""
    if first is not None:
        first.times += 1
        message.alarm_ids = list(first.alarm_ids)
        db.session.flush()
        return Taken(REPEAT, first.id, tuple(first.alarm_ids))
    message.message_id, message.own_id, message.until = (
        found.message_id,
        arriving.own_id(found),
        found.until,
    )
    if found.ignored:
        message.status, message.why = Status.IGNORED, found.ignored
        db.session.flush()
        return Taken(Status.IGNORED, message.id)
    return _merge(message, source, found, message.received_at)


def read(source: Source, form: Format, sent: Sent, now: datetime) -> Read:
    """What a message of a source says, of devices as the catalogue calls them. Raises `NotRead`."""
    found = reading.read(form, sent.body, sent.content_type, around(source, sent, now))
    return channels.as_kept(source.code, found) if form is Format.ISAPI else found


def taken_of(number: int, heard: Sequence[alarms.Heard]) -> Taken:
    """What became of a message of this number whose signals were heard so."""
    keys = tuple(dict.fromkeys(each.alarm.id for each in heard))
    what = tuple(str(each.what) for each in heard)
    late = bool(what) and all(each == alarms.What.LATE for each in what)
    return Taken(Status.LATE if late else Status.OK, number, keys, what)


def signals_of(found: Read) -> list[Signal]:
    """The signals among what a message says."""
    return [each for each in found.told if isinstance(each, Signal)]


def hear_of(source: Source, now: datetime) -> None:
    """The source has spoken now, as far as that is noted."""
    if source.heard_at is None or now - source.heard_at > HEARD_EVERY:
        source.heard_at = now


def around(source: Source, sent: Sent, now: datetime) -> Around:
    """What a reader is told beside the bytes of a message."""
    settings: Settings = current_app.extensions["settings"]
    return Around(
        now=now,
        zone=ZoneInfo(settings.timezone),
        datum=Datum(source.datum),
        topic=sent.topic,
        name=source.code,
        known=partial(queries.alarm_of, source.id),
        showing=partial(_showing, source.code, now),
    )


def _showing(source: str, now: datetime, name: str) -> Shown | None:
    alarm = known_alarms.showing(source, name, since=now - SHOWN_FOR)
    if alarm is None or alarm.own_id is None:
        return None
    return Shown(alarm.own_id, Kind(alarm.kind), alarm.first_at)


def _merge(message: Message, source: Source, found: Read, now: datetime) -> Taken:
    """All of what it says is merged, or nothing."""
    with db.session.begin_nested():
        signals = video.placed(signals_of(found), source=source.code)
        heard = alarms.hear_all(signals, source=source.code, received_at=now)
        tell_all(source, [each for each in found.told if not isinstance(each, Signal)], now)
    taken = taken_of(message.id, heard)
    message.status = taken.status
    message.signals, message.alarm_ids = len(heard), list(taken.alarm_ids)
    if found.pictures:
        picturing.keep(
            message, {each.alarm.id: each.alarm for each in heard}.values(), found.pictures
        )
    db.session.flush()
    return taken


def _passing(source: Source, form: Format, sent: Sent, found: Read, now: datetime) -> Taken:
    try:
        with db.session.begin_nested():
            known = any(tell_all(source, found.told, now))
            return passed(source, form, sent, found, now, known=known)
    except NotRead as refusal:
        return arriving.dead(source, form, sent, refusal, now)
    except Exception as error:  # noqa: BLE001  # as in `take`
        return _broke(source, form, sent, error, now)


def passed(
    source: Source, form: Format, sent: Sent, found: Read, now: datetime, *, known: bool
) -> Taken:
    """Signs of life and values are where they belong; of devices nobody knows it is kept that they spoke."""
    if known:
        return Taken(Status.OK)
    return arriving.ignored(source, form, sent, Read(ignored=Why.UNKNOWN), now, _device_of(found))


def tell_all(source: Source, told: Sequence[Told], now: datetime) -> list[bool]:
    """Signs of life, values and positions are where they belong; answers which were of known devices.

    What the database is asked does not grow with their number.
    """
    lived = [each for each in told if isinstance(each, Beat)]
    read = [each for each in told if isinstance(each, Reading)]
    afloat_at = [each for each in told if isinstance(each, Position)]
    code = source.code
    answers = {
        Beat: iter(_live(source, lived, now)),
        Reading: iter(hearing.hear_all(read, source=code, received_at=now)),
        Position: iter(afloat.take_all(afloat_at, source=code, received_at=now)),
    }
    return [next(answers[type(each)]) for each in told if not isinstance(each, Signal)]


def _live(source: Source, said: Sequence[Beat], now: datetime) -> list[bool]:
    """The cameras live, or do not, as these say; answers which of them somebody knows."""
    devices = sorted({each.device for each in said})
    cameras = known_alarms.cameras_of(source.code, devices) if devices else {}
    fresh = [each for each in said if each.device in cameras and now - each.at <= BEAT_HOLDS]
    beats.heard_all((cameras[each.device], each.at, each.ok) for each in fresh)
    return [each.device in cameras for each in said]


def _broke(source: Source, form: Format, sent: Sent, error: Exception, now: datetime) -> Taken:
    if is_away(error):
        raise error
    _log(source, error)
    return arriving.dead(source, form, sent, NotRead(Why.BROKE, type(error).__name__), now)


def _log(source: Source, error: Exception) -> None:
    current_app.logger.error("a message of %s broke the intake: %r", source.code, error)


def _device_of(found: Read) -> str:
    names = [each.device for each in found.told if not isinstance(each, Signal)]
    return str(names[0]) if names else ""
