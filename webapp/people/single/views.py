"""The way to the sign-in service of the office and back."""

from __future__ import annotations

import hmac
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Blueprint, Flask, Response, abort, current_app, redirect, request, session
from flask.typing import ResponseReturnValue
from pydantic import Field

from webapp.base import clock
from webapp.base.access import me, permit, public
from webapp.base.config import Settings
from webapp.base.db import db
from webapp.base.flow import Refusal
from webapp.base.web import Form, goto, own_address, page
from webapp.people import own, sign_in, throttle
from webapp.people.actors import Person
from webapp.people.entry import Door
from webapp.people.single import actions
from webapp.people.single.provider import Asked, NotBelieved, Provider
from webapp.people.single.rules import Rules, in_force, rules_of, secret_of
from webapp.people.throttle import Subject

bp = Blueprint("single", __name__)

# What is kept in the session between going and coming back, and for how long that may take.
KEPT = "single"
WITHIN = timedelta(minutes=10)
BACK = "/sign-in/single/back"


class BackForm(Form):
    """What the service sends back with the visitor."""

    code: str = Field(min_length=1, max_length=4_096)
    state: str = Field(min_length=1, max_length=200)


def init_app(app: Flask, settings: Settings) -> None:
    """The app knows its sign-in service, if it has one. Nothing is asked of it before somebody signs in."""
    if settings.oidc_issuer:
        rules = rules_of(settings)
        app.extensions["single"] = Provider(
            settings.oidc_issuer, settings.oidc_client_id, secret_of(settings), rules.scopes
        )
        app.extensions["single_rules"] = rules


@bp.get("/sign-in/single")
@public("to sign in at the office's own service")
def go() -> ResponseReturnValue:
    """On to the service; whoever is signed in here goes to link their account."""
    provider = _provider()
    who = me()
    try:
        address, asked = provider.begin(back=_back())
    except Refusal as refusal:
        return sign_in.door("people/sign_in.html", status=refusal.status, told=refusal.words)
    session[KEPT] = {
        "state": asked.state,
        "nonce": asked.nonce,
        "verifier": asked.verifier,
        "at": int(clock.now().timestamp()),
        "next": own_address(request.args.get("next"), "") or None,
        "link": who.id if isinstance(who, Person) else None,
    }
    return redirect(address, 302)


@bp.get(BACK)
@public("to come back from the office's own service")
def back() -> ResponseReturnValue:
    """Nothing is changed by an address: the page sends on what it says, by itself where scripts run."""
    _provider()
    kept = session.get(KEPT)
    if not kept or "code" not in request.args or "error" in request.args:
        return _begin_again(NotBelieved())
    sent = {name: request.args.get(name, "") for name in ("code", "state")}
    link = kept.get("link")
    return page("people/single_back.html", sent=sent, link=link, single_name=_rules().name)


@bp.post(BACK)
@public("to come back from the office's own service")
def come_in() -> ResponseReturnValue:
    """The session is that of whoever the service says; or the account is linked to them."""
    provider = _provider()
    kept = session.pop(KEPT, None)
    try:
        form = BackForm.read(request)
        asked = _asked(kept, form)
        # The service is asked outside any transaction: nobody waits for it but the visitor.
        db.session.rollback()
        claims = provider.claims(form.code, asked, back=_back())
    except Refusal as refusal:
        return _begin_again(refusal)
    if kept["link"] is not None:
        return _link(kept["link"], claims)
    door = Door(request.remote_addr or "")
    try:
        tries = throttle.admit(Subject("address", door.address))
        who = actions.come_in(claims, rules=_rules(), door=door)
    except Refusal as refusal:
        # No rollback: the try was counted, and stays counted.
        return sign_in.door("people/sign_in.html", status=refusal.status, told=refusal.words)
    throttle.succeed(tries)
    answer = sign_in.begin(who, kept["next"])
    session["by_single"] = True
    return answer


@bp.post("/people/me/single/remove")
@permit("people.self")
def remove() -> ResponseReturnValue:
    """My account is not linked any more."""
    try:
        actions.unlink(own.mine(), by=me())
    except Refusal as refusal:
        return own.refused(refusal)
    return goto("own.show")


@bp.get("/sign-in/single/out")
@public("to sign out at the office's own service")
def out() -> ResponseReturnValue:
    """On to the page of the service that signs out there, too."""
    settings: Settings = current_app.extensions["settings"]
    try:
        address = _provider().sign_out_address(back=f"{settings.address}/sign-in")
    except Refusal as refusal:
        return sign_in.door("people/sign_in.html", status=refusal.status, told=refusal.words)
    return redirect(address, 302) if address else goto("people.sign_in")


def _link(account_id: int, claims: Any) -> ResponseReturnValue:
    if me().id != account_id:
        return _begin_again(NotBelieved())
    try:
        actions.link(own.mine(), claims, by=me())
    except Refusal as refusal:
        return own.refused(refusal)
    return goto("own.show")


def _asked(kept: Any, form: BackForm) -> Asked:
    """What was kept of this very try, if it was begun here a short while ago."""
    if not isinstance(kept, dict) or not hmac.compare_digest(kept["state"], form.state):
        raise NotBelieved
    if clock.now() - datetime.fromtimestamp(kept["at"], UTC) > WITHIN:
        raise NotBelieved
    return Asked(kept["state"], kept["nonce"], kept["verifier"])


def _begin_again(refusal: Refusal) -> Response:
    return sign_in.door("people/sign_in.html", status=refusal.status, told=refusal.words)


def _provider() -> Provider:
    found: Provider | None = current_app.extensions.get("single")
    if found is None:
        abort(404)
    return found


def _back() -> str:
    settings: Settings = current_app.extensions["settings"]
    return settings.address + BACK


def _rules() -> Rules:
    return in_force() or Rules()
