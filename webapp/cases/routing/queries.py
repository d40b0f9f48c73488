"""Who should get a case: the rules of the office, asked of the database in one statement.

A thing that stands there belongs to its owner first and then to the territory; a matter that happens
to the territory first and then to its owner; what no rule knows the territory catches. Among rules of
one basis the higher priority goes first, then the narrower place, then the longer class, then the older.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, TextClause, func, or_, select, text
from sqlalchemy.orm import joinedload, selectinload

from webapp.base import clock
from webapp.base.access import Actor, visible
from webapp.base.db import db
from webapp.base.spatial import SRID, as_geojson, to_metric
from webapp.cases import timing
from webapp.cases.models import Case
from webapp.cases.standards.models import RoutingRule
from webapp.cases.standards.rules import LAST_COMPONENT_MAJOR, Days, Where
from webapp.grids.models import Grid, GridVersion, Unit
from webapp.grids.rules import UnitKind

# What stands in the words of a route for "thing that stands there" and "matter that happens".
OWNER_FIRST = "owner"
TERRITORY_FIRST = "territory"

_FIRST = f"CASE WHEN left(s.class_code, 2) <= '{LAST_COMPONENT_MAJOR}' THEN '{OWNER_FIRST}' ELSE '{TERRITORY_FIRST}' END"

_WHERE = f"""CASE WHEN r.geom IS NOT NULL THEN '{Where.AREA}' WHEN r.grid_id IS NOT NULL THEN '{Where.GRID}'
    WHEN r.community_id IS NOT NULL THEN '{Where.COMMUNITY}' WHEN r.grid_kind IS NOT NULL THEN '{Where.KIND}'
    ELSE '{Where.ALL}' END"""

_NARROW = """CASE WHEN r.geom IS NOT NULL THEN 4 WHEN r.grid_id IS NOT NULL THEN 3
    WHEN r.community_id IS NOT NULL THEN 2 WHEN r.grid_kind IS NOT NULL THEN 1 ELSE 0 END"""

# The rules that fit a subject `s` (class_code, geom, grid_id, works, at, hour), the first one first.
_FITTING = f"""
    SELECT r.id, r.basis, r.to_worker, r.unit_id, jsonb_build_object(
        'first', {_FIRST}, 'title', r.title, 'basis', r.basis, 'prefix', r.class_prefix,
        'priority', r.priority, 'where', {_WHERE},
        'place', coalesce(pg.name, pu.name, r.grid_kind), 'days', r.days,
        'hours', to_char(r.hours_from, 'HH24:MI') || '–' || to_char(r.hours_until, 'HH24:MI'),
        'unit', u.name, 'unit_en', u.name_en,
        'helpers', (SELECT coalesce(jsonb_agg(h.name ORDER BY h.id), '[]') FROM routing_helper x
                    JOIN unit h ON h.id = x.unit_id WHERE x.rule_id = r.id)
    ) AS because,
    (SELECT coalesce(jsonb_agg(x.unit_id ORDER BY x.unit_id), '[]') FROM routing_helper x
     WHERE x.rule_id = r.id) AS helpers
    FROM routing_rule r
    LEFT JOIN unit u ON u.id = r.unit_id
    LEFT JOIN grid pg ON pg.id = r.grid_id
    LEFT JOIN unit pu ON pu.id = r.community_id
    LEFT JOIN grid g ON g.id = s.grid_id
    WHERE r.class_prefix IN ('', left(s.class_code, 1), left(s.class_code, 2),
                             left(s.class_code, 3), left(s.class_code, 4), s.class_code)
      AND r.valid @> s.at
      AND (r.grid_kind IS NULL OR r.grid_kind = g.kind)
      AND (r.community_id IS NULL OR r.community_id = g.community_id)
      AND (r.grid_id IS NULL OR r.grid_id = s.grid_id)
      AND (r.geom IS NULL OR ST_Covers(r.geom, s.geom))
      AND (r.days = '{Days.ANY}' OR (r.days = '{Days.WORKING}') = s.works)
      AND (r.hours_from IS NULL OR CASE WHEN r.hours_from < r.hours_until
           THEN s.hour >= r.hours_from AND s.hour < r.hours_until
           ELSE s.hour >= r.hours_from OR s.hour < r.hours_until END)
    ORDER BY (r.basis = {_FIRST}) DESC, r.priority DESC, {_NARROW} DESC,
             length(r.class_prefix) DESC, r.id
