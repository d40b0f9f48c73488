"""What it costs that every placed row finds its grid by itself."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import text

from bench.figures import Figure, in_turns
from bench.ground import Ground
from webapp.base.db import db

ROWS = 10_000

POINTS = text(f"""
    CREATE TEMP TABLE bench_spot AS
    SELECT row_number() OVER () AS place, d.geom FROM (
        SELECT (ST_Dump(ST_GeneratePoints(ST_Union(v.geom), {ROWS}, 7))).geom
        FROM grid_version v JOIN boundary_set s ON s.id = v.set_id WHERE s.state = 'active'
    ) d
""")

INSERT = text("""
    INSERT INTO case_file (number, client_id, class_code, source, state, happened_at, words,
                           geom, raw_lon, raw_lat, datum, accuracy_m)
    SELECT 'bench-' || place, gen_random_uuid(), '06010', 'worker', 'reported', now(), '路边有积水',
           geom, 121.05, 37.66, 'wgs84', 8.0
    FROM bench_spot
""")


def figures(ground: Ground) -> Iterator[Figure]:
    """Cases written with the trigger, beside the same without it."""
    with ground.app.app_context():
        db.session.execute(POINTS)

        def insert() -> None:
            with db.session.begin_nested() as undone:
                db.session.execute(INSERT)
                undone.rollback()

        def insert_without() -> None:
            with db.session.begin_nested() as undone:
                db.session.execute(text("ALTER TABLE case_file DISABLE TRIGGER placed"))
                db.session.execute(INSERT)
                undone.rollback()

        without, with_trigger = in_turns(insert_without, insert)
        db.session.rollback()
    yield Figure(
        what=f"{ROWS:,} cases inserted, each finding its grid by the trigger, beside without trigger",
        measured=f"{with_trigger / ROWS * 1e6:.0f} µs a row",
        beside=f"{without / ROWS * 1e6:.0f} µs a row",
        ratio=f"{with_trigger / without:.2f}",
        wanted="at most 3",
        met=with_trigger / without <= 3,
    )
