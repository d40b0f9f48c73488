"""Points located in memory and written back by binary COPY."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Mapped

from bench import spots
from bench.figures import Figure, in_turns
from bench.ground import Ground
from webapp.base.db import Base, Numbered, db
from webapp.base.spatial import Placed
from webapp.grids import bulk
from webapp.grids.copying import Points, copy_in
from webapp.grids.locate import placed_trigger

ROWS = 500_000
# The baseline is slow, and as slow a row for fewer of them.
FEWER = 50_000
WANTED = 300_000


class BenchPlaced(Numbered, Placed, Base):
    """A placed table as a feature would have it: three foreign keys, an index on grid and geometry."""

    __tablename__ = "bench_placed"

    name: Mapped[str]


# What is left has its trigger and its primary key.
BARE = """
    SELECT format('ALTER TABLE bench_placed DROP CONSTRAINT %I', conname) FROM pg_constraint
    WHERE conrelid = 'bench_placed'::regclass AND contype = 'f'
    UNION ALL
    SELECT format('DROP INDEX %I', c.relname) FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
    WHERE i.indrelid = 'bench_placed'::regclass AND NOT i.indisprimary
"""


def figures(ground: Ground) -> Iterator[Figure]:
    """The bulk path into a table, beside the same COPY whose rows the trigger locates."""
    with ground.app.app_context():
        here = bulk.territory()
        x, y = spots.inside(here.grids.areas, ROWS)
        said: dict[str, Any] = {
            "name": [f"第{each}户" for each in range(ROWS)],
            "raw_lon": x,
            "raw_lat": y,
            "datum": "wgs84",
        }

        part = {name: said[name][:FEWER] for name in ("name", "raw_lon", "raw_lat")}
        part |= {"datum": "wgs84", "geom": Points(x[:FEWER], y[:FEWER])}

        def trusted() -> None:
            with db.session.begin_nested() as undone:
                bulk.place(BenchPlaced, x=x, y=y, **said)
                undone.rollback()

        def by_trigger() -> None:
            with db.session.begin_nested() as undone:
                copy_in(BenchPlaced.__table__, part, FEWER)
                undone.rollback()

        BenchPlaced.__table__.create(db.session.connection())
        db.session.execute(text(placed_trigger("bench_placed")))
        heavy = in_turns(by_trigger, trusted, rounds=1)
        for statement in db.session.scalars(text(BARE)).all():
            db.session.execute(text(statement))
        light = in_turns(by_trigger, trusted)
        db.session.rollback()
    yield _figure("located in memory, written by binary COPY", *light, wanted=WANTED)
    yield _figure("the same with three foreign keys, grid index, GiST", *heavy)


def _figure(what: str, slow: float, fast: float, *, wanted: int | None = None) -> Figure:
    located, trusted = FEWER / slow, ROWS / fast
    return Figure(
        what=what,
        rows=ROWS,
        measured=f"{trusted:,.0f} rows/s",
        baseline=f"COPY of {FEWER:,}, each located by the trigger",
        beside=f"{located:,.0f} rows/s",
        ratio=trusted / located,
        wanted=f">= {wanted:,} rows/s" if wanted else "",
        met=trusted >= wanted if wanted else None,
    )
