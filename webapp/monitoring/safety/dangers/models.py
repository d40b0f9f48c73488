"""The table of hidden dangers. The database refuses what was not seen, and who clears their own work."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.base.db import Base, Numbered, one_of
from webapp.base.files import StoredFile
from webapp.base.spatial import Placed
from webapp.cases.models import Case
from webapp.grids.models import Grid
from webapp.monitoring.alarms.models import Alarm
from webapp.monitoring.safety.dangers.rules import (
    DANGER_FLOW,
    OPEN,
    DangerKind,
    DangerState,
    FoundBy,
    Level,
)
from webapp.monitoring.safety.models import Profile
from webapp.people.models import Account

_ORDERED = ", ".join(f"'{state}'" for state in (*OPEN[1:], DangerState.CLEARED))
_RIGHT = ", ".join(
    f"'{state}'" for state in (DangerState.RECTIFIED, DangerState.RECHECKED, DangerState.CLEARED)
)
_SEEN = f"'{DangerState.RECHECKED}', '{DangerState.CLEARED}'"


class HiddenDanger(Numbered, Placed, Base):
    """Something that may hurt somebody, until it is cleared.

    `responsible` has to put it right until `due_at`. `soon_told_at` and `late_told_at`: when this deadline
    was told of.
    """

    __tablename__ = "hidden_danger"
    __table_args__ = (
        DANGER_FLOW.check(),
        one_of("kind", DangerKind),
        one_of("level", Level),
        one_of("found_how", FoundBy),
        CheckConstraint(
            f"found_photo_id IS NOT NULL OR found_how IN ('{FoundBy.ALARM}', '{FoundBy.CASE}')",
            name="found_photo",
        ),
        CheckConstraint(f"(found_how = '{FoundBy.ALARM}') = (alarm_id IS NOT NULL)", name="alarm"),
        CheckConstraint(f"(found_how = '{FoundBy.CASE}') = (case_id IS NOT NULL)", name="case"),
        CheckConstraint(
            f"state NOT IN ({_ORDERED})"
            " OR num_nonnulls(responsible, ordered_by_id, ordered_at, due_at) = 4",
            name="ordered",
        ),
        CheckConstraint(
            f"state NOT IN ({_RIGHT})"
            " OR num_nonnulls(rectified_photo_id, rectified_by_id, rectified_at) = 3",
            name="rectified",
        ),
        CheckConstraint(
            f"state NOT IN ({_SEEN})"
            " OR num_nonnulls(rechecked_photo_id, rechecked_by_id, rechecked_at) = 3",
            name="rechecked",
        ),
        CheckConstraint(
            f"state <> '{DangerState.CLEARED}' OR num_nonnulls(cleared_by_id, cleared_at) = 2",
            name="cleared",
        ),
        # Nobody says of their own work that it is right.
        CheckConstraint("rechecked_by_id <> rectified_by_id", name="another_rechecks"),
        CheckConstraint("cleared_by_id <> rectified_by_id", name="another_clears"),
        CheckConstraint(
            f"level <> '{Level.MAJOR}' OR cleared_by_id <> rechecked_by_id", name="four_eyes"
        ),
        Index(
            "uq_hidden_danger_alarm",
            "alarm_id",
            unique=True,
            postgresql_where=text(f"state <> '{DangerState.VOID}'"),
        ),
        Index(
            "uq_hidden_danger_case",
            "case_id",
            unique=True,
            postgresql_where=text(f"state <> '{DangerState.VOID}'"),
        ),
        Index("ix_hidden_danger_profile_id", "profile_id", "id"),
        Index("ix_hidden_danger_state", "state", "due_at", "id"),
        Index("ix_hidden_danger_found_by_id", "found_by_id"),
    )

    profile_id: Mapped[int | None] = mapped_column(ForeignKey("safety_profile.id"))
    kind: Mapped[str]
    level: Mapped[str]
    words: Mapped[str]
    state: Mapped[str]
    version: Mapped[int] = mapped_column(server_default=text("0"))
    found_how: Mapped[str]
    found_at: Mapped[datetime]
    found_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    found_photo_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"))
    alarm_id: Mapped[int | None] = mapped_column(ForeignKey("alarm.id"))
    case_id: Mapped[int | None] = mapped_column(ForeignKey("case_file.id"))
    responsible: Mapped[str | None]
    measures: Mapped[str | None]
    ordered_at: Mapped[datetime | None]
    ordered_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    due_at: Mapped[datetime | None]
    soon_told_at: Mapped[datetime | None]
    late_told_at: Mapped[datetime | None]
    rectified_at: Mapped[datetime | None]
    rectified_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    rectified_photo_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"))
    rectified_note: Mapped[str | None]
    rechecked_at: Mapped[datetime | None]
    rechecked_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    rechecked_photo_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"))
    cleared_at: Mapped[datetime | None]
    cleared_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))

    profile: Mapped[Profile | None] = relationship()
    grid: Mapped[Grid | None] = relationship(foreign_keys="HiddenDanger.grid_id")
    alarm: Mapped[Alarm | None] = relationship()
    case: Mapped[Case | None] = relationship()
    found_by: Mapped[Account | None] = relationship(foreign_keys=[found_by_id])
    ordered_by: Mapped[Account | None] = relationship(foreign_keys=[ordered_by_id])
    found_photo: Mapped[StoredFile | None] = relationship(foreign_keys=[found_photo_id])

    @property
    def number(self) -> str:
        """The number on paper."""
        return f"{self.found_at:%Y}-{self.id:05d}"

    def late(self, now: datetime) -> bool:
        """True while it is to be put right and its deadline is over."""
        return self.state == DangerState.ORDERED and self.due_at is not None and self.due_at <= now
