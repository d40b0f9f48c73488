"""What it costs that every placed row finds its grid by itself."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import text

from bench import spots
from bench.figures import Figure, in_turns
from bench.ground import Ground
from webapp.base.db import db
from webapp.grids import bulk

ROWS = 10_000
MOST = 3

INSERT = text("""
    INSERT INTO case_file (number, client_id, class_code, source, state, happened_at, words,
                           geom, raw_lon, raw_lat, datum, accuracy_m)
    SELECT 'bench-' || place, gen_random_uuid(), '06010', 'worker', 'reported', now(), '路边有积水',
           geom, 121.05, 37.66, 'wgs84', 8.0
    FROM bench_spot
""")


def figures(ground: Ground) -> Iterator[Figure]:
    """Cases written with the trigger, beside the same without it; with and without its squares."""
    with ground.app.app_context():
        spots.load(*spots.inside(bulk.territory().grids.areas, ROWS))
        yield _beside_none("cases inserted, each located by the trigger")
        db.session.execute(text("TRUNCATE grid_run"))
        yield _beside_none("the same by the stored borders alone, no squares")
        db.session.rollback()


def _beside_none(what: str) -> Figure:
    without, located = in_turns(_insert_without, _insert)
    asked_for = "squares" not in what
    return Figure(
        what=what,
        rows=ROWS,
        measured=f"{located / ROWS * 1e6:.0f} µs a row",
        baseline="same INSERT, trigger disabled",
        beside=f"{without / ROWS * 1e6:.0f} µs a row",
        ratio=located / without,
        wanted=f"<= {MOST}" if asked_for else "",
        met=located / without <= MOST if asked_for else None,
    )


def _insert() -> None:
    with db.session.begin_nested() as undone:
        db.session.execute(INSERT)
        undone.rollback()


def _insert_without() -> None:
    with db.session.begin_nested() as undone:
        db.session.execute(text("ALTER TABLE case_file DISABLE TRIGGER placed"))
        db.session.execute(INSERT)
        undone.rollback()
