"""Tables of activities. The database counts who takes part, and takes nobody beyond the capacity."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    Numeric,
    SmallInteger,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.base.db import Base, Numbered, Spanned, one_of, whole_span
from webapp.base.files import StoredFile
from webapp.base.spatial import Placed
from webapp.community.activities.rules import ACTIVITY_FLOW, ActivityKind, ActivityState
from webapp.grids.models import Grid
from webapp.people.models import Account

ACTIVITY_TAKEN = """
CREATE OR REPLACE FUNCTION activity_taken() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        UPDATE activity SET taken = taken + 1 WHERE id = NEW.activity_id;
    ELSE
        UPDATE activity SET taken = taken - 1 WHERE id = OLD.activity_id;
    END IF;
    RETURN NULL;
END $$
"""

FUNCTIONS = (ACTIVITY_TAKEN,)

TRIGGERS = (
    "CREATE TRIGGER taken AFTER INSERT OR DELETE ON participation"
    " FOR EACH ROW EXECUTE FUNCTION activity_taken()",
)


class Activity(Numbered, Placed, Spanned, Base):
    """Something done together, or a heart talk. `door` is the code that stands in the QR at its door."""

    __tablename__ = "activity"
    __table_args__ = (
        ACTIVITY_FLOW.check(),
        one_of("kind", ActivityKind),
        whole_span(),
        CheckConstraint("geom IS NOT NULL", name="placed"),
        CheckConstraint("taken BETWEEN 0 AND coalesce(capacity, taken)", name="capacity"),
        CheckConstraint(
            f"state = '{ActivityState.ANNOUNCED}' OR result IS NOT NULL", name="result"
        ),
        UniqueConstraint("door"),
        Index("ix_activity_begin", text("lower(span)")),
    )

    kind: Mapped[str]
    title: Mapped[str]
    words: Mapped[str]
    place: Mapped[str]
    state: Mapped[str]
    version: Mapped[int] = mapped_column(server_default=text("0"))
    capacity: Mapped[int | None] = mapped_column(SmallInteger)
    taken: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"))
    door: Mapped[str]
    planned_at: Mapped[datetime]
    planned_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    # How it was, or why it was cancelled.
    result: Mapped[str | None]

    grid: Mapped[Grid | None] = relationship(foreign_keys="Activity.grid_id")
    planned_by: Mapped[Account | None] = relationship()
    photos: Mapped[list[ActivityPhoto]] = relationship(order_by="ActivityPhoto.id")

    @property
    def full(self) -> bool:
        """True when nobody more fits in."""
        return self.capacity is not None and self.taken >= self.capacity


class Participation(Numbered, Base):
    """Somebody takes part: by account, or by a name that was written down at the door.

    Without its account once that is erased: who came still counts.
    """

    __tablename__ = "participation"
    __table_args__ = (
        UniqueConstraint("activity_id", "account_id"),
        CheckConstraint("hours IS NULL OR (volunteer AND came_at IS NOT NULL)", name="hours"),
        CheckConstraint("hours > 0 AND hours <= 24", name="day"),
        Index("ix_participation_account_id", "account_id", "activity_id"),
    )

    activity_id: Mapped[int] = mapped_column(ForeignKey("activity.id"))
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"))
    name: Mapped[str | None]
    volunteer: Mapped[bool]
    signed_at: Mapped[datetime]
    came_at: Mapped[datetime | None]
    # What a volunteer gave, once the activity was held.
    hours: Mapped[float | None] = mapped_column(Numeric(4, 1, asdecimal=False))

    activity: Mapped[Activity] = relationship()
    account: Mapped[Account | None] = relationship()

    @property
    def grid_id(self) -> int | None:
        """The grid of its activity."""
        return self.activity.grid_id


class ActivityPhoto(Numbered, Base):
    """A photo of an activity."""

    __tablename__ = "activity_photo"
    __table_args__ = (Index("ix_activity_photo_activity_id", "activity_id"),)

    activity_id: Mapped[int] = mapped_column(ForeignKey("activity.id"))
    file_id: Mapped[int] = mapped_column(ForeignKey("stored_file.id"))

    activity: Mapped[Activity] = relationship(back_populates="photos")
    file: Mapped[StoredFile] = relationship()
