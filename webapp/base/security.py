"""What every answer and every form must carry: signed sessions, tokens against forgery, a strict CSP."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any

from flask import Flask, Response, current_app, request
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_wtf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from webapp.base.config import Settings, SettingsError

csrf = CSRFProtect()
limiter = Limiter(get_remote_address, storage_uri="memory://", headers_enabled=True)

# Where browsers tell what they refused.
REPORTS = "/policy-reports"

POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data: blob:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "media-src": "'self' blob:",
    "manifest-src": "'self'",
    "worker-src": "'self'",
    "frame-src": "'self'",
    "form-action": "'self'",
    "frame-ancestors": "'self'",
    "base-uri": "'none'",
    # Both names: some browsers know the older one only.
    "report-uri": REPORTS,
    "report-to": "house",
}

View = Callable[..., Any]


# What a client that has no session sends at most: a form with the longest texts it may hold.
KEYED_BYTES = 1024 * 1024


def by_key(view: View) -> View:
    """A view that knows its asker by the key in the request and never by a cookie.

    So no page can send to it in somebody's name, and it wants no form token.
    """
    view.by_key = True  # type: ignore[attr-defined]  # read where the asker is looked for
    return view


def keyed() -> bool:
    """True when the view of this request knows its asker by a key only."""
    return _marked("by_key")


def listens(view: View) -> View:
    """A view that an open page asks for by itself: nobody is at work because of it."""
    view.listens = True  # type: ignore[attr-defined]  # read where the use of a session is noted
    return view


def listening() -> bool:
    """True when this request is one of a page that only listens."""
    return _marked("listens")


def _marked(name: str) -> bool:
    view = current_app.view_functions.get(request.endpoint or "")
    return getattr(view, name, False)


def sign_with(app: Flask, settings: Settings) -> None:
    """What the house gives out is signed with its newest key, and good if any of its keys signed it."""
    # Without a key (a developer's first minute) sessions simply end with the process.
    newest, *older = settings.signing_keys or [secrets.token_hex(32)]
    app.config["SECRET_KEY"], app.config["SECRET_KEY_FALLBACKS"] = newest, older[::-1]
    app.config["WTF_CSRF_SECRET_KEY"] = [*older[::-1], newest]


def signing_keys() -> list[str]:
    """The keys that sign, the newest one last, as itsdangerous wants them."""
    return [*(current_app.config["SECRET_KEY_FALLBACKS"] or ()), current_app.config["SECRET_KEY"]]


def init_app(app: Flask, settings: Settings) -> None:
    """Sessions are signed, forms protected, answers guarded, floods limited."""
    sign_with(app, settings)
    app.config["MAX_CONTENT_LENGTH"] = settings.max_upload_mb * 1024 * 1024
    app.config["SESSION_COOKIE_HTTPONLY"] = True
    app.config["SESSION_COOKIE_SAMESITE"] = "Lax"
    app.config["SESSION_COOKIE_SECURE"] = settings.secure_cookies
    app.config["WTF_CSRF_TIME_LIMIT"] = None
    app.config["WTF_CSRF_CHECK_DEFAULT"] = False
    app.config["RATELIMIT_ENABLED"] = settings.env != "test"
    if settings.proxies:
        # Without it everybody would come from the address of the proxy, and wait for each other.
        hops = settings.proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]  # as Werkzeug shows it
    csrf.init_app(app)
    limiter.init_app(app)
    sources = " ".join(tile_hosts(settings))
    policy = dict(POLICY)
    if sources:
        policy["img-src"] += f" {sources}"
    written = "; ".join(f"{name} {value}" for name, value in policy.items())

    @app.before_request
    def no_forgery() -> None:
        # A token is sent on purpose by a program; a cookie is sent by any page the person has open.
        by_token = request.headers.get("Authorization", "")[:7].lower() == "bearer "
        if keyed():
            request.max_content_length = KEYED_BYTES
            return
        if app.config["WTF_CSRF_ENABLED"] and not by_token:
            csrf.protect()

    @app.after_request
    def guard(answer: Response) -> Response:
        headers = answer.headers
        headers.setdefault("Content-Security-Policy", written)
        headers["Reporting-Endpoints"] = f'house="{REPORTS}"'
        headers["X-Content-Type-Options"] = "nosniff"
        headers["Referrer-Policy"] = "same-origin"
        headers["Permissions-Policy"] = "geolocation=(self), camera=(self), microphone=(self)"
        headers["Cross-Origin-Opener-Policy"] = "same-origin"
        if settings.secure_cookies:
            headers["Strict-Transport-Security"] = "max-age=31536000"
        if not request.endpoint or request.endpoint != "static":
            headers.setdefault("Cache-Control", "no-store")
        return answer


def tile_hosts(settings: Settings) -> list[str]:
    """Hosts outside the house from which configured base maps come; none by default."""
    hosts = ["https://*.tianditu.gov.cn"] if settings.tianditu_key else []
    if settings.basemaps:
        hosts += _hosts_of(Path(settings.basemaps))
    return hosts


def _hosts_of(file: Path) -> list[str]:
    try:
        addresses = re.findall(r"https?://[^/\"\s]+", file.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError(f"BASEMAPS names {file}, which cannot be read.") from error
    return sorted({re.sub(r"//[^.]*\{s\}[^.]*", "//*", address) for address in addresses})
