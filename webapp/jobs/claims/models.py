"""The table of claims."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.base.db import Base, Numbered, one_of
from webapp.base.sealing import SealedText
from webapp.base.spatial import Placed
from webapp.grids.models import Grid
from webapp.jobs.claims.rules import CLAIM_FLOW, ClaimState
from webapp.jobs.models import Employer
from webapp.people.models import Account
from webapp.people.rules import Premises


class Claim(Numbered, Placed, Base):
    """Somebody says that they act for an enterprise that stands here."""

    __tablename__ = "job_claim"
    __table_args__ = (
        CLAIM_FLOW.check(),
        one_of("premises", Premises),
        CheckConstraint("credit_code ~ '^[0-9A-Z]{18}$'", name="credit_code"),
        CheckConstraint("state <> 'granted' OR employer_id IS NOT NULL", name="granted"),
        Index(
            "uq_job_claim_waiting",
            "account_id",
            "credit_code",
            unique=True,
            postgresql_where=text("state = 'waiting'"),
        ),
        Index("ix_job_claim_state", "state", "id"),
    )

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    name: Mapped[str]
    credit_code: Mapped[str]
    premises: Mapped[str]
    address: Mapped[str]
    contact_post: Mapped[str]
    contact_phone: Mapped[str] = mapped_column(SealedText)
    state: Mapped[str] = mapped_column(default=ClaimState.WAITING)
    version: Mapped[int] = mapped_column(server_default=text("0"))
    station_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), index=True)
    office_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), index=True)
    employer_id: Mapped[int | None] = mapped_column(ForeignKey("job_employer.id"))
    note: Mapped[str | None]
    made_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    account: Mapped[Account] = relationship()
    employer: Mapped[Employer | None] = relationship()
    grid: Mapped[Grid | None] = relationship(foreign_keys="Claim.grid_id")
