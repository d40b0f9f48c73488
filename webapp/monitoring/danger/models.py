"""Tables of danger zones: the zone through its life, and every shape that it ever had."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    ForeignKey,
    Index,
    SmallInteger,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.base.db import Base, Numbered, one_of
from webapp.base.spatial import Metric
from webapp.monitoring.alarms.models import Alarm
from webapp.monitoring.danger.rules import LIVING, ZONE_FLOW, DangerKind, ZoneState
from webapp.people.models import Account

_LIVING = ", ".join(f"'{state}'" for state in LIVING)


class DangerZone(Numbered, Base):
    """Ground on which it is dangerous, because of an alarm or of what somebody said."""

    __tablename__ = "danger_zone"
    __table_args__ = (
        ZONE_FLOW.check(),
        one_of("kind", DangerKind),
        # Two at once draw one zone for an alarm, not two.
        Index(
            "uq_danger_zone_living",
            "alarm_id",
            unique=True,
            postgresql_where=text(f"state IN ({_LIVING})"),
        ),
        Index("ix_danger_zone_state", "state", "id"),
        CheckConstraint(
            f"state NOT IN ('{ZoneState.IN_FORCE}', '{ZoneState.LIFTED}') OR enforced_at IS NOT NULL",
            name="enforced",
        ),
        CheckConstraint(
            f"state NOT IN ('{ZoneState.LIFTED}', '{ZoneState.DISCARDED}') OR ended_at IS NOT NULL",
            name="ended",
        ),
        CheckConstraint("ended_at >= coalesce(enforced_at, drawn_at)", name="times"),
    )

    kind: Mapped[str]
    state: Mapped[str]
    version: Mapped[int] = mapped_column(server_default=text("0"))
    words: Mapped[str | None]
    alarm_id: Mapped[int | None] = mapped_column(ForeignKey("alarm.id"), index=True)
    exercise: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))
    drawn_at: Mapped[datetime]
    drawn_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    enforced_at: Mapped[datetime | None]
    # When those who call the roll were told.
    called_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]

    alarm: Mapped[Alarm | None] = relationship()
    drawn_by: Mapped[Account | None] = relationship()
    shapes: Mapped[list[DangerShape]] = relationship(
        back_populates="zone", order_by="DangerShape.number.desc()"
    )
    shape: Mapped[DangerShape] = relationship(
        primaryjoin="and_(DangerShape.zone_id == DangerZone.id, DangerShape.until.is_(None))",
        viewonly=True,
        uselist=False,
    )


class DangerShape(Numbered, Base):
    """A shape of a zone, from when until when it was valid, and by which words and model it was drawn.

    What is changed is ended and drawn anew: which shape was valid at a moment stays known.
    """

    __tablename__ = "danger_shape"
    __table_args__ = (
        UniqueConstraint("zone_id", "number"),
        Index(
            "uq_danger_shape_valid", "zone_id", unique=True, postgresql_where=text("until IS NULL")
        ),
        CheckConstraint("number >= 1", name="number"),
        CheckConstraint("until >= since", name="until"),
    )

    zone_id: Mapped[int] = mapped_column(ForeignKey("danger_zone.id"))
    number: Mapped[int] = mapped_column(SmallInteger)
    inputs: Mapped[dict[str, Any]]
    model: Mapped[str]
    by_hand: Mapped[bool] = mapped_column(Boolean)
    area: Mapped[Any] = mapped_column(Metric("MULTIPOLYGON"))
    since: Mapped[datetime]
    until: Mapped[datetime | None]
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))

    zone: Mapped[DangerZone] = relationship(back_populates="shapes")
    made_by: Mapped[Account | None] = relationship()
