"""Tables of fields that are switched on: each with its purpose, and what was written under it, sealed."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.base.db import Base, Numbered, one_of
from webapp.base.sealing import SealedText
from webapp.people.models import Account
from webapp.residents.detail_rules import Detail


class ResidentField(Numbered, Base):
    """A field is asked of residents, for a purpose, from a moment until it is switched off again."""

    __tablename__ = "resident_field"
    __table_args__ = (
        one_of("field", Detail),
        CheckConstraint("ended_at >= since", name="ended"),
        CheckConstraint("erased_at IS NULL OR ended_at IS NOT NULL", name="erased"),
        Index(
            "uq_resident_field_on",
            "field",
            unique=True,
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    field: Mapped[str]
    purpose: Mapped[str]
    basis: Mapped[str]
    since: Mapped[datetime]
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    ended_at: Mapped[datetime | None]
    # From then on nothing is left of what was written under it.
    erased_at: Mapped[datetime | None]

    account: Mapped[Account] = relationship()


class ResidentDetail(Numbered, Base):
    """What is known of somebody under such a field: a code of its standard, or a text."""

    __tablename__ = "resident_detail"
    __table_args__ = (UniqueConstraint("resident_id", "field_id"),)

    resident_id: Mapped[int] = mapped_column(ForeignKey("resident.id"))
    field_id: Mapped[int] = mapped_column(ForeignKey("resident_field.id"), index=True)
    value: Mapped[str] = mapped_column(SealedText)
