"""Those who write: one for each kind, who says a thing again until it is acknowledged, and writes that down.

To write another kind in the storm, add a `Writer` and a question for what is there of it.
"""

from __future__ import annotations

import io
import json
import queue
import random
import secrets
import threading
import time
import uuid
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from PIL import Image

from tests.brokers import Machine
from tests.faults.calls import NOBODY, Answer, Caller, Part
from tests.residents.test_sheets import book
from tests.services.conftest import ANSWERS

REST_S = 0.03
# What is not acknowledged within so long is not going to be.
GIVEN_UP_S = 120.0

# The fields of a form, and its files.
Form = tuple[dict[str, str], list[Part]]


class Writer(ABC):
    """Writes things of one kind, each under a mark of its own, from `begin` until `end`.

    `acknowledged` holds the marks whose writing was acknowledged, in their order; `refused` what was said
    instead of an acknowledgement, by status. `there` asks for (mark, how often it is there).
    """

    kind: str
    there: str

    def __init__(self) -> None:
        self.acknowledged: list[str] = []
        self.refused: list[Answer] = []
        # Set while something is on its way; how long the last one took (seconds).
        self.writing = threading.Event()
        self.took_s = 0.02
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._write, name=self.kind, daemon=True)
        self._broken: BaseException | None = None

    @abstractmethod
    def made(self, mark: str) -> Any:
        """What is sent under this mark: made once, for whoever says it again says the same."""

    @abstractmethod
    def say(self, made: Any, *, again: bool) -> Answer | None:
        """Sends what was made; None when it was acknowledged. `again`: it was sent before."""

    def next_mark(self) -> str | None:
        """The mark of the next thing; None when there are no more."""
        return str(uuid.uuid4())

    def begin(self) -> None:
        """It writes from now on."""
        self._thread.start()

    def end(self) -> None:
        """It has ended, after what it had on its way."""
        self._over.set()
        self._thread.join()

    @property
    def alive(self) -> bool:
        """Whether it still writes. Raises what stopped it."""
        if self._broken is not None:
            raise self._broken
        return self._thread.is_alive()

    def _write(self) -> None:
        try:
            while not self._over.is_set() and (mark := self.next_mark()) is not None:
                self._until_acknowledged(mark)
                time.sleep(REST_S)
        except BaseException as error:  # noqa: BLE001  # it is raised where the writer is ended
            self._broken = error

    def _until_acknowledged(self, mark: str) -> None:
        made, begun, again = self.made(mark), time.monotonic(), False
        while True:
            sent = time.monotonic()
            self.writing.set()
            refusal = self.say(made, again=again)
            self.writing.clear()
            if refusal is None:
                self.took_s = time.monotonic() - sent
                self.acknowledged.append(mark)
                return
            assert refusal.status in (NOBODY, 502, 503, 504), (self.kind, refusal)
            self.refused.append(refusal)
            assert time.monotonic() < begun + GIVEN_UP_S, f"{self.kind} {mark} is never taken"
            again = True
            time.sleep(random.uniform(0.02, 0.1))


def took(answer: Answer, *statuses: int) -> Answer | None:
    """None when the answer is one of these."""
    return None if answer.status in statuses else answer


def photo() -> bytes:
    """A picture like no other."""
    out = io.BytesIO()
    Image.frombytes("RGB", (32, 24), secrets.token_bytes(32 * 24 * 3)).save(out, "JPEG")
    return out.getvalue()


@dataclass(frozen=True)
class Spot:
    """Where what is written lies: degrees WGS 84, and the grid by its code and key."""

    lon: float
    lat: float
    grid: str
    grid_id: int


class Cases(Writer):
    """Reports of a phone, and of a program."""

    kind = "case"
    there = "SELECT client_id::text, count(*) FROM case_file WHERE client_id IS NOT NULL GROUP BY 1"

    def __init__(self, caller: Caller, spot: Spot) -> None:
        super().__init__()
        self.caller, self.spot = caller, spot

    def made(self, mark: str) -> bytes:
        said = {
            "class_code": "06010",
            "lon": self.spot.lon,
            "lat": self.spot.lat,
            "words": "a heap of rubbish",
            "client_id": mark,
        }
        return json.dumps(said).encode()

    def say(self, made: bytes, *, again: bool) -> Answer | None:
        answer = self.caller.post_json("/api/v1/cases", made)
        assert not (answer.status == 200 and not again), "a new case was known already"
        return took(answer, 200, 201)


