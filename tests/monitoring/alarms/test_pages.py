"""Pages of alarms: who may open which, what stands on them, and what their buttons do."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, select, text
from sqlalchemy.orm import Session

from tests.monitoring.alarms.told import climb_after, incident_of, raised
from tests.world import World, as_user, someone
from webapp.base import clock
from webapp.base.db import db
from webapp.cases import moves
from webapp.monitoring.alarms import handling, listing, queries
from webapp.monitoring.alarms.figures import queries as figures
from webapp.monitoring.alarms.figures.queries import Span
from webapp.monitoring.alarms.models import Alarm, Shelf
from webapp.monitoring.alarms.rules import Outcome, State
from webapp.monitoring.signals import Change, Kind, Severity

DAY = timedelta(days=1)
PAGES = (
    "/alarms",
    "/alarms/board",
    "/alarms/figures",
    "/alarms/shelves",
    "/alarms/ladders",
    "/alarms/drill",
)


def text_of(client: FlaskClient, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, (address, answer.status_code)
    return answer.get_data(as_text=True)


@pytest.mark.parametrize("address", PAGES)
def test_pages_are_for_the_desk(app: Flask, world: World, address: str) -> None:
    raised(world)
    assert as_user(app, world.dispatcher).get(address).status_code == 200
    assert as_user(app, world.stranger).get(address).status_code == 403
    assert as_user(app, world.worker).get(address).status_code == 403
    assert app.test_client().get(address).status_code in (303, 302, 401)


def test_the_street_leader_reads_and_changes_nothing(app: Flask, world: World) -> None:
    leader = someone("leader", "street_leader")
    alarm = raised(world)
    client = as_user(app, leader)
    page = text_of(client, f"/alarms/{alarm.id}")
    assert "确认接警" not in page
    assert "闯入禁区" in page
    assert client.post(f"/alarms/{alarm.id}/see").status_code == 403
    assert "alarm-corner" not in text_of(client, "/alarms/board")


def test_an_alarm_rings_in_every_corner_until_it_is_acknowledged(app: Flask, world: World) -> None:
    alarm = raised(world)
    client, other = as_user(app, world.dispatcher), as_user(app, world.shift_leader)
    for each in (client, other):
        ring = text_of(each, "/alarms/ringing")
        assert 'data-ringing="major"' in ring
        assert "重大告警。闯入禁区" in ring
    answer = client.post(
        f"/alarms/incidents/{alarm.incident_id}/see", data={"bar": "1"}, headers={"HX-Request": "1"}
    )
    assert "data-ringing" not in answer.get_data(as_text=True)
    assert "data-ringing" not in text_of(other, "/alarms/ringing")
    db.session.refresh(alarm)
    assert alarm.state == State.SEEN


def test_it_is_closed_with_its_outcome_and_errors_stand_beside_their_fields(
    app: Flask, world: World
) -> None:
    alarm = raised(world, Kind.SMOKE)
    client = as_user(app, world.dispatcher)
    early = client.post(f"/alarms/{alarm.id}/close", data={"outcome": "false", "note": "steam"})
    assert early.status_code == 409
    assert "须先确认接警" in early.get_data(as_text=True)
    assert client.post(f"/alarms/{alarm.id}/see").status_code == 303
    bare = client.post(f"/alarms/{alarm.id}/close", data={"outcome": "false"})
    assert (bare.status_code, "field-note-error" in bare.get_data(as_text=True)) == (422, True)
    whole = client.post(f"/alarms/{alarm.id}/close", data={"outcome": "false", "note": "steam"})
    assert whole.status_code == 303
    page = text_of(client, f"/alarms/{alarm.id}")
    assert "误报" in page
    assert "steam" in page


def test_two_who_acknowledge_at_once_read_who_was_faster(app: Flask, world: World) -> None:
    alarm = raised(world)
    handling.see(alarm, by=world.shift_leader)
    late = as_user(app, world.dispatcher).post(f"/alarms/{alarm.id}/see", data={"base_version": 1})
    assert late.status_code == 409
    assert "shift_leader" in late.get_data(as_text=True)


def test_lanes_and_filters_narrow_the_list(app: Flask, world: World) -> None:
    raised(world, words="by the north gate")
    handling.close(
        raised(world, Kind.CROWD, device="C2"), outcome=Outcome.REAL, note=None, by=world.dispatcher
    )
    client = as_user(app, world.dispatcher)
    assert "north gate" in text_of(client, "/alarms?lane=unseen")
    assert "north gate" not in text_of(client, "/alarms?lane=closed")
    assert "人群聚集" in text_of(client, "/alarms?lane=closed").split('id="found"')[1]
    assert "north gate" not in text_of(client, "/alarms?q=south")
    # Words too short for a trigram are found, too, and by an index.
    raised(world, words="3 号罐区 Qx", device="C3")
    for words, there in (
        ("罐区", True),
        ("罐", True),
        ("qX", True),
        ("3 号", True),
        ("罐号", False),
    ):
        shown = text_of(client, f"/alarms?lane=unseen&q={words}").split('id="found"')[1]
        assert ("号罐区" in shown) == there, words
    db.session.execute(text("SET LOCAL enable_seqscan = off"))
    for words, index in (("罐区", "ix_alarm_pieces"), ("gate", "ix_alarm_told")):
        asked = listing.narrowed(world.dispatcher, lane="closed", words=words).order_by(None)
        said = asked.compile(db.engine, compile_kwargs={"literal_binds": True})
        plan = db.session.connection().exec_driver_sql(f"EXPLAIN {said}").scalars()
        assert index in "\n".join(plan)
    assert "north gate" not in text_of(client, "/alarms?severity=critical")


def test_a_list_of_many_asks_no_more_than_a_list_of_one(app: Flask, world: World) -> None:
    client = as_user(app, world.dispatcher)

    def asked(address: str) -> int:
        statements: list[str] = []

        def count(*found: Any) -> None:
            statements.append(found[2])

        engine = db.engine
        event.listen(engine, "before_cursor_execute", count)
        text_of(client, address)
        event.remove(engine, "before_cursor_execute", count)
        return len(statements)

    raised(world)
    few = {address: asked(address) for address in ("/alarms", "/alarms/board", "/alarms/ringing")}
    for number in range(12):
        raised(world, device=f"D{number}", lonlat=(121.0 + number / 100, 37.6))
    for address, count in few.items():
        assert asked(address) <= count, address


def test_the_page_of_a_case_leads_to_its_alarm_and_back(app: Flask, world: World) -> None:
    incident = incident_of(raised(world, words="over the fence"))
    climb_after(incident, 0)
    case = incident.case
    assert case is not None
    worker = as_user(app, world.worker)
    assert f"/cases/{case.id}/alarm" in text_of(worker, f"/cases/{case.id}")
    assert "over the fence" in text_of(worker, f"/cases/{case.id}/alarm")
    moves.sign(case, by=world.worker)
    assert worker.post(f"/cases/{case.id}/alarm/on-way").status_code == 303
    assert worker.post(f"/cases/{case.id}/alarm/arrived").status_code == 303
    db.session.refresh(incident)
    assert incident.arrived_at is not None
    assert as_user(app, world.neighbour).post(f"/cases/{case.id}/alarm/arrived").status_code == 403
    desk = text_of(as_user(app, world.dispatcher), f"/alarms/incidents/{incident.id}")
    assert case.number in desk
    assert f"/cases/{case.id}" in desk


def test_whoever_is_called_confirms_on_the_page(app: Flask, world: World) -> None:
    incident = incident_of(raised(world, Kind.SMOKE))
    climb_after(incident, 0)
    call = incident.calls[0]
    client = as_user(app, world.shift_leader)
    assert "我已知悉" in text_of(client, f"/alarms/incidents/{incident.id}")
    assert as_user(app, world.stranger).post(f"/alarms/calls/{call.id}/confirm").status_code == 403
    assert client.post(f"/alarms/calls/{call.id}/confirm").status_code == 303
    assert client.post(f"/alarms/calls/{call.id}/confirm").status_code == 409


@pytest.mark.fault
def test_an_exercise_is_marked_everywhere_and_counted_nowhere(app: Flask, world: World) -> None:
    """F20."""
    lon, lat = world.spot(world.home)
    client = as_user(app, world.dispatcher)
    answer = client.post("/alarms/drill", data={"kind": "gas.nh3", "lon": lon, "lat": lat})
    assert answer.status_code == 303
    alarm = db.session.scalars(select(Alarm)).one()
    assert alarm.exercise
    climb_after(incident_of(alarm), 0)
    for address in (
        answer.location,
        f"/alarms/incidents/{alarm.incident_id}",
        "/alarms",
        "/alarms/board",
        "/alarms/ringing",
    ):
        assert "演练" in text_of(client, address), address
    span = Span(alarm.received_at - DAY, clock.now() + DAY)
    assert figures.totals(span)["alarms"] == 0
    assert figures.intervals(span) == {}
    assert client.post(f"/alarms/{alarm.id}/send").status_code == 409


def test_something_is_shelved_and_taken_down_again(app: Flask, world: World) -> None:
    client = as_user(app, world.dispatcher)
    form = {"quiet": "shelved", "source": "box", "hours": "2", "reason": "painted"}
    too_long = client.post("/alarms/shelves", data={**form, "hours": "9"})
    assert (too_long.status_code, "field-hours-error" in too_long.get_data(as_text=True)) == (
        422,
        True,
    )
    assert client.post("/alarms/shelves", data=form).status_code == 303
    assert "painted" in text_of(client, "/alarms/shelves")
    kept = db.session.scalars(select(Shelf)).one()
    assert not raised(world).loud
    assert client.post(f"/alarms/shelves/{kept.id}/take-down").status_code == 303


@pytest.mark.parametrize(
    ("severity", "words"),
    [
        (Severity.CRITICAL, "红色预警"),
        (Severity.MAJOR, "橙色预警"),
        (Severity.MINOR, "黄色预警"),
        (Severity.WARNING, "蓝色预警"),
    ],
)
def test_floods_and_weather_are_told_in_their_colours(
    app: Flask, world: World, severity: Severity, words: str
) -> None:
    client = as_user(app, world.dispatcher)
    rain = raised(world, Kind.RAIN, severity=severity)
    assert words in text_of(client, "/alarms")
    assert words in text_of(client, f"/alarms/{rain.id}")
    assert words in text_of(client, "/alarms/board")
    crowd = raised(world, Kind.CROWD, severity=severity)
    assert words not in text_of(client, f"/alarms/{crowd.id}")


def test_who_keeps_alarms_plans_windows_and_lays_down_caps(app: Flask, world: World) -> None:
    client = as_user(app, world.shift_leader)
    for address in ("/alarms/windows", "/alarms/caps"):
        assert as_user(app, world.dispatcher).get(address).status_code == 403
        assert as_user(app, world.dispatcher).post(address).status_code == 403
        assert client.get(address).status_code == 200
    today = clock.now().astimezone(clock.Calendar().zone).date()
    form = {"source": "box", "weekdays": ["1", "6"], "begins": "22:00", "ends": "02:00"}
    form |= {"last_day": (today + timedelta(days=30)).isoformat(), "reason": "tested weekly"}
    wrong = client.post("/alarms/windows", data=form | {"last_day": "2020-01-01"})
    assert (wrong.status_code, "field-last_day-error" in wrong.text) == (422, True)
    assert wrong.text.count("checked") == 2
    assert client.post("/alarms/windows", data=form).status_code == 303
    listed = text_of(client, "/alarms/shelves")
    assert "22:00–02:00" in listed
    assert "星期六" in listed
    assert client.post("/alarms/caps", data={"kind": "crowd", "most": "0"}).status_code == 422
    assert client.post("/alarms/caps", data={"kind": "crowd", "most": "7"}).status_code == 303
    assert "每小时 7 次" in text_of(client, "/alarms/caps")


def test_the_office_lays_down_its_own_ladder(app: Flask, world: World) -> None:
    client = as_user(app, world.shift_leader)
    address = "/alarms/ladders/intrusion"
    assert as_user(app, world.dispatcher).get(address).status_code == 403
    assert "第 1 步" in text_of(client, address)
    rows = {
        "after_s-0": "0",
        "act-0": "tell",
        "until-0": "seen",
        "roles-0": "dispatcher",
        "after_s-1": "45",
        "act-1": "tell",
        "until-1": "seen",
        "roles-1": ["shift_leader", "nobody"],
    }
    assert client.post(address, data=rows).status_code == 303
    incident = incident_of(raised(world))
    assert [(step.act, step.roles) for step in incident.steps] == [
        ("tell", ["dispatcher"]),
        ("tell", ["shift_leader"]),
    ]
    reaches_nobody = client.post(
        address, data={"after_s-0": "0", "act-0": "tell", "until-0": "seen"}
    )
    assert reaches_nobody.status_code == 422
    assert (
        client.post(
            "/alarms/ladders/fire.smoke",
            data={"after_s-0": "60", "act-0": "send", "until-0": "taken"},
        ).status_code
        == 422
    )
    assert client.post(address, data={}).status_code == 303
    assert queries.rungs("intrusion") == []
    assert client.get("/alarms/ladders/nothing").status_code == 404


def test_the_board_knows_precision_load_and_bad_actors(app: Flask, world: World) -> None:
    for number in range(12):
        alarm = raised(
            world, device=f"C{number % 2}", rule="fence-1", own_id=f"a{number}", words="x"
        )
        handling.see(alarm, by=world.dispatcher)
        outcome = Outcome.REAL if number % 4 == 0 else Outcome.FALSE
        handling.close(alarm, outcome=outcome, note=None, by=world.dispatcher)
    span = Span(clock.now() - DAY, clock.now() + DAY)
    (rule,) = figures.of_rules(span)
    assert (rule["name"], rule["judged"], rule["real"]) == ("fence-1", 12, 3)
    load = figures.load(span)
    assert load["alarms"] == 12
    (operator,) = figures.operators(span)
    assert operator["alarms"] == 12
    assert [row["alarms"] for row in figures.bad_actors(span)] == [6, 6]
    page = text_of(as_user(app, world.dispatcher), "/alarms/figures")
    assert "25%" in page
    assert "fence-1" in page


def test_who_first_opened_an_alarm_stands_apart_from_who_acknowledged_it(
    app: Flask, world: World
) -> None:
    alarm = raised(world)
    incident = incident_of(alarm)
    page = f"/alarms/{alarm.id}"
    desk = as_user(app, world.dispatcher)
    assert f"{page}/look" in text_of(desk, page)
    assert as_user(app, world.stranger).post(f"{page}/look").status_code == 403
    assert desk.post(f"{page}/look").status_code == 204
    leader = as_user(app, world.shift_leader)
    assert leader.post(f"/alarms/incidents/{incident.id}/look").status_code == 204
    assert desk.post(f"{page}/see").status_code == 303
    db.session.refresh(alarm)
    assert alarm.looked_at is not None
    assert alarm.seen_at is not None
    assert (alarm.looked_by_id, alarm.seen_by_id) == (world.dispatcher.id, world.dispatcher.id)
    assert alarm.received_at < alarm.looked_at < alarm.seen_at
    words = text_of(desk, page)
    assert f"{page}/look" not in words
    assert "首次打开" in words
    # Whoever acknowledges without opening has seen it then.
    other = raised(world, device="C9")
    handling.see(other, by=world.shift_leader)
    assert (other.looked_at, other.looked_by_id) == (other.seen_at, world.shift_leader.id)
    took = figures.intervals(Span(alarm.received_at - DAY, clock.now() + DAY))
    assert (took["looked"]["known"], took["seen"]["known"]) == (1, 1)
    assert took["looked"]["p50"] < took["seen"]["p50"]


def test_the_map_of_the_board_shows_open_alarms(app: Flask, world: World) -> None:
    alarm = raised(world)
    answer = as_user(app, world.dispatcher).get("/maps/layers/alarms.json")
    assert alarm.id in [row[0] for row in json.loads(answer.get_data())["rows"]]
    assert as_user(app, world.stranger).get("/maps/layers/alarms.json").status_code == 403


def test_an_end_without_a_beginning_is_on_no_list(session: Session, world: World) -> None:
    raised(world, change=Change.CLEARED)
    assert listing.listed(world.dispatcher).rows == []
    assert listing.ringing(world.dispatcher) == ([], 0)
