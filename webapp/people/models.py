"""Tables of the people who sign in: accounts, posts held, tokens of machines."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, func, text
from sqlalchemy.dialects.postgresql import ARRAY, TSTZRANGE, ExcludeConstraint, Range
from sqlalchemy.orm import Mapped, mapped_column, relationship
from sqlalchemy.types import Text

from webapp.base.db import Base, Numbered
from webapp.grids.models import Grid, Unit
from webapp.people.rules import ROLES


class Account(Numbered, Base):
    """Somebody who can sign in. What they may do comes from the posts they hold."""

    __tablename__ = "account"
    __table_args__ = (
        Index("uq_account_username", text("lower(username)"), unique=True),
        Index("uq_account_phone", "phone", unique=True),
        CheckConstraint("username IS NOT NULL OR phone IS NOT NULL", name="reachable"),
    )

    username: Mapped[str | None]
    password_hash: Mapped[str | None]
    name: Mapped[str]
    phone: Mapped[str | None]
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
    """A machine's key. Only its hash is kept; it may no more than its scopes and its owner."""

    __tablename__ = "token"

    name: Mapped[str] = mapped_column(unique=True)
    hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    scopes: Mapped[list[str]] = mapped_column(ARRAY(Text))
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    used_at: Mapped[datetime | None]

    account: Mapped[Account] = relationship()
