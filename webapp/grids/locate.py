"""The grid of a point: one rule, as SQL functions and as the triggers that fill every placed row.

A grid has a point that it covers, its border included. Where two cover it (a shared border, or an
industry grid laid over another) the kind decides by `PRECEDENCE`, then the lowest code. Where none
does, the nearest grid within `REACH` has it, marked `on_border`; farther away the point is outside.
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

# Pieces are split from the stored borders for speed; this near (metres) to one of their edges the
# stored border itself is asked, so that splitting never decides.
DOUBT_M = 0.001

# Vertices of a piece: fewer read faster, more make fewer pieces.
PIECE_VERTICES = 24

PRECEDENCE_SQL = (
    "CASE {kind} "
    + " ".join(f"WHEN '{kind}' THEN {place}" for place, kind in enumerate(PRECEDENCE))
    + " END"
)

# Fast: one grid's pieces near the point, nobody else's: it is that grid's, if a piece covers it.
# Slow: the stored borders decide, in the order of precedence; then the nearest one within reach.
_LOOKUP = f"""
    found := NULL; many := false; sure := false;
    FOR piece IN
        SELECT g.grid_id, g.grid_version_id, ST_Covers(g.geom, {{p}}) AS covers
        FROM grid_piece g WHERE ST_DWithin(g.geom, {{p}}, {DOUBT_M})
    LOOP
        IF found IS NULL THEN
            found := piece.grid_id; version := piece.grid_version_id; sure := piece.covers;
        ELSIF found <> piece.grid_id THEN
            many := true;
        ELSE
            sure := sure OR piece.covers;
        END IF;
    END LOOP;
    border := false;
    IF found IS NULL OR many OR NOT sure THEN
        found := NULL;
        SELECT v.grid_id, v.id INTO found, version
        FROM grid_version v JOIN boundary_set s ON s.id = v.set_id
        WHERE s.state = 'active' AND ST_Covers(v.geom, {{p}})
        ORDER BY v.precedence, v.code LIMIT 1;
        IF found IS NULL THEN
            SELECT near.grid_id, near.grid_version_id INTO found, version FROM (
                SELECT g.grid_id, g.grid_version_id, g.precedence, g.code,
                       g.geom <-> {{p}} AS away
                FROM grid_piece g WHERE ST_DWithin(g.geom, {{p}}, {REACH})
                ORDER BY g.geom <-> {{p}} LIMIT 8
            ) near ORDER BY near.away, near.precedence, near.code LIMIT 1;
            border := found IS NOT NULL;
        END IF;
    END IF;
"""

_DECLARE = """
    piece record; found bigint; version bigint; many boolean; sure boolean; border boolean;
"""

GRID_AT = f"""
CREATE OR REPLACE FUNCTION grid_at(
    point geometry, OUT grid_id bigint, OUT grid_version_id bigint, OUT on_border boolean
) LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
#variable_conflict use_column
DECLARE {_DECLARE}
BEGIN
    {_LOOKUP.format(p="point")}
    grid_id := found;
    grid_version_id := CASE WHEN found IS NULL THEN NULL ELSE version END;
    on_border := border;
END $$
"""

CELL_AT = """
CREATE OR REPLACE FUNCTION cell_at(point geometry) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT c.code FROM unit_cell c
    WHERE ST_Covers(c.geom, point) AND c.end_date IS NULL ORDER BY c.code LIMIT 1
$$
"""

# A writer that has located its rows by the same rule (the bulk path) says so and is trusted.
PLACED = f"""
CREATE OR REPLACE FUNCTION placed() RETURNS trigger LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE {_DECLARE}
BEGIN
    IF current_setting('wangge.located', true) = 'on' THEN
        RETURN NEW;
    END IF;
    IF NEW.geom IS NULL THEN
        NEW.grid_id := NULL; NEW.grid_version_id := NULL;
        NEW.on_border := NULL; NEW.cell_code := NULL;
        RETURN NEW;
    END IF;
    {_LOOKUP.format(p="NEW.geom")}
    NEW.grid_id := found;
    NEW.grid_version_id := CASE WHEN found IS NULL THEN NULL ELSE version END;
    NEW.on_border := border;
    NEW.cell_code := (
        SELECT c.code FROM unit_cell c
        WHERE ST_Covers(c.geom, NEW.geom) AND c.end_date IS NULL ORDER BY c.code LIMIT 1
    );
    RETURN NEW;
END $$
"""

# The pieces of the set in force, made anew whenever another set takes its place.
REBUILD_PIECES = f"""
CREATE OR REPLACE FUNCTION rebuild_grid_pieces() RETURNS void LANGUAGE sql AS $$
    DELETE FROM grid_piece;
    INSERT INTO grid_piece (grid_id, grid_version_id, precedence, code, geom)
    SELECT v.grid_id, v.id, v.precedence, v.code, ST_Subdivide(v.geom, {PIECE_VERTICES})
    FROM grid_version v JOIN boundary_set s ON s.id = v.set_id
    WHERE s.state = 'active';
$$
"""

FUNCTIONS = (GRID_AT, CELL_AT, PLACED, REBUILD_PIECES)


def placed_trigger(table: str) -> str:
    """SQL: rows of this table are located whenever their geometry is written."""
    return (
        f"CREATE TRIGGER placed BEFORE INSERT OR UPDATE OF geom ON {table}"
        " FOR EACH ROW EXECUTE FUNCTION placed()"
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
        SELECT ST_Distance(p.geom, here.geom) AS away, w.name
        FROM grid_piece p JOIN grid_version w ON w.id = p.grid_version_id
        WHERE l.grid_id IS NULL
        ORDER BY p.geom <-> here.geom LIMIT 1
    ) near ON true
""")

# Versions keep their whole borders, so a moment in the past is answered from them directly.
_AS_OF: TextClause = text(f"""
    SELECT v.grid_id, v.id AS grid_version_id, false AS on_border, v.code, v.name, v.kind,
           u.name AS community, NULL AS cell, 0 AS nearest_m, NULL AS nearest_name
    FROM grid_version v LEFT JOIN unit u ON u.id = v.community_id
    WHERE v.valid @> cast(:at AS timestamptz)
      AND ST_DWithin(v.geom, ST_SetSRID(ST_MakePoint(:x, :y), {SRID}), {REACH})
    ORDER BY ST_Distance(v.geom, ST_SetSRID(ST_MakePoint(:x, :y), {SRID})),
             v.precedence, v.code
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
