"""Bodies, rights, commands: what stands around people."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests.world import PASSWORD, World, as_user
from webapp.base.access import RIGHTS, may
from webapp.base.db import db
from webapp.base.flow import Unacceptable
from webapp.grids.models import Unit
from webapp.grids.rules import UnitKind
from webapp.people import actors, bodies, queries, rights
from webapp.people.rules import ROLES


def unit(kind: UnitKind) -> Unit:
    return db.session.scalars(select(Unit).where(Unit.kind == kind).order_by(Unit.id)).first()


def test_sixteen_departments_and_seven_workstations_are_there(session) -> None:
    counted = dict(session.execute(select(Unit.kind, func.count()).group_by(Unit.kind)).all())
    assert counted["department"] == 16
    assert counted["station"] == 7


def test_no_person_is_named_in_the_table_of_departments(root) -> None:
    text = (root / "webapp/people/data/departments.tsv").read_text(encoding="utf-8")
    assert "：" not in text


def test_a_body_is_added_renamed_and_coded_by_form(app: Flask, world: World) -> None:
    admin = as_user(app, world.admin)
    made = admin.post("/people/units", data={"kind": "station", "name": "新站"})
    assert made.status_code == 303
    new = queries.unit_named("新站")
    address = f"/people/units/{new.id}"
    admin.post(f"{address}/change", data={"name": "新工作站", "name_en": "New station"})
    code = {"system": "local", "code": "W9", "provisional": "1"}
    assert admin.post(f"{address}/codes", data=code).status_code == 303
    assert admin.post(f"{address}/codes", data=code).status_code == 422
    text = admin.get(address).text
    assert "新工作站" in text
    assert "W9" in text
    db.session.expire_all()
    kept = queries.unit(new.id).codes[0]
    assert kept.provisional
    assert admin.post(f"{address}/codes/{kept.id}/remove").status_code == 303
    assert admin.post(f"{address}/codes/{kept.id}/remove").status_code == 409


def test_two_bodies_of_a_kind_never_share_a_name(world: World) -> None:
    name = unit(UnitKind.STATION).name
    with pytest.raises(Unacceptable) as refused:
        bodies.add(kind=UnitKind.STATION, name=name, name_en=None, by=world.admin)
    assert "name" in refused.value.fields


def test_levels_above_the_community_come_with_the_geodata(world: World) -> None:
    with pytest.raises(Unacceptable):
        bodies.add(kind=UnitKind.SUBDISTRICT, name="another", name_en=None, by=world.admin)


def test_a_community_shows_its_several_codes(app: Flask, world: World) -> None:
    street = db.session.get(Unit, queries.street_id())
    text = as_user(app, world.admin).get(f"/people/units/{street.id}").text
    assert "370672004" in text
    assert "370676003" in text


def test_the_table_of_rights_holds_every_right_with_words(session) -> None:
    rows = rights.table()
    assert {row.right for row in rows} == set(RIGHTS)
    assert [row.right for row in rows if row.words == row.right] == []
    assert all(row.who for row in rows)


@pytest.mark.parametrize("role", ["grid_worker", "dispatcher", "admin", "supervisor", "resident"])
def test_the_table_says_what_the_rules_say(session, role: str) -> None:
    held = actors.Held(1, role, "", frozenset(), frozenset(), everywhere=True)
    who = actors.Person(1, "one", None, False, False, 0, (held,))
    for row in rights.table():
        if not row.own:
            assert may(who, row.right) is (role in row.roles), row.right


def test_the_rights_page_shows_one_role_or_all(app: Flask, world: World) -> None:
    admin = as_user(app, world.admin)
    whole = admin.get("/people/rights").text
    alone = admin.get("/people/rights?role=resident").text
    assert "people.manage" in whole
    assert "people.manage" not in alone
    assert "people.self" in alone


def test_every_role_has_words_in_chinese(session) -> None:
    from flask_babel import force_locale

    with force_locale("zh_CN"):
        assert all(not str(role.words).isascii() for role in ROLES.values())


def test_the_first_administrator_is_made_by_a_command(app: Flask) -> None:
    runner = app.test_cli_runner()
    made = runner.invoke(
        args=["people", "admin", "boss", "--name", "管理员", "--password", PASSWORD]
    )
    assert made.exit_code == 0, made.output
    again = runner.invoke(args=["people", "admin", "boss", "--password", "another long one"])
    assert again.exit_code == 0, again.output
    with app.app_context():
        who = actors.person(queries.by_username("boss").id)
        assert who.holds(("admin",))
        assert who.everywhere(("admin",))


def test_a_weak_password_makes_no_administrator(app: Flask) -> None:
    made = app.test_cli_runner().invoke(args=["people", "admin", "boss", "--password", "short"])
    assert made.exit_code == 1
    assert "10" in made.output
