"""Tables of what the public is told of cases, kept by the database in the transaction of each change."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Identity, Index, Integer, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from webapp.base.db import Base
from webapp.base.spatial import Metric

# The world has this many units a side (2 to this power), from its north-west corner (Web Mercator).
WORLD = 30
# Cases are counted by squares of this zoom, 300 m by 240 m on our ground.
CELL_ZOOM = 17
# A case without a place is counted in a square that is none.
NOWHERE = -1
# Days are counted from this one.
FIRST_DAY = date(2000, 1, 1)


class ToldCase(Base):
    """A public case as everybody may know it. It is there as long as the case is public.

    `geom` is the place as it is told (metres), `px` and `py` the same in units of the world, `x` and `y` the
    square in which it is counted. `feature` is the whole as GeoJSON, `mark` and `named` what tiles are made of.
    """

    __tablename__ = "told_case"
    __table_args__ = (
        Index("ix_told_case_class_code", "class_code", "case_id"),
        Index("ix_told_case_state", "state", "case_id"),
        Index("ix_told_case_grid", "grid", "case_id"),
        Index("ix_told_case_received_at", "received_at", "case_id"),
        # A tile is read from this alone: what lies near each other in the world does so in it.
        Index("ix_told_case_square", "x", "y", postgresql_include=["px", "py", "mark", "named"]),
    )

    case_id: Mapped[int] = mapped_column(
        ForeignKey("case_file.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    px: Mapped[int | None] = mapped_column(Integer)
    py: Mapped[int | None] = mapped_column(Integer)
    x: Mapped[int] = mapped_column(Integer)
    y: Mapped[int] = mapped_column(Integer)
    coarse: Mapped[bool]
    geom: Mapped[Any | None] = mapped_column(Metric())
    mark: Mapped[bytes | None] = mapped_column(LargeBinary)
    named: Mapped[bytes] = mapped_column(LargeBinary)
    number: Mapped[str] = mapped_column(unique=True)
    class_code: Mapped[str]
    class_name: Mapped[str]
    state: Mapped[str]
    grid: Mapped[str | None]
    grid_name: Mapped[str | None]
    department: Mapped[str | None]
    received_at: Mapped[datetime]
    due_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    feature: Mapped[str]


class ToldCount(Base):
    """By how many a square has more or fewer told cases since some change; their sum is how many there are.

    Nobody waits for another's count: each change adds a row, and a clock puts rows together. `changes` counts
    them, so that its sum names how a square was at one moment.
    """

    __tablename__ = "told_count"
    __table_args__ = (
        Index("ix_told_count_square", "x", "y", postgresql_include=["cases", "changes"]),
    )

    id: Mapped[int] = mapped_column(Identity(always=False), primary_key=True)
    x: Mapped[int] = mapped_column(Integer)
    y: Mapped[int] = mapped_column(Integer)
    cases: Mapped[int] = mapped_column(Integer)
    changes: Mapped[int]
