"""What is done with ways to sources: set up, tried, forgotten; whether the source answered is noted."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from flask import current_app
from flask_babel import force_locale, lazy_gettext as _l

from webapp.base import audit, clock
from webapp.base.access import Actor
from webapp.base.config import Settings
from webapp.base.db import db, lock
from webapp.base.flow import Changed, NotOpen, Unacceptable, hold
from webapp.base.sealing import seal, unseal
from webapp.monitoring.cameras.rules import allowed_address
from webapp.monitoring.intake import keeping
from webapp.monitoring.intake.models import Source
from webapp.monitoring.reaching import Keys
from webapp.monitoring.ways import queries
from webapp.monitoring.ways.forms import WayForm
from webapp.monitoring.ways.models import Way
from webapp.monitoring.ways.rules import WAYS, WayKind

LONGEST_WHY = 200


def keep(source: Source, kind: WayKind, said: WayForm, *, by: Actor) -> Way:
    """The house reaches the source like this from now on; address and keys stand sealed.

    Nothing was asked of it yet. Raises `Unacceptable` where the host is not allowed, where no address
    is known, or where the way wants a name or a key.
    """
    lock(source)
    if source.closed_at is not None:
        raise Changed(_l("This source was closed."))
    rules = WAYS[kind]
    if rules.format not in source.formats:
        raise NotOpen(_l("This source does not speak this format."))
    way = queries.way(source.id, kind)
    if way is not None:
        hold(way, said.version)
    if not said.address:
        if way is None:
            words = _l("Say where the source is reached.")
            raise Unacceptable(words, fields={"address": words})
        if said.user or said.password or said.key:
            words = _l("Give the address, too: it is kept with name, password and key.")
            raise Unacceptable(words, fields={"address": words})
        return way
    keys = Keys(_allowed(said.address), said.user, said.password, said.key if rules.keyed else "")
    if rules.signed and not keys.key and not (keys.user and keys.password):
        words = _l("Give a name with its password, or a key.")
        raise Unacceptable(words, fields={"user": words})
    if way is None:
        way = Way(source_id=source.id, kind=kind, version=0)
        db.session.add(way)
    way.sealed, way.kept, way.asked_to = seal(json.dumps(asdict(keys)).encode()), {}, None
    way.reached_at = way.failed = way.failed_since = None
    way.version += 1
    db.session.flush()
    queries.hasten(source.id, kind, clock.now())
    _record(source, "reach", by, kind)
    return way


def forget(way: Way, *, by: Actor) -> None:
    """Address and keys are gone; the house asks and tells the source nothing by this way any more."""
    lock(way)
    _drop(way)
    _record(way.source, "reach_no_more", by, WayKind(way.kind))


@keeping.when_closed
def _forget_all(source: Source) -> None:
    for way in queries.of_source(source.id).values():
        _drop(way)


def keys_of(sealed: bytes) -> Keys:
    """Address and keys of a way."""
    return Keys(**json.loads(unseal(sealed)))


def reached(way: Way) -> None:
    """The source answered just now."""
    way.reached_at, way.failed, way.failed_since = clock.now(), None, None
    db.session.flush()


def lost(way: Way, why: str) -> None:
    """The source did not answer, for this reason."""
    way.failed = why[:LONGEST_WHY]
    way.failed_since = way.failed_since or clock.now()
    db.session.flush()


def remember(way: Way, **kept: Any) -> None:
    """The way knows this the next time."""
    way.kept = {**way.kept, **kept}
    db.session.flush()


def _drop(way: Way) -> None:
    with force_locale(_settings().locale):
        why = str(_l("The source is not told anything any more."))
    queries.give_up(way.source_id, WayKind(way.kind), why)
    db.session.delete(way)
    db.session.flush()


def _allowed(address: str) -> str:
    try:
        found = allowed_address(address, _settings().allowed_camera_hosts)
    except Unacceptable as refusal:
        raise Unacceptable(refusal.words, fields={"address": refusal.words}) from refusal
    if not found.startswith(("http://", "https://")):
        words = _l("Begin with http:// or https://.")
        raise Unacceptable(words, fields={"address": words})
    return found


def _settings() -> Settings:
    settings: Settings = current_app.extensions["settings"]
    return settings


def _record(source: Source, move: str, by: Actor, kind: WayKind) -> None:
    audit.record(kind=keeping.KIND, thing_id=source.id, move=move, by=by, data={"way": kind.value})
