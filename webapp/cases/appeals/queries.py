"""Questions about hotline sheets."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import joinedload

from webapp.base.access import Actor, visible
from webapp.base.db import containing, db
from webapp.base.web import Page
from webapp.cases.appeals.models import Appeal
from webapp.cases.appeals.rules import WORKING, AppealState, Card

PAGE = 50

# What the list can be narrowed to.
VIEWS: dict[str, tuple[AppealState, ...]] = {
    "open": tuple(state for state in AppealState if state != AppealState.CLOSED),
    "desk": (AppealState.RECEIVED, AppealState.CLASSIFIED),
    "working": tuple(sorted(WORKING)),
    "review": (AppealState.EXTENSION_ASKED, AppealState.REPLIED),
    "visit": (AppealState.REVIEWED,),
    "closed": (AppealState.CLOSED,),
}


def one(appeal_id: int) -> Appeal | None:
    """A sheet with its department, handler and case."""
    found = select(Appeal).options(
        joinedload(Appeal.unit), joinedload(Appeal.handler), joinedload(Appeal.case)
    )
    return db.session.scalar(found.where(Appeal.id == appeal_id))


def by_sheet_no(sheet_no: str) -> Appeal | None:
    """A sheet by the number of the hotline."""
    return db.session.scalar(select(Appeal).where(Appeal.sheet_no == sheet_no))


def narrowed(who: Actor, *, view: str = "open", words: str | None = None) -> Select[Any]:
    """SQL: sheets that `who` may see, the newest first."""
    found = select(Appeal).where(visible(Appeal, who, "appeals.see"), Appeal.state.in_(VIEWS[view]))
    if words:
        pattern = containing(words)
        fields = (Appeal.sheet_no, Appeal.words, Appeal.where_words)
        found = found.where(or_(*(field.ilike(pattern) for field in fields)))
    return found.order_by(Appeal.id.desc())


def listed(
    who: Actor, *, before: int | None = None, limit: int = PAGE, **narrowing: Any
) -> Page[Appeal]:
    """The sheets `who` may see, newest first; `words` narrows by number, place and text."""
    found = narrowed(who, **narrowing).options(joinedload(Appeal.unit))
    if before is not None:
        found = found.where(Appeal.id < before)
    rows = list(db.session.scalars(found.limit(limit + 1)))
    return Page(rows[:limit], rows[limit - 1].id if len(rows) > limit else None)


def counts(who: Actor) -> dict[str, int]:
    """How many sheets `who` may see in each view."""
    rows = db.session.execute(
        select(Appeal.state, func.count())
        .where(visible(Appeal, who, "appeals.see"), Appeal.state != AppealState.CLOSED)
        .group_by(Appeal.state)
    )
    by_state = {state: count for state, count in rows}
    return {name: sum(by_state.get(state, 0) for state in states) for name, states in VIEWS.items()}


def running(before: datetime, card: Card, limit: int = 200) -> list[Appeal]:
    """Sheets at work whose limit ends before a moment and that do not have this card (or a red one)."""
    without = Appeal.card.is_(None) if card == Card.YELLOW else Appeal.card.is_distinct_from(card)
    found = select(Appeal).where(
        Appeal.closed_at.is_(None), Appeal.state.in_(WORKING), Appeal.due_at < before, without
    )
    return list(db.session.scalars(found.order_by(Appeal.due_at).limit(limit)))
