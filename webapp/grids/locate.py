"""The grid of a point: one rule, as SQL functions and as the triggers that fill every placed row.

A grid has a point that it covers, its border included. Where two cover it (a shared border, or an
industry grid laid over another) the kind decides by `PRECEDENCE`, then the lowest code. Where none
does, the nearest grid within `REACH` has it, marked `on_border`; farther away the point is outside.

Most points lie nowhere near a border. `grid_run` knows the squares that lie wholly in one grid and one
unit cell, and one step in its index answers for them; where it says nothing the stored borders are
asked. It could be empty: the answers would be the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import TextClause, text

from webapp.base.config import Settings
from webapp.base.datum import Datum
from webapp.base.db import db
from webapp.base.spatial import SRID, to_metric
from webapp.grids.rules import PRECEDENCE

REACH = Settings.from_environment().reach_m

# Side of the squares of `grid_run` (metres). Half the side would double its rows and leave half as many
# points to the stored borders.
RUN_SIDE_M = 10

# Whoever places something holds this lock with others until it is committed; whoever puts other borders
# in force holds it alone. So nothing is committed with the grid of borders that are no more in force.
BORDERS_LOCK = 0x67726964

# Distances count in whole micrometres: where two grids are as near (the corner they share is nearest)
# the last bits of two figures must not decide.
MICROMETRES = 1_000_000

PRECEDENCE_SQL = (
    "CASE {kind} "
    + " ".join(f"WHEN '{kind}' THEN {place}" for place, kind in enumerate(PRECEDENCE))
    + " END"
)

_DECLARE = """
    across float8; up float8; until integer; sure boolean;
    grid bigint; version bigint; border boolean; cell text;
"""

_STEP = "least(greatest(floor({0}), -2147483648), 2147483647)::integer"

# Unit cells may run along the lines between squares, so on a line nothing is sure.
_SQUARE = f"""
    across := ST_X({{p}}) / {RUN_SIDE_M}; up := ST_Y({{p}}) / {RUN_SIDE_M};
    SELECT r.east, r.grid_id, r.grid_version_id, r.on_border, r.cell_code
    INTO until, grid, version, border, cell
    FROM grid_run r
    WHERE r.north = {_STEP.format("up")} AND r.west <= {_STEP.format("across")}
    ORDER BY r.west DESC LIMIT 1;
    sure := coalesce(across < until + 1 AND across <> floor(across) AND up <> floor(up), false);
"""

_ACTIVE = "(SELECT s.id FROM boundary_set s WHERE s.state = 'active')"

_AWAY = f"round(ST_Distance(v.geom, {{p}}) * {MICROMETRES})"

_BORDERS = f"""
    SELECT v.grid_id, v.id INTO grid, version FROM grid_version v
    WHERE v.set_id = {_ACTIVE} AND ST_Covers(v.geom, {{p}})
    ORDER BY v.precedence, v.code LIMIT 1;
    border := false;
    IF grid IS NULL THEN
        SELECT v.grid_id, v.id INTO grid, version FROM grid_version v
        WHERE v.set_id = {_ACTIVE} AND ST_DWithin(v.geom, {{p}}, {REACH + 0.001})
            AND {_AWAY} <= {REACH * MICROMETRES}
        ORDER BY {_AWAY}, v.precedence, v.code LIMIT 1;
        border := grid IS NOT NULL;
    END IF;
"""

_CELL = """
    cell := (
        SELECT c.code FROM unit_cell c
        WHERE ST_Covers(c.geom, {p}) AND c.end_date IS NULL ORDER BY c.code LIMIT 1
    );
"""

GRID_AT = f"""
CREATE OR REPLACE FUNCTION grid_at(
    point geometry, OUT grid_id bigint, OUT grid_version_id bigint, OUT on_border boolean
) LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
#variable_conflict use_column
DECLARE {_DECLARE}
BEGIN
    {_SQUARE.format(p="point")}
    IF NOT sure THEN
        {_BORDERS.format(p="point")}
    END IF;
    grid_id := grid; grid_version_id := version; on_border := border;
END $$
"""

CELL_AT = f"""
CREATE OR REPLACE FUNCTION cell_at(point geometry) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
#variable_conflict use_column
DECLARE {_DECLARE}
BEGIN
    {_SQUARE.format(p="point")}
    IF NOT sure THEN
        {_CELL.format(p="point")}
    END IF;
    RETURN cell;
