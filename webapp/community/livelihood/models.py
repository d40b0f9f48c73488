"""Tables of livelihood items. That residents accepted one is asked by a trigger (`livelihood_accepted`)."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Numeric,
    SmallInteger,
    Table,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.base.db import Base, Numbered, one_of
from webapp.base.spatial import Placed
from webapp.community.livelihood.rules import (
    LIVELIHOOD_FLOW,
    MOVING,
    STOPPED,
    Category,
    ItemState,
    Stone,
)
from webapp.grids.models import Grid, Unit
from webapp.people.models import Account

_MOVING = ", ".join(f"'{state}'" for state in MOVING)
_CHOSEN = f"'{ItemState.CHOSEN}', '{ItemState.PAUSED}', {_MOVING}"
_BEGUN = ", ".join(f"'{state}'" for state in MOVING[1:])
_BUILT = ", ".join(f"'{state}'" for state in MOVING[2:])
_STOPPED = ", ".join(f"'{state}'" for state in STOPPED)

# Whom an item is for: the grids where its residents live.
beneficiary = Table(
    "livelihood_beneficiary",
    Base.metadata,
    Column(
        "item_id",
        BigInteger,
        ForeignKey("livelihood_item.id", ondelete="CASCADE"),
        primary_key=True,
    ),
    Column("grid_id", BigInteger, ForeignKey("grid.id"), primary_key=True, index=True),
)


class LivelihoodItem(Numbered, Placed, Base):
    """Something that residents want built or done where they live, from the first word to their yes.

    `unit_id` carries it out; `turn` counts how often it was shown to residents as built. Money is in yuan.
    """

    __tablename__ = "livelihood_item"
    __table_args__ = (
        LIVELIHOOD_FLOW.check(),
        one_of("category", Category),
        CheckConstraint("geom IS NOT NULL", name="placed"),
        CheckConstraint("cost >= 0", name="cost"),
        CheckConstraint(
            f"state NOT IN ({_CHOSEN}) OR num_nonnulls(unit_id, due_on, chosen_how, chosen_at) = 4",
            name="chosen",
        ),
        CheckConstraint(f"state NOT IN ({_MOVING}) OR cost IS NOT NULL", name="funded"),
        CheckConstraint(f"state NOT IN ({_BEGUN}) OR before_photo_id IS NOT NULL", name="begun"),
        CheckConstraint(
            f"state NOT IN ({_BUILT}) OR num_nonnulls(after_photo_id, built_at) = 2", name="built"
        ),
        CheckConstraint(f"state NOT IN ({_STOPPED}) OR stopped_why IS NOT NULL", name="stopped"),
        Index("ix_livelihood_item_state", "state", "id"),
        Index("ix_livelihood_item_unit_id", "unit_id", "state"),
    )

    title: Mapped[str]
    words: Mapped[str]
    category: Mapped[str]
    state: Mapped[str]
    version: Mapped[int] = mapped_column(server_default=text("0"))
    collected_at: Mapped[datetime]
    collected_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    due_on: Mapped[date | None] = mapped_column(Date)
    chosen_at: Mapped[datetime | None]
    chosen_how: Mapped[str | None]
    cost: Mapped[int | None] = mapped_column(Numeric(14, 0, asdecimal=False))
    paid_from: Mapped[str | None]
    before_photo_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"))
    after_photo_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"))
    built_at: Mapped[datetime | None]
    turn: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"))
    stopped_why: Mapped[str | None]

    grid: Mapped[Grid | None] = relationship(foreign_keys="LivelihoodItem.grid_id")
    unit: Mapped[Unit | None] = relationship()
    grids: Mapped[list[Grid]] = relationship(secondary=beneficiary, order_by="Grid.display_code")
    milestones: Mapped[list[Milestone]] = relationship(
        back_populates="item", order_by="Milestone.plan_on, Milestone.id"
    )

    @property
    def number(self) -> str:
        """The number on paper and in speech."""
        return f"{self.collected_at:%Y}-{self.id:04d}"

    @property
    def reached(self) -> int:
        """How many of its milestones were reached."""
        return sum(each.done_on is not None for each in self.milestones)

    def late(self, today: date) -> bool:
        """True when it should be there already and is not."""
        open_ = self.state in (ItemState.CHOSEN, *MOVING[:2])
        return open_ and self.due_on is not None and self.due_on < today


class Milestone(Numbered, Base):
    """A step on the way of an item: by which day it was planned, and on which day it was reached."""

    __tablename__ = "livelihood_milestone"
    __table_args__ = (
        one_of("stone", Stone),
        CheckConstraint(f"stone <> '{Stone.OWN}' OR words IS NOT NULL", name="words"),
        Index("ix_livelihood_milestone_item_id", "item_id", "plan_on"),
    )

    item_id: Mapped[int] = mapped_column(ForeignKey("livelihood_item.id"))
    stone: Mapped[str]
    words: Mapped[str | None]
    plan_on: Mapped[date] = mapped_column(Date)
    done_on: Mapped[date | None] = mapped_column(Date)

    item: Mapped[LivelihoodItem] = relationship(back_populates="milestones")

    @property
    def unit_id(self) -> int | None:
        """The unit that carries its item out."""
        return self.item.unit_id

    @property
    def grid_id(self) -> int | None:
        """The grid of its item."""
        return self.item.grid_id


class Review(Numbered, Base):
    """What a resident of the place says of an item that is built; once each time it is shown.

    Without its resident and account once these are erased: what was said still counts.
    """

    __tablename__ = "livelihood_review"
    __table_args__ = (
        UniqueConstraint("item_id", "turn", "resident_id"),
        UniqueConstraint("item_id", "turn", "account_id"),
        CheckConstraint("rating BETWEEN 1 AND 5", name="rating"),
        CheckConstraint("accepts OR words IS NOT NULL", name="why"),
        Index("ix_livelihood_review_resident_id", "resident_id"),
    )

    item_id: Mapped[int] = mapped_column(ForeignKey("livelihood_item.id"))
    turn: Mapped[int] = mapped_column(SmallInteger)
    resident_id: Mapped[int | None] = mapped_column(ForeignKey("resident.id", ondelete="SET NULL"))
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"))
    accepts: Mapped[bool]
    rating: Mapped[int] = mapped_column(SmallInteger)
    words: Mapped[str | None]
    at: Mapped[datetime] = mapped_column(server_default=func.now())

    account: Mapped[Account | None] = relationship()
