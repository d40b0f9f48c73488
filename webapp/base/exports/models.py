"""The log of exports: who took which list, how narrowed, as what, how many rows, what for."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, func, text
from sqlalchemy.orm import Mapped, mapped_column

from webapp.base.db import Base, Numbered, one_of
from webapp.base.exports.rules import Format


class Export(Numbered, Base):
    """One list that was taken out, or is being made ready.

    `rows` is how many are written so far; it stands once `ended_at` is set. `failed_at`: it broke, and
    no file of it is whole. `file` names what waits to be fetched until `expires_at`.
    """

    __tablename__ = "export"
    __table_args__ = (
        one_of("format", Format),
        CheckConstraint("ended_at IS NULL OR failed_at IS NULL", name="end"),
        CheckConstraint("file IS NULL OR expires_at IS NOT NULL", name="file"),
        Index("ix_export_account_id", "account_id", "id"),
        Index("ix_export_expires", "expires_at", postgresql_where=text("file IS NOT NULL")),
    )

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    sheet: Mapped[str]
    wish: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))
    format: Mapped[str]
    locale: Mapped[str]
    purpose: Mapped[str | None]
    by_task: Mapped[bool] = mapped_column(server_default=text("false"))
    # How many rows there were when it was asked for; of many only that they are more than are made at once.
    expected: Mapped[int]
    rows: Mapped[int] = mapped_column(server_default=text("0"))
    asked_at: Mapped[datetime] = mapped_column(server_default=func.now())
    ended_at: Mapped[datetime | None]
    failed_at: Mapped[datetime | None]
    file: Mapped[str | None]
    size: Mapped[int | None] = mapped_column(BigInteger)
    expires_at: Mapped[datetime | None]
