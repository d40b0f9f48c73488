"""What the database keeps of former rows: lists of the past are what they were, and nobody is kept longer."""

from __future__ import annotations

import re
from datetime import datetime, time, timedelta
from typing import Any

import pytest
from flask import Flask, url_for
from sqlalchemy import LargeBinary, delete, func, select, text, update

from tests.cases import stages
from tests.world import World, as_user
from webapp.base import clock, kept
from webapp.base.datum import Datum
from webapp.base.db import Base, db
from webapp.base.exports import past_page, queries
from webapp.base.exports.sheet import SHEETS, Sheet
from webapp.base.kept import TABLES, FormerRow, Kept, KeptSince
from webapp.base.past import REACH, NotKept
from webapp.base.then import SINCE, as_of, as_then
from webapp.cases import moves
from webapp.cases.desk import past_queries as queue
from webapp.cases.desk.forms import Wish
from webapp.cases.models import Case
from webapp.cases.rota import actions as rota
from webapp.cases.rota.models import Shift
from webapp.maps.layers import LAYERS
from webapp.monitoring.weather import actions as weather
from webapp.monitoring.weather.forms import WindForm
from webapp.people import days
from webapp.people.models import Enterprise

HOUR = timedelta(hours=1)

# Whoever is named or reached by these is told of in the row itself and nowhere else.
PERSONAL = re.compile(
    r"^(caller|owner(?!_id)|contact_p|officer|signer|phone|crew|responsible|id_number)"
)
OF_OFFICES = {("service_point", "phone"), ("camera", "owner")}

TRIGGERS = text("""
    SELECT c.relname, t.tgname, pg_get_triggerdef(t.oid) FROM pg_trigger t
    JOIN pg_class c ON c.oid = t.tgrelid WHERE t.tgname IN ('former_none', 'former_change')
""")


def firms(world: World, moment: datetime | None, **wish: str) -> dict[str, Any]:
    """The addresses of the enterprises by their names, as they are or as of a moment."""
    asked = {**wish, **({"as_of": moment.isoformat()} if moment else {})}
    rows = queries.listed(SHEETS["enterprises"], world.admin, asked, "zh_CN", skip=0)
    return {row[0]: row[4] for row in rows}


@pytest.fixture
def firm(world: World) -> Enterprise:
    """A firm that came three days ago, and whose address and contact were changed two days ago."""
    lon, lat = world.spot(world.home)
    now = clock.now()
    with clock.at(now - 72 * HOUR):
        made = Enterprise(
            name="海产加工厂", address="渔港路1号", premises="factory", contact_post="厂办"
        )
        made.place_at(lon, lat, datum=Datum.WGS84)
        db.session.add(made)
        db.session.flush()
    with clock.at(now - 48 * HOUR):
        made.address, made.contact_post = "渔港路9号", "安全科"
        db.session.flush()
    return made


def test_a_list_says_what_it_said(world: World, firm: Enterprise) -> None:
    now = clock.now()
    assert firm.name not in firms(world, now - 73 * HOUR)
    assert firms(world, now - 60 * HOUR, q="海产") == {firm.name: "渔港路1号"}
    assert firms(world, now - 47 * HOUR, q="海产") == {firm.name: "渔港路9号"}
    with clock.at(now - HOUR):
        firm.closed_at = clock.now()
        db.session.flush()
    assert firms(world, None, q="海产") == {}
    assert firms(world, now - 2 * HOUR, q="海产") == {firm.name: "渔港路9号"}
    # It lies where it lay, to the last bit.
    with as_of(now - 60 * HOUR):
        then = db.session.scalar(select(Enterprise.geom).where(Enterprise.id == firm.id))
    assert (
        then.desc == db.session.scalar(select(Enterprise.geom).where(Enterprise.id == firm.id)).desc
    )
    # What is personal was kept nowhere else.
    read = db.session.scalars(select(FormerRow.fields).where(FormerRow.key == firm.id)).all()
    assert "厂办" not in repr(read)
    assert firm.contact_post in repr(
        queries.listed(
            SHEETS["enterprises"],
            world.admin,
            {"as_of": (now - 60 * HOUR).isoformat(), "q": "海产"},
            "zh_CN",
            skip=0,
        )
    )