END $$
"""

PLACED = f"""
CREATE OR REPLACE FUNCTION placed() RETURNS trigger LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE {_DECLARE}
BEGIN
    IF NEW.geom IS NULL THEN
        NEW.grid_id := NULL; NEW.grid_version_id := NULL;
        NEW.on_border := NULL; NEW.cell_code := NULL;
        RETURN NEW;
    END IF;
    PERFORM pg_advisory_xact_lock_shared({BORDERS_LOCK});
    {_SQUARE.format(p="NEW.geom")}
    IF NOT sure THEN
        {_BORDERS.format(p="NEW.geom")}
        {_CELL.format(p="NEW.geom")}
    END IF;
    NEW.grid_id := grid; NEW.grid_version_id := version;
    NEW.on_border := border; NEW.cell_code := cell;
    RETURN NEW;
END $$
"""

FUNCTIONS = (GRID_AT, CELL_AT, PLACED)


# A writer that has located its rows by the same rule (the bulk path) says so and is trusted.
_NOT_LOCATED = "current_setting('wangge.located', true) IS DISTINCT FROM 'on'"


def placed_trigger(table: str) -> str:
    """SQL: rows of this table are located whenever their geometry is written."""
    return (
        f"CREATE TRIGGER placed BEFORE INSERT OR UPDATE OF geom ON {table}"
        f" FOR EACH ROW WHEN ({_NOT_LOCATED}) EXECUTE FUNCTION placed()"
    )


@dataclass(frozen=True)
class Found:
    """Where a point lies: its grid, its cell, and how far the nearest grid is (metres)."""

    grid_id: int | None
    grid_version_id: int | None
    on_border: bool
    code: str | None
    name: str | None
    kind: str | None
    community: str | None
    cell: str | None
    nearest_m: float
    nearest_name: str | None


_AT: TextClause = text(f"""
    WITH here AS (SELECT ST_SetSRID(ST_MakePoint(:x, :y), {SRID}) AS geom)
    SELECT l.grid_id, l.grid_version_id, l.on_border, v.code, v.name, v.kind,
           u.name AS community, cell_at(here.geom) AS cell,
           coalesce(near.away, 'Infinity') AS nearest_m, near.name AS nearest_name
    FROM here CROSS JOIN LATERAL grid_at(here.geom) l
    LEFT JOIN grid_version v ON v.id = l.grid_version_id
    LEFT JOIN unit u ON u.id = v.community_id
    LEFT JOIN LATERAL (
        SELECT ST_Distance(w.geom, here.geom) AS away, w.name FROM grid_version w
        WHERE w.set_id = {_ACTIVE}
        ORDER BY w.geom <-> here.geom LIMIT 1
    ) near ON l.grid_id IS NULL
""")

# Versions keep their whole borders, so a moment in the past is answered from them directly.
_AS_OF: TextClause = text(f"""
    WITH here AS (SELECT ST_SetSRID(ST_MakePoint(:x, :y), {SRID}) AS geom)
    SELECT v.grid_id, v.id AS grid_version_id, NOT ST_Covers(v.geom, here.geom) AS on_border,
           v.code, v.name, v.kind, u.name AS community, NULL AS cell,
           'Infinity'::float8 AS nearest_m, NULL AS nearest_name
    FROM here
    JOIN grid_version v ON ST_DWithin(v.geom, here.geom, {REACH + 0.001})
    LEFT JOIN unit u ON u.id = v.community_id
    WHERE v.valid @> cast(:at AS timestamptz)
      AND {_AWAY.format(p="here.geom")} <= {REACH * MICROMETRES}
    ORDER BY on_border, {_AWAY.format(p="here.geom")}, v.precedence, v.code
    LIMIT 1
""")


def locate(
    lon: float, lat: float, *, datum: Datum = Datum.WGS84, as_of: datetime | None = None
) -> Found:
    """Where a point in degrees lies today, or lay at a moment (then without its cell)."""
    x, y = to_metric(lon, lat, datum)
    if as_of is None:
        row = db.session.execute(_AT, {"x": x, "y": y}).one()
        return Found(**row._mapping)
    past = db.session.execute(_AS_OF, {"x": x, "y": y, "at": as_of}).one_or_none()
    if past is None:
        return Found(None, None, False, None, None, None, None, None, float("inf"), None)
    return Found(**past._mapping)
