"""The whole set when calls queue: who is proposed for which waiting case, and what is accepted of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l

from webapp.base.access import Actor, may
from webapp.base.db import db
from webapp.base.flow import Refusal
from webapp.cases import candidates, moves, offers, queries, rolling
from webapp.cases.candidates import Line
from webapp.cases.models import Case
from webapp.cases.rota import queries as field

# So many cases stand in one set; the others come when these are sent.
MOST = 60


@dataclass(frozen=True)
class Row:
    """A case of the set, and who is proposed for it; `gain` where they are on their way elsewhere."""

    case: Case
    line: Line | None
    gain: float | None = None

    @property
    def takes_off(self) -> bool:
        """True when another offer of theirs would end."""
        return self.line is not None and self.line.one.offer is not None

    @property
    def value(self) -> str:
        """What a form says when this row is accepted."""
        account = self.line.one.account if self.line else 0
        return f"{self.case.id}:{self.case.version}:{account}:{int(self.takes_off)}"


@dataclass(frozen=True)
class Proposal:
    """The set as it is now: most haste first."""

    rows: list[Row]
    waiting: int
    idle: int

    @property
    def queues(self) -> bool:
        """True when more cases wait than people are free: then a set is better than one by one."""
        return self.waiting > self.idle


def proposal(who: Actor) -> Proposal:
    """Everybody who is free and every case that waits, put together as well as it goes."""
    cases = field.undispatched(who, MOST)
    wishes = field.wishes()
    staff = candidates.workers()
    wanted = [candidates.call_of(case, wishes) for case in cases]
    calls = candidates.by_road(wanted, staff)
    pairs = {pair.call.id: pair for pair in rolling.propose(calls, staff.people)}
    rows = []
    for case in cases:
        pair = pairs.get(case.id)
        line = candidates.line_of(pair.call, pair.candidate) if pair else None
        rows.append(Row(case, line, pair.gain if pair else None))
    idle = sum(rolling.is_idle(worker) for worker in staff.people)
    return Proposal(rows, field.count_undispatched(who), idle)


@dataclass(frozen=True)
class Wish:
    """A row that the dispatcher accepts: the case as it was seen, and who goes."""

    case_id: int
    version: int
    account: int
    takes_off: bool


def accept(wishes: Iterable[Wish], *, by: Actor) -> tuple[int, list[tuple[Case, Any]]]:
    """Each row is dispatched, or says why not. Answers how many were, and the others with the words."""
    done = 0
    refused: list[tuple[Case, Any]] = []
    for wish in sorted(wishes, key=lambda each: each.case_id):
        case = queries.one(wish.case_id)
        if case is None or not may(by, "cases.dispatch", case):
            continue
        try:
            with db.session.begin_nested():
                _accepted(case, wish, by=by)
                done += 1
        except Refusal as refusal:
            db.session.expire(case)
            refused.append((case, refusal.words))
    return done, refused


def _accepted(case: Case, wish: Wish, *, by: Actor) -> None:
    note = str(_l("From the proposal for the whole queue."))
    how: dict[str, Any] = {"note": note, "base_version": wish.version}
    if wish.takes_off:
        offers.dispatch_anyway(case, to=wish.account, by=by, **how)
    else:
        moves.dispatch(case, to=wish.account, by=by, **how)
