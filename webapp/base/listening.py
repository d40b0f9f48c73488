"""The intake: one process that hears the broker, and acknowledges what the database has.

What is urgent has a session and a thread of its own, so that it waits behind nothing else.
"""

from __future__ import annotations

import json
import logging
import queue
import ssl
import sys
import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Protocol

from flask import Flask
from flask_babel import force_locale
from paho.mqtt.client import Client, ConnectFlags, DisconnectFlags, MQTTMessage, MQTTv5
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions
from sqlalchemy import exc

from webapp.base import broker, intake
from webapp.base.broker import Doors, Place
from webapp.base.config import Settings
from webapp.base.db import db

log = logging.getLogger("wangge.intake")

# Its session at the broker: what is said while it is away waits there under this name. Each of several
# intakes has a seat and by it a name of its own.
CLIENT = "wangge-intake"
URGENT_CLIENT = "wangge-intake-urgent"
# Of those who subscribe so the broker tells each message to one.
SHARED = "$share/wangge/"
KEEP_SESSION_S = 30 * 24 * 3600
ALIVE_S = 30
# Messages the broker hands over before the first of them is acknowledged.
AT_ONCE = 100
# So many that wait are kept by one commit.
ONE_COMMIT = 50
TICK_S = 1.0
# When the broker is back we are there before its machines, which wait a second and more: what they say while
# we are not there it acknowledges before it has written it.
BACK_AFTER_S = 0.25
# How often the house is told that we hear the broker.
BEAT_S = 10.0
LONGEST_WAIT_S = 15.0


@dataclass(frozen=True)
class Heard:
    """A message in hand: of which connection it is, and what its sender calls the answer."""

    connection: int
    number: int
    qos: int
    topic: str
    body: bytes
    reference: bytes | None

    @property
    def said(self) -> intake.Said:
        """What it says; whoever names the answer waits for one."""
        return intake.Said(self.topic, self.body, self.reference is not None)


class Line(Client):
    """A connection that hears its broker out: only its end in reading closes it.

    A broker that dies has acknowledged to its senders what still lies unread on our side. Where something
    of ours cannot be sent any more paho would close the connection with all of that in it.
    """

    def _sock_send(self, buf: bytes | bytearray) -> int:
        try:
            return super()._sock_send(buf)
        except (BrokenPipeError, ConnectionResetError, ssl.SSLEOFError):
            return len(buf)


