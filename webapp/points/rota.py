"""Who sits at which window when: planned by the head of the point, read by whoever serves there."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy.dialects.postgresql import Range

from webapp.base import audit, clock
from webapp.base.access import Actor, may
from webapp.base.db import db
from webapp.base.flow import Changed, NotAllowed, Unacceptable
from webapp.people.refusing import refusing
from webapp.points import queries, rota_queries
from webapp.points.models import ServicePoint, ServiceWindow, WindowShift


def plan(
    window: ServiceWindow, *, account_id: int, day: date, opens: time, closes: time, by: Actor
) -> WindowShift:
    """Somebody of the point sits at the window in this time; of one window and of one person no two overlap.

    Raises `Unacceptable` for somebody who holds no post there then, for a time that is none or over.
    """
    _must_keep(window.point, by)
    since = datetime.combine(day, opens, queries.ZONE)
    until = datetime.combine(
        day + timedelta(days=1) if closes == time() else day, closes, queries.ZONE
    )
    if until <= since:
        words = _l("It closes before it opens.")
        raise Unacceptable(words, fields={"closes": words})
    if until <= clock.now():
        words = _l("This day is gone already.")
        raise Unacceptable(words, fields={"day": words})
    if account_id not in {each.id for each in rota_queries.staff(window.point, since, until)}:
        words = _l("They hold no post at this point for the whole of that time.")
        raise Unacceptable(words, fields={"account_id": words})
    made = WindowShift(
        window_id=window.id, account_id=account_id, span=Range(since, until, bounds="[)")
    )
    taken = Changed(_l("The window has somebody in that time already."))
    busy = Changed(_l("They sit at another window in that time."))
    with refusing(ex_window_shift_window=taken, ex_window_shift_account=busy):
        db.session.add(made)
    _record(made, "plan", by)
    return made


def drop(shift: WindowShift, *, by: Actor) -> None:
    """The time is free again."""
    _must_keep(shift.window.point, by)
    _record(shift, "drop", by)
    db.session.delete(shift)
    db.session.flush()


def _must_keep(point: ServicePoint, by: Actor) -> None:
    if not may(by, "points.keep", point):
        raise NotAllowed(_l("You do not hold the post that may do this here."))


def _record(shift: WindowShift, move: str, by: Actor) -> None:
    data: dict[str, Any] = {
        "account": shift.account_id,
        "since": shift.begin.isoformat(),
        "until": shift.end.isoformat(),
    }
    audit.record(kind="service_window", thing_id=shift.window_id, move=move, by=by, data=data)
