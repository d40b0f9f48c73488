"""Vessels are called back before the wind: who is called, who said that they know, when it is over."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from sqlalchemy.dialects.postgresql import insert

from webapp.base import clock, notices
from webapp.base.access import HOUSE, Actor, may
from webapp.base.db import db, lock
from webapp.base.flow import NotAllowed, NotOpen
from webapp.base.language import N_
from webapp.people.refusing import refusing
from webapp.ports import queries
from webapp.ports.forms import RecallForm
from webapp.ports.models import Recall, RecallCall
from webapp.ports.rules import RECALL_FLOW, RecallState


def call_back(said: RecallForm, *, by: Actor) -> Recall:
    """Every vessel at sea for which this wind is too strong is called back, each once.

    While a recall is on only a stronger wind calls more of them. Raises `NotOpen` otherwise.
    """
    on = queries.recall_on()
    if on is None:
        on = _begin(said, by)
    else:
        lock(on)
        if on.state != RecallState.CALLING or said.force <= on.force:
            raise _is_on()
        RECALL_FLOW.move(on, "stronger", by=by, data={"before": on.force, "force": said.force})
        on.force, on.note = said.force, said.note or on.note
    _call(on)
    return on


def acknowledge(call: RecallCall, *, by: Actor) -> None:
    """Somebody says for the vessel that they know. Raises `NotOpen` where it was said, or the recall ended."""
    lock(call)
    if not may(by, "recalls.answer", call):
        raise NotAllowed(_l("You do not act for this vessel."))
    if call.acknowledged_at is not None or call.recall.state != RecallState.CALLING:
        raise NotOpen(_l("This was answered already, or the recall has ended."))
    call.acknowledged_at, call.acknowledged_by_id = clock.now(), by.id
    data = {"vessel": call.vessel_id}
    RECALL_FLOW.record(call.recall, "acknowledge", by=by, data=data)


def lift(recall: Recall, *, by: Actor) -> None:
    """The recall is lifted."""
    RECALL_FLOW.move(recall, "lift", by=by)
    recall.ended_at = clock.now()
    db.session.flush()


def settle() -> None:
    """The recall is over where nobody of those called is at sea any more."""
    on = queries.recall_on()
    if on is None:
        return
    lock(on)
    called = queries.calls(on.id)
    if on.state == RecallState.CALLING and called and all(at_sea is None for _c, at_sea in called):
        RECALL_FLOW.move(on, "all_back", by=HOUSE)
        on.ended_at = clock.now()
        db.session.flush()


def _begin(said: RecallForm, by: Actor) -> Recall:
    made = Recall(
        state=RecallState.CALLING,
        version=1,
        force=said.force,
        note=said.note,
        called_at=clock.now(),
    )
    with refusing(uq_recall_calling=_is_on()):
        db.session.add(made)
        db.session.flush()
    RECALL_FLOW.begin(made, "call", by=by, data={"force": said.force})
    return made


def _call(recall: Recall) -> None:
    vessels = queries.over_limit(recall.force)
    if not vessels:
        return
    now = clock.now()
    rows = [{"recall_id": recall.id, "vessel_id": each.id, "called_at": now} for each in vessels]
    written = insert(RecallCall).on_conflict_do_nothing().returning(RecallCall.vessel_id)
    new = set(db.session.scalars(written, rows))
    for vessel in vessels:
        if vessel.id in new and vessel.account_id is not None:
            words = N_("%(vessel)s: come back to port, wind of force %(force)s. Say that you know.")
            notices.notify(
                [vessel.account_id],
                words,
                url="/vessels/mine",
                vessel=vessel.name,
                force=recall.force,
            )


def _is_on() -> NotOpen:
    return NotOpen(_l("A recall is on already. Only a stronger wind calls more vessels."))
