"""The table of what people said about the wind."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, Float, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.base.db import Base, Numbered
from webapp.people.models import Account


class WindSaid(Numbered, Base):
    """How the wind was at a moment, as a person saw it. What is said is never changed: a later word counts."""

    __tablename__ = "wind_said"
    __table_args__ = (
        CheckConstraint("whence >= 0 AND whence < 360", name="whence"),
        CheckConstraint("speed_ms BETWEEN 0 AND 60", name="speed_ms"),
        CheckConstraint("(whence IS NULL) = (speed_ms < 1)", name="calm"),
        Index("ix_wind_said_at", "at", "id"),
    )

    whence: Mapped[float | None] = mapped_column(Float(53))
    speed_ms: Mapped[float] = mapped_column(Float(53))
    at: Mapped[datetime]
    said_by_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    seen_by: Mapped[str | None]

    said_by: Mapped[Account] = relationship()
