"""Signing in and out: by password, by phone code, by a link, by a machine's token."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from flask import (
    Blueprint,
    Flask,
    Request,
    Response,
    current_app,
    g,
    redirect,
    request,
    session,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import get_locale, lazy_gettext as _l
from flask_login import LoginManager, login_user, logout_user
from pydantic import Field
from sqlalchemy import exc
from werkzeug.exceptions import RequestEntityTooLarge, Unauthorized

from webapp.base import clock, security
from webapp.base.access import me, permit, public
from webapp.base.config import Settings
from webapp.base.db import db
from webapp.base.flow import Refusal, Unacceptable
from webapp.base.language import LANGUAGES
from webapp.base.web import SAFE, Form, goto, own_address, page
from webapp.people import actions, actors, entry, shown
from webapp.people.entry import Door
from webapp.people.rules import ROLES
from webapp.people.single import rules as single
from webapp.people.throttle import TooOften

bp = Blueprint("people", __name__)

for _name, _filter in shown.FILTERS.items():
    bp.add_app_template_filter(_filter, _name)

manager = LoginManager()

# How often a session notes that it is in use: seldom enough that most answers set no cookie.
NOTED_EVERY = timedelta(minutes=5)

# What a visitor chose before signing in goes with them.
KEPT = ("language", "large_type")


def init_app(app: Flask, settings: Settings) -> None:
    """Requests know who sends them, from the session cookie or from a token."""
    app.config["PERMANENT_SESSION_LIFETIME"] = timedelta(hours=settings.session_idle_hours)
    app.config["SESSION_REFRESH_EACH_REQUEST"] = False
    manager.anonymous_user = actors.Nobody
    # Phones change their address all day; the epoch and the two limits end a session instead.
    manager.session_protection = None
    manager.user_loader(from_session)
    manager.request_loader(from_token)
    manager.init_app(app)

    @app.after_request
    def note_token(answer: Response) -> Response:
        token_id = g.pop("used_token", None)
        if token_id is not None and answer.status_code < 500:
            try:
                actions.note_use(token_id)
                db.session.commit()
            except exc.SQLAlchemyError as error:  # what was done is done; the next use is noted
                app.logger.warning("the use of a token was not noted: %s", error)
                db.session.rollback()
        return answer


def from_session(remembered: str) -> actors.Person | None:
    """The account of a session cookie, unless the session has ended: by its epoch, unused, or too old.

    Nobody where a key is asked for and no cookie counts.
    """
    if security.keyed() or g.get("no_database"):
        return None
    idle, absolute = _limits()
    now = clock.now()
    begun, seen = _moment("begun"), _moment("seen")
    if begun is None or seen is None or now - seen > idle or now - begun > absolute:
        return None
    # A page that only listens is nobody at work.
    if now - seen > NOTED_EVERY and not security.listening():
        session["seen"] = int(now.timestamp())
    return actors.from_session(remembered)


def from_token(source: Request) -> actors.Person | None:
    """The owner of the token in the header, narrowed to its scopes; a wrong token is refused.

    Where a key is asked for it may also be the field `api_key`; whoever only reads there is nobody.
    """
    secret = None if g.get("no_database") else _secret(source)
    if secret is None:
        return None
    found = actors.bearer(actions.digest(secret.strip()))
    if found is None:
        if g.get("wrong_token"):
            return None  # the page that tells of the refusal asks who reads it
        g.wrong_token = True
        raise Unauthorized
    # To the minute: a busy machine is no reason to write with every request.
    if found.used_at is None or clock.now() - found.used_at > timedelta(minutes=1):
        g.used_token = found.token_id
    return found.person


def _secret(source: Request) -> str | None:
    kind, _space, secret = source.headers.get("Authorization", "").partition(" ")
    given = secret if kind.lower() == "bearer" else None
    if not security.keyed():
        return given
    if source.method in SAFE:
        return None
    try:
        return given or source.values.get("api_key") or None
    except RequestEntityTooLarge:
        return None  # told by whoever reads the body first, in words that ask who reads them


class PasswordForm(Form):
    """A user name and its password."""

    username: str = Field(min_length=1, max_length=80)
    password: str = Field(min_length=1, max_length=200)
    next: str | None = None


class PhoneForm(Form):
    """A phone that wants a code."""

    phone: str = Field(min_length=1, max_length=40)
    next: str | None = None


class CodeForm(PhoneForm):
    """A phone and the code that was sent to it."""

    code: str = Field(pattern=r"^\s*[0-9]{6}\s*$")


class NewPasswordForm(Form):
    """A new password, twice."""

    password: str = Field(min_length=1, max_length=200)
    again: str = Field(min_length=1, max_length=200)


@bp.get("/sign-in")
@public("to sign in")
def sign_in() -> ResponseReturnValue:
    """The page to sign in; whoever is in already goes on."""
    wish = request.args.get("next")
    if isinstance(me(), actors.Person):
        return goto_home(me(), wish)
    return door("people/sign_in.html", next=wish, left="left" in request.args)


@bp.post("/sign-in")
@public("to sign in")
def enter() -> ResponseReturnValue:
    """The session is that of the account, and starts on the page of its first post."""
    sent = {"username": request.form.get("username"), "next": request.form.get("next")}
    try:
        form = PasswordForm.read(request)
        who = entry.by_password(form.username, form.password, door=_here())
    except Refusal as refusal:
        return _refused("people/sign_in.html", refusal, beside="password", **sent)
    return begin(who, form.next)


@bp.get("/sign-in/phone")
@public("to sign in by phone")
def phone() -> Response:
    """The page that asks for a phone number."""
    return door("people/phone.html", next=request.args.get("next"))


@bp.post("/sign-in/phone")
@public("to sign in by phone")
def send_code() -> ResponseReturnValue:
    """A code is on its way; the page asks for it. It says the same of every number."""
    sent = {"phone": request.form.get("phone"), "next": request.form.get("next")}
    if not entry.phone_codes_leave():
        return door("people/phone.html", status=503)
    try:
        form = PhoneForm.read(request)
        locale = str(get_locale())
        number = entry.send_code(form.phone, door=_here(), locale=locale)
    except Refusal as refusal:
        return _refused("people/phone.html", refusal, beside="phone", **sent)
    return door("people/code.html", phone=number, next=form.next)


@bp.post("/sign-in/code")
@public("to sign in by phone")
def enter_by_code() -> ResponseReturnValue:
    """The session is that of the phone's account."""
    sent = {"phone": request.form.get("phone"), "next": request.form.get("next")}
    try:
        form = CodeForm.read(request)
        who = entry.by_code(form.phone, form.code, door=_here())
    except Refusal as refusal:
        return _refused("people/code.html", refusal, beside="code", **sent)
    return begin(who, form.next)


