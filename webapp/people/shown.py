"""How people and posts are shown: the words of templates for roles, states, days and numbers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask_babel import format_date, gettext, lazy_gettext as _l
from flask_babel.speaklater import LazyString

from webapp.base import clock
from webapp.grids.rules import UNIT_WORDS, UnitKind
from webapp.people import days, phones
from webapp.people.models import Post
from webapp.people.rules import (
    HAND_OVER_FLOW,
    PREMISES_WORDS,
    ROLES,
    SCOPES,
    HandOverState,
    Premises,
)

# What the log of accounts, enterprises, units and tokens calls what was done.
MOVES: dict[str, LazyString] = {
    "create": _l("Created"),
    "change": _l("Changed"),
    "password": _l("Password changed"),
    "reset": _l("Password reset"),
    "lock": _l("Locked"),
    "unlock": _l("Unlocked"),
    "reveal": _l("Phone number shown"),
    "sign_in": _l("Signed in"),
    "sign_out_everywhere": _l("Signed out everywhere"),
    "single_link": _l("Linked to single sign-on"),
    "single_unlink": _l("Single sign-on removed"),
    "post": _l("Post given"),
    "end_post": _l("Post ended"),
    "relocate": _l("Follows new borders"),
    "close": _l("Out of business"),
    "issue": _l("Issued"),
    "revoke": _l("Revoked"),
    "code": _l("Code added"),
    "remove_code": _l("Code removed"),
    "prepare": _l("Prepared"),
    "renew": _l("Brief renewed"),
    "name_taker": _l("Taker named"),
}

SOURCES: dict[str, LazyString] = {
    "assumed": _l("Proposal, not confirmed by the subdistrict"),
    "reported": _l("Reported in the news, 2022"),
}


def role(name: str) -> str:
    """The words of a role; its id when the house has it no more."""
    known = ROLES.get(name)
    return str(known.words) if known else name


def held(post: Post) -> str:
    """`now`, `later` or `ended`."""
    now = clock.now()
    if post.valid.upper is not None and post.valid.upper <= now:
        return "ended"
    return "later" if post.valid.lower and post.valid.lower > now else "now"


def first_day(moment: datetime) -> str:
    """The day with which a time begins."""
    return str(format_date(days.first_day(moment), "yyyy-MM-dd"))


def last_day(moment: datetime) -> str:
    """The day with which a time ends."""
    return str(format_date(days.last_day(moment), "yyyy-MM-dd"))


def done(move: str) -> str:
    """What was done, in words."""
    known = MOVES.get(move) or HAND_OVER_FLOW.words_of(move)
    return str(known)


def line(row: dict[str, Any]) -> str:
    """The words of a line of a brief, in the language of the reader."""
    words: str = row["words"]
    return str(gettext(words, **row["values"]))


def hand_over_state(state: str) -> str:
    """The words of the state of a hand-over."""
    return str(HAND_OVER_FLOW.states[HandOverState(state)])


def premises(kind: str) -> str:
    """The words of a kind of premises."""
    return str(PREMISES_WORDS[Premises(kind)])


def scope(name: str) -> str:
    """What a scope opens."""
    return str(SCOPES.get(name, name))


def unit_kind(kind: str) -> str:
    """The words of a kind of unit."""
    return str(UNIT_WORDS[UnitKind(kind)])


def moment(text: str) -> datetime:
    """A moment that was kept as text."""
    return datetime.fromisoformat(text)


def source(words: str | None) -> str:
    """Where a fact is from, in words."""
    return str(SOURCES.get(words or "", words or ""))


def masked_mail(address: str) -> str:
    """`s****@example.org`: whose mail it is stays hidden, where it is does not."""
    name, _at, host = address.rpartition("@")
    return f"{name[:1]}{phones.HIDDEN}@{host}"


FILTERS: dict[str, Callable[..., Any]] = {
    "role": role,
    "held": held,
    "first_day": first_day,
    "last_day": last_day,
    "done": done,
    "brief_line": line,
    "hand_over_state": hand_over_state,
    "premises": premises,
    "scope": scope,
    "unit_kind": unit_kind,
    "moment": moment,
    "source": source,
    "masked": phones.masked,
    "masked_mail": masked_mail,
}
