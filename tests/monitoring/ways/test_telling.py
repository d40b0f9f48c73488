"""A source is told what people decided here: soon, once, again until it knows; and its echo changes nothing."""

from __future__ import annotations

import json
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from tests.monitoring.ways.conftest import reach
from tests.monitoring.ways.platforms import KEY, Board, Recorder
from tests.world import World
from webapp.base import audit, clock
from webapp.base.db import db
from webapp.base.flow import NotOpen
from webapp.monitoring.alarms import handling
from webapp.monitoring.alarms.models import Alarm
from webapp.monitoring.alarms.rules import Outcome, State
from webapp.monitoring.intake import inbox, keeping
from webapp.monitoring.intake.arriving import Sent
from webapp.monitoring.intake.models import Source
from webapp.monitoring.intake.rules import Format
from webapp.monitoring.signals import Kind
from webapp.monitoring.ways import actions, queries, telling
from webapp.monitoring.ways.models import Told, Way
from webapp.monitoring.ways.rules import WAITS_S, ToldState, WayKind
from webapp.people.actors import Person


def ms(at: datetime) -> int:
    return int(at.timestamp() * 1000)


def at_board(board: Board, **more: Any) -> dict[str, Any]:
    """An alarm that ThingsBoard has, as its rule chain posts it."""
    now = datetime.now(UTC)
    made = {
        "id": {"entityType": "ALARM", "id": str(uuid.uuid4())},
        "type": "High temperature",
        "originator": {"entityType": "DEVICE", "id": str(uuid.uuid4())},
        "severity": "MAJOR",
        "acknowledged": False,
        "cleared": False,
        "startTs": ms(now),
        "endTs": ms(now),
        "ackTs": 0,
        "clearTs": 0,
    } | more
    board.alarms[made["id"]["id"]] = made
    return made


def take(source: Source, form: Format, said: Any, topic: str = "") -> Alarm:
    """The alarm that a message is about."""
    taken = inbox.take(source, form, Sent(json.dumps(said).encode(), topic=topic))
    assert taken.alarm_ids, taken
    return db.session.get_one(Alarm, taken.alarm_ids[0])


def told(alarm: Alarm) -> list[tuple[str, str]]:
    """What is to be told of it, and how far that is."""
    return [(each.act, each.state) for each in queries.of_alarm(alarm.id)]


@pytest.fixture
def way(source: Source, board: Board, officer: Person) -> Way:
    """ThingsBoard is told."""
    return reach(source, WayKind.THINGSBOARD, board.address, officer)


def test_nothing_is_told_where_nobody_wants_it(source: Source, board: Board, world: World) -> None:
    alarm = take(source, Format.THINGSBOARD, at_board(board))
    handling.see(alarm, by=world.dispatcher)
    assert (told(alarm), telling.tell_some(), board.asked) == ([], 0, [])


def test_what_is_seen_and_over_here_is_acknowledged_and_cleared_there(
    source: Source, board: Board, way: Way, world: World
) -> None:
    there = at_board(board)
    alarm = take(source, Format.THINGSBOARD, there)
    handling.see(alarm, by=world.dispatcher)
    # Written with the move, told by the worker.
    assert (told(alarm), board.asked) == ([("ack", "waiting")], [])
    assert telling.tell_some() == 1
    assert (there["acknowledged"], there["cleared"]) == (True, False)
    handling.end(alarm, by=world.dispatcher)
    telling.tell()
    assert there["cleared"] is True
    assert told(alarm) == [("ack", "told"), ("clear", "told")]
    log = [(each.move, each.data) for each in audit.history("alarm", alarm.id)]
    assert ("told_back", {"way": "thingsboard", "act": "clear"}) in log
    assert (way.failed, way.reached_at is not None) == (None, True)


def test_the_echo_of_what_we_told_changes_nothing(
    source: Source, board: Board, way: Way, world: World
) -> None:
    there = at_board(board)
    alarm = take(source, Format.THINGSBOARD, there)
    handling.see(alarm, by=world.dispatcher)
    telling.tell()
    now = ms(datetime.now(UTC))
    before = (alarm.state, alarm.version, len(audit.history("alarm", alarm.id)))
    take(source, Format.THINGSBOARD, there | {"acknowledged": True, "ackTs": now})
    assert (alarm.state, alarm.version, len(audit.history("alarm", alarm.id))) == before
    handling.close(alarm, outcome=Outcome.REAL, note="处理完毕", by=world.dispatcher)
    telling.tell()
    assert there["cleared"] is True
    before = (alarm.state, alarm.version, len(audit.history("alarm", alarm.id)))
    take(source, Format.THINGSBOARD, there | {"ackTs": now, "clearTs": now + 5})
    assert (alarm.state, alarm.version, len(audit.history("alarm", alarm.id))) == before
    asked = len(board.asked)
    telling.tell()
    assert (len(board.asked), told(alarm)) == (asked, [("ack", "told"), ("clear", "told")])


def test_what_the_source_says_by_itself_is_not_told_to_it(
    source: Source, board: Board, way: Way
) -> None:
    there = at_board(board)
    alarm = take(source, Format.THINGSBOARD, there)
    cleared = {"cleared": True, "clearTs": there["startTs"] + 5}
    take(source, Format.THINGSBOARD, there | cleared)
    assert (alarm.state, told(alarm)) == (State.OVER, [])


def test_who_closes_an_alarm_that_goes_on_clears_it_there(
    source: Source, board: Board, way: Way, world: World
) -> None:
    there = at_board(board)
    alarm = take(source, Format.THINGSBOARD, there)
    handling.close(alarm, outcome=Outcome.FALSE, note=None, by=world.dispatcher)
    telling.tell()
    assert (there["acknowledged"], there["cleared"]) == (True, True)


