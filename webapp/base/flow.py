"""What next: a life of states and moves as one table, and the only way to make a move."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from flask_babel import format_datetime, lazy_gettext as _l
from flask_babel.speaklater import LazyString
from sqlalchemy import CheckConstraint

from webapp.base import audit
from webapp.base.access import Actor, may
from webapp.base.db import db, lock, lock_all


class Refusal(Exception):
    """A deed that the rules do not allow; `str()` tells the person why and what to do.

    Refusal
     ├─ NotOpen         409  the move is not open from where the thing stands
     ├─ Changed         409  somebody else was faster
     ├─ NotAllowed      403  the right is missing
     ├─ EvidenceMissing 422  the move wants something that was not given
     └─ Unacceptable    422  a value cannot be used; `fields` says which
    """

    status = 409
    code = "refused"

    def __init__(self, words: Any, *, fields: Mapping[str, Any] | None = None) -> None:
        super().__init__(words)
        self.words = words
        self.fields = dict(fields or {})


class NotOpen(Refusal):
    """The move is not open from where the thing stands."""

    code = "not_open"


class Changed(Refusal):
    """Somebody else changed the thing since it was read."""

    code = "changed"


class NotAllowed(Refusal):
    """The right is missing."""

    status = 403
    code = "not_allowed"


class EvidenceMissing(Refusal):
    """The move wants something that was not given."""

    status = 422
    code = "evidence_missing"


class Unacceptable(Refusal):
    """A value cannot be used."""

    status = 422
    code = "unacceptable"


@dataclass(frozen=True)
class Move:
    """One way from some states to another: by which right, with which evidence."""

    since: frozenset[StrEnum]
    to: StrEnum
    may: str
    words: LazyString
    needs: tuple[str, ...] = ()


@dataclass(frozen=True)
class Deed:
    """A move or a note of a thing that was made; the log does not say so yet."""

    thing: Any
    name: str
    by: Actor
    before: str | None
    after: str
    data: dict[str, Any] | None = None


def move(
    *since: StrEnum, to: StrEnum, may: str, words: LazyString, needs: Iterable[str] = ()
) -> Move:
    """A row of a flow table."""
    return Move(frozenset(since), to, may, words, tuple(needs))


def hold(thing: Any, base_version: int | None) -> None:
    """The row of the thing is ours until the transaction ends, as the person saw it who changes it.

    Raises `Changed` when somebody else changed it since that version; None: whatever it is now.
    """
    lock(thing)
    if base_version is not None and thing.version != base_version:
        raise Changed(_l("Somebody else changed this meanwhile. Look again, then change it."))


class Flow:
    """The life of one kind of thing: its states in order, its moves, their words.

    Things have `id`, `state` and `version`; placed things `grid_id` and `grid_version_id`.
    """

    def __init__(
        self, kind: str, states: Mapping[StrEnum, LazyString], moves: Mapping[str, Move]
    ) -> None:
        self.kind = kind
        self.states = states
        self.moves = moves

    def check(self, column: str = "state") -> CheckConstraint:
        """The database's own list of states, from the same table; it names the flow whose it is."""
        allowed = ", ".join(f"'{state}'" for state in self.states)
        return CheckConstraint(f"{column} IN ({allowed})", name=column, info={"flow": self.kind})

    def open_moves(self, thing: Any, who: Actor) -> dict[str, Move]:
        """The buttons: the moves that are open now and that `who` may make."""
        return {
            name: each
            for name, each in self.moves.items()
            if thing.state in each.since and may(who, each.may, thing)
        }

    def move(
        self,
        thing: Any,
        name: str,
        *,
        by: Actor,
        evidence: Mapping[str, Any] | None = None,
        base_version: int | None = None,
        client_at: datetime | None = None,
        mark: uuid.UUID | None = None,
        insisted: bool = False,
        data: dict[str, Any] | None = None,
    ) -> audit.Event:
        """The thing stands in the new state and the log says who moved it; or a `Refusal`.

        Takes the row lock, so of two people at once one wins and the other is told who and when.
        `base_version` is the version the person saw; None when a lone state is enough. `mark` is
        the phone's own name for this step; it stands in the event with the version the step made,
        so that a replay is known. `insisted`: the person has seen what somebody else did meanwhile
        and wants the step all the same; the event says so.
        """
        each = self.moves[name]
        lock(thing)
        if mark is not None and audit.by_mark(self.kind, thing.id, name, mark) is not None:
            raise Changed(self._who_was_faster(thing))
        if base_version is not None and thing.version != base_version:
            raise Changed(self._who_was_faster(thing))
        self._must_be_open(thing, each, by)
        self._must_be_whole(each, evidence)
        before, thing.state = thing.state, each.to
        if mark is not None:
            data = {**(data or {}), "mark": str(mark), "version": (thing.version or 0) + 1}
        if insisted:
            data = {**(data or {}), "conflict": "mine"}
        return self.record(
            thing, name, by=by, before=before, after=each.to, client_at=client_at, data=data
        )

    def move_all(
        self,
        deeds: Sequence[tuple[Any, Actor]],
        name: str,
        *,
        evidence: Mapping[str, Any] | None = None,
        data: Sequence[dict[str, Any] | None] | None = None,
    ) -> None:
        """Each thing stands in the new state by its own actor, or none of them does.

        The same checks as `move`, with one lock, one writing of the things and one of the log.
        `data` is what each event says, in the order of the deeds.
        """
        if not deeds:
            return
        each = self.moves[name]
        lock_all(type(deeds[0][0]), (thing.id for thing, _by in deeds))
        for thing, by in deeds:
            self._must_be_open(thing, each, by)
        self._must_be_whole(each, evidence)
        before = [thing.state for thing, _by in deeds]
        for thing, _by in deeds:
            thing.state, thing.version = each.to, (thing.version or 0) + 1
        db.session.flush()
        said = data or [None] * len(deeds)
        audit.record_many(
            [
                self._event(thing, name, by, was, each.to, None, words)
                for (thing, by), was, words in zip(deeds, before, said, strict=True)
            ]
        )

    def make(self, thing: Any, name: str, *, by: Actor, data: dict[str, Any] | None = None) -> Deed:
        """The thing, whose row the caller holds, stands in the new state; its `written` event says so.

        For whoever makes many moves in one transaction and writes all of them at its end.
        """
        each = self.moves[name]
        self._must_be_open(thing, each, by)
        self._must_be_whole(each, None)
        before, thing.state = thing.state, each.to
        return self.note(thing, name, by=by, before=before, data=data)

    def note(
        self,
        thing: Any,
        name: str,
        *,
        by: Actor,
        before: str | None = None,
        data: dict[str, Any] | None = None,
    ) -> Deed:
        """A note of the thing that is still to be written, and its version counted up."""
        thing.version = (thing.version or 0) + 1
        return Deed(thing, name, by, before, thing.state, data)

    def written(self, deeds: Iterable[Deed]) -> list[audit.Event]:
        """The events of these deeds, for `audit.record_many`; each with the place of its thing now."""
        return [
            self._event(each.thing, each.name, each.by, each.before, each.after, None, each.data)
            for each in deeds
        ]

    def note_all(
        self,
        deeds: Sequence[tuple[Any, Actor]],
        name: str,
        *,
        data: Sequence[dict[str, Any]],
    ) -> None:
        """One event more of each thing, where it stands, and its version counted up."""
        for thing, _by in deeds:
            thing.version = (thing.version or 0) + 1
        db.session.flush()
        audit.record_many(
            [
                self._event(thing, name, by, None, thing.state, None, words)
                for (thing, by), words in zip(deeds, data, strict=True)
            ]
        )

    def begin_all(self, deeds: Sequence[tuple[Any, Actor | None]], name: str) -> None:
        """The first events of things that were just written with `version` 1, each by its own actor."""
        audit.record_many(
            [self._event(thing, name, by, None, thing.state, None, None) for thing, by in deeds]
        )

    def begin(
        self,
        thing: Any,
        name: str,
        *,
        by: Actor | None,
        client_at: datetime | None = None,
        data: dict[str, Any] | None = None,
    ) -> audit.Event:
        """The first event of a thing that was just written with `version` 1."""
        return self._write(thing, name, by, None, thing.state, client_at, data)

    def record(
        self,
        thing: Any,
        name: str,
        *,
        by: Actor | None,
        before: str | None = None,
        after: str | None = None,
        client_at: datetime | None = None,
        data: dict[str, Any] | None = None,
    ) -> audit.Event:
        """One event of the thing, and its version counted up: birth, move, or a note in between."""
        thing.version = (thing.version or 0) + 1
        db.session.flush()
        return self._write(
            thing, name, by, before, after if after is not None else thing.state, client_at, data
        )

    def _write(
        self,
        thing: Any,
        name: str,
        by: Actor | None,
        before: str | None,
        after: str,
        client_at: datetime | None,
        data: dict[str, Any] | None,
    ) -> audit.Event:
        event = self._event(thing, name, by, before, after, client_at, data)
        audit.record_many([event])
        return event

    def _event(
        self,
        thing: Any,
        name: str,
        by: Actor | None,
        before: str | None,
        after: str,
        client_at: datetime | None,
        data: dict[str, Any] | None,
    ) -> audit.Event:
        return audit.Event(
            thing_kind=self.kind,
            thing_id=thing.id,
            move=name,
            before=before,
            after=after,
            actor_id=by.id if by else None,
            grid_id=getattr(thing, "grid_id", None),
            grid_version_id=getattr(thing, "grid_version_id", None),
            client_at=client_at,
            data=data or {},
        )

    def _must_be_open(self, thing: Any, each: Move, by: Actor) -> None:
        if thing.state not in each.since:
            raise NotOpen(self._who_was_faster(thing))
        if not may(by, each.may, thing):
            raise NotAllowed(_l("You do not hold the post that may do this here."))

    def _must_be_whole(self, each: Move, evidence: Mapping[str, Any] | None) -> None:
        missing = [need for need in each.needs if not (evidence or {}).get(need)]
        if missing:
            raise EvidenceMissing(
                _l("Something is still missing for this step."),
                fields={need: EVIDENCE_WORDS.get(need, need) for need in missing},
            )

    def _who_was_faster(self, thing: Any) -> LazyString:
        event = audit.last(self.kind, thing.id)
        if event is None:
            return _l("This is not open any more.")
        return _l(
            "%(who)s already did “%(move)s” at %(at)s. It now stands at “%(state)s”.",
            who=audit.name_of(event.actor_id),
            move=self.words_of(event.move),
            at=format_datetime(event.at, "HH:mm"),
            state=self.states[thing.state],
        )

    def words_of(self, name: str) -> LazyString | str:
        """The words of a move, or its name when the log knows moves the table has no more."""
        found = self.moves.get(name)
        return found.words if found else name


