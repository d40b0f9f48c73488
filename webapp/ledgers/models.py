"""Tables of the ledgers: what was frozen and signed, how it is laid out, who took rows with people."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    UniqueConstraint,
    func,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.base.db import Base, Numbered, one_of
from webapp.ledgers.rules import Form, Scope
from webapp.people.models import Account


class Layout(Numbered, Base):
    """How a ledger is printed from then on, as `layouts.Laid` keeps it; by number, and never changed."""

    __tablename__ = "ledger_layout"
    __table_args__ = (
        CheckConstraint("number > 0", name="number"),
        UniqueConstraint("ledger", "number"),
    )

    ledger: Mapped[str]
    number: Mapped[int] = mapped_column(Integer)
    said: Mapped[dict[str, Any]] = mapped_column(JSONB)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    at: Mapped[datetime]

    account: Mapped[Account] = relationship()


class Snapshot(Numbered, Base):
    """A ledger as it was: its rows as canonical JSON, their hash, who froze it, signed by the house.

    The database lets nobody change or remove one. Its rows may be erased by rule: then `body` is empty
    and everything else, the signature too, stands as it was.
    """

    __tablename__ = "ledger_snapshot"
    __table_args__ = (
        one_of("scope", Scope),
        CheckConstraint("sha256 ~ '^[0-9a-f]{64}$'", name="sha256"),
        CheckConstraint("(body IS NULL) = (erased_at IS NOT NULL)", name="erased"),
        CheckConstraint("extract(day FROM month) = 1", name="month"),
        CheckConstraint("(scope = 'grid') = (grid_id IS NOT NULL)", name="place"),
        Index("ix_ledger_snapshot_ledger", "ledger", "id"),
        Index("ix_ledger_snapshot_place", "ledger", "scope", "unit_id", "grid_id", "month", "id"),
    )

    ledger: Mapped[str]
    scope: Mapped[str]
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    grid_id: Mapped[int | None] = mapped_column(ForeignKey("grid.id"))
    # The grids of the place when it was frozen: whoever reads it must hold all of them.
    grid_ids: Mapped[list[int]] = mapped_column(ARRAY(BigInteger))
    place: Mapped[str]
    month: Mapped[date] = mapped_column(Date)
    frozen_at: Mapped[datetime]
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    rows: Mapped[int]
    body: Mapped[str | None]
    sha256: Mapped[str]
    signature: Mapped[bytes] = mapped_column(LargeBinary)
    previous_id: Mapped[int | None] = mapped_column(ForeignKey("ledger_snapshot.id"), unique=True)
    # How many rows are new, differ, or are gone since the one before.
    added: Mapped[int]
    changed: Mapped[int]
    removed: Mapped[int]
    erased_at: Mapped[datetime | None]
    # As it was laid out when it was frozen; None: as the house has it.
    layout_id: Mapped[int | None] = mapped_column(ForeignKey("ledger_layout.id"))

    layout: Mapped[Layout | None] = relationship()
    account: Mapped[Account] = relationship()
    previous: Mapped[Snapshot | None] = relationship(remote_side="Snapshot.id")


class Taking(Numbered, Base):
    """Somebody took rows about people, or looked at a guarded ledger: which, how many, what for."""

    __tablename__ = "ledger_taking"
    __table_args__ = (one_of("form", Form), Index("ix_ledger_taking_account_id", "account_id"))

    ledger: Mapped[str]
    place: Mapped[str]
    month: Mapped[date] = mapped_column(Date)
    form: Mapped[str]
    whole: Mapped[bool]
    rows: Mapped[int]
    purpose: Mapped[str]
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    snapshot_id: Mapped[int | None] = mapped_column(ForeignKey("ledger_snapshot.id"))
    at: Mapped[datetime] = mapped_column(server_default=func.now())

    account: Mapped[Account] = relationship()
