"""A real broker for tests, an intake beside it that can be killed, and machines that speak to it."""

from __future__ import annotations

import json
import os
import queue
import signal
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from operator import gt
from pathlib import Path
from typing import Any

from paho.mqtt.client import Client, MQTTMessage, MQTTv5
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from house import broker
from tests.forks import Process
from tests.servers import answers, free_port, start, start_other

WITHIN_S = 30.0


def soon(true: Callable[[], Any], what: str, within_s: float = WITHIN_S) -> Any:
    """What is true within so many seconds."""
    until = time.monotonic() + within_s
    while not (found := true()):
        assert time.monotonic() < until, what
        time.sleep(0.02)
    return found


@dataclass
class Post:
    """A broker of a house and its intake, on a database of the test's own."""

    instance: Path
    environment: Mapping[str, str]
    port: int
    broker: Process | None = None
    intake: Process | None = None
    machines: list[Machine] = field(default_factory=list)
    # When each was shot (Unix time).
    broker_died: list[float] = field(default_factory=list)
    intake_died: list[float] = field(default_factory=list)

    def start_broker(self) -> None:
        """The broker answers; what it kept is there."""
        command = broker.prepare(self.instance, self.port)
        self.broker = start_other(self.environment, self.instance, "broker", *command)
        soon(self._answers, "the broker does not come up")

    def kill_broker(self) -> None:
        """The broker dies without a word."""
        _killed(self.broker)
        self.broker_died.append(time.time())

    def beside(self, seat: int) -> Process:
        """A second intake at a seat of its own, which shares what machines say."""
        command = ("flask", "intake", "--seat", str(seat))
        return start(self.environment, self.instance, f"intake-{seat}", *command)

    def start_intake(self, *more: str) -> None:
        """The intake hears what machines say."""
        before = self._heard()
        self.intake = start(self.environment, self.instance, "intake", "flask", "intake", *more)
        soon(lambda: all(map(gt, self._heard(), before)), "the intake does not come up")

    def end_process(self, other: Process) -> None:
        """It dies without a word."""
        _killed(other)

    def kill_intake(self) -> None:
        """The intake dies without a word."""
        _killed(self.intake)
        self.intake_died.append(time.time())

    def listened(self, at: float) -> bool:
        """Whether the intake had come to the broker by then, and both lived (Unix time)."""
        died = max(
            (each for each in (*self.broker_died, *self.intake_died) if each <= at), default=0
        )
        came = [line for line in self.said().splitlines() if " hearing " in line]
        return any(died < _written_at(each) <= at for each in came)

    def said(self) -> str:
        """What the intake has said."""
        log = self.instance / "intake.log"
        return log.read_text() if log.exists() else ""

    def _heard(self) -> list[int]:
        """How often each of its two listeners has come to the broker."""
        return [self.said().count(words) for words in ("hearing", "listening")]

    def machine(self, name: str, key: str) -> Machine:
        """A machine that is connected."""
        self.end(name)
        made = Machine(self.port, name, key)
        self.machines.append(made)
        return made

    def end(self, name: str) -> None:
        """The machine of this name is gone."""
        for other in [each for each in self.machines if each.name == name]:
            other.end()
            self.machines.remove(other)

    def _answers(self) -> bool:
        return answers(self.port)


class Machine:
    """A machine at the broker: it says things, and keeps what it is told."""

    def __init__(self, port: int, name: str, key: str) -> None:
        self.name = name
        self.told: queue.Queue[tuple[str, Any]] = queue.Queue()
        # What was answered to what it had asked for, by the data it sent with that.
        self.receipts: dict[bytes, Any] = {}
        self.codes: dict[int, int] = {}
        self.connected: list[bool] = []
        self.client = Client(
            CallbackAPIVersion.VERSION2, client_id=f"machine-{name}", protocol=MQTTv5
        )
        self.client.username_pw_set(name, key)
        self.client.reconnect_delay_set(1, 1)
        self.client.on_connect = lambda client, _d, _f, code, _p: self._in(client, code)
        self.client.on_disconnect = lambda *_told: self.connected.append(False)
        self.client.on_message = lambda _c, _d, message: self._hear(message)
        self.client.on_publish = lambda _c, _d, mid, code, _p: self.codes.update({mid: code.value})
        lasting = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
        lasting.SessionExpiryInterval = 3600
        self.client.connect_async("127.0.0.1", port, properties=lasting)
        self.client.loop_start()

    def is_in(self) -> bool:
        """Whether the broker has let it in, at last."""
        return bool(self.connected) and self.connected[-1]

    def is_refused(self) -> bool:
        """Whether the broker has not let it in."""
        return False in self.connected and True not in self.connected

    def say(self, topic: str, body: Any) -> int:
        """It is at the broker, which answers: 0, or 16 where nobody listens, is good."""
        sent = body if isinstance(body, bytes) else json.dumps(body).encode()
        number = self.client.publish(topic, sent, qos=1).mid
        soon(lambda: number in self.codes, f"{topic} was not acknowledged")
        return self.codes[number]

    def hears(self, topic: str) -> Any:
        """The next thing it is told on a topic."""
        until = time.monotonic() + WITHIN_S
        while True:
            heard, body = self.told.get(timeout=max(0.01, until - time.monotonic()))
            if heard == topic:
                return body

    def end(self) -> None:
        """It is gone."""
        self.client.disconnect()
        self.client.loop_stop()

    def _in(self, client: Client, code: Any) -> None:
        if not code.is_failure:
            client.subscribe([(f"gates/{self.name}/#", 1), (f"intake/{self.name}/told", 1)])
        self.connected.append(not code.is_failure)

    def _hear(self, message: MQTTMessage) -> None:
        body = json.loads(message.payload)
        asked = getattr(message.properties, "CorrelationData", None)
        if asked is not None:
            self.receipts[asked] = body
        self.told.put((message.topic, body))


@contextmanager
def posted(database_url: str, instance: Path, secret_key: str, **settings: str) -> Iterator[Post]:
    """A broker and an intake, until the block ends."""
    port = free_port()
    environment = {
        **os.environ,
        "WANGGE_ENV": "test",
        "DATABASE_URL": database_url,
        "INSTANCE": str(instance),
        "MQTT_PORT": str(port),
        "SECRET_KEY": secret_key,
        "PYTHONUNBUFFERED": "1",
        **settings,
    }
    environment.pop("MQTT_URL", None)
    post = Post(instance, environment, port)
    try:
        post.start_broker()
        post.start_intake()
        yield post
    finally:
        for machine in post.machines:
            machine.end()
        _killed(post.intake)
        _killed(post.broker)


def _written_at(line: str) -> float:
    """When a line of the log was written (Unix time)."""
    return datetime.strptime(line[:23], "%Y-%m-%d %H:%M:%S,%f").astimezone().timestamp()


def _killed(process: Process | None) -> None:
    if process is not None and process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
