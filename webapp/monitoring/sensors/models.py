"""Tables of sensors: the sensors, their series, what they measured, and from when on that is an alarm."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy import (
    CheckConstraint,
    Date,
    Float,
    ForeignKey,
    Index,
    Integer,
    UniqueConstraint,
    event,
    func,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.base.db import Base, Numbered, one_of
from webapp.base.months import Parted
from webapp.base.spatial import Placed
from webapp.grids.models import Grid
from webapp.monitoring.sensors.rules import KEEP_MONTHS, SILENT_S, Limit, Measure, Quantity, Stand
from webapp.monitoring.signals import Severity
from webapp.people.models import Account


class Sensor(Numbered, Placed, Base):
    """A device that measures. `external_id` is what its source calls it."""

    __tablename__ = "sensor"
    __table_args__ = (
        UniqueConstraint("source", "external_id"),
        CheckConstraint("silent_s BETWEEN 30 AND 604800", name="silent_s"),
        Index("ix_sensor_name", "name", "id"),
        Index(
            "ix_sensor_heard_at",
            "heard_at",
            postgresql_where=text("closed_at IS NULL AND silent_since IS NULL"),
        ),
    )

    source: Mapped[str]
    external_id: Mapped[str]
    name: Mapped[str]
    calibrated_until: Mapped[date | None] = mapped_column(Date)
    silent_s: Mapped[int] = mapped_column(Integer, server_default=text(str(SILENT_S)))
    heard_at: Mapped[datetime | None]
    silent_since: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(server_default=text("0"))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    closed_at: Mapped[datetime | None]

    grid: Mapped[Grid | None] = relationship(foreign_keys="Sensor.grid_id")
    series: Mapped[list[Datastream]] = relationship(
        back_populates="sensor", order_by="Datastream.id"
    )


class Datastream(Numbered, Base):
    """One series of a sensor; `code` is what its source calls it."""

    __tablename__ = "datastream"
    __table_args__ = (one_of("quantity", Quantity), UniqueConstraint("sensor_id", "code"))

    sensor_id: Mapped[int] = mapped_column(ForeignKey("sensor.id"))
    code: Mapped[str]
    quantity: Mapped[str]
    last_value: Mapped[float | None] = mapped_column(Float(53))
    last_at: Mapped[datetime | None]

    sensor: Mapped[Sensor] = relationship(back_populates="series")
    thresholds: Mapped[list[Threshold]] = relationship(
        primaryjoin="and_(Threshold.datastream_id == Datastream.id, Threshold.until.is_(None))",
        order_by="Threshold.id",
        viewonly=True,
    )


class Threshold(Numbered, Base):
    """From when on a series is an alarm. What is changed is ended and written anew: nothing is lost."""

    __tablename__ = "threshold"
    __table_args__ = (
        one_of("measure", Measure),
        one_of("severity", Severity),
        CheckConstraint(
            "CASE WHEN above THEN clear_at <= raise_at ELSE clear_at >= raise_at END", name="levels"
        ),
        CheckConstraint("hold_s BETWEEN 0 AND 86400", name="hold_s"),
        Index("ix_threshold_datastream_id", "datastream_id", "id"),
    )

    datastream_id: Mapped[int] = mapped_column(ForeignKey("datastream.id"))
    measure: Mapped[str]
    above: Mapped[bool]
    raise_at: Mapped[float] = mapped_column(Float(53))
    clear_at: Mapped[float] = mapped_column(Float(53))
    hold_s: Mapped[int] = mapped_column(Integer)
    severity: Mapped[str]
    since: Mapped[datetime]
    until: Mapped[datetime | None]
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    beyond_since: Mapped[datetime | None]
    raised_at: Mapped[datetime | None]

    made_by: Mapped[Account | None] = relationship()

    @property
    def limit(self) -> Limit:
        """What it goes by."""
        return Limit(
            raise_at=self.raise_at,
            clear_at=self.clear_at,
            above=self.above,
            hold=timedelta(seconds=self.hold_s),
            measure=Measure(self.measure),
            severity=Severity(self.severity),
        )

    @property
    def stand(self) -> Stand:
        """How it stands."""
        return Stand(self.beyond_since, self.raised_at)


class Observation(Base):
    """A value of a series at a moment, once. The table is cut by months."""

    __tablename__ = "observation"
    __table_args__ = {"postgresql_partition_by": "RANGE (at)"}

    datastream_id: Mapped[int] = mapped_column(ForeignKey("datastream.id"), primary_key=True)
    at: Mapped[datetime] = mapped_column(primary_key=True)
    value: Mapped[float] = mapped_column(Float(53))
    received_at: Mapped[datetime]


VALUES = Parted("observation", keep=KEEP_MONTHS)
event.listen(Observation.__table__, "after_create", VALUES.with_rest())