"""

_NO_RULE = f"jsonb_build_object('first', {_FIRST})"

# A case whose rules change what was stored follows the newest ones.
ROUTE = text(f"""
    INSERT INTO case_route (case_id, rule_id, to_worker, unit_id, helpers, because, at)
    SELECT s.id, r.id, r.unit_id IS NULL, r.unit_id, coalesce(r.helpers, '[]'),
           coalesce(r.because, {_NO_RULE}), s.at
    FROM (SELECT c.id, c.class_code, c.geom, c.grid_id, cast(:works AS boolean) AS works,
                 cast(:at AS timestamptz) AS at, cast(:hour AS time) AS hour
          FROM case_file c WHERE c.id = :case) s
    LEFT JOIN LATERAL ({_FITTING} LIMIT 1) r ON true
    ON CONFLICT (case_id) DO UPDATE SET rule_id = excluded.rule_id, to_worker = excluded.to_worker,
        unit_id = excluded.unit_id, helpers = excluded.helpers, because = excluded.because,
        at = excluded.at
""")

_TRY: TextClause = text(f"""
    SELECT s.grid_id, sg.name AS grid_name, r.*
    FROM (SELECT p.geom, (grid_at(p.geom)).grid_id AS grid_id, cast(:class AS text) AS class_code,
                 cast(:works AS boolean) AS works, cast(:at AS timestamptz) AS at,
                 cast(:hour AS time) AS hour
          FROM (SELECT ST_SetSRID(ST_MakePoint(:x, :y), {SRID}) AS geom) p) s
    LEFT JOIN grid sg ON sg.id = s.grid_id
    LEFT JOIN LATERAL ({_FITTING} LIMIT 20) r ON true
""")

# The last cases by the rules of this moment, each at the moment it came in.
_LAST: TextClause = text(f"""
    SELECT s.id, s.number, s.class_name, s.class_name_en, s.grid_name, r.id AS rule_id, r.unit_id,
           r.because, s.stored_rule, s.stored_because, s.dispatched_to
    FROM (SELECT c.id, c.number, k.name AS class_name, k.name_en AS class_name_en,
                 g.name AS grid_name, c.class_code, c.geom, c.grid_id, m.works,
                 cast(:now AS timestamptz) AS at, m.hour, o.rule_id AS stored_rule,
                 o.because AS stored_because, d.name AS dispatched_to
          FROM unnest(cast(:ids AS bigint[]), cast(:works AS boolean[]), cast(:hours AS time[]))
               AS m(id, works, hour)
          JOIN case_file c ON c.id = m.id
          JOIN case_class k ON k.code = c.class_code
          LEFT JOIN grid g ON g.id = c.grid_id
          LEFT JOIN case_route o ON o.case_id = c.id
          LEFT JOIN unit d ON d.id = c.department_id) s
    LEFT JOIN LATERAL ({_FITTING} LIMIT 1) r ON true
    ORDER BY s.id DESC
