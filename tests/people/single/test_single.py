"""Single sign-on against a real service: who is believed, who is known, and which posts they hold."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import parse_qs, urlsplit
from urllib.request import HTTPRedirectHandler, build_opener

import pytest
from flask import Flask
from flask.testing import FlaskClient
from joserfc.jwk import RSAKey
from sqlalchemy import func, select

from tests.busy import busy_house
from tests.people.single.service import CLIENT, SECRET, Service, serving
from tests.world import HOME_GRID, NEXT_GRID, PASSWORD, World, account_name, peopled
from webapp.base import clock
from webapp.base.config import Settings, SettingsError
from webapp.base.db import db
from webapp.people import actors
from webapp.people.models import Account, HandOver, Post
from webapp.people.single import provider
from webapp.people.single.models import Identity
from webapp.people.single.rules import Grant, Newcomers, Rules, rules_of, secret_of

GRANTS = [
    {"claim": "groups", "value": "grid-1", "role": "grid_worker", "grid": HOME_GRID},
    {"claim": "groups", "value": "grid-2", "role": "grid_worker", "grid": NEXT_GRID},
    {"claim": "realm.roles", "value": "desk", "role": "dispatcher"},
]


@dataclass
class Office:
    """A house with its sign-in service, and the people of the world."""

    app: Flask
    service: Service
    world: World

    def welcomes(self) -> None:
        """Newcomers have an account from now on."""
        rules: Rules = self.app.extensions["single_rules"]
        more = {"newcomers": Newcomers.CREATE}
        self.app.extensions["single_rules"] = rules.model_copy(update=more)

    def count(self, model: Any) -> int:
        """How many rows there are."""
        with self.app.app_context():
            return db.session.scalar(select(func.count()).select_from(model)) or 0

    def posts(self, subject: str = "u1") -> set[tuple[str, str | None]]:
        """The posts held now by whoever is this subject: role, and code of the grid."""
        with self.app.app_context():
            found = select(Post).join(Identity, Identity.account_id == Post.account_id)
            now = Post.valid.op("@>")(func.now())
            rows = db.session.scalars(found.where(Identity.subject == subject, now))
            return {(each.role, each.grid.display_code if each.grid else None) for each in rows}


@pytest.fixture(scope="module")
def single_house(cluster_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """The house, once for all tests: each of them comes as another subject."""
    folder = tmp_path_factory.mktemp("single")
    rules, secret = folder / "rules.json", folder / "secret"
    rules.write_text(json.dumps({"name": "Office ID", "posts": GRANTS}))
    secret.write_text(f"{SECRET}\n")
    with serving() as service:
        more = {
            "OIDC_ISSUER": service.issuer,
            "OIDC_CLIENT_ID": CLIENT,
            "OIDC_CLIENT_SECRET": f"file:{secret}",
            "OIDC_RULES": str(rules),
        }
        with busy_house(cluster_url, folder, **more) as app:
            with app.app_context():
                world = peopled()
                db.session.commit()
            yield Office(app, service, world)


@pytest.fixture
def office(single_house: Office) -> Iterator[Office]:
    """The house as it was set up, with a service that does nothing wrong."""
    rules = single_house.app.extensions["single_rules"]
    single_house.service.claims = {"sub": "u1", "name": "Li Lei"}
    single_house.service.metadata, single_house.service.wrong = {}, {}
    single_house.service.algorithm = "RS256"
    yield single_house
    single_house.app.extensions["single_rules"] = rules
    with single_house.app.app_context():
        for account in db.session.scalars(select(Identity.account_id)).all():
            name = f"gone-{account}"
            db.session.get_one(Account, account).username = name
        db.session.execute(Identity.__table__.delete())
        db.session.commit()


class _Stays(HTTPRedirectHandler):
    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None


def _visit(address: str) -> str:
    """Where the service sends a visitor of this address."""
    opener = build_opener(_Stays)
    try:
        opener.open(address, timeout=5)
    except HTTPError as answer:
        return str(answer.headers["Location"])
    raise AssertionError("the service sent nobody back")


def _back(browser: FlaskClient, path: str = "/sign-in/single") -> dict[str, str]:
    """What the service gives somebody who went there: code and state."""
    gone = browser.get(path)
    assert gone.status_code == 302, gone.get_data(as_text=True)
    said = parse_qs(urlsplit(_visit(gone.headers["Location"])).query)
    return {name: values[0] for name, values in said.items()}


def _come(office: Office, browser: FlaskClient | None = None, path: str = "/sign-in/single") -> Any:
    """The answer to somebody who signs in at the service."""
    browser = browser or office.app.test_client()
    return browser.post("/sign-in/single/back", data=_back(browser, path))


def _me(browser: FlaskClient) -> int:
    return int(browser.get("/people/me").status_code)


def test_without_the_setting_there_is_no_such_way(client: FlaskClient) -> None:
    assert "/sign-in/single" not in client.get("/sign-in").get_data(as_text=True)
    for path in ("/sign-in/single", "/sign-in/single/back", "/sign-in/single/out"):
        assert client.get(path).status_code == 404
    assert client.post("/sign-in/single/back").status_code == 404


def test_the_button_stands_on_the_page_and_asks_nothing_by_itself(office: Office) -> None:
    before = len(office.service.asked)
    page = office.app.test_client().get("/sign-in").get_data(as_text=True)
    assert "Office ID" in page
    assert len(office.service.asked) == before


def test_somebody_unknown_is_refused_in_one_sentence(office: Office) -> None:
    accounts = office.count(Account)
    answer = _come(office)
    assert answer.status_code == 403
    assert "还不认识" in answer.get_data(as_text=True)
    assert office.count(Account) == accounts


def test_a_newcomer_has_an_account_and_no_rights(office: Office) -> None:
    office.welcomes()
    browser = office.app.test_client()
    assert _come(office, browser).status_code == 303
    assert _me(browser) == 200
    assert browser.get("/cases").status_code == 403
    assert office.posts() == set()
    accounts = office.count(Account)
    assert _come(office).status_code == 303
    assert office.count(Account) == accounts


def test_nobody_is_linked_by_a_name_or_a_mail(office: Office) -> None:
    with office.app.app_context():
        username = account_name(office.world.admin)
    office.welcomes()
    office.service.claims |= {
        "preferred_username": username,
        "email": f"{username}@example.cn",
        "email_verified": True,
        "name": username,
    }
    browser = office.app.test_client()
    _come(office, browser)
    assert browser.get("/people/accounts").status_code == 403


def test_an_account_is_linked_by_its_owner_and_comes_in_by_both_ways(office: Office) -> None:
    browser = office.app.test_client()
    browser.post("/sign-in", data={"username": "worker", "password": PASSWORD})
    assert "/sign-in/single" in browser.get("/people/me").get_data(as_text=True)
    given = _back(browser)
    shown = browser.get("/sign-in/single/back", query_string=given).get_data(as_text=True)
    assert "data-onward" not in shown
    assert browser.post("/sign-in/single/back", data=given).status_code == 303
    other = office.app.test_client()
    assert _come(office, other).status_code == 303
    assert office.world.worker.name in other.get("/people/me").get_data(as_text=True)
    stolen = office.app.test_client()
    stolen.post("/sign-in", data={"username": "neighbour", "password": PASSWORD})
    assert stolen.post("/sign-in/single/back", data=_back(stolen)).status_code == 409
    assert browser.post("/people/me/single/remove").status_code == 303
    assert _come(office).status_code == 403


def test_a_link_that_was_begun_by_another_is_not_made(office: Office) -> None:
    browser = office.app.test_client()
    browser.post("/sign-in", data={"username": "worker", "password": PASSWORD})
    given = _back(browser)
    with browser.session_transaction() as session:
        session["single"]["link"] = office.world.neighbour.id
        session.modified = True
    assert browser.post("/sign-in/single/back", data=given).status_code == 401
    assert office.count(Identity) == 0


def test_posts_follow_the_claims_at_each_sign_in(office: Office) -> None:
    office.welcomes()
    office.service.claims |= {"groups": ["grid-1", "else"], "realm": {"roles": ["desk"]}}
    browser = office.app.test_client()
    answer = _come(office, browser)
    assert answer.status_code == 303
    assert office.posts() == {("grid_worker", HOME_GRID), ("dispatcher", None)}
    assert browser.get("/desk").status_code == 200
    office.service.claims |= {"groups": ["grid-2"], "realm": {"roles": []}}
    _come(office)
    assert office.posts() == {("grid_worker", NEXT_GRID)}
    assert browser.get("/desk").status_code == 403
    office.service.claims |= {"groups": "grid-1"}
    _come(office)
    assert office.posts() == {("grid_worker", HOME_GRID)}
    assert office.count(HandOver) >= 2


def test_a_post_that_was_given_by_hand_stays(office: Office) -> None:
    browser = office.app.test_client()
    browser.post("/sign-in", data={"username": "worker", "password": PASSWORD})
    browser.post("/sign-in/single/back", data=_back(browser))
    office.service.claims |= {"groups": ["grid-1"]}
    assert _come(office).status_code == 303
    office.service.claims |= {"groups": []}
    assert _come(office).status_code == 303
    assert office.posts() == {("grid_worker", HOME_GRID)}


def test_a_locked_account_does_not_come_in(office: Office) -> None:
    office.welcomes()
    _come(office)
    with office.app.app_context():
        db.session.scalars(select(Identity)).one().account.locked_at = clock.now()
        db.session.commit()
    assert _come(office).status_code == 403


WRONG: dict[str, dict[str, Any]] = {
    "another nonce": {"nonce": "guessed"},
    "no nonce": {"nonce": None},
    "for another client": {"aud": "somebody-else"},
    "for several clients and none named": {"aud": [CLIENT, "somebody-else"]},
    "to another client": {"azp": "somebody-else"},
    "of another issuer": {"iss": "http://127.0.0.1:1/office"},
    "expired": {"exp": 1_000_000_000},
    "without an end": {"exp": None},
    "not yet good": {"nbf": 4_000_000_000},
    "of nobody": {"sub": None},
    "of something": {"sub": 7},
    "of another access token": {"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"},
}


@pytest.mark.parametrize("what", WRONG)
def test_a_token_that_is_wrong_is_not_believed(office: Office, what: str) -> None:
    office.welcomes()
    office.service.wrong = WRONG[what]
    browser = office.app.test_client()
    assert _come(office, browser).status_code == 401
    assert _me(browser) != 200
    assert office.count(Identity) == 0


@pytest.mark.filterwarnings("ignore::joserfc.errors.SecurityWarning")
@pytest.mark.parametrize("algorithm", ["HS256", "none"])
def test_a_token_that_anybody_could_have_made_is_not_believed(
    office: Office, algorithm: str
) -> None:
    office.welcomes()
    office.service.algorithm = algorithm
    assert _come(office).status_code == 401


def test_a_token_by_another_key_is_not_believed(office: Office) -> None:
    office.welcomes()
    right = office.service.key
    office.service.key = RSAKey.generate_key(2048, {"kid": right.kid})
    try:
        assert _come(office).status_code == 401
    finally:
        office.service.key = right


def test_new_keys_of_the_service_are_fetched(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.welcomes()
    assert _come(office).status_code == 303
    monkeypatch.setattr(provider, "KEYS_AGAIN_S", 0)
    office.service.new_keys()
    assert _come(office).status_code == 303


def test_a_code_is_good_once_and_so_is_a_state(office: Office) -> None:
    office.welcomes()
    browser = office.app.test_client()
    given = _back(browser)
    assert browser.post("/sign-in/single/back", data=given).status_code == 303
    assert browser.post("/sign-in/single/back", data=given).status_code == 401
    thief = office.app.test_client()
    own = _back(thief)
    assert (
        thief.post(
            "/sign-in/single/back", data={"code": given["code"], "state": own["state"]}
        ).status_code
        == 401
    )


def test_a_code_of_somebody_else_is_worth_nothing(office: Office) -> None:
    office.welcomes()
    victim, thief = office.app.test_client(), office.app.test_client()
    given, own = _back(victim), _back(thief)
    # The verifier of PKCE and the nonce are in the session of the victim.
    mixed = {"code": given["code"], "state": own["state"]}
    assert thief.post("/sign-in/single/back", data=mixed).status_code == 401
    assert thief.post("/sign-in/single/back", data=given).status_code == 401
    assert office.app.test_client().post("/sign-in/single/back", data=given).status_code == 401


def test_whoever_takes_too_long_begins_again(office: Office) -> None:
    browser = office.app.test_client()
    given = _back(browser)
    with browser.session_transaction() as session:
        session["single"]["at"] -= int(timedelta(minutes=11).total_seconds())
        session.modified = True
    assert browser.post("/sign-in/single/back", data=given).status_code == 401


def test_coming_back_changes_nothing_before_the_form_is_sent(office: Office) -> None:
    office.welcomes()
    browser = office.app.test_client()
    given = _back(browser)
    page = browser.get("/sign-in/single/back", query_string=given).get_data(as_text=True)
    assert given["code"] in page
    assert "data-onward" in page
    assert office.count(Identity) == 0
    refused = browser.get("/sign-in/single/back?error=access_denied&state=x")
    assert refused.status_code == 401


def test_the_session_is_a_new_one_and_goes_where_it_was_asked_to(office: Office) -> None:
    office.welcomes()
    browser = office.app.test_client()
    with browser.session_transaction() as session:
        session["planted"] = "by somebody"
    answer = _come(office, browser, "/sign-in/single?next=/people/me")
    assert answer.headers["Location"] == "/people/me"
    with browser.session_transaction() as session:
        assert "planted" not in session
        assert "single" not in session
    away = _come(office, None, "/sign-in/single?next=https://elsewhere.example/")
    assert "elsewhere" not in away.headers["Location"]


def test_who_signs_out_may_leave_the_service_too(office: Office) -> None:
    office.welcomes()
    browser = office.app.test_client()
    _come(office, browser)
    left = browser.post("/sign-out")
    assert _me(browser) != 200
    assert "/sign-in/single/out" in browser.get(left.headers["Location"]).get_data(as_text=True)
    away = browser.get("/sign-in/single/out").headers["Location"]
    assert away.startswith(f"{office.service.issuer}/leave?")


MISLED: dict[str, dict[str, Any]] = {
    "it calls itself otherwise": {"issuer": "http://127.0.0.1:1/office"},
    "its keys lie elsewhere": {"jwks_uri": "http://127.0.0.1:1/keys"},
    "its tokens come from elsewhere": {"token_endpoint": "http://127.0.0.1:1/token"},
    "it sends people elsewhere": {"authorization_endpoint": "https://elsewhere.example/"},
    "it has no keys": {"jwks_uri": None},
}


@pytest.mark.parametrize("what", MISLED)
def test_a_service_that_is_not_the_one_configured_is_not_used(office: Office, what: str) -> None:
    fresh = provider.Provider(office.service.issuer, CLIENT, SECRET, "openid")
    office.service.metadata = MISLED[what]
    with office.app.test_request_context(), pytest.raises(provider.Unusable):
        fresh.begin(back="http://127.0.0.1:8000/sign-in/single/back")


def test_a_service_that_is_away_is_told_in_words(office: Office) -> None:
    known = office.app.extensions["single"]
    office.app.extensions["single"] = provider.Provider(
        "http://127.0.0.1:9/office", CLIENT, SECRET, "openid"
    )
    try:
        answer = office.app.test_client().get("/sign-in/single")
    finally:
        office.app.extensions["single"] = known
    assert answer.status_code == 503
    assert "密码" in answer.get_data(as_text=True)


def _settings(**more: str) -> Settings:
    values = {"OIDC_ISSUER": "https://id.example/", "OIDC_CLIENT_ID": "x", **more}
    return Settings.from_environment(values)


@pytest.mark.parametrize(
    "more",
    [
        {"OIDC_ISSUER": "ftp://id.example/"},
        {"OIDC_CLIENT_ID": ""},
    ],
)
def test_settings_that_cannot_be_used_are_named(more: dict[str, str]) -> None:
    with pytest.raises(SettingsError, match=next(iter(more))):
        _settings(**more)


@pytest.mark.parametrize(
    "line",
    [
        {"claim": "groups", "value": "a", "role": "admin"},
        {"claim": "groups", "value": "a", "role": "machine"},
        {"claim": "groups", "value": "a", "role": "king"},
        {"claim": "groups", "value": "a", "role": "grid_worker"},
        {"claim": "groups", "value": "a", "role": "dispatcher", "grid": HOME_GRID},
        {"claim": "groups", "value": "a", "role": "dispatcher", "place": "here"},
        {"claim": "", "value": "a", "role": "dispatcher"},
        {"value": "a", "role": "dispatcher"},
    ],
)
def test_a_line_of_posts_that_cannot_be_used_is_named(tmp_path: Path, line: dict[str, str]) -> None:
    assert "OIDC_RULES" in _refused(tmp_path, json.dumps({"posts": [line]}))


@pytest.mark.parametrize(
    "text",
    [
        '{"newcomers": "everybody"}',
        '{"scopes": "profile openids"}',
        '{"names": "x"}',
        "[]",
        "no json",
    ],
)
def test_rules_that_cannot_be_used_are_named(tmp_path: Path, text: str) -> None:
    assert "OIDC_RULES" in _refused(tmp_path, text)


def _refused(tmp_path: Path, text: str) -> str:
    file = tmp_path / "rules.json"
    file.write_text(text)
    with pytest.raises(SettingsError) as refusal:
        rules_of(_settings(OIDC_RULES=str(file)))
    return str(refusal.value)


def test_a_file_that_is_not_there_is_named() -> None:
    with pytest.raises(SettingsError, match="OIDC_RULES"):
        rules_of(_settings(OIDC_RULES="/nowhere/rules.json"))
    with pytest.raises(SettingsError, match="OIDC_CLIENT_SECRET"):
        secret_of(_settings(OIDC_CLIENT_SECRET="file:/nowhere/secret"))
    assert rules_of(_settings()) == Rules()


@pytest.mark.parametrize(
    ("claims", "fits"),
    [
        ({"groups": "desk"}, True),
        ({"groups": ["a", "desk"]}, True),
        ({"groups": ["desks"]}, False),
        ({"groups": {"desk": True}}, False),
        ({"groups": None}, False),
        ({}, False),
        ({"groups": True}, False),
    ],
)
def test_a_claim_fits_by_its_whole_value(claims: dict[str, Any], fits: bool) -> None:
    grant = Grant(claim="groups", value="desk", role="dispatcher")
    assert grant.fits(claims) is fits


def test_the_newcomer_is_somebody(office: Office) -> None:
    office.welcomes()
    _come(office)
    with office.app.app_context():
        made = db.session.scalars(select(Identity)).one().account
        assert (made.name, made.password_hash) == ("Li Lei", None)
        assert actors.person(made.id) is not None
