"""Demo gate: one sampling point whose gate has let people in all morning, and somebody it led aside."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from typing import Any

from webapp.base import clock
from webapp.operation.cast import actor
from webapp.points import queries as points
from webapp.points.gates import ageing, keeping, passing, queries, registering
from webapp.points.gates.forms import AskForm, HeartbeatForm
from webapp.points.gates.models import Gate
from webapp.points.gates.rules import Order
from webapp.points.rules import Template

CODE = "sampling-1"
BOOT = "demo"
# So many pass while there is a line, so many in the stretch without one.
ONLINE, OFFLINE = 40, 20
STEP = timedelta(seconds=45)
LONG_AGO = timedelta(days=16)


def tell() -> int:
    """The first sampling point has a gate with a day behind it; answers how many gates are new."""
    if queries.by_code(CODE) is not None:
        return 0
    point = next(iter(points.listed(Template.SAMPLING)), None)
    if point is None:
        return 0
    now, street = clock.now(), actor("street")
    with clock.at(now - LONG_AGO):
        gate = keeping.set_up(point, CODE, by=None)
        passing.report(gate, [_said(0, clock.now()) | {"decision": "admitted"}])
    ageing.forget()
    _pass(gate, now - STEP * (ONLINE + OFFLINE + 4))
    with clock.at(now - timedelta(minutes=2)):
        given = keeping.command(gate, Order.LIMIT, "360", by=street)
        passing.acknowledge(gate, given.id, ok=True, words=None)
        keeping.command(gate, Order.OPEN, None, by=street)
    passing.heartbeat(gate, HeartbeatForm(ts=now, count_in_booth=3, queue=6, doors="open"))
    free = registering.windows(gate)
    if free:
        registering.register(gate, free[0][0], by=actor("worker"))
    return 1


def _pass(gate: Gate, since: datetime) -> None:
    """People come one after the other; in the middle there is no line; one has a temperature."""
    dice = random.Random(7)  # noqa: S311  # people of a demo
    kept: list[dict[str, Any]] = []
    for number in range(1, ONLINE + OFFLINE + 1):
        at = since + STEP * number
        took = {"decision": "admitted", "duration_ms": int(dice.gauss(9000, 900))}
        said = _said(number, at)
        if number <= ONLINE:
            with clock.at(at):
                passing.ask(gate, AskForm.of(said))
        kept.append(said | took)
    with clock.at(since + STEP * (ONLINE + OFFLINE + 1)):
        passing.report(gate, kept)
        hot = _said(ONLINE + OFFLINE + 1, clock.now()) | {"temp_c": 37.8}
        passing.ask(gate, AskForm.of(hot))


def _said(number: int, at: datetime) -> dict[str, Any]:
    said = {"boot_id": BOOT, "seq": number, "ts": at.isoformat(), "lane": number % 2 + 1}
    return said | {"temp_c": 36.3 + number % 5 / 10}
