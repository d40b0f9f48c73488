"""Tables of the alarms. The database holds that of one key only one is active."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any

from sqlalchemy import (
    DDL,
    Boolean,
    CheckConstraint,
    Float,
    ForeignKey,
    Index,
    Integer,
    SmallInteger,
    Time,
    event,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column, relationship
from sqlalchemy.types import Text

from webapp.base.db import Base, Numbered, Spanned, one_of, whole_span
from webapp.base.notices import Dispatch
from webapp.base.spatial import Placed
from webapp.cases.models import Case
from webapp.cases.rules import ENDED
from webapp.grids.models import Grid
from webapp.monitoring.alarms.ladders import Act, Until
from webapp.monitoring.alarms.rules import (
    ACTIVE,
    ALARM_FLOW,
    CAP_LEAST,
    CAP_MOST,
    MAINTENANCE_MOST_H,
    NEVER_CAPPED,
    OPEN,
    SHELVED_MOST_H,
    WINDOW_MOST_DAYS,
    Outcome,
    Quiet,
    State,
)
from webapp.monitoring.cameras.models import Camera
from webapp.monitoring.signals import KINDS, Kind, Severity
from webapp.people.models import Account

# SQL: all by which somebody looks for an alarm in words. Written once, for its index is used for this alone.
TOLD = " || chr(10) || ".join(
    f"coalesce(alarm.{name}, '')" for name in ("words", "device", "device_name", "source", "rule")
)


def _as_kept(told: str) -> str:
    """The same as the database writes it down, so that whoever compares both finds no difference."""
    first, *rest, last = told.replace("alarm.", "").split(" || ")
    for each in rest:
        first = f"({first} || {each})"
    return f"{first} || {last}"


# SQL: every letter of a text and every two that stand side by side. Words of one or two letters have no
# trigram, and most Chinese words are of two: by these they are found.
PIECES_OF = """
    CREATE OR REPLACE FUNCTION pieces_of(said text) RETURNS text[]
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
        SELECT l.letters || (SELECT array_agg(p.one || p.other)
                             FROM unnest(l.letters, l.letters[2:]) p(one, other)
                             WHERE p.other IS NOT NULL)
        FROM (SELECT string_to_array(lower(said), NULL) AS letters) l
    $$
