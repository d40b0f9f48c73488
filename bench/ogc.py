"""OGC API under load beside tipg, which serves the same rows to the same clients in the same run.

tipg stands in an environment of its own that is made for the benchmark. Its table holds just what it is asked
for, with a key and an index on the place; the rows and the places are the same, told coarsely where they must be.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import make_url, text
from werkzeug.datastructures import MultiDict

from bench import cases, statements
from bench.explained import explained, outline
from bench.figures import Figure, in_turns
from bench.ground import ROOT, Ground
from bench.load import Load, Request, Server, asked, beside, fastest, served, started
from house.serve import WORKERS
from webapp.base.db import db
from webapp.base.spatial import to_metric
from webapp.cases.models import Case
from webapp.cases.told.models import ToldCase, ToldCount
from webapp.interop.feeds import queries as feeds
from webapp.interop.ogc import forms, queries, told_queries
from webapp.interop.ogc.table import COLLECTIONS
from webapp.interop.ogc.tiling.squares import Tile
from webapp.people.actors import Nobody

TIPG = ("tipg==1.6.1", "uvicorn==0.54.0")
HOME = ROOT / ".bench-tipg"

# So many lie there of which 100,000 are of classes that the public may read.
CASES = 108_000
WANTED = 100_000
CLIENTS = 8
ZOOM = 14
# What a program asks for that opens the whole map, and a part in which some ten thousand cases lie.
WHOLE = "121.0,37.63,121.16,37.73"
PART = "121.04,37.65,121.08,37.69"
# Another village each time: so many boxes, so wide (degrees).
VILLAGES = 400
VILLAGE = 0.01

_COPIED = text("""
    CREATE SCHEMA bench_ogc;
    CREATE TABLE bench_ogc.cases AS
    SELECT t.case_id AS id, t.number, t.class_code, t.state, c.grid_id, t.received_at, t.due_at, t.closed_at,
           t.geom
    FROM told_case t JOIN case_file c ON c.id = t.case_id;
    ALTER TABLE bench_ogc.cases ADD PRIMARY KEY (id);
    CREATE INDEX bench_ogc_cases_geom ON bench_ogc.cases USING gist (geom);
    ANALYZE bench_ogc.cases
""")
_MIDDLE = text("""
    SELECT id, floor((ST_X(g) + 180) / 360 * 2 ^ :zoom)::int AS x,
           floor((1 - asinh(tan(radians(ST_Y(g)))) / pi()) / 2 * 2 ^ :zoom)::int AS y,
           ST_X(g) AS lon, ST_Y(g) AS lat
    FROM (SELECT id, ST_Transform(geom, 4326) AS g FROM bench_ogc.cases ORDER BY id LIMIT 1000) at
""")

# Written at once, and changed one by one: with what is told of them, and without.
WRITTEN = 10_000
CHANGED = 500
_WRITTEN = text("""
    INSERT INTO case_file (number, class_code, source, state, happened_at, words, geom)
    SELECT 'written-' || n, '06010', 'worker', 'closed', now(), '路边有积水', geom
    FROM generate_series(1, :count) n JOIN (SELECT geom, row_number() OVER () AS n FROM case_file
        WHERE geom IS NOT NULL LIMIT :count) p USING (n)
