"""`python -m bench.growing GRIDS CASES`: one place of so many grids and cases, measured; prints JSON.

In a process of its own, on an empty database and with SUBDISTRICT set: the grids are squares of a kilometre,
imported and activated by the same deeds as the pages do it.
"""

from __future__ import annotations

import json
import re
import statistics
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from math import isqrt
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from webapp.base.config import Settings

SIDE_M = 1000.0
A_COMMUNITY = 40
ASKED = 30
SPOTS = 1_000_000
OPEN = 30_000
WORD = "a long enough word"
ADMINS = ("first", "second")
# Where the place begins: metres of EPSG:4549.
WEST, SOUTH = 450_000.0, 4_150_000.0

_ROWS = 10_000
_INSERT = text("""
    INSERT INTO case_file (number, client_id, class_code, source, state, happened_at, words,
                           geom, raw_lon, raw_lat, datum, accuracy_m)
    SELECT 'one-' || place, gen_random_uuid(), '06010', 'worker', 'reported', now(), 'x',
           geom, 121.05, 37.66, 'wgs84', 8.0
    FROM bench_spot
""")
_SIZES = text("""
    SELECT pg_database_size(current_database()) / 2 ^ 20,
           pg_total_relation_size('case_file') / 2 ^ 20, (SELECT count(*) FROM case_file)
""")


def borders(path: Path, count: int) -> Path:
    """A file of so many squares, forty in a community."""
    side, features = isqrt(count), []
    for number in range(count):
        row, column = divmod(number, side)
        x, y = WEST + column * SIDE_M, SOUTH + row * SIDE_M
        ring = [(x, y), (x + SIDE_M, y), (x + SIDE_M, y + SIDE_M), (x, y + SIDE_M), (x, y)]
        community, place = divmod(number, A_COMMUNITY)
        said = {
            "网格编码": f"420102001{community + 1:03d}{place + 1:03d}",
            "网格类型": "社区网格",
            "网格名称": f"第{number + 1}网格",
            "所属社区": f"第{community + 1}社区",
        }
        shape = {"type": "Polygon", "coordinates": [ring]}
        features.append({"type": "Feature", "properties": said, "geometry": shape})
    named = {"type": "name", "properties": {"name": "EPSG:4549"}}
    document = {"type": "FeatureCollection", "crs": named, "features": features}
    path.write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")
    return path


@contextmanager
def _timed(said: dict[str, Any], what: str) -> Iterator[None]:
    begun = time.perf_counter()
    yield
    said[what] = round(time.perf_counter() - begun, 3)
    print(f"{what}: {said[what]} s", file=sys.stderr, flush=True)


def _median_ms(work: Callable[[], Any]) -> float:
    work()
    took = []
    for _each in range(ASKED):
        begun = time.perf_counter()
        work()
        took.append(1000 * (time.perf_counter() - begun))
    return round(statistics.median(took), 1)


def _browser(app: Flask, name: str) -> FlaskClient:
    client = app.test_client()
    signed = client.post("/sign-in", data={"username": name, "password": WORD})
    if signed.status_code != 303:
        raise RuntimeError(f"{name} cannot sign in")
    return client


def _settled(app: Flask, count: int, said: dict[str, Any]) -> None:
    """The grids are imported, looked at, drafted, and in force."""
    from webapp.base.db import db
    from webapp.grids import queries
    from webapp.grids.imports import actions as imports

    first, second = (_browser(app, name) for name in ADMINS)
    with TemporaryDirectory() as place:
        file = borders(Path(place) / "borders.geojson", count)
        said["file_mib"] = round(file.stat().st_size / 2**20, 1)
        sent = first.post("/grids/imports", data={"file": (file.open("rb"), "borders.geojson")})
    address = sent.headers["Location"]
    number = int(address.rsplit("/", 1)[1])
    with _timed(said, "looked at (s)"), app.app_context():
        imports.look(number)
        db.session.commit()
    asked = sorted(set(re.findall(r"(?<![\w.-])[EW][0-9]{2}(?![\w.-])", first.get(address).text)))
    if asked:
        first.post(f"{address}/answer", data={"accepted": asked})
        with app.app_context():
            imports.look(number)
            db.session.commit()
    with _timed(said, "drafted (s)"):
        drafted = first.post(f"{address}/draft", data={"new_communities": "1"})
        if drafted.status_code != 303:
            raise RuntimeError(f"no draft: {drafted.status_code} {asked} {drafted.text[-2000:]}")
    with app.app_context():
        made = max(each.id for each, _count in queries.sets())
    with _timed(said, "activated (s)"):
        done = second.post(f"/grids/sets/{made}/activate")
        if done.status_code != 303:
            raise RuntimeError(f"not activated: {done.status_code} {done.text[-2000:]}")


