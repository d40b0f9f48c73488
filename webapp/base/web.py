"""Pages: templates and their fragments, forms with errors beside their fields, refusals, paging."""

from __future__ import annotations

import errno
import gzip
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Generic, Self, TypeVar
from urllib.parse import urlsplit

from flask import (
    Flask,
    Request,
    Response,
    current_app,
    g,
    jsonify,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _, lazy_gettext as _l
from flask_babel.speaklater import LazyString
from flask_wtf.csrf import CSRFError
from itsdangerous import SignatureExpired, TimestampSigner, URLSafeTimedSerializer
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from sqlalchemy import exc
from werkzeug.exceptions import HTTPException, Unauthorized
from werkzeug.routing import Rule

from webapp.base import logs
from webapp.base.access import may, me
from webapp.base.db import db, is_away
from webapp.base.flow import Refusal, Unacceptable

T = TypeVar("T")

SAFE = frozenset(("GET", "HEAD", "OPTIONS"))


Hearing = Callable[[ResponseReturnValue], None]

_HEARING: list[Hearing] = []


def heard_by(hearing: Hearing) -> None:
    """It hears the answer of each changing request before that is committed, and may add to what was done."""
    if hearing not in _HEARING:
        _HEARING.append(hearing)


# A clock of ours may be set back so far without signing anybody out.
SET_BACK = timedelta(days=1)


class _Signer(TimestampSigner):
    """Knows what it signed before our clock was set back: to it, that is of the future."""

    def unsign(
        self, signed_value: str | bytes, max_age: int | None = None, return_timestamp: bool = False
    ) -> Any:
        """What was signed; with its moment, if that is asked for. Raises `BadSignature`."""
        try:
            return super().unsign(signed_value, max_age, return_timestamp)  # type: ignore[call-overload]  # as it was called
        except SignatureExpired as expired:
            now = datetime.fromtimestamp(self.get_timestamp(), UTC)
            signed = expired.date_signed or now
            if not now < signed < now + SET_BACK:
                raise
            return super().unsign(signed_value, None, return_timestamp)  # type: ignore[call-overload]  # as it was called


class Sessions(SecureCookieSessionInterface):
    """Sessions in a signed cookie; where there is none, nothing is made ready to read it."""

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:
        """What signs the cookie."""
        made = super().get_signing_serializer(app)
        if made is not None:
            made.signer = _Signer
        return made

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """The session of a request."""
        if app.secret_key and self.get_cookie_name(app) not in request.cookies:
            return self.session_class()
        return super().open_session(app, request)


class Late(Rule):
    """A rule whose addresses are put together by code that is compiled when the first is asked for.

    A process asks for those of few of its thousand rules, and to compile all took most of its start.
    """

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        compiled = super()._compile_builder
        built: list[Callable[..., tuple[str, str]]] = []

        def build(rule: Rule, **values: Any) -> tuple[str, str]:
            if not built:
                built.append(compiled(append_unknown))
            return built[0](rule, **values)

        return build


class House(Flask):
    """A Flask app in which every changing request is one transaction.

    It is committed when the view returns and undone when it raises; views and actions never commit.
    """

    session_interface = Sessions()
    url_rule_class = Late

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """The function as it is: the house has none that would have to be waited for."""
        return func

    def dispatch_request(self) -> ResponseReturnValue:
        """Runs the view, then commits what it changed."""
        answer = super().dispatch_request()
        if request.method not in SAFE:
            for hear in _HEARING:
                hear(answer)
            db.session.commit()
        return answer

    def log_exception(self, exc_info: Any) -> None:
        """What broke is written down, without the address as it was asked and the row it was about."""
        where = logs.shown(request.url_rule, request.view_args)
        words = logs.complaint(exc_info[1])
        self.logger.error("Exception on %s [%s]\n%s", where, request.method, words)

    def send_static_file(self, filename: str) -> Response:
        """A file of `static`; texts travel gzipped to whoever takes them so."""
        answer = super().send_static_file(filename)
        takes_it = request.accept_encodings.quality("gzip") > 0
        if answer.status_code != 200 or answer.mimetype not in _TEXTS or not takes_it:
            return answer
        tag = answer.get_etag()[0] or filename
        if tag not in _small:
            answer.direct_passthrough = False
            _small[tag] = gzip.compress(answer.get_data(), 9, mtime=0)
        answer.direct_passthrough = False
        answer.set_data(_small[tag])
        answer.content_encoding = "gzip"
        answer.vary.add("Accept-Encoding")
        answer.set_etag(tag, weak=True)
        return answer


_TEXTS = frozenset(("text/css", "text/javascript", "image/svg+xml", "application/json"))

# Made once for each version of a file, as its tag names it.
_small: dict[str, bytes] = {}


# What nobody sees and paper, workbooks or the database refuse; and what would turn the words after it round.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)


def seen(sent: Any) -> Any:
    """The same texts, in lists and objects too, without letters that nobody sees."""
    if isinstance(sent, str):
        return _UNSEEN.sub("", sent)
    if isinstance(sent, list):
        return [seen(each) for each in sent]
    if isinstance(sent, dict):
        return {name: seen(each) for name, each in sent.items()}
    return sent


class Form(BaseModel):
    """What a person or a machine sends. Read once, checked, with an error for each bad field.

    Letters that nobody sees are left out of every text.
    """

    model_config = ConfigDict(str_strip_whitespace=True, extra="ignore")

    @classmethod
    def read(cls, source: Request) -> Self:
        """The form of this request, from JSON or fields; empty fields count as absent.

        Raises `Unacceptable` with the words for every field that cannot be used.
        """
        if source.is_json:
            sent = source.get_json()
            if not isinstance(sent, dict):
                raise Unacceptable(_l("Send one JSON object."))
        else:
            sent = {
                key: values if len(values) > 1 else values[0]
                for key, values in source.form.lists()
                if any(values)
            }
        return cls.of(sent)

    @classmethod
    def of_address(cls, source: Request) -> Self:
        """The form of what stands behind the `?` of the address; `Unacceptable` as in `read`."""
        return cls.of({name: value for name, value in source.args.items() if value})

    @classmethod
    def of(cls, sent: dict[str, Any]) -> Self:
        """The form of these values; `Unacceptable` as in `read`."""
        try:
            return cls.model_validate(seen(sent))
        except ValidationError as error:
            fields = {}
            for each in error.errors():
                where = ".".join(str(part) for part in each["loc"]) or "form"
                fields[where] = _words_of(dict(each))
            raise Unacceptable(_l("Please check the marked fields."), fields=fields) from error


class PurposeForm(Form):
    """What somebody wants to see personal data for."""

    purpose: str = Field(min_length=2, max_length=200)


_ERROR_WORDS: dict[str, LazyString] = {
    "missing": _l("This is needed."),
    "string_too_short": _l("This is too short."),
    "string_too_long": _l("This is too long."),
    "int_parsing": _l("This must be a whole number."),
    "float_parsing": _l("This must be a number."),
    "finite_number": _l("This must be a number."),
    "greater_than_equal": _l("This is too small."),
    "less_than_equal": _l("This is too large."),
    "enum": _l("Choose one of the list."),
    "literal_error": _l("Choose one of the list."),
    "uuid_parsing": _l("This is not a proper identifier."),
    "datetime_parsing": _l("This is not a date and time."),
    "datetime_from_date_parsing": _l("This is not a date and time."),
    "timezone_aware": _l("Say the time zone, for example +08:00."),
    "date_parsing": _l("This is not a date."),
    "date_from_datetime_parsing": _l("This is not a date."),
    "string_pattern_mismatch": _l("This does not have the right form."),
    "extra_forbidden": _l("This field is not known here."),
}


def _words_of(error: dict[str, Any]) -> LazyString | str:
    if error["type"] == "value_error":
        return str(error["ctx"]["error"])
    return _ERROR_WORDS.get(error["type"], _l("This cannot be used."))


def page(
    template: str, *, fragment: str | None = None, status: int = 200, **values: Any
) -> Response:
    """The page, or only one block of it when htmx asks for a part."""
    if fragment and request.headers.get("HX-Request"):
        loaded = current_app.jinja_env.get_template(template)
        current_app.update_template_context(values)
        context = loaded.new_context(values)
        body = "".join(loaded.blocks[fragment](context))
    else:
        body = render_template(template, **values)
    return make_response(body, status)


def goto(endpoint: str, **values: Any) -> Response:
    """On to another page after a deed: by redirect, or by htmx where it asked."""
    address = url_for(endpoint, **values)
    if request.headers.get("HX-Request"):
        return Response(status=204, headers={"HX-Redirect": address})
    return make_response(redirect(address, 303))


def sent_file(most: int, missing: LazyString | None = None) -> bytes:
    """The first bytes, at most so many, of the file in the field `file` of the form.

    Raises `Unacceptable` where none was chosen, with the words `missing` if they are given.
    """
    file = request.files.get("file")
    if file is None or not file.filename:
        words = missing or _l("Choose a file.")
        raise Unacceptable(words, fields={"file": words})
    return file.stream.read(most)


def part_of_address(name: str) -> str:
    """A named part of the address of this request, beside the thing that was loaded by it."""
    return str((request.view_args or {})[name])


def own_address(address: str | None, otherwise: str) -> str:
    """An address to go on to, if it is one of ours; never another site."""
    if not address:
        return otherwise
    parts = urlsplit(address)
    ours = not parts.scheme and not parts.netloc and address.startswith("/")
    return address if ours and not address.startswith(("//", "/\\")) else otherwise


@dataclass(frozen=True)
class Page(Generic[T]):
    """Some rows of a list and the key at which the next ones begin (None: no more)."""

    rows: Sequence[T]
    after: int | None


def wants_json() -> bool:
    """True when the asker is a machine or a script: by its address, its token, or what it accepts."""
    by_name = request.path.startswith("/api/") or "Authorization" in request.headers
    return by_name or (
        request.accept_mimetypes.best_match(["text/html", "application/json"]) == "application/json"
    )


def undone(refusal: Refusal) -> None:
    """Nothing of this request is left, and its form can be shown again; a machine gets the refusal."""
    if wants_json():
        raise refusal
    db.session.rollback()


def afresh(refusal: Refusal, load: Callable[[], T | None], *, right: str | None = None) -> T:
    """The thing as it is without what was refused, for its page.

    The refusal where a machine asks, where the thing is gone, or where `right` does not reach it.
    """
    undone(refusal)
    thing = load()
    if thing is None or (right is not None and not may(me(), right, thing)):
        raise refusal
    return thing


Told = Callable[[int, str, Any, Mapping[str, Any]], Response]

_FACES: dict[str, Told] = {}


def face(beginning: str, told: Told) -> None:
    """Refusals at addresses that begin so are told as a standard of others wants it."""
    _FACES[beginning] = told


def _own_face() -> Told | None:
    return next((told for start, told in _FACES.items() if request.path.startswith(start)), None)


def is_by_a_standard() -> bool:
    """True at addresses whose words and refusals a standard of others says."""
    return _own_face() is not None


def error_body(code: str, words: Any, fields: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """A refusal as machines and scripts read it; `fields` are the words for each field."""
    shown = {name: str(text) for name, text in (fields or {}).items()}
    return {"error": {"code": code, "message": str(words), "fields": shown}}


def error_answer(
    status: int, code: str, words: Any, fields: dict[str, Any] | None = None
) -> Response:
    """The same refusal for a machine (JSON, or by its standard), for htmx (a line) and for a person (a page).

    A wrong token is told of first, even where nobody had asked yet whose it is; and before that, that the
    database is away, of which the page around the refusal would read.
    """
    try:
        return _refused(status, code, words, fields)
    except exc.SQLAlchemyError as error:
        if status >= 500:
            raise
        return _away(error)


def _refused(status: int, code: str, words: Any, fields: dict[str, Any] | None) -> Response:
    if status < 500:
        try:
            me()
        except Unauthorized:
            status, code, words, fields = 401, "unauthorized", _HTTP_WORDS[401], None
    shown = {name: str(text) for name, text in (fields or {}).items()}
    told = _own_face()
    if told is not None:
        return told(status, code, words, shown)
    if wants_json():
        return make_response(jsonify(error_body(code, words, fields)), status)
    return page(
        "error.html", fragment="told", status=status, words=words, fields=shown, error_status=status
    )


_HTTP_WORDS: dict[int, LazyString] = {
    400: _l("The request could not be understood."),
    401: _l("Please sign in first."),
    403: _l("You do not hold the post that may do this here."),
    404: _l("This page does not exist, or not any more."),
    405: _l("This address does not do that."),
    413: _l("What you sent is too large."),
    415: _l("This kind of content is not understood here."),
    429: _l("Too many tries. Please wait a moment."),
    503: _l("The service is busy or restarting. Please try again in a moment."),
}


def _away(error: exc.SQLAlchemyError) -> Response:
    """The database is away: whoever asked is told to come again soon. Anything else that is wrong is raised."""
    if not is_away(error):
        raise error
    current_app.logger.error("database away: %s", error)
    # Who asks, and in which language, nobody can look up now.
    g.no_database = True
    g.pop("_login_user", None)
    with suppress(exc.SQLAlchemyError):
        db.session.rollback()
    answer = error_answer(503, "unavailable", _HTTP_WORDS[503])
    answer.headers["Retry-After"] = "3"
    return answer


def _full(error: OSError) -> Response:
    """The disk has no room: what was begun is undone, and whoever sent it is told so."""
    if error.errno not in (errno.ENOSPC, errno.EDQUOT):
        raise error
    current_app.logger.error("no room on the disk: %s", error)
    db.session.rollback()
    words = _l("There is no room for files. What you sent was not kept: please send it later.")
    answer = error_answer(503, "full", words)
    answer.headers["Retry-After"] = "60"
    return answer


def init_app(app: Flask) -> None:
    """Refusals and failures end in one clear answer; templates know the helpers they need."""

    @app.errorhandler(Refusal)
    def refused(refusal: Refusal) -> Response:
        db.session.rollback()
        return error_answer(refusal.status, refusal.code, refusal.words, refusal.fields)

    @app.errorhandler(CSRFError)
    def forged(error: CSRFError) -> Response:
        words = _l("This form has expired. Reload the page and send it again.")
        return error_answer(400, "form_expired", words)

    @app.errorhandler(HTTPException)
    def failed(error: HTTPException) -> Response | HTTPException:
        if error.code is None or error.code < 400:
            return error
        for_people = not wants_json() and _own_face() is None
        if error.code == 401 and for_people and request.method in SAFE:
            return make_response(
                redirect(url_for("people.sign_in", next=request.full_path.rstrip("?")))
            )
        words = _HTTP_WORDS.get(error.code, _l("Something went wrong."))
        answer = error_answer(error.code, error.name.lower().replace(" ", "_"), words)
        for name, value in error.get_headers(request.environ):
            if name in ("Allow", "Retry-After"):
                answer.headers[name] = value
        return answer

    app.register_error_handler(exc.SQLAlchemyError, _away)
    app.register_error_handler(OSError, _full)

    @app.errorhandler(500)
    def broken(error: Exception) -> Response:
        db.session.rollback()
        return error_answer(500, "broken", _("Something went wrong. It has been written down."))

    @app.context_processor
    def helpers() -> dict[str, Any]:
        return {
            "ui": app.jinja_env.get_template("parts/ui.html").module,
            "me": me(),
            "may": lambda right, thing=None: may(me(), right, thing),
        }


def chunks(rows: Sequence[T], size: int) -> Iterable[Sequence[T]]:
    """The rows in runs of at most `size`."""
    for start in range(0, len(rows), size):
        yield rows[start : start + size]
