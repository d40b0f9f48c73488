"""Whoever acts in a request: a snapshot of an account with its posts, a machine, or nobody."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from flask_login import AnonymousUserMixin, UserMixin
from sqlalchemy import Row

from webapp.people import queries

ABOVE_ALL = frozenset(("subdistrict", "district", "city"))


@dataclass(frozen=True)
class Held:
    """A post held now, with the units and grids it reaches."""

    post_id: int
    role: str
    place: str
    units: frozenset[int]
    grids: frozenset[int]
    everywhere: bool


@dataclass(frozen=True)
class Person(UserMixin):  # type: ignore[misc]  # Flask-Login ships no types
    """An account as it acts now. Lives no longer than its request or its live stream."""

    id: int
    name: str
    locale: str | None
    large_type: bool
    demo: bool
    session_epoch: int
    held: tuple[Held, ...]
    scopes: frozenset[str] | None = field(default=None)

    def get_id(self) -> str:
        """What the session cookie remembers: the account and its epoch."""
        return f"{self.id}.{self.session_epoch}"

    @property
    def roles(self) -> frozenset[str]:
        """Every role held now."""
        return frozenset(each.role for each in self.held)

    def holds(self, roles: Iterable[str]) -> bool:
        """True when one of these roles is held anywhere today."""
        return not self.roles.isdisjoint(roles)

    def grids(self, roles: Iterable[str]) -> frozenset[int]:
        """Keys of the grids over which one of these roles is held today."""
        wanted = frozenset(roles)
        return frozenset().union(*(each.grids for each in self.held if each.role in wanted))

    def units(self, roles: Iterable[str]) -> frozenset[int]:
        """Keys of the units over which one of these roles is held today."""
        wanted = frozenset(roles)
        return frozenset().union(*(each.units for each in self.held if each.role in wanted))

    def everywhere(self, roles: Iterable[str]) -> bool:
        """True when one of these roles is held over the whole subdistrict."""
        wanted = frozenset(roles)
        return any(each.everywhere for each in self.held if each.role in wanted)

    def in_scope(self, right: str) -> bool:
        """Somebody who signed in may use any right; a token only those of its scopes."""
        return self.scopes is None or right.partition(".")[0] in self.scopes


class Nobody(AnonymousUserMixin):  # type: ignore[misc]  # Flask-Login ships no types
    """A visitor who has not signed in."""

    id = None
    name = ""
    held: tuple[Held, ...] = ()
    roles: frozenset[str] = frozenset()
    locale = None
    large_type = False
    demo = False

    def holds(self, roles: Iterable[str]) -> bool:
        """Never."""
        return False

    def grids(self, roles: Iterable[str]) -> frozenset[int]:
        """None."""
        return frozenset()

    def units(self, roles: Iterable[str]) -> frozenset[int]:
        """None."""
        return frozenset()

    def everywhere(self, roles: Iterable[str]) -> bool:
        """Never."""
        return False

    def in_scope(self, right: str) -> bool:
        """A visitor may ask for any right; the rules decide."""
        return True


def person(account_id: int, *, scopes: Iterable[str] | None = None) -> Person | None:
    """The account as it acts now; None when there is none or it is locked."""
    return _person(queries.actor_rows(account_id), scopes)


@dataclass(frozen=True)
class Bearer:
    """Whoever came with a token that lives: the token, when it was noted last, and who that is now."""

    token_id: int
    used_at: datetime | None
    person: Person | None


def bearer(digest: bytes) -> Bearer | None:
    """Whose token this is by its hash, narrowed to its scopes; None when there is none that lives."""
    rows = queries.bearer_rows(digest)
    if not rows:
        return None
    return Bearer(rows[0].token_id, rows[0].used_at, _person(rows, rows[0].scopes))


def _person(rows: Sequence[Row[Any]], scopes: Iterable[str] | None) -> Person | None:
    if not rows or rows[0].locked_at is not None:
        return None
    first = rows[0]
    return Person(
        id=first.id,
        name=first.name,
        locale=first.locale,
        large_type=first.large_type,
        demo=first.demo,
        session_epoch=first.session_epoch,
        held=tuple(
            Held(
                post_id=row.post_id,
                role=row.role,
                place=row.grid_name or row.unit_name,
                units=frozenset(row.units),
                grids=frozenset([row.grid_id] if row.grid_id else row.grids),
                everywhere=row.unit_kind in ABOVE_ALL,
            )
            for row in rows
            if row.post_id is not None
        ),
        scopes=None if scopes is None else frozenset(scopes),
    )


def from_session(remembered: str) -> Person | None:
    """The account of a session cookie, unless the session was ended since."""
    account, _dot, epoch = remembered.partition(".")
    if not account.isdigit():
        return None
    found = person(int(account))
    return found if found and str(found.session_epoch) == epoch else None
