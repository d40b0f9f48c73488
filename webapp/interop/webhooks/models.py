"""Tables of webhooks. A trigger notes each event that somebody wants, in the transaction of the event."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, UUID
from sqlalchemy.orm import Mapped, mapped_column, relationship
from sqlalchemy.types import Text

from webapp.base.audit import Event
from webapp.base.db import Base, Numbered, one_of
from webapp.interop.webhooks.rules import WEBHOOK_FLOW, DeliveryState
from webapp.people.models import Account


class Endpoint(Numbered, Base):
    """An address of a client that is told of events: of the types in `types`, as `account` may see them.

    `kinds` are the things these types are about, by which the database notes events. The keeper
    hears when the house switches it off.
    """

    __tablename__ = "webhook"
    __table_args__ = (
        WEBHOOK_FLOW.check(),
        CheckConstraint("cardinality(types) > 0 AND cardinality(kinds) > 0", name="types"),
        CheckConstraint("url ~ '^https?://'", name="url"),
        CheckConstraint("failures >= 0", name="failures"),
        CheckConstraint("(failures = 0) = (failing_since IS NULL)", name="failing"),
    )

    name: Mapped[str] = mapped_column(unique=True)
    url: Mapped[str]
    types: Mapped[list[str]] = mapped_column(ARRAY(Text))
    kinds: Mapped[list[str]] = mapped_column(ARRAY(Text))
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    keeper_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    state: Mapped[str]
    version: Mapped[int] = mapped_column(server_default=text("0"))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    # Failures one after the other, since when, and until when it is left alone because of them.
    failures: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    failing_since: Mapped[datetime | None]
    rests_until: Mapped[datetime | None]

    account: Mapped[Account] = relationship(foreign_keys=[account_id])
    keeper: Mapped[Account] = relationship(foreign_keys=[keeper_id])
    secrets: Mapped[list[Secret]] = relationship(
        back_populates="endpoint", order_by="Secret.id.desc()"
    )


class Secret(Numbered, Base):
    """A secret by which messages to an endpoint are signed, sealed; until `ends_at` beside a newer one."""

    __tablename__ = "webhook_secret"

    endpoint_id: Mapped[int] = mapped_column(ForeignKey("webhook.id"), index=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    ends_at: Mapped[datetime | None]

    endpoint: Mapped[Endpoint] = relationship(back_populates="secrets")


class Noted(Base):
    """An event that some endpoint may want, until it has been turned into messages."""

    __tablename__ = "webhook_noted"

    event_id: Mapped[int] = mapped_column(
        ForeignKey("event.id"), primary_key=True, autoincrement=False
    )

    event: Mapped[Event] = relationship()


class Delivery(Numbered, Base):
    """A message on its way to an endpoint: its body never changes, and `uid` makes repeats known.

    Whoever sends it holds it until `held_until`; were they killed, the next one takes it up then.
    """

    __tablename__ = "webhook_delivery"
    __table_args__ = (
        one_of("state", DeliveryState),
        UniqueConstraint("endpoint_id", "event_id"),
        Index(
            "ix_webhook_delivery_due",
            "endpoint_id",
            "due_at",
            "id",
            postgresql_where=text("state = 'waiting'"),
        ),
        Index("ix_webhook_delivery_log", "endpoint_id", "id"),
        Index("ix_webhook_delivery_over", "ended_at", postgresql_where=text("state <> 'waiting'")),
        CheckConstraint("(state = 'waiting') = (ended_at IS NULL)", name="ended"),
        CheckConstraint("tries >= 0", name="tries"),
    )

    uid: Mapped[uuid.UUID] = mapped_column(
        UUID(), unique=True, server_default=text("gen_random_uuid()")
    )
    endpoint_id: Mapped[int] = mapped_column(ForeignKey("webhook.id"))
    # None: a test.
    event_id: Mapped[int | None] = mapped_column(ForeignKey("event.id"), index=True)
    type: Mapped[str]
    body: Mapped[str]
    state: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    due_at: Mapped[datetime] = mapped_column(server_default=func.now())
    held_until: Mapped[datetime | None]
    tries: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"))
    ended_at: Mapped[datetime | None]

    endpoint: Mapped[Endpoint] = relationship()

    @property
    def message_id(self) -> str:
        """What the receiver knows the message by, the same with each try."""
        return f"msg_{self.uid.hex}"


class Try(Numbered, Base):
    """One try to deliver a message: what was answered, cut, or why there was no answer."""

    __tablename__ = "webhook_try"

    delivery_id: Mapped[int] = mapped_column(
        ForeignKey("webhook_delivery.id", ondelete="CASCADE"), index=True
    )
    at: Mapped[datetime]
    took_ms: Mapped[int] = mapped_column(Integer)
    status: Mapped[int | None] = mapped_column(SmallInteger)
    answer: Mapped[str | None]
    error: Mapped[str | None]


# For each statement that writes events one more that notes those somebody may want; without an endpoint
# that is told it reads an empty table and writes nothing.
NOTED = """
CREATE OR REPLACE FUNCTION webhook_note() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO webhook_noted (event_id)
    SELECT f.id FROM fresh f
    WHERE EXISTS (SELECT FROM webhook w WHERE w.state = 'on' AND f.thing_kind = ANY (w.kinds));
    RETURN NULL;
END $$
"""

FUNCTIONS = (NOTED,)

TRIGGERS = (
    "CREATE TRIGGER webhook_note AFTER INSERT ON event REFERENCING NEW TABLE AS fresh"
    " FOR EACH STATEMENT EXECUTE FUNCTION webhook_note()",
)
