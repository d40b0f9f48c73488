"""The table of imports: one row for each file of borders that somebody sent."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Integer, func, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.base.db import Base, Numbered
from webapp.base.files import StoredFile
from webapp.grids.imports.rules import IMPORT_FLOW
from webapp.grids.models import BoundarySet


class BorderImport(Numbered, Base):
    """A file of borders: what people answered about it, and what was found in it."""

    __tablename__ = "border_import"
    __table_args__ = (IMPORT_FLOW.check(),)

    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    name: Mapped[str]
    file_id: Mapped[int] = mapped_column(ForeignKey("stored_file.id"))
    state: Mapped[str] = mapped_column(server_default=text("'working'"))
    version: Mapped[int] = mapped_column(server_default=text("0"))
    answers: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))
    report: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))
    # The borders in metres, and borders and faults for the map: too large for the row.
    borders_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"))
    drawing_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"))
    step: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    steps: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    step_words: Mapped[str] = mapped_column(server_default=text("''"))
    set_id: Mapped[int | None] = mapped_column(ForeignKey("boundary_set.id"))
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())

    file: Mapped[StoredFile] = relationship(foreign_keys=[file_id])
    borders: Mapped[StoredFile | None] = relationship(foreign_keys=[borders_id])
    drawing: Mapped[StoredFile | None] = relationship(foreign_keys=[drawing_id])
    boundary_set: Mapped[BoundarySet | None] = relationship()
