"""Requests are one transaction, refusals are one clear answer, and addresses stay in the house."""

from __future__ import annotations

import errno
import json
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Annotated, Any

import pytest
from flask import Flask, request
from flask.testing import FlaskClient
from itsdangerous import SignatureExpired
from pydantic import Field
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError
from werkzeug.test import create_environ

from tests import databases
from webapp.app import create_app
from webapp.base import logs
from webapp.base.access import public
from webapp.base.config import Settings
from webapp.base.db import db
from webapp.base.flow import Changed, NotAllowed, Unacceptable
from webapp.base.security import REPORTS, limiter
from webapp.base.web import Form, own_address
from webapp.people.models import Account


class Guests(Form):
    """A form with a field of each kind."""

    name: str = Field(min_length=2, max_length=5)
    count: int = Field(default=1, ge=1, le=9)
    tags: Annotated[list[str], Field(max_length=3)] = []


def _add(name: str) -> None:
    db.session.add(Account(name=name, username=name))
    db.session.flush()


@pytest.fixture(scope="module")
def small(cluster_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """An app of its own with views that do right and wrong."""
    url = databases.clone(cluster_url, "small_house")
    values = {
        "WANGGE_ENV": "test",
        "DATABASE_URL": url,
        "INSTANCE": str(tmp_path_factory.mktemp("small")),
    }
    app = create_app(Settings.from_environment(values))
    app.config["WTF_CSRF_METHODS"] = []

    @app.post("/guests/<name>")
    @public("only in tests")
    def come(name: str) -> str:
        _add(name)
        raises: dict[str, Exception] = {
            "changed": Changed("somebody was faster"),
            "not-allowed": NotAllowed("not you"),
            "bad-name": Unacceptable("no", fields={"name": "not this one"}),
            "broken": ZeroDivisionError("a mistake of ours"),
            "full-disk": OSError(errno.ENOSPC, "No space left on device"),
            "no-file": FileNotFoundError("a mistake of ours"),
            "db-away": OperationalError("SELECT", {}, Exception("server closed the connection")),
        }
        if name in raises:
            raise raises[name]
        return "welcome"

    @app.get("/guests/<name>")
    @public("only in tests")
    def look(name: str) -> str:
        _add(name)
        return "looked"

    @app.post("/twins/<name>")
    @public("only in tests")
    def twins(name: str) -> str:
        _add(name)
        _add(name)
        return "added"

    @app.post("/form")
    @public("only in tests")
    def form() -> dict[str, Any]:
        return Guests.read(request).model_dump()

    yield app
    databases.drop(cluster_url, "small_house")


@pytest.fixture
def visitor(small: Flask) -> FlaskClient:
    """Somebody outside."""
    return small.test_client()


def _is_there(app: Flask, name: str) -> bool:
    with app.app_context():
        return bool(db.session.scalar(select(func.count()).where(Account.username == name)))


def test_letters_that_nobody_sees_are_left_out_of_every_text(client: FlaskClient) -> None:
    hidden = Guests.of({"name": "ab\x00\u202ec\x1b", "tags": ["\u2066x\x0b", "行\n二\t三"]})
    assert (hidden.name, hidden.tags) == ("abc", ["x", "行\n二\t三"])
    with pytest.raises(Unacceptable):
        Guests.of({"name": "\u202e\u202d"})
    for sent in (
        {"username": "a\x00b", "password": "x\x00y"},
        {"username": "a\ud800", "password": "x"},
    ):
        assert client.post("/api/v1/nothing", json=sent).status_code == 404
        assert client.post("/sign-in", json=sent).status_code == 401


def test_what_a_post_writes_is_kept(small: Flask, visitor: FlaskClient) -> None:
    assert visitor.post("/guests/welcome-one").status_code == 200
    assert _is_there(small, "welcome-one")


def test_what_a_get_writes_is_not(small: Flask, visitor: FlaskClient) -> None:
    assert visitor.get("/guests/looked-one").status_code == 200
    assert not _is_there(small, "looked-one")


@pytest.mark.parametrize(
    "name, status, code",
    [
        ("changed", 409, "changed"),
        ("not-allowed", 403, "not_allowed"),
        ("bad-name", 422, "unacceptable"),
        ("broken", 500, "broken"),
        ("full-disk", 503, "full"),
        ("no-file", 500, "broken"),
        ("db-away", 503, "unavailable"),
    ],
)
def test_what_is_refused_or_breaks_leaves_nothing(
    small: Flask, visitor: FlaskClient, name: str, status: int, code: str
) -> None:
    answer = visitor.post(f"/guests/{name}", headers={"Accept": "application/json"})
    assert answer.status_code == status
    assert answer.get_json()["error"]["code"] == code
    assert not _is_there(small, name)
    page = visitor.post(f"/guests/{name}", headers={"Accept": "text/html"})
    assert (page.status_code, page.mimetype) == (status, "text/html")
    assert "a mistake of ours" not in page.get_data(as_text=True)
    assert visitor.post(f"/guests/after-{name}").status_code == 200, "the next one is served"


def test_a_database_that_is_away_says_when_to_come_back(visitor: FlaskClient) -> None:
    assert visitor.post("/guests/db-away").headers["Retry-After"] == "3"
    assert visitor.post("/guests/full-disk").headers["Retry-After"] == "60"


def test_a_clock_that_is_set_back_signs_nobody_out(
    small: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    serializer = small.session_interface.get_signing_serializer(small)
    now = time.time()
    for ahead, is_known in ((-20, True), (240, True), (-400, False), (2 * 86_400, False)):
        monkeypatch.setattr(time, "time", lambda ahead=ahead: now + ahead)
        kept = serializer.dumps({"who": 7})
        monkeypatch.undo()
        if is_known:
            assert serializer.loads(kept, max_age=300) == {"who": 7}
        else:
            with pytest.raises(SignatureExpired):
                serializer.loads(kept, max_age=300)


@pytest.mark.parametrize(
    "sent, fields",
    [
        ({}, {"name"}),
        ({"name": ""}, {"name"}),
        ({"name": "  a  "}, {"name"}),
        ({"name": "a" * 6}, {"name"}),
        ({"name": "abc", "count": "0"}, {"count"}),
        ({"name": "abc", "count": "many"}, {"count"}),
        ({"name": "abc", "count": "99"}, {"count"}),
    ],
)
@pytest.mark.parametrize("as_json", [True, False])
def test_every_bad_field_is_named(
    visitor: FlaskClient, sent: dict[str, str], fields: set[str], as_json: bool
) -> None:
    how: dict[str, Any] = {"json": sent} if as_json else {"data": sent}
    answer = visitor.post("/form", headers={"Accept": "application/json"}, **how)
    assert answer.status_code == 422
    told = answer.get_json()["error"]["fields"]
    assert set(told) == fields
    assert all(told.values())


def test_fields_are_trimmed_empty_ones_absent_and_several_a_list(visitor: FlaskClient) -> None:
    sent = {"name": "  abc ", "count": "", "tags": ["x", "y"], "more": "ignored"}
    answer = visitor.post("/form", data=sent)
    assert answer.get_json() == {"name": "abc", "count": 1, "tags": ["x", "y"]}


@pytest.mark.parametrize("body", ["[]", '"x"', "1", "null"])
def test_json_that_is_no_object_is_refused(visitor: FlaskClient, body: str) -> None:
    answer = visitor.post("/form", data=body, content_type="application/json")
    assert answer.status_code == 422


@pytest.mark.parametrize(
    "address, ours",
    [
        ("/cases/1?x=y#z", True),
        ("/", True),
        ("", False),
        (None, False),
        ("cases", False),
        ("//elsewhere.example", False),
        ("/\\elsewhere.example", False),
        ("\\\\elsewhere.example", False),
        ("https://elsewhere.example/", False),
        ("javascript:alert(1)", False),
        (" //elsewhere.example", False),
        ("/\t/elsewhere.example", False),
        ("/\n/elsewhere.example", False),
    ],
)
def test_we_never_send_anybody_out_of_the_house(address: str | None, ours: bool) -> None:
    assert own_address(address, "/home") == (address if ours else "/home")


def test_every_answer_is_guarded(visitor: FlaskClient) -> None:
    for path in ("/sign-in", "/nowhere", "/api/v1/nowhere", "/healthz", "/static/icon.svg"):
        headers = visitor.get(path).headers
        policy = headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "same-origin"
        assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
        assert "frame-ancestors 'self'" in policy
        # What a browser refuses is told, by both of the ways that there are.
        assert f"report-uri {REPORTS}; report-to house" in policy
        assert headers["Reporting-Endpoints"] == f'house="{REPORTS}"'


OLD_FORM = {
    "csp-report": {
        "document-uri": "https://ours.example/guests/13800138000?phone=13800138000#there",
        "effective-directive": "script-src-elem",
        "blocked-uri": "https://evil.example/steal.js?who=13800138000",
    }
}
NEW_FORM = [
    {
        "type": "csp-violation",
        "body": {
            "documentURL": "https://ours.example/guests/13800138000?phone=13800138000#there",
            "effectiveDirective": "script-src-elem",
            "blockedURL": "https://evil.example/steal.js?who=13800138000",
        },
    }
]


@pytest.mark.parametrize("form", [OLD_FORM, NEW_FORM])
def test_what_a_browser_refused_is_written_down_without_whom_it_was_about(
    visitor: FlaskClient, caplog: pytest.LogCaptureFixture, form: Any
) -> None:
    answer = visitor.post(REPORTS, data=json.dumps(form), content_type="application/csp-report")
    assert answer.status_code == 204
    assert [record.getMessage() for record in caplog.records] == [
        "policy: script-src-elem refused https://evil.example on /guests/…"
    ]


@pytest.mark.parametrize(
    ("body", "status", "lines"),
    [
        (b"", 204, 0),
        (b"{", 204, 0),
        (b"[1, null, {}]", 204, 0),
        (json.dumps([NEW_FORM[0]] * 50).encode(), 204, 5),
        (b'{"csp-report": {"effective-directive": "a\\nb", "blocked-uri": "http://["}}', 204, 1),
        (b"x" * 20_000, 413, 0),
    ],
)
def test_whatever_is_told_of_the_policy_is_harmless(
    visitor: FlaskClient, caplog: pytest.LogCaptureFixture, body: bytes, status: int, lines: int
) -> None:
    assert visitor.post(REPORTS, data=body).status_code == status
    told = [record.getMessage() for record in caplog.records]
    assert len(told) == lines
    assert not any("\n" in line for line in told)


def test_the_reports_of_one_address_have_a_limit(
    small: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept: Settings = small.extensions["settings"]
    monkeypatch.setattr(limiter, "enabled", True)
    lived_in = create_app(replace(kept, env="development")).test_client()
    answers = [lived_in.post(REPORTS, data=b"{}").status_code for _each in range(25)]
    assert answers.count(429) == 5


def test_logs_hold_no_secret_and_nobody(
    small: Flask, visitor: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    """A request that breaks on the row of somebody: the page, what broke, and no more."""
    for path, shown in (
        ("/guests/13800138000", "/guests/…"),
        ("/sign-in/link/a-secret", "/sign-in/link/…"),
        ("/sign-in/unheard-of/13800138000", logs.NOWHERE),
        ("/cases/12", "/cases/12"),
    ):
        asked = create_environ(path, query_string="phone=13900139000")
        list(small(asked, lambda *_: lambda _body: None))
        assert asked[logs.ADDRESS] == shown

    broken = visitor.post("/twins/13800138000?phone=13900139000")
    assert broken.status_code == 500
    assert "UniqueViolation" in caplog.text
    assert "/twins/…" in caplog.text
    assert "13800138000" not in caplog.text
    assert "13900139000" not in caplog.text


def test_a_form_without_its_token_is_refused(small: Flask) -> None:
    small.config["WTF_CSRF_METHODS"] = ["POST"]
    try:
        visitor = small.test_client()
        refused = visitor.post("/guests/forged")
        by_program = visitor.post("/guests/program", headers={"Authorization": "Bearer wg_wrong"})
    finally:
        small.config["WTF_CSRF_METHODS"] = []
    assert refused.status_code == 400
    assert not _is_there(small, "forged")
    assert by_program.status_code in (200, 401)


def test_the_session_cookie_is_kept_from_scripts_and_other_sites(visitor: FlaskClient) -> None:
    cookie = visitor.post("/language/en").headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


def test_a_body_too_large_is_told(small: Flask, visitor: FlaskClient) -> None:
    before = small.config["MAX_CONTENT_LENGTH"]
    small.config["MAX_CONTENT_LENGTH"] = 1000
    try:
        answer = visitor.post("/form", data={"name": "a" * 2000})
    finally:
        small.config["MAX_CONTENT_LENGTH"] = before
    assert answer.status_code == 413
