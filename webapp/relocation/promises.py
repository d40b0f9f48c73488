"""Promises to households and talks of a mediation: made, kept or given up, written down."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from webapp.base import clock, notices
from webapp.base.access import Actor
from webapp.base.db import db
from webapp.base.flow import NotOpen, Unacceptable, hold
from webapp.base.language import N_
from webapp.people import days
from webapp.relocation import queries
from webapp.relocation.forms import PromiseEndForm, PromiseForm, TalkForm
from webapp.relocation.models import HelpPromise, RelocationHousehold, Talk
from webapp.relocation.rules import RELOCATION_FLOW, RelocationState


def make(household: RelocationHousehold, said: PromiseForm, *, by: Actor) -> HelpPromise:
    """Somebody of the team, or the leader, has promised this by a day; they are told.

    Raises `Unacceptable` for a day that is past, or for somebody who does not work for the project.
    """
    hold(household, said.base_version)
    _still_open(household)
    if said.due_on < days.today():
        words = _l("This day is past.")
        raise Unacceptable(words, fields={"due_on": words})
    project = household.project
    if said.owner not in {project.leader_id, *(each.account_id for each in project.team)}:
        words = _l("Choose somebody of the team.")
        raise Unacceptable(words, fields={"owner": words})
    promise = HelpPromise(
        household_id=household.id,
        kind=said.kind,
        words=said.words,
        blocks=said.blocks,
        owner_id=said.owner,
        made_on=days.today(),
        due_on=said.due_on,
    )
    db.session.add(promise)
    data = {"kind": said.kind.value, "owner": said.owner, "due": said.due_on.isoformat()}
    RELOCATION_FLOW.record(household, "promise", by=by, data=data)
    db.session.expire(household, ["promises"])
    if said.owner != by.id:
        notices.notify(
            [said.owner],
            N_("You have promised something to household no. %(n)s of “%(name)s”."),
            url=f"/relocation/households/{household.id}",
            n=household.number,
            name=project.name,
        )
    return promise


def end(
    household: RelocationHousehold, promise: HelpPromise, said: PromiseEndForm, *, by: Actor
) -> None:
    """The promise is kept, or not wanted any more, and the record says how. `NotOpen` the second time."""
    hold(household, said.base_version)
    db.session.refresh(promise)
    if promise.ended_on is not None:
        raise NotOpen(_l("This promise is kept or given up already."))
    promise.ended_on, promise.kept, promise.ended_words = days.today(), said.kept, said.words
    data = {"kind": promise.kind, "late_days": max(0, (promise.ended_on - promise.due_on).days)}
    RELOCATION_FLOW.record(household, "keep" if said.kept else "give_up", by=by, data=data)
    db.session.expire(household, ["promises"])


def write_talk(household: RelocationHousehold, said: TalkForm, *, by: Actor) -> Talk:
    """A talk of the mediation is written down and stays so. `NotOpen` where no dispute is open."""
    hold(household, said.base_version)
    (dispute,) = queries.open_disputes([household.id]) or (None,)
    if dispute is None or household.state == RelocationState.DISPUTED:
        raise NotOpen(_l("Begin to mediate first."))
    talk = Talk(
        dispute_id=dispute.id,
        held_on=said.held_on,
        present=said.present,
        words=said.words,
        made_at=clock.now(),
        made_by_id=by.id,
    )
    db.session.add(talk)
    RELOCATION_FLOW.record(household, "talk", by=by, data={"held_on": said.held_on.isoformat()})
    db.session.expire(household, ["disputes"])
    return talk


def _still_open(household: RelocationHousehold) -> None:
    if household.state == RelocationState.CLOSED:
        raise NotOpen(_l("This household is closed."))
