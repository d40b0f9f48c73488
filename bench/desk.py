"""The case desk under load, with many cases: one comes in, fifty are listed, one is opened, a map is filled."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
from sqlalchemy import text

from bench import cases, load, spots, statements, web
from bench.figures import Figure
from bench.ground import Ground
from bench.load import Request
from bench.plans import DISPATCHER
from webapp.base.db import db
from webapp.base.spatial import to_lonlat
from webapp.grids import bulk
from webapp.maps import queries as maps
from webapp.maps.layers import LIMIT, SNAP

SIZES = (50_000, 200_000)
OPEN = 30_000
CLIENTS = (1, 8)
ROUNDS = 2

PLACES = 2_000
OPENED = 500
MAP_POINTS = 4_000
# A box is named a hair inside its cells, so that it is not widened by one more.
INSIDE = 0.1

PEER = "best open peer, measured on such a machine for issue 3"


@dataclass(frozen=True)
class Job:
    """A request, the statements and the CPU it may take, and what the peer took of both.

    The pages of a browser, which the peer did not have, are measured at the largest size only.
    """

    what: str
    request: Request
    most: int | None = None
    most_ms: float | None = None
    peer: tuple[int | None, float] | None = None
    page: bool = False


def figures(ground: Ground) -> Iterator[Figure]:
    """Each job at each size of the desk: its load beside a bare route, its cost beside the peer's."""
    for size in SIZES:
        cases.hold(ground, size, still_open=OPEN)
        yield from _honest_maps(ground, size)
        with load.served("wsgi:app", ground.environment) as house:
            for job in _jobs(ground):
                if job.page and size != SIZES[-1]:
                    continue
                what = f"{job.what}, {size:,} cases"
                borne: list[load.Load] = []
                for clients in CLIENTS:
                    ours, theirs = load.in_turns(
                        ground, house, job.request, clients=clients, rounds=ROUNDS
                    )
                    yield load.figure(what, clients, ours, theirs)
                    borne += ours
                yield _cost(what, job, borne)
                if job.most is not None:
                    most = f"<= {job.most}"
                    yield statements.figure(ground, job.request, most=job.most, wanted=most)


def _cost(what: str, job: Job, loads: list[load.Load]) -> Figure:
    """What one request computes in the app and in the database together, beside the peer's.

    In the round in which it was least: who shares the machine can only add to it.
    """
    borne = min(loads, key=lambda each: each.app_ms + each.database_ms)
    ms = borne.app_ms + borne.database_ms
    theirs = job.peer[1] if job.peer else None
    return Figure(
        what=f"CPU of one: {what}",
        rows=sum(each.requests for each in loads),
        measured=f"{borne.app_ms:.1f} + {borne.database_ms:.1f} = {ms:.1f} ms",
        baseline=PEER if theirs else "",
        beside=f"{theirs:.0f} ms" if theirs else "",
        ratio=ms / theirs if theirs else None,
        wanted=f"<= {job.most_ms:.0f} ms" if job.most_ms else "",
        met=ms <= job.most_ms if job.most_ms else None,
    )