"""
FUNCTIONS = (PIECES_OF,)


def _listed(states: frozenset[State]) -> str:
    return ", ".join(f"'{state}'" for state in sorted(states))


# SQL: the place of an incident while it is open, as the database writes it down.
OPEN_PLACE = "(\nCASE\n    WHEN ended_at IS NULL THEN geom\n    ELSE NULL::geometry\nEND)"


class Incident(Numbered, Placed, Base):
    """What people are sent to: alarms of one family that belong together."""

    __tablename__ = "incident"
    __table_args__ = (
        one_of("severity", Severity),
        Index("ix_incident_open", "family", "last_at", postgresql_where=text("ended_at IS NULL")),
        Index("ix_incident_opened_at", "opened_at"),
        # Only what is open has a place in it.
        Index(
            "ix_incident_open_place",
            text(OPEN_PLACE),
            postgresql_using="gist",
        ),
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
    # What whoever goes says from the way; the rest is known of the case.
    on_way_at: Mapped[datetime | None]
    arrived_at: Mapped[datetime | None]

    case: Mapped[Case | None] = relationship()
    grid: Mapped[Grid | None] = relationship(foreign_keys="Incident.grid_id")
    alarms: Mapped[list[Alarm]] = relationship(back_populates="incident", order_by="Alarm.id")
    steps: Mapped[list[LadderStep]] = relationship(
        back_populates="incident", order_by="LadderStep.due_at, LadderStep.place"
    )
    calls: Mapped[list[AlarmCall]] = relationship(
        back_populates="incident", order_by="AlarmCall.id"
    )

    @property
    def life(self) -> bool:
        """True when somebody's life may hang on it."""
        return KINDS[Kind(self.kind)].life

    @property
    def wants_outcome(self) -> bool:
        """True once its case has ended while its alarms still wait for their outcome."""
        return self.ended_at is None and self.case is not None and self.case.state in ENDED


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
        Index("ix_alarm_key", "key", text("greatest(first_at, live_at, over_at, closed_at)")),
        Index("ix_alarm_received_at", "received_at", "id"),
        Index("ix_alarm_kind", "kind", "id"),
        Index(
            "ix_alarm_told",
            text(f"({TOLD.replace('alarm.', '')}) gin_trgm_ops"),
            postgresql_using="gin",
        ),
        Index(
            "ix_alarm_pieces",
            text(f"pieces_of({_as_kept(TOLD)})"),
            postgresql_using="gin",
        ),
        Index(
            "ix_alarm_open",
            "received_at",
            "id",
            postgresql_where=text(f"state IN ({_listed(OPEN)})"),
        ),
        Index("ix_alarm_incident_id", "incident_id"),
        Index("ix_alarm_device", "source", "device", "received_at"),
        Index("ix_alarm_camera_id", "camera_id", "received_at"),
        # A recorder and the cameras that hang on it, by the beginning of their names.
        Index(
            "ix_alarm_offline",
            "source",
            "device",
            postgresql_ops={"device": "text_pattern_ops"},
            postgresql_where=text(f"kind = '{Kind.OFFLINE}' AND state IN ({_listed(ACTIVE)})"),
        ),
        Index(
            "ix_alarm_media",
            "media",
            postgresql_using="gin",
            postgresql_where=text("media <> '{}'"),
        ),
        Index("ix_alarm_rule", "rule", "received_at", postgresql_where=text("rule IS NOT NULL")),
        CheckConstraint("count >= 1", name="count"),
        CheckConstraint("last_at >= first_at", name="times"),
        CheckConstraint(
            f"state NOT IN ('{State.SEEN}', '{State.SETTLED}') OR seen_at IS NOT NULL", name="seen"
        ),
        CheckConstraint(f"state <> '{State.CLOSED}' OR closed_at IS NOT NULL", name="closed"),
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
    # Who first opened it, which is not yet to have acknowledged it.
    looked_at: Mapped[datetime | None]
    looked_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    seen_at: Mapped[datetime | None]
    seen_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    closed_at: Mapped[datetime | None]
    closed_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    outcome: Mapped[str | None]
    note: Mapped[str | None]
    incident_id: Mapped[int | None] = mapped_column(ForeignKey("incident.id"))
    # What kept it quiet, where somebody laid that down.
    shelf_id: Mapped[int | None] = mapped_column(ForeignKey("alarm_shelf.id"), index=True)
    camera_id: Mapped[int | None] = mapped_column(ForeignKey("camera.id"))
    # What its place is called where it stands at a device: a camera, a sensor, a gauge.
    device_name: Mapped[str | None]

    incident: Mapped[Incident | None] = relationship(back_populates="alarms")
    shelf: Mapped[Shelf | None] = relationship()
    camera: Mapped[Camera | None] = relationship()
    grid: Mapped[Grid | None] = relationship(foreign_keys="Alarm.grid_id")
    looked_by: Mapped[Account | None] = relationship(foreign_keys=[looked_by_id])
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


# The index of pieces is made with the table, and needs it.
event.listen(Alarm.__table__, "before_create", DDL(PIECES_OF))  # type: ignore[no-untyped-call]  # has no types


class Shelf(Numbered, Spanned, Base):
    """Alarms of a source, a device or a kind are kept and ring nobody for a time, with the reason.

    With `weekdays` (1 Monday to 7 Sunday) only on these, from `begins` to `ends` by the clock of the office,
    past midnight where that is earlier. What a life may hang on rings all the same.
    """

    __tablename__ = "alarm_shelf"
    __table_args__ = (
        whole_span(),
        one_of("quiet", Quiet),
        CheckConstraint("num_nonnulls(source, device, kind) > 0", name="scope"),
        CheckConstraint("device IS NULL OR source IS NOT NULL", name="device"),
        # Two days more than is said: the last one whole, and the hours of its night.
        CheckConstraint(
            f"quiet IN ('{Quiet.SHELVED}', '{Quiet.MAINTENANCE}')"
            f" AND upper(span) - lower(span) <= CASE WHEN quiet = '{Quiet.SHELVED}'"
            f" THEN interval '{SHELVED_MOST_H} hours'"
            f" WHEN weekdays IS NOT NULL THEN interval '{WINDOW_MOST_DAYS + 2} days'"
            f" ELSE interval '{MAINTENANCE_MOST_H} hours' END",
            name="length",
        ),
        CheckConstraint(
            "num_nonnulls(weekdays, begins, ends) IN (0, 3)"
            f" AND (weekdays IS NULL OR quiet = '{Quiet.MAINTENANCE}')",
            name="recurring",
        ),
        CheckConstraint(
            "cardinality(weekdays) BETWEEN 1 AND 7"
            " AND weekdays <@ ARRAY[1, 2, 3, 4, 5, 6, 7]::smallint[]",
            name="weekdays",
        ),
        CheckConstraint("begins <> ends", name="hours"),
        Index("ix_alarm_shelf_span", "span", postgresql_using="gist"),
    )

    quiet: Mapped[str]
    source: Mapped[str | None]
    device: Mapped[str | None]
    kind: Mapped[str | None]
    weekdays: Mapped[list[int] | None] = mapped_column(ARRAY(SmallInteger))
    begins: Mapped[time | None] = mapped_column(Time)
    ends: Mapped[time | None] = mapped_column(Time)
    reason: Mapped[str]
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    made_at: Mapped[datetime] = mapped_column(server_default=func.now())

    made_by: Mapped[Account | None] = relationship()


