"""What a message of a machine costs: alone, by fifties, over HTTP, beside a bare insert of the same bytes."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from itertools import count

from sqlalchemy import text

from bench.figures import Figure
from bench.ground import Ground
from bench.load import Request, Server, asked, served
from webapp.base import intake as lines
from webapp.base.access import HOUSE
from webapp.base.db import db
from webapp.monitoring.alarms import keeping as ringing
from webapp.monitoring.alarms.rules import CAP_MOST
from webapp.monitoring.intake import keeping
from webapp.monitoring.intake.keeping import Described
from webapp.monitoring.intake.rules import Format
from webapp.monitoring.signals import Kind

MESSAGES, ROUNDS = 400, 3
# So many devices are heard of for the first time, and so many of them are one part.
STRANGERS, PART = 6000, 1000
DEVICES = 500
CLIENTS = 8

# The shape and the indexes of the inbox, and nothing else.
_BARE = """
    CREATE TABLE IF NOT EXISTS bench_inbox (LIKE intake_message INCLUDING ALL);
    TRUNCATE bench_inbox
"""
_INSERT = text("""
    INSERT INTO bench_inbox (source_id, message_id, format, body, size, received_at, status, last_at)
    VALUES (1, :name, 'generic', :body, :size, now(), 'ok', now())
""")
_COUNT = text("""
    SELECT (SELECT count(*) FROM intake_message m JOIN intake_source s ON s.id = m.source_id
            WHERE s.code = 'bench'),
           (SELECT coalesce(sum(a.count), 0) FROM alarm a WHERE a.source = 'bench')
""")
# How the index of words is made, so that it can be taken away and made again; that it is there changes nothing.
_INDEX = text("""
    SELECT replace(pg_get_indexdef(CAST(:index AS regclass)), 'CREATE INDEX', 'CREATE INDEX IF NOT EXISTS')
