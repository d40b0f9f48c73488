"""How the office lays down who must know, for each kind of alarm."""

from __future__ import annotations

import zlib
from collections.abc import Sequence

from flask_babel import lazy_gettext as _l
from sqlalchemy import delete

from webapp.base import audit
from webapp.base.access import Actor
from webapp.base.db import db
from webapp.base.flow import Unacceptable
from webapp.monitoring.alarms import queries
from webapp.monitoring.alarms.ladders import Act, Rung
from webapp.monitoring.alarms.models import AlarmCap, LadderRung
from webapp.monitoring.alarms.rules import NEVER_CAPPED
from webapp.monitoring.signals import KINDS, Kind

MOST_RUNGS = 10


def cap(kind: Kind, most: int | None, *, by: Actor) -> None:
    """In an hour one device rings so often for this kind; without a number, as often as usual.

    Raises `Unacceptable` for what always rings.
    """
    if kind in NEVER_CAPPED:
        words = _l("This kind rings however often it comes.")
        raise Unacceptable(words, fields={"kind": words})
    known = queries.cap(kind)
    if known is not None and most is not None:
        known.most = most
    elif known is not None:
        db.session.delete(known)
    elif most is not None:
        db.session.add(AlarmCap(kind=kind, most=most))
    db.session.flush()
    number, data = zlib.crc32(kind.encode()), {"kind": kind, "most": most}
    audit.record(kind="alarm_cap", thing_id=number, move="lay_down", by=by, data=data)


def lay_down(kind: Kind, rungs: Sequence[Rung], *, by: Actor) -> None:
    """Incidents of this kind that begin from now on climb these steps; without any, the usual ones.

    Raises `Unacceptable` where a life may hang on it and no step reaches the desk at once, or where
    a step would reach nobody.
    """
    for rung in rungs:
        if rung.act != Act.SEND and not rung.roles:
            raise Unacceptable(_l("Say for each notice and each phone tree whom it reaches."))
    at_once = any(rung.act == Act.TELL and rung.after_s == 0 for rung in rungs)
    if rungs and KINDS[kind].life and not at_once:
        raise Unacceptable(_l("A life may hang on this kind: somebody is told at once."))
    db.session.execute(delete(LadderRung).where(LadderRung.kind == kind))
    db.session.add_all(
        LadderRung(
            kind=kind,
            place=place,
            after_s=rung.after_s,
            act=rung.act,
            until=rung.until,
            roles=list(rung.roles),
        )
        for place, rung in enumerate(sorted(rungs, key=lambda each: each.after_s))
    )
    db.session.flush()
    laid = [[rung.after_s, rung.act, rung.until, *rung.roles] for rung in rungs]
    # A kind has no number of its own: the log counts it by its name.
    number = zlib.crc32(kind.encode())
    audit.record(
        kind="alarm_ladder",
        thing_id=number,
        move="lay_down",
        by=by,
        data={"kind": kind, "rungs": laid},
    )