@bp.get("/sign-in/link/<text>")
@public("to set the first password")
def link(text: str) -> Response:
    """The page that sets a password by a link."""
    account = entry.account_of_link(text)
    status = 200 if account else 410
    return door("people/link.html", status=status, account=account, text=text)


@bp.post("/sign-in/link/<text>")
@public("to set the first password")
def enter_by_link(text: str) -> ResponseReturnValue:
    """The password is set, and its owner has signed in with it."""
    try:
        form = NewPasswordForm.read(request)
        same(form)
        who = entry.by_link(text, form.password, door=_here())
    except Unacceptable as refusal:
        db.session.rollback()
        account = entry.account_of_link(text)
        return _refused("people/link.html", refusal, beside="password", account=account, text=text)
    except Refusal:
        return door("people/link.html", status=410, account=None, text=text)
    return begin(who, None)


def same(form: NewPasswordForm) -> None:
    """Both passwords are the same; or `Unacceptable`."""
    if form.password != form.again:
        words = _l("The two are not the same.")
        raise Unacceptable(words, fields={"again": words})


def begin(who: actors.Person, wish: str | None) -> ResponseReturnValue:
    """A new session begins, with nothing of the old one but the choice of language and type."""
    kept = {key: session[key] for key in KEPT if key in session}
    session.clear()
    session.update(kept)
    session.permanent = True
    now = int(clock.now().timestamp())
    session["begun"] = session["seen"] = now
    login_user(who, remember=False)
    return goto_home(who, wish)


def renew(who: actors.Person) -> None:
    """This session goes on though the others of the account have ended."""
    login_user(who, remember=False)


def goto_home(who: Any, wish: str | None) -> ResponseReturnValue:
    """On to the page that was asked for, else to the first page of the first post."""
    first = next((ROLES[each.role].home for each in who.held), "maps.home")
    return redirect(own_address(wish, url_for(first)), 303)


@bp.post("/sign-out")
@permit("people.self")
def leave() -> ResponseReturnValue:
    """The session is over on this device; whoever came from a sign-in service may leave that, too."""
    by_single = session.get("by_single", False)
    logout_user()
    session.clear()
    return goto("people.sign_in", **({"left": "1"} if by_single else {}))


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


def door(template: str, *, status: int = 200, **values: Any) -> Response:
    """A page before the door; `told`: why the visitor is not let in by the way they came."""
    rules = single.in_force()
    given = {"errors": {}, "sent": {}, "next": None, "phone": None, "told": None, **values}
    return page(
        template,
        status=status,
        by_phone=entry.phone_codes_leave(),
        by_single=rules is not None,
        single_name=rules.name if rules else "",
        **given,
    )


def _refused(template: str, refusal: Refusal, *, beside: str, **sent: Any) -> Response:
    # No rollback: the try was counted, and stays counted.
    errors = {name: words for name, words in refusal.fields.items() if words}
    answer = door(
        template,
        status=refusal.status,
        errors=errors or {beside: refusal.words},
        sent=sent,
        **sent,
    )
    if isinstance(refusal, TooOften):
        answer.headers["Retry-After"] = str(refusal.wait_s)
    return answer


def _here() -> Door:
    return Door(request.remote_addr or "")


def _limits() -> tuple[timedelta, timedelta]:
    settings: Settings = current_app.extensions["settings"]
    return timedelta(hours=settings.session_idle_hours), timedelta(days=settings.session_days)


def _moment(key: str) -> datetime | None:
    said = session.get(key)
    return datetime.fromtimestamp(said, UTC) if isinstance(said, int) else None
