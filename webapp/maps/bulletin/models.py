"""Tables of the bulletin."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, LargeBinary, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from webapp.base.db import Base, Numbered


class Bulletin(Numbered, Base):
    """What the house said on the morning of a day; it is written once and never changed.

    `said` holds figures, late cases, projects held up and the load of the grids as they were;
    the pictures are PNG.
    """

    __tablename__ = "bulletin"
    __table_args__ = (CheckConstraint("jsonb_typeof(said) = 'object'", name="said"),)

    day: Mapped[date] = mapped_column(unique=True)
    made_at: Mapped[datetime] = mapped_column(server_default=func.now())
    said: Mapped[dict[str, Any]] = mapped_column(JSONB)
    loads: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    weeks: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
