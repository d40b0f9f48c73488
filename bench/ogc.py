"""OGC API under load beside tipg, which serves the same rows to the same clients in the same run.

tipg stands in an environment of its own that is made for the benchmark. Its table holds just what it is asked
for, with a key and an index on the place: ours are joined, narrowed to what is public and told coarsely where they must.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import make_url, text

from bench import cases, statements
from bench.figures import Figure
from bench.ground import ROOT, Ground
from bench.load import Load, Request, Server, asked, beside, fastest, served, started
from house.serve import WORKERS
from webapp.base.db import db
from webapp.cases import publishing
from webapp.cases.models import Case

TIPG = ("tipg==1.6.1", "uvicorn==0.54.0")
HOME = ROOT / ".bench-tipg"

CASES = 100_000
CLIENTS = 8
ZOOM = 14
# What a program asks for that opens the whole map, and a part in which some ten thousand cases lie.
WHOLE = "121.0,37.63,121.16,37.73"
PART = "121.04,37.65,121.08,37.69"

_COPIED = text("""
    CREATE SCHEMA bench_ogc;
    CREATE TABLE bench_ogc.cases AS
    SELECT c.id, c.number, c.class_code, c.state, c.grid_id, c.received_at, c.due_at, c.closed_at, c.geom
    FROM case_file c JOIN case_class k ON k.code = c.class_code AND k.public
    WHERE NOT c.private AND c.state = ANY (:states);
    ALTER TABLE bench_ogc.cases ADD PRIMARY KEY (id);
    CREATE INDEX bench_ogc_cases_geom ON bench_ogc.cases USING gist (geom);
    ANALYZE bench_ogc.cases
""")
_MIDDLE = text("""
    SELECT id, floor((ST_X(g) + 180) / 360 * 2 ^ :zoom)::int AS x,
           floor((1 - asinh(tan(radians(ST_Y(g)))) / pi()) / 2 * 2 ^ :zoom)::int AS y
    FROM (SELECT id, ST_Transform(geom, 4326) AS g FROM bench_ogc.cases ORDER BY id LIMIT 1000) at
""")


@dataclass(frozen=True)
class Pair:
    """The same question to us and to tipg, and how many times faster we are to be."""

    what: str
    ours: Request
    theirs: Request
    least: float | None


def figures(ground: Ground) -> Iterator[Figure]:
    """Pages of a box, one feature, and tiles, in turns with tipg."""
    keys, squares = _filled(ground)
    python = _installed()
    if python is None:
        yield Figure(what="OGC API beside tipg", rows=0, measured="tipg cannot be installed here")
        return
    kept = {**ground.environment}
    with _tipg(ground, python) as other, served("wsgi:app", kept) as house:
        for pair in _pairs(keys, squares)[:-1]:
            yield _figure(ground, house, other, pair)
        yield statements.figure(ground, _pairs(keys, squares)[0].ours, most=1, wanted="1")
        with served("bench.doors:fresh_tiles()", kept) as fresh:
            yield _figure(ground, fresh, other, _pairs(keys, squares)[-1])


def _pairs(keys: list[int], squares: list[tuple[int, int]]) -> list[Pair]:
    items = "/ogc/collections/cases/items"
    there = "/collections/bench_ogc.cases"
    whole, part = (f"limit=100&bbox={box}" for box in (WHOLE, PART))
    ours = [f"/ogc/collections/cases/tiles/WebMercatorQuad/{ZOOM}/{y}/{x}" for x, y in squares]
    theirs = [f"{there}/tiles/WebMercatorQuad/{ZOOM}/{x}/{y}" for x, y in squares]
    tiles = Request("GET", ours[0], paths=ours), Request("GET", theirs[0], paths=theirs)
    page, small = (Request("GET", f"{there}/items?{box}") for box in (whole, part))
    one = Request("GET", f"{items}/{keys[0]}", paths=[f"{items}/{key}" for key in keys])
    other = Request(
        "GET", f"{there}/items/{keys[0]}", paths=[f"{there}/items/{key}" for key in keys]
    )
    return [
        Pair("items?limit=100&bbox, whole map", Request("GET", f"{items}?{whole}"), page, 20.0),
        Pair(
            "the same with the exact count",
            Request("GET", f"{items}?{whole}&count=exact"),
            page,
            3.0,
        ),
        Pair("items?limit=100&bbox, a part", Request("GET", f"{items}?{part}"), small, None),
        Pair("one feature", one, other, 2.0),
        Pair(f"tiles of zoom {ZOOM}, kept for a minute", *tiles, 15.0),
        Pair(f"tiles of zoom {ZOOM}, made anew", *tiles, 3.0),
    ]


def _figure(ground: Ground, house: Server, other: Server, pair: Pair) -> Figure:
    ours, theirs = beside(ground, house, pair.ours, other, pair.theirs, clients=CLIENTS)
    mine, plain = fastest(ours), fastest(theirs)
    ratio = mine.per_second / plain.per_second
    refused = max(max(each.statuses) for each in (*ours, *theirs)) >= 400
    return Figure(
        what=f"{pair.what}, {CLIENTS} clients, {WORKERS} workers",
        rows=_requests(ours),
        measured=str(mine),
        baseline="tipg on the same rows",
        beside=str(plain),
        ratio=ratio,
        wanted="" if pair.least is None else f">= {pair.least:g}",
        met=None if pair.least is None else ratio >= pair.least and not refused,
    )


def _requests(loads: list[Load]) -> int:
    return sum(each.requests for each in loads)


def _filled(ground: Ground) -> tuple[list[int], list[tuple[int, int]]]:
    """So many public cases are there for good; keys of some, and the tiles in which these lie."""
    with ground.app.app_context():
        cases.fill(CASES, still_open=0)
        db.session.execute(_COPIED, {"states": sorted(publishing.STATES)})
        found = db.session.execute(_MIDDLE, {"zoom": ZOOM}).all()
        db.session.commit()
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text(f"VACUUM ANALYZE {Case.__tablename__}"))
    return [row.id for row in found], sorted({(row.x, row.y) for row in found})


def _installed() -> Path | None:
    """The Python of tipg, in an environment that is made when it is missing; None where it cannot be."""
    python = HOME / "bin" / "python"
    if not (HOME / "bin" / "uvicorn").exists():
        for words in (
            [sys.executable, "-m", "venv", str(HOME)],
            [str(python), "-m", "pip", "install", "-q", *TIPG],
        ):
            if subprocess.run(words, check=False).returncode:
                return None
    return python


@contextmanager
def _tipg(ground: Ground, python: Path) -> Iterator[Server]:
    """tipg behind uvicorn with as many workers as we have."""
    at = make_url(ground.url)
    folder, port = quote(str(at.query["host"]), safe=""), at.query.get("port", 5432)
    environment = {
        **os.environ,
        "DATABASE_URL": f"postgresql://{at.username}@{folder}:{port}/{at.database}",
        "TIPG_DB_SCHEMAS": '["bench_ogc"]',
        "TIPG_DB_FUNCTIONS_SCHEMAS": "[]",
        "TIPG_CATALOG_TTL": "3600",
    }
    command = [
        *(str(python), "-m", "uvicorn", "tipg.main:app", "--log-level", "error"),
        *("--workers", str(WORKERS), "--host", "127.0.0.1"),
    ]
    with started(command, environment) as server:
        status, _headers, body = asked(server.port, Request("GET", "/collections"))
        if status != 200 or b"bench_ogc.cases" not in body:
            raise RuntimeError(f"tipg does not serve the cases: {status} {body[:300]!r}")
        yield server
