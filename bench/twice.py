"""Two people move one case at the same moment: one is done, the other is told, nobody sees a failure."""

from __future__ import annotations

import http.client
from collections import Counter
from collections.abc import Iterator
from threading import Barrier, Thread
from urllib.parse import urlencode

from sqlalchemy import text

from bench import cases, desk, load
from bench.figures import Figure
from bench.ground import Ground
from webapp.base.db import db

PAIRS = 120
FORM = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}

_NEW = text("""
    SELECT id, version FROM case_file WHERE state = 'reported' AND number LIKE 'bench-%'
    ORDER BY id LIMIT :some
""")


def figures(ground: Ground) -> Iterator[Figure]:
    """Bursts of two on one case after the other, in both workers of a served house."""
    cases.hold(ground, desk.SIZES[0], still_open=desk.OPEN)
    with ground.app.app_context():
        chosen = db.session.execute(_NEW, {"some": PAIRS}).all()
        db.session.rollback()
    answers: list[tuple[int, ...]] = []
    with load.served("wsgi:app", ground.environment) as house:
        for key, version in chosen:
            answers.append(_both(house.port, f"/cases/{key}/accept", version, ground.token_of_desk))
    clean = sum(sorted(each) == [200, 409] for each in answers)
    statuses = Counter(status for each in answers for status in each)
    yield Figure(
        what="two people accept one case at once",
        rows=len(answers),
        measured=f"{clean} times one done and one 409",
        baseline="all answers",
        beside=", ".join(f"{count} x {status}" for status, count in sorted(statuses.items())),
        wanted="always",
        met=clean == len(answers) > 0,
    )


def _both(port: int, path: str, version: int, token: str) -> tuple[int, ...]:
    body = urlencode({"base_version": version})
    start = Barrier(2)
    found: list[int] = []

    def send() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        connection.connect()
        start.wait()
        connection.request("POST", path, body, {**FORM, "Authorization": token})
        answer = connection.getresponse()
        answer.read()
        found.append(answer.status)
        connection.close()

    senders = [Thread(target=send) for _ in range(2)]
    for each in senders:
        each.start()
    for each in senders:
        each.join()
    return tuple(found)
