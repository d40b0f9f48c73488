"""Tables of the video rules: zones in pictures, and the pictures and clips that alarms left."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Float,
    ForeignKey,
    Index,
    Integer,
    Time,
    func,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.base.db import Base, Numbered, one_of
from webapp.base.files import StoredFile
from webapp.monitoring.alarms.models import Alarm
from webapp.monitoring.cameras.models import Camera
from webapp.monitoring.video.rules import (
    FEWEST_CORNERS,
    LONGEST_S,
    MOST_CORNERS,
    USUAL_INERTIA,
    USUAL_LEVEL,
    Zone,
    ZoneKind,
)


class CameraZone(Numbered, Base):
    """A polygon in the picture of a camera, and what is watched for in it.

    `corners` are pairs from (0, 0) to (1, 1). It is watched from `begins` to `ends` by the clock of
    the office, always without them.
    """

    __tablename__ = "camera_zone"
    __table_args__ = (
        one_of("kind", ZoneKind),
        CheckConstraint(
            f"jsonb_array_length(corners) BETWEEN {FEWEST_CORNERS} AND {MOST_CORNERS}",
            name="corners",
        ),
        CheckConstraint("inertia BETWEEN 1 AND 50", name="inertia"),
        CheckConstraint(f"seconds BETWEEN 0 AND {LONGEST_S:.0f}", name="seconds"),
        CheckConstraint("level > 0 AND level <= 1", name="level"),
        CheckConstraint("(begins IS NULL) = (ends IS NULL)", name="hours"),
        Index(
            "uq_camera_zone_name",
            "camera_id",
            "name",
            unique=True,
            postgresql_where=text("closed_at IS NULL"),
        ),
    )

    camera_id: Mapped[int] = mapped_column(ForeignKey("camera.id"))
    name: Mapped[str]
    kind: Mapped[str]
    corners: Mapped[list[Any]]
    inertia: Mapped[int] = mapped_column(Integer, server_default=text(str(USUAL_INERTIA)))
    seconds: Mapped[float] = mapped_column(Float(53), server_default=text("0"))
    level: Mapped[float] = mapped_column(Float(53), server_default=text(str(USUAL_LEVEL)))
    person: Mapped[bool] = mapped_column(Boolean, server_default=text("true"))
    begins: Mapped[time | None] = mapped_column(Time)
    ends: Mapped[time | None] = mapped_column(Time)
    version: Mapped[int] = mapped_column(server_default=text("0"))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    closed_at: Mapped[datetime | None]

    camera: Mapped[Camera] = relationship()

    @property
    def drawn(self) -> Zone:
        """The same as the rules take it."""
        return Zone(
            id=self.id,
            name=self.name,
            kind=ZoneKind(self.kind),
            corners=tuple((float(x), float(y)) for x, y in self.corners),
            inertia=self.inertia,
            seconds=self.seconds,
            level=self.level,
            person=self.person,
        )


class CameraPicture(Numbered, Base):
    """The picture that a rule saw when it raised an alarm, or that a box sent with it; erased later.

    `zone_id` is none for the camera itself, `camera_id` where nobody here knows the camera.
    """

    __tablename__ = "camera_picture"
    __table_args__ = (
        Index("ix_camera_picture_alarm_id", "alarm_id", "id"),
        Index("ix_camera_picture_kept", "taken_at", postgresql_where=text("file_id IS NOT NULL")),
        CheckConstraint("(file_id IS NULL) = (erased_at IS NOT NULL)", name="kept"),
    )

    alarm_id: Mapped[int] = mapped_column(ForeignKey("alarm.id"))
    camera_id: Mapped[int | None] = mapped_column(ForeignKey("camera.id"))
    zone_id: Mapped[int | None] = mapped_column(ForeignKey("camera_zone.id"))
    file_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"))
    taken_at: Mapped[datetime]
    erased_at: Mapped[datetime | None]

    alarm: Mapped[Alarm] = relationship()
    file: Mapped[StoredFile | None] = relationship()


class CameraClip(Numbered, Base):
    """Some seconds of a camera around an alarm: asked for first, there once it has a file, erased later.

    `begun_at` is when the watch took it up, `began_at` what moment its first picture shows. `named` is
    what the recorder calls the film that was fetched from there.
    """

    __tablename__ = "camera_clip"
    __table_args__ = (
        Index("ix_camera_clip_alarm_id", "alarm_id", "id"),
        Index("ix_camera_clip_camera_id", "camera_id", "wanted_at"),
        Index("ix_camera_clip_wanted", "wanted_at", postgresql_where=text("begun_at IS NULL")),
        Index(
            "uq_camera_clip_named",
            "alarm_id",
            "named",
            unique=True,
            postgresql_where=text("named IS NOT NULL"),
        ),
        Index("ix_camera_clip_kept", "began_at", postgresql_where=text("file_id IS NOT NULL")),
        CheckConstraint("(file_id IS NULL) OR (began_at IS NOT NULL AND seconds > 0)", name="film"),
    )

    alarm_id: Mapped[int] = mapped_column(ForeignKey("alarm.id"))
    camera_id: Mapped[int] = mapped_column(ForeignKey("camera.id"))
    file_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"))
    wanted_at: Mapped[datetime]
    begun_at: Mapped[datetime | None]
    began_at: Mapped[datetime | None]
    seconds: Mapped[float | None] = mapped_column(Float(53))
    named: Mapped[str | None]
    erased_at: Mapped[datetime | None]

    alarm: Mapped[Alarm] = relationship()
    camera: Mapped[Camera] = relationship()
    file: Mapped[StoredFile | None] = relationship()
