"""Who comes in by single sign-on, which posts they hold by what it says, and how an account is linked to it."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import lazy_gettext as _l

from webapp.base import audit, clock
from webapp.base.access import HOUSE, Actor
from webapp.base.db import db
from webapp.base.flow import NotOpen, Refusal
from webapp.grids import queries as grids
from webapp.people import actions, actors, entry, posts, queries as people
from webapp.people.entry import Door
from webapp.people.models import Account
from webapp.people.posts import Overlaps
from webapp.people.rules import ROLES
from webapp.people.single import queries
from webapp.people.single.models import Identity, IdentityPost
from webapp.people.single.rules import Grant, Newcomers, Rules

log = logging.getLogger("wangge.single")

# What a post is given for, where it stands in the log.
NOTE = "single sign-on"

Place = tuple[str, int | None, int | None]


class Unknown(Refusal):
    """The service knows them, and this house does not."""

    status = 403
    code = "single_unknown"

    def __init__(self) -> None:
        super().__init__(
            _l(
                "You are not known here yet. If you have an account, sign in by password and link it"
                " under “My account”; else ask your administrator."
            )
        )


def come_in(claims: Mapping[str, Any], *, rules: Rules, door: Door) -> actors.Person:
    """Whoever the claims prove has come in, with the posts that they say today.

    Raises `Unknown` for somebody new where newcomers are refused; elsewhere they have an account
    from now on, whose only posts are those of the rules.
    """
    issuer, subject = str(claims["iss"]), str(claims["sub"])
    _one_at_a_time(issuer, subject)
    known = queries.identity(issuer, subject)
    if known is None:
        if rules.newcomers is not Newcomers.CREATE:
            raise Unknown
        known = _linked(_newcomer(claims), issuer, subject, by=None)
    known.used_at = clock.now()
    if known.account.locked_at is None:
        _settle_posts(known, claims, rules.posts)
    return entry.come_in(known.account, "single", door)


def link(account: Account, claims: Mapping[str, Any], *, by: Actor) -> Identity:
    """The account comes in by this subject of this issuer from now on.

    Raises `NotOpen` when one of both is linked already.
    """
    issuer, subject = str(claims["iss"]), str(claims["sub"])
    _one_at_a_time(issuer, subject)
    if queries.identity(issuer, subject) is not None:
        raise NotOpen(_l("This sign-in is linked to an account already."))
    posts.hold(account)
    if queries.of_account(account.id) is not None:
        raise NotOpen(_l("Your account is linked to a sign-in already. Remove that one first."))
    return _linked(account, issuer, subject, by=by)


def unlink(account: Account, *, by: Actor) -> None:
    """The account does not come in by single sign-on any more, and what that gave has ended.

    Raises `NotOpen` when there would be no other way in.
    """
    known = queries.of_account(account.id)
    if known is None:
        raise NotOpen(_l("Your account is not linked to a sign-in."))
    if account.password_hash is None and account.phone is None:
        raise NotOpen(_l("Set a password first: there would be no way in any more."))
    for post in queries.given(known.id):
        posts.end(post, at=clock.now(), note=NOTE, by=HOUSE)
    db.session.delete(known)
    audit.record(kind="account", thing_id=account.id, move="single_unlink", by=by)


def _one_at_a_time(issuer: str, subject: str) -> None:
    people.hold(hashlib.sha256(f"{issuer}\0{subject}".encode()).digest())


def _newcomer(claims: Mapping[str, Any]) -> Account:
    """An account without a password, called as the service calls them; its user name tells nothing."""
    said = claims.get("name") or claims.get("preferred_username") or _l("New member of staff")
    subject = hashlib.sha256(f"{claims['iss']}\0{claims['sub']}".encode()).hexdigest()
    return actions.create_account(
        name=str(said)[: actions.LONGEST_NAME], username=f"sso-{subject[:16]}", by=None
    )


def _linked(account: Account, issuer: str, subject: str, *, by: Actor | None) -> Identity:
    made = Identity(issuer=issuer, subject=subject, account_id=account.id)
    db.session.add(made)
    db.session.flush()
    audit.record(kind="account", thing_id=account.id, move="single_link", by=by)
    return made


def _settle_posts(known: Identity, claims: Mapping[str, Any], grants: Sequence[Grant]) -> None:
    """What the claims say is held; what they gave and say no more has ended. Other posts stay."""
    wanted = {place for each in grants if each.fits(claims) for place in _place(each)}
    # Of this transaction, so that what is given now is held while it goes on.
    now = queries.moment()
    for post in queries.given(known.id):
        place = (post.role, post.unit_id, post.grid_id)
        if place in wanted:
            wanted.discard(place)
        else:
            posts.end(post, at=now, note=NOTE, by=HOUSE)
    for role, unit_id, grid_id in sorted(wanted, key=str):
        try:
            post = posts.give(
                known.account,
                role=role,
                unit_id=unit_id,
                grid_id=grid_id,
                since=now,
                note=NOTE,
                by=None,
            )
        except Overlaps:
            continue  # held by hand: it stays when the claim goes
        except Refusal as refusal:
            log.warning("OIDC_RULES: the post %s cannot be given: %s", role, refusal)
            continue
        db.session.add(IdentityPost(post_id=post.id, identity_id=known.id))
    db.session.flush()


def _place(each: Grant) -> list[Place]:
    """The role with its place, as it is now; nothing where there is no such grid or unit any more."""
    if ROLES[each.role].over_grid:
        grid = grids.one(each.grid or "")
        found = grid.id if grid else None
        if found is not None:
            return [(each.role, None, found)]
    else:
        unit = people.unit_named(each.unit) if each.unit else None
        found = people.street_id() if each.unit is None else unit.id if unit else None
        if found is not None:
            return [(each.role, found, None)]
    log.warning("OIDC_RULES: there is no place for %s: %s", each.role, each.grid or each.unit)
    return []