def _spots(said: dict[str, Any]) -> list[tuple[float, float]]:
    """Points in memory and one by one; answers some of them, degrees WGS 84."""
    from bench import spots
    from webapp.base.db import db
    from webapp.base.spatial import to_lonlat
    from webapp.grids import bulk

    areas = bulk.territory().grids.areas
    x, y = spots.inside(areas, SPOTS)
    begun = time.perf_counter()
    bulk.territory().grids.find(x, y)
    said["points in memory (million/s)"] = round(SPOTS / (time.perf_counter() - begun) / 1e6, 1)
    spots.load(x[:_ROWS], y[:_ROWS])
    begun = time.perf_counter()
    with db.session.begin_nested() as undone:
        db.session.execute(_INSERT)
        undone.rollback()
    said["cases by the trigger (µs a row)"] = round((time.perf_counter() - begun) / _ROWS * 1e6)
    return [to_lonlat(*each) for each in zip(x[:200].tolist(), y[:200].tolist(), strict=True)]


def measured(count: int, wanted: int) -> dict[str, Any]:
    """What a place of so many grids and cases costs."""
    from bench import cases
    from webapp.app import create_app
    from webapp.base import clock
    from webapp.base.db import db
    from webapp.grids import queries as grids
    from webapp.people import actions as people, queries as accounts

    said: dict[str, Any] = {"grids": count, "cases": wanted}
    app = create_app(Settings.from_environment())
    app.config["WTF_CSRF_METHODS"] = []
    _settled(app, count, said)
    with app.test_request_context("/"):
        places = _spots(said)
        root = grids.root()
        desk = accounts.by_username(ADMINS[0])
        if root is None or desk is None:
            raise RuntimeError("the place has no desk")
        people.give_post(
            desk, role="dispatcher", grid_id=None, unit_id=root.id, since=clock.now(), by=None
        )
        db.session.commit()
        with _timed(said, "cases filled (s)"):
            left = wanted
            while left:
                some = min(left, 500_000)
                cases.fill(some, still_open=min(OPEN, wanted // 4) * some // wanted)
                db.session.commit()
                left -= some
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as line:
            line.execute(text("VACUUM ANALYZE"))
        whole, table, rows = db.session.execute(_SIZES).one()
        said |= {"database (MiB)": round(whole), "cases with indexes (MiB)": round(table)}
        said["rows"] = rows
    browser, visitor = _browser(app, ADMINS[0]), app.test_client()
    turn = iter(places * 10)

    def at() -> tuple[float, float]:
        return next(turn)

    def box() -> str:
        lon, lat = at()
        return f"{lon - 0.01:.5f},{lat - 0.01:.5f},{lon + 0.01:.5f},{lat + 0.01:.5f}"

    def report() -> Any:
        lon, lat = at()
        sent = {"class_code": "06010", "lon": lon, "lat": lat, "words": "x"}
        answer = browser.post("/cases", data={**sent, "client_id": str(uuid.uuid4())})
        if answer.status_code != 303:
            raise RuntimeError(f"not reported: {answer.status_code}")

    asked: dict[str, Callable[[], Any]] = {
        "where a point lies": lambda: visitor.get(
            "/api/v1/locate?lon={:.6f}&lat={:.6f}".format(*at())
        ),
        "report": report,
        "queue": lambda: browser.get("/cases"),
        "fifty cases for a program": lambda: browser.get("/api/v1/cases?limit=50"),
        "cases of a box": lambda: browser.get(f"/maps/layers/cases.json?bbox={box()}"),
        "public cases": lambda: visitor.get("/public/cases"),
        "layer of the grids": lambda: visitor.get("/maps/layers/grids.json"),
    }
    for what, work in asked.items():
        said[f"{what} (ms)"] = _median_ms(work)
        print(f"{what}: {said[f'{what} (ms)']} ms", file=sys.stderr, flush=True)
    said["layer of the grids (MiB)"] = round(
        len(visitor.get("/maps/layers/grids.json").get_data()) / 2**20, 2
    )
    return said


if __name__ == "__main__":
    print(json.dumps(measured(int(sys.argv[1]), int(sys.argv[2])), ensure_ascii=False))
