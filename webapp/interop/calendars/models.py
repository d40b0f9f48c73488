"""Private addresses. Only the hash of each is kept."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.base.agenda import As
from webapp.base.db import Base, Numbered, one_of
from webapp.interop.calendars.rules import Kind
from webapp.people.models import Account


class Subscription(Numbered, Base):
    """An address that opens something of one account, until it ends. One of a kind is open at a time."""

    __tablename__ = "subscription"
    __table_args__ = (
        one_of("kind", Kind),
        one_of("dues", As),
        Index(
            "uq_subscription_open",
            "account_id",
            "kind",
            unique=True,
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    kind: Mapped[str]
    hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    # How what is due is written.
    dues: Mapped[str] = mapped_column(server_default=text(f"'{As.EVENT}'"))
    made_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]

    account: Mapped[Account] = relationship()