class Uploads(Writer):
    """Reports with a picture: the case, the row of the file, the file."""

    kind = "upload"
    there = """
        SELECT c.client_id::text, count(f.id) FROM case_file c
        LEFT JOIN case_media m ON m.case_id = c.id LEFT JOIN stored_file f ON f.id = m.file_id
        WHERE c.words = 'with a picture' GROUP BY 1
    """

    def __init__(self, caller: Caller, spot: Spot) -> None:
        super().__init__()
        self.caller, self.spot = caller, spot

    def made(self, mark: str) -> Form:
        said = {
            "class_code": "06010",
            "lon": str(self.spot.lon),
            "lat": str(self.spot.lat),
            "words": "with a picture",
            "client_id": mark,
        }
        return said, [Part("photo", "photo.jpg", photo())]

    def say(self, made: Form, *, again: bool) -> Answer | None:
        said, parts = made
        return took(self.caller.post("/cases", said, *parts), 303)


class Applications(Writer):
    """Applications with three papers."""

    kind = "application"
    there = """
        SELECT a.client_id::text, count(DISTINCT a.id) FROM service_application a
        JOIN service_material m ON m.application_id = a.id
        WHERE a.client_id IS NOT NULL AND a.state = 'submitted'
        GROUP BY 1 HAVING count(DISTINCT m.id) = 3
    """

    def __init__(self, caller: Caller, spot: Spot) -> None:
        super().__init__()
        self.caller, self.spot = caller, spot

    def made(self, mark: str) -> Form:
        said = {**ANSWERS, "grid": str(self.spot.grid_id), "client_id": mark}
        names = ("identity_card", "flexible_proof", "contribution_receipt")
        return said, [Part(f"paper.{each}", "paper.jpg", photo()) for each in names]

    def say(self, made: Form, *, again: bool) -> Answer | None:
        said, parts = made
        return took(self.caller.post("/services/JY04/apply", said, *parts), 303)


class Passages(Writer):
    """Events of a gate over HTTP."""

    kind = "gate event"
    there = "SELECT seq::text, count(*) FROM gate_event WHERE boot_id = 'http' GROUP BY 1"

    def __init__(self, caller: Caller, code: str) -> None:
        super().__init__()
        self.caller, self.code, self._seq = caller, code, 0

    def next_mark(self) -> str:
        self._seq += 1
        return str(self._seq)

    def made(self, mark: str) -> bytes:
        return json.dumps(passage("http", int(mark))).encode()

    def say(self, made: bytes, *, again: bool) -> Answer | None:
        answer = self.caller.post_json(f"/api/v1/gates/{self.code}/events", made)
        if answer.status == 200:
            (result,) = json.loads(answer.body)["results"]
            assert result["status"] in (("kept", "repeat") if again else ("kept",)), result
        return took(answer, 200)


def passage(boot: str, seq: int) -> dict[str, object]:
    """Somebody went through a gate."""
    said = {"boot_id": boot, "seq": seq, "ts": datetime.now(UTC).isoformat(), "lane": 1}
    return said | {"temp_c": 36.5, "decision": "admitted"}


class Votes(Writer):
    """One vote of each home, by whoever lives there; its mark is the key of the home."""

    kind = "vote"
    there = """
        SELECT v.household_id::text, count(b.id) FROM poll_voter v
        JOIN poll_ballot b ON b.voter_id = v.id GROUP BY 1
    """

    def __init__(self, topic_id: int, voters: dict[str, Caller]) -> None:
        super().__init__()
        self.topic_id, self.voters = topic_id, voters
        self._left = list(voters)

    def next_mark(self) -> str | None:
        return self._left.pop() if self._left else None

    def made(self, mark: str) -> Caller:
        return self.voters[mark]

    def say(self, made: Caller, *, again: bool) -> Answer | None:
        answer = made.post(f"/public/topics/{self.topic_id}/vote", {"choice": "yes"})
        # Whoever was not answered may have voted: then the house says so.
        return took(answer, *((200, 409) if again else (200,)))


class Alarms(Writer):
    """Alarms of a source over HTTP."""

    kind = "alarm"
    there = "SELECT own_id, sum(count)::int FROM alarm WHERE source = 'box' GROUP BY 1"

    def __init__(self, caller: Caller) -> None:
        super().__init__()
        self.caller = caller

    def made(self, mark: str) -> bytes:
        return json.dumps(motion(mark)).encode()

    def say(self, made: bytes, *, again: bool) -> Answer | None:
        return took(self.caller.post_json("/api/v1/intake/generic", made), 202)


