"""Tables of gates: their rules and lanes, what they said, who was led aside, registrations, commands."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask_babel import gettext
from sqlalchemy import (
    CheckConstraint,
    Float,
    ForeignKey,
    Index,
    LargeBinary,
    SmallInteger,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.base.db import Base, Numbered, one_of
from webapp.people.models import Account
from webapp.points.gates.rules import (
    COMMAND_FLOW,
    DIVERSION_FLOW,
    REGISTRATION_FLOW,
    Bucket,
    Decision,
    Mode,
    Order,
    PassRules,
    Path,
    Reason,
    Way,
    What,
)
from webapp.points.models import ServicePoint


class Gate(Numbered, Base):
    """The machine at a point. `account_id` is the account in whose name it speaks: its token's."""

    __tablename__ = "gate"
    __table_args__ = (
        one_of("mode", Mode),
        CheckConstraint("code ~ '^[a-z0-9-]{1,40}$'", name="code"),
        CheckConstraint("lanes BETWEEN 1 AND 8", name="lanes"),
        CheckConstraint("per_hour BETWEEN 1 AND 3600", name="per_hour"),
        CheckConstraint("capacity > 0", name="capacity"),
        CheckConstraint("inside >= 0", name="inside"),
        CheckConstraint("keep_days BETWEEN 1 AND 30", name="keep_days"),
        CheckConstraint("window_minutes BETWEEN 10 AND 240", name="window_minutes"),
    )

    code: Mapped[str] = mapped_column(unique=True)
    point_id: Mapped[int] = mapped_column(ForeignKey("service_point.id"), unique=True)
    # That of the point, so that rights over it reach its gate.
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), unique=True)
    lanes: Mapped[int] = mapped_column(SmallInteger)
    is_open: Mapped[bool] = mapped_column(server_default=text("true"))
    mode: Mapped[str] = mapped_column(server_default=text("'rules'"))
    code_wanted: Mapped[bool] = mapped_column(server_default=text("false"))
    max_temp_c: Mapped[float | None] = mapped_column(Float(53))
    per_hour: Mapped[int]
    capacity: Mapped[int | None]
    window_minutes: Mapped[int] = mapped_column(SmallInteger)
    keep_days: Mapped[int] = mapped_column(SmallInteger)
    # Came in less went out, put right by what the gate counts in its booth.
    inside: Mapped[int] = mapped_column(server_default=text("0"))
    heard_at: Mapped[datetime | None]
    queue: Mapped[int | None]
    doors: Mapped[str | None]
    faults: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=text("'{}'"))
    buffered: Mapped[int] = mapped_column(server_default=text("0"))
    # Its clock less ours, in seconds, when it last spoke of this moment.
    skew_s: Mapped[float | None] = mapped_column(Float(53))
    version: Mapped[int] = mapped_column(server_default=text("1"))

    point: Mapped[ServicePoint] = relationship()
    lane_rows: Mapped[list[GateLane]] = relationship(order_by="GateLane.number")

    @property
    def rules(self) -> PassRules:
        """What it goes by."""
        return PassRules(
            is_open=self.is_open,
            mode=Mode(self.mode),
            code_wanted=self.code_wanted,
            max_temp_c=self.max_temp_c,
            per_hour=self.per_hour,
            capacity=self.capacity,
        )


class GateLane(Base):
    """A lane and its pace: the bucket out of which everybody who passes takes a token."""

    __tablename__ = "gate_lane"

    gate_id: Mapped[int] = mapped_column(
        ForeignKey("gate.id", ondelete="CASCADE"), primary_key=True
    )
    number: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    tokens: Mapped[float] = mapped_column(Float(53), server_default=text("1"))
    # By the clock of the gate.
    filled_at: Mapped[datetime | None]

    @property
    def bucket(self) -> Bucket:
        """Its pace."""
        return Bucket(self.tokens, self.filled_at)

    def keep(self, bucket: Bucket) -> None:
        """This is its pace from now on."""
        self.tokens, self.filled_at = bucket.tokens, bucket.at


class Registration(Numbered, Base):
    """Somebody comes to a point in a window of time. The code is kept sealed, and found by its hash.

    After some days only the figure is left: `account_id`, `sealed` and `code_hash` are empty.
    """

    __tablename__ = "gate_registration"
    __table_args__ = (
        REGISTRATION_FLOW.check(),
        CheckConstraint("ends_at > starts_at", name="window"),
        Index(
            "uq_gate_registration_own",
            "account_id",
            "point_id",
            unique=True,
            postgresql_where=text("state = 'registered'"),
        ),
        Index("ix_gate_registration_point_id_starts_at", "point_id", "starts_at"),
        Index(
            "ix_gate_registration_open", "ends_at", postgresql_where=text("state = 'registered'")
        ),
        Index("ix_gate_registration_account_id", "account_id", "id"),
    )

    point_id: Mapped[int] = mapped_column(ForeignKey("service_point.id"))
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    code_hash: Mapped[bytes | None] = mapped_column(LargeBinary, unique=True)
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    state: Mapped[str]
    version: Mapped[int]
    made_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    point: Mapped[ServicePoint] = relationship()