FLOWS: dict[str, Flow] = {}


class _Needs(dict[str, LazyString]):
    """One sentence for each piece of evidence: a second one would be told to the people of the first feature."""

    def __setitem__(self, need: str, words: LazyString) -> None:
        if need in self:
            raise ValueError(f"another feature says already what is missing without {need!r}")
        super().__setitem__(need, words)

    def __ior__(self, more: Mapping[str, LazyString]) -> _Needs:  # type: ignore[override,misc]  # one kind of words
        for need, words in more.items():
            self[need] = words
        return self


# What a missing piece of evidence is called beside its field.
EVIDENCE_WORDS = _Needs(
    {
        "note": _l("Say in a few words why."),
        "after_photo": _l("Take a photo of how it looks now."),
        "before_photo": _l("Take a photo of what you found."),
        "worker": _l("Choose who goes."),
        "taker": _l("Choose who takes over."),
        "verify_photo": _l("Take a photo of the place."),
        "nearness": _l("No photo was taken within 50 m of the case. Say in a few words why."),
        "presence": _l(
            "The phone does not say that you are there. Say in a few words where you stand."
        ),
        "rating": _l("Choose a rating."),
        "categories": _l("Write at least the widest class."),
        "unit": _l("Choose the department."),
        "contact": _l("Speak with the caller first, and say so."),
        "nearness_point": _l(
            "You are more than 80 m away, or the phone does not know where it is. Say in a few words why."
        ),
        "into": _l("Choose the case it belongs to."),
        "days": _l("Say how many working days more."),
        "agreed": _l("Tick that you agree."),
        "interview_at": _l("Say when the interview is."),
        "reason": _l("Choose a reason."),
        "review_on": _l("Say on which day somebody looks again."),
    }
)


def register(flow: Flow) -> Flow:
    """The flow is known to the generated documents and to the pages."""
    FLOWS[flow.kind] = flow
    return flow