def _jobs(ground: Ground) -> list[Job]:
    by_machine = {"Authorization": ground.token, "Content-Type": "application/json"}
    by_desk = {"Authorization": ground.token_of_desk}
    by_browser = {"Cookie": ground.cookie_of("dispatcher"), "Accept-Encoding": "gzip"}
    with ground.app.app_context():
        x, y = spots.inside(bulk.territory().grids.areas, PLACES)
        opened = db.session.execute(
            text("""
                SELECT id, number FROM case_file WHERE number LIKE 'bench-%' AND state = 'processing'
                ORDER BY md5(number) LIMIT :some
            """),
            {"some": OPENED},
        ).all()
    places = [to_lonlat(*each) for each in zip(x.tolist(), y.tolist(), strict=True)]
    numbers = [f"/api/v1/cases/{number}" for _id, number in opened]
    pages = [f"/cases/{key}" for key, _number in opened]
    box, _count = _box(ground)
    return [
        Job(
            "POST /api/v1/cases",
            Request("POST", "/api/v1/cases", by_machine, lambda: web.new_case(places)),
            most=15,
            most_ms=25,
            peer=(89, 125),
        ),
        Job(
            "GET /api/v1/cases, 50 of them",
            Request("GET", "/api/v1/cases?limit=50", by_desk),
            most=6,
            most_ms=23,
            peer=(492, 460),
        ),
        Job(
            "GET /api/v1/cases/NUMBER",
            Request("GET", "/api/v1/cases/NUMBER", by_desk, paths=numbers),
            most=6,
            peer=(19, 58),
        ),
        Job(
            f"map of {MAP_POINTS:,} points by box",
            Request("GET", f"/maps/layers/cases.json?bbox={box}", by_browser),
            peer=(None, 147),
        ),
        Job(
            "page of the queue, 50 of them",
            Request("GET", "/cases", by_browser),
            most=6,
            page=True,
        ),
        Job(
            "page of a case",
            Request("GET", "/cases/ID", by_browser, paths=pages),
            most=6,
            page=True,
        ),
    ]


def _honest_maps(ground: Ground, size: int) -> Iterator[Figure]:
    """A box has every point that lies in it; what has more points than are sent says so.

    Beside them it may have some of its rim: a box of degrees is no box in metres.
    """
    box, count = _box(ground)
    west, south, east, north = (float(edge) for edge in box.split(","))
    reach = SNAP * INSIDE
    with ground.app.app_context():
        everything = len(_open_points())
    # The cookie is that of the header.
    browser = ground.app.test_client(use_cookies=False)
    headers = {"Cookie": ground.cookie_of("dispatcher")}
    for what, asked, there in (("the box", f"?bbox={box}", count), ("all", "", everything)):
        answer = browser.get(f"/maps/layers/cases.json{asked}", headers=headers).get_json()
        rows, more = answer["rows"], answer["more"]
        if asked:
            rows = [
                row
                for row in rows
                if west - reach <= row[1] < east + reach and south - reach <= row[2] < north + reach
            ]
        sent = len(rows)
        yield Figure(
            what=f"points of {what} on the map, {size:,} cases",
            rows=there,
            measured=f"{sent:,} sent, {'and says that there are more' if more else 'no more'}",
            wanted="all, or says so",
            met=sent == min(there, LIMIT) and more == (there > sent),
        )


def _open_points() -> list[list[Any]]:
    return maps.case_points(DISPATCHER, language="zh", limit=1_000_000)


def _box(ground: Ground) -> tuple[str, int]:
    """The box of the map whose open cases are nearest to `MAP_POINTS` in number, and their number."""
    with ground.app.app_context():
        lon, lat = np.array([row[1:3] for row in _open_points()]).T
        db.session.rollback()
    # Boxes are widened to multiples of SNAP, so one is a rectangle of its cells.
    column, row = np.floor(lon / SNAP).astype(int), np.floor(lat / SNAP).astype(int)
    cells = np.zeros((np.ptp(column) + 2, np.ptp(row) + 2), dtype=int)
    np.add.at(cells, (column - column.min() + 1, row - row.min() + 1), 1)
    upto = cells.cumsum(axis=0).cumsum(axis=1)
    wide, high = upto.shape
    found = min(
        (
            (abs(inside - MAP_POINTS), west, south, east, north, int(inside))
            for west, east in combinations(range(wide), 2)
            for south, north in combinations(range(high), 2)
            if (
                inside := upto[east, north]
                - upto[west, north]
                - upto[east, south]
                + upto[west, south]
            )
            <= LIMIT
        ),
    )
    _off, west, south, east, north, inside = found
    edges = (
        (column.min() + west + INSIDE) * SNAP,
        (row.min() + south + INSIDE) * SNAP,
        (column.min() + east - INSIDE) * SNAP,
        (row.min() + north - INSIDE) * SNAP,
    )
    return ",".join(f"{edge:.4f}" for edge in edges), inside
