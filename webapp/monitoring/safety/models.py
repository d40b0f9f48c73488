"""Tables of the safety profile: what safety knows of an enterprise beside the register of enterprises."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import (
    CheckConstraint,
    Date,
    Float,
    ForeignKey,
    Index,
    Integer,
    SmallInteger,
    func,
    select,
    text,
)
from sqlalchemy.orm import Mapped, column_property, mapped_column, relationship

from webapp.base.db import Base, Numbered, one_of
from webapp.base.files import StoredFile
from webapp.base.spatial import Placed
from webapp.grids.models import Grid
from webapp.jobs.models import Employer, Member
from webapp.monitoring.cameras.models import Camera
from webapp.monitoring.safety.rules import LicenceKind, PointKind, Risk, Trade
from webapp.monitoring.sensors.models import Sensor
from webapp.monitoring.video.models import CameraZone
from webapp.people.models import Enterprise


class Profile(Numbered, Base):
    """What safety knows of an enterprise. Its name, code, place and contact stand in the register."""

    __tablename__ = "safety_profile"
    __table_args__ = (
        one_of("trade", Trade),
        one_of("risk", Risk),
        CheckConstraint("people BETWEEN 0 AND 100000", name="people"),
        Index("ix_safety_profile_risk", "risk", "id"),
    )

    enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprise.id"), unique=True)
    trade: Mapped[str]
    risk: Mapped[str]
    # How many people are there in the busiest shift.
    people: Mapped[int | None] = mapped_column(Integer)
    officer: Mapped[str | None]
    note: Mapped[str | None]
    version: Mapped[int] = mapped_column(server_default=text("0"))
    made_at: Mapped[datetime] = mapped_column(server_default=func.now())

    enterprise: Mapped[Enterprise] = relationship()
    points: Mapped[list[HazardPoint]] = relationship(
        primaryjoin="and_(HazardPoint.profile_id == Profile.id, HazardPoint.closed_at.is_(None))",
        order_by="HazardPoint.id",
        viewonly=True,
    )
    # Whoever acts for it as an employer reads its pages.
    members: Mapped[list[Member]] = relationship(
        secondary=Employer.__table__,
        primaryjoin=lambda: Profile.enterprise_id == Employer.enterprise_id,
        secondaryjoin=lambda: (Member.employer_id == Employer.id) & Member.until.is_(None),
        viewonly=True,
    )
    # The grid in which the enterprise stands now.
    grid_id: Mapped[int | None] = column_property(
        select(Enterprise.grid_id)
        .where(Enterprise.id == enterprise_id)
        .correlate_except(Enterprise)
        .scalar_subquery()
    )


class HazardPoint(Numbered, Placed, Base):
    """Something dangerous in an enterprise: what, where, how much of it."""

    __tablename__ = "hazard_point"
    __table_args__ = (
        one_of("kind", PointKind),
        CheckConstraint("amount >= 0", name="amount"),
        CheckConstraint("amount IS NULL OR unit IS NOT NULL", name="unit"),
        Index("ix_hazard_point_profile_id", "profile_id", "id"),
    )

    profile_id: Mapped[int] = mapped_column(ForeignKey("safety_profile.id"))
    kind: Mapped[str]
    name: Mapped[str]
    amount: Mapped[float | None] = mapped_column(Float(53))
    unit: Mapped[str | None]
    closed_at: Mapped[datetime | None]

    grid: Mapped[Grid | None] = relationship(foreign_keys="HazardPoint.grid_id")
    profile: Mapped[Profile] = relationship()
    watches: Mapped[list[Watch]] = relationship(
        back_populates="point", order_by="Watch.id", cascade="all, delete-orphan"
    )


class Procedure(Numbered, Base):
    """A step of work on which safety hangs, and what it has to look like."""

    __tablename__ = "key_procedure"
    __table_args__ = (Index("ix_key_procedure_profile_id", "profile_id", "id"),)

    profile_id: Mapped[int] = mapped_column(ForeignKey("safety_profile.id"))
    name: Mapped[str]
    words: Mapped[str | None]
    closed_at: Mapped[datetime | None]

    watches: Mapped[list[Watch]] = relationship(
        back_populates="procedure", order_by="Watch.id", cascade="all, delete-orphan"
    )


class Watch(Numbered, Base):
    """A camera, a zone in its picture, or a sensor watches a hazard point or a procedure."""

    __tablename__ = "safety_watch"
    __table_args__ = (
        CheckConstraint("num_nonnulls(point_id, procedure_id) = 1", name="watched"),
        CheckConstraint("num_nonnulls(camera_id, sensor_id) = 1", name="device"),
        CheckConstraint("zone_id IS NULL OR camera_id IS NOT NULL", name="zone"),
        Index(
            "uq_safety_watch",
            "point_id",
            "procedure_id",
            "camera_id",
            "zone_id",
            "sensor_id",
            unique=True,
            postgresql_nulls_not_distinct=True,
        ),
        Index("ix_safety_watch_procedure_id", "procedure_id"),
        Index("ix_safety_watch_camera_id", "camera_id"),
        Index("ix_safety_watch_sensor_id", "sensor_id"),
    )

    point_id: Mapped[int | None] = mapped_column(ForeignKey("hazard_point.id"))
    procedure_id: Mapped[int | None] = mapped_column(ForeignKey("key_procedure.id"))
    camera_id: Mapped[int | None] = mapped_column(ForeignKey("camera.id"))
    zone_id: Mapped[int | None] = mapped_column(ForeignKey("camera_zone.id"))
    sensor_id: Mapped[int | None] = mapped_column(ForeignKey("sensor.id"))

    point: Mapped[HazardPoint | None] = relationship(back_populates="watches")
    procedure: Mapped[Procedure | None] = relationship(back_populates="watches")
    camera: Mapped[Camera | None] = relationship()
    zone: Mapped[CameraZone | None] = relationship()
    sensor: Mapped[Sensor | None] = relationship()


class Licence(Numbered, Base):
    """A paper of an enterprise. `told` is the last notice about its end: days before it, or -1 after."""

    __tablename__ = "safety_licence"
    __table_args__ = (
        one_of("kind", LicenceKind),
        CheckConstraint("issued_on IS NULL OR issued_on <= expires_on", name="days"),
        Index("ix_safety_licence_profile_id", "profile_id", "expires_on"),
        Index(
            "ix_safety_licence_expires_on",
            "expires_on",
            postgresql_where=text("closed_at IS NULL"),
        ),
        Index(
            "uq_safety_licence_number",
            "profile_id",
            "kind",
            "number",
            unique=True,
            postgresql_where=text("closed_at IS NULL"),
        ),
    )

    profile_id: Mapped[int] = mapped_column(ForeignKey("safety_profile.id"))
    kind: Mapped[str]
    number: Mapped[str]
    issued_on: Mapped[date | None] = mapped_column(Date)
    expires_on: Mapped[date] = mapped_column(Date)
    file_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"))
    told: Mapped[int | None] = mapped_column(SmallInteger)
    closed_at: Mapped[datetime | None]

    profile: Mapped[Profile] = relationship()
    file: Mapped[StoredFile | None] = relationship()
    grid_id: Mapped[int | None] = column_property(
        select(Enterprise.grid_id)
        .join(Profile, Profile.enterprise_id == Enterprise.id)
        .where(Profile.id == profile_id)
        .correlate_except(Enterprise, Profile)
        .scalar_subquery()
    )
