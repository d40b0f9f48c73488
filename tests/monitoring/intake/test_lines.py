"""Sources at a real broker: nothing is lost or doubled, whoever dies, and what is urgent waits for nobody."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import psycopg2
import pytest
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from tests.brokers import Machine, Post, posted, soon
from tests.busy import busy_house
from tests.databases import SECRET_KEY, closed_to_all
from tests.monitoring.intake import messages
from tests.servers import start
from tests.world import peopled
from webapp.base.db import db
from webapp.cases.rota import actions as rota
from webapp.cases.rota.rules import Skill
from webapp.monitoring.intake import keeping
from webapp.monitoring.intake.keeping import Described
from webapp.monitoring.intake.rules import Format
from webapp.people import queries as people

# Mosquitto keeps 1,000 for whoever is away, and drops the rest, where nobody tells it otherwise.
PACKETS, IN_EACH, TURNS = 1100, 18, 200
FLOOD = PACKETS * IN_EACH

# How many of the turns of the flood were in the inbox when the gas came.
BEFORE = """
    SELECT count(*) FROM intake_message m JOIN alarm flood ON flood.id = ANY (m.alarm_ids)
    JOIN alarm gas ON gas.kind = 'gas.nh3' AND m.received_at <= gas.received_at
    WHERE flood.device = 'flood'
"""
# Seconds from hearing of the gas until somebody was asked to go there.
OFFERED = """
    SELECT extract(epoch FROM min(s.sent_at) - min(a.received_at))::float
    FROM alarm a JOIN incident i ON i.id = a.incident_id
    JOIN assignment s ON s.case_id = i.case_id AND s.duty = 'handle'
    WHERE a.device = 'nh3'