def test_whoever_is_gone_leaves_no_former_row(world: World, firm: Enterprise) -> None:
    key = firm.id
    db.session.execute(delete(Enterprise).where(Enterprise.id == key))
    # Of what told of somebody nothing is left to tell, whatever the rest was.
    assert firms(world, clock.now() - 60 * HOUR, q="海产") == {}
    for table in ("household", "resident", "opinion", "neighbour_role", "service_application"):
        way = TABLES[table]
        assert isinstance(way, Kept)
        assert way.forgotten, table
    old = clock.now() - REACH * 2
    db.session.execute(update(FormerRow).where(FormerRow.key == key).values(until=old))
    kept.forget()
    assert db.session.scalar(select(func.count()).where(FormerRow.until == old)) == 0


def test_as_of_now_each_list_is_the_list(app: Flask, world: World, firm: Enterprise) -> None:
    stages.reported(world)
    db.session.commit()
    now = clock.now()
    for sheet in SHEETS.values():
        if not sheet.page or sheet.own_past:
            continue
        told = [at for at, each in enumerate(sheet.columns) if not past_page.untold(each)]
        today, then = (
            [
                [row[at] for at in told]
                for row in queries.listed(sheet, world.admin, wish, "en", skip=0)
            ]
            for wish in ({}, {"as_of": now.isoformat()})
        )
        assert sorted(map(repr, today)) == sorted(map(repr, then)), sheet.name


def test_a_page_of_the_past_is_marked_and_taken_out(
    app: Flask, world: World, firm: Enterprise
) -> None:
    db.session.commit()
    client = as_user(app, world.admin)
    when = {"as_of": (clock.now() - 60 * HOUR).isoformat(), "q": "海产"}
    body = client.get("/people/enterprises", query_string=when).get_data(as_text=True)
    assert "这是过去" in body
    assert "渔港路1号" in body
    assert 'class="past-now"' in body
    taken = client.post("/exports/enterprises", query_string=when, data={"format": "csv"})
    assert taken.get_data(as_text=True).count("渔港路1号") == 1
    # Rights are those of now, of the list itself.
    stranger = as_user(app, world.stranger)
    assert stranger.get("/people/enterprises", query_string=when).status_code == 403
    assert app.test_client().get("/people/enterprises", query_string=when).status_code == 302


def test_boards_say_what_they_said(app: Flask, world: World) -> None:
    before, day = clock.now(), days.today() + timedelta(days=1)
    on_duty = {"first": day, "last": day, "begin": time(8), "end": time(9)}
    rota.put_on_duty([world.worker.id], **on_duty, by=world.admin)
    weather.say(WindForm(whence=90, speed_ms=7.3), by=world.dispatcher)
    db.session.commit()
    between = clock.now()
    rota.take_off_duty(db.session.scalars(select(Shift)).one(), by=world.admin)
    weather.say(WindForm(whence=90, speed_ms=2.1), by=world.dispatcher)
    db.session.commit()
    client = as_user(app, world.shift_leader)

    def read(path: str, **more: str) -> list[str]:
        whens = ({"as_of": before.isoformat()}, {"as_of": between.isoformat()}, {})
        return [client.get(path, query_string={**more, **when}).text for when in whens]

    shown = read("/rota", week=day.isoformat())
    assert [body.count('class="shift"') for body in shown] == [0, 1, 0]
    assert ["<fieldset" in body for body in shown] == [False, False, True]
    for path in ("/wind", "/recalls"):
        told = read(path)
        assert ["7.3" in body for body in told[:2]] == [False, True], path
        assert "2.1" in told[2]


def test_a_page_without_a_past_does_not_show_the_present(app: Flask, world: World) -> None:
    asked = {"as_of": (clock.now() - HOUR).isoformat()}
    client = as_user(app, world.shift_leader)
    for path in ("/notices", "/people/rights", "/exports", "/gates"):
        answer = client.get(path, query_string=asked, headers={"Accept": "application/json"})
        assert (answer.status_code, answer.get_json()["error"]["code"]) == (422, "not_kept")