def motion(mark: str) -> dict[str, object]:
    """Something moved at a device of its own."""
    now = datetime.now(UTC).isoformat()
    return {"id": mark, "message_id": mark, "ts": now, "kind": "motion", "camera": mark}


class Imports(Writer):
    """Workbooks of one household each."""

    kind = "import"
    there = "SELECT name, count(*) FROM resident WHERE name LIKE '示例%%' GROUP BY 1"

    def __init__(self, caller: Caller, spot: Spot) -> None:
        super().__init__()
        self.caller, self.spot, self._number = caller, spot, 0

    def next_mark(self) -> str:
        self._number += 1
        return f"示例{self._number}"

    def made(self, mark: str) -> Form:
        door = f"9{mark.removeprefix('示例')}"
        body = book((self.spot.grid, "3号楼", None, None, door, mark, "户主", None, None))
        return {}, [Part("file", "homes.xlsx", body)]

    def say(self, made: Form, *, again: bool) -> Answer | None:
        said, parts = made
        return took(self.caller.post("/households/import", said, *parts), 200)


class PassagesAtBroker(Writer):
    """Events of a gate over MQTT: the answer of the house is the receipt (docs/gates.md)."""

    kind = "gate event over MQTT"
    there = "SELECT seq::text, count(*) FROM gate_event WHERE boot_id = 'mqtt' GROUP BY 1"
    WAIT_S = 3.0

    def __init__(self, machine: Machine) -> None:
        super().__init__()
        self.machine, self._seq, self._told = machine, 0, set[int]()

    def next_mark(self) -> str:
        self._seq += 1
        return str(self._seq)

    def made(self, mark: str) -> dict[str, object]:
        return passage("mqtt", int(mark))

    def say(self, made: dict[str, object], *, again: bool) -> Answer | None:
        self.machine.client.publish(f"gates/{self.machine.name}/events", json.dumps(made), qos=1)
        until = time.monotonic() + self.WAIT_S
        while made["seq"] not in self._told and time.monotonic() < until:
            self._listen(until)
        return None if made["seq"] in self._told else Answer(NOBODY)

    def _listen(self, until: float) -> None:
        try:
            _topic, body = self.machine.told.get(timeout=max(0.01, until - time.monotonic()))
        except queue.Empty:
            return
        told = body.get("results", ())
        assert {each["status"] for each in told} <= {"kept", "repeat"}, told
        self._told |= {each["seq"] for each in told}


class AlarmsAtBroker(Writer):
    """Alarms of a source over MQTT that asks for the answer of the house (docs/intake.md)."""

    kind = "alarm over MQTT"
    there = Alarms.there
    WAIT_S = 5.0

    def __init__(self, machine: Machine) -> None:
        super().__init__()
        self.machine = machine

    def made(self, mark: str) -> dict[str, object]:
        return motion(mark)

    def say(self, made: dict[str, object], *, again: bool) -> Answer | None:
        mark = str(made["id"]).encode()
        asking = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
        asking.CorrelationData = mark
        self.machine.client.publish(
            "intake/box/generic", json.dumps(made), qos=1, properties=asking
        )
        if (receipt := self._answered(self.machine.receipts, mark)) is None:
            return Answer(NOBODY)
        (result,) = receipt["results"]
        assert result["status"] in ("ok", "repeat"), result
        return None

    def _answered(self, answers: Mapping[Any, Any], key: object) -> Any:
        """What comes to stand under the key within the time; None where nothing does."""
        until = time.monotonic() + self.WAIT_S
        while key not in answers and time.monotonic() < until:
            time.sleep(0.002)
        return answers.get(key)


class AlarmsLeftAtBroker(AlarmsAtBroker):
    """Alarms of a source over MQTT that has only the acknowledgement of the broker: that of somebody who listens.

    `taken_at` tells when each was acknowledged (Unix time).
    """

    kind = "alarm left over MQTT"

    def __init__(self, machine: Machine) -> None:
        super().__init__(machine)
        self.taken_at: dict[str, float] = {}

    def say(self, made: dict[str, object], *, again: bool) -> Answer | None:
        sent = self.machine.client.publish("intake/box/generic", json.dumps(made), qos=1)
        if self._answered(self.machine.codes, sent.mid) != 0:
            return Answer(NOBODY)
        self.taken_at[str(made["id"])] = time.time()
        return None
