"""What the database itself does to keep ready what the public is told of cases, written for it.

`publishing` says what is told; the text below says the same to the database. Whatever changes a case,
a class, a grid or a unit changes what is told with it, and `flask check` compares the two.
"""

from __future__ import annotations

from webapp.base import clock
from webapp.base.spatial import WGS84
from webapp.cases import publishing
from webapp.cases.told.models import CELL_ZOOM, FIRST_DAY, NOWHERE, WORLD, ToldCase

_COLUMNS = [each.name for each in ToldCase.__table__.columns]

_PUBLIC = ", ".join(f"'{state}'" for state in sorted(publishing.STATES))
_SHOWN = " ".join(
    f"WHEN '{state}' THEN '{shown}'" for state, shown in sorted(publishing.SHOWN.items())
)
_NUMBERED = " ".join(
    f"WHEN '{state}' THEN {list(publishing.Shown).index(shown)}"
    for state, shown in sorted(publishing.SHOWN.items())
)
_COARSE = " OR ".join(f"starts_with(c.class_code, '{each}')" for each in publishing.DWELLINGS)
_ZONE = clock.Calendar().zone

# Days at the office since FIRST_DAY; what is not there is -1.
_DAY = (
    "int2send((CASE WHEN c.{0} IS NULL THEN -1 ELSE greatest(0,"
    f" (c.{{0}} AT TIME ZONE '{_ZONE}')::date - date '{FIRST_DAY}') END)::smallint)"
)
_FINER = WORLD - CELL_ZOOM
_BYTE = "substring(int4send({}) FROM 4)"

# What is told of cases, as rows of `told_case`. Each step is taken once for a row: OFFSET 0 keeps them apart.
TRUTH = f"""
    SELECT c.id AS case_id, w.px, w.py, coalesce(w.px >> {_FINER}, {NOWHERE}) AS x,
           coalesce(w.py >> {_FINER}, {NOWHERE}) AS y, a.coarse, t.geom,
           int8send(c.id) || int4send(w.px) || int4send(w.py) || int4send(c.class_code::integer)
               || int4send(coalesce(c.grid_id, -1)::integer)
               || int4send(coalesce(c.department_id, -1)::integer)
               || int2send((CASE c.state {_NUMBERED} END * 2 + a.coarse::integer)::smallint)
               || {_DAY.format("received_at")} || {_DAY.format("due_at")}
               || {_DAY.format("closed_at")} AS mark,
           '\\x22'::bytea || {_BYTE.format("length(n.name) + 2")} || '\\x0a'::bytea
               || {_BYTE.format("length(n.name)")} || n.name AS named,
           c.number, c.class_code, k.name AS class_name, s.state, g.display_code AS grid,
           g.name AS grid_name, u.name AS department, c.received_at, c.due_at, c.closed_at,
           '{{"type":"Feature","id":' || c.id || ',"geometry":'
               || coalesce(ST_AsGeoJSON(ST_Point(d.lon, d.lat), 6, 0), 'null')
               || ',"properties":' || p.words || '}}' AS feature
    FROM case_file c
    JOIN case_class k ON k.code = c.class_code AND k.public
    LEFT JOIN grid g ON g.id = c.grid_id
    LEFT JOIN unit u ON u.id = c.department_id
    CROSS JOIN LATERAL (SELECT c.confidential OR {_COARSE} AS coarse OFFSET 0) a
    CROSS JOIN LATERAL (
        SELECT CASE WHEN a.coarse THEN ST_SnapToGrid(c.geom, {publishing.COARSE_M}) ELSE c.geom END
                   AS geom OFFSET 0) t
    CROSS JOIN LATERAL (SELECT ST_Transform(t.geom, {WGS84}) AS at OFFSET 0) l
    CROSS JOIN LATERAL (
        SELECT round(ST_X(l.at)::numeric, 6)::double precision AS lon,
               round(ST_Y(l.at)::numeric, 6)::double precision AS lat
        OFFSET 0) d
    CROSS JOIN LATERAL (
        SELECT floor((d.lon + 180) / 360 * 2 ^ {WORLD})::integer AS px,
               floor((1 - asinh(tan(radians(d.lat))) / pi()) / 2 * 2 ^ {WORLD})::integer AS py
        OFFSET 0) w
    CROSS JOIN LATERAL (SELECT CASE c.state {_SHOWN} END AS state OFFSET 0) s
    CROSS JOIN LATERAL (SELECT convert_to(left(c.number, 40), 'UTF8') AS name OFFSET 0) n
    CROSS JOIN LATERAL (
        SELECT row_to_json(p)::text AS words
        FROM (SELECT c.number, c.class_code, k.name AS class_name, s.state, g.display_code AS grid,
                     g.name AS grid_name, u.name AS department, a.coarse, c.received_at, c.due_at,
                     c.closed_at) p) p
    WHERE c.state IN ({_PUBLIC}) AND NOT c.private
"""

