"""Tables of the grid balancer."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Integer, func, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.base.db import Base, Numbered
from webapp.base.files import StoredFile
from webapp.grids.models import BoundarySet
from webapp.maps.balance.rules import BALANCE_FLOW


class Balance(Numbered, Base):
    """What was asked of the balancer, how far it is, and what it proposes.

    `wish` is what was asked for and `report` what was found, in figures; `borders` holds the proposed
    borders in metres and `drawing` those of before and after for the map. It is of the borders that
    were in force when it was asked for (`base_id`).
    """

    __tablename__ = "balance"
    __table_args__ = (BALANCE_FLOW.check(),)

    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    base_id: Mapped[int] = mapped_column(ForeignKey("boundary_set.id"))
    state: Mapped[str] = mapped_column(server_default=text("'working'"))
    version: Mapped[int] = mapped_column(server_default=text("0"))
    wish: Mapped[dict[str, Any]]
    report: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))
    borders_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"))
    drawing_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"))
    step: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    steps: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    step_words: Mapped[str] = mapped_column(server_default=text("''"))
    set_id: Mapped[int | None] = mapped_column(ForeignKey("boundary_set.id"))
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())

    base: Mapped[BoundarySet] = relationship(foreign_keys=[base_id])
    boundary_set: Mapped[BoundarySet | None] = relationship(foreign_keys=[set_id])
    borders: Mapped[StoredFile | None] = relationship(foreign_keys=[borders_id])
    drawing: Mapped[StoredFile | None] = relationship(foreign_keys=[drawing_id])