class GateEvent(Numbered, Base):
    """What a gate did to somebody: once for each number it counted since it was switched on.

    `said` is what the gate itself had decided where the house counts otherwise. `at` is its time, or
    ours where its clock cannot be right.
    """

    __tablename__ = "gate_event"
    __table_args__ = (
        one_of("decision", Decision),
        one_of("reason", Reason),
        one_of("path", Path),
        UniqueConstraint("gate_id", "boot_id", "seq"),
        CheckConstraint("duration_ms >= 0", name="duration_ms"),
        Index("ix_gate_event_gate_id_at", "gate_id", "at"),
        Index(
            "ix_gate_event_kept",
            "gate_id",
            "received_at",
            postgresql_where=text("cleared_at IS NULL"),
        ),
        Index("ix_gate_event_registration_id", "registration_id"),
    )

    gate_id: Mapped[int] = mapped_column(ForeignKey("gate.id"))
    boot_id: Mapped[str]
    seq: Mapped[int]
    lane: Mapped[int] = mapped_column(SmallInteger)
    path: Mapped[str]
    decision: Mapped[str]
    reason: Mapped[str]
    said: Mapped[str | None]
    wait_s: Mapped[float | None] = mapped_column(Float(53))
    device_at: Mapped[datetime]
    at: Mapped[datetime]
    received_at: Mapped[datetime]
    duration_ms: Mapped[int | None]
    token_hash: Mapped[bytes | None] = mapped_column(LargeBinary)
    temp_c: Mapped[float | None] = mapped_column(Float(53))
    registration_id: Mapped[int | None] = mapped_column(ForeignKey("gate_registration.id"))
    cleared_at: Mapped[datetime | None]

    registration: Mapped[Registration | None] = relationship()


class Refused(Numbered, Base):
    """Something a gate said that was refused, and why: what names it, and none of its other values.

    What has no place here (a face, an identity number) is refused so that it is not kept: of it
    only the name of the field stays. The same thing said again counts here.
    """

    __tablename__ = "gate_refused"
    __table_args__ = (
        one_of("what", What),
        one_of("way", Way),
        CheckConstraint("times > 0", name="times"),
        Index("uq_gate_refused_same", "gate_id", "digest", unique=True),
        Index("ix_gate_refused_gate_id_at", "gate_id", "at"),
    )

    gate_id: Mapped[int] = mapped_column(ForeignKey("gate.id"))
    what: Mapped[str]
    way: Mapped[str]
    said: Mapped[dict[str, Any]]
    # The words, in English, for each field that could not be used.
    fields: Mapped[dict[str, Any]]
    digest: Mapped[bytes] = mapped_column(LargeBinary)
    times: Mapped[int] = mapped_column(server_default=text("1"))
    at: Mapped[datetime]

    @property
    def reasons(self) -> list[tuple[str, str]]:
        """The fields that could not be used, and why, in the language of the reader."""
        return [(name, gettext(words)) for name, words in sorted(self.fields.items())]


class Diversion(Numbered, Base):
    """Somebody whom the gate led aside, until a person has decided."""

    __tablename__ = "gate_diversion"
    __table_args__ = (
        DIVERSION_FLOW.check(),
        Index(
            "ix_gate_diversion_waiting", "gate_id", "id", postgresql_where=text("state = 'waiting'")
        ),
    )

    gate_id: Mapped[int] = mapped_column(ForeignKey("gate.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    event_id: Mapped[int] = mapped_column(ForeignKey("gate_event.id"), unique=True)
    state: Mapped[str]
    version: Mapped[int]
    note: Mapped[str | None]
    ended_at: Mapped[datetime | None]

    gate: Mapped[Gate] = relationship()
    event: Mapped[GateEvent] = relationship()


class Command(Numbered, Base):
    """What a gate was told to do, by whom, and until when that holds."""

    __tablename__ = "gate_command"
    __table_args__ = (
        COMMAND_FLOW.check(),
        one_of("kind", Order),
        Index("ix_gate_command_gate_id", "gate_id", "id"),
        Index("ix_gate_command_waiting", "expires_at", postgresql_where=text("state = 'waiting'")),
    )

    gate_id: Mapped[int] = mapped_column(ForeignKey("gate.id"))
    kind: Mapped[str]
    value: Mapped[str | None]
    state: Mapped[str]
    version: Mapped[int]
    given_by_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    given_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    words: Mapped[str | None]

    given_by: Mapped[Account] = relationship()


class Deletion(Numbered, Base):
    """What was deleted on schedule: so much of everything that came before a moment."""

    __tablename__ = "gate_deletion"
    __table_args__ = (Index("ix_gate_deletion_gate_id", "gate_id", "id"),)

    gate_id: Mapped[int] = mapped_column(ForeignKey("gate.id"))
    at: Mapped[datetime] = mapped_column(server_default=func.now())
    before: Mapped[datetime]
    events: Mapped[int]
    codes: Mapped[int]
    temperatures: Mapped[int]
    registrations: Mapped[int]
    refused: Mapped[int] = mapped_column(server_default=text("0"))