""")
_numbers, _rows = count(), count()


def figures(ground: Ground) -> Iterator[Figure]:
    """Messages a second by each way in."""
    with ground.app.test_request_context("/"):
        source = keeping.set_up("bench", Described("bench", tuple(Format)), by=None)
        key = keeping.new_key(source, by=None)
        # Each message rings, however often its device speaks.
        ringing.cap(Kind.MOTION, CAP_MOST, by=HOUSE)
        db.session.commit()
    for what, size in (("MQTT, one commit each", 1), ("MQTT, fifty a commit", 50)):
        ours, bare = partial(_mqtt, ground, size), partial(_bare, ground, size)
        yield _beside(what, size, *_rates(ours, bare))
    for index in ("ix_alarm_told", "ix_alarm_pieces"):
        yield _of_words(ground, index)
    yield _strangers(ground)
    with served("wsgi:app", ground.environment) as house:
        for what, size in (("HTTP, one a request, 8 clients", 1), ("HTTP, fifty a request", 50)):
            ours, bare = partial(_http, house, key, size), partial(_bare, ground, size)
            yield _beside(what, size, *_rates(ours, bare))
    yield _kept(ground)


def _kept(ground: Ground) -> Figure:
    """Every message that was answered or acknowledged is in the inbox and merged."""
    with ground.app.app_context():
        kept, merged = db.session.execute(_COUNT).one()
    sent = next(_numbers)
    return Figure(
        what="messages answered that are in the inbox, and signals merged",
        rows=sent,
        measured=f"{kept:,} and {merged:,}",
        wanted="all of them",
        met=kept == merged == sent,
    )


def _of_words(ground: Ground, index: str) -> Figure:
    """What an index by which alarms are found in words costs: the same without it, in turns."""
    with ground.app.app_context():
        made = db.session.scalar(_INDEX, {"index": index})

    def told(deed: str) -> float:
        with ground.app.app_context():
            db.session.execute(text(deed))
            db.session.commit()
        return _seconds(partial(_mqtt, ground, 50))

    taken = [(told(str(made)), told(f"DROP INDEX {index}")) for _round in range(ROUNDS + 2)]
    with ground.app.app_context():
        db.session.execute(text(str(made)))
        db.session.commit()
    ours, bare = (MESSAGES / min(times) for times in zip(*taken, strict=True))
    return Figure(
        what=f"MQTT, fifty a commit, with {index}",
        rows=MESSAGES,
        measured=f"{ours:,.0f} messages/s",
        baseline="the same without that index",
        beside=f"{bare:,.0f} messages/s",
        ratio=ours / bare,
    )


def _strangers(ground: Ground) -> Figure:
    """A storm of devices that nobody knows, each an incident of its own: the last of them beside the first."""
    parts = [
        PART / _seconds(partial(_mqtt, ground, 50, messages=PART, devices=STRANGERS))
        for _part in range(STRANGERS // PART)
    ]
    return Figure(
        what=f"MQTT, fifty a commit, the last {PART:,} of {STRANGERS:,} devices unheard of, no new statistics",
        rows=STRANGERS,
        measured=f"{parts[-1]:,.0f} messages/s",
        baseline=f"the first {PART:,} of them",
        beside=f"{parts[0]:,.0f} messages/s",
        ratio=parts[-1] / parts[0],
    )


def _message(devices: int = DEVICES) -> bytes:
    return _body(next(_numbers), devices)


def _body(number: int, devices: int = DEVICES) -> bytes:
    now = datetime.now(UTC).isoformat()
    camera = f"d{devices}-{number % devices}"
    said = {"id": f"b-{number}", "ts": now, "kind": "motion", "camera": camera}
    return json.dumps(said).encode()


def _mqtt(ground: Ground, size: int, *, messages: int = MESSAGES, devices: int = DEVICES) -> None:
    for _turn in range(messages // size):
        said = [lines.Said("intake/bench/generic", _message(devices)) for _each in range(size)]
        with ground.app.app_context():
            if size == 1:
                lines.take(said[0])
            elif lines.take_together(said) is None:
                raise RuntimeError("a message stood in the way")


def _bare(ground: Ground, size: int) -> None:
    with ground.app.app_context():
        db.session.execute(text(_BARE))
        db.session.commit()
        for _turn in range(MESSAGES // size):
            for _each in range(size):
                number = next(_rows)
                body = _body(number)
                said = {"name": str(number), "body": body, "size": len(body)}
                db.session.execute(_INSERT, said)
            db.session.commit()


def _http(house: Server, key: str, size: int) -> None:
    turns = iter(range(MESSAGES // size))
    lock = threading.Lock()

    def speak() -> None:
        while True:
            with lock:
                if next(turns, None) is None:
                    return
            bodies = [_message() for _each in range(size)]
            _say(house, key, bodies[0] if size == 1 else b"[" + b",".join(bodies) + b"]")

    _all_at_once([speak] * CLIENTS)


def _say(house: Server, key: str, body: bytes) -> None:
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    status, _headers, _body = asked(
        house.port, Request("POST", "/api/v1/intake/generic", headers, lambda: body)
    )
    if status != 202:
        raise RuntimeError(f"a message was answered {status}")


def _all_at_once(deeds: list[Callable[[], None]]) -> None:
    threads = [threading.Thread(target=each) for each in deeds]
    for each in threads:
        each.start()
    for each in threads:
        each.join()


def _rates(ours: Callable[[], object], bare: Callable[[], object]) -> tuple[float, float]:
    """Messages a second of both, in turns, the best round of each."""
    taken = [(_seconds(ours), _seconds(bare)) for _round in range(ROUNDS)]
    one, other = (min(times) for times in zip(*taken, strict=True))
    return MESSAGES / one, MESSAGES / other


def _seconds(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def _beside(what: str, size: int, ours: float, bare: float) -> Figure:
    return Figure(
        what=what,
        rows=MESSAGES,
        measured=f"{ours:,.0f} messages/s",
        baseline=f"bare INSERT of the same bytes, {size} a commit",
        beside=f"{bare:,.0f} rows/s",
        ratio=ours / bare,
    )
