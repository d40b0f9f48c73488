"""Accounts as administrators see and change them; numbers nobody sees by the way."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import event

from tests.world import World, as_user, someone
from webapp.base import audit, clock
from webapp.base.db import db
from webapp.people import actions, entry, passwords, posts, queries
from webapp.people.rules import ROLES

E164 = "+8613812341234"


@pytest.fixture
def phone(world: World) -> str:
    """The worker has a phone."""
    actions.change_account(
        queries.account(world.worker.id),
        name="worker",
        username="worker",
        phone=E164,
        by=world.admin,
    )
    db.session.commit()
    return E164


def counted(app: Flask, address: str, client) -> int:
    """How many statements an address costs."""
    said: list[str] = []

    def hear(_connection, _cursor, statement, *_rest) -> None:
        said.append(statement)

    engine = db.engine
    event.listen(engine, "before_cursor_execute", hear)
    try:
        assert client.get(address).status_code == 200
    finally:
        event.remove(engine, "before_cursor_execute", hear)
    return len(said)


def test_an_account_is_made_and_its_owner_gets_in_by_a_link(app: Flask, world: World) -> None:
    admin = as_user(app, world.admin)
    answer = admin.post("/people/accounts", data={"name": "new one", "username": "new-one"})
    assert answer.status_code == 303
    made = queries.by_username("new-one")
    shown = admin.post(f"/people/accounts/{made.id}/reset")
    link = re.search(r"/sign-in/link/[^\"<]+", shown.text)[0]
    owner = app.test_client()
    new = {"password": "a long new password", "again": "a long new password"}
    assert owner.post(link, data=new).status_code == 303
    assert owner.get("/people/me").status_code == 200


def test_a_reset_ends_the_old_password_and_every_session(app: Flask, world: World) -> None:
    owner = as_user(app, world.worker)
    as_user(app, world.admin).post(f"/people/accounts/{world.worker.id}/reset")
    assert owner.get("/people/me").status_code == 302
    db.session.expire_all()
    assert queries.account(world.worker.id).password_hash is None


def test_a_newer_link_ends_the_older_one(world: World) -> None:
    account = queries.account(world.worker.id)
    actions.reset_password(account, by=world.admin)
    older = entry.link_for(account)
    actions.reset_password(account, by=world.admin)
    assert entry.account_of_link(older) is None
    assert entry.account_of_link(entry.link_for(account)) is account


@pytest.mark.parametrize(
    ("field", "sent"),
    [
        ("name", {"username": "new-one"}),
        ("username", {"name": "new one"}),
        ("username", {"name": "new one", "username": "WORKER"}),
        ("username", {"name": "new one", "username": "has blanks"}),
        ("username", {"name": "new one", "username": "13812341234"}),
        ("phone", {"name": "new one", "phone": "12"}),
        ("phone", {"name": "new one", "phone": "138 1234 1234"}),
    ],
)
def test_a_refused_account_is_shown_again_with_the_error_beside_its_field(
    app: Flask, world: World, phone: str, field: str, sent: dict[str, str]
) -> None:
    answer = as_user(app, world.admin).post("/people/accounts", data=sent)
    assert answer.status_code == 422
    assert f'id="field-{field}-error"' in answer.text


def test_an_empty_number_keeps_the_one_that_is_known(app: Flask, world: World, phone: str) -> None:
    admin = as_user(app, world.admin)
    address = f"/people/accounts/{world.worker.id}/change"
    admin.post(address, data={"name": "renamed", "username": "worker"})
    db.session.expire_all()
    assert queries.account(world.worker.id).phone == E164
    admin.post(address, data={"name": "renamed", "username": "worker", "no_phone": "1"})
    db.session.expire_all()
    assert queries.account(world.worker.id).phone is None


def test_the_log_says_that_a_number_changed_and_not_which_it_was(world: World, phone: str) -> None:
    told = audit.last("account", world.worker.id)
    assert told.data == {"fields": ["phone"]}
    assert not any("1234" in str(each.data) for each in audit.history("account", world.worker.id))


def test_no_page_of_lists_or_forms_shows_a_whole_number(
    app: Flask, world: World, phone: str
) -> None:
    admin = as_user(app, world.admin)
    for address in (
        "/people/accounts",
        f"/people/accounts/{world.worker.id}",
        f"/people/accounts/{world.worker.id}/change",
        "/people/accounts/options?to=worker",
    ):
        text = admin.get(address).text
        assert "12341234" not in text.replace(" ", "")
    assert "138****1234" in admin.get("/people/accounts").text


def test_a_number_is_shown_for_a_purpose_that_the_log_keeps(
    app: Flask, world: World, phone: str
) -> None:
    admin = as_user(app, world.admin)
    address = f"/people/accounts/{world.worker.id}/reveal"
    assert admin.post(address, data={"purpose": ""}).status_code == 422
    shown = admin.post(address, data={"purpose": "call about a case"})
    assert "138 1234 1234" in shown.text
    told = audit.last("account", world.worker.id)
    assert (told.move, told.actor_id) == ("reveal", world.admin.id)
    assert told.data["purpose"] == "call about a case"


def test_those_who_may_only_look_see_no_whole_number(app: Flask, world: World, phone: str) -> None:
    supervisor = as_user(app, someone("supervisor", "supervisor"))
    assert supervisor.get(f"/people/accounts/{world.worker.id}").status_code == 200
    answer = supervisor.post(
        f"/people/accounts/{world.worker.id}/reveal", data={"purpose": "curious"}
    )
    assert answer.status_code == 403


def test_the_list_begins_with_those_who_hold_a_post(app: Flask, world: World) -> None:
    browser = as_user(app, world.admin)
    begins = browser.get("/people/accounts").text
    assert "neighbour" in begins
    assert "stranger" not in begins
    assert "stranger" in browser.get("/people/accounts?role=").text


def test_an_account_is_found_by_a_part_of_its_name_and_by_its_whole_number(
    app: Flask, world: World, phone: str
) -> None:
    admin = as_user(app, world.admin)
    assert "stranger" in admin.get("/people/accounts?q=RANGE").text
    assert "worker" in admin.get("/people/accounts?q=138 1234 1234").text
    assert "Nobody fits" in admin.get("/people/accounts?q=1234&lang=en").text
    assert "Nobody fits" in admin.get("/people/accounts?q=%25&lang=en").text


def test_a_part_of_a_page_is_the_part_alone(app: Flask, world: World, phone: str) -> None:
    admin = as_user(app, world.admin)
    asked = {"HX-Request": "true"}
    part = admin.get("/people/accounts?q=worker", headers=asked).text
    assert "138****1234" in part
    assert "<html" not in part
    assert "<html" not in admin.get("/people/enterprises", headers=asked).text
    address = f"/people/accounts/{world.worker.id}/reveal"
    shown = admin.post(address, data={"purpose": "call back"}, headers=asked).text
    assert "138 1234 1234" in shown
    assert "<html" not in shown


def test_a_list_by_post_names_those_who_hold_it_now(app: Flask, world: World) -> None:
    posts.end(queries.posts_of(world.worker.id)[0], at=clock.now(), by=world.admin)
    db.session.commit()
    found = queries.accounts(role="grid_worker").rows
    assert world.neighbour.id in {each.id for each in found}


def test_pages_of_a_long_list_miss_nobody_and_name_nobody_twice(world: World) -> None:
    for number in range(23):
        actions.create_account(name=f"same name {number % 3}", username=f"u-{number}", by=None)
    seen: list[int] = []
    after = None
    while True:
        found = queries.accounts(words="same name", after=after, limit=5)
        seen += [each.id for each in found.rows]
        after = found.after
        if after is None:
            break
    assert len(seen) == len(set(seen)) == 23


def test_a_longer_list_costs_no_more_statements(app: Flask, world: World) -> None:
    admin = as_user(app, world.admin)
    few = counted(app, "/people/accounts", admin)
    for number in range(20):
        someone(f"more-{number}", "grid_worker", grid=world.home)
    db.session.commit()
    assert counted(app, "/people/accounts", admin) == few


def test_locking_signs_out_and_unlocking_lets_in(app: Flask, world: World) -> None:
    owner, admin = as_user(app, world.worker), as_user(app, world.admin)
    address = f"/people/accounts/{world.worker.id}"
    assert admin.post(f"{address}/lock", data={"reason": "on leave"}).status_code == 303
    assert owner.get("/people/me").status_code == 302
    assert admin.post(f"{address}/lock", data={"reason": "again"}).status_code == 409
    assert admin.post(f"{address}/unlock").status_code == 303
    as_user(app, world.worker)


def test_nobody_locks_their_own_account(app: Flask, world: World) -> None:
    someone("second", "admin")
    admin = as_user(app, world.admin)
    answer = admin.post(f"/people/accounts/{world.admin.id}/lock", data={"reason": "x y"})
    assert answer.status_code == 422


def test_a_password_of_ten_characters_is_the_shortest(session) -> None:
    from webapp.base.flow import Unacceptable

    assert passwords.hashed("ten chars!", username=None)
    with pytest.raises(Unacceptable):
        passwords.hashed("nine char", username=None)


@pytest.fixture
def doors(app: Flask) -> Iterator[list[tuple[str, str, str]]]:
    """Every address of the pages of people: method, address, right."""
    mine = {
        "people_admin",
        "posts",
        "hand_overs",
        "units",
        "enterprises",
        "roster",
        "tokens",
        "own",
    }
    found = []
    values = {"code": "DJJ-C-001", "name": "give", "text": "x"}
    with app.test_request_context():
        for rule in app.url_map.iter_rules():
            blueprint = rule.endpoint.partition(".")[0]
            if blueprint not in mine:
                continue
            given = {each: values.get(each, 1) for each in rule.arguments}
            address = app.url_map.bind("localhost").build(rule.endpoint, given)
            right = getattr(app.view_functions[rule.endpoint], "right", None)
            method = "POST" if "POST" in rule.methods else "GET"
            found.append((method, address, right))
    return found


def test_every_page_of_people_wants_a_right(doors: list[tuple[str, str, str]]) -> None:
    assert len(doors) > 45
    assert [each for each in doors if each[2] is None] == []


def test_a_visitor_is_sent_to_the_door(app: Flask, world: World, doors) -> None:
    client = app.test_client()
    app.config["WTF_CSRF_METHODS"] = []
    for method, address, _right in doors:
        answer = client.open(address, method=method)
        assert answer.status_code in (302, 401, 404), (method, address, answer.status_code)
        assert "/sign-in" in answer.headers.get("Location", "/sign-in")


def test_a_stranger_gets_no_further_than_the_own_account(app: Flask, world: World, doors) -> None:
    client = as_user(app, world.stranger)
    for method, address, right in doors:
        if right == "people.self":
            continue
        answer = client.open(address, method=method)
        assert answer.status_code in (403, 404), (method, address, answer.status_code)


@pytest.mark.parametrize(
    "role", ["grid_worker", "dispatcher", "shift_leader", "street_leader", "supervisor", "machine"]
)
def test_only_administrators_manage_people(app: Flask, world: World, doors, role: str) -> None:
    who = someone("one", role, grid=world.home if ROLES[role].over_grid else None)
    client = as_user(app, who)
    for method, address, right in doors:
        if right == "people.manage":
            answer = client.open(address, method=method)
            assert answer.status_code in (403, 404), (address, answer.status_code)
