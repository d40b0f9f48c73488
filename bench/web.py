"""The house under load: where a point lies, a case that comes in, and the layer of all grids.

The house of a run is in test mode, without its limits of requests a second: one loopback address sends
what a hundred phones would.
"""

from __future__ import annotations

import http.client
import json
import os
import uuid
from collections.abc import Iterator
from typing import Any

from sqlalchemy import event

from bench.figures import Figure
from bench.ground import Ground
from bench.load import Load, Request, borne, served
from webapp.base.db import db
from webapp.base.spatial import to_lonlat
from webapp.grids import queries

CLIENTS = 8
LAYER = "/maps/layers/grids.json"
LARGEST_LAYER_KIB = 60
SINGLE_DIGITS = 9


def figures(ground: Ground) -> Iterator[Figure]:
    """Requests a second, beside a bare route; statements of a report; bytes of the layer."""
    with ground.app.app_context():
        spots = [
            to_lonlat(spot.x, spot.y)
            for spot in (each.shape.representative_point() for each in queries.active_versions())
        ]
        db.session.rollback()
    # People at their posts: a case that comes in has readers who are told.
    ground.flask("demo")
    token = _token(ground)
    with served("wsgi:app", ground.environment) as port:
        yield from _locate(ground, port, spots[0])
        yield from _layer(port)
        yield from _report(port, spots, token)
    yield _statements(ground, spots[0], token)


def _token(ground: Ground) -> str:
    said = ground.flask("tokens", "issue", "bench", "--scope", "cases")
    return next(word for word in said.split() if word.startswith("wg_"))


def _locate(ground: Ground, port: int, spot: tuple[float, float]) -> Iterator[Figure]:
    request = Request("GET", f"/api/v1/locate?lon={spot[0]}&lat={spot[1]}", {})
    house = borne(port, request, clients=CLIENTS)
    answer = _ask(port, request.path)
    environment = {**ground.environment, "BENCH_BYTES": answer.decode()}
    with served("bench.doors:bare()", environment) as bare_port:
        bare = borne(bare_port, request, clients=CLIENTS)
    yield Figure(
        what=f"GET /api/v1/locate, {CLIENTS} clients, beside a bare Flask route with the same bytes",
        measured=_words(house),
        beside=_words(bare),
        ratio=f"{house.per_second / bare.per_second:.2f}",
    )


def _words(load: Load) -> str:
    wrong = {status: count for status, count in load.statuses.items() if status >= 300}
    said = f"{load.per_second:,.0f}/s, p50 {load.median_ms:.1f}, p95 {load.p95_ms:.1f} ms"
    return f"{said} ({wrong} refused)" if wrong else said


def _layer(port: int) -> Iterator[Figure]:
    connection = http.client.HTTPConnection("127.0.0.1", port)
    connection.request("GET", LAYER, headers={"Accept-Encoding": "gzip"})
    answer = connection.getresponse()
    size, tag = len(answer.read()), answer.headers["ETag"]
    connection.request("GET", LAYER, headers={"Accept-Encoding": "gzip", "If-None-Match": tag})
    again = connection.getresponse()
    again.read()
    yield Figure(
        what=f"the layer of all grids, gzipped; asked again with its tag: {again.status}",
        measured=f"{size / 1024:.1f} KiB",
        wanted=f"at most {LARGEST_LAYER_KIB} KiB, 304",
        met=size <= LARGEST_LAYER_KIB * 1024 and again.status == 304,
    )


def _report(port: int, spots: list[tuple[float, float]], token: str) -> Iterator[Figure]:
    request = Request("POST", "/api/v1/cases", _headers(token), lambda: _case(spots))
    for clients in (1, CLIENTS):
        load = borne(port, request, clients=clients)
        yield Figure(
            what=f"POST /api/v1/cases without photo, {clients} client{'s' * (clients > 1)}",
            measured=_words(load),
        )


def _headers(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}


def _case(spots: list[tuple[float, float]]) -> bytes:
    lon, lat = spots[os.urandom(1)[0] % len(spots)]
    return json.dumps(
        {
            "client_id": str(uuid.uuid4()),
            "class_code": "06010",
            "lon": lon,
            "lat": lat,
            "accuracy_m": 8,
            "words": "路边有积水",
        }
    ).encode()


def _statements(ground: Ground, spot: tuple[float, float], token: str) -> Figure:
    """Counted in this process, in the second of two equal requests."""
    counted: list[str] = []

    def count(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        counted.append(statement)

    with ground.app.app_context():
        engine = db.engine
    client = ground.app.test_client()
    for listens in (False, True):
        if listens:
            event.listen(engine, "before_cursor_execute", count)
        answer = client.post("/api/v1/cases", data=_case([spot]), headers=_headers(token))
        if answer.status_code != 201:
            raise RuntimeError(f"a case was refused: {answer.get_data(as_text=True)[:500]}")
    event.remove(engine, "before_cursor_execute", count)
    savepoints = sum("SAVEPOINT" in statement for statement in counted)
    return Figure(
        what="SQL statements of one POST /api/v1/cases",
        measured=f"{len(counted)}, of them {savepoints} for a savepoint",
        wanted="single digits",
        met=len(counted) <= SINGLE_DIGITS,
    )


def _ask(port: int, path: str) -> bytes:
    connection = http.client.HTTPConnection("127.0.0.1", port)
    connection.request("GET", path)
    return connection.getresponse().read()
