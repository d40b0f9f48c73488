"""The lines of a simulated gate: HTTP, or the broker."""

from __future__ import annotations

import json
import queue
import ssl
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPSConnection
from typing import Any
from urllib.parse import urlsplit

from paho.mqtt.client import Client, ConnectFlags, MQTTv5
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from webapp.base.broker import Place
from webapp.points.gates.simulated import Say

PATIENCE_S = 10.0


def by_http(url: str, gate: str, key: str) -> Say:
    """A line to the house at this address. `OSError` when nobody is there or it refuses."""
    where = urlsplit(url)
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    kind = HTTPSConnection if where.scheme == "https" else HTTPConnection

    def say(what: str, body: dict[str, Any]) -> dict[str, Any]:
        line = kind(where.netloc, timeout=PATIENCE_S)
        try:
            line.request("POST", f"/api/v1/gates/{gate}/{what}", json.dumps(body), headers)
            answer = line.getresponse()
            told = answer.read()
        finally:
            line.close()
        if answer.status != 200:
            raise OSError(f"{what}: {answer.status} {told.decode(errors='replace')[:300]}")
        said: dict[str, Any] = json.loads(told)
        return said

    return say


@contextmanager
def by_mqtt(place: Place, gate: str, key: str) -> Iterator[Say]:
    """A line over the broker while this lasts. `OSError` when nobody is there or nobody answers."""
    told: queue.SimpleQueue[tuple[bytes, bytes]] = queue.SimpleQueue()
    client = Client(CallbackAPIVersion.VERSION2, client_id=f"simulated-{gate}", protocol=MQTTv5)
    client.username_pw_set(gate, key)
    if place.secure:
        client.tls_set_context(ssl.create_default_context())

    def connected(
        _client: Client, _data: Any, _flags: ConnectFlags, code: ReasonCode, _more: Any
    ) -> None:
        if not code.is_failure:
            client.subscribe(f"gates/{gate}/told/#", qos=1)

    client.on_connect = connected
    ready = threading.Event()
    client.on_subscribe = lambda *_told: ready.set()
    client.on_message = lambda _client, _data, message: told.put(
        (getattr(message.properties, "CorrelationData", b""), bytes(message.payload))
    )
    client.connect(place.host, place.port)
    client.loop_start()

    def say(what: str, body: dict[str, Any]) -> dict[str, Any]:
        mark = uuid.uuid4().bytes
        sent = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]  # has no types
        sent.CorrelationData = mark
        client.publish(f"gates/{gate}/{what}", json.dumps(body), qos=1, properties=sent)
        answer: dict[str, Any] = json.loads(_answer(told, mark, what))
        if "error" in answer:
            raise OSError(f"{what}: {answer['error']['message']}")
        return answer

    try:
        # The broker hears of a new key from the intake, a moment later.
        if not ready.wait(PATIENCE_S):
            raise OSError(f"the broker at {place.host}:{place.port} does not let the gate in")
        yield say
    finally:
        client.disconnect()
        client.loop_stop()


def _answer(told: queue.SimpleQueue[tuple[bytes, bytes]], mark: bytes, what: str) -> bytes:
    until = time.monotonic() + PATIENCE_S
    while True:
        try:
            of, body = told.get(timeout=max(0.01, until - time.monotonic()))
        except queue.Empty:
            raise OSError(f"{what}: no answer") from None
        if of == mark:
            return body
