"""Questions about opinions: which there are, whose, and what they are about over time and grids."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, func, select
from sqlalchemy.orm import joinedload

from webapp.base.access import Actor, visible
from webapp.base.db import containing, db
from webapp.base.web import Page
from webapp.community.livelihood.rules import Category
from webapp.community.opinions.models import Opinion
from webapp.community.opinions.rules import OpinionKind, OpinionState, SaidHow
from webapp.grids.models import Grid
from webapp.services.applications.models import Application

PAGE = 30


def _rows() -> Select[Opinion]:
    return select(Opinion).options(joinedload(Opinion.grid))


def marked(mark: uuid.UUID, account_id: int | None) -> Opinion | None:
    """What this person has written down under the mark of a phone."""
    found = select(Opinion).where(Opinion.mark == mark, Opinion.entered_by_id == account_id)
    return db.session.scalar(found)


def opinion(opinion_id: int) -> Opinion | None:
    """An opinion, with what it became."""
    found = _rows().options(
        joinedload(Opinion.case),
        joinedload(Opinion.item),
        joinedload(Opinion.service),
        joinedload(Opinion.application),
    )
    return db.session.scalar(found.where(Opinion.id == opinion_id))


def behind(
    who: Actor,
    *,
    case_id: int | None = None,
    item_id: int | None = None,
    application_id: int | None = None,
) -> Sequence[Opinion]:
    """The opinions behind a case, a livelihood item or an application that `who` may see, the newest first."""
    became = {
        Opinion.case_id: case_id,
        Opinion.item_id: item_id,
        Opinion.application_id: application_id,
    }
    found = _rows().where(visible(Opinion, who, "opinions.see"))
    for column, key in became.items():
        if key is not None:
            found = found.where(column == key)
    return db.session.scalars(found.order_by(Opinion.id.desc()).limit(PAGE)).all()


def of_erased() -> Sequence[Opinion]:
    """The opinions that belong to applications which say no more of whom they were."""
    found = select(Opinion).join(Application, Opinion.application_id == Application.id)
    return db.session.scalars(found.where(Application.erased_at.is_not(None))).all()


def narrowed(
    who: Actor,
    *,
    state: str | None = None,
    kind: str | None = None,
    theme: str | None = None,
    how: str | None = None,
    grid_id: int | None = None,
    words: str = "",
) -> Select[Any]:
    """SQL: opinions that `who` may see, the newest first."""
    found = _rows().where(visible(Opinion, who, "opinions.see"))
    if state in list(OpinionState):
        found = found.where(Opinion.state == state)
    if kind in list(OpinionKind):
        found = found.where(Opinion.kind == kind)
    if theme in list(Category):
        found = found.where(Opinion.theme == theme)
    if how in list(SaidHow):
        found = found.where(Opinion.how == how)
    if grid_id is not None:
        found = found.where(Opinion.grid_id == grid_id)
    if words:
        found = found.where(Opinion.words.ilike(containing(words)))
    return found.order_by(Opinion.id.desc())


def listed(who: Actor, *, before: int | None = None, **narrowing: Any) -> Page[Opinion]:
    """The opinions `who` may see, the newest first."""
    found = narrowed(who, **narrowing)
    if before is not None:
        found = found.where(Opinion.id < before)
    rows = list(db.session.scalars(found.limit(PAGE + 1)))
    return Page(rows[:PAGE], rows[PAGE - 1].id if len(rows) > PAGE else None)


def open_in(grid_id: int) -> Sequence[Opinion]:
    """The opinions of a grid that nobody has replied to, the oldest first."""
    waiting = (OpinionState.RECORDED, OpinionState.ROUTED)
    found = select(Opinion).where(Opinion.grid_id == grid_id, Opinion.state.in_(waiting))
    return db.session.scalars(found.order_by(Opinion.id)).all()


def counts(who: Actor) -> dict[str, int]:
    """How many opinions stand in each state, of those `who` may see."""
    found = select(Opinion.state, func.count()).where(visible(Opinion, who, "opinions.see"))
    rows = db.session.execute(found.group_by(Opinion.state)).all()
    return {state: number for state, number in rows}


def mine(account_id: int) -> Sequence[Opinion]:
    """The newest opinions that this account said."""
    found = _rows().where(Opinion.said_by_id == account_id).order_by(Opinion.id.desc())
    return db.session.scalars(found.limit(PAGE)).all()


def of_lines(keys: Sequence[int]) -> dict[int, Opinion]:
    """What these lines of the book became, by line."""
    if not keys:
        return {}
    found = select(Opinion).where(Opinion.line_id.in_(keys))
    return {each.line_id: each for each in db.session.scalars(found) if each.line_id is not None}


def without_slip(who: Actor, limit: int = 60) -> Sequence[Opinion]:
    """Replied opinions that nobody can read online and that no slip was printed for, the oldest first."""
    found = _rows().where(
        visible(Opinion, who, "opinions.see"),
        Opinion.state == OpinionState.REPLIED,
        Opinion.said_by_id.is_(None),
        Opinion.slip_at.is_(None),
    )
    return db.session.scalars(found.order_by(Opinion.id).limit(limit)).all()


def said_since(account_id: int, moment: datetime) -> int:
    """How many opinions this account has said since then."""
    found = select(func.count()).where(Opinion.said_by_id == account_id, Opinion.said_at >= moment)
    return db.session.scalar(found) or 0


def themes(who: Actor, since: datetime, zone: str) -> Sequence[Row[str, str, int]]:
    """(theme, month as YYYY-MM, how many) of the opinions `who` may see."""
    month = func.to_char(func.timezone(zone, Opinion.said_at), "YYYY-MM")
    found = (
        select(Opinion.theme, month, func.count())
        .where(visible(Opinion, who, "opinions.see"), Opinion.said_at >= since)
        .group_by(month, Opinion.theme)
    )
    return db.session.execute(found).all()


def theme_grids(who: Actor, since: datetime) -> Sequence[Row[str, str, int]]:
    """(display code of the grid, theme, how many) of the opinions `who` may see."""
    found = (
        select(Grid.display_code, Opinion.theme, func.count())
        .join(Grid, Opinion.grid_id == Grid.id)
        .where(visible(Opinion, who, "opinions.see"), Opinion.said_at >= since)
        .group_by(Grid.display_code, Opinion.theme)
    )
    return db.session.execute(found).all()
