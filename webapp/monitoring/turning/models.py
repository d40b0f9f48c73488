"""Tables of cameras that turn: how each is reached, and its presets."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Float,
    ForeignKey,
    LargeBinary,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.base.db import Base, Numbered
from webapp.monitoring.cameras.models import Camera
from webapp.people.models import Account


class Steering(Numbered, Base):
    """How a camera is told to turn. `sealed` holds address, name and password, as JSON.

    `turned_at`, `turned_by_id` (none: the house) and `preset_id` are of the last turn that the camera took.
    """

    __tablename__ = "camera_steering"

    camera_id: Mapped[int] = mapped_column(ForeignKey("camera.id"), unique=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    by_alarm: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))
    read_at: Mapped[datetime | None]
    turned_at: Mapped[datetime | None]
    turned_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    preset_id: Mapped[int | None] = mapped_column(
        ForeignKey("camera_preset.id", ondelete="SET NULL")
    )
    version: Mapped[int] = mapped_column(server_default=text("0"))

    camera: Mapped[Camera] = relationship()
    turned_by: Mapped[Account | None] = relationship()


class Preset(Numbered, Base):
    """A place to which a camera turns, as the camera calls it; `bearing` is whither it looks from there."""

    __tablename__ = "camera_preset"
    __table_args__ = (
        UniqueConstraint("camera_id", "token"),
        CheckConstraint("bearing >= 0 AND bearing < 360", name="bearing"),
    )

    camera_id: Mapped[int] = mapped_column(ForeignKey("camera.id"))
    token: Mapped[str]
    name: Mapped[str]
    bearing: Mapped[float | None] = mapped_column(Float(53))
