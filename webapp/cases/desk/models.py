"""Tables of the desk: kept filters, phrases, papers of shifts."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, func, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.base.db import Base, Numbered
from webapp.cases.desk.rules import SHIFT_FLOW
from webapp.people.models import Account


class DeskFilter(Numbered, Base):
    """A way to narrow the queue that somebody keeps under a name."""

    __tablename__ = "desk_filter"
    __table_args__ = (
        UniqueConstraint("account_id", "name"),
        CheckConstraint("name <> ''", name="name"),
    )

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    name: Mapped[str]
    # What the address of the queue says beside its path.
    wish: Mapped[dict[str, Any]]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class Phrase(Numbered, Base):
    """Words for a note, one's own or (without an account) of all."""

    __tablename__ = "phrase"
    __table_args__ = (
        Index("ix_phrase_account_id", "account_id", "id"),
        CheckConstraint("words <> ''", name="words"),
    )

    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    words: Mapped[str]
    version: Mapped[int] = mapped_column(server_default=text("0"))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class DeskShift(Numbered, Base):
    """What one shift of the desk leaves to the next, signed by both."""

    __tablename__ = "desk_shift"
    __table_args__ = (
        SHIFT_FLOW.check(),
        CheckConstraint("giver_id <> taker_id", name="two"),
        CheckConstraint("taken_at IS NULL OR given_at IS NOT NULL", name="in_turn"),
        # One prepares one paper at a time.
        Index(
            "uq_desk_shift_draft",
            "giver_id",
            unique=True,
            postgresql_where=text("state = 'draft'"),
        ),
    )

    giver_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    taker_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"), index=True)
    state: Mapped[str]
    version: Mapped[int] = mapped_column(server_default=text("0"))
    since: Mapped[datetime]
    brief: Mapped[dict[str, Any]]
    note: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    given_at: Mapped[datetime | None]
    taken_at: Mapped[datetime | None]

    giver: Mapped[Account] = relationship(foreign_keys=[giver_id])
    taker: Mapped[Account | None] = relationship(foreign_keys=[taker_id])
