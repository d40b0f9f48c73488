"""Tables of the ways to sources: how each is reached, and what a source is to be told."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    SmallInteger,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.base.db import Base, Numbered, one_of
from webapp.monitoring.alarms.models import Alarm
from webapp.monitoring.intake.models import Source
from webapp.monitoring.ways.rules import Act, ToldState, WayKind


class Way(Numbered, Base):
    """How the house reaches a source. `sealed` holds address, name, password and key, as JSON.

    `failed` is why it did not answer when it was asked last, None where it did; `reached_at` when it
    last did. `kept` is what the way itself remembers: a subscription, how channels were described.
    """

    __tablename__ = "source_way"
    __table_args__ = (one_of("kind", WayKind), UniqueConstraint("source_id", "kind"))

    source_id: Mapped[int] = mapped_column(ForeignKey("intake_source.id"))
    kind: Mapped[str]
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    reached_at: Mapped[datetime | None]
    failed: Mapped[str | None]
    failed_since: Mapped[datetime | None]
    # What it told was asked for up to this moment.
    asked_to: Mapped[datetime | None]
    kept: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))
    version: Mapped[int] = mapped_column(server_default=text("0"))

    source: Mapped[Source] = relationship()


class Told(Numbered, Base):
    """Something a source is to be told of one of its alarms, once. Written with the move it tells of."""

    __tablename__ = "source_told"
    __table_args__ = (
        one_of("kind", WayKind),
        one_of("act", Act),
        one_of("state", ToldState),
        UniqueConstraint("alarm_id", "act"),
        CheckConstraint(f"(state = '{ToldState.TOLD}') = (told_at IS NOT NULL)", name="told_at"),
        Index("ix_source_told_due", "due_at", postgresql_where=text("state = 'waiting'")),
        Index("ix_source_told_source_id", "source_id"),
    )

    source_id: Mapped[int] = mapped_column(ForeignKey("intake_source.id"))
    kind: Mapped[str]
    alarm_id: Mapped[int] = mapped_column(ForeignKey("alarm.id"))
    act: Mapped[str]
    state: Mapped[str]
    due_at: Mapped[datetime]
    # Somebody is telling it until then.
    held_until: Mapped[datetime | None]
    tries: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"))
    told_at: Mapped[datetime | None]
    # Why it could not be told so far.
    why: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())

    source: Mapped[Source] = relationship()
    alarm: Mapped[Alarm] = relationship()
