"""A way is tried now, while somebody looks: what the source answers, in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask import current_app
from flask_babel import lazy_gettext as _l

from webapp.base.config import Settings
from webapp.base.flow import Refusal
from webapp.monitoring.onvif import Reached
from webapp.monitoring.reaching import Keys
from webapp.monitoring.ways import actions, streaming
from webapp.monitoring.ways.events import EventDevice
from webapp.monitoring.ways.models import Way
from webapp.monitoring.ways.platforms import LISTENERS
from webapp.monitoring.ways.rules import WayKind
from webapp.monitoring.ways.wvp import Wvp

Try = Callable[[Keys, tuple[str, ...]], Any]


def try_out(way: Way) -> tuple[bool, Any]:
    """Whether the source answered as it should, and what it answered or why not; its page knows, too.

    Nothing is changed at the source: a subscription that is made is given up at once.
    """
    settings: Settings = current_app.extensions["settings"]
    kind = WayKind(way.kind)
    try:
        words = _TRIES[kind](actions.keys_of(way.sealed), settings.allowed_camera_hosts)
    except Refusal as refusal:
        actions.lost(way, str(refusal.words))
        return False, refusal.words
    actions.reached(way)
    return True, words


def _events(keys: Keys, hosts: tuple[str, ...]) -> Any:
    device = EventDevice(Reached(keys.address, keys.user, keys.password), hosts)
    made = device.subscribe()
    device.unsubscribe(made)
    seconds = round(device.ahead.total_seconds())
    return _l("It keeps events for us. Its clock is %(n)s s ahead of ours.", n=seconds)


def _notices(keys: Keys, hosts: tuple[str, ...]) -> Any:
    streaming.tried(Reached(keys.address, keys.user, keys.password), hosts)
    return _l("It opens its stream of notices to us.")


def _channels(keys: Keys, hosts: tuple[str, ...]) -> Any:
    rows = Wvp(keys, hosts).channels()
    online = sum(str(each.get("gbStatus")).upper() in ("ON", "OK") for each in rows)
    return _l("It has %(n)s channels, %(m)s of them reachable.", n=len(rows), m=online)


def _listener(kind: WayKind) -> Try:
    return lambda keys, hosts: LISTENERS[kind](keys, hosts).try_out()


_TRIES: Mapping[WayKind, Try] = {
    WayKind.ONVIF: _events,
    WayKind.WVP: _channels,
    WayKind.ISAPI: _notices,
    **{kind: _listener(kind) for kind in LISTENERS},
}
