"""Tables of former villages: lanes, houses by year, and where the families of a house live now."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, SmallInteger, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.base.db import Base, Numbered, one_of
from webapp.base.spatial import Metric, Placed
from webapp.grids.models import Grid
from webapp.people.models import Account
from webapp.relocation.old_doors.rules import FIRST_YEAR, OldHouseKind
from webapp.residents.models import Dwelling


class OldHouse(Numbered, Placed, Base):
    """A house of a former village: its lane, its number, from which year until which it stood.

    It belongs to the grid of the village that was there (`village_id`), wherever borders go later. The
    family is written for staff and shown masked; everybody sees lane, number and years.
    """

    __tablename__ = "old_house"
    __table_args__ = (
        one_of("kind", OldHouseKind),
        CheckConstraint("geom IS NOT NULL", name="geom"),
        CheckConstraint(f"year_from BETWEEN {FIRST_YEAR} AND 2200", name="year_from"),
        CheckConstraint("year_until >= year_from", name="years"),
        # One door at a time; a house that was built anew stands beside the one before it.
        Index(
            "uq_old_house_door",
            "village_id",
            "lane",
            "number",
            text("coalesce(year_from, 0)"),
            unique=True,
        ),
        Index("ix_old_house_door", "lane", "number"),
    )

    village_id: Mapped[int] = mapped_column(ForeignKey("grid.id"))
    lane: Mapped[str]
    number: Mapped[str]
    kind: Mapped[str]
    year_from: Mapped[int | None] = mapped_column(SmallInteger)
    year_until: Mapped[int | None] = mapped_column(SmallInteger)
    family: Mapped[str | None]
    provenance: Mapped[str]
    version: Mapped[int] = mapped_column(server_default=text("0"))
    created_at: Mapped[datetime]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))

    village: Mapped[Grid] = relationship(foreign_keys=[village_id])
    grid: Mapped[Grid | None] = relationship(foreign_keys="OldHouse.grid_id")
    created_by: Mapped[Account | None] = relationship()
    homes: Mapped[list[NewHome]] = relationship(order_by="NewHome.dwelling_id", viewonly=True)


class OldLane(Numbered, Base):
    """A lane of a former village as a line, from which year until which it was there.

    A lane that was laid anew stands beside the one before it. Houses name their lane; the line needs none.
    """

    __tablename__ = "old_lane"
    __table_args__ = (
        CheckConstraint(f"year_from BETWEEN {FIRST_YEAR} AND 2200", name="year_from"),
        CheckConstraint("year_until >= year_from", name="years"),
        Index(
            "uq_old_lane_name",
            "village_id",
            "name",
            text("coalesce(year_from, 0)"),
            unique=True,
        ),
    )

    village_id: Mapped[int] = mapped_column(ForeignKey("grid.id"))
    name: Mapped[str]
    geom: Mapped[Any] = mapped_column(Metric("LINESTRING"))
    year_from: Mapped[int | None] = mapped_column(SmallInteger)
    year_until: Mapped[int | None] = mapped_column(SmallInteger)
    provenance: Mapped[str]
    version: Mapped[int] = mapped_column(server_default=text("0"))
    created_at: Mapped[datetime]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))

    village: Mapped[Grid] = relationship()


class NewHome(Base):
    """A dwelling in which a family of an old house lives now; a house may have several."""

    __tablename__ = "old_house_home"

    house_id: Mapped[int] = mapped_column(ForeignKey("old_house.id"), primary_key=True)
    dwelling_id: Mapped[int] = mapped_column(
        ForeignKey("dwelling.id", ondelete="CASCADE"), primary_key=True, index=True
    )

    dwelling: Mapped[Dwelling] = relationship()
