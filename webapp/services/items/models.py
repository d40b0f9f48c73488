"""Tables of the item master: the item, and every version of its rules."""

from __future__ import annotations

from datetime import datetime
from functools import cached_property
from typing import Any

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Float,
    ForeignKey,
    Index,
    Integer,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.base.db import Base, Numbered, one_of
from webapp.grids.models import Unit
from webapp.services.items.described import Described
from webapp.services.items.rules import Basis, Field, Kind


class Item(Numbered, Base):
    """A matter that may be applied for, whatever its rules are today."""

    __tablename__ = "service_item"

    code: Mapped[str] = mapped_column(unique=True)


class ItemVersion(Numbered, Base):
    """The rules of an item for a time. What was applied for under them stays under them."""

    __tablename__ = "service_item_version"
    __table_args__ = (
        one_of("field", Field),
        one_of("kind", Kind),
        one_of("basis", Basis),
        CheckConstraint("promised_days > 0 AND promised_days <= statutory_days", name="in_time"),
        CheckConstraint("ended_at > since", name="valid"),
        UniqueConstraint("item_id", "number"),
        Index(
            "uq_service_item_version_current",
            "item_id",
            unique=True,
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    item_id: Mapped[int] = mapped_column(ForeignKey("service_item.id"))
    number: Mapped[int] = mapped_column(Integer)
    since: Mapped[datetime] = mapped_column(server_default=func.now())
    ended_at: Mapped[datetime | None]
    digest: Mapped[str]
    # Laid down by the subdistrict itself: what the house comes with does not take its place.
    own: Mapped[bool] = mapped_column(Boolean)
    name: Mapped[str]
    name_en: Mapped[str]
    field: Mapped[str]
    kind: Mapped[str]
    basis: Mapped[str]
    department_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    online: Mapped[bool] = mapped_column(Boolean)
    at_station: Mapped[bool] = mapped_column(Boolean)
    statutory_days: Mapped[float] = mapped_column(Float(53))
    promised_days: Mapped[float] = mapped_column(Float(53))
    rules: Mapped[dict[str, Any]]

    item: Mapped[Item] = relationship()
    department: Mapped[Unit] = relationship()

    @cached_property
    def said(self) -> Described:
        """Everything that is laid down in this version."""
        return Described.model_validate(self.rules)