""")


@dataclass(frozen=True)
class Fit:
    """A rule that fits, in words."""

    rule_id: int | None
    unit_id: int | None
    because: dict[str, Any]


@dataclass(frozen=True)
class Tried:
    """What the rules say of a class at a point: the grid there, and every rule that fits, in order."""

    grid_name: str | None
    first: str
    fits: list[Fit] = field(default_factory=list)


def tried(class_code: str, lon: float, lat: float, *, at: datetime) -> Tried:
    """What would become of a case of this class here (degrees WGS 84), at a moment."""
    x, y = to_metric(lon, lat)
    rows = db.session.execute(_TRY, {"class": class_code, "x": x, "y": y, **moment(at)}).all()
    first = OWNER_FIRST if class_code[:2] <= LAST_COMPONENT_MAJOR else TERRITORY_FIRST
    fits = [Fit(row.id, row.unit_id, row.because) for row in rows if row.id is not None]
    return Tried(rows[0].grid_name if rows else None, first, fits)


def last_cases(who: Actor, *, count: int = 100) -> list[Any]:
    """What the last cases that `who` may see would have got by the rules of this moment, newest first."""
    recent = db.session.execute(
        select(Case.id, Case.received_at)
        .where(visible(Case, who, "cases.see"))
        .order_by(Case.id.desc())
        .limit(count)
    ).all()
    moments = [moment(row.received_at) for row in recent]
    values = {
        "ids": [row.id for row in recent],
        "works": [each["works"] for each in moments],
        "hours": [each["hour"] for each in moments],
        "now": clock.now(),
    }
    return list(db.session.execute(_LAST, values))


def moment(at: datetime) -> dict[str, Any]:
    """A moment as rules see it: whether the office works that day, and the hour there."""
    office = timing.office()
    local = at.astimezone(office.zone)
    return {"at": at, "works": office.works(local.date()), "hour": local.time()}


def rules(*, ended: bool = False) -> list[RoutingRule]:
    """The rules in force or to come, or those that have ended, in the order in which they count."""
    upper = func.upper(RoutingRule.valid)
    gone = upper <= clock.now()
    found = (
        select(RoutingRule)
        .options(
            joinedload(RoutingRule.unit),
            joinedload(RoutingRule.grid),
            joinedload(RoutingRule.community),
            selectinload(RoutingRule.helpers),
        )
        .where(gone if ended else or_(upper.is_(None), ~gone))
        .order_by(
            RoutingRule.basis.desc(),
            RoutingRule.priority.desc(),
            RoutingRule.class_prefix,
            RoutingRule.id,
        )
        .limit(500)
    )
    return list(db.session.scalars(found))


def rule(rule_id: int) -> RoutingRule | None:
    """A rule with all that it names."""
    found = select(RoutingRule).options(selectinload(RoutingRule.helpers))
    return db.session.scalar(found.where(RoutingRule.id == rule_id))


def corners(made: RoutingRule) -> list[tuple[float, float]]:
    """The corners of the area of a rule, (lon, lat) degrees WGS 84, the first one once."""
    if made.geom is None:
        return []
    drawn = db.session.scalar(select(as_geojson(RoutingRule.geom)).where(RoutingRule.id == made.id))
    return [(lon, lat) for lon, lat in drawn["coordinates"][0][:-1]] if drawn else []


def departments(keys: list[int]) -> dict[int, Unit]:
    """Those of these keys that are departments."""
    found = select(Unit).where(Unit.id.in_(keys), Unit.kind == UnitKind.DEPARTMENT)
    return {unit.id: unit for unit in db.session.scalars(found)}


def communities() -> list[Unit]:
    """The communities, by name."""
    found = select(Unit).where(Unit.kind == UnitKind.COMMUNITY)
    return list(db.session.scalars(found.order_by(Unit.name)))


def community(key: int | None) -> Unit | None:
    """A community by its key."""
    found = select(Unit).where(Unit.id == key, Unit.kind == UnitKind.COMMUNITY)
    return db.session.scalar(found) if key else None


def grid(code: str | None) -> Grid | None:
    """A living grid by its code."""
    found = select(Grid).where(Grid.display_code == code, Grid.retired_at.is_(None))
    return db.session.scalar(found) if code else None


def touches_a_grid(shape: Any) -> bool:
    """True when a shape in metres lies at least partly in a grid."""
    found = select(GridVersion.id).where(
        func.upper_inf(GridVersion.valid), func.ST_Intersects(GridVersion.geom, shape)
    )
    return db.session.scalar(found.limit(1)) is not None


def of_the_same_rank(made: RoutingRule) -> list[RoutingRule]:
    """Other rules alike in basis, priority, class, place and period."""
    place: ColumnElement[bool]
    if made.geom is not None:
        place = func.ST_Intersects(RoutingRule.geom, made.geom) & ~func.ST_Touches(
            RoutingRule.geom, made.geom
        )
    else:
        place = (
            RoutingRule.geom.is_(None)
            & RoutingRule.grid_id.is_not_distinct_from(made.grid_id)
            & RoutingRule.community_id.is_not_distinct_from(made.community_id)
            & RoutingRule.grid_kind.is_not_distinct_from(made.grid_kind)
        )
    found = (
        select(RoutingRule)
        .options(selectinload(RoutingRule.helpers))
        .where(
            RoutingRule.id.is_distinct_from(made.id),
            RoutingRule.basis == made.basis,
            RoutingRule.priority == made.priority,
            RoutingRule.class_prefix == made.class_prefix,
            RoutingRule.valid.op("&&")(made.valid),
            place,
        )
        .order_by(RoutingRule.id)
    )
    return list(db.session.scalars(found))


def any_rule() -> bool:
    """True when there is or was a rule."""
    return db.session.scalar(select(RoutingRule.id).limit(1)) is not None