# What is told of these cases is as it has to be now. Whoever renames what many are told of waits for us,
# or we for them: so none is told by a name of before.
TOLD_ANEW = f"""
CREATE OR REPLACE FUNCTION told_anew(changed bigint[]) RETURNS void LANGUAGE plpgsql
SET timezone = 'UTC' AS $$
BEGIN
    LOCK TABLE told_case IN ROW EXCLUSIVE MODE;
    DELETE FROM told_case o USING unnest(changed) AS each(id)
    WHERE o.case_id = each.id AND NOT EXISTS (
        SELECT FROM case_file c JOIN case_class k ON k.code = c.class_code AND k.public
        WHERE c.id = each.id AND c.state IN ({_PUBLIC}) AND NOT c.private);
    INSERT INTO told_case AS had ({", ".join(_COLUMNS)})
    SELECT {", ".join(f"v.{name}" for name in _COLUMNS)}
    FROM ({TRUTH} AND c.id = ANY(changed)) v
    ON CONFLICT (case_id) DO UPDATE
    SET ({", ".join(_COLUMNS[1:])}) = ({", ".join(f"excluded.{name}" for name in _COLUMNS[1:])})
    WHERE had.* IS DISTINCT FROM excluded.*;
END $$
"""

_TOLD_OF = ", ".join(
    f"{{0}}.{name}"
    for name in (
        *("number", "class_code", "state", "private", "confidential", "grid_id", "department_id"),
        *("received_at", "due_at", "closed_at", "geom"),
    )
)

# Most changes of a case change nothing of what is told: then nothing else is asked.
TOLD_KEPT = f"""
CREATE OR REPLACE FUNCTION told_kept() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    changed bigint[];
BEGIN
    IF TG_OP = 'INSERT' THEN
        SELECT array_agg(c.id) INTO changed FROM fresh c
        WHERE c.state IN ({_PUBLIC}) AND NOT c.private;
    ELSE
        SELECT array_agg(c.id) INTO changed FROM fresh c JOIN stale o ON o.id = c.id
        WHERE (c.state IN ({_PUBLIC}) OR o.state IN ({_PUBLIC}))
          AND ({_TOLD_OF.format("c")}) IS DISTINCT FROM ({_TOLD_OF.format("o")});
    END IF;
    IF changed IS NOT NULL THEN
        PERFORM told_anew(changed);
    END IF;
    RETURN NULL;
END $$
"""

# What many cases are told by has another name. The arguments: by which column cases name it, and its key.
TOLD_RENAMED = f"""
CREATE OR REPLACE FUNCTION told_renamed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    changed bigint[];
BEGIN
    LOCK TABLE told_case IN SHARE ROW EXCLUSIVE MODE;
    EXECUTE format('SELECT array_agg(id) FROM case_file WHERE %I = %L AND state = ANY (%L)',
                   TG_ARGV[0], to_jsonb(NEW) ->> TG_ARGV[1], ARRAY[{_PUBLIC}]) INTO changed;
    PERFORM told_anew(changed);
    RETURN NULL;
END $$
"""

_COUNTED = """
        INSERT INTO told_count (x, y, cases, changes)
        SELECT x, y, sum(more), count(*) FROM ({}) each
        GROUP BY x, y ORDER BY x, y;
"""
_MORE = "SELECT x, y, 1 AS more FROM fresh"
_FEWER = "SELECT x, y, -1 AS more FROM stale"

TOLD_COUNTED = f"""
CREATE OR REPLACE FUNCTION told_counted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN {_COUNTED.format(_MORE)}
    ELSIF TG_OP = 'DELETE' THEN {_COUNTED.format(_FEWER)}
    ELSE {_COUNTED.format(f"{_MORE} UNION ALL {_FEWER}")}
    END IF;
    RETURN NULL;
END $$
"""

FUNCTIONS = (TOLD_ANEW, TOLD_KEPT, TOLD_RENAMED, TOLD_COUNTED)

_FRESH, _STALE = "NEW TABLE AS fresh", "OLD TABLE AS stale"


def _each(name: str, event: str, table: str, seen: str, function: str) -> str:
    return (
        f"CREATE TRIGGER {name} AFTER {event} ON {table} REFERENCING {seen}"
        f" FOR EACH STATEMENT EXECUTE FUNCTION {function}()"
    )


def _renamed(table: str, by: str, key: str, *names: str) -> str:
    differs = " OR ".join(f"OLD.{name} IS DISTINCT FROM NEW.{name}" for name in names)
    return (
        f"CREATE TRIGGER told_renamed AFTER UPDATE OF {', '.join(names)} ON {table}"
        f" FOR EACH ROW WHEN ({differs}) EXECUTE FUNCTION told_renamed('{by}', '{key}')"
    )


TRIGGERS = (
    _each("told_begun", "INSERT", "case_file", _FRESH, "told_kept"),
    _each("told_kept", "UPDATE", "case_file", f"{_STALE} {_FRESH}", "told_kept"),
    _renamed("case_class", "class_code", "code", "name", "public"),
    _renamed("grid", "grid_id", "id", "name", "display_code"),
    _renamed("unit", "department_id", "id", "name"),
    _each("counted_more", "INSERT", "told_case", _FRESH, "told_counted"),
    _each("counted", "UPDATE", "told_case", f"{_STALE} {_FRESH}", "told_counted"),
    _each("counted_fewer", "DELETE", "told_case", _STALE, "told_counted"),
)
