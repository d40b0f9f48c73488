"""A gate that is not there: people come, it asks the house, and goes by its own rules when cut off."""

from __future__ import annotations

import random
import time
import uuid
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from tqdm import tqdm

from webapp.points.gates.rules import (
    HEARTBEAT_S,
    Bucket,
    Code,
    Decision,
    Mode,
    PassRules,
    Verdict,
    verdict,
)

BATCH = 200
# Of all people: these have a fever; between these parts of them there is no line.
FEVERS = 0.03
CUT_OFF = (0.5, 0.7)
# Somebody is through a lane in so many seconds, give or take.
USUAL_S, SPREAD = 8.8, 0.08

Say = Callable[[str, dict[str, Any]], dict[str, Any]]


@dataclass(frozen=True)
class Plan:
    """Who comes to which gate, how fast; `code` is of a registration that holds now."""

    gate: str
    lanes: int
    people: int
    speed: float
    per_hour: float
    seed: int
    code: str | None


@dataclass
class Result:
    """What came of it."""

    seconds: float = 0.0
    lanes: Counter[int] = field(default_factory=Counter)
    decisions: Counter[str] = field(default_factory=Counter)
    heard: Counter[str] = field(default_factory=Counter)
    replays_refused: int = 0
    offline: int = 0

    def line(self) -> str:
        """It in one line."""
        hours = max(self.seconds, 1.0) / 3600
        pace = ", ".join(
            f"lane {lane}: {count / hours:.0f}/h" for lane, count in sorted(self.lanes.items())
        )
        return (
            f"{self.decisions[Decision.ADMITTED]} admitted, {self.decisions[Decision.DIVERTED]}"
            f" diverted, {self.replays_refused} replays refused, {self.decisions[Decision.WAIT]}"
            f" told to wait, {self.offline} decided without a line and sent later,"
            f" {self.heard['repeat']} repeats known; {pace}"
        )


def run(plan: Plan, say: Say) -> Result:
    """The people have passed, and the house at the end of this line has heard of all of them."""
    return _Gate(plan, say).run()


class _Gate:
    """The gate while it runs. Its clock begins so long ago that it ends about now."""

    def __init__(self, plan: Plan, say: Say) -> None:
        self.plan = plan
        self.say = say
        self.dice = random.Random(plan.seed)  # noqa: S311  # people of a play
        self.boot = uuid.uuid4().hex
        self.seq = 0
        takes = plan.people / min(plan.per_hour, plan.lanes * 360) * 3600
        self.since = datetime.now(UTC) - timedelta(seconds=takes + 60)
        self.started = time.monotonic()
        self.buckets = {lane: Bucket() for lane in range(1, plan.lanes + 1)}
        self.free_at = dict.fromkeys(self.buckets, 0.0)
        self.rules = PassRules(True, Mode.RULES, False, 37.3, 360, None)
        self.buffer: list[dict[str, Any]] = []
        self.told_at = -float(HEARTBEAT_S)
        self.result = Result()

    def run(self) -> Result:
        came = 0.0
        cut = range(*(int(self.plan.people * part) for part in CUT_OFF))
        for number in tqdm(range(self.plan.people), unit="person", leave=False):
            came += self.dice.expovariate(self.plan.per_hour / 3600)
            lane = min(self.free_at, key=lambda each: self.free_at[each])
            now = max(came, self.free_at[lane])
            self._sleep_until(now)
            online = number not in cut
            if online:
                self._forward()
                self._live(now, queue=sum(at > now for at in self.free_at.values()))
            code = self.plan.code if number == 0 else None
            now = self._pass(lane, now, code, self._temperature(number), online=online)
            ended = now + 3600 / self.rules.per_hour
            self.result.seconds = max(self.result.seconds, ended)
        self._forward()
        self._replay(self.result.seconds + 10)
        return self.result

    def _temperature(self, number: int) -> float:
        fever = number > 0 and self.dice.random() < FEVERS
        return round(self.dice.gauss(38.2 if fever else 36.5, 0.15), 1)

    def _pass(
        self, lane: int, now: float, code: str | None, temp_c: float, *, online: bool
    ) -> float:
        """Somebody is at a lane until the gate lets them in or leads them aside; when that is."""
        while True:
            event = self._event(lane, now, code, temp_c)
            bucket = self.buckets[lane].filled(self._at(now), self.rules.per_hour)
            if online:
                told = self.say("ask", event)
                decision, reason = told["decision"], told["reason"]
                waits = told["wait_s"] or 0.0
            else:
                made: Verdict = verdict(
                    self.rules, code=Code.NONE, temp_c=temp_c, inside=0, bucket=bucket
                )
                decision, reason, waits = made.decision, made.reason, made.wait_s
            self.result.decisions[decision] += 1
            admitted = decision == Decision.ADMITTED
            self.buckets[lane] = bucket.taken() if admitted else bucket
            if decision != Decision.WAIT:
                break
            now += max(0.1, waits)
        took = max(5.0, self.dice.gauss(USUAL_S, USUAL_S * SPREAD))
        done = {"decision": decision, "reason": reason, "duration_ms": int(took * 1000)}
        self.buffer.append({**event, **done})
        self.result.lanes[lane] += admitted
        self.result.offline += not online
        self.free_at[lane] = now + took
        return now

    def _event(self, lane: int, now: float, code: str | None, temp_c: float) -> dict[str, Any]:
        self.seq += 1
        said = {"boot_id": self.boot, "seq": self.seq, "ts": self._at(now).isoformat()}
        return said | {"lane": lane, "temp_c": temp_c} | ({"token": code} if code else {})

    def _forward(self) -> None:
        """What was kept is sent. A long stretch is sent twice, as if the answer had been lost."""
        for start in range(0, len(self.buffer), BATCH):
            batch = {"events": self.buffer[start : start + BATCH]}
            self.say("events", batch)
            if len(self.buffer) > self.plan.lanes:
                told = self.say("events", batch)
                self.result.heard.update(each["status"] for each in told["results"])
        self.buffer.clear()

    def _live(self, now: float, queue: int) -> None:
        if now - self.told_at < HEARTBEAT_S:
            return
        self.told_at = now
        said = {"ts": self._at(now).isoformat(), "boot_id": self.boot, "queue": queue}
        counted = {"count_in_booth": queue, "buffer_len": len(self.buffer), "doors": "open"}
        told = self.say("heartbeat", said | counted)
        ruled = told["rules"]
        self.rules = PassRules(
            ruled["open"],
            Mode(ruled["mode"]),
            ruled["code_wanted"],
            ruled["max_temp_c"],
            ruled["per_hour"],
            ruled["capacity"],
        )
        for command in told["commands"]:
            self.say(f"commands/{command['id']}/ack", {"ok": True})

    def _replay(self, now: float) -> None:
        """The first code is shown once more by somebody else."""
        if self.plan.code is None:
            return
        told = self.say("ask", self._event(1, now, self.plan.code, 36.5))
        self.result.replays_refused += told["decision"] == Decision.REFUSED

    def _at(self, now: float) -> datetime:
        return self.since + timedelta(seconds=now)

    def _sleep_until(self, now: float) -> None:
        wait = self.started + now / self.plan.speed - time.monotonic()
        if wait > 0:
            time.sleep(wait)
