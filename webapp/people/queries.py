"""Questions about people: who signs in, who holds which post, who is on watch in a grid."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Row, func, or_, select, text
from sqlalchemy.orm import joinedload

from webapp.base.db import db
from webapp.people.models import Account, Post, Token

# The account, the posts it holds now, and every unit and grid below each post, in one round trip.
_ACTOR = text("""
    WITH RECURSIVE held AS (
        SELECT p.id, p.role, p.grid_id, p.unit_id FROM post p
        WHERE p.account_id = :account AND p.valid @> now()
    ), below AS (
        SELECT h.id, h.unit_id FROM held h WHERE h.unit_id IS NOT NULL
        UNION
        SELECT b.id, u.id FROM below b JOIN unit u ON u.parent_id = b.unit_id
    )
    SELECT a.id, a.name, a.locale, a.large_type, a.session_epoch, a.locked_at, a.demo,
           h.id AS post_id, h.role, h.grid_id, u.kind AS unit_kind, u.name AS unit_name,
           g.name AS grid_name,
           ARRAY(SELECT b.unit_id FROM below b WHERE b.id = h.id) AS units,
           ARRAY(SELECT x.id FROM grid x JOIN below b ON b.unit_id = x.community_id
                 WHERE b.id = h.id) AS grids
    FROM account a LEFT JOIN held h ON true LEFT JOIN unit u ON u.id = h.unit_id
    LEFT JOIN grid g ON g.id = h.grid_id
    WHERE a.id = :account ORDER BY h.id
""")


def actor_rows(account_id: int) -> list[Row[Any]]:
    """The account once for each post it holds now (once with no post if it holds none)."""
    return list(db.session.execute(_ACTOR, {"account": account_id}))


def by_username(username: str) -> Account | None:
    """The account of this user name, whatever its letters' case."""
    return db.session.scalar(
        select(Account).where(func.lower(Account.username) == username.lower())
    )


def by_phone(phone: str) -> Account | None:
    """The account of this phone number (E.164)."""
    return db.session.scalar(select(Account).where(Account.phone == phone))


def holders(roles: Iterable[str], *, grid_id: int | None) -> list[Post]:
    """Posts held now in one of these roles over the grid itself (not the units above it)."""
    found = (
        select(Post)
        .join(Account, Post.account_id == Account.id)
        .options(joinedload(Post.account))
        .where(
            Post.role.in_(list(roles)),
            Post.grid_id == grid_id,
            Post.valid.op("@>")(func.now()),
            Account.locked_at.is_(None),
        )
        .order_by(Post.role, Post.id)
    )
    return list(db.session.scalars(found))


def holders_everywhere(roles: Iterable[str]) -> list[int]:
    """Keys of the accounts that hold one of these roles over the whole subdistrict now."""
    found = (
        select(Post.account_id)
        .join(Post.unit)
        .join(Account, Post.account_id == Account.id)
        .where(
            Post.role.in_(list(roles)),
            Post.valid.op("@>")(func.now()),
            Account.locked_at.is_(None),
            text("unit.kind IN ('subdistrict', 'district', 'city')"),
        )
        .distinct()
    )
    return list(db.session.scalars(found))


def living_token(digest: bytes) -> Token | None:
    """The token with this hash, unless it was revoked or has expired."""
    return db.session.scalar(
        select(Token).where(
            Token.hash == digest,
            Token.revoked_at.is_(None),
            or_(Token.expires_at.is_(None), Token.expires_at > func.now()),
        )
    )
