"""Tables of the wall: favourite cameras, rounds with their stops, how each left the wall."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    ForeignKey,
    Index,
    SmallInteger,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.base.audit import Event
from webapp.base.db import Base, Numbered
from webapp.monitoring.cameras.models import Camera
from webapp.monitoring.video.rules import WALLS
from webapp.monitoring.walls.rules import LEAST_S, LOOKED, MOST_S, Stop
from webapp.people.models import Account

_WALLS = ", ".join(str(each) for each in WALLS)


class Favourite(Base):
    """A camera that somebody looks at often."""

    __tablename__ = "camera_favourite"
    __table_args__ = (Index("ix_camera_favourite_camera_id", "camera_id"),)

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True)
    camera_id: Mapped[int] = mapped_column(ForeignKey("camera.id"), primary_key=True)


class Round(Numbered, Base):
    """Cameras that are looked at one after another. `shared`: the whole desk may start it."""

    __tablename__ = "camera_round"
    __table_args__ = (UniqueConstraint("account_id", "name"),)

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    name: Mapped[str]
    shared: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))
    version: Mapped[int] = mapped_column(server_default=text("0"))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())

    account: Mapped[Account] = relationship()
    stops: Mapped[list[RoundStop]] = relationship(
        order_by="RoundStop.place", cascade="all, delete-orphan", passive_deletes=True
    )

    @property
    def whole_s(self) -> int:
        """How long one round takes with one camera at a time (seconds)."""
        return sum(each.seconds for each in self.stops)


class RoundStop(Base):
    """A camera of a round, and how many seconds it is looked at."""

    __tablename__ = "camera_round_stop"
    __table_args__ = (
        CheckConstraint(f"seconds BETWEEN {LEAST_S} AND {MOST_S}", name="seconds"),
        UniqueConstraint("round_id", "camera_id"),
        Index("ix_camera_round_stop_camera_id", "camera_id"),
    )

    round_id: Mapped[int] = mapped_column(
        ForeignKey("camera_round.id", ondelete="CASCADE"), primary_key=True
    )
    place: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    camera_id: Mapped[int] = mapped_column(ForeignKey("camera.id"))
    seconds: Mapped[int] = mapped_column(SmallInteger)

    camera: Mapped[Camera] = relationship()

    @property
    def stop(self) -> Stop:
        """The same as the rules take it."""
        return Stop(self.camera_id, self.seconds)


class Wall(Base):
    """How somebody left the wall: how many at a time, and which round or which cameras stood on it."""

    __tablename__ = "camera_wall"
    __table_args__ = (
        CheckConstraint(f"many IN ({_WALLS})", name="many"),
        Index("ix_camera_wall_round_id", "round_id"),
    )

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True)
    many: Mapped[int] = mapped_column(SmallInteger)
    round_id: Mapped[int | None] = mapped_column(ForeignKey("camera_round.id", ondelete="SET NULL"))
    cameras: Mapped[list[Any]] = mapped_column(server_default=text("'[]'"))
    runs: Mapped[bool] = mapped_column(Boolean, server_default=text("true"))


# The looks among all that is in the log, so that the last of them are found at once.
_LOOKED = ", ".join(f"'{each}'" for each in LOOKED)
Index(
    "ix_event_looks",
    Event.id,
    postgresql_where=text(f"thing_kind = 'camera' AND move IN ({_LOOKED})"),
)
