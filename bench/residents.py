"""100,000 residents: homes found by name, address or map box, and a ledger of 20,000 rows to Excel."""

from __future__ import annotations

import csv
import os
import resource
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, cast
from urllib.parse import quote

from sqlalchemy import select, text

from bench import plans, spots, statements
from bench.figures import Figure, best
from bench.ground import Ground
from bench.load import Request
from bench.plans import Question
from webapp.base import sealing
from webapp.base.access import Actor
from webapp.base.db import db
from webapp.base.months import month
from webapp.base.spatial import SRID
from webapp.grids import bulk
from webapp.ledgers import queries, taking
from webapp.ledgers.queries import Asked
from webapp.ledgers.rules import LEDGERS, Form
from webapp.people import actors, days, queries as people
from webapp.residents import list_queries
from webapp.residents.models import Building

RESIDENTS, AT_HOME, DOORS = 100_000, 3, 20
ROWS = 20_000
# Memory of a stream does not grow with its rows; what the allocator keeps is no growth.
FLAT_MIB = 24
STATEMENTS, ANSWER_MS = 8, 250
NAMES = ("the beginning of a name", "a name as it is shown")

_BUILDINGS = text(f"""
    INSERT INTO building (name, kind, address, geom, version)
    SELECT '量测' || n || '号楼', 'block', '示例路' || n || '号',
           ST_SetSRID(ST_MakePoint(x, y), {SRID}), 1
    FROM unnest(cast(:x AS float8[]), cast(:y AS float8[])) WITH ORDINALITY at (x, y, n)
""")
_DWELLINGS = text("""
    INSERT INTO dwelling (building_id, stair, floor, door, use, version)
    SELECT b.id, '1', 1 + d / 2, lpad(d::text, 3, '0'), CASE WHEN d % 4 = 0 THEN 'rented' ELSE 'owned' END, 1
    FROM building b CROSS JOIN generate_series(1, :doors) d WHERE b.name LIKE '量测%'
""")
_HOUSEHOLDS = text("""
    INSERT INTO household (dwelling_id, since, version)
    SELECT d.id, '2020-01-01', 1 FROM dwelling d JOIN building b ON b.id = d.building_id
    WHERE b.name LIKE '量测%'
""")
_RESIDENTS = text("""
    INSERT INTO resident (household_id, name, sex, born, id_number, id_blind, relation, version)
    SELECT h.id, substr('量尺寸丈秤称斤两升斗合斛钧石', 1 + h.id::int % 14, 1) || chr(20000 + (h.id * 7 + n * 13)::int % 6000) || chr(20000 + h.id::int % 6000),
           'female', date '1950-01-01' + (h.id % 20000)::int, :sealed,
           sha256(convert_to(h.id || ' ' || n, 'UTF8')), CASE n WHEN 1 THEN 'head' ELSE 'child' END, 1
    FROM household h JOIN dwelling d ON d.id = h.dwelling_id JOIN building b ON b.id = d.building_id
    CROSS JOIN generate_series(1, :many) n WHERE b.name LIKE '量测%'
""")


def figures(ground: Ground) -> Iterator[Figure]:
    """A ledger of a part of them, and searches among all."""
    with ground.app.test_request_context("/"):
        street = people.by_username("street")
        who = actors.person(street.id) if street else None
        if who is None:
            raise RuntimeError("the demo has no street leader")
        fill(RESIDENTS)
        yield from _excel(who)
    cookie = ground.cookie_of("street")
    with ground.app.app_context():
        asked = _searches()
    client = ground.app.test_client(use_cookies=False)
    for what, narrowing in asked.items():
        request = Request("GET", f"/households?{_address(narrowing)}", {"Cookie": cookie})
        count = len(statements.counted(ground, request))

        def ask(path: str = request.path) -> None:
            client.get(path, headers={"Cookie": cookie})

        took = 1000 * best(ask)
        yield Figure(
            what=f"homes found by {what}, whole page",
            rows=RESIDENTS,
            measured=f"{took:.0f} ms, {count} statements",
            wanted=f"<= {STATEMENTS} statements, <= {ANSWER_MS} ms",
            met=count <= STATEMENTS and took <= ANSWER_MS,
        )
    with ground.app.app_context():
        for what, narrowing in asked.items():
            yield _plan(what, narrowing, who)
        db.session.rollback()