class Listener:
    """The house at a broker, from `run` until `stop`.

    A message is acknowledged after the database has what it says. One that is in hand is kept even when
    the connection breaks: a broker that dies may have nothing of it any more; if it comes again, it is
    known. One listener hears what is `urgent`, another the rest. Where several intakes share the messages
    the one at the first seat also keeps the doors, and says what machines are to hear.
    """

    def __init__(
        self,
        app: Flask,
        place: Place,
        doors: Doors | None,
        *,
        urgent: bool,
        opened: threading.Event,
        seat: int | None = None,
    ) -> None:
        self.app = app
        self.settings: Settings = app.extensions["settings"]
        self.place = place
        self.doors = doors
        self.urgent = urgent
        self.seat = seat
        self._opened = opened
        self._stop = threading.Event()
        self._connection = 0
        self._heard: queue.SimpleQueue[Heard] = queue.SimpleQueue()
        self._said: tuple[int, set[str]] = (0, set())
        self._away = False
        self._beat_due = 0.0
        self._client = self._made()

    def stop(self) -> None:
        """It ends after the messages in hand."""
        self._stop.set()

    def run(self) -> None:
        """Listens until it is told to stop. Without broker or database it waits, and tries again."""
        due, wait = 0.0, TICK_S
        self._client.connect_async(
            self.place.host,
            self.place.port,
            keepalive=ALIVE_S,
            clean_start=False,
            properties=_properties(
                PacketTypes.CONNECT,
                SessionExpiryInterval=KEEP_SESSION_S,
                ReceiveMaximum=AT_ONCE,
            ),
        )
        started = False
        try:
            while not self._stop.is_set():
                if not self.urgent and time.monotonic() >= due:
                    wait = TICK_S if self._tick() else min(wait * 2, LONGEST_WAIT_S)
                    due = time.monotonic() + wait
                    self._opened.set()
                if not started:
                    if not self._opened.wait(TICK_S):
                        continue
                    self._client.loop_start()
                    started = True
                try:
                    left = TICK_S if self.urgent else max(0.01, due - time.monotonic())
                    heard = self._heard.get(timeout=left)
                except queue.Empty:
                    continue
                self._take_all([heard, *self._waiting()])
        finally:
            if self.seat is not None and self.seat > 1:
                # Whoever leaves his seat is given nothing more; who is shot finds it when he is back.
                self._client.unsubscribe(self._topics())
            self._client.disconnect()
            self._client.loop_stop()

    def _made(self) -> Client:
        made = Line(
            CallbackAPIVersion.VERSION2,
            client_id=self._name(),
            protocol=MQTTv5,
            manual_ack=True,
        )
        made.username_pw_set(self.place.name, self.place.password)
        if self.place.secure:
            made.tls_set_context(ssl.create_default_context())
        # Any number will do.
        made.reconnect_delay_set(BACK_AFTER_S, LONGEST_WAIT_S)  # type: ignore[arg-type]
        made.max_queued_messages_set(1000)
        made.on_connect = self._connected
        made.on_disconnect = self._disconnected
        made.on_message = self._arrived
        return made

    def _name(self) -> str:
        name = URGENT_CLIENT if self.urgent else CLIENT
        return name if self.seat in (None, 1) else f"{name}-{self.seat}"

    def _topics(self) -> list[str]:
        return self._named(intake.topics(urgent=self.urgent), shared=self.seat is not None)

    def _left(self) -> list[str]:
        """What a session of before may hold and this one does not: the same topics the other way, and those
        that the other listener hears, both ways."""
        own, others = intake.topics(urgent=self.urgent), intake.topics(urgent=not self.urgent)
        return [
            *self._named(own, shared=self.seat is None),
            *self._named(others, shared=False),
            *self._named(others, shared=True),
        ]

    def _named(self, topics: Iterable[str], *, shared: bool) -> list[str]:
        return [f"{SHARED}{topic}" if shared else topic for topic in topics]

    def _connected(
        self, client: Client, _data: Any, flags: ConnectFlags, code: ReasonCode, _properties: Any
    ) -> None:
        if code.is_failure:
            log.warning("the broker does not let us in: %s", code)
            return
        self._connection += 1
        client.subscribe([(topic, 1) for topic in self._topics()])
        client.unsubscribe(self._left())
        kept = "the session was kept" if flags.session_present else "a new session"
        how = "listening for what is urgent at" if self.urgent else "hearing"
        log.info("%s %s:%s, %s", how, self.place.host, self.place.port, kept)

    def _disconnected(
        self, _client: Client, _data: Any, _flags: DisconnectFlags, code: ReasonCode, _more: Any
    ) -> None:
        self._connection += 1  # what is in hand is acknowledged by nobody
        if not self._stop.is_set():
            log.warning("the broker is away: %s", code)

    def _write_down(self) -> None:
        """The broker writes to its disk what it has given us and we cannot keep now.

        mosquitto writes down what waits for somebody who is away, but what is on its way to somebody who
        is there only together with another change: such as a subscription, even to what we hear already.
        """
        how = SubscribeOptions(qos=1, retainHandling=SubscribeOptions.RETAIN_SEND_IF_NEW_SUB)
        self._client.subscribe([(topic, how) for topic in self._topics()])

    def _arrived(self, _client: Client, _data: Any, message: MQTTMessage) -> None:
        said = message.properties
        self._heard.put(
            Heard(
                connection=self._connection,
                number=message.mid,
                qos=message.qos,
                topic=message.topic,
                body=bytes(message.payload),
                reference=getattr(said, "CorrelationData", None),
            )
        )
        if self._away:
            self._write_down()

    def _waiting(self) -> list[Heard]:
        """What has arrived meanwhile; nobody waits for more to come."""
        found: list[Heard] = []
        with suppress(queue.Empty):
            while len(found) < ONE_COMMIT - 1:
                found.append(self._heard.get_nowait())
        return found

    def _take_all(self, heard: list[Heard]) -> None:
        """These are kept by one commit; where one of them stands in the way, each by itself."""
        if len(heard) > 1 and not self._stop.is_set():
            with self.app.app_context(), force_locale(self.settings.locale):
                answers = intake.take_together([each.said for each in heard])
            if answers is not None:
                self._away = False
                for each, says in zip(heard, answers, strict=True):
                    self._answer(each, says)
                return
        for each in heard:
            self._take(each)

    def _take(self, heard: Heard) -> None:
        """The message is kept, answered and acknowledged; without a database it waits here."""
        wait = 0.5
        while not self._stop.is_set():
            try:
                with self.app.app_context(), force_locale(self.settings.locale):
                    answers = intake.take(heard.said)
            except intake.Away as error:
                self._told_away(error)
                self._write_down()
                self._stop.wait(wait)
                wait = min(wait * 2, LONGEST_WAIT_S)
                continue
            self._away = False
            self._answer(heard, answers)
            return

    def _answer(self, heard: Heard, says: Iterable[intake.Say]) -> None:
        for say in says:
            self._publish(say, heard.reference)
        # On another connection its number may be that of another message.
        if heard.connection == self._connection:
            self._client.ack(heard.number, heard.qos)

    def _tick(self) -> bool:
        """Doors and commands are as the database says; False when it is not there."""
        try:
            with self.app.app_context(), force_locale(self.settings.locale):
                if self.doors is not None:
                    self.doors.set_to(intake.logins(self.place.password or ""))
                says = self.seat in (None, 1) and self._client.is_connected()
                waiting = dict(intake.waiting()) if says else {}
                db.session.rollback()
                self._beat()
        except exc.SQLAlchemyError as error:
            self._told_away(error)
            return False
        self._away = False
        connection, said = self._said
        if connection != self._connection:  # what was said on the way out may be lost
            connection, said = self._connection, set()
        for key in [key for key in waiting if key not in said]:
            self._publish(waiting[key], None)
        self._said = (connection, set(waiting))
        return True

    def _beat(self) -> None:
        """The house knows that we hear the broker, where we do."""
        if self._client.is_connected() and time.monotonic() >= self._beat_due:
            self._beat_due = time.monotonic() + BEAT_S
            intake.beat()
            db.session.commit()

    def _publish(self, say: intake.Say, reference: bytes | None) -> None:
        told: dict[str, Any] = {}
        if say.lasts_s is not None:
            told["MessageExpiryInterval"] = max(1, int(say.lasts_s))
        if reference is not None:
            told["CorrelationData"] = reference
        self._client.publish(
            say.topic,
            json.dumps(say.body, ensure_ascii=False, default=str),
            qos=1,
            properties=_properties(PacketTypes.PUBLISH, **told),
        )

    def _told_away(self, error: Exception) -> None:
        if not self._away:
            log.warning("the database is away: %s", str(error.__cause__ or error).splitlines()[0])
        self._away = True


