"""The accounts that act in the demo."""

from __future__ import annotations

from webapp.people import actors, queries as people
from webapp.people.actors import Person


def actor(username: str) -> Person:
    """A demo account with the posts it holds now; raises `LookupError` when it is missing."""
    account = people.by_username(username)
    found = actors.person(account.id) if account else None
    if found is None:
        raise LookupError(f"the demo account {username} is missing")
    return found
