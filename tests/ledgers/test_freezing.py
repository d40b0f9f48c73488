"""Frozen ledgers: hashed, signed, never changed, and whoever changes one all the same is noticed."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from hypothesis import given, settings, strategies as st
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from tests.ledgers.test_files import words_in
from tests.residents.village import Village, building, flagged, village
from tests.world import World, as_user, someone
from webapp.base import audit, clock
from webapp.base.db import db
from webapp.base.flow import NotAllowed, NotOpen
from webapp.ledgers import actions, frozen, queries, verifying
from webapp.ledgers.models import Snapshot, Taking
from webapp.ledgers.queries import Place
from webapp.ledgers.rules import ERASE_YEARS, LEDGERS
from webapp.people import actors, queries as people
from webapp.people.actions import give_post
from webapp.people.actors import Person
from webapp.residents import actions as residents
from webapp.residents.rules import KeyGroup

__all__ = ["village"]

RESIDENTS = LEDGERS["residents"]
MONTH = date(2026, 11, 1)

values = st.one_of(st.none(), st.booleans(), st.integers(-(2**40), 2**40), st.text(max_size=12))
bodies = st.dictionaries(st.integers(1, 10**6), st.tuples(values, values), max_size=6)


def home(world: World) -> Place:
    found = queries.place(f"g{world.home.id}")
    assert found is not None
    return found


def froze(village: Village) -> Snapshot:
    return actions.freeze(RESIDENTS, home(village.world), MONTH, by=village.leader)


@settings(deadline=None, max_examples=60)
@given(bodies, bodies)
def test_one_text_for_one_set_of_rows_and_another_for_any_other(
    one: dict[int, Any], other: dict[int, Any]
) -> None:
    def hashed(rows: dict[int, Any]) -> str:
        return frozen.hashed(frozen.body_of(("a", "b"), rows.items()))

    assert hashed(one) == hashed(dict(reversed(one.items())))
    same = json.dumps(sorted(one.items())) == json.dumps(sorted(other.items()))
    assert (hashed(one) == hashed(other)) is same
    assert frozen.rows_of(frozen.body_of(("a", "b"), one.items())).lines == one


@settings(deadline=None, max_examples=60)
@given(bodies, bodies)
def test_what_differs_says_how_to_come_from_one_to_the_other(
    one: dict[int, Any], other: dict[int, Any]
) -> None:
    rows = [frozen.Rows(("a", "b"), each) for each in (one, other)]
    differs = frozen.differences(*rows)
    made = {key: value for key, value in one.items() if key not in differs.removed}
    made |= {key: other[key] for key in (*differs.added, *differs.changed)}
    assert made == other
    for key, changes in differs.changed.items():
        assert all(was == one[key]["ab".index(name)] for name, (was, _now) in changes.items())


def test_a_frozen_ledger_holds_and_is_masked(village: Village) -> None:
    snapshot = froze(village)
    assert verifying.verdict(snapshot).holds
    assert list(verifying.findings()) == []
    assert snapshot.rows == 1
    assert village.head.name not in (snapshot.body or "")
    assert [each.move for each in audit.history("ledger_snapshot", snapshot.id)] == ["freeze"]


def test_the_next_one_says_what_changed_since(village: Village) -> None:
    first = froze(village)
    spot = village.world.spot(village.world.home)
    other = residents.register(building(spot, name="2号楼"), by=village.world.worker)
    village.flat.building_id = other.id
    db.session.flush()
    second = froze(village)
    assert second.previous_id == first.id
    assert (second.added, second.changed, second.removed) == (0, 1, 0)
    assert first.body is not None
    assert second.body is not None
    differs = frozen.differences(frozen.rows_of(first.body), frozen.rows_of(second.body))
    assert differs.changed[village.head.id] == {"building": ("1号楼", "2号楼")}


def test_the_database_lets_nobody_change_or_remove_one(village: Village) -> None:
    snapshot = froze(village)
    for deed in (
        "UPDATE ledger_snapshot SET rows = 7",
        "UPDATE ledger_snapshot SET body = NULL",
        "UPDATE ledger_snapshot SET body = NULL, erased_at = now(), rows = 0",
        "DELETE FROM ledger_snapshot",
        "TRUNCATE ledger_snapshot CASCADE",
    ):
        with pytest.raises(IntegrityError), db.session.begin_nested():
            db.session.execute(text(deed))
    db.session.refresh(snapshot)
    assert verifying.verdict(snapshot).holds


@pytest.mark.parametrize(
    ("deed", "said"),
    [
        ("UPDATE ledger_snapshot SET body = replace(body, '302', '303')", "its rows are not those"),
        ("UPDATE ledger_snapshot SET month = '2026-10-01'", "was changed, or the key"),
        ("UPDATE ledger_snapshot SET place = place || ' '", "was changed, or the key"),
        (
            "UPDATE ledger_snapshot SET body = replace(body, '302', '303'), sha256 = encode("
            "sha256(convert_to(replace(body, '302', '303'), 'UTF8')), 'hex')",
            "has another hash than the log knows",
        ),
        ("DELETE FROM ledger_snapshot", "is gone, the log knows it"),
    ],
)
def test_a_superuser_who_changes_one_is_noticed(village: Village, deed: str, said: str) -> None:
    froze(village)
    db.session.execute(text("SET LOCAL session_replication_role = replica"))
    db.session.execute(text(deed))
    db.session.execute(text("SET LOCAL session_replication_role = origin"))
    db.session.expire_all()
    assert any(said in line for line in verifying.findings())


def test_what_was_frozen_is_printed_as_it_was_laid_out_then(app: Flask, village: Village) -> None:
    admin, worker = as_user(app, village.world.admin), as_user(app, village.world.worker)
    usual = froze(village)
    here = "/ledgers/residents/layout"
    said = {
        "base": 0,
        "title": "示例街道实有人口册",
        "subtitle": "（内部资料）",
        "place-relation": "2",
        "place-name": "1",
        "caption-name": "姓名（脱敏）",
        "signatures": "填报\n审核\n\n分管领导",
        "seals": "街道公章\n社区公章",
    }
    wrong = {"place-name": "two", "place-relation": "1", "place-building": "1", "title": "长" * 61}
    refused = admin.post(here, data=said | wrong)
    assert refused.status_code == 422
    for told in ("请填写1至999的数字", "另一列已用此序号", "最多60个字"):
        assert told in refused.get_data(as_text=True), told
    assert admin.post(here, data={"base": 0}).status_code == 422
    assert worker.post(here, data=said).status_code == 403
    assert worker.get(here).status_code == 403
    assert admin.post(here, data=said).status_code == 303
    assert admin.post(here, data=said).status_code == 409
    layout = queries.layout("residents")
    assert layout is not None
    assert [each.move for each in audit.history("ledger_layout", layout.id)] == ["lay_out"]
    snapshot = froze(village)
    assert verifying.verdict(snapshot).holds
    assert verifying.verdict(usual).holds
    assert admin.post(f"{here}/usual", data={"base": 1}).status_code == 303
    assert "示例街道实有人口册" not in admin.get(here).get_data(as_text=True)
    assert "示例街道实有人口册" in admin.get(f"{here}?number=1").get_data(as_text=True)
    own = ("示例街道实有人口册", "（内部资料）", "姓名（脱敏）", "分管领导", "社区公章")
    leader = as_user(app, village.leader)
    for form in ("xlsx", "docx", "pdf"):
        taken = [
            words_in(form, leader.post(f"/ledgers/{there}/file", data=asked).data)
            for there in (f"frozen/{snapshot.id}", f"frozen/{usual.id}", "residents")
            for asked in ({"form": form, "purpose": "核对"},)
        ]
        for words in own:
            assert [words in each for each in taken] == [True, False, False], (form, words)
        assert [("实有人口台账" in each, "1号楼" in each) for each in taken] == [
            (False, False),
            (True, True),
            (True, True),
        ]
    for deed in ("UPDATE ledger_layout SET said = '{}'", "DELETE FROM ledger_layout"):
        with pytest.raises(IntegrityError), db.session.begin_nested():
            db.session.execute(text(deed))
    db.session.execute(text("SET LOCAL session_replication_role = replica"))
    db.session.execute(text("UPDATE ledger_layout SET said = '{}'"))
    db.session.execute(text("SET LOCAL session_replication_role = origin"))
    db.session.expire_all()
    assert any("was changed, or the key" in line for line in verifying.findings())


def give(who: Person, role: str, world: World) -> None:
    account = people.account(who.id)
    assert account is not None
    since = clock.now() - timedelta(days=1)
    give_post(account, role=role, grid_id=world.home.id, unit_id=None, since=since, by=None)


def actor_of(who: Person) -> Person:
    found = actors.person(who.id)
    assert found is not None
    return found


def test_only_whoever_sees_the_whole_place_signs_for_it(village: Village) -> None:
    world, place = village.world, home(village.world)
    whole = queries.place("")
    community = queries.place(f"c{world.home.community_id}")
    assert whole is not None
    assert community is not None
    for who, where in (
        (world.worker, place),
        (world.neighbour, place),
        (world.stranger, place),
        (village.leader, whole),
        (village.leader, queries.place(f"g{world.next_door.id}") or whole),
    ):
        with pytest.raises(NotAllowed):
            actions.freeze(RESIDENTS, where, MONTH, by=who)
    both = someone("both", "grid_leader", grid=world.next_door)
    give(both, "grid_worker", world)
    with pytest.raises(NotAllowed):
        actions.freeze(RESIDENTS, place, MONTH, by=actor_of(both))
    port = someone("port", "port_manager")
    assert actions.freeze(LEDGERS["vessels"], whole, MONTH, by=port).rows == 0
    with pytest.raises(NotAllowed):
        actions.freeze(LEDGERS["enterprises"], whole, MONTH, by=port)
    street = someone("street", "street_leader")
    for where in (whole, community, place):
        assert actions.freeze(RESIDENTS, where, MONTH, by=street).rows == 1
    later = (MONTH + timedelta(days=62)).replace(day=1)
    with pytest.raises(NotOpen):
        actions.freeze(RESIDENTS, place, later, by=street)


def test_lists_and_pages_let_the_same_people_read(app: Flask, village: Village) -> None:
    world, snapshot = village.world, froze(village)
    street = someone("street", "street_leader")
    for who, reads in (
        (village.leader, True),
        (world.worker, True),
        (street, True),
        (world.neighbour, False),
        (world.dispatcher, False),
        (world.stranger, False),
    ):
        listed = [each.id for each in queries.snapshots(who).rows]
        assert listed == ([snapshot.id] if reads else [])
        status = as_user(app, who).get(f"/ledgers/frozen/{snapshot.id}").status_code
        assert status == (200 if reads else 403)


def test_the_pages_freeze_and_show_what_was_signed(app: Flask, village: Village) -> None:
    flagged(village.head, village.leader, KeyGroup.LIVES_ALONE)
    leader = as_user(app, village.leader)
    said = {"place": f"g{village.world.home.id}", "month": "2026-11"}
    address = leader.post("/ledgers/alone/freeze", data=said).headers["Location"]
    again = leader.post("/ledgers/alone/freeze", data=said).headers["Location"]
    shut = leader.get(again).get_data(as_text=True)
    assert "签名后未改动" in shut
    assert "302" not in shut
    assert leader.post(f"{again}/look", data={}).status_code == 422
    opened = leader.post(f"{again}/look", data={"purpose": "核对"}).get_data(as_text=True)
    assert "302" in opened
    assert db.session.scalars(select(Taking)).one().snapshot_id is not None
    assert address != again
    refused = leader.post("/ledgers/alone/freeze", data={"place": "", "month": "2026-11"})
    assert refused.status_code == 403


def test_rows_about_people_are_erased_when_their_time_is_over(village: Village) -> None:
    snapshot = froze(village)
    assert actions.erase() == 0
    with clock.at(clock.now() + timedelta(days=366 * ERASE_YEARS + 1)):
        assert actions.erase() == 1
    db.session.refresh(snapshot)
    verdict = verifying.verdict(snapshot)
    assert (verdict.rows, verdict.head, verdict.holds) == (None, True, True)
    assert list(verifying.findings()) == []
