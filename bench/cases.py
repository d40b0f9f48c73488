"""A desk with many cases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import shapely
from numpy.typing import NDArray
from sqlalchemy import text

from bench.ground import Ground
from webapp.base.db import db
from webapp.cases.models import Case
from webapp.grids import bulk
from webapp.grids.copying import Repeated
from webapp.grids.raster import Floats

# Where open cases stand, and how many of a hundred.
STANDS = {
    "reported": 20,
    "accepted": 5,
    "filed": 15,
    "dispatched": 15,
    "processing": 35,
    "feedback": 5,
    "checking": 5,
}
WORDS = ("路边有积水", "垃圾堆在楼道口，三天没有人清", "路灯不亮", "井盖松动，车压过去响得厉害")

# A third of all cases comes from crossings, markets and yards: so many of them, so wide (metres).
HOT_SPOTS = 500
SPREAD_M = 40.0

# The key after those of the bench; what the bench adds later is older, and has lower keys.
NEXT_ID = 1_000_000

OPEN_DAYS = 12.0
CLOSED_DAYS = 700.0

_CLASSES = text("""
    SELECT code FROM case_class WHERE common_rank IS NOT NULL AND self_close ORDER BY common_rank
""")
_HAD = text("""
    SELECT count(*), count(*) FILTER (WHERE state <> 'closed'), min(id)
    FROM case_file WHERE number LIKE 'bench-%'
""")
# What comes in afterwards has the higher keys.
_HISTORY = text("""
    SELECT setval(pg_get_serial_sequence('case_file', 'id'),
                  greatest(:next, nextval(pg_get_serial_sequence('case_file', 'id'))));
    SET LOCAL session_replication_role = replica;
    INSERT INTO event (thing_kind, thing_id, seq, move, before, after, at, grid_id, grid_version_id)
    SELECT 'case', c.id, e.seq, e.move, e.before, e.after, c.received_at + e.seq * interval '1 hour',
           c.grid_id, c.grid_version_id
    FROM case_file c CROSS JOIN (VALUES (1, 'report', NULL, 'reported'),
        (2, 'accept', 'reported', 'accepted'), (3, 'file', 'accepted', 'filed'))
        AS e(seq, move, before, after)
    WHERE c.id >= :first AND c.id < :end;
    INSERT INTO case_route (case_id, to_worker, at)
    SELECT c.id, true, c.received_at FROM case_file c WHERE c.id >= :first AND c.id < :end;
    SET LOCAL session_replication_role = origin
""")


def fill(count: int, *, still_open: int, first_id: int | None = None) -> None:
    """So many cases more lie over the territory, so many of them still open: evenly, and about hot spots.

    Their keys grow as they came in. In the session's transaction: who rolls it back has them no more.
    """
    # On a busy machine it thinks longer than the house lets anybody do so in a transaction.
    db.session.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))
    chance = np.random.default_rng(count)
    x, y = _spots(count, chance)
    is_open = np.zeros(count, dtype=bool)
    is_open[chance.choice(count, still_open, replace=False)] = True
    names = [*STANDS, "closed"]
    shares = np.array(list(STANDS.values())) / sum(STANDS.values())
    state = np.where(is_open, chance.choice(len(STANDS), count, p=shares), len(STANDS))
    codes = list(db.session.scalars(_CLASSES))
    age = chance.random(count) * np.where(is_open, OPEN_DAYS, CLOSED_DAYS)
    order = np.argsort(-age)
    age, is_open, state = age[order], is_open[order], state[order]
    received = _days_from_now(-age)
    due = _days_from_now(chance.uniform(1, 15, count) - age)
    first = int(db.session.scalar(text("SELECT count(*) FROM case_file")) or 0)
    keys = {} if first_id is None else {"id": np.arange(first_id, first_id + count)}
    bulk.place(
        Case,
        x=x,
        y=y,
        **keys,
        number=[f"bench-{each}" for each in range(first, first + count)],
        class_code=Repeated(codes, chance.integers(0, len(codes), count)),
        words=Repeated(WORDS, chance.integers(0, len(WORDS), count)),
        source="worker",
        state=Repeated(names, state),
        version=1,
        happened_at=received,
        received_at=received,
        soon_at=due,
        due_at=due,
        closed_at=[None if open_ else at for open_, at in zip(is_open, due, strict=True)],
    )
    db.session.execute(text("ANALYZE case_file"))


def hold(ground: Ground, count: int, *, still_open: int) -> None:
    """The desk has so many cases of the bench for good, so many of them open, each with its history."""
    with ground.app.app_context():
        had, had_open, oldest = db.session.execute(_HAD).one()
        if had < count:
            more = count - had
            first = (oldest or NEXT_ID) - more
            fill(more, still_open=max(0, still_open - had_open), first_id=first)
            db.session.execute(_HISTORY, {"first": first, "end": first + more, "next": NEXT_ID})
        db.session.commit()
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE"))


def _days_from_now(days: Floats) -> list[datetime]:
    now = datetime.now(UTC)
    return [now + timedelta(days=each) for each in days.tolist()]


def _spots(count: int, chance: np.random.Generator) -> tuple[Floats, Floats]:
    ground = shapely.union_all(bulk.territory().grids.areas)
    west, south, east, north = ground.bounds
    x, y = chance.uniform((west, south), (east, north), (count, 2)).T
    spots = chance.uniform((west, south), (east, north), (HOT_SPOTS, 2))
    hot: NDArray[np.intp] = np.arange(0, count, 3)
    middle = spots[chance.integers(0, HOT_SPOTS, len(hot))]
    x[hot], y[hot] = (middle + chance.normal(0, SPREAD_M, middle.shape)).T
    return x, y
