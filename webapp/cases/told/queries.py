"""Questions of what the public is told: whether it is as it has to be, and how it is put right."""

from __future__ import annotations

from sqlalchemy import text

from webapp.base.db import db
from webapp.cases.told.keeping.queries import TRUTH
from webapp.cases.told.models import ToldCase

_COLUMNS = ", ".join(each.name for each in ToldCase.__table__.columns)

# Moments stand in a feature as whoever writes it reads them.
_AS_WRITTEN = text("SET LOCAL timezone = 'UTC'")

_DIFFERENT = text(f"""
    SELECT coalesce(now.case_id, had.case_id)
    FROM (SELECT {_COLUMNS} FROM ({TRUTH}) truth) now
    FULL JOIN (SELECT {_COLUMNS} FROM told_case) had ON had.case_id = now.case_id
    WHERE now.* IS DISTINCT FROM had.*
    ORDER BY 1
""")

_ANEW = text("SELECT told_anew(:changed)")

# Where the sums say something else than the cases do: column, row, and how many more there have to be.
_MISCOUNTED = """
    SELECT coalesce(t.x, c.x) AS x, coalesce(t.y, c.y) AS y,
           coalesce(t.cases, 0) - coalesce(c.cases, 0) AS more
    FROM (SELECT x, y, count(*) AS cases FROM told_case GROUP BY x, y) t
    FULL JOIN (SELECT x, y, sum(cases) AS cases FROM told_count GROUP BY x, y) c
        ON c.x = t.x AND c.y = t.y
    WHERE coalesce(t.cases, 0) <> coalesce(c.cases, 0)
"""
_COUNTED_WRONG = text(f"{_MISCOUNTED} ORDER BY 1, 2")
_COUNTED_ANEW = text(f"""
    INSERT INTO told_count (x, y, cases, changes) SELECT x, y, more, 1 FROM ({_MISCOUNTED}) m
""")

# Rows that others add meanwhile are not seen, and stay as they are: every sum is the same before and after.
_TOGETHER = text("""
    WITH many AS (SELECT x, y FROM told_count GROUP BY x, y HAVING count(*) > 1),
    gone AS (DELETE FROM told_count o USING many m WHERE o.x = m.x AND o.y = m.y RETURNING o.*)
    INSERT INTO told_count (x, y, cases, changes)
    SELECT x, y, sum(cases), sum(changes) FROM gone GROUP BY x, y
""")
_ONE_AT_A_TIME = text("SELECT pg_try_advisory_xact_lock(hashtext('told_count'))")


def different() -> list[int]:
    """Keys of cases of which the public is told something else than it has to be."""
    db.session.execute(_AS_WRITTEN)
    return list(db.session.scalars(_DIFFERENT))


def miscounted() -> list[tuple[int, int, int]]:
    """Squares whose sum is wrong: column, row, how many more there have to be."""
    return [(x, y, int(more)) for x, y, more in db.session.execute(_COUNTED_WRONG)]


def tell_anew() -> int:
    """What differs is put right; answers of how many cases."""
    changed = different()
    if changed:
        db.session.execute(_ANEW, {"changed": changed})
    db.session.execute(_COUNTED_ANEW)
    return len(changed)


def put_together() -> None:
    """Each square is counted by one row again."""
    if db.session.scalar(_ONE_AT_A_TIME):
        db.session.execute(_TOGETHER)
