"""Questions about livelihood items: which there are, how near, who lives where they are for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import joinedload, selectinload

from webapp.base import sealing
from webapp.base.access import Actor, visible
from webapp.base.db import containing, db
from webapp.base.spatial import point
from webapp.base.web import Page
from webapp.community.livelihood.models import LivelihoodItem, Milestone, Review, beneficiary
from webapp.community.livelihood.rules import (
    ENDED,
    MOVING,
    PUBLIC,
    STOPPED,
    WAITING,
    Category,
    ItemState,
)
from webapp.grids.models import Grid
from webapp.people.models import Account
from webapp.residents.models import Building, Dwelling, Household, Resident
from webapp.residents.rules import PHONE

PAGE = 30


def _lanes(today: date) -> dict[str, ColumnElement[bool]]:
    state = LivelihoodItem.state
    return {
        "all": LivelihoodItem.id.is_not(None),
        "waiting": state.in_(WAITING),
        "moving": state.in_(MOVING),
        "late": and_(
            state.in_((ItemState.CHOSEN, *MOVING[:2])),
            LivelihoodItem.due_on < today,
        ),
        "built": state == ItemState.BUILT,
        "accepted": state.in_(MOVING[3:]),
        "stopped": state.in_(STOPPED),
    }


def _rows() -> Select[LivelihoodItem]:
    return select(LivelihoodItem).options(
        joinedload(LivelihoodItem.grid),
        joinedload(LivelihoodItem.unit),
        selectinload(LivelihoodItem.milestones),
    )


def item(item_id: int) -> LivelihoodItem | None:
    """An item with its milestones and whom it is for."""
    found = _rows().options(selectinload(LivelihoodItem.grids))
    return db.session.scalar(found.where(LivelihoodItem.id == item_id))


def public_item(item_id: int) -> LivelihoodItem | None:
    """An item that everybody may read: one that was screened."""
    found = item(item_id)
    return found if found is not None and found.state in PUBLIC else None


def milestone(milestone_id: int) -> Milestone | None:
    """A milestone with its item."""
    found = select(Milestone).options(joinedload(Milestone.item))
    return db.session.scalar(found.where(Milestone.id == milestone_id))


def narrowed(
    who: Actor,
    *,
    today: date,
    lane: str = "all",
    words: str = "",
    category: str | None = None,
    unit_id: int | None = None,
    grid_id: int | None = None,
) -> Select[Any]:
    """SQL: items of a lane that `who` may see, the newest first."""
    lanes = _lanes(today)
    found = _rows().where(
        visible(LivelihoodItem, who, "livelihood.see"), lanes.get(lane, lanes["all"])
    )
    found = _narrowed(found, words, category)
    if unit_id is not None:
        found = found.where(LivelihoodItem.unit_id == unit_id)
    if grid_id is not None:
        found = found.where(LivelihoodItem.grid_id == grid_id)
    return found.order_by(LivelihoodItem.id.desc())


def listed(who: Actor, *, before: int | None = None, **narrowing: Any) -> Page[LivelihoodItem]:
    """The items of a lane that `who` may see, the newest first."""
    found = narrowed(who, **narrowing)
    if before is not None:
        found = found.where(LivelihoodItem.id < before)
    rows = list(db.session.scalars(found.limit(PAGE + 1)))
    return Page(rows[:PAGE], rows[PAGE - 1].id if len(rows) > PAGE else None)


def open_in(grid_id: int) -> Sequence[LivelihoodItem]:
    """The items that stand in a grid and are not over, the oldest first."""
    found = select(LivelihoodItem).where(
        LivelihoodItem.grid_id == grid_id, LivelihoodItem.state.not_in(ENDED)
    )
    return db.session.scalars(found.order_by(LivelihoodItem.id)).all()


def counts(who: Actor, today: date) -> dict[str, int]:
    """How many items stand in each lane, of those `who` may see."""
    lanes = _lanes(today)
    found = select(*(func.count().filter(clause).label(name) for name, clause in lanes.items()))
    row = db.session.execute(found.where(visible(LivelihoodItem, who, "livelihood.see"))).one()
    return dict(row._mapping)


@dataclass(frozen=True)
class Near:
    """An item, and how far it is from where the visitor stands (metres; None: nobody said where)."""

    item: LivelihoodItem
    away_m: float | None


def public_list(
    *,
    words: str = "",
    category: str | None = None,
    at: tuple[float, float] | None = None,
    skip: int = 0,
) -> Page[Near]:
    """Items that everybody may read, the nearest first where somebody says where they stand (WGS 84).

    `after` is how many were read.
    """
    found = _narrowed(_rows().where(LivelihoodItem.state.in_(PUBLIC)), words, category)
    if at is not None:
        here = point(*at)
        away: Any = func.ST_Distance(LivelihoodItem.geom, here)
        found = found.add_columns(away).order_by(LivelihoodItem.geom.op("<->")(here))
    rows = db.session.execute(
        found.order_by(LivelihoodItem.id.desc()).offset(skip).limit(PAGE + 1)
    ).all()
    near = [Near(row[0], row[1] if at is not None else None) for row in rows[:PAGE]]
    return Page(near, skip + PAGE if len(rows) > PAGE else None)


def public_counts() -> tuple[int, int, int]:
    """How many items everybody may read, how many of them are under way or done, how many accepted."""
    state = LivelihoodItem.state
    found = select(
        func.count(),
        func.count().filter(state.in_(MOVING)),
        func.count().filter(state.in_(MOVING[3:])),
    ).where(state.in_(PUBLIC))
    known, moving, accepted = db.session.execute(found).one()
    return known, moving, accepted


def _narrowed(found: Select[Any], words: str, category: str | None) -> Select[Any]:
    if words:
        pattern = containing(words)
        found = found.where(
            or_(LivelihoodItem.title.ilike(pattern), LivelihoodItem.words.ilike(pattern))
        )
    if category in list(Category):
        found = found.where(LivelihoodItem.category == category)
    return found


def grids_of(keys: Iterable[int]) -> Sequence[Grid]:
    """The grids of these keys."""
    return db.session.scalars(select(Grid).where(Grid.id.in_(list(keys)))).all()


def lives_there(account_id: int, item_id: int) -> int | None:
    """The key of the resident whose phone this account has proved, who lives where the item is for."""
    phone = db.session.scalar(select(Account.phone).where(Account.id == account_id))
    if phone is None:
        return None
    found = (
        select(Resident.id)
        .join(Household, Resident.household_id == Household.id)
        .join(Dwelling, Household.dwelling_id == Dwelling.id)
        .join(Building, Dwelling.building_id == Building.id)
        .join(beneficiary, beneficiary.c.grid_id == Building.grid_id)
        .where(
            beneficiary.c.item_id == item_id,
            Resident.phone_blind.in_(sealing.blinds(phone, of=PHONE)),
            Resident.left_at.is_(None),
            Household.left_at.is_(None),
        )
    )
    return db.session.scalar(found.order_by(Resident.id).limit(1))


@dataclass(frozen=True)
class Reached:
    """How many buildings stand in the grids that an item is for, and how many households live in them."""

    buildings: int
    households: int


def reached(item_id: int) -> Reached:
    """Whom an item is for, in numbers."""
    found = (
        select(func.count(Building.id.distinct()), func.count(Household.id))
        .select_from(Building)
        .join(beneficiary, beneficiary.c.grid_id == Building.grid_id)
        .outerjoin(Dwelling, Dwelling.building_id == Building.id)
        .outerjoin(
            Household, and_(Household.dwelling_id == Dwelling.id, Household.left_at.is_(None))
        )
        .where(beneficiary.c.item_id == item_id, Building.closed_at.is_(None))
    )
    buildings, households = db.session.execute(found).one()
    return Reached(buildings, households)


@dataclass(frozen=True)
class Said:
    """What residents said of an item the last time it was shown: numbers, and the newest words."""

    accepting: int
    refusing: int
    rating: float | None
    words: Sequence[Review]


def said_of(item: LivelihoodItem) -> Said:
    """What residents said of it since it was built the last time."""
    mine = and_(Review.item_id == item.id, Review.turn == item.turn)
    numbers = select(
        func.count().filter(Review.accepts),
        func.count().filter(~Review.accepts),
        func.avg(Review.rating),
    ).where(mine)
    accepting, refusing, rating = db.session.execute(numbers).one()
    found = select(Review).where(mine, Review.words.is_not(None)).order_by(Review.id.desc())
    words = db.session.scalars(found.limit(10)).all() if accepting + refusing else []
    return Said(accepting, refusing, float(rating) if rating is not None else None, words)


def own_review(item: LivelihoodItem, account_id: int | None) -> Review | None:
    """What this account said of it this time."""
    if account_id is None:
        return None
    found = select(Review).where(
        Review.item_id == item.id, Review.turn == item.turn, Review.account_id == account_id
    )
    return db.session.scalar(found)