""")
_CHANGED = text("UPDATE case_file SET state = :state WHERE id = :id")
_OFF = "ALTER TABLE case_file DISABLE TRIGGER told_begun, DISABLE TRIGGER told_kept"


@dataclass(frozen=True)
class Pair:
    """The same question to us and to tipg, and how many times faster we are to be."""

    what: str
    ours: Request
    theirs: Request
    least: float | None


def figures(ground: Ground) -> Iterator[Figure]:
    """Pages of a box, one feature, and tiles, in turns with tipg."""
    here = _filled(ground)
    yield from _beside_tipg(ground, here)
    yield from _kept_ready(ground, here.keys)
    yield from _planned(ground, here)


def _beside_tipg(ground: Ground, here: Filled) -> Iterator[Figure]:
    python = _installed()
    if python is None:
        yield Figure(what="OGC API beside tipg", rows=0, measured="tipg cannot be installed here")
        return
    kept = {**ground.environment}
    with _tipg(ground, python) as other, served("wsgi:app", kept) as house:
        pairs = _pairs(here)
        for pair in pairs[:-1]:
            yield _figure(ground, house, other, pair, here)
        yield statements.figure(ground, pairs[0].ours, most=1, wanted="1")
        with served("bench.doors:fresh_tiles()", kept) as fresh:
            yield _figure(ground, fresh, other, pairs[-1], here)


def _kept_ready(ground: Ground, keys: list[int]) -> Iterator[Figure]:
    """What it costs those who write that what is told is kept with each change."""
    with ground.app.app_context():
        for what, count, work in (
            ("public cases written by one statement", WRITTEN, _write),
            ("public cases changed one by one", CHANGED, lambda: _change(keys[:CHANGED])),
        ):
            with_told, without = in_turns(work, lambda work=work: _untold(work), rounds=3)
            yield Figure(
                what=f"{what}, told in the same transaction",
                rows=count,
                measured=f"{with_told / count * 1e6:.0f} µs a case",
                baseline="the same, nothing told",
                beside=f"{without / count * 1e6:.0f} µs a case",
                ratio=with_told / without,
            )
        db.session.rollback()


def _planned(ground: Ground, here: Filled) -> Iterator[Figure]:
    """By which index each question finds its rows."""
    each = COLLECTIONS["cases"]
    column, row = here.squares[len(here.squares) // 2]
    tile = Tile(ZOOM, row, column)
    village = here.villages[0]
    with ground.app.test_request_context("/"):
        x, y = to_metric(*map(float, WHOLE.split(",")[:2]))

        def page(**asked: str) -> None:
            wish = forms.items(each, each.columns, MultiDict({"limit": "100", **asked}))
            queries.page(each, each.columns, Nobody(), wish)

        def count(box: str) -> None:
            queries.matched(
                each, Nobody(), forms.items(each, each.columns, MultiDict({"bbox": box}))
            )

        questions: dict[str, Callable[[], object]] = {
            "a page of the whole map": lambda: page(bbox=WHOLE),
            "a page of a village": lambda: page(bbox=village),
            "a page of a class": lambda: page(class_code="06010"),
            "a page near a point, by CQL2": lambda: page(
                filter=f"S_INTERSECTS(geometry, BBOX({village}))"
            ),
            "the exact count of the whole map": lambda: count(WHOLE),
            "the exact count of a village": lambda: count(village),
            f"a tile of zoom {ZOOM}": lambda: told_queries.tile("cases", tile),
            "a gathered tile of zoom 11": lambda: told_queries.gathered(
                "cases", Tile(11, row >> 3, column >> 3)
            ),
            "feed of the newest": feeds.cases,
            "feed of a class": lambda: feeds.cases(class_prefix="06010"),
            "feed of a point and 500 m": lambda: feeds.cases(near=(x + 5000, y + 4000, 500)),
        }
        for what, question in questions.items():
            explained(question)
            done = explained(question)
            table = "case_file" if what.startswith("feed") else "told_case"
            yield Figure(
                what=what,
                rows=here.cases,
                measured=f"{sum(each.ms for each in done):.2f} ms in the database",
                baseline=", ".join(sorted({name for d in done for name in d.indexes_of(table)})),
                plan=tuple(line for each in done for line in outline(each.plan)),
            )
        db.session.rollback()


def _write() -> None:
    with db.session.begin_nested() as undone:
        db.session.execute(_WRITTEN, {"count": WRITTEN})
        undone.rollback()


def _change(keys: list[int]) -> None:
    with db.session.begin_nested() as undone:
        for key in keys:
            db.session.execute(_CHANGED, {"state": "archived", "id": key})
        undone.rollback()


def _untold(work: Callable[[], None]) -> None:
    with db.session.begin_nested() as undone:
        db.session.execute(text(_OFF))
        work()
        undone.rollback()


def _pairs(here: Filled) -> list[Pair]:
    keys, squares = here.keys, here.squares
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
        Pair(
            "items?limit=100&bbox, another village each time", *_villages(here, items, there), None
        ),
        Pair("one feature", one, other, 2.0),
        Pair(f"tiles of zoom {ZOOM}, kept while their ground is as it was", *tiles, 15.0),
        Pair(f"tiles of zoom {ZOOM}, made anew", *tiles, 3.0),
    ]


def _villages(here: Filled, items: str, there: str) -> tuple[Request, Request]:
    asked = [f"limit=100&bbox={box}" for box in here.villages]
    ours, theirs = ([f"{at}?{each}" for each in asked] for at in (items, f"{there}/items"))
    return Request("GET", ours[0], paths=ours), Request("GET", theirs[0], paths=theirs)


def _figure(ground: Ground, house: Server, other: Server, pair: Pair, here: Filled) -> Figure:
    ours, theirs = beside(ground, house, pair.ours, other, pair.theirs, clients=CLIENTS)
    mine, plain = fastest(ours), fastest(theirs)
    ratio = mine.per_second / plain.per_second
    refused = max(max(each.statuses) for each in (*ours, *theirs)) >= 400
    return Figure(
        what=f"{pair.what}, {CLIENTS} clients, {WORKERS} workers",
        rows=_requests(ours),
        measured=str(mine),
        baseline=f"tipg on the same {here.cases:,} cases",
        beside=str(plain),
        ratio=ratio,
        wanted="" if pair.least is None else f">= {pair.least:g}",
        met=None if pair.least is None else ratio >= pair.least and not refused,
    )


def _requests(loads: list[Load]) -> int:
    return sum(each.requests for each in loads)


@dataclass(frozen=True)
class Filled:
    """What lies there: how many public cases, keys of some, the tiles and villages in which these lie."""

    cases: int
    keys: list[int]
    squares: list[tuple[int, int]]
    villages: list[str]


def _filled(ground: Ground) -> Filled:
    """So many public cases are there for good."""
    with ground.app.app_context():
        cases.fill(CASES, still_open=0)
        db.session.execute(_COPIED)
        found = db.session.execute(_MIDDLE, {"zoom": ZOOM}).all()
        count = db.session.scalar(text("SELECT count(*) FROM bench_ogc.cases"))
        db.session.commit()
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            for table in (Case, ToldCase, ToldCount):
                connection.execute(text(f"VACUUM ANALYZE {table.__tablename__}"))
    if count < WANTED:
        raise RuntimeError(f"only {count} cases are public")
    half = VILLAGE / 2
    villages = [
        f"{at.lon - half:.5f},{at.lat - half:.5f},{at.lon + half:.5f},{at.lat + half:.5f}"
        for at in found[:VILLAGES]
    ]
    squares = sorted({(at.x, at.y) for at in found})
    return Filled(count, [at.id for at in found], squares, villages)


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
