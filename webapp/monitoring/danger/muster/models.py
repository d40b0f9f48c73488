"""Tables of the muster points."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, Integer, func, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.base.db import Base, Numbered
from webapp.base.spatial import Placed
from webapp.grids.models import Grid
from webapp.monitoring.danger.muster.rules import MOST_PEOPLE


class MusterPoint(Numbered, Placed, Base):
    """A place where people gather who have to leave: a school yard, a square, a hall."""

    __tablename__ = "muster_point"
    __table_args__ = (
        CheckConstraint("geom IS NOT NULL", name="geom"),
        CheckConstraint(f"capacity BETWEEN 1 AND {MOST_PEOPLE}", name="capacity"),
        Index(
            "uq_muster_point_name", "name", unique=True, postgresql_where=text("closed_at IS NULL")
        ),
    )

    name: Mapped[str]
    # How many people find room.
    capacity: Mapped[int] = mapped_column(Integer)
    words: Mapped[str | None]
    provenance: Mapped[str | None]
    version: Mapped[int] = mapped_column(server_default=text("0"))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    closed_at: Mapped[datetime | None]

    grid: Mapped[Grid | None] = relationship(foreign_keys="MusterPoint.grid_id")
