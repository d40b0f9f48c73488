"""One's own pages: name, posts, password, and signing out everywhere."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue
from pydantic import Field

from webapp.base.access import me, permit
from webapp.base.db import db
from webapp.base.flow import Refusal
from webapp.base.web import Form, goto, page
from webapp.people import actions, actors, queries
from webapp.people.forms import again
from webapp.people.models import Account
from webapp.people.sign_in import NewPasswordForm, renew, same
from webapp.people.single import queries as single
from webapp.people.single.rules import in_force

bp = Blueprint("own", __name__, url_prefix="/people/me")


class NameForm(Form):
    """What somebody wants to be called."""

    name: str = Field(min_length=1, max_length=actions.LONGEST_NAME)


class PasswordForm(NewPasswordForm):
    """The old password (nothing where there was none) and the new one, twice."""

    old: str = ""


def mine() -> Account:
    """The account that sent this request."""
    return queries.own_account(me())


@bp.get("")
@permit("people.self")
def show() -> Response:
    """My account: who I am here, which posts I hold, how I sign in."""
    return page("people/me.html", errors={}, sent={}, **_mine())


@bp.post("")
@permit("people.self")
def rename() -> ResponseReturnValue:
    """I am called by this name."""
    try:
        actions.rename(mine(), NameForm.read(request).name, by=me())
    except Refusal as refusal:
        return refused(refusal)
    return goto("own.show")


def refused(refusal: Refusal) -> Response:
    """My account as it is, and why what I wanted was not done."""
    db.session.rollback()
    return again("people/me.html", refusal, **_mine())


@bp.get("/password")
@permit("people.self")
def password() -> Response:
    """The page that changes my password."""
    return page("people/password.html", account=mine(), errors={}, sent={})


@bp.post("/password")
@permit("people.self")
def change_password() -> ResponseReturnValue:
    """I have a new password; every other session of mine has ended."""
    account = mine()
    try:
        form = PasswordForm.read(request)
        same(form)
        actions.change_own_password(account, old=form.old, new=form.password, by=me())
    except Refusal as refusal:
        return again("people/password.html", refusal, account=account)
    who = actors.person(account.id)
    if who is not None:
        renew(who)
    return goto("own.show")


@bp.post("/sign-out-everywhere")
@permit("people.self")
def leave_everywhere() -> ResponseReturnValue:
    """I am signed out on every device, on this one too."""
    actions.end_sessions(mine(), by=me())
    return goto("people.sign_in")


def _mine() -> dict[str, Any]:
    account = mine()
    rules = in_force()
    return {
        "account": account,
        "posts": queries.posts_of(account.id),
        "papers": queries.open_hand_overs_of(account.id),
        "identity": single.of_account(account.id),
        "single_on": rules is not None,
        "single_name": rules.name if rules else "",
    }
