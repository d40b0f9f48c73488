"""The table of supervision orders."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.base.db import Base, Numbered, one_of
from webapp.cases.models import Case
from webapp.cases.supervision.rules import ORDER_FLOW, OrderReason, OrderState
from webapp.grids.models import Unit
from webapp.people.models import Account


class Order(Numbered, Base):
    """Somebody has to answer in writing for a case; `unit_id` and `account_id` had it in hand then."""

    __tablename__ = "supervision"
    __table_args__ = (
        ORDER_FLOW.check(),
        one_of("reason", OrderReason),
        Index("ix_supervision_state", "state", "id"),
        # The house gives each order for a reason once; people may give theirs again.
        Index(
            "uq_supervision_of_house",
            "case_id",
            "reason",
            unique=True,
            postgresql_where=text("giver_id IS NULL"),
        ),
    )

    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"), index=True)
    reason: Mapped[str]
    words: Mapped[str | None]
    state: Mapped[str] = mapped_column(server_default=text(f"'{OrderState.GIVEN}'"))
    version: Mapped[int] = mapped_column(server_default=text("1"))
    giver_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), index=True)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"), index=True)
    given_at: Mapped[datetime]
    due_at: Mapped[datetime]
    answer: Mapped[str | None]
    answered_at: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]

    case: Mapped[Case] = relationship()
    giver: Mapped[Account | None] = relationship(foreign_keys=[giver_id])
    unit: Mapped[Unit | None] = relationship()
    account: Mapped[Account | None] = relationship(foreign_keys=[account_id])
