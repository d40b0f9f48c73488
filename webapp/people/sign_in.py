"""Signing in and out, by password, by phone code, and by a machine's token."""

from __future__ import annotations

from flask import Blueprint, Flask, Request, Response, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from flask_login import LoginManager, login_user, logout_user
from pydantic import Field
from werkzeug.exceptions import Unauthorized

from webapp.base.access import me, permit, public
from webapp.base.language import LANGUAGES
from webapp.base.web import Form, error_answer, goto, own_address, page
from webapp.people import actions, actors, queries
from webapp.people.rules import ROLES

bp = Blueprint("people", __name__)

manager = LoginManager()


def init_app(app: Flask) -> None:
    """Requests know who sends them, from the session cookie or from a token."""
    manager.anonymous_user = actors.Nobody
    manager.session_protection = "basic"
    manager.user_loader(actors.from_session)
    manager.request_loader(from_token)
    manager.init_app(app)


def from_token(source: Request) -> actors.Person | None:
    """The owner of the token in the header, narrowed to its scopes; a wrong token is refused."""
    kind, _space, secret = source.headers.get("Authorization", "").partition(" ")
    if kind.lower() != "bearer":
        return None
    token = queries.living_token(actions.digest(secret.strip()))
    if token is None:
        raise Unauthorized()
    return actors.person(token.account_id, scopes=token.scopes)


class SignInForm(Form):
    """A user name and its password."""

    username: str = Field(min_length=1, max_length=80)
    password: str = Field(min_length=1, max_length=200)
    next: str | None = None


@bp.get("/sign-in")
@public("to sign in")
def sign_in() -> Response:
    """The page to sign in."""
    return page("people/sign_in.html", next=request.args.get("next"), errors={}, sent={})


@bp.post("/sign-in")
@public("to sign in")
def enter() -> ResponseReturnValue:
    """The session is that of the account, and starts on the page of its first post."""
    form = SignInForm.read(request)
    account = queries.by_username(form.username)
    if account is None or not actions.password_fits(account, form.password):
        words = _l("The user name or the password is not right.")
        return page(
            "people/sign_in.html",
            status=401,
            next=form.next,
            errors={"password": words},
            sent={"username": form.username},
        )
    who = actors.person(account.id)
    if who is None:
        return error_answer(403, "locked", _l("This account is locked. Ask your administrator."))
    session.clear()
    login_user(who, remember=False)
    return goto_home(who, form.next)


def goto_home(who: actors.Person, wish: str | None) -> ResponseReturnValue:
    """On to the page that was asked for, else to the first page of the first post."""
    first = next((ROLES[each.role].home for each in who.held), "maps.home")
    return redirect(own_address(wish, url_for(first)), 303)


@bp.post("/sign-out")
@permit("people.self")
def leave() -> ResponseReturnValue:
    """The session is over on this device."""
    logout_user()
    session.clear()
    return goto("people.sign_in")


@bp.post("/language/<code>")
@public("to choose the language")
def choose_language(code: str) -> ResponseReturnValue:
    """Pages are in this language from now on."""
    if code in LANGUAGES:
        session["language"] = code
        if me().id is not None:
            actions.remember_language(me(), code)
    back = own_address(request.form.get("next"), "/")
    return redirect(back, 303)


@bp.post("/type-size/<any(normal, large):size>")
@public("to choose the size of type")
def choose_type_size(size: str) -> ResponseReturnValue:
    """Pages are in normal or in large type from now on."""
    session["large_type"] = size == "large"
    if me().id is not None:
        actions.remember_type_size(me(), large=size == "large")
    return redirect(own_address(request.form.get("next"), "/"), 303)