class AlarmCap(Numbered, Base):
    """How often in an hour one device rings for a kind, where the office has laid that down."""

    __tablename__ = "alarm_cap"
    __table_args__ = (
        CheckConstraint(f"most BETWEEN {CAP_LEAST} AND {CAP_MOST}", name="most"),
        CheckConstraint(
            f"kind NOT IN ({', '.join(repr(each.value) for each in sorted(NEVER_CAPPED))})",
            name="kind",
        ),
    )

    kind: Mapped[str] = mapped_column(unique=True)
    most: Mapped[int] = mapped_column(SmallInteger)


class LadderRung(Numbered, Base):
    """A step that the office has laid down for a kind of alarm, in the place of the usual ones."""

    __tablename__ = "ladder_rung"
    __table_args__ = (
        one_of("act", Act),
        one_of("until", Until),
        CheckConstraint("after_s BETWEEN 0 AND 86400", name="after_s"),
        Index("uq_ladder_rung_place", "kind", "place", unique=True),
    )

    kind: Mapped[str]
    place: Mapped[int] = mapped_column(SmallInteger)
    after_s: Mapped[int] = mapped_column(Integer)
    act: Mapped[str]
    until: Mapped[str]
    roles: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=text("'{}'"))


class LadderStep(Numbered, Base):
    """A step of one incident, with the moment at which it is due. It is done once."""

    __tablename__ = "ladder_step"
    __table_args__ = (
        one_of("act", Act),
        one_of("until", Until),
        Index("uq_ladder_step_place", "incident_id", "place", unique=True),
        # Those that are due, where a life may hang on it first.
        Index(
            "ix_ladder_step_due",
            text("life DESC"),
            "due_at",
            "id",
            postgresql_where=text("done_at IS NULL"),
        ),
    )

    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id"))
    place: Mapped[int] = mapped_column(SmallInteger)
    life: Mapped[bool] = mapped_column(Boolean)
    act: Mapped[str]
    until: Mapped[str]
    roles: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=text("'{}'"))
    due_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    # What it came to: whom it reached, or what made it needless.
    came_to: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))
    attempts: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"))
    error: Mapped[str | None]

    incident: Mapped[Incident] = relationship(back_populates="steps")


class AlarmCall(Numbered, Base):
    """Somebody who is called for an incident until they have confirmed."""

    __tablename__ = "alarm_call"
    __table_args__ = (Index("uq_alarm_call", "incident_id", "account_id", unique=True),)

    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id"))
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    called_at: Mapped[datetime]
    # The text that left the house for them; none in an exercise or without a number.
    dispatch_id: Mapped[int | None] = mapped_column(ForeignKey("dispatch_out.id"))
    confirmed_at: Mapped[datetime | None]
    confirmed_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))

    incident: Mapped[Incident] = relationship(back_populates="calls")
    account: Mapped[Account] = relationship(foreign_keys=[account_id])
    dispatch: Mapped[Dispatch | None] = relationship()
    confirmed_by: Mapped[Account | None] = relationship(foreign_keys=[confirmed_by_id])

    @property
    def undelivered(self) -> bool:
        """True while the text for them could not leave the house; it is tried again."""
        return (
            self.dispatch is not None
            and self.dispatch.sent_at is None
            and self.dispatch.error is not None
        )
