"""Tables of single sign-on: who somebody is at the sign-in service, and the posts that it has given."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint, func
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.base.db import Base, Numbered
from webapp.people.models import Account, Post


class Identity(Numbered, Base):
    """An account is this subject of this issuer. Names and addresses of mail link nobody."""

    __tablename__ = "identity"
    __table_args__ = (UniqueConstraint("issuer", "subject"),)

    issuer: Mapped[str]
    subject: Mapped[str]
    # One identity for an account: who leaves one takes the other.
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), unique=True)
    linked_at: Mapped[datetime] = mapped_column(server_default=func.now())
    used_at: Mapped[datetime | None]

    account: Mapped[Account] = relationship()


class IdentityPost(Base):
    """A post that was given because of what the service said, and ends when it says so no more."""

    __tablename__ = "identity_post"

    post_id: Mapped[int] = mapped_column(
        ForeignKey("post.id"), primary_key=True, autoincrement=False
    )
    identity_id: Mapped[int] = mapped_column(
        ForeignKey("identity.id", ondelete="CASCADE"), index=True
    )

    post: Mapped[Post] = relationship()
