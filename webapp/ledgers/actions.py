"""What is done with ledgers: frozen and signed, looked at for a purpose, rows erased when their time is over."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import date, timedelta

from flask_babel import lazy_gettext as _l

from webapp.base import audit, clock, sealing, tasks
from webapp.base.access import Actor, may
from webapp.base.db import db
from webapp.base.flow import Changed, NotAllowed, NotOpen
from webapp.ledgers import frozen, queries
from webapp.ledgers.layouts import Laid
from webapp.ledgers.models import Layout, Snapshot, Taking
from webapp.ledgers.queries import Asked, Place
from webapp.ledgers.rules import ERASE_YEARS, MOST_FROZEN, Form, Ledger
from webapp.ledgers.sources import SOURCES
from webapp.people import days, queries as accounts
from webapp.people.refusing import refusing
from webapp.residents import care


def freeze(ledger: Ledger, place: Place, month: date, *, by: Actor) -> Snapshot:
    """The ledger of this place and month stands as it is now, masked, hashed, signed, for good.

    Raises `NotAllowed` for whoever may not sign for the whole of it, `NotOpen` for a month to come.
    """
    if month > days.today():
        raise NotOpen(_l("This month has not begun."))
    source = SOURCES[ledger.key]
    wanted = Snapshot(
        ledger=ledger.key,
        scope=place.scope,
        unit_id=place.unit_id,
        grid_id=place.grid_id,
        grid_ids=list(place.grid_ids),
        place=place.name,
        month=month,
    )
    if by.id is None or not may(by, "ledgers.freeze", wanted):
        raise NotAllowed(_l("You do not hold the post that may do this here."))
    accounts.hold(hashlib.sha256(f"{ledger.key} {place.scope} {place.code}".encode()).digest())
    before = queries.newest(ledger.key, place, month if ledger.monthly else None)
    lines = queries.stream(ledger, Asked(place, month), who=None)
    kept = []
    for line in lines:
        kept.append((line.key, line.values))
        if len(kept) > MOST_FROZEN:
            raise NotOpen(_l("These are too many rows for one snapshot. Freeze smaller places."))
    body = frozen.body_of([each.key for each in source.columns], kept)
    earlier = frozen.rows_of(before.body) if before and before.body else None
    differs = frozen.differences(earlier, frozen.rows_of(body))
    wanted.frozen_at, wanted.account_id = clock.now(), by.id
    wanted.layout = queries.layout(ledger.key)
    wanted.rows, wanted.body, wanted.sha256 = len(kept), body, frozen.hashed(body)
    wanted.previous_id = before.id if before else None
    wanted.added, wanted.changed, wanted.removed = (
        len(differs.added),
        len(differs.changed),
        len(differs.removed),
    )
    head = frozen.head_of(wanted, before.sha256 if before else None)
    wanted.signature = sealing.blind(head, of=frozen.SIGNED)
    db.session.add(wanted)
    db.session.flush()
    audit.record(
        kind="ledger_snapshot",
        thing_id=wanted.id,
        move="freeze",
        by=by,
        data={"ledger": ledger.key, "sha256": wanted.sha256, "rows": wanted.rows},
    )
    return wanted


def lay_out(ledger: Ledger, laid: Laid, *, base: int, by: Actor) -> Layout:
    """From now on the ledger is printed like this; those before stay, for what was frozen with them.

    `base` is the number of the layout that was changed (0: there was none). Raises `NotAllowed`, and
    `Changed` when somebody else has laid it out since.
    """
    if by.id is None or not may(by, "ledgers.lay_out", ledger):
        raise NotAllowed(_l("You do not hold the post that may do this here."))
    newest = queries.layout(ledger.key)
    meanwhile = Changed(_l("Somebody has laid it out anew. Look at it and change it again."))
    if base != (newest.number if newest else 0):
        raise meanwhile
    layout = Layout(
        ledger=ledger.key, number=base + 1, said=laid.kept(), account_id=by.id, at=clock.now()
    )
    with refusing(uq_ledger_layout_ledger_number=meanwhile):
        db.session.add(layout)
    db.session.flush()
    audit.record(
        kind="ledger_layout",
        thing_id=layout.id,
        move="lay_out",
        by=by,
        data={"ledger": ledger.key, "number": layout.number, **layout.said},
    )
    return layout


def take(
    ledger: Ledger,
    asked: Asked,
    *,
    rows: int,
    people: Iterable[tuple[int, int | None]],
    form: Form,
    whole: bool,
    purpose: str,
    by: Actor,
    snapshot: Snapshot | None = None,
) -> None:
    """It is written down who had these rows, how, and what for; of a guarded ledger with each person too."""
    if by.id is None:
        raise NotAllowed(_l("Please sign in first."))
    taking = Taking(
        ledger=ledger.key,
        place=asked.place.name,
        month=asked.month,
        form=form,
        whole=whole,
        rows=rows,
        purpose=purpose,
        account_id=by.id,
        snapshot_id=snapshot.id if snapshot else None,
        at=clock.now(),
    )
    db.session.add(taking)
    db.session.flush()
    audit.record(
        kind="ledger_taking",
        thing_id=taking.id,
        move="take",
        by=by,
        data={"ledger": ledger.key, "form": form, "whole": whole, "purpose": purpose},
    )
    care.write_down(sorted(set(people), key=lambda pair: pair[0]), purpose=purpose, by=by)


def erase() -> int:
    """Frozen rows about people whose time is over are erased; answers of how many ledgers."""
    now = clock.now()
    old = queries.over_age(now - timedelta(days=366 * ERASE_YEARS))
    for each in old:
        each.body, each.erased_at = None, now
    db.session.flush()
    return len(old)


@tasks.task("ledgers.erase", cron="37 3 * * *")
def erase_nightly() -> None:
    """Frozen rows about people do not outlive the rule of the night."""
    erase()
