"""How the lists of accounts and of enterprises are narrowed."""

from __future__ import annotations

from typing import Any

from webapp.base.flow import Unacceptable
from webapp.base.web import Form
from webapp.people import phones
from webapp.people.rules import PREMISES_WORDS, ROLES

# In the place of a post: whoever holds any.
HOLDERS = "any"


class AccountsForm(Form):
    """Accounts by words, post, or a whole phone number.

    Who asks for nothing sees those who hold a post: residents who follow something are many more.
    """

    q: str = ""
    role: str | None = None
    state: str = ""
    after: int | None = None

    @property
    def chosen(self) -> str:
        """The post that is asked for, or what stands for all who hold one, or nothing."""
        if self.role is None:
            return "" if self.q else HOLDERS
        return self.role

    @property
    def locked(self) -> bool:
        """True where only accounts are meant that are locked."""
        return self.state == "locked"

    @property
    def narrowing(self) -> dict[str, Any]:
        """The same, as the list is asked."""
        return {
            "words": self.q,
            "phone": as_phone(self.q),
            "role": self.chosen if self.chosen in ROLES else None,
            "holding": self.chosen == HOLDERS,
            "locked": self.locked,
        }


def as_phone(words: str) -> str | None:
    """The whole number that these words are; None where they are none."""
    try:
        return phones.normal(words) if words else None
    except Unacceptable:
        return None


class EnterprisesForm(Form):
    """Enterprises by words, kind of premises, or grid."""

    q: str = ""
    premises: str = ""
    grid: str = ""
    after: int | None = None

    @property
    def kind(self) -> str | None:
        """The kind of premises, where it is one."""
        return self.premises if self.premises in PREMISES_WORDS else None
