"""Tables of inspections: how often, what is looked at, each of them and what it found."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    Date,
    Float,
    ForeignKey,
    Index,
    Integer,
    SmallInteger,
    UniqueConstraint,
    func,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.orm import Mapped, column_property, mapped_column, relationship

from webapp.base.db import Base, Numbered, one_of
from webapp.monitoring.safety.dangers.models import HiddenDanger
from webapp.monitoring.safety.dangers.rules import DangerKind, Level
from webapp.monitoring.safety.inspections.rules import (
    INSPECTION_FLOW,
    Answer,
    InspectionState,
    saved,
)
from webapp.monitoring.safety.models import Profile
from webapp.monitoring.safety.rules import Risk, Trade
from webapp.people.models import Account, Enterprise


class Interval(Numbered, Base):
    """How often enterprises of a risk (and a trade) are inspected, as the office has laid it down."""

    __tablename__ = "inspection_interval"
    __table_args__ = (
        one_of("risk", Risk),
        one_of("trade", Trade),
        CheckConstraint("days BETWEEN 1 AND 365", name="days"),
        Index(
            "uq_inspection_interval",
            "risk",
            "trade",
            unique=True,
            postgresql_nulls_not_distinct=True,
        ),
    )

    risk: Mapped[str]
    trade: Mapped[str | None]
    days: Mapped[int] = mapped_column(SmallInteger)
    source: Mapped[str]


class ChecklistItem(Numbered, Base):
    """What is looked at in a trade, as the office has laid it down in the place of the usual list."""

    __tablename__ = "checklist_item"
    __table_args__ = (
        one_of("trade", Trade),
        one_of("kind", DangerKind),
        one_of("level", Level),
        UniqueConstraint("trade", "place"),
    )

    trade: Mapped[str]
    place: Mapped[int] = mapped_column(SmallInteger)
    words: Mapped[str]
    kind: Mapped[str]
    level: Mapped[str]
    basis: Mapped[str | None]


class Inspection(Numbered, Base):
    """One inspection of an enterprise, to be done from a day on and before another.

    Usually there would be one every `base_days`; `monitored` says what was known of the monitoring when
    the time was set.
    """

    __tablename__ = "safety_inspection"
    __table_args__ = (
        INSPECTION_FLOW.check(),
        CheckConstraint("begins < ends", name="days"),
        CheckConstraint("base_days BETWEEN 1 AND 365", name="base_days"),
        CheckConstraint(
            f"state <> '{InspectionState.DONE}' OR num_nonnulls(done_at, done_by_id) = 2",
            name="done",
        ),
        UniqueConstraint("profile_id", "begins"),
        ExcludeConstraint(
            ("profile_id", "="),
            (text("daterange(begins, ends)"), "&&"),
            name="ex_safety_inspection_times",
            using="gist",
        ),
        Index("ix_safety_inspection_due", "ends", postgresql_where=text("state = 'due'")),
        Index("ix_safety_inspection_done_by_id", "done_by_id"),
    )

    profile_id: Mapped[int] = mapped_column(ForeignKey("safety_profile.id"))
    begins: Mapped[date] = mapped_column(Date)
    ends: Mapped[date] = mapped_column(Date)
    base_days: Mapped[int] = mapped_column(SmallInteger)
    monitored: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))
    state: Mapped[str]
    version: Mapped[int] = mapped_column(server_default=text("0"))
    made_at: Mapped[datetime] = mapped_column(server_default=func.now())
    done_at: Mapped[datetime | None]
    done_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    away_m: Mapped[float | None] = mapped_column(Float(53))
    note: Mapped[str | None]

    profile: Mapped[Profile] = relationship()
    done_by: Mapped[Account | None] = relationship()
    items: Mapped[list[InspectedItem]] = relationship(order_by="InspectedItem.place")
    grid_id: Mapped[int | None] = column_property(
        select(Enterprise.grid_id)
        .join(Profile, Profile.enterprise_id == Enterprise.id)
        .where(Profile.id == profile_id)
        .correlate_except(Enterprise, Profile)
        .scalar_subquery()
    )

    @property
    def longer(self) -> bool:
        """True where monitoring makes its time longer than usual."""
        return (self.ends - self.begins).days > self.base_days

    @property
    def saved(self) -> int:
        """How many visits of the usual plan were not needed, once it is done."""
        done = self.state == InspectionState.DONE
        return saved(self.begins, self.ends, self.base_days) if done else 0


class InspectedItem(Numbered, Base):
    """What one inspection found of one item, in the words the item had then."""

    __tablename__ = "inspected_item"
    __table_args__ = (
        one_of("answer", Answer),
        UniqueConstraint("inspection_id", "place"),
        # What is not in order is a hidden danger, with its photo.
        CheckConstraint(f"(answer = '{Answer.NOT}') = (danger_id IS NOT NULL)", name="danger"),
    )

    inspection_id: Mapped[int] = mapped_column(ForeignKey("safety_inspection.id"))
    place: Mapped[int] = mapped_column(Integer)
    words: Mapped[str]
    answer: Mapped[str]
    danger_id: Mapped[int | None] = mapped_column(ForeignKey("hidden_danger.id"), unique=True)

    danger: Mapped[HiddenDanger | None] = relationship()
