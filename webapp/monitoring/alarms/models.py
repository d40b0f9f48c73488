"""Tables of the alarms. The database holds that of one key only one is active."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, CheckConstraint, Float, ForeignKey, Index, Integer, func, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column, relationship
from sqlalchemy.types import Text

from webapp.base.db import Base, Numbered, one_of
from webapp.base.spatial import Placed
from webapp.cases.models import Case
from webapp.grids.models import Grid
from webapp.monitoring.alarms.rules import ACTIVE, ALARM_FLOW, OPEN, Outcome, Quiet, State
from webapp.monitoring.cameras.models import Camera
from webapp.monitoring.signals import KINDS, Kind, Severity
from webapp.people.models import Account


def _listed(states: frozenset[State]) -> str:
    return ", ".join(f"'{state}'" for state in sorted(states))


class Incident(Numbered, Placed, Base):
    """What people are sent to: alarms of one family that belong together."""

    __tablename__ = "incident"
    __table_args__ = (
        one_of("severity", Severity),
        Index("ix_incident_open", "family", "last_at", postgresql_where=text("ended_at IS NULL")),
        Index("ix_incident_opened_at", "opened_at"),
    )

    family: Mapped[str]
    # Kind and severity of the worst of its alarms.
    kind: Mapped[str]
    severity: Mapped[str]
    exercise: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))
    opened_at: Mapped[datetime]
    last_at: Mapped[datetime]
    # When the last of its alarms was closed.
    ended_at: Mapped[datetime | None]
    case_id: Mapped[int | None] = mapped_column(ForeignKey("case_file.id"), unique=True)

    case: Mapped[Case | None] = relationship()
    grid: Mapped[Grid | None] = relationship(foreign_keys="Incident.grid_id")
    alarms: Mapped[list[Alarm]] = relationship(back_populates="incident", order_by="Alarm.id")

    @property
    def life(self) -> bool:
        """True when somebody's life may hang on it."""
        return KINDS[Kind(self.kind)].life


class Alarm(Numbered, Placed, Base):
    """One alarm, merged from all signals of it. See `merging` for what each moment means.

    `received_at` is when the house first heard of it: by this the board is in order, whatever the
    clock of the device says. `count` is how many signals were merged.
    """

    __tablename__ = "alarm"
    __table_args__ = (
        ALARM_FLOW.check(),
        one_of("severity", Severity),
        one_of("max_severity", Severity),
        one_of("outcome", Outcome),
        one_of("quiet", Quiet),
        # A source that names its alarms has one row for each name, for ever.
        Index("uq_alarm_own", "key", unique=True, postgresql_where=text("own_id IS NOT NULL")),
        Index(
            "uq_alarm_active",
            "key",
            unique=True,
            postgresql_where=text(f"state IN ({_listed(ACTIVE)})"),
        ),
        Index("ix_alarm_key", "key", "last_at"),
        Index("ix_alarm_received_at", "received_at", "id"),
        Index(
            "ix_alarm_open",
            "received_at",
            "id",
            postgresql_where=text(f"state IN ({_listed(OPEN)})"),
        ),
        Index("ix_alarm_incident_id", "incident_id"),
        Index("ix_alarm_camera_id", "camera_id", "received_at"),
        Index("ix_alarm_rule", "rule", "received_at", postgresql_where=text("rule IS NOT NULL")),
        CheckConstraint("count >= 1", name="count"),
        CheckConstraint("last_at >= first_at", name="times"),
        CheckConstraint(
            f"state NOT IN ('{State.SEEN}', '{State.SETTLED}') OR seen_at IS NOT NULL", name="seen"
        ),
        CheckConstraint(f"(state = '{State.CLOSED}') = (closed_at IS NOT NULL)", name="closed"),
        CheckConstraint(
            f"state <> '{State.CLOSED}' OR max_severity <> '{Severity.CRITICAL}'"
            " OR (seen_at IS NOT NULL AND outcome IS NOT NULL AND note IS NOT NULL)",
            name="critical",
        ),
    )

    key: Mapped[str]
    source: Mapped[str]
    own_id: Mapped[str | None]
    device: Mapped[str | None]
    kind: Mapped[str]
    severity: Mapped[str]
    max_severity: Mapped[str]
    words: Mapped[str | None]
    rule: Mapped[str | None]
    score: Mapped[float | None] = mapped_column(Float(53))
    media: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=text("'{}'"))
    exercise: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))
    state: Mapped[str]
    version: Mapped[int] = mapped_column(server_default=text("0"))
    quiet: Mapped[str | None]
    # As the signals say.
    first_at: Mapped[datetime]
    last_at: Mapped[datetime]
    live_at: Mapped[datetime | None]
    over_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    said: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))
    turns: Mapped[list[Any]] = mapped_column(server_default=text("'[]'"))
    worst: Mapped[str | None]
    flaps: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    # As the house heard and did.
    count: Mapped[int] = mapped_column(Integer, server_default=text("1"))
    received_at: Mapped[datetime] = mapped_column(server_default=func.now())
    heard_at: Mapped[datetime] = mapped_column(server_default=func.now())
    seen_at: Mapped[datetime | None]
    seen_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    closed_at: Mapped[datetime | None]
    closed_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    outcome: Mapped[str | None]
    note: Mapped[str | None]
    incident_id: Mapped[int | None] = mapped_column(ForeignKey("incident.id"))
    camera_id: Mapped[int | None] = mapped_column(ForeignKey("camera.id"))
    # What its place is called where it stands at a device: a camera, a sensor, a gauge.
    device_name: Mapped[str | None]

    incident: Mapped[Incident | None] = relationship(back_populates="alarms")
    camera: Mapped[Camera | None] = relationship()
    grid: Mapped[Grid | None] = relationship(foreign_keys="Alarm.grid_id")
    seen_by: Mapped[Account | None] = relationship(foreign_keys=[seen_by_id])
    closed_by: Mapped[Account | None] = relationship(foreign_keys=[closed_by_id])

    @property
    def active(self) -> bool:
        """True while the condition is there."""
        return self.state in ACTIVE

    @property
    def loud(self) -> bool:
        """True while the desk is rung for it: nobody has seen it, and nothing keeps it quiet."""
        return (
            self.state in (State.RAISED, State.OVER)
            and self.quiet is None
            and self.live_at is not None
        )