class Ear(Protocol):
    """Something that hears machines by itself."""

    def run(self) -> None:
        """Hears until it is told to stop."""

    def stop(self) -> None:
        """It ends after what is in hand."""


class Ears:
    """All that hears machines in this process, from `run` until `stop`; where one ends, the others do."""

    def __init__(self, ears: Sequence[Ear]) -> None:
        self._ears = tuple(ears)

    def stop(self) -> None:
        """They end after what they have in hand."""
        for each in self._ears:
            each.stop()

    def run(self) -> None:
        """All of them hear until they are told to stop."""
        first, *others = self._ears
        beside = [threading.Thread(target=self._hear, args=(each,), daemon=True) for each in others]
        for thread in beside:
            thread.start()
        try:
            first.run()
        finally:
            self.stop()
            for thread in beside:
                thread.join()

    def _hear(self, ear: Ear) -> None:
        try:
            ear.run()
        finally:
            self.stop()


def listeners(app: Flask, seat: int | None = None) -> list[Listener]:
    """What hears the broker of an app: the usual and the urgent; none where MQTT is switched off.

    Intakes at different seats share the messages; one without a seat has them for itself.
    """
    settings: Settings = app.extensions["settings"]
    place = broker.place(settings)
    if place is None:
        return []
    first = seat in (None, 1)
    own = Doors(settings.instance) if not settings.mqtt_url and first else None
    opened = threading.Event()
    return [
        Listener(app, place, own, urgent=False, opened=opened, seat=seat),
        Listener(app, place, None, urgent=True, opened=opened, seat=seat),
    ]


def say_so() -> None:
    """What the intake has to say is written to the log of its process."""
    log.setLevel(logging.INFO)
    teller = logging.StreamHandler(sys.stdout)
    teller.setFormatter(logging.Formatter("%(asctime)s %(message)s"))
    log.addHandler(teller)
    log.propagate = False


def _properties(kind: int, **values: Any) -> Properties:
    made = Properties(kind)  # type: ignore[no-untyped-call]  # has no types
    told: Mapping[str, Any] = values
    for name, value in told.items():
        setattr(made, name, value)
    return made
