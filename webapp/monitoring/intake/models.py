"""Tables of the intake: the sources, and every message of theirs as it came."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.base.datum import Datum
from webapp.base.db import Base, Numbered, one_of
from webapp.monitoring.intake.rules import Format, Status, Why
from webapp.people.models import Account


class Source(Numbered, Base):
    """A box that speaks to the intake, by the key of its account.

    `code` is what cameras, sensors and alarms of it are filed under. `secret` and `asked` (the address
    at which a recorder is asked what it said) are sealed.
    """

    __tablename__ = "intake_source"
    __table_args__ = (
        one_of("datum", Datum),
        CheckConstraint("code ~ '^[a-z0-9][a-z0-9_-]{0,23}$'", name="code"),
        CheckConstraint("cardinality(formats) > 0", name="formats"),
    )

    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), unique=True)
    formats: Mapped[list[str]] = mapped_column(ARRAY(Text))
    datum: Mapped[str]
    # What its signatures are made with; without it none is asked for.
    secret: Mapped[bytes | None] = mapped_column(LargeBinary)
    asked: Mapped[bytes | None] = mapped_column(LargeBinary)
    asked_to: Mapped[datetime | None]
    asked_at: Mapped[datetime | None]
    # Why it could not be asked, when it was asked last.
    unasked: Mapped[str | None]
    heard_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(server_default=text("0"))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class Message(Numbered, Base):
    """What a source said, as it came; its bytes are sealed, for they may hold faces and plates.

    There is one of each name that a source gives; the same again counts here. `topic` is what stood
    beside the bytes (MQTT). `own_id` is the alarm it was about, `until` when that is over by itself.
    """

    __tablename__ = "intake_message"
    __table_args__ = (
        one_of("format", Format),
        one_of("status", Status),
        one_of("why", Why),
        UniqueConstraint("source_id", "message_id"),
        CheckConstraint("times > 0", name="times"),
        CheckConstraint(f"status <> '{Status.DEAD}' OR why IS NOT NULL", name="dead"),
        CheckConstraint(f"status <> '{Status.DROPPED}' OR note IS NOT NULL", name="dropped"),
        Index("ix_intake_message_received_at", "received_at"),
        Index("ix_intake_message_source_id", "source_id", "id"),
        Index("ix_intake_message_dead", "id", postgresql_where=text(f"status = '{Status.DEAD}'")),
        Index("ix_intake_message_unpictured", "id", postgresql_where=text("unpictured")),
        Index("ix_intake_message_until", "until", postgresql_where=text("until IS NOT NULL")),
        Index(
            "ix_intake_message_own_id",
            "source_id",
            "own_id",
            postgresql_where=text("own_id IS NOT NULL"),
        ),
    )

    source_id: Mapped[int] = mapped_column(ForeignKey("intake_source.id"))
    message_id: Mapped[str | None]
    format: Mapped[str]
    content_type: Mapped[str] = mapped_column(server_default=text("''"))
    topic: Mapped[str] = mapped_column(server_default=text("''"))
    body: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    size: Mapped[int] = mapped_column(Integer)
    received_at: Mapped[datetime]
    status: Mapped[str]
    why: Mapped[str | None]
    detail: Mapped[str] = mapped_column(server_default=text("''"))
    times: Mapped[int] = mapped_column(Integer, server_default=text("1"))
    last_at: Mapped[datetime]
    # How many signals of it were merged into which alarms.
    signals: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    alarm_ids: Mapped[list[int]] = mapped_column(ARRAY(BigInteger), server_default=text("'{}'"))
    # Pictures came with it for which the disk had no room so far.
    unpictured: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))
    own_id: Mapped[str | None]
    until: Mapped[datetime | None]
    settled_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    settled_at: Mapped[datetime | None]
    note: Mapped[str | None]

    source: Mapped[Source] = relationship()
    settled_by: Mapped[Account | None] = relationship()


class Signature(Base):
    """A signature that was taken: it is good once, and forgotten when it is too old to be good."""

    __tablename__ = "intake_signature"
    __table_args__ = (Index("ix_intake_signature_at", "at"),)

    source_id: Mapped[int] = mapped_column(
        ForeignKey("intake_source.id", ondelete="CASCADE"), primary_key=True
    )
    digest: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    at: Mapped[datetime]