"""


@dataclass
class Wire:
    """A house with a source at its broker."""

    url: str
    post: Post
    key: str
    # Where two who have what one needs in ammonia are near.
    spot: tuple[float, float]

    def machine(self) -> Machine:
        """The source, connected."""
        made = self.post.machine("box", self.key)
        soon(made.is_in, "the source is not let in")
        return made

    def ask(self, statement: str, *values: Any) -> Any:
        """The first value of one row of the database."""
        with closing(psycopg2.connect(self.url)) as line, line.cursor() as sql:
            sql.execute(statement, values)
            found = sql.fetchone()
            return found[0] if found else None

    def came(self, device: str) -> int:
        """How many messages of a device came in, those that came again among them."""
        found = self.ask(
            "SELECT sum(m.times) FROM intake_message m"
            " JOIN alarm a ON a.id = ANY (m.alarm_ids) WHERE a.device = %s",
            device,
        )
        return int(found or 0)

    def alarms(self, device: str) -> int:
        """How many signals of a device were merged."""
        found = self.ask(
            "SELECT sum(count) FROM alarm WHERE device = %s AND kind <> 'device.noisy'", device
        )
        return int(found or 0)


@pytest.fixture(scope="module")
def wire(cluster_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Wire]:
    """A source of every format, known to a broker."""
    instance = tmp_path_factory.mktemp("wire")
    with busy_house(cluster_url, instance) as app:
        with app.test_request_context("/"):
            source = keeping.set_up("box", Described("箱子", tuple(Format)), by=None)
            key = keeping.new_key(source, by=None)
            world = peopled()
            for person in (world.worker, world.neighbour):
                account = people.account(person.id or 0)
                assert account is not None
                rota.add_skill(account, Skill.PROTECTED, last=None, by=None)
            spot = world.spot(world.home)
            db.session.commit()
        address = app.extensions["settings"].database_url
        url = address.replace("postgresql+psycopg2://", "postgresql://")
        with posted(address, instance, SECRET_KEY) as post:
            yield Wire(url, post, key, spot)


def said(device: str, number: int, **more: Any) -> dict[str, Any]:
    """Something moved."""
    now = datetime.now(UTC).isoformat()
    return {"id": f"{device}-{number}", "ts": now, "kind": "motion", "camera": device} | more


def written_down(wire: Wire, device: str) -> int:
    """How many messages of a device the broker has on its disk."""
    kept = wire.post.instance / "mqtt/data/mosquitto.db"
    return kept.read_bytes().count(f'"{device}-'.encode()) if kept.exists() else 0


def test_a_message_is_an_alarm_by_any_of_its_topics(wire: Wire) -> None:
    box = wire.machine()
    assert box.say("intake/box/generic", said("one", 1)) == 0
    soon(lambda: wire.alarms("one") == 1, "the message is not taken")
    review = messages.review("new")
    now = datetime.now(UTC).timestamp()
    review["after"] |= {"start_time": now, "camera": "two"}
    box.say("intake/box/frigate/reviews", review)
    soon(lambda: wire.alarms("two") == 1, "the review is not taken")
    box.say("intake/box/generic", [said("three", 1), said("three", 2)])
    soon(lambda: wire.alarms("three") == 2, "the array is not taken")


def test_a_source_is_told_what_nobody_could_read(wire: Wire) -> None:
    box = wire.machine()
    soon(lambda: box.say("intake/box/generic", b"{") == 0, "nobody listens")
    told = box.hears("intake/box/told")["results"]
    assert told[0]["why"] == "not_json"
    # Nothing is said of what is read, unless it is asked for: then it is kept by the time it is said.
    box.say("intake/box/generic", said("unasked", 1))
    asking = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
    asking.CorrelationData = b"a receipt"
    words = json.dumps(said("asked", 1))
    box.client.publish("intake/box/generic", words, qos=1, properties=asking)
    (told,) = box.hears("intake/box/told")["results"]
    assert told["status"] == "ok"
    assert wire.alarms("asked") == 1
    box.say("intake/box/generic", said("after", 1))
    soon(lambda: wire.alarms("after") == 1, "the next one does not have its turn")


@pytest.mark.parametrize("topic", ["intake/other/generic", "gates/box/events", "frigate/reviews"])
def test_a_source_says_nothing_elsewhere(wire: Wire, topic: str) -> None:
    assert wire.machine().say(topic, said("elsewhere", 1)) == 135


@pytest.mark.thorough
@pytest.mark.fault
def test_an_intake_killed_again_and_again_loses_and_doubles_nothing(wire: Wire) -> None:
    box = wire.machine()
    sent = 60
    for number in range(sent):
        box.client.publish("intake/box/generic", json.dumps(said("killed", number)), qos=1)
        if number % 30 == 15:
            soon(lambda: wire.alarms("killed") > 2, "nothing comes in")
            wire.post.kill_intake()
            wire.post.start_intake()
    soon(lambda: wire.alarms("killed") >= sent, "something is lost")
    box.say("intake/box/generic", said("last", 1))
    soon(lambda: wire.alarms("last") == 1, "the last one does not come")
    assert wire.alarms("killed") == sent


@pytest.mark.thorough
@pytest.mark.fault
def test_a_gas_alarm_does_not_wait_behind_the_flood_of_one_camera(wire: Wire) -> None:
    """F5 and F9: what waited while nobody listened is more than a broker keeps that nobody set up.

    The gas is said in the middle of twenty thousand words of one camera.
    """
    box = wire.machine()
    wire.post.kill_intake()
    changes = ("raise", "clear")
    turns = [said("flood", 0, id=None, state=changes[turn % 2]) for turn in range(TURNS)]
    for number in range(PACKETS):
        # It says every turn many times over, as boxes do.
        words = [turns[number * TURNS // PACKETS]] * IN_EACH
        box.client.publish("intake/box/generic", json.dumps(words), qos=1)
        if number == PACKETS // 2:
            gas = said("nh3", 1, kind="gas.nh3", lon=wire.spot[0], lat=wire.spot[1])
            box.client.publish("intake/box/urgent/generic", json.dumps(gas), qos=1)
    soon(lambda: len(box.codes) >= PACKETS + 1, "the broker does not take it", within_s=180)
    worker = start(wire.post.environment, wire.post.instance, "worker", "flask", "worker")
    try:
        soon(lambda: wire.ask("SELECT count(*) FROM procrastinate_workers"), "no worker comes")
        wire.post.start_intake()
        soon(lambda: wire.ask(OFFERED) is not None, "nobody is asked to go to the gas", within_s=90)
        while_asked = wire.came("flood")
        soon(lambda: wire.came("flood") == FLOOD, "the flood is lost", within_s=180)
    finally:
        worker.kill()
        worker.wait()
    assert wire.ask(BEFORE) < TURNS / 2, "the gas waited behind the flood"
    assert while_asked < FLOOD, "the flood was over before somebody was asked"
    assert wire.ask(OFFERED) < 5
    assert wire.alarms("flood") == TURNS
    assert wire.ask("SELECT count(*) FROM alarm WHERE device = 'flood'") == 1
    assert wire.ask("SELECT quiet FROM alarm WHERE device = 'flood'") == "chattering"


@pytest.mark.thorough
@pytest.mark.fault
def test_two_intakes_share_what_is_said_and_what_one_held_comes_when_it_is_back(wire: Wire) -> None:
    box = wire.machine()
    wire.post.kill_intake()
    wire.post.start_intake("--seat", "1")
    second = wire.post.beside(2)
    log = wire.post.instance / "intake-2.log"
    try:
        soon(lambda: log.read_text().count("listening") == 1, "the second does not come up")
        for number in range(40):
            box.say("intake/box/generic", said("both", number))
        soon(lambda: wire.alarms("both") == 40, "something is lost")
        wire.post.end_process(second)
        for number in range(40, 80):
            box.say("intake/box/generic", said("both", number))
        soon(lambda: wire.alarms("both") >= 55, "the first does not go on")
        assert wire.alarms("both") < 80, "nothing was shared"
        second = wire.post.beside(2)
        soon(lambda: wire.alarms("both") == 80, "what the second was told is lost")
    finally:
        # Asked to end it gives its seat back, and all goes to the first.
        second.terminate()
        second.wait(30)
    for number in range(80, 100):
        box.say("intake/box/generic", said("both", number))
    soon(lambda: wire.alarms("both") == 100, "something waits for an intake that has left")
    wire.post.kill_intake()
    wire.post.start_intake()
    box.say("intake/box/generic", said("both", 100))
    soon(lambda: wire.alarms("both") == 101, "the one that is alone hears nothing")


@pytest.mark.fault
def test_a_broker_that_dies_keeps_what_it_acknowledged(wire: Wire) -> None:
    box = wire.machine()
    wire.post.kill_intake()
    for number in range(20):
        box.say("intake/box/urgent/generic", said("kept", number))
    soon(lambda: written_down(wire, "kept") >= 20, "nothing is written")
    wire.post.kill_broker()
    wire.post.start_broker()
    wire.post.start_intake()
    soon(lambda: wire.alarms("kept") == 20, "the broker forgot")


@pytest.mark.thorough
@pytest.mark.fault
def test_what_waits_for_the_database_outlives_the_broker_and_the_intake(wire: Wire) -> None:
    """It is with an intake that is there and cannot keep it: a broker writes that down for nobody by itself."""
    box = wire.machine()
    with closed_to_all(wire.url):
        for number in range(10):
            assert box.say("intake/box/generic", said("hand", number)) == 0
        wire.post.kill_broker()
        wire.post.start_broker()
    soon(lambda: wire.alarms("hand") == 10, "what the intake had in hand is lost")
    soon(box.is_in, "the source does not come back")
    with closed_to_all(wire.url):
        for number in range(10):
            topic = "intake/box/urgent/generic" if number % 2 else "intake/box/generic"
            assert box.say(topic, said("held", number)) == 0
        soon(lambda: written_down(wire, "held") >= 10, "the broker does not write it down")
        wire.post.kill_broker()
        wire.post.kill_intake()
        wire.post.start_broker()
        wire.post.start_intake()
    soon(lambda: wire.alarms("held") == 10, "what waited is lost")
