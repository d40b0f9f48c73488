"""What may have been reported before: near, of one class, still open; beside the form by geography."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

import numpy as np
from sqlalchemy import text

from bench import cases, desk, plans
from bench.explained import Done, explained, outline
from bench.figures import Figure
from bench.ground import Ground
from bench.plans import DISPATCHER, Question
from webapp.base import clock
from webapp.base.db import db
from webapp.cases import queries as case_queries
from webapp.cases.around import queries as around
from webapp.cases.desk import queries as desk_queries
from webapp.cases.desk.forms import Wish
from webapp.cases.models import Case
from webapp.cases.rules import OPEN
from webapp.cases.standards.in_force import standards
from webapp.maps import queries as maps

PROBES = 300
ROUNDS = 3
INDEX = "ix_case_file_open_near"
# So many times faster than by geography at least.
LEAST = 3.0

_OPEN = ", ".join(f"'{state}'" for state in sorted(OPEN))

# The same cases with their places as longitudes and latitudes: found by an index on the place of all of
# them, as is usual; and by one for class, place and being open, which is ours.
_GEOGRAPHY = text("""
    CREATE TABLE bench_geography AS
    SELECT id, number, class_code, state, received_at,
           ST_Transform(geom, 4326)::geography(POINT, 4326) AS geog
    FROM case_file;
    ALTER TABLE bench_geography ADD PRIMARY KEY (id);
    CREATE INDEX bench_geography_all ON bench_geography USING gist (geog);
    ANALYZE bench_geography
""")
_LIKE_OURS = text(f"""
    DROP INDEX bench_geography_all;
    CREATE INDEX bench_geography_open ON bench_geography USING gist (geog, class_code)
        WHERE state IN ({_OPEN})
""")
_BY_GEOGRAPHY = f"""
    SELECT number FROM bench_geography
    WHERE ({{classes}}) AND ST_DWithin(geog, cast(:at AS geography), :metres)
      AND id <> :id AND state IN ({_OPEN}) AND received_at >= :since
    ORDER BY id LIMIT 3
"""
_PROBES = text("""
    SELECT c.id, g.geog::text AS at FROM case_file c JOIN bench_geography g ON g.id = c.id
    WHERE c.state = 'reported' AND c.number LIKE 'bench-%' ORDER BY md5(c.number) LIMIT :some
""")


def figures(ground: Ground) -> Iterator[Figure]:
    """The query for twins beside the same by geography; how the desk's other questions find their rows."""
    cases.hold(ground, desk.SIZES[-1], still_open=desk.OPEN)
    with ground.app.app_context():
        db.session.execute(_GEOGRAPHY)
        yield from _twins()
        for question in _questions():
            yield plans.figure(question)
        db.session.rollback()


def _twins() -> Iterator[Figure]:
    probes: list[tuple[Case, str]] = []
    for key, at in db.session.execute(_PROBES, {"some": PROBES}).all():
        case = case_queries.one(key)
        if case is not None:
            probes.append((case, at))

    def ours() -> None:
        for case, _at in probes:
            around.twin_numbers(case)

    def by_geography() -> None:
        for case, at in probes:
            _by_geography(case, at)

    usual = "GiST of all places as geography"
    yield _beside(usual, LEAST, *_in_turns(ours, by_geography))
    db.session.execute(_LIKE_OURS)
    alike = "geography, class and being open in one GiST"
    yield _beside(alike, None, *_in_turns(ours, by_geography))


def _by_geography(case: Case, at: str) -> None:
    kind = case.case_class
    classes = sorted({case.class_code, *standards().taken.get(case.class_code, ())})
    values = {f"class{place}": each for place, each in enumerate(classes)}
    said = " OR ".join(f"class_code = :{name}" for name in values)
    values |= {
        "at": at,
        "metres": kind.merge_radius_m,
        "id": case.id,
        "since": case.received_at - timedelta(days=kind.merge_days),
    }
    db.session.execute(text(_BY_GEOGRAPHY.format(classes=said)), values).all()


def _in_turns(
    ours: Callable[[], None], theirs: Callable[[], None]
) -> tuple[list[Done], list[Done]]:
    """Each question at its best of some rounds; the first round does not count."""
    rounds = [
        (_reading("case_file", ours), _reading("bench_geography", theirs))
        for _round in range(1 + ROUNDS)
    ][1:]
    mine = [min(run, key=_ms) for run in zip(*(one for one, _other in rounds), strict=True)]
    other = [min(run, key=_ms) for run in zip(*(other for _one, other in rounds), strict=True)]
    return mine, other


def _beside(what: str, least: float | None, mine: list[Done], theirs: list[Done]) -> Figure:
    fast, slow = (float(np.percentile([done.ms for done in each], 95)) for each in (mine, theirs))
    by_one_index = all(done.indexes_of("case_file") == [INDEX] for done in mine)
    slowest = max(range(len(mine)), key=lambda place: mine[place].ms)
    return Figure(
        what="what may have been reported before, p95",
        rows=len(mine),
        measured=f"{fast:.3f} ms, {INDEX}" if by_one_index else f"{fast:.3f} ms, not by {INDEX}",
        baseline=what,
        beside=f"{slow:.3f} ms",
        ratio=slow / fast,
        wanted=f">= {least:.0f}, by one index" if least else "by one index",
        met=by_one_index and (least is None or slow / fast >= least),
        plan=(*outline(mine[slowest].plan), f"{what}:", *outline(theirs[slowest].plan)),
    )


def _reading(table: str, work: Callable[[], None]) -> list[Done]:
    """The statements of a work that read a table."""
    return [done for done in explained(work) if done.reads(table)]


def _ms(done: Done) -> float:
    return done.ms


def _questions() -> list[Question]:
    now = clock.now()
    opened = db.session.scalar(text("SELECT max(id) FROM case_file WHERE state = 'processing'"))
    middle = db.session.execute(
        text("""
            SELECT ST_X(w.at), ST_Y(w.at) FROM case_file c
            CROSS JOIN LATERAL (SELECT ST_Transform(c.geom, 4326) AS at) w WHERE c.id = :id
        """),
        {"id": opened},
    ).one()
    box = (middle[0] - 0.005, middle[1] - 0.005, middle[0] + 0.005, middle[1] + 0.005)
    return [
        Question(f"{words}, full desk", "case_file", ask)
        for words, ask in (
            ("queue of the desk, 50", lambda: desk_queries.queued(DISPATCHER, Wish(), at=now)),
            ("counts of the queue", lambda: desk_queries.counts(DISPATCHER, Wish(), [], at=now)),
            ("newest 50 open cases", lambda: case_queries.listed(DISPATCHER)),
            ("a case with all that belongs to it", lambda: case_queries.one(opened)),
            (
                "open cases in a box of the map",
                lambda: maps.case_points(DISPATCHER, box=box, language="zh", limit=5_000),
            ),
        )
    ]
