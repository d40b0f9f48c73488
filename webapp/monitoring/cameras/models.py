"""The table of cameras. The database keeps the sector that each of them sees."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    FetchedValue,
    Float,
    Index,
    Integer,
    LargeBinary,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.base.db import Base, Numbered, one_of
from webapp.base.spatial import Metric, Placed
from webapp.grids.models import Grid
from webapp.monitoring.cameras.rules import (
    USUAL_WIDTH_PX,
    CameraKind,
    CameraStatus,
    Privacy,
    Retention,
)


class Camera(Numbered, Placed, Base):
    """One camera. `external_id` is what its source calls it.

    `bearing` is whither it looks, degrees from north, within `bearing_doubt` to either side; `fov`
    how wide. It sees from `near_m` to `range_m`. `stream`, `snapshot` and `webrtc`
    (the page of a media server that shows it live) are sealed addresses.
    `beats`: it is heard of again and again, so that silence means something. `ground` are four points of
    its picture (0..1) with their longitudes and latitudes. `retention` is how long its recordings are
    kept; nothing: nobody has said.
    """

    __tablename__ = "camera"
    __table_args__ = (
        one_of("kind", CameraKind),
        one_of("privacy", Privacy),
        one_of("retention", Retention),
        one_of("status", CameraStatus),
        UniqueConstraint("source", "external_id"),
        CheckConstraint("gb_id ~ '^[0-9]{20}$'", name="gb_id"),
        CheckConstraint("bearing >= 0 AND bearing < 360", name="bearing"),
        CheckConstraint("bearing_doubt BETWEEN 0 AND 180", name="bearing_doubt"),
        CheckConstraint("tilt BETWEEN -90 AND 90", name="tilt"),
        CheckConstraint("fov > 0 AND fov <= 360", name="fov"),
        CheckConstraint("range_m > 0 AND range_m <= 20000", name="range_m"),
        CheckConstraint("near_m >= 0 AND (range_m IS NULL OR near_m < range_m)", name="near_m"),
        CheckConstraint("mount_height_m BETWEEN 0 AND 500", name="mount_height_m"),
        CheckConstraint("width_px BETWEEN 160 AND 20000", name="width_px"),
        Index("ix_camera_name", "name", "id"),
    )

    source: Mapped[str]
    external_id: Mapped[str]
    gb_id: Mapped[str | None] = mapped_column(unique=True)
    name: Mapped[str]
    kind: Mapped[str]
    mount_height_m: Mapped[float | None] = mapped_column(Float(53))
    bearing: Mapped[float | None] = mapped_column(Float(53))
    bearing_doubt: Mapped[float] = mapped_column(Float(53), server_default=text("0"))
    tilt: Mapped[float | None] = mapped_column(Float(53))
    fov: Mapped[float | None] = mapped_column(Float(53))
    range_m: Mapped[float | None] = mapped_column(Float(53))
    near_m: Mapped[float] = mapped_column(Float(53), server_default=text("0"))
    width_px: Mapped[int] = mapped_column(Integer, server_default=text(str(USUAL_WIDTH_PX)))
    owner: Mapped[str | None]
    privacy: Mapped[str]
    retention: Mapped[str | None]
    status: Mapped[str] = mapped_column(server_default=text("'unknown'"))
    status_since: Mapped[datetime | None]
    seen_at: Mapped[datetime | None]
    beats: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))
    stream: Mapped[bytes | None] = mapped_column(LargeBinary)
    snapshot: Mapped[bytes | None] = mapped_column(LargeBinary)
    webrtc: Mapped[bytes | None] = mapped_column(LargeBinary)
    ground: Mapped[list[Any] | None]
    provenance: Mapped[str | None]
    version: Mapped[int] = mapped_column(server_default=text("0"))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    closed_at: Mapped[datetime | None]
    # Filled by a trigger from the place, the bearing, the width and the range.
    sector: Mapped[Any | None] = mapped_column(
        Metric("POLYGON"), server_default=FetchedValue(), deferred=True
    )

    # What buildings leave of it, as far as their ground plans are known: all of it where none is.
    visible: Mapped[Any | None] = mapped_column(
        Metric("MULTIPOLYGON"), server_default=FetchedValue(), deferred=True
    )

    grid: Mapped[Grid | None] = relationship(foreign_keys="Camera.grid_id")
