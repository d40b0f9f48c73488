"""Posts change hands: given, ended, passed on; never twice the same, and never without an administrator."""

from __future__ import annotations

from datetime import datetime

from flask_babel import format_date, lazy_gettext as _l
from flask_babel.speaklater import LazyString
from sqlalchemy.dialects.postgresql import Range

from webapp.base import audit, clock
from webapp.base.access import Actor
from webapp.base.db import db, lock
from webapp.base.flow import NotOpen, Refusal, Unacceptable
from webapp.grids.models import Grid, Unit
from webapp.people import days, handover, queries
from webapp.people.models import Account, HandOver, Post
from webapp.people.refusing import refusing
from webapp.people.rules import HANDED_OVER, ROLES


class Overlaps(Refusal):
    """The account holds this very post in that time already."""

    code = "overlaps"


class LastAdmin(Refusal):
    """Nobody could manage people any more."""

    code = "last_admin"

    def __init__(self) -> None:
        super().__init__(
            _l(
                "This is the last administrator. Give the post of administrator, without an end, "
                "to somebody else first."
            )
        )


def hold(account: Account) -> None:
    """Nobody else changes the account or adds to its log until this transaction ends."""
    lock(account)


def give(
    account: Account,
    *,
    role: str,
    unit_id: int | None = None,
    grid_id: int | None = None,
    since: datetime,
    until: datetime | None = None,
    note: str | None = None,
    by: Actor | None,
) -> Post:
    """The account holds the role over the unit or the grid from `since` until `until`.

    Raises `Unacceptable` when the role is not held over such a place, `Overlaps` when the account
    holds the same post in a part of that time.
    """
    _fits(role, unit_id=unit_id, grid_id=grid_id)
    if until is not None and until <= since:
        words = _l("The end is before the beginning.")
        raise Unacceptable(words, fields={"until": words})
    hold(account)
    post = Post(
        account_id=account.id,
        role=role,
        unit_id=unit_id,
        grid_id=grid_id,
        valid=Range(since, until),
        note=note,
        created_by_id=by.id if by else None,
    )
    try:
        with refusing(ex_post_valid=Overlaps("")):
            db.session.add(post)
    except Overlaps as refusal:
        raise Overlaps(_in_the_way(account, role, unit_id, grid_id, since, until)) from refusal
    _record(post, "post", by=by, note=note)
    return post


def end(
    post: Post, *, at: datetime, note: str | None = None, taker: Account | None = None, by: Actor
) -> HandOver | None:
    """The post ends at that moment; a hand-over is prepared where the house wants one.

    Raises `NotOpen` when it has ended already, `LastAdmin` when nobody could manage people then.
    """
    if post.role == "admin":
        keep_an_admin(at, but=post.account_id)
    hold(post.account)
    lock(post)
    _cut(post, at)
    _record(post, "end_post", by=by, note=note)
    if post.role not in HANDED_OVER:
        return None
    return handover.prepare(post, taker=taker, next_post=None, by=by)


def rotate(
    post: Post, *, to: Account, at: datetime, note: str | None = None, by: Actor
) -> tuple[Post, HandOver | None]:
    """Somebody else holds the post from that moment on; what is left is handed over between them."""
    if to.id == post.account_id:
        words = _l("Choose somebody else than who holds it now.")
        raise Unacceptable(words, fields={"to": words})
    for account in sorted((post.account, to), key=lambda each: each.id):
        hold(account)
    lock(post)
    until = post.valid.upper
    _cut(post, at)
    following = give(
        to,
        role=post.role,
        unit_id=post.unit_id,
        grid_id=post.grid_id,
        since=at,
        until=until,
        note=note,
        by=by,
    )
    if post.role == "admin":
        keep_an_admin(at, but=post.account_id)
    _record(post, "end_post", by=by, note=note)
    if post.role not in HANDED_OVER:
        return following, None
    return following, handover.prepare(post, taker=to, next_post=following, by=by)


def keep_an_admin(at: datetime, *, but: int) -> None:
    """Somebody else is administrator at that moment and stays it; or `LastAdmin`."""
    if not queries.other_admins(at, but=but):
        raise LastAdmin


def _in_the_way(
    account: Account,
    role: str,
    unit_id: int | None,
    grid_id: int | None,
    since: datetime,
    until: datetime | None,
) -> LazyString:
    there = queries.overlapping(
        account.id, role, unit_id=unit_id, grid_id=grid_id, since=since, until=until
    )
    values = {
        "who": account.name,
        "role": ROLES[role].words,
        "since": format_date(days.first_day(there.valid.lower or since)),
    }
    if there.valid.upper is None:
        return _l("%(who)s holds the post %(role)s here already, since %(since)s.", **values)
    return _l(
        "%(who)s holds the post %(role)s here already, from %(since)s to %(until)s.",
        until=format_date(days.last_day(there.valid.upper)),
        **values,
    )


def _fits(role: str, *, unit_id: int | None, grid_id: int | None) -> None:
    known = ROLES.get(role)
    if known is None:
        words = _l("There is no such post.")
        raise Unacceptable(words, fields={"role": words})
    if known.over_grid:
        if grid_id is None or unit_id is not None or db.session.get(Grid, grid_id) is None:
            words = _l("This post is held over a grid. Choose the grid.")
            raise Unacceptable(words, fields={"grid": words})
        return
    unit = db.session.get(Unit, unit_id) if unit_id is not None else None
    if grid_id is not None or unit is None:
        words = _l("This post is held over a unit. Choose the unit.")
        raise Unacceptable(words, fields={"unit": words})
    if unit.kind not in known.units:
        words = _l("This post is not held over such a unit.")
        raise Unacceptable(words, fields={"unit": words})


def _cut(post: Post, at: datetime) -> None:
    lower, upper = post.valid.lower, post.valid.upper
    if upper is not None and upper <= clock.now():
        raise NotOpen(_l("This post has ended already."))
    if lower is None or at <= lower:
        words = _l("The post begins later than that.")
        raise Unacceptable(words, fields={"at": words})
    if upper is not None and at > upper:
        words = _l("The post ends before that already.")
        raise Unacceptable(words, fields={"at": words})
    post.valid = Range(lower, at)


def _record(post: Post, move: str, *, by: Actor | None, note: str | None) -> None:
    data = {"role": post.role, "post": post.id, "unit": post.unit_id, "grid": post.grid_id}
    audit.record(
        kind="account",
        thing_id=post.account_id,
        move=move,
        by=by,
        grid_id=post.grid_id,
        data={**data, "note": note} if note else data,
    )
