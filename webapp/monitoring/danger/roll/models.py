"""The table of the roll: everybody who was inside a zone."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    ForeignKey,
    Index,
    Integer,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.base.db import Base, Numbered, one_of
from webapp.grids.models import Grid
from webapp.monitoring.danger.models import DangerZone
from webapp.monitoring.danger.roll.rules import ROLL_FLOW, Subject
from webapp.people.models import Account


class RollEntry(Numbered, Base):
    """A household, an enterprise or a worker inside a zone; names of people are masked.

    `reached_at` is when somebody first spoke with them, wherever they were.
    """

    __tablename__ = "roll_entry"
    __table_args__ = (
        ROLL_FLOW.check(),
        one_of("subject", Subject),
        UniqueConstraint("zone_id", "subject", "thing_id"),
        CheckConstraint("people >= 0", name="people"),
        Index("ix_roll_entry_zone_id", "zone_id", "state"),
    )

    zone_id: Mapped[int] = mapped_column(ForeignKey("danger_zone.id"))
    subject: Mapped[str]
    thing_id: Mapped[int]
    name: Mapped[str]
    place: Mapped[str | None]
    people: Mapped[int | None] = mapped_column(Integer)
    # Somebody there does not come out without help.
    helpless: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))
    grid_id: Mapped[int | None] = mapped_column(ForeignKey("grid.id"), index=True)
    state: Mapped[str]
    version: Mapped[int] = mapped_column(server_default=text("0"))
    marked_at: Mapped[datetime | None]
    marked_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    reached_at: Mapped[datetime | None]

    zone: Mapped[DangerZone] = relationship()
    grid: Mapped[Grid | None] = relationship()
    marked_by: Mapped[Account | None] = relationship()