def fill(residents: int) -> None:
    """So many residents live in buildings spread over the territory."""
    areas = bulk.territory().grids.areas
    x, y = spots.inside(areas, residents // (AT_HOME * DOORS) + 1)
    db.session.execute(_BUILDINGS, {"x": x.tolist(), "y": y.tolist()})
    db.session.execute(_DWELLINGS, {"doors": DOORS})
    db.session.execute(_HOUSEHOLDS)
    db.session.execute(_RESIDENTS, {"sealed": sealing.seal(b"999999195001010012"), "many": AT_HOME})
    db.session.execute(text("ANALYZE building, dwelling, household, resident"))
    db.session.commit()


def _excel(who: Actor) -> Iterator[Figure]:
    """The time of Excel beside that of bare CSV of the same rows, and the memory of both lengths."""
    whole = queries.place("")
    if whole is None:
        raise RuntimeError("there is no subdistrict")
    ledger, now = LEDGERS["residents"], month(days.today())

    def asked(rows: int) -> Asked:
        """A place with about so many residents."""
        found = db.session.execute(_WEIGHED).all()
        grids: list[int] = []
        count = 0
        for grid_id, many in found:
            if count < rows:
                grids.append(grid_id)
                count += many
        place = queries.Place(queries.Scope.COMMUNITY, "量测", grid_ids=tuple(grids))
        return Asked(place, now)

    def excel(which: Asked) -> int:
        with tempfile.TemporaryFile() as out:
            return taking.take_out(
                cast(Any, out),
                ledger,
                which,
                form=Form.XLSX,
                whole=False,
                purpose="measured",
                by=who,
            )

    def bare(which: Asked) -> int:
        with tempfile.TemporaryFile("w+", encoding="utf-8", newline="") as out:
            writer = csv.writer(out)
            rows = 0
            for line in queries.stream(ledger, which, who=who):
                writer.writerow(line.values)
                rows += 1
            return rows

    many, few = asked(ROWS), asked(ROWS // 4)
    rows, seconds, peak = apart(lambda: excel(many))
    _few, _seconds, low = apart(lambda: excel(few))
    plain_rows, plain, plain_peak = apart(lambda: bare(many))
    if rows != plain_rows:
        raise RuntimeError(f"{rows} rows in Excel, {plain_rows} in CSV")
    yield Figure(
        what="ledger of residents to Excel, streamed",
        rows=rows,
        measured=f"{seconds:.1f} s, peak +{peak:.0f} MiB",
        baseline="the same rows as bare CSV",
        beside=f"{plain:.1f} s, peak +{plain_peak:.0f} MiB",
        ratio=seconds / plain,
    )
    yield Figure(
        what="its peak over that of a quarter of the rows",
        rows=rows,
        measured=f"{peak - low:+.0f} MiB",
        wanted=f"<= {FLAT_MIB} MiB",
        met=peak - low <= FLAT_MIB,
    )


_WEIGHED = text("""
    SELECT b.grid_id, count(*) FROM building b JOIN dwelling d ON d.building_id = b.id
    JOIN household h ON h.dwelling_id = d.id JOIN resident r ON r.household_id = h.id
    WHERE b.grid_id IS NOT NULL GROUP BY b.grid_id ORDER BY b.grid_id
""")


def apart(work: Callable[[], int]) -> tuple[int, float, float]:
    """The work in a process of its own: what it answers, its seconds, by how many MiB its peak grew."""
    db.session.commit()
    db.engine.dispose()
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            db.engine.dispose(close=False)
            before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
            begun = time.perf_counter()
            answer = work()
            seconds = time.perf_counter() - begun
            grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
            os.write(writing, f"{answer} {seconds} {grown}".encode())
        finally:
            os._exit(0)
    os.close(writing)
    os.waitpid(child, 0)
    said = os.read(reading, 200).decode().split()
    os.close(reading)
    return int(said[0]), float(said[1]), float(said[2])


def _plan(what: str, narrowing: dict[str, Any], who: Actor) -> Figure:
    """The way to these homes beside the same with index scans off; of a name's beginning an index is wanted.

    Buildings are few, and all names here begin alike: for the rest the planner may read them all.
    """

    def ask() -> object:
        return list_queries.households(who, **narrowing)

    by_name = what in NAMES
    told = plans.figure(Question(f"homes by {what}", "resident" if by_name else "building", ask))
    return told if what == NAMES[0] else replace(told, wanted="", met=None)


def _address(narrowing: dict[str, Any]) -> str:
    if "box" in narrowing:
        return "box=" + ",".join(f"{each:.5f}" for each in narrowing["box"])
    return f"q={quote(narrowing['words'])}"


def _searches() -> dict[str, dict[str, Any]]:
    """What is looked for, as the list of homes takes it."""
    found = select(Building).join(Building.dwellings).where(Building.name.like("量测%")).limit(1)
    building = db.session.scalars(found.offset(700)).first()
    if building is None or building.lonlat is None:
        raise RuntimeError("nobody lives anywhere")
    lon, lat = building.lonlat
    some = db.session.scalars(
        text("SELECT name FROM resident WHERE name LIKE '量%' ORDER BY id OFFSET 500 LIMIT 1")
    ).one()
    return {
        NAMES[0]: {"words": some[:2]},
        NAMES[1]: {"words": some[0] + "*" + some[2:]},
        "an address": {"words": building.address or ""},
        "a box of the map": {"box": (lon - 0.002, lat - 0.002, lon + 0.002, lat + 0.002)},
    }
