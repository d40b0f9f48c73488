"""Tables of the whistle: the whistle itself, and the call to each department."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, Float, ForeignKey, Index, SmallInteger, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.base.db import Base, Numbered, one_of
from webapp.cases.models import Case
from webapp.cases.whistles.rules import CALL_FLOW, WHISTLE_FLOW, CallState, WhistleKind
from webapp.grids.models import Grid, Unit
from webapp.people.models import Account


class Whistle(Numbered, Base):
    """Departments are called together to a case. Its grid is that of the case when it was blown."""

    __tablename__ = "whistle"
    __table_args__ = (
        WHISTLE_FLOW.check(),
        one_of("kind", WhistleKind),
        CheckConstraint("rating BETWEEN 1 AND 5", name="rating"),
        Index("ix_whistle_state", "state", "id"),
        Index(
            "uq_whistle_open",
            "case_id",
            unique=True,
            postgresql_where="state NOT IN ('closed', 'called_off')",
        ),
    )

    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"), index=True)
    kind: Mapped[str]
    state: Mapped[str]
    version: Mapped[int]
    words: Mapped[str]
    grid_id: Mapped[int | None] = mapped_column(ForeignKey("grid.id"), index=True)
    blower_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    lead_unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    blown_at: Mapped[datetime]
    due_at: Mapped[datetime]
    plan: Mapped[str | None]
    result: Mapped[str | None]
    rating: Mapped[int | None] = mapped_column(SmallInteger)
    rating_words: Mapped[str | None]
    closed_at: Mapped[datetime | None]

    case: Mapped[Case] = relationship()
    grid: Mapped[Grid | None] = relationship()
    blower: Mapped[Account] = relationship()
    lead_unit: Mapped[Unit] = relationship()
    calls: Mapped[list[WhistleCall]] = relationship(
        back_populates="whistle", order_by="WhistleCall.id"
    )


class WhistleCall(Numbered, Base):
    """One department is called. Who came, when, and how far from the case they stood (metres)."""

    __tablename__ = "whistle_call"
    __table_args__ = (
        CALL_FLOW.check(),
        UniqueConstraint("whistle_id", "unit_id"),
        Index("ix_whistle_call_unit_id", "unit_id", "state"),
        Index(
            "ix_whistle_call_waiting",
            "due_at",
            postgresql_where=f"state = '{CallState.CALLED}'",
        ),
    )

    whistle_id: Mapped[int] = mapped_column(ForeignKey("whistle.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    state: Mapped[str]
    version: Mapped[int]
    due_at: Mapped[datetime]
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    reported_at: Mapped[datetime | None]
    lon: Mapped[float | None] = mapped_column(Float(53))
    lat: Mapped[float | None] = mapped_column(Float(53))
    accuracy_m: Mapped[float | None] = mapped_column(Float(53))
    distance_m: Mapped[float | None] = mapped_column(Float(53))
    note: Mapped[str | None]

    whistle: Mapped[Whistle] = relationship(back_populates="calls")
    unit: Mapped[Unit] = relationship()
    account: Mapped[Account | None] = relationship()
