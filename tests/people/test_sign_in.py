"""Who comes in, and who waits outside."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from argon2 import PasswordHasher
from flask import Flask, request
from flask.testing import FlaskClient
from hypothesis import given, strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.people.conftest import Clock
from tests.world import HASH, PASSWORD, World, as_user, someone
from webapp.base import audit, security
from webapp.base.config import Settings
from webapp.base.db import db
from webapp.base.flow import Unacceptable
from webapp.base.notices import Dispatch
from webapp.people import actions, actors, entry, passwords, queries
from webapp.people.models import Account, Attempt
from webapp.people.throttle import LADDERS, Ladder

PHONE = "138 1234 5678"
E164 = "+8613812345678"


def sign_in(client: FlaskClient, username: str, password: str = PASSWORD, **more: str):
    return client.post("/sign-in", data={"username": username, "password": password, **more})


def code_sent() -> str:
    body = db.session.scalar(select(Dispatch.body).order_by(Dispatch.id.desc()).limit(1))
    assert body is not None
    return re.search(r"[0-9]{6}", body)[0]


def test_a_worker_signs_in_and_stands_on_the_page_of_the_first_post(
    world: World, client: FlaskClient
) -> None:
    answer = sign_in(client, "worker")
    assert answer.status_code == 303
    assert answer.location == "/phone"


def test_a_new_key_ends_no_session_and_no_link_until_the_old_one_goes(
    app: Flask, world: World, session: Session
) -> None:
    settings = app.extensions["settings"]
    old, new = "o" * 32, "n" * 32

    def keys(*held: str) -> None:
        security.sign_with(app, replace(settings, secret_key=",".join(held)))

    try:
        keys(old)
        browser, idle = as_user(app, world.worker), as_user(app, world.worker)
        link = entry.link_for(queries.account(world.stranger.id))
        entry.send_code(PHONE, door=entry.Door("192.0.2.1"), locale="en")
        session.commit()
        keys(new, old)
        assert browser.get("/notices").status_code == 200
        assert entry.account_of_link(link) is not None
        assert entry.by_code(PHONE, code_sent(), door=entry.Door("192.0.2.1")).id
        # Whoever does something meanwhile has a cookie of the new key from then on.
        browser.post("/language/en")
        fresh = as_user(app, world.neighbour)
        keys(new)
        assert [each.get("/notices").status_code for each in (browser, fresh)] == [200, 200]
        assert idle.get("/notices").status_code == 302
        assert entry.account_of_link(link) is None
    finally:
        security.sign_with(app, settings)


def test_the_case_of_a_user_name_does_not_matter(world: World, client: FlaskClient) -> None:
    assert sign_in(client, "WORKER").status_code == 303


def test_the_page_asked_for_comes_after_signing_in(world: World, client: FlaskClient) -> None:
    assert sign_in(client, "worker", next="/cases/3").location == "/cases/3"


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://example.org/",
        "//example.org/",
        "/\\example.org",
        "/\t/example.org",
        "\\\\example.org",
        "javascript:alert(1)",
        "http:example.org",
        " //example.org",
    ],
)
def test_signing_in_never_leads_to_another_site(
    world: World, client: FlaskClient, elsewhere: str
) -> None:
    assert sign_in(client, "worker", next=elsewhere).location == "/phone"


def test_a_wrong_password_and_an_unknown_name_get_the_same_answer(
    world: World, client: FlaskClient
) -> None:
    known = sign_in(client, "worker", "not the password")
    unknown = sign_in(client, "nobody", "not the password")
    assert known.status_code == unknown.status_code == 401
    pages = [
        re.sub(r"worker|nobody|content=\"[^\"]*\"|value=\"[^\"]*\"", "", each.text)
        for each in (known, unknown)
    ]
    assert pages[0] == pages[1]


def test_an_unknown_name_is_checked_against_a_hash_of_the_same_cost(session) -> None:
    assert not passwords.fits(None, PASSWORD)
    made = passwords._NOBODY.split("$")[:4]
    assert made == HASH.split("$")[:4]


def test_a_machine_account_has_no_password_that_fits(session) -> None:
    account = actions.machine_account("sensor", by=None)
    assert not passwords.fits(account, "")
    assert not passwords.fits(account, "None")


def test_an_old_hash_is_renewed_when_its_owner_signs_in(world: World, client: FlaskClient) -> None:
    weak = PasswordHasher(time_cost=1, memory_cost=16, parallelism=1).hash(PASSWORD)
    queries.by_username("worker").password_hash = weak
    db.session.commit()
    assert sign_in(client, "worker").status_code == 303
    db.session.expire_all()
    renewed = queries.by_username("worker").password_hash
    assert renewed != weak
    assert not passwords.hasher.check_needs_rehash(renewed)


def test_five_failures_cost_nothing_and_the_sixth_try_waits(
    world: World, client: FlaskClient, watch: Clock
) -> None:
    for _try in range(5):
        assert sign_in(client, "worker", "wrong password").status_code == 401
    refused = sign_in(client, "worker")
    assert refused.status_code == 429
    assert refused.headers["Retry-After"] == "10"
    assert "10" in refused.text
    watch.later(seconds=10)
    assert sign_in(client, "worker").status_code == 303


def test_an_unknown_name_waits_as_long_as_a_known_one(
    world: World, client: FlaskClient, watch: Clock
) -> None:
    for _try in range(5):
        sign_in(client, "nobody", "wrong password")
    assert sign_in(client, "nobody").headers["Retry-After"] == "10"


def test_each_further_failure_doubles_the_wait(
    world: World, client: FlaskClient, watch: Clock
) -> None:
    for _try in range(6):
        sign_in(client, "worker", "wrong password")
        watch.later(seconds=10)
    assert sign_in(client, "worker").headers["Retry-After"] == "10"
    watch.later(seconds=10)
    assert sign_in(client, "worker").status_code == 303


def test_signing_in_forgives_the_failures_before_it(
    world: World, client: FlaskClient, watch: Clock
) -> None:
    for _round in range(3):
        for _try in range(4):
            assert sign_in(client, "worker", "wrong password").status_code == 401
        assert sign_in(client, "worker").status_code == 303
        client.post("/sign-out")


@pytest.fixture
def narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    """An address is heard six times before it waits, so that the test is short."""
    monkeypatch.setitem(LADDERS, "address", replace(LADDERS["address"], free=6))


def test_an_address_that_tries_many_names_waits_as_well(
    world: World, client: FlaskClient, watch: Clock, narrow: None
) -> None:
    for number in range(LADDERS["address"].free):
        sign_in(client, f"name-{number}", "wrong password")
    assert sign_in(client, "worker").status_code == 429
    elsewhere = client.post(
        "/sign-in",
        data={"username": "worker", "password": PASSWORD},
        environ_base={"REMOTE_ADDR": "10.1.2.3"},
    )
    assert elsewhere.status_code == 303


def test_a_whole_shift_signs_in_from_one_address(
    world: World, client: FlaskClient, watch: Clock, narrow: None
) -> None:
    for _person in range(LADDERS["address"].free + 5):
        assert sign_in(client, "worker").status_code == 303
        client.post("/sign-out")


def test_no_name_and_no_address_stands_in_the_table_of_tries(
    world: World, client: FlaskClient
) -> None:
    sign_in(client, "worker", "wrong password")
    kept = db.session.scalars(select(Attempt.subject)).all()
    assert len(kept) == 2
    assert all(len(each) == 32 and b"worker" not in each for each in kept)


@given(failures=st.integers(0, 10_000))
def test_the_wait_grows_and_has_an_end(failures: int) -> None:
    ladder = Ladder(5, timedelta(seconds=10), timedelta(minutes=15), timedelta(hours=24))
    assert timedelta() <= ladder.wait(failures) <= ladder.wait(failures + 1) <= ladder.longest


def test_a_locked_account_is_told_so_only_with_its_password(
    world: World, client: FlaskClient
) -> None:
    actions.lock(queries.by_username("worker"), reason="left", by=world.admin)
    db.session.commit()
    assert sign_in(client, "worker", "wrong password").status_code == 401
    assert sign_in(client, "worker").status_code == 403


def test_the_session_is_a_new_one_after_signing_in(app: Flask, world: World) -> None:
    client = app.test_client()
    with client.session_transaction() as planted:
        planted["planted"] = "by somebody else"
        planted["csrf_token"] = "known to somebody else"
        planted["language"] = "en"
    app.config["WTF_CSRF_ENABLED"] = False
    sign_in(client, "worker")
    with client.session_transaction() as kept:
        assert "planted" not in kept
        assert kept.get("csrf_token") != "known to somebody else"
        assert kept["language"] == "en"


def test_the_cookie_is_for_the_server_alone(world: World, client: FlaskClient) -> None:
    cookie = sign_in(client, "worker").headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


def test_a_session_that_nobody_used_ends(app: Flask, world: World, watch: Clock) -> None:
    client = as_user(app, world.worker)
    watch.later(hours=11)
    assert client.get("/people/me").status_code == 200
    watch.later(hours=11)
    assert client.get("/people/me").status_code == 200
    watch.later(hours=13)
    assert client.get("/people/me").status_code == 302


def test_a_session_ends_however_much_it_is_used(app: Flask, world: World, watch: Clock) -> None:
    client = as_user(app, world.worker)
    for _half_day in range(28):
        watch.later(hours=11.9)
        assert client.get("/people/me").status_code == 200
    watch.later(hours=4)
    assert client.get("/people/me").status_code == 302


def test_signing_out_everywhere_ends_the_other_sessions(app: Flask, world: World) -> None:
    phone, desk = as_user(app, world.worker), as_user(app, world.worker)
    assert desk.post("/people/me/sign-out-everywhere").status_code == 303
    assert phone.get("/people/me").status_code == 302
    assert desk.get("/people/me").status_code == 302


def test_a_new_password_ends_the_other_sessions_but_not_this_one(app: Flask, world: World) -> None:
    phone, desk = as_user(app, world.worker), as_user(app, world.worker)
    answer = desk.post(
        "/people/me/password",
        data={"old": PASSWORD, "password": "another long one", "again": "another long one"},
    )
    assert answer.status_code == 303
    assert desk.get("/people/me").status_code == 200
    assert phone.get("/people/me").status_code == 302


@pytest.mark.parametrize(
    ("field", "sent"),
    [
        ("old", {"old": "not the old one", "password": "another long one"}),
        ("password", {"old": PASSWORD, "password": "short"}),
        ("password", {"old": PASSWORD, "password": "aaaaaaaaaaaaaaaa"}),
        ("password", {"old": PASSWORD, "password": "worker and more"}),
        ("again", {"old": PASSWORD, "password": "another long one", "again": "another lonely one"}),
    ],
)
def test_a_refused_password_says_why_beside_its_field(
    app: Flask, world: World, field: str, sent: dict[str, str]
) -> None:
    client = as_user(app, world.worker)
    answer = client.post("/people/me/password", data={"again": sent["password"], **sent})
    assert answer.status_code == 422
    assert f'id="field-{field}-error"' in answer.text


def test_a_phone_gets_a_code_and_signs_in_with_it(world: World, client: FlaskClient) -> None:
    queries.by_username("worker").phone = E164
    db.session.commit()
    assert client.post("/sign-in/phone", data={"phone": PHONE}).status_code == 200
    answer = client.post("/sign-in/code", data={"phone": PHONE, "code": code_sent()})
    assert answer.status_code == 303
    assert answer.location == "/phone"


def test_a_first_visit_by_phone_makes_an_account_without_a_post(
    world: World, client: FlaskClient
) -> None:
    client.post("/sign-in/phone", data={"phone": PHONE})
    answer = client.post("/sign-in/code", data={"phone": E164, "code": code_sent()})
    assert answer.status_code == 303
    made = queries.by_phone(E164)
    assert made.name == "138****5678"
    assert actors.person(made.id).held == ()


def test_known_and_unknown_phones_get_the_same_answer(world: World, client: FlaskClient) -> None:
    queries.by_username("worker").phone = E164
    actions.lock(queries.by_username("worker"), reason="left", by=world.admin)
    db.session.commit()
    pages = [
        client.post("/sign-in/phone", data={"phone": number})
        for number in (E164, "+8613987654321", "+447400123456")
    ]
    assert {each.status_code for each in pages} == {200}
    assert db.session.scalar(select(func.count()).select_from(Dispatch)) == 1


def test_a_code_is_good_once(world: World, client: FlaskClient) -> None:
    client.post("/sign-in/phone", data={"phone": PHONE})
    code = code_sent()
    assert client.post("/sign-in/code", data={"phone": PHONE, "code": code}).status_code == 303
    assert client.post("/sign-in/code", data={"phone": PHONE, "code": code}).status_code == 401


def test_a_code_is_good_for_five_minutes(world: World, client: FlaskClient, watch: Clock) -> None:
    client.post("/sign-in/phone", data={"phone": PHONE})
    code = code_sent()
    watch.later(minutes=5)
    assert client.post("/sign-in/code", data={"phone": PHONE, "code": code}).status_code == 401


def test_a_code_is_good_for_five_tries(world: World, client: FlaskClient) -> None:
    client.post("/sign-in/phone", data={"phone": PHONE})
    code = code_sent()
    wrong = f"{(int(code) + 1) % 1_000_000:06d}"
    for _try in range(5):
        assert client.post("/sign-in/code", data={"phone": PHONE, "code": wrong}).status_code == 401
    assert client.post("/sign-in/code", data={"phone": PHONE, "code": code}).status_code == 401


def test_the_next_code_waits_a_minute_and_the_one_after_it_longer(
    world: World, client: FlaskClient, watch: Clock
) -> None:
    assert client.post("/sign-in/phone", data={"phone": PHONE}).status_code == 200
    early = client.post("/sign-in/phone", data={"phone": PHONE})
    assert early.status_code == 429
    assert early.headers["Retry-After"] == "60"
    watch.later(seconds=60)
    assert client.post("/sign-in/phone", data={"phone": PHONE}).status_code == 200
    watch.later(seconds=60)
    assert client.post("/sign-in/phone", data={"phone": PHONE}).status_code == 429


def test_the_code_is_not_in_the_database(world: World, client: FlaskClient) -> None:
    client.post("/sign-in/phone", data={"phone": PHONE})
    kept = queries.newest_code(E164)
    assert kept.digest != code_sent().encode()
    assert len(kept.digest) == 32


@pytest.mark.parametrize(
    "phone", ["", "12345", "no number", "138 1234 567", "+86 138 1234 5678 ext 9"]
)
def test_what_is_no_phone_number_is_said_beside_the_field(
    session, client: FlaskClient, phone: str
) -> None:
    answer = client.post("/sign-in/phone", data={"phone": phone})
    assert answer.status_code == 422
    assert 'id="field-phone-error"' in answer.text


def test_a_real_installation_without_a_channel_offers_no_codes(
    house: Flask, app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = replace(house.extensions["settings"], env="production")
    monkeypatch.setitem(house.extensions, "settings", real)
    asked = client.get("/sign-in/phone")
    assert 'name="phone"' not in asked.text
    assert client.post("/sign-in/phone", data={"phone": PHONE}).status_code == 503


def test_a_link_sets_the_password_once(world: World, client: FlaskClient) -> None:
    link = entry.link_for(queries.by_username("stranger"))
    new = {"password": "a quite new password", "again": "a quite new password"}
    assert client.get(f"/sign-in/link/{link}").status_code == 200
    assert client.post(f"/sign-in/link/{link}", data=new).status_code == 303
    assert client.get(f"/sign-in/link/{link}").status_code == 410
    assert client.post(f"/sign-in/link/{link}", data=new).status_code == 410
    client.post("/sign-out")
    assert sign_in(client, "stranger", new["password"]).status_code == 303


def test_a_link_is_good_for_three_days(world: World, client: FlaskClient, watch: Clock) -> None:
    link = entry.link_for(queries.by_username("stranger"))
    watch.later(hours=71)
    assert client.get(f"/sign-in/link/{link}").status_code == 200
    watch.later(hours=2)
    assert client.get(f"/sign-in/link/{link}").status_code == 410


def test_an_invented_link_opens_nothing(session, client: FlaskClient) -> None:
    for text in ("x", "WzEsMF0.aSFx.abc", "a" * 300):
        assert client.get(f"/sign-in/link/{text}").status_code == 410


def test_every_sign_in_stands_in_the_log_of_its_account(world: World, client: FlaskClient) -> None:
    sign_in(client, "worker")
    event = audit.last("account", world.worker.id)
    assert event.move == "sign_in"
    assert event.data["way"] == "password"
    assert event.actor_id == world.worker.id


def test_the_language_chosen_is_kept_in_the_account(app: Flask, world: World) -> None:
    client = as_user(app, world.worker)
    client.post("/language/en")
    client.post("/type-size/large")
    db.session.expire_all()
    account = db.session.get(Account, world.worker.id)
    assert (account.locale, account.large_type) == ("en", True)


def test_two_accounts_never_share_a_user_name(session) -> None:
    someone("somebody")
    with pytest.raises(Unacceptable) as refused:
        actions.create_account(name="another", username="Somebody", by=None)
    assert "username" in refused.value.fields


def test_old_tries_and_codes_are_forgotten(world: World, client: FlaskClient, watch: Clock) -> None:
    sign_in(client, "worker", "wrong password")
    client.post("/sign-in/phone", data={"phone": PHONE})
    watch.later(days=2)
    entry.forget()
    assert queries.newest_code(E164) is None
    assert db.session.scalar(select(func.count()).select_from(Attempt)) > 0
    watch.later(days=30)
    entry.forget()
    assert db.session.scalar(select(func.count()).select_from(Attempt)) == 0


@pytest.mark.parametrize(
    ("proxies", "seen"), [(0, "10.0.0.9"), (1, "192.0.2.7"), (2, "203.0.113.5")]
)
def test_the_address_is_the_one_that_our_own_proxies_saw(proxies: int, seen: str) -> None:
    app = Flask("door")
    security.init_app(app, Settings.from_environment({"PROXIES": str(proxies)}))
    app.add_url_rule("/where", view_func=lambda: request.remote_addr)
    said = {"X-Forwarded-For": "203.0.113.5, 192.0.2.7"}
    answer = app.test_client().get("/where", headers=said, environ_base={"REMOTE_ADDR": "10.0.0.9"})
    assert answer.text == seen
