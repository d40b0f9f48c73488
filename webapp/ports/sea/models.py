"""Tables of what is heard of vessels: positions, receivers, the unknown, passages, limits."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    Float,
    ForeignKey,
    Index,
    Integer,
    UniqueConstraint,
    event,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.base.db import Base, Numbered
from webapp.base.months import Parted
from webapp.base.spatial import Metric
from webapp.ports.models import GateLine, Vessel
from webapp.ports.sea.rules import KEEP_MONTHS, LIMIT_BOUNDS


class VesselFix(Base):
    """Where a vessel was at a moment, as one source said it. The table is cut by months."""

    __tablename__ = "vessel_fix"
    __table_args__ = (
        CheckConstraint("sog BETWEEN 0 AND 102.2", name="sog"),
        CheckConstraint("cog BETWEEN 0 AND 360", name="cog"),
        {"postgresql_partition_by": "RANGE (at)"},
    )

    vessel_id: Mapped[int] = mapped_column(ForeignKey("vessel.id"), primary_key=True)
    at: Mapped[datetime] = mapped_column(primary_key=True)
    source: Mapped[str] = mapped_column(primary_key=True)
    geom: Mapped[Any] = mapped_column(Metric(spatial_index=False))
    lon: Mapped[float] = mapped_column(Float(53))
    lat: Mapped[float] = mapped_column(Float(53))
    sog: Mapped[float | None] = mapped_column(Float(53))
    cog: Mapped[float | None] = mapped_column(Float(53))
    received_at: Mapped[datetime]


# Positions whose month has no table of its own yet are kept all the same.
FIXES = Parted("vessel_fix", keep=KEEP_MONTHS)
event.listen(VesselFix.__table__, "after_create", FIXES.with_rest())


class VesselWhere(Base):
    """The newest that is known of where a vessel is."""

    __tablename__ = "vessel_where"
    __table_args__ = (Index("ix_vessel_where_at", "at"),)

    vessel_id: Mapped[int] = mapped_column(ForeignKey("vessel.id"), primary_key=True)
    at: Mapped[datetime | None]
    source: Mapped[str | None]
    geom: Mapped[Any | None] = mapped_column(Metric())
    sog: Mapped[float | None] = mapped_column(Float(53))
    cog: Mapped[float | None] = mapped_column(Float(53))
    received_at: Mapped[datetime | None]
    # Of each gate line, and of its mooring: what is remembered up to this position.
    watches: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))
    mooring: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))
    # Where it lies by this; and since when it is adrift.
    moored: Mapped[Any | None] = mapped_column(Metric(spatial_index=False))
    adrift_since: Mapped[datetime | None]

    vessel: Mapped[Vessel] = relationship()


class Receiver(Base):
    """Somebody from whom positions come, and how much of what kind came."""

    __tablename__ = "receiver"

    source: Mapped[str] = mapped_column(primary_key=True)
    lines: Mapped[int] = mapped_column(server_default=text("0"))
    # Lines that nobody could read.
    bad: Mapped[int] = mapped_column(server_default=text("0"))
    kept: Mapped[int] = mapped_column(server_default=text("0"))
    # Heard again, or from so far that no map of ours reaches there.
    repeat: Mapped[int] = mapped_column(server_default=text("0"))
    away: Mapped[int] = mapped_column(server_default=text("0"))
    unknown: Mapped[int] = mapped_column(server_default=text("0"))
    heard_at: Mapped[datetime]


class StrangeVessel(Base):
    """A name under which positions come that no vessel of ours has."""

    __tablename__ = "strange_vessel"
    __table_args__ = (Index("ix_strange_vessel_last_at", "last_at"),)

    name: Mapped[str] = mapped_column(primary_key=True)
    times: Mapped[int]
    first_at: Mapped[datetime]
    last_at: Mapped[datetime]
    source: Mapped[str]


class Passage(Numbered, Base):
    """A vessel went over a gate line, out of the port or into it, and stayed beyond until `settled_at`."""

    __tablename__ = "port_passage"
    __table_args__ = (
        UniqueConstraint("vessel_id", "gate_line_id", "at"),
        Index("ix_port_passage_vessel_id", "vessel_id", "at"),
        Index("ix_port_passage_at", "at"),
        CheckConstraint("at <= settled_at", name="settled_at"),
    )

    vessel_id: Mapped[int] = mapped_column(ForeignKey("vessel.id"))
    gate_line_id: Mapped[int] = mapped_column(ForeignKey("port_gate_line.id"))
    at: Mapped[datetime]
    out: Mapped[bool]
    settled_at: Mapped[datetime]

    gate_line: Mapped[GateLine] = relationship()


class SeaLimits(Base):
    """From when on it is an alarm, as the port manager laid it down; one row, or none yet."""

    __tablename__ = "sea_limits"
    __table_args__ = (
        CheckConstraint("id = 1", name="only"),
        *(
            CheckConstraint(f"{name} BETWEEN {least} AND {most}", name=name)
            for name, (least, most) in LIMIT_BOUNDS.items()
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    report_min: Mapped[int] = mapped_column(Integer)
    silent_h: Mapped[int] = mapped_column(Integer)
    drift_m: Mapped[int] = mapped_column(Integer)
    overnight_m: Mapped[int] = mapped_column(Integer)
    unanswered_min: Mapped[int] = mapped_column(Integer)
    version: Mapped[int] = mapped_column(server_default=text("0"))
