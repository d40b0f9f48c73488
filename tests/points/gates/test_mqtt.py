"""Gates at a real broker: nothing is lost or counted twice, whoever dies; each speaks for itself only."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import psycopg2
import pytest
from flask import Flask

from tests import databases
from tests.brokers import Machine, Post, posted, soon
from tests.busy import busy_house
from tests.databases import SECRET_KEY, closed_to_all
from tests.points.conftest import clerk_of
from webapp.base.access import HOUSE
from webapp.base.db import db
from webapp.monitoring.intake import keeping as sources
from webapp.monitoring.intake.keeping import Described
from webapp.monitoring.intake.rules import Format
from webapp.people import actions as people
from webapp.people.models import Account
from webapp.points import queries as points
from webapp.points.gates import keeping, queries
from webapp.points.gates.rules import Order
from webapp.points.rules import Template

BOOT = "boot-1"


@dataclass
class Lines:
    """A house with two gates at its broker."""

    app: Flask
    url: str
    post: Post
    keys: dict[str, str]
    _counted: int = 0

    def machine(self, name: str) -> Machine:
        """A gate that is connected, once the doors are open to it."""
        made = self.post.machine(name, self.keys[name])
        soon(made.is_in, f"{name} is not let in")
        return made

    def event(self, **more: Any) -> dict[str, Any]:
        """Somebody went in at lane 1."""
        self._counted += 1
        said = {"boot_id": BOOT, "seq": self._counted, "lane": 1, "temp_c": 36.5}
        return said | {"ts": datetime.now(UTC).isoformat(), "decision": "admitted"} | more

    def ask(self, statement: str, *values: Any) -> Any:
        """One row of the database."""
        with closing(psycopg2.connect(self.url)) as line, line.cursor() as sql:
            sql.execute(statement, values)
            return sql.fetchone()

    def kept(self, boot: str) -> int:
        """How many events there are of a start of a gate."""
        found = self.ask("SELECT count(*) FROM gate_event WHERE boot_id = %s", boot)
        return int(found[0])

    def blocked(self) -> bool:
        """Whether the intake has a message in hand and waits for a row."""
        waits = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
        return bool(self.ask(f"{waits} AND datname = current_database()")[0])


@pytest.fixture(scope="module")
def lines(cluster_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lines]:
    """Two sampling points have a gate each, known to a broker as is a source of alarms."""
    instance = tmp_path_factory.mktemp("mqtt")
    with busy_house(cluster_url, instance) as app:
        with app.test_request_context("/"):
            gates = [
                keeping.set_up(point, f"booth-{number}", by=None)
                for number, point in enumerate(points.listed(Template.SAMPLING)[:2], start=1)
            ]
            keys = {gate.code: keeping.new_key(gate, by=None) for gate in gates}
            source = sources.set_up("box", Described("箱子", tuple(Format)), by=None)
            keys["box"] = sources.new_key(source, by=None)
            db.session.commit()
        address = app.extensions["settings"].database_url
        url = address.replace("postgresql+psycopg2://", "postgresql://")
        with posted(address, instance, SECRET_KEY) as post:
            yield Lines(app, url, post, keys)


def test_a_gate_is_told_the_same_as_over_http(lines: Lines) -> None:
    gate = lines.machine("booth-1")
    said = lines.event(boot_id="same")
    first = {key: value for key, value in said.items() if key != "decision"}
    assert gate.say("gates/booth-1/ask", first) == 0
    told = gate.hears("gates/booth-1/told/ask")
    assert (told["status"], told["decision"], told["seq"]) == ("kept", "admitted", said["seq"])
    gate.say("gates/booth-1/ask", first)
    assert gate.hears("gates/booth-1/told/ask")["status"] == "repeat"

    batch = {"events": [said | {"duration_ms": 9000}, lines.event(boot_id="same", lane=7), "no"]}
    gate.say("gates/booth-1/events", batch)
    results = gate.hears("gates/booth-1/told/events")["results"]
    assert [each["status"] for each in results] == ["repeat", "rejected", "rejected"]

    gate.say("gates/booth-1/heartbeat", {"queue": 3})
    rules = gate.hears("gates/booth-1/told/heartbeat")["rules"]
    assert (rules["per_hour"], rules["open"]) == (360, True)
    assert lines.ask("SELECT queue FROM gate WHERE code = 'booth-1'") == (3,)
    assert lines.kept("same") == 1


def test_a_gate_waits_behind_no_alarm(lines: Lines) -> None:
    gate, box = lines.machine("booth-1"), lines.machine("box")
    moved = {"id": "m1", "ts": datetime.now(UTC).isoformat(), "kind": "motion", "camera": "C1"}
    with closing(psycopg2.connect(lines.url)) as line, line.cursor() as sql:
        sql.execute("LOCK TABLE intake_message IN EXCLUSIVE MODE")
        assert box.say("intake/box/generic", moved) == 0
        soon(lines.blocked, "the intake did not take the alarm")
        gate.say("gates/booth-1/events", lines.event(boot_id="waits"))
        assert gate.hears("gates/booth-1/told/events")["results"][0]["status"] == "kept"
        soon(lines.blocked, "the alarm does not wait any more")
        line.rollback()
    soon(lambda: lines.ask("SELECT count(*) FROM alarm") == (1,), "the alarm is lost")


def test_a_command_comes_by_itself_and_is_confirmed(lines: Lines) -> None:
    gate = lines.machine("booth-1")
    with lines.app.test_request_context("/"):
        known = queries.by_code("booth-1")
        assert known is not None
        clerk = clerk_of("mqtt-clerk", "point_staff", known.unit_id)
        given = keeping.command(known, Order.LIMIT, "240", by=clerk)
        db.session.commit()
        number = given.id
    told = gate.hears("gates/booth-1/commands")
    assert (told["id"], told["kind"], told["value"]) == (number, "limit", "240")
    for _each in range(2):
        gate.say(f"gates/booth-1/commands/{number}/ack", {"ok": True})
        confirmed = gate.hears(f"gates/booth-1/told/commands/{number}/ack")
        assert confirmed == {"id": number, "state": "done"}
    assert lines.ask("SELECT per_hour FROM gate WHERE code = 'booth-1'") == (240,)
    gate.say("gates/booth-1/commands/999999/ack", {"ok": True})
    refused = gate.hears("gates/booth-1/told/commands/999999/ack")
    assert refused["error"]["code"] == "not_found"


@pytest.mark.thorough
def test_the_simulated_gate_lets_people_in_over_the_broker(lines: Lines) -> None:
    with lines.app.test_request_context("/"):
        point = queries.by_code("booth-2").point_id  # type: ignore[union-attr]
    lines.post.end("booth-2")
    words = ("gates", "simulate", str(point), "--people", "20", "--mqtt", "--speed", "1000")
    environment = dict(lines.post.environment)
    played = databases.flask(environment["DATABASE_URL"], *words, **environment)
    with lines.app.test_request_context("/"):
        lines.keys["booth-2"] = keeping.new_key(queries.by_code("booth-2"), by=None)  # type: ignore[arg-type]
        db.session.commit()
    found = re.findall(r"(\d+) (?:admitted|diverted)", played)
    assert sum(int(number) for number in found) == 20
    assert lines.ask(
        "SELECT count(*), count(DISTINCT seq) FROM gate_event e JOIN gate g ON g.id = e.gate_id"
        " WHERE g.code = 'booth-2' AND decision IN ('admitted', 'diverted')"
    ) == (20, 20)


def test_a_gate_speaks_for_itself_only_and_hears_nobody_else(lines: Lines) -> None:
    stranger, gate = lines.machine("booth-2"), lines.machine("booth-1")
    not_authorised = 135
    event = lines.event(boot_id="forged")
    assert stranger.say("gates/booth-1/events", event) == not_authorised
    assert stranger.say("gates/booth-1/told/ask", {"decision": "admitted"}) == not_authorised
    assert stranger.say("gates/booth-1/commands", {"kind": "open"}) == not_authorised
    stranger.client.subscribe("gates/#", qos=1)
    gate.say("gates/booth-1/events", lines.event(boot_id="own"))
    gate.hears("gates/booth-1/told/events")
    stranger.say("gates/booth-2/heartbeat", {})
    stranger.hears("gates/booth-2/told/heartbeat")
    assert all(topic.startswith("gates/booth-2/") for topic, _body in stranger.told.queue)
    assert (lines.kept("forged"), lines.kept("own")) == (0, 1)


def test_a_new_key_puts_out_whoever_has_the_old_one(lines: Lines) -> None:
    before = lines.machine("booth-2")
    wrong = lines.post.machine("booth-2-not", "wg_guessed")
    soon(wrong.is_refused, "a guessed key opens")
    with lines.app.test_request_context("/"):
        known = queries.by_code("booth-2")
        assert known is not None
        fresh = keeping.new_key(known, by=None)
        db.session.commit()
    soon(lambda: not before.is_in(), "the old key still opens")
    before.end()
    lines.keys["booth-2"] = fresh
    after = lines.machine("booth-2")
    after.say("gates/booth-2/heartbeat", {})
    after.hears("gates/booth-2/told/heartbeat")
    kept = (lines.post.instance / "mqtt/passwords").read_text()
    assert fresh not in kept
    assert kept.count("booth-2:$7$") == 1


def test_a_locked_account_says_nothing_more(lines: Lines) -> None:
    gate = lines.machine("booth-2")
    with lines.app.test_request_context("/"):
        known = queries.by_code("booth-2")
        assert known is not None
        number = known.account_id
        account = db.session.get(Account, number)
        assert account is not None
        people.lock(account, reason="lost", by=HOUSE)
        db.session.commit()
    soon(lambda: not gate.is_in(), "a locked gate is still in")
    with lines.app.test_request_context("/"):
        account = db.session.get(Account, number)
        assert account is not None
        people.unlock(account, by=None)
        db.session.commit()
    soon(gate.is_in, "the gate is not let in again")


@pytest.mark.parametrize(
    "poison",
    [
        b"",
        b"\xff\xfe no text",
        b'{"boot_id": "cut',
        b"[" * 100_000,
        b'{"seq": NaN}',
        json.dumps({"boot_id": "a\x00b", "seq": 1, "lane": 1}).encode(),
        json.dumps({"ts": "99999-01-01T00:00:00Z", "seq": 1e400}).encode(),
        b"null",
        b'"text"',
    ],
)
def test_a_poisoned_message_is_answered_and_the_next_has_its_turn(
    lines: Lines, poison: bytes
) -> None:
    gate = lines.machine("booth-1")
    gate.say("gates/booth-1/events", poison)
    assert "error" in gate.hears("gates/booth-1/told/events")
    gate.say("gates/booth-1/heartbeat", {})
    assert "rules" in gate.hears("gates/booth-1/told/heartbeat")
    assert lines.ask("SELECT count(*) FROM dead_letter") == (0,)


def test_an_intake_killed_with_a_message_in_hand_loses_and_doubles_nothing(lines: Lines) -> None:
    gate = lines.machine("booth-1")
    with closing(psycopg2.connect(lines.url)) as line, line.cursor() as sql:
        sql.execute("SELECT id FROM gate WHERE code = 'booth-1' FOR UPDATE")
        three = [lines.event(boot_id="in-hand") for _each in range(3)]
        gate.say("gates/booth-1/events", {"events": three})
        soon(lines.blocked, "the intake did not take the message")
        lines.post.kill_intake()
        line.rollback()
    gate.say("gates/booth-1/events", {"events": [lines.event(boot_id="in-hand")]})
    assert lines.kept("in-hand") == 0
    lines.post.start_intake()
    soon(lambda: lines.kept("in-hand") == 4, "what was in hand is lost")
    inside = lines.ask("SELECT inside FROM gate WHERE code = 'booth-1'")
    gate.say("gates/booth-1/heartbeat", {})
    gate.hears("gates/booth-1/told/heartbeat")
    assert lines.kept("in-hand") == 4
    assert lines.ask("SELECT inside FROM gate WHERE code = 'booth-1'") == inside


@pytest.mark.thorough
def test_an_intake_killed_again_and_again_counts_everybody_once(lines: Lines) -> None:
    gate = lines.machine("booth-1")
    passed = 150
    for number in range(passed):
        gate.client.publish(
            "gates/booth-1/events", json.dumps(lines.event(boot_id="killed")), qos=1
        )
        if number % 50 == 20:
            soon(lambda: lines.kept("killed") > 3, "nothing comes in")
            lines.post.kill_intake()
            lines.post.start_intake()
    soon(lambda: lines.kept("killed") == passed, "somebody is lost")
    gate.say("gates/booth-1/heartbeat", {})
    gate.hears("gates/booth-1/told/heartbeat")
    assert lines.kept("killed") == passed


@pytest.mark.thorough
def test_a_broker_that_dies_keeps_what_it_acknowledged(lines: Lines) -> None:
    gate = lines.machine("booth-1")
    lines.post.kill_intake()
    for _each in range(20):
        assert gate.say("gates/booth-1/events", lines.event(boot_id="kept")) in (0, 16)
    kept = lines.post.instance / "mqtt/data/mosquitto.db"
    soon(lambda: kept.exists() and kept.read_bytes().count(b'"kept"') >= 19, "nothing is written")
    lines.post.kill_broker()
    lines.post.start_broker()
    lines.post.start_intake()
    soon(lambda: lines.kept("kept") >= 19, "the broker forgot")
    soon(gate.is_in, "the gate does not come back")
    gate.say("gates/booth-1/heartbeat", {})
    gate.hears("gates/booth-1/told/heartbeat")


def test_a_broker_that_restarts_under_the_intake_is_heard_again(lines: Lines) -> None:
    gate = lines.machine("booth-1")
    times = lines.post.said().count("hearing")
    lines.post.kill_broker()
    soon(lambda: "the broker is away" in lines.post.said(), "nobody noticed")
    lines.post.start_broker()
    soon(lambda: lines.post.said().count("hearing") > times, "the intake does not come back")
    soon(gate.is_in, "the gate does not come back")
    gate.say("gates/booth-1/events", lines.event(boot_id="after"))
    gate.hears("gates/booth-1/told/events")
    assert lines.kept("after") == 1


def test_a_database_that_is_away_is_waited_for(lines: Lines) -> None:
    gate = lines.machine("booth-1")
    with closed_to_all(lines.url):
        before = lines.post.said().count("the database is away")
        gate.say("gates/booth-1/events", lines.event(boot_id="waited"))
        soon(
            lambda: lines.post.said().count("the database is away") > before,
            "nobody noticed that the database is gone",
        )
    assert gate.hears("gates/booth-1/told/events")["results"][0]["status"] == "kept"
    assert lines.kept("waited") == 1
