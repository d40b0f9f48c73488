"""Questions about whistles."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload, selectinload

from webapp.base.access import Actor, visible
from webapp.base.db import db
from webapp.base.web import Page
from webapp.cases.models import Case
from webapp.cases.whistles.models import Whistle, WhistleCall
from webapp.cases.whistles.rules import CallState, WhistleState

PAGE = 50

ENDED = (WhistleState.CLOSED, WhistleState.CALLED_OFF)


def one(whistle_id: int) -> Whistle | None:
    """A whistle with its case, its calls and who came."""
    return db.session.scalar(_whole().where(Whistle.id == whistle_id))


def call(call_id: int) -> WhistleCall | None:
    """A call with its whistle."""
    found = select(WhistleCall).options(
        joinedload(WhistleCall.unit),
        joinedload(WhistleCall.whistle).options(
            joinedload(Whistle.case).joinedload(Case.case_class), selectinload(Whistle.calls)
        ),
    )
    return db.session.scalar(found.where(WhistleCall.id == call_id))


def open_of(case_id: int) -> Whistle | None:
    """The whistle of a case that is not over."""
    found = select(Whistle).where(Whistle.case_id == case_id, Whistle.state.not_in(ENDED))
    return db.session.scalar(found)


def narrowed(who: Actor, *, ended: bool = False) -> Select[Any]:
    """SQL: whistles that `who` may see, open or ended, the newest first."""
    state = Whistle.state.in_(ENDED) if ended else Whistle.state.not_in(ENDED)
    found = _whole().where(visible(Whistle, who, "whistles.see"), state)
    return found.order_by(Whistle.id.desc())


def listed(
    who: Actor, *, before: int | None = None, limit: int = PAGE, **narrowing: Any
) -> Page[Whistle]:
    """The whistles `who` may see, open or ended, newest first."""
    found = narrowed(who, **narrowing)
    if before is not None:
        found = found.where(Whistle.id < before)
    rows = list(db.session.scalars(found.limit(limit + 1)))
    return Page(rows[:limit], rows[limit - 1].id if len(rows) > limit else None)


def missed(now: datetime, limit: int = 200) -> list[WhistleCall]:
    """Calls that nobody answered by their time, oldest first."""
    found = (
        select(WhistleCall)
        .join(WhistleCall.whistle)
        .options(
            joinedload(WhistleCall.whistle).joinedload(Whistle.case), joinedload(WhistleCall.unit)
        )
        .where(
            WhistleCall.state == CallState.CALLED,
            WhistleCall.due_at < now,
            Whistle.state.not_in(ENDED),
        )
        .order_by(WhistleCall.due_at)
        .limit(limit)
    )
    return list(db.session.scalars(found))


def _whole() -> Select[Whistle]:
    return select(Whistle).options(
        joinedload(Whistle.case).joinedload(Case.case_class),
        joinedload(Whistle.grid),
        joinedload(Whistle.blower),
        joinedload(Whistle.lead_unit),
        selectinload(Whistle.calls).options(
            joinedload(WhistleCall.unit), joinedload(WhistleCall.account)
        ),
    )
