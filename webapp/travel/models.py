"""Tables of the roads, of the things that are travelled to, and of the times between them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    Float,
    ForeignKey,
    Identity,
    Index,
    Integer,
    UniqueConstraint,
    func,
)
from sqlalchemy.orm import Mapped, mapped_column

from webapp.base.db import Base, Numbered, one_of
from webapp.base.spatial import Metric
from webapp.travel.rules import Basis, Mode


class RoadNetwork(Numbered, Base):
    """One state of the roads; the newest is in use, and every process takes it up by itself."""

    __tablename__ = "road_network"

    source: Mapped[str]
    provenance: Mapped[str | None]
    loaded_at: Mapped[datetime] = mapped_column(server_default=func.now())


class RoadEdge(Base):
    """A piece of road between two nodes: how long (metres), how fast (km/h), for whom."""

    __tablename__ = "road_edge"
    __table_args__ = (
        CheckConstraint("length_m > 0", name="length_m"),
        CheckConstraint("speed_kmh > 0", name="speed_kmh"),
        CheckConstraint("oneway IN (-1, 0, 1)", name="oneway"),
    )

    id: Mapped[int] = mapped_column(Identity(always=False), primary_key=True)
    network_id: Mapped[int] = mapped_column(
        ForeignKey("road_network.id", ondelete="CASCADE"), index=True
    )
    source: Mapped[int]
    target: Mapped[int]
    road_class: Mapped[str]
    name: Mapped[str | None]
    length_m: Mapped[float] = mapped_column(Float(53))
    speed_kmh: Mapped[float] = mapped_column(Float(53))
    # 1: wheels only from source to target; -1: only back; 0: both ways.
    oneway: Mapped[int] = mapped_column(Integer, server_default="0")
    geom: Mapped[Any] = mapped_column(Metric("LINESTRING"))


class Stop(Numbered, Base):
    """A thing that is often travelled from or to, by its kind and key; other floors keep it here."""

    __tablename__ = "travel_stop"
    __table_args__ = (UniqueConstraint("kind", "thing_id"),)

    kind: Mapped[str]
    thing_id: Mapped[int]
    geom: Mapped[Any] = mapped_column(Metric("POINT"))


class TravelTime(Base):
    """How long it takes from one stop to another: seconds and metres, and what that rests on."""

    __tablename__ = "travel_time"
    __table_args__ = (
        one_of("mode", Mode),
        one_of("basis", Basis),
        CheckConstraint("seconds >= 0 AND metres >= 0", name="not_negative"),
        Index("ix_travel_time_from", "from_id", "mode", "seconds"),
    )

    to_id: Mapped[int] = mapped_column(
        ForeignKey("travel_stop.id", ondelete="CASCADE"), primary_key=True
    )
    mode: Mapped[str] = mapped_column(primary_key=True)
    from_id: Mapped[int] = mapped_column(
        ForeignKey("travel_stop.id", ondelete="CASCADE"), primary_key=True
    )
    seconds: Mapped[float] = mapped_column(Float(53))
    metres: Mapped[float] = mapped_column(Float(53))
    basis: Mapped[str]
    counted_at: Mapped[datetime] = mapped_column(server_default=func.now())