def test_what_somebody_did_there_already_counts_as_told(
    source: Source, board: Board, way: Way, world: World
) -> None:
    there = at_board(board)
    alarm = take(source, Format.THINGSBOARD, there)
    there["acknowledged"] = True
    handling.see(alarm, by=world.dispatcher)
    telling.tell()
    assert told(alarm) == [("ack", "told")]


@pytest.mark.fault
def test_a_source_that_does_not_answer_is_told_later_and_given_up_at_last(
    source: Source, board: Board, way: Way, world: World
) -> None:
    there = at_board(board)
    alarm = take(source, Format.THINGSBOARD, there)
    handling.see(alarm, by=world.dispatcher)
    board.broken = 503
    telling.tell()
    began = clock.now()
    (row,) = queries.of_alarm(alarm.id)
    assert (row.state, row.tries) == (ToldState.WAITING, 1)
    assert "Out of order" in str(row.why)
    asked = len(board.asked)
    telling.tell()  # nothing is due yet
    assert len(board.asked) == asked
    at = began
    for wait in WAITS_S:
        at += timedelta(seconds=wait + 2)
        with clock.at(at):
            telling.tell()
    assert (row.state, row.tries) == (ToldState.FAILED, len(WAITS_S) + 1)
    assert audit.history("alarm", alarm.id)[-1].move == "not_told_back"
    board.broken = None
    with clock.at(at):
        telling.again(row)
        telling.tell()
    assert (row.state, there["acknowledged"]) == (ToldState.TOLD, True)
    with pytest.raises(NotOpen):
        telling.again(row)


def test_an_alarm_that_is_gone_there_is_given_up_at_once_and_hinders_no_other(
    source: Source, board: Board, way: Way, world: World
) -> None:
    gone, other = at_board(board), at_board(board)
    alarms = [take(source, Format.THINGSBOARD, each) for each in (gone, other)]
    del board.alarms[gone["id"]["id"]]
    for alarm in alarms:
        handling.see(alarm, by=world.dispatcher)
    telling.tell()
    assert [told(each) for each in alarms] == [[("ack", "failed")], [("ack", "told")]]
    assert board.logins == 1


def test_a_wrong_password_is_told_as_that_and_a_right_one_tells_at_once(
    source: Source, board: Board, officer: Person, world: World
) -> None:
    way = reach(source, WayKind.THINGSBOARD, board.address, officer, password="no")
    alarm = take(source, Format.THINGSBOARD, at_board(board))
    handling.see(alarm, by=world.dispatcher)
    telling.tell()
    assert "用户名和密码" in str(way.failed)
    assert "用户名和密码" in str(queries.of_alarm(alarm.id)[0].why)
    reach(source, WayKind.THINGSBOARD, board.address, officer, password="", user="", key=KEY)
    telling.tell()
    assert (told(alarm), way.failed, board.logins) == ([("ack", "told")], None, 1)


def test_a_way_that_is_forgotten_tells_nothing_more(
    source: Source, board: Board, way: Way, world: World, officer: Person
) -> None:
    alarm = take(source, Format.THINGSBOARD, at_board(board))
    handling.see(alarm, by=world.dispatcher)
    keeping.close(source, reason="报废", by=officer)
    telling.tell()
    assert (told(alarm), board.asked) == ([("ack", "failed")], [])
    assert db.session.scalar(select(func.count()).select_from(Way)) == 0


def test_an_exercise_is_told_to_nobody(world: World, way: Way) -> None:
    lon, lat = world.spot(world.home)
    alarm = handling.drill(kind=Kind.SMOKE, lon=lon, lat=lat, words="演练", by=world.dispatcher)
    handling.see(alarm, by=world.dispatcher)
    assert db.session.scalar(select(func.count()).select_from(Told)) == 0


@pytest.mark.parametrize("signed", [True, False])
def test_a_review_that_is_seen_here_is_viewed_there(
    source: Source, recorder: Recorder, officer: Person, world: World, signed: bool
) -> None:
    recorder.signed = signed
    keys = {} if signed else {"user": "", "password": ""}
    reach(source, WayKind.FRIGATE, recorder.address, officer, **keys)
    now = datetime.now(UTC).timestamp()
    row = {
        "id": f"{now:.6f}-abc123",
        "camera": "gate",
        "start_time": now - 5,
        "end_time": None,
        "severity": "alert",
        "has_been_reviewed": False,
        "data": {"objects": ["person"], "zones": ["yard"], "detections": ["d1"]},
    }
    alarm = take(source, Format.FRIGATE, row)
    handling.see(alarm, by=world.dispatcher)
    telling.tell()
    assert (recorder.viewed, told(alarm)) == ([row["id"]], [("viewed", "told")])
    # The same row as it is asked for a minute later is known: nothing is new about it.
    again = inbox.take(
        source, Format.FRIGATE, Sent(json.dumps(row | {"has_been_reviewed": True}).encode())
    )
    assert (again.status, alarm.count) == ("repeat", 1)
    handling.close(alarm, outcome=Outcome.REAL, note=None, by=world.dispatcher)
    telling.tell()
    assert recorder.viewed == [row["id"]]


def test_address_and_keys_stand_sealed(source: Source, board: Board, way: Way) -> None:
    assert board.address.encode() not in bytes(way.sealed)
    assert actions.keys_of(way.sealed).address == board.address
    assert board.address not in str(
        [each.data for each in audit.history("intake_source", source.id)]
    )
