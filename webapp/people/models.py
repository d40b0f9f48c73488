"""Tables of people: accounts, posts, hand-overs, enterprises, tokens, and the tries to get in."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    SmallInteger,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, TSTZRANGE, ExcludeConstraint, Range
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates
from sqlalchemy.types import Text

from webapp.base.db import Base, Numbered, one_of
from webapp.base.sealing import SealedText
from webapp.base.spatial import Placed
from webapp.grids.models import Grid, Place, Unit
from webapp.people import phones
from webapp.people.rules import HAND_OVER_FLOW, ROLES, Premises

# A number that could not be found, or an index of nothing, is a mistake of whoever wrote it.
FINDABLE = "(phone IS NULL) = (phone_blind IS NULL)"


class Phoned:
    """A table with a phone number (E.164): sealed, and beside it the blind index by which it is found.

    Both are written by setting `phone`.
    """

    phone: Mapped[str | None] = mapped_column(SealedText)
    phone_blind: Mapped[bytes | None] = mapped_column(LargeBinary)

    @validates("phone")
    def _findable(self, _name: str, phone: str | None) -> str | None:
        self.phone_blind = phones.blind(phone)
        return phone


class Account(Phoned, Numbered, Base):
    """Somebody who can sign in. What they may do comes from the posts they hold."""

    __tablename__ = "account"
    __table_args__ = (
        Index("uq_account_username", text("lower(username)"), unique=True),
        Index("uq_account_phone", "phone_blind", unique=True),
        CheckConstraint(FINDABLE, name="phone"),
        CheckConstraint("username IS NOT NULL OR phone IS NOT NULL", name="reachable"),
    )

    username: Mapped[str | None]
    password_hash: Mapped[str | None]
    name: Mapped[str]
    locale: Mapped[str | None]
    large_type: Mapped[bool] = mapped_column(server_default=text("false"))
    demo: Mapped[bool] = mapped_column(server_default=text("false"))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    locked_at: Mapped[datetime | None]
    # Counts up when the password changes or somebody signs out everywhere: older sessions end.
    session_epoch: Mapped[int] = mapped_column(server_default=text("0"))

    posts: Mapped[list[Post]] = relationship(
        back_populates="account", foreign_keys="Post.account_id"
    )
    # The posts held at this moment, for lists.
    current: Mapped[list[Post]] = relationship(
        primaryjoin="and_(Account.id == foreign(Post.account_id), Post.valid.op('@>')(func.now()))",
        order_by="Post.id",
        viewonly=True,
    )


class Post(Numbered, Base):
    """A role held by an account over a unit or a grid for a time."""

    __tablename__ = "post"
    __table_args__ = (
        CheckConstraint(
            "role IN ({})".format(", ".join(f"'{role}'" for role in ROLES)), name="role"
        ),
        CheckConstraint("num_nonnulls(unit_id, grid_id) = 1", name="one_place"),
        CheckConstraint("NOT isempty(valid)", name="valid"),
        ExcludeConstraint(
            ("account_id", "="),
            ("role", "="),
            (text("coalesce(unit_id, 0)"), "="),
            (text("coalesce(grid_id, 0)"), "="),
            ("valid", "&&"),
            name="ex_post_valid",
            using="gist",
        ),
        Index("ix_post_grid_id", "grid_id", "role"),
        Index("ix_post_unit_id", "unit_id", "role"),
    )

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    role: Mapped[str]
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    grid_id: Mapped[int | None] = mapped_column(ForeignKey("grid.id"))
    valid: Mapped[Range[datetime]] = mapped_column(TSTZRANGE)
    note: Mapped[str | None]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))

    account: Mapped[Account] = relationship(back_populates="posts", foreign_keys=[account_id])
    unit: Mapped[Unit | None] = relationship()
    grid: Mapped[Grid | None] = relationship()


class Token(Numbered, Base):
    """A machine's key. Only its hash is kept; it may no more than its scopes and its owner.

    With `mqtt_name` it opens the broker under this name, which keeps `mqtt_digest` of it.
    """

    __tablename__ = "token"
    __table_args__ = (
        CheckConstraint("num_nulls(mqtt_name, mqtt_digest) IN (0, 2)", name="mqtt"),
        CheckConstraint("mqtt_name ~ '^[A-Za-z0-9._-]{1,64}$'", name="mqtt_name"),
        Index(
            "uq_token_mqtt_name",
            "mqtt_name",
            unique=True,
            postgresql_where=text("revoked_at IS NULL"),
        ),
    )

    name: Mapped[str] = mapped_column(unique=True)
    hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    scopes: Mapped[list[str]] = mapped_column(ARRAY(Text))
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    mqtt_name: Mapped[str | None]
    mqtt_digest: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    used_at: Mapped[datetime | None]

    account: Mapped[Account] = relationship()


class Attempt(Numbered, Base):
    """One try to get in, counted against a name, a phone or an address that is kept as a digest."""

    __tablename__ = "sign_in_attempt"
    __table_args__ = (Index("ix_sign_in_attempt_subject", "subject", "at"),)

    subject: Mapped[bytes] = mapped_column(LargeBinary)
    at: Mapped[datetime]
    succeeded: Mapped[bool] = mapped_column(default=False, server_default=text("false"))


class PhoneCode(Numbered, Base):
    """A code that was sent to a phone, which is known by its blind index, and the code by its digest.

    The newest one of a phone counts.
    """

    __tablename__ = "phone_code"
    __table_args__ = (Index("ix_phone_code_phone", "phone_blind", "id"),)

    phone_blind: Mapped[bytes] = mapped_column(LargeBinary)
    digest: Mapped[bytes] = mapped_column(LargeBinary)
    expires_at: Mapped[datetime]
    tries: Mapped[int] = mapped_column(SmallInteger, default=0, server_default=text("0"))
    used_at: Mapped[datetime | None]


class HandOver(Numbered, Base):
    """What one leaves to the next at a post: a brief from the data, signed by both."""

    __tablename__ = "hand_over"
    __table_args__ = (
        HAND_OVER_FLOW.check(),
        Index("ix_hand_over_state", "state", "id"),
    )

    post_id: Mapped[int] = mapped_column(ForeignKey("post.id"), unique=True)
    next_post_id: Mapped[int | None] = mapped_column(ForeignKey("post.id"))
    grid_id: Mapped[int | None] = mapped_column(ForeignKey("grid.id"), index=True)
    giver_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    taker_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"), index=True)
    state: Mapped[str]
    version: Mapped[int] = mapped_column(server_default=text("0"))
    brief: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))
    note: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    # Whoever signed in the place of somebody gone says why.
    given_at: Mapped[datetime | None]
    given_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    given_reason: Mapped[str | None]
    taken_at: Mapped[datetime | None]
    taken_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    taken_reason: Mapped[str | None]

    post: Mapped[Post] = relationship(foreign_keys=[post_id])
    giver: Mapped[Account] = relationship(foreign_keys=[giver_id])
    taker: Mapped[Account | None] = relationship(foreign_keys=[taker_id])
    given_by: Mapped[Account | None] = relationship(foreign_keys=[given_by_id])
    taken_by: Mapped[Account | None] = relationship(foreign_keys=[taken_by_id])


class Enterprise(Numbered, Placed, Base):
    """A firm or a shop that stands somewhere in the subdistrict."""

    __tablename__ = "enterprise"
    __table_args__ = (
        one_of("premises", Premises),
        CheckConstraint("credit_code ~ '^[0-9A-Z]{18}$'", name="credit_code"),
        Index("ix_enterprise_name", "name", "id"),
    )

    name: Mapped[str]
    credit_code: Mapped[str | None] = mapped_column(unique=True)
    premises: Mapped[str]
    industry: Mapped[str | None]
    address: Mapped[str | None]
    contact_post: Mapped[str | None]
    contact_phone: Mapped[str | None] = mapped_column(SealedText)
    # The named place of the geodata that it was made from.
    place_id: Mapped[int | None] = mapped_column(ForeignKey("place.id"), unique=True)
    provenance: Mapped[str | None]
    version: Mapped[int] = mapped_column(server_default=text("0"))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    closed_at: Mapped[datetime | None]

    place: Mapped[Place | None] = relationship()
    grid: Mapped[Grid | None] = relationship(foreign_keys="Enterprise.grid_id")
