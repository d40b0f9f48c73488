"""One message read: by the reader of its format, and no time in it that cannot be."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime

from webapp.monitoring.intake.readers import (
    cap,
    frigate,
    gb28181,
    generic,
    isapi,
    onvif,
    sensorthings,
    thingsboard,
    wvp,
)
from webapp.monitoring.intake.readers.values import Around
from webapp.monitoring.intake.rules import AHEAD, OLDEST, Format, NotRead, Why
from webapp.monitoring.signals import KINDS, Change, Read, Signal, Told

Reader = Callable[[bytes, str, Around], Read]

READERS: Mapping[Format, Reader] = {
    Format.GENERIC: generic.read,
    Format.FRIGATE: frigate.read,
    Format.THINGSBOARD: thingsboard.read,
    Format.GB28181: gb28181.read,
    Format.ISAPI: isapi.read,
    Format.ONVIF: onvif.read,
    Format.CAP: cap.read,
    Format.SENSORTHINGS: sensorthings.read,
    Format.WVP: wvp.read,
}


def read(form: Format, body: bytes, content_type: str, around: Around) -> Read:
    """What a message says. Raises `NotRead` with the reason where it says nothing usable.

    Of something that threatens a life only the time is doubted, not that it happens: with a clock
    that cannot be right it counts from now on.
    """
    if not body.strip():
        raise NotRead(Why.EMPTY)
    found = READERS[form](body, content_type, around)
    return replace(found, told=tuple(_timed(each, around.now) for each in found.told))


def is_credible(at: datetime, now: datetime) -> bool:
    """True for a time that a message may carry."""
    return now - OLDEST <= at <= now + AHEAD


def _timed(told: Told, now: datetime) -> Told:
    times = [told.at]
    if isinstance(told, Signal):
        times += [each for each in (told.version, told.ended_at) if each is not None]
    if all(is_credible(each, now) for each in times):
        return told
    if isinstance(told, Signal) and told.change is Change.RAISED and KINDS[told.kind].life:
        return replace(told, at=now, version=None, ended_at=None)
    raise NotRead(Why.TIME)
