"""Which row a signal belongs to: those that may be are held, and one of them is chosen."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime

from sqlalchemy import select

from webapp.base.db import db
from webapp.monitoring.alarms import queries
from webapp.monitoring.alarms.models import Alarm
from webapp.monitoring.alarms.rules import ACTIVE, REARM, State

# Built once: to build it anew for each signal costs more than its answer.
_HELD = (
    select(Alarm)
    .where(queries.OF_KEYS)
    .order_by(Alarm.id)
    .with_for_update()
    .execution_options(populate_existing=True)
)


def held(keys: Collection[str], *, since: datetime) -> dict[str, list[Alarm]]:
    """By their keys the alarms to which signals of `since` or later may belong, held until the
    transaction ends. They are taken in the order of their numbers, so that two never wait for each other.
    """
    found = db.session.scalars(_HELD, {"keys": sorted(keys), "since": since - REARM})
    known: dict[str, list[Alarm]] = defaultdict(list)
    for alarm in found:
        known[alarm.key].append(alarm)
    return known


def unnamed(known: Iterable[Alarm], order: datetime, *, life: bool) -> Alarm | None:
    """Of the alarms of a device and a kind of a source without names the one to which a signal belongs.

    The one in whose time it falls; else the one that is going on; else one that was over a moment
    ago, or was closed while it went on and has not been silent since. Where a life may hang on it,
    silence is not waited for.
    """
    ranked = []
    for alarm in known:
        active, inside = alarm.state in ACTIVE, _inside(alarm, order)
        # An end or a word from before a row began: it belongs to what is going on, or to what just was.
        before = order < alarm.first_at <= order + REARM
        if active or inside or before or _soon_after(alarm, order, life=life):
            ranked.append((inside and not active, active, alarm.first_at, -alarm.id, alarm))
    return max(ranked, key=lambda each: each[:4])[4] if ranked else None


def _inside(alarm: Alarm, order: datetime) -> bool:
    ended = alarm.over_at or alarm.closed_at
    return alarm.first_at <= order and ended is not None and ended >= order


def _soon_after(alarm: Alarm, order: datetime, *, life: bool) -> bool:
    if alarm.state != State.CLOSED:
        # Over, and nobody has closed it: it comes back.
        return alarm.over_at is not None and alarm.over_at >= order - REARM
    # Closed by hand while the source said that it goes on: until that is silent, it is the same.
    went_on = alarm.over_at is None or (alarm.live_at is not None and alarm.over_at < alarm.live_at)
    heard = (alarm.closed_at,) if life else (alarm.closed_at, alarm.live_at)
    silent_since = max((each for each in heard if each is not None), default=None)
    return went_on and silent_since is not None and silent_since >= order - REARM
