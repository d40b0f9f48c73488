"""Tables of work outdoors: patrols and their points, doors and visits to them, pinned cases."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    Float,
    ForeignKey,
    Index,
    SmallInteger,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import UUID
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.base.db import Base, Numbered, one_of
from webapp.base.spatial import Metric, Placed, lonlat_of
from webapp.cases.field.rules import (
    PATROL_FLOW,
    POINT_FLOW,
    VISIT_FLOW,
    PatrolState,
    PointKind,
    Purpose,
    VisitState,
)
from webapp.grids.models import Grid
from webapp.people.models import Account


class Patrol(Numbered, Base):
    """A walk through a grid from point to point. What counts is which points were seen, never how far."""

    __tablename__ = "patrol"
    __table_args__ = (
        PATROL_FLOW.check(),
        Index("ix_patrol_grid_id", "grid_id", "state", "id"),
        CheckConstraint(
            f"state <> '{PatrolState.FINISHED}' OR finished_at IS NOT NULL", name="finished"
        ),
    )

    grid_id: Mapped[int] = mapped_column(ForeignKey("grid.id"))
    title: Mapped[str]
    day: Mapped[date]
    state: Mapped[str]
    version: Mapped[int] = mapped_column(server_default=text("0"))
    client_id: Mapped[uuid.UUID | None] = mapped_column(UUID(), unique=True)
    planned_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    walker_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    # When it was so on the phone; when the house heard of it stands in the log.
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    note: Mapped[str | None]

    grid: Mapped[Grid] = relationship()
    walker: Mapped[Account | None] = relationship(foreign_keys=[walker_id])
    points: Mapped[list[PatrolPoint]] = relationship(
        back_populates="patrol", order_by="PatrolPoint.place"
    )


class PatrolPoint(Numbered, Base):
    """A place to be seen on a patrol."""

    __tablename__ = "patrol_point"
    __table_args__ = (
        POINT_FLOW.check(),
        one_of("kind", PointKind),
        UniqueConstraint("patrol_id", "place"),
        CheckConstraint("state <> 'visited' OR visited_at IS NOT NULL", name="visited"),
    )

    patrol_id: Mapped[int] = mapped_column(ForeignKey("patrol.id"))
    place: Mapped[int] = mapped_column(SmallInteger)
    kind: Mapped[str]
    name: Mapped[str]
    geom: Mapped[Any] = mapped_column(Metric("POINT", spatial_index=False))
    state: Mapped[str]
    version: Mapped[int] = mapped_column(server_default=text("0"))
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    visited_at: Mapped[datetime | None]
    received_at: Mapped[datetime | None]
    away_m: Mapped[float | None] = mapped_column(Float(53))
    accuracy_m: Mapped[float | None] = mapped_column(Float(53))
    note: Mapped[str | None]

    patrol: Mapped[Patrol] = relationship(back_populates="points")
    account: Mapped[Account | None] = relationship()

    @property
    def grid_id(self) -> int:
        """The grid of its patrol: whoever walks there may see the point."""
        return self.patrol.grid_id

    @property
    def lonlat(self) -> tuple[float, float] | None:
        """(lon, lat) degrees WGS 84."""
        return lonlat_of(self.geom)


class Door(Numbered, Placed, Base):
    """An address at which somebody is visited: a point and a label, nothing about persons."""

    __tablename__ = "door"
    __table_args__ = (CheckConstraint("every_days > 0", name="every_days"),)

    label: Mapped[str]
    every_days: Mapped[int | None] = mapped_column(SmallInteger)
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())

    grid: Mapped[Grid | None] = relationship(foreign_keys="Door.grid_id")


class Visit(Numbered, Base):
    """Somebody is to be visited at a door by a day."""

    __tablename__ = "door_visit"
    __table_args__ = (
        VISIT_FLOW.check(),
        one_of("purpose", Purpose),
        Index(
            "uq_door_visit_due",
            "door_id",
            "purpose",
            unique=True,
            postgresql_where=text(f"state = '{VisitState.DUE}'"),
        ),
        Index("ix_door_visit_due", "due_on", postgresql_where=text(f"state = '{VisitState.DUE}'")),
        Index("ix_door_visit_door_id", "door_id", "id"),
        CheckConstraint("tries BETWEEN 0 AND 3", name="tries"),
        CheckConstraint(f"state = '{VisitState.DUE}' OR ended_at IS NOT NULL", name="ended"),
    )

    door_id: Mapped[int] = mapped_column(ForeignKey("door.id"))
    purpose: Mapped[str]
    due_on: Mapped[date]
    state: Mapped[str]
    version: Mapped[int] = mapped_column(server_default=text("0"))
    tries: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"))
    last_try_at: Mapped[datetime | None]
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    ended_at: Mapped[datetime | None]
    received_at: Mapped[datetime | None]
    away_m: Mapped[float | None] = mapped_column(Float(53))
    accuracy_m: Mapped[float | None] = mapped_column(Float(53))
    note: Mapped[str | None]

    door: Mapped[Door] = relationship()
    account: Mapped[Account | None] = relationship()

    @property
    def grid_id(self) -> int | None:
        """The grid of its door."""
        return self.door.grid_id

    @property
    def grid_version_id(self) -> int | None:
        """The version of this grid."""
        return self.door.grid_version_id


class Pin(Base):
    """A case that somebody keeps in sight."""

    __tablename__ = "case_pin"
    __table_args__ = (Index("ix_case_pin_case_id", "case_id"),)

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"), primary_key=True)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
