"""SensorThings: observations of datastreams, one by one."""

from __future__ import annotations

import re
from typing import Any

from webapp.monitoring.intake.readers.values import (
    Around,
    identifier,
    measured,
    moment,
    object_of,
)
from webapp.monitoring.intake.rules import NotRead, Why
from webapp.monitoring.signals import Read, Reading

# What the series of a datastream is called here: it has but one.
SERIES = "result"

_STREAM = re.compile(r"Datastreams\('?([^')]{1,200})'?\)")


def read(body: bytes, _content_type: str, around: Around) -> Read:
    """One observation, of the datastream that its topic or it itself names."""
    sent = object_of(body)
    return Read((Reading(_stream(sent, around), SERIES, _at(sent, around), _value(sent)),))


def _stream(sent: dict[str, Any], around: Around) -> str:
    named = _STREAM.search(around.topic)
    if named is not None:
        return identifier(named[1], "Datastream")
    stream = sent.get("Datastream")
    if not isinstance(stream, dict):
        raise NotRead(Why.MISSING, "Datastream")
    return identifier(stream.get("@iot.id"), "Datastream")


def _at(sent: dict[str, Any], around: Around) -> Any:
    """When it was so: of an interval its end; without a time, when it came."""
    for name in ("phenomenonTime", "resultTime"):
        given = sent.get(name)
        if given:
            text = given.rpartition("/")[2] if isinstance(given, str) else given
            return moment(text, name)
    return around.now


def _value(sent: dict[str, Any]) -> float:
    given = sent.get("result")
    if isinstance(given, dict | list):
        raise NotRead(Why.WRONG, "result")
    return measured(given, "result")
