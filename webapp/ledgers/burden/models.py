"""Tables of what forms cost: single times for a while, then what a month came to."""

from __future__ import annotations

import uuid
from datetime import date

from sqlalchemy import (
    CheckConstraint,
    Date,
    Float,
    ForeignKey,
    Index,
    Integer,
    SmallInteger,
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import UUID
from sqlalchemy.orm import Mapped, mapped_column

from webapp.base.db import Base, Numbered
from webapp.ledgers.burden.rules import LONGEST_S


class FormTime(Numbered, Base):
    """Somebody of a post filled in a form on a day, in so many seconds of work at it.

    `account_id` is there so that they read their own sum; nobody else is shown it. A form that a phone
    sends again under its own name for it (`client_id`) counts once.
    """

    __tablename__ = "form_time"
    __table_args__ = (
        CheckConstraint(f"seconds BETWEEN 1 AND {LONGEST_S}", name="seconds"),
        Index("ix_form_time_day", "day", "form"),
        Index("ix_form_time_account_id", "account_id", "day"),
    )

    form: Mapped[str]
    seconds: Mapped[int] = mapped_column(SmallInteger)
    role: Mapped[str]
    day: Mapped[date] = mapped_column(Date)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"))
    client_id: Mapped[uuid.UUID | None] = mapped_column(UUID(), unique=True)


class FormMonth(Numbered, Base):
    """What a form came to in a month that is long over: how often, by how many people, how long."""

    __tablename__ = "form_month"
    __table_args__ = (
        UniqueConstraint("month", "form"),
        CheckConstraint("extract(day FROM month) = 1", name="month"),
    )

    form: Mapped[str]
    month: Mapped[date] = mapped_column(Date)
    times: Mapped[int] = mapped_column(Integer)
    people: Mapped[int] = mapped_column(Integer)
    seconds: Mapped[int]
    median_s: Mapped[float] = mapped_column(Float(53))
