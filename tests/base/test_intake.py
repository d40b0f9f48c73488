"""What machines say is taken by the feature whose topic it is; what breaks is put aside and kept."""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterable, Iterator

import pytest
from paho.mqtt.client import MQTTv5
from paho.mqtt.enums import CallbackAPIVersion
from sqlalchemy.orm import Session

from tests.brokers import soon
from webapp.base import broker, intake, listening
from webapp.base.broker import Doors, Login
from webapp.base.config import Settings, SettingsError
from webapp.base.intake import Holder, Line, Message, Said, Say

taken: list[Message] = []
broken: list[bool] = []


def _take(message: Message) -> Iterable[Say]:
    if broken:
        raise ZeroDivisionError
    taken.append(message)
    return [Say(f"things/{message.name}/told", {"size": len(message.body)})]


THINGS = Line(
    scope="things",
    says={"things/{name}/said": _take, "things/{name}/part/+/of/+": _take},
    hears=("things/{name}/told",),
    waiting=lambda: [("1", Say("things/a/told", {"do": "it"}, 60.0))],
)


@pytest.fixture(autouse=True)
def things(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A house that hears things, and nothing else."""
    monkeypatch.setattr(intake, "LINES", {})
    monkeypatch.setattr(intake, "_holders", [])
    intake.register(THINGS)
    intake.opened_to(
        lambda: [
            Holder("a", "$7$of-a", frozenset({"things"})),
            Holder("b", "$7$of-b", frozenset({"others"})),
        ]
    )
    yield
    taken.clear()
    broken.clear()


def test_a_topic_names_the_machine_and_what_it_speaks_of(session: Session) -> None:
    assert intake.take(Said("things/a/said", b"word")) == [Say("things/a/told", {"size": 4})]
    intake.take(Said("things/b/part/7/of/wall", b""))
    assert [(each.name, each.levels) for each in taken] == [("a", ()), ("b", ("7", "wall"))]
    assert intake.take(Said("things/a/said/more", b"")) == []
    assert intake.take(Said("others/a/said", b"")) == []
    assert len(taken) == 2


def test_what_breaks_is_put_aside_sealed_and_taken_again(session: Session) -> None:
    broken.append(True)
    assert intake.take(Said("things/a/said", b"a secret")) == []
    (letter,) = intake.dead_letters()
    assert (letter.topic, letter.why) == ("things/a/said", "ZeroDivisionError")
    assert b"a secret" not in letter.body
    assert intake.try_again(letter.id) == "ZeroDivisionError()"
    broken.clear()
    assert intake.try_again(letter.id) is None
    assert [each.body for each in taken] == [b"a secret"]
    assert intake.dead_letters() == []


def test_what_waits_is_kept_by_one_commit_or_each_by_itself(session: Session) -> None:
    said = [Said("things/a/said", b"one"), Said("things/b/part/7/of/wall", b"two", asks=True)]
    assert intake.take_together(said) == [
        [Say("things/a/told", {"size": 3})],
        [Say("things/b/told", {"size": 3})],
    ]
    assert [(each.body, each.asks) for each in taken] == [(b"one", False), (b"two", True)]
    broken.append(True)
    assert intake.take_together(said) is None
    assert intake.dead_letters() == []


def test_each_machine_may_say_and_hear_its_own_topics_and_the_house_all(session: Session) -> None:
    first, other, house = intake.logins("a password")
    assert (first.name, first.hears) == ("a", ("things/a/told",))
    assert first.says == ("things/a/said", "things/a/part/+/of/+")
    assert (other.says, other.hears) == ((), ())
    assert house.name == broker.HOUSE_NAME
    assert set(house.hears) == {"things/+/said", "things/+/part/+/of/+"}
    assert house.says == ("things/+/told",)


def test_the_doors_hold_no_password(tmp_path: object, settings: Settings) -> None:
    doors = Doors(settings.instance)
    login = Login("a", broker.digest("open sesame"), ("things/a/said",), ("things/a/told",))
    doors.set_to([login])
    kept = (doors.folder / "passwords").read_text()
    assert kept.startswith("a:$7$101$")
    assert "open sesame" not in kept
    assert (doors.folder / "passwords").stat().st_mode & 0o077 == 0
    rights = (doors.folder / "rights").read_text().splitlines()
    assert rights == ["user a", "topic write things/a/said", "topic read things/a/told"]


@pytest.fixture
def settings(tmp_path: object) -> Settings:
    """The settings of an installation of its own."""
    return Settings.from_environment({"INSTANCE": str(tmp_path), "SECRET_KEY": "k" * 32})


def test_a_broker_of_ones_own_is_named_by_its_address(settings: Settings) -> None:
    ours = broker.place(settings)
    assert ours is not None
    assert (ours.host, ours.port, ours.name) == ("127.0.0.1", 18000, "@house")

    def at(url: str) -> broker.Place | None:
        return broker.place(Settings.from_environment({"MQTT_URL": url}))

    there = at("mqtts://wang%40ge:p%3Aw@broker.example")
    assert there == broker.Place("broker.example", 8883, True, "wang@ge", "p:w")
    assert at("off") is None
    with pytest.raises(SettingsError, match="MQTT_URL must be like"):
        at("http://broker.example")


def test_what_a_dying_broker_had_sent_is_read_though_nothing_can_be_answered() -> None:
    """It acknowledged to its senders what still lies on the wire: a failed answer must not throw that away."""
    with socket.create_server(("127.0.0.1", 0)) as door:
        line = listening.Line(CallbackAPIVersion.VERSION2, protocol=MQTTv5, manual_ack=True)
        heard: list[bytes] = []
        line.on_message = lambda _client, _data, message: heard.append(message.payload)
        line.connect(*door.getsockname())
        with door.accept()[0] as broken:
            broken.recv(1024)
            broken.sendall(b"\x20\x03\x00\x00\x00")
            soon(lambda: line.loop(0.1) == 0 and line.is_connected(), "it is not let in")
            for number in range(5):
                # On topic `t`, at least once, under a number, without properties.
                broken.sendall(bytes([0x32, 7, 0, 1, ord("t"), 0, number + 1, 0, number]))
            # Killed: whoever writes to it from now on is told that nobody is there.
            broken.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    for number in (90, 91):
        line.ack(number, 1)
    soon(lambda: line.loop(0.1) != 0, "it does not hear that the broker is gone")
    assert heard == [bytes([number]) for number in range(5)]
