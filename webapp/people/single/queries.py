"""Questions about single sign-on."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from webapp.base.db import db
from webapp.people.models import Post
from webapp.people.single.models import Identity, IdentityPost


def identity(issuer: str, subject: str) -> Identity | None:
    """Who this subject of this issuer is here, if anybody."""
    found = select(Identity).options(joinedload(Identity.account))
    return db.session.scalar(found.where(Identity.issuer == issuer, Identity.subject == subject))


def of_account(account_id: int) -> Identity | None:
    """Who this account is at the service, if it was linked."""
    return db.session.scalar(select(Identity).where(Identity.account_id == account_id))


def given(identity_id: int) -> list[Post]:
    """The posts held now that the service has given."""
    found = (
        select(Post)
        .join(IdentityPost, IdentityPost.post_id == Post.id)
        .where(IdentityPost.identity_id == identity_id, Post.valid.op("@>")(func.clock_timestamp()))
        .options(joinedload(Post.account))
    )
    return list(db.session.scalars(found.order_by(Post.id)))


def moment() -> datetime:
    """When this transaction began: what holds from then on holds in it."""
    return db.session.scalars(select(func.now())).one()