def test_before_it_was_kept_nobody_guesses(
    app: Flask, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    since = clock.now() - HOUR
    db.session.execute(update(KeptSince).values(since=since))
    # A connection asks once: from now on this one knows nothing older.
    monkeypatch.setitem(db.session.connection().info, SINCE, dict.fromkeys(TABLES, since))
    client = as_user(app, world.admin)
    answer = client.get(
        "/cameras",
        query_string={"as_of": (since - HOUR).isoformat()},
        headers={"Accept": "application/json"},
    )
    assert answer.status_code == 422
    with pytest.raises(NotKept):
        as_then("SELECT camera.id FROM camera", since - HOUR, {"camera": since})
    with pytest.raises(NotKept):
        as_then("SELECT ticket.id FROM ticket", since, {})
    with pytest.raises(NotKept):
        as_then("UPDATE camera SET name = ''", since, {"camera": since})


def test_the_past_says_in_whose_hands_a_case_was(world: World) -> None:
    noon = clock.now() - 30 * HOUR
    with clock.at(noon):
        case = stages.reported(world)
    with clock.at(noon + HOUR):
        moves.file_case(case, by=world.dispatcher)
        moves.dispatch(case, to=world.worker.id, by=world.dispatcher)
        moves.sign(case, by=world.worker)
    with clock.at(noon + 3 * HOUR):
        moves.void(case, note="不存在", by=world.shift_leader)
    db.session.commit()

    def handler(moment: datetime, **more: Any) -> str | None:
        found = queue.whole(world.dispatcher, Wish(**more), moment)
        row = db.session.execute(found.where(Case.id == case.id)).one_or_none()
        return row.handler if row else "not there"

    assert handler(noon + HOUR / 2) is None
    assert handler(noon + 2 * HOUR) == world.worker.name
    assert handler(noon + 2 * HOUR, department=1) == "not there"


def test_every_layer_is_told_of_the_past(app: Flask, world: World) -> None:
    client, when = as_user(app, world.shift_leader), {"as_of": clock.now().isoformat()}
    for name in LAYERS:
        answer = client.get(f"/maps/layers/{name}.json", query_string=when)
        assert answer.status_code in (200, 403), answer.get_data(as_text=True)
        if answer.status_code == 200:
            now, then = client.get(f"/maps/layers/{name}.json").get_json(), answer.get_json()
            same = "features" if "features" in now else "rows"
            # Who was on watch is not told of the past.
            known = [each for each in now[same] if name != "counts" or each[1]]
            assert len(known) == len(then[same]), name


def test_the_triggers_are_those_of_the_code(world: World) -> None:
    rows = {(table, name): words for table, name, words in db.session.execute(TRIGGERS)}
    ways = {name: way for name, way in TABLES.items() if isinstance(way, Kept)}
    assert {table for table, _name in rows} == set(ways)
    for table, way in ways.items():
        change = rows[table, "former_change"]
        out, only, shapes = (
            "{" + ",".join(n) + "}" for n in ((*way.now, *way.untold), way.only, way.shapes)
        )
        forgotten = "forgotten" if way.forgotten else ""
        assert f"former_change('{out}', '{only}', '{shapes}', '{forgotten}')" in change, table
        columns = Base.metadata.tables[table].columns
        assert {*way.now, *way.untold, *way.only, *way.fixed, *way.shapes} <= set(columns.keys())
        assert "id" in columns, table


def test_nothing_personal_is_kept_in_former_rows() -> None:
    for table, way in TABLES.items():
        if not isinstance(way, Kept):
            continue
        for column in Base.metadata.tables[table].columns:
            is_kept = (
                column.name in way.only if way.only else column.name not in (*way.now, *way.untold)
            )
            if is_kept and (table, column.name) not in OF_OFFICES:
                assert not PERSONAL.search(column.name), (table, column.name)
                assert not isinstance(column.type, LargeBinary), (table, column.name)


def test_every_list_stands_on_its_page_and_leads_to_its_things(app: Flask) -> None:
    def lives(sheet: Sheet) -> bool:
        with app.test_request_context("/"):
            more = {"project_id": 1} if sheet.thing else {}
            if sheet.leads:
                url_for(sheet.leads[0], **{sheet.leads[1]: 1})
            return bool(url_for(sheet.page, **more))

    owns = {each.own_past for each in SHEETS.values()}
    without = {name for name, each in SHEETS.items() if not each.page and name not in owns}
    assert without == {"residents"}
    assert all(lives(each) for each in SHEETS.values() if each.page)
