"""The end of a shift: a paper made from the data, signed by the giver and by the taker."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from datetime import timedelta
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement

from webapp.base import clock, notices
from webapp.base.access import Actor, may
from webapp.base.db import db, lock
from webapp.base.flow import NotAllowed, NotOpen, Unacceptable
from webapp.base.language import N_
from webapp.cases.desk import queries
from webapp.cases.desk.models import DeskShift
from webapp.cases.desk.rules import LONGEST_SHIFT, SHIFT_FLOW, ShiftState
from webapp.cases.models import Case
from webapp.cases.rules import ASKED, CASE_FLOW, PAUSED, UNSENT, Grade, State
from webapp.people.handover import Line, english

# So many lines of a section are listed; its count says how many there are.
MOST_LINES = 30


def prepare(*, by: Actor) -> DeskShift:
    """The paper of this shift is being prepared; the one somebody prepares already is it."""
    known = queries.draft_of(by)
    if known is not None:
        return known
    now = clock.now()
    earliest = now - timedelta(hours=LONGEST_SHIFT)
    since = max(queries.last_taken() or earliest, earliest)
    paper = DeskShift(
        giver_id=by.id,
        state=ShiftState.DRAFT,
        version=1,
        since=since,
        brief=brief(by, since=since),
    )
    db.session.add(paper)
    db.session.flush()
    SHIFT_FLOW.begin(paper, "prepare", by=by)
    return paper


def brief(by: Actor, *, since: Any) -> dict[str, Any]:
    """What stands at this moment and what came and went since the shift began."""
    now = clock.now()
    counted = queries.figures(by, since=since, at=now)
    sections: list[tuple[str, str | None, ColumnElement[bool]]] = [
        (N_("Late"), "late", (Case.due_at < now) & Case.paused_at.is_(None)),
        (N_("To decide"), "asked", Case.state.in_(sorted(ASKED))),
        (N_("Urgent or emergency"), None, Case.grade != Grade.NORMAL),
        (N_("Nobody sent yet"), None, Case.state.in_(sorted(UNSENT))),
        (N_("At rest"), "paused", Case.state.in_(sorted(PAUSED))),
    ]
    return {
        "made_at": now.isoformat(),
        "figures": counted,
        "sections": [
            _section(by, title, counted.get(key or ""), which) for title, key, which in sections
        ],
    }


def _section(
    by: Actor, title: str, count: int | None, which: ColumnElement[bool]
) -> dict[str, Any]:
    found = queries.open_cases(by, which, MOST_LINES + 1)
    total = count if count is not None else len(found)
    lines = [asdict(_line(case)) for case in found[:MOST_LINES]]
    return {"title": title, "count": total, "more": len(found) > MOST_LINES, "lines": lines}


def _line(case: Case) -> Line:
    where = case.grid.name if case.grid else ""
    return Line(
        f"{case.number} {case.case_class.name} {where}".strip(),
        state=english(CASE_FLOW.states[State(case.state)]),
        at=case.due_at.isoformat() if case.due_at else None,
        url=f"/cases/{case.id}",
    )


def renew(paper: DeskShift, *, note: str | None, taker: int | None, by: Actor) -> None:
    """The paper says what stands now, and the giver's own words stand below it."""
    lock(paper)
    if not may(by, "shifts.give", paper):
        raise NotAllowed(_l("Only the giver writes this paper."))
    if paper.state != ShiftState.DRAFT:
        raise NotOpen(_l("The brief is signed and does not change any more."))
    paper.brief = brief(by, since=paper.since)
    paper.note, paper.taker_id = note, _colleague(taker, by)
    SHIFT_FLOW.record(paper, "renew", by=by)


def give(paper: DeskShift, *, note: str | None, taker: int | None, by: Actor, **moved: Any) -> None:
    """The paper of this moment is signed by the giver; the taker knows."""
    paper.taker_id = _colleague(taker, by)
    SHIFT_FLOW.move(paper, "give", by=by, evidence={"taker": paper.taker_id}, **moved)
    paper.brief, paper.note = brief(by, since=paper.since), note
    paper.given_at = clock.now()
    db.session.flush()
    _tell(paper, paper.taker_id, N_("The shift of the desk is handed over to you: read and sign."))


def take(paper: DeskShift, *, note: str | None, taker: int | None, by: Actor, **moved: Any) -> None:
    """The taker has read the paper and signed it."""
    data = {"note": note} if note else {}
    SHIFT_FLOW.move(paper, "take", by=by, data=data, **moved)
    paper.taken_at = clock.now()
    db.session.flush()
    _tell(paper, paper.giver_id, N_("The shift of the desk was taken over from you."))


def give_back(
    paper: DeskShift, *, note: str | None, taker: int | None, by: Actor, **moved: Any
) -> None:
    """Something is missing: the giver knows what, and signs again."""
    said = {"note": note}
    SHIFT_FLOW.move(paper, "return", by=by, evidence=said, data=said, **moved)
    paper.given_at = None
    db.session.flush()
    words = N_("The hand-over of the shift is incomplete: %(note)s")
    _tell(paper, paper.giver_id, words, note=note)


MOVES: dict[str, Callable[..., None]] = {"give": give, "take": take, "return": give_back}


def _colleague(taker: int | None, by: Actor) -> int | None:
    if taker is not None and taker not in {each.id for each in queries.colleagues(by)}:
        words = _l("Choose somebody else of the desk.")
        raise Unacceptable(words, fields={"taker": words})
    return taker


def _tell(paper: DeskShift, to: int | None, words: str, **params: Any) -> None:
    readers = [to] if to is not None else []
    notices.notify(readers, words, url=f"/cases/shifts/{paper.id}", **params)
