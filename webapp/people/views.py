"""Accounts: who signs in here, what they may, and what an administrator does about it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request, url_for
from flask.typing import ResponseReturnValue
from pydantic import Field

from webapp.base.access import me, permit
from webapp.base.flow import Refusal
from webapp.base.web import Form, goto, page
from webapp.people import actions, entry, picture, queries, rights as rights_table
from webapp.people.forms import PurposeForm, ReasonForm, again
from webapp.people.list_forms import HOLDERS, AccountsForm, as_phone
from webapp.people.models import Account
from webapp.people.rules import ROLES

bp = Blueprint("people_admin", __name__, url_prefix="/people")


class AccountForm(Form):
    """What an account is called and how it is reached."""

    name: str = Field(min_length=1, max_length=actions.LONGEST_NAME)
    username: str | None = Field(default=None, max_length=40)
    phone: str | None = Field(default=None, max_length=40)


class ChangeForm(AccountForm):
    """The same, where an empty number stays as it is unless it is to go."""

    no_phone: bool = False


@bp.get("")
@permit("people.see")
def home() -> ResponseReturnValue:
    """The way in: the list of accounts."""
    return goto("people_admin.accounts")


@bp.get("/accounts")
@permit("people.see")
def accounts() -> Response:
    """Accounts by name, found by words, post, or a whole phone number.

    Who asks for nothing sees those who hold a post: residents who follow something are many more.
    """
    wish = AccountsForm.of(request.args.to_dict())
    return page(
        "people/accounts.html",
        fragment="found",
        found=queries.accounts(after=wish.after, **wish.narrowing),
        words=wish.q,
        role=wish.chosen,
        locked=wish.locked,
        roles=ROLES,
        holders=HOLDERS,
        counts=queries.account_counts(),
    )


@bp.get("/accounts/options")
@permit("people.manage")
def options() -> Response:
    """Accounts to choose from, for the fields that name somebody."""
    words = request.args.get("to", "").strip()
    found = queries.accounts(words=words, phone=as_phone(words), limit=12)
    return page("people/options.html", rows=found.rows)


@bp.get("/accounts/<int:account_id>")
@permit("people.see", of=queries.account)
def account(account: Account) -> Response:
    """One account: its posts, what it hands over, what was done to it."""
    return page("people/account.html", **_one(account))


@bp.get("/accounts/new")
@permit("people.manage")
def new() -> Response:
    """The form of a new account."""
    return page("people/account_form.html", account=None, errors={}, sent={})


@bp.post("/accounts")
@permit("people.manage")
def create() -> ResponseReturnValue:
    """The account is there; its page says how its owner gets in."""
    try:
        form = AccountForm.read(request)
        made = actions.create_account(
            name=form.name, username=form.username, phone=form.phone, by=me()
        )
    except Refusal as refusal:
        return again("people/account_form.html", refusal, account=None)
    return goto("people_admin.account", account_id=made.id)


@bp.get("/accounts/<int:account_id>/change")
@permit("people.manage", of=queries.account)
def change_form(account: Account) -> Response:
    """The form of an account. Its number is not shown: an empty field keeps it."""
    sent = {"name": account.name, "username": account.username}
    return page("people/account_form.html", account=account, errors={}, sent=sent)


@bp.post("/accounts/<int:account_id>/change")
@permit("people.manage", of=queries.account)
def change(account: Account) -> ResponseReturnValue:
    """The account has another name, user name or number."""
    try:
        form = ChangeForm.read(request)
        phone = None if form.no_phone else form.phone or account.phone
        actions.change_account(
            account, name=form.name, username=form.username, phone=phone, by=me()
        )
    except Refusal as refusal:
        return again("people/account_form.html", refusal, account=account)
    return goto("people_admin.account", account_id=account.id)


@bp.post("/accounts/<int:account_id>/lock")
@permit("people.manage", of=queries.account)
def lock(account: Account) -> ResponseReturnValue:
    """The account is locked and signed out everywhere."""
    try:
        actions.lock(account, reason=ReasonForm.read(request).reason, by=me())
    except Refusal as refusal:
        return _again(account, refusal)
    return goto("people_admin.account", account_id=account.id)


@bp.post("/accounts/<int:account_id>/unlock")
@permit("people.manage", of=queries.account)
def unlock(account: Account) -> ResponseReturnValue:
    """The account signs in again."""
    try:
        actions.unlock(account, by=me())
    except Refusal as refusal:
        return _again(account, refusal)
    return goto("people_admin.account", account_id=account.id)


@bp.post("/accounts/<int:account_id>/reset")
@permit("people.manage", of=queries.account)
def reset(account: Account) -> ResponseReturnValue:
    """The old password opens nothing; a link to set a new one is shown this once."""
    try:
        actions.reset_password(account, by=me())
    except Refusal as refusal:
        return _again(account, refusal)
    address = url_for("people.link", text=entry.link_for(account), _external=True)
    return page(
        "people/link_made.html", account=account, address=address, picture=picture.of(address)
    )


@bp.post("/accounts/<int:account_id>/reveal")
@permit("people.reveal", of=queries.account)
def reveal(account: Account) -> ResponseReturnValue:
    """The whole phone number, for a purpose that stands in the log from now on."""
    try:
        number = actions.reveal_phone(account, purpose=PurposeForm.read(request).purpose, by=me())
    except Refusal as refusal:
        return _again(account, refusal)
    return page("people/account.html", fragment="phone", **{**_one(account), "number": number})


@bp.get("/rights")
@permit("people.rights")
def rights() -> Response:
    """Everybody's rights: each right with the posts that have it."""
    role = request.args.get("role", "")
    rows = [row for row in rights_table.table() if not role or role in row.roles]
    doors = rights_table.open_doors() if not role else []
    return page("people/rights.html", rows=rows, doors=doors, roles=ROLES, role=role)


def _one(account: Account) -> dict[str, Any]:
    events = queries.recent_events("account", account.id)
    return {
        "account": account,
        "posts": queries.posts_of(account.id),
        "papers": queries.open_hand_overs_of(account.id),
        "events": events,
        "names": queries.named_in(events),
        "errors": {},
        "sent": {},
        "number": None,
    }


def _again(account: Account, refusal: Refusal) -> Response:
    values = {key: value for key, value in _one(account).items() if key not in ("errors", "sent")}
    return again("people/account.html", refusal, **values)
