"""Questions about cameras: which there are, which of them see a place, how much of a grid they see."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import hypot
from typing import Any

from geoalchemy2 import WKBElement
from sqlalchemy import ColumnElement, Float, RowMapping, Select, case, func, or_, select, text
from sqlalchemy.orm import joinedload

from webapp.base.access import Actor, visible
from webapp.base.db import containing, db
from webapp.base.spatial import as_geojson, to_lonlat, to_lonlats
from webapp.base.web import Page
from webapp.monitoring.cameras.models import Camera
from webapp.monitoring.cameras.rules import (
    BEYOND_M,
    BLIND_FROM_M2,
    FLOOR_M,
    HANGS_ON_M,
    KIND_WORDS,
    RETENTION_WORDS,
    WIDEST_LENS,
    Branch,
    CameraKind,
    CameraStatus,
    Retention,
    good_for,
    pixels_a_metre,
)

_LIVED = text("""
    UPDATE camera c SET beats = true, seen_at = coalesce(v.at, c.seen_at)
    FROM jsonb_to_recordset(cast(:rows AS jsonb)) AS v (id bigint, at timestamptz)
    WHERE c.id = v.id
""")

PAGE = 50
MOST_IN_TREE = 2000
SEEING = 12
SPOTS = 100

# A smaller ring around a camera (metres) is none: its points would lie on one another.
NEAR_FROM_M = 0.1

# Whoever looks so far around (degrees) sees all around: the rest is a slit with no ground in it.
WHOLE_FROM = 359.9

# A step of the arc (degrees): the area is then within 0.16 % of that of the circle.
ARC_STEP = 5

# The ground a camera sees. Bearings are those of the compass, so the arc is drawn on the globe and
# then laid into the metric CRS, whose north differs a little from that of the compass.
CAMERA_SECTOR = f"""
CREATE OR REPLACE FUNCTION camera_sector(
    point geometry, bearing float8, fov float8, range_m float8, near_m float8
) RETURNS geometry LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
DECLARE
    here geography; far_arc geometry; near_arc geometry; whole boolean := fov >= {WHOLE_FROM}; steps integer;
BEGIN
    IF point IS NULL OR fov IS NULL OR range_m IS NULL OR (bearing IS NULL AND NOT whole) THEN
        RETURN NULL;
    END IF;
    here := ST_Transform(point, 4326)::geography;
    steps := ceil(fov / {ARC_STEP});
    SELECT ST_MakeLine(array_agg(ST_Project(here, range_m, at)::geometry ORDER BY at)),
        CASE WHEN near_m >= {NEAR_FROM_M} THEN
            ST_MakeLine(array_agg(ST_Project(here, near_m, at)::geometry ORDER BY at)) END
    INTO far_arc, near_arc
    FROM (
        SELECT radians(coalesce(bearing, 0) - fov / 2 + fov * step / steps) AS at
        FROM generate_series(0, CASE WHEN whole THEN steps - 1 ELSE steps END) step
    ) arc;
    IF whole THEN
        far_arc := ST_AddPoint(far_arc, ST_StartPoint(far_arc));
        near_arc := ST_AddPoint(near_arc, ST_StartPoint(near_arc));
        far_arc := CASE WHEN near_arc IS NULL THEN ST_MakePolygon(far_arc)
            ELSE ST_MakePolygon(far_arc, ARRAY[near_arc]) END;
    ELSE
        far_arc := CASE WHEN near_arc IS NULL THEN ST_AddPoint(far_arc, here::geometry)
            ELSE ST_MakeLine(far_arc, ST_Reverse(near_arc)) END;
        far_arc := ST_MakePolygon(ST_AddPoint(far_arc, ST_StartPoint(far_arc)));
    END IF;
    RETURN ST_Transform(ST_SetSRID(far_arc, 4326), ST_SRID(point));
END $$
"""

# What a building hides from an eye that stands so high: itself, and the ground behind each of its walls,
# as far as the line over its roof comes down; all of it where it is as high as the eye, or nobody knows how
# high either is. Whatever hangs on its walls or stands on its roof looks away from it.
CAMERA_SHADOW = f"""
CREATE OR REPLACE FUNCTION camera_shadow(
    eye geometry, high float8, plan geometry, floors integer
) RETURNS geometry LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    WITH corner AS (
        SELECT d.path[1] AS place, d.geom,
            ST_Translate(ST_Scale(ST_Translate(d.geom, -ST_X(eye), -ST_Y(eye)), times, times), ST_X(eye), ST_Y(eye)) AS cast_to
        FROM ST_DumpPoints(ST_ExteriorRing(plan)) d, LATERAL (
            SELECT CASE WHEN high > floors * {FLOOR_M} THEN high / (high - floors * {FLOOR_M})
                ELSE {BEYOND_M} / ST_Distance(eye, d.geom) END AS times
        ) over_it
        WHERE NOT ST_DWithin(eye, plan, {HANGS_ON_M})
    )
    SELECT ST_Union(ST_MakeValid(plan), ST_UnaryUnion(ST_Collect(ST_CollectionExtract(
        ST_ConvexHull(ST_Collect(ARRAY[a.geom, b.geom, b.cast_to, a.cast_to])), 3))))
    FROM corner a JOIN corner b ON b.place = a.place + 1
$$
"""

# What is left of a sector behind the buildings whose ground plans are known.
CAMERA_VISIBLE = """
CREATE OR REPLACE FUNCTION camera_visible(
    sector geometry, eye geometry, high float8
) RETURNS geometry LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT ST_Multi(CASE WHEN hidden.geom IS NULL THEN sector
        ELSE ST_CollectionExtract(ST_Difference(sector, hidden.geom), 3) END)
    FROM (
        SELECT ST_UnaryUnion(ST_Collect(camera_shadow(eye, high, b.outline, b.floors))) AS geom
        FROM building b
        WHERE b.closed_at IS NULL AND ST_Intersects(b.outline, sector)
    ) hidden
$$
"""

CAMERA_SEES = """
CREATE OR REPLACE FUNCTION camera_sees() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.sector := camera_sector(NEW.geom, NEW.bearing, NEW.fov, NEW.range_m, NEW.near_m);
    NEW.visible := camera_visible(NEW.sector, NEW.geom, NEW.mount_height_m);
    RETURN NEW;
END $$
"""

CAMERA_SEES_TRIGGER = (
    "CREATE TRIGGER camera_sees BEFORE INSERT OR UPDATE OF geom, bearing, fov, range_m, near_m,"
    " mount_height_m, sector ON camera FOR EACH ROW EXECUTE FUNCTION camera_sees()"
)

# A new ground plan takes its shadow from what cameras see: a file of thousands is soon done. Where one
# is changed or gone, the cameras around look anew. In the order of their keys: two never wait in a circle.
BUILDING_HIDES = """
CREATE OR REPLACE FUNCTION building_hides() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    before geometry; behind geometry; keys bigint[];
BEGIN
    IF TG_OP <> 'INSERT' AND OLD.closed_at IS NULL THEN before := OLD.outline; END IF;
    IF TG_OP <> 'DELETE' AND NEW.closed_at IS NULL THEN behind := NEW.outline; END IF;
    IF before IS NULL AND behind IS NULL OR TG_OP = 'UPDATE' AND before::bytea = behind::bytea
        AND OLD.floors IS NOT DISTINCT FROM NEW.floors
    THEN
        RETURN NULL;
    END IF;
    SELECT array_agg(c.id) INTO keys FROM (
        SELECT id FROM camera
        WHERE closed_at IS NULL AND ST_Intersects(sector, ST_Collect(before, behind))
        ORDER BY id FOR UPDATE
    ) c;
    IF before IS NULL THEN
        UPDATE camera c SET visible = ST_Multi(ST_CollectionExtract(ST_Difference(c.visible, hidden.geom), 3))
        FROM camera o, LATERAL (
            SELECT camera_shadow(o.geom, o.mount_height_m, behind, NEW.floors) AS geom
        ) hidden
        WHERE c.id = ANY (keys) AND o.id = c.id AND hidden.geom IS NOT NULL;
    ELSE
        UPDATE camera SET sector = sector WHERE id = ANY (keys);
    END IF;
    RETURN NULL;
END $$
"""

BUILDING_HIDES_TRIGGER = (
    "CREATE TRIGGER building_hides AFTER INSERT OR DELETE OR UPDATE OF outline, floors, closed_at"
    " ON building FOR EACH ROW EXECUTE FUNCTION building_hides()"
)

# Of each grid: the part that is seen, the part that only one camera sees and which camera that is
# most of, and the blind spots that are large enough to count.
_COVERAGE = text(f"""
    WITH part AS (
        SELECT v.id AS version_id, c.id AS camera_id, c.name,
            ST_CollectionExtract(ST_Intersection(c.visible, v.geom), 3) AS geom
        FROM grid_version v
        JOIN camera c ON ST_Intersects(c.visible, v.geom)
        WHERE v.set_id = :set AND c.closed_at IS NULL
    ), seen AS (
        SELECT version_id, count(*) AS cameras, ST_Union(geom) AS geom FROM part GROUP BY version_id
    ), alone AS (
        SELECT p.version_id, p.camera_id, p.name,
            ST_Area(p.geom) - coalesce(ST_Area(ST_Intersection(p.geom, others.geom)), 0) AS area
        FROM part p LEFT JOIN LATERAL (
            SELECT ST_Union(o.geom) AS geom FROM part o
            WHERE o.version_id = p.version_id AND o.camera_id <> p.camera_id
                AND ST_Intersects(o.geom, p.geom)
        ) others ON true
    ), weak AS (
        SELECT version_id, sum(area) AS area, max(area) AS most,
            (array_agg(camera_id ORDER BY area DESC, camera_id))[1] AS camera_id,
            (array_agg(name ORDER BY area DESC, camera_id))[1] AS name
        FROM alone GROUP BY version_id
    ), blind AS (
        SELECT v.id AS version_id, count(*) AS spots, sum(ST_Area(d.geom)) AS area
        FROM grid_version v
        JOIN seen s ON s.version_id = v.id,
        LATERAL ST_Dump(ST_Difference(v.geom, s.geom)) d
        WHERE ST_Area(d.geom) >= {BLIND_FROM_M2}
        GROUP BY v.id
    )
    SELECT v.grid_id, v.display_code, v.name, v.kind, v.area_m2,
        coalesce(s.cameras, 0) AS cameras, coalesce(ST_Area(s.geom), 0) AS seen_m2,
        coalesce(w.area, 0) AS alone_m2, w.most AS most_m2, w.camera_id AS weak_id, w.name AS weak_name,
        CASE WHEN s.version_id IS NULL THEN 1 ELSE coalesce(b.spots, 0) END AS spots,
        CASE WHEN s.version_id IS NULL THEN v.area_m2 ELSE coalesce(b.area, 0) END AS blind_m2
    FROM grid_version v
    LEFT JOIN seen s ON s.version_id = v.id
    LEFT JOIN weak w ON w.version_id = v.id
    LEFT JOIN blind b ON b.version_id = v.id
    WHERE v.set_id = :set
    ORDER BY coalesce(ST_Area(s.geom), 0) / v.area_m2, v.code
""")

_BLIND = text(f"""
    SELECT ST_Area(d.geom) AS area_m2, ST_X(middle.at) AS x, ST_Y(middle.at) AS y,
        ST_AsGeoJSON(ST_Transform(ST_SimplifyPreserveTopology(d.geom, 0.5), 4326), 6)::json AS geometry
    FROM grid_version v
    CROSS JOIN LATERAL (
        SELECT ST_Union(c.visible) AS geom FROM camera c
        WHERE c.closed_at IS NULL AND ST_Intersects(c.visible, v.geom)
    ) s
    CROSS JOIN LATERAL ST_Dump(CASE WHEN s.geom IS NULL THEN v.geom
        ELSE ST_Difference(v.geom, s.geom) END) d
    CROSS JOIN LATERAL (SELECT ST_PointOnSurface(d.geom) AS at) middle
    WHERE v.grid_id = :grid AND v.set_id = :set AND ST_Area(d.geom) >= {BLIND_FROM_M2}
    ORDER BY area_m2 DESC LIMIT {SPOTS}
""")


# Pixels of a picture for each unit of its width one metre away, as `rules.pixels_a_metre` has it.
_FINE = Camera.width_px / case(
    (Camera.fov > WIDEST_LENS, func.radians(Camera.fov)),
    else_=2 * func.tan(func.radians(Camera.fov / 2)),
)


@dataclass(frozen=True)
class Seen:
    """A camera that sees a place: how far away it is (metres), and what its picture is good for there.

    `sure` is False where its bearing is known only roughly.
    """

    camera: Camera
    metres: float
    pixels: float
    words: Any
    sure: bool


def one(camera_id: int) -> Camera | None:
    """A camera with its grid."""
    found = select(Camera).options(joinedload(Camera.grid)).where(Camera.id == camera_id)
    return db.session.scalar(found)


def by_source(source: str, external_id: str) -> Camera | None:
    """The camera that a source calls so."""
    found = select(Camera).where(Camera.source == source, Camera.external_id == external_id)
    return db.session.scalar(found)


def of_source(source: str) -> dict[str, Camera]:
    """All cameras of a source, by what it calls them."""
    found = select(Camera).where(Camera.source == source)
    return {each.external_id: each for each in db.session.scalars(found)}


def codes_below(source: str, box: str) -> set[str]:
    """What a source calls the open cameras that hang on one of its boxes: each begins with the box and a slash."""
    found = select(Camera.external_id).where(
        Camera.source == source,
        Camera.closed_at.is_(None),
        func.starts_with(Camera.external_id, f"{box}/"),
    )
    return set(db.session.scalars(found))


def of_national_numbers(numbers: Collection[str]) -> dict[str, Camera]:
    """The open cameras of these numbers of GB/T 28181, whichever source knows them."""
    found = select(Camera).where(Camera.gb_id.in_(sorted(numbers)), Camera.closed_at.is_(None))
    return {str(each.gb_id): each for each in db.session.scalars(found)}


def lived(moments: Mapping[int, datetime | None]) -> None:
    """The cameras of these keys are heard of again and again, and lived last at these moments."""
    rows = [{"id": key, "at": at and at.isoformat()} for key, at in sorted(moments.items())]
    db.session.execute(_LIVED, {"rows": json.dumps(rows)})


def silent_since(moment: datetime) -> Sequence[Camera]:
    """Cameras that beat, count as online, and were not heard of since that moment."""
    found = select(Camera).where(
        Camera.beats,
        Camera.closed_at.is_(None),
        Camera.status == CameraStatus.ONLINE,
        Camera.seen_at < moment,
    )
    return db.session.scalars(found.order_by(Camera.id)).all()


def narrowed(
    who: Actor,
    *,
    words: str = "",
    kind: str | None = None,
    status: str | None = None,
    grid_id: int | None = None,
    owner: str | None = None,
) -> Select[Any]:
    """SQL: cameras that `who` may see, in the order of their numbers."""
    found = select(Camera).where(visible(Camera, who, "cameras.see"), Camera.closed_at.is_(None))
    if words:
        pattern = containing(words)
        names = (Camera.name, Camera.external_id, Camera.gb_id, Camera.owner)
        found = found.where(or_(*(each.ilike(pattern) for each in names)))
    if kind in list(CameraKind):
        found = found.where(Camera.kind == kind)
    if status in list(CameraStatus):
        found = found.where(Camera.status == status)
    if grid_id is not None:
        found = found.where(Camera.grid_id == grid_id)
    if owner:
        found = found.where(Camera.owner == owner)
    return found.order_by(Camera.id)


def listed(
    who: Actor, *, after: int | None = None, limit: int = PAGE, **narrowing: Any
) -> Page[Camera]:
    """Cameras that `who` may see, in the order of their numbers, found by words, kind, status or grid."""
    found = narrowed(who, **narrowing).options(joinedload(Camera.grid))
    if after is not None:
        found = found.where(Camera.id > after)
    rows = list(db.session.scalars(found.limit(limit + 1)))
    return Page(rows[:limit], rows[limit - 1].id if len(rows) > limit else None)


@dataclass(frozen=True)
class Gathered:
    """Cameras that have something in common: its key and words (None: nobody has said), how many answer."""

    key: str | None
    words: Any
    cameras: list[Camera]

    @property
    def reachable(self) -> int:
        """How many of them answer."""
        return sum(each.status == CameraStatus.ONLINE for each in self.cameras)


def tree(who: Actor, by: Branch, *, limit: int = MOST_IN_TREE) -> list[Gathered]:
    """The first cameras that `who` may see, gathered by one thing; those of whom it is not said come last."""
    found = narrowed(who).options(joinedload(Camera.grid)).order_by(None)
    rows = db.session.scalars(found.order_by(Camera.name, Camera.id).limit(limit))
    gathered: dict[str | None, Gathered] = {}
    for camera in rows:
        key, words = _branch(camera, by)
        gathered.setdefault(key, Gathered(key, words, [])).cameras.append(camera)
    return sorted(gathered.values(), key=lambda each: (each.key is None, str(each.words)))


def _branch(camera: Camera, by: Branch) -> tuple[str | None, Any]:
    match by:
        case Branch.GRID:
            grid = camera.grid
            return (grid.display_code, grid.name) if grid else (None, None)
        case Branch.KIND:
            return camera.kind, KIND_WORDS[CameraKind(camera.kind)]
        case Branch.RETENTION:
            said = camera.retention
            return said, RETENTION_WORDS[Retention(said)] if said else None
    return camera.owner, camera.owner


def counts(who: Actor) -> dict[str, int]:
    """How many cameras that `who` may see have each status."""
    found = (
        select(Camera.status, func.count())
        .where(visible(Camera, who, "cameras.see"), Camera.closed_at.is_(None))
        .group_by(Camera.status)
    )
    return {status: count for status, count in db.session.execute(found)}


def seeing(who: Actor, at: WKBElement, *, limit: int = SEEING) -> list[Seen]:
    """The cameras that see a point, of those that `who` may see, the nearest first.

    Of those on one pole (the same whole metre) the ones that answer come first, then the finer pictures.
    """
    away = func.ST_Distance(Camera.geom, at, type_=Float)
    online = case({CameraStatus.ONLINE: 0, CameraStatus.UNKNOWN: 1}, value=Camera.status, else_=2)
    found = (
        select(Camera, away)
        .options(joinedload(Camera.grid))
        .where(
            visible(Camera, who, "cameras.see"),
            Camera.closed_at.is_(None),
            func.ST_Covers(Camera.visible, at),
        )
        .order_by(func.round(away), online, _FINE.desc(), away, Camera.id)
        .limit(limit)
    )
    return [_seen(camera, metres) for camera, metres in db.session.execute(found)]


def _seen(camera: Camera, metres: float) -> Seen:
    slant = hypot(metres, camera.mount_height_m or 0)
    pixels = pixels_a_metre(slant, fov=camera.fov or 360, width_px=camera.width_px)
    return Seen(camera, metres, pixels, good_for(pixels), camera.bearing_doubt == 0)


def coverage(set_id: int) -> Sequence[RowMapping]:
    """Of each grid of a boundary set: what is seen, by one camera alone, and not at all; the least seen first."""
    return db.session.execute(_COVERAGE, {"set": set_id}).mappings().all()


@dataclass(frozen=True)
class Spot:
    """Ground that no camera sees: its size, a point inside (degrees WGS 84), its outline as GeoJSON."""

    area_m2: float
    lon: float
    lat: float
    geometry: dict[str, Any]


def blind_spots(grid_id: int, set_id: int) -> list[Spot]:
    """What no camera of any grid sees in a grid, the largest first."""
    rows = db.session.execute(_BLIND, {"grid": grid_id, "set": set_id})
    return [Spot(row.area_m2, *to_lonlat(row.x, row.y), row.geometry) for row in rows]


def points(who: Actor, *, limit: int) -> list[list[Any]]:
    """Cameras on a map: [id, lon, lat, name, grid_id]; at most `limit` + 1."""
    found = (
        select(
            Camera.id, func.ST_X(Camera.geom), func.ST_Y(Camera.geom), Camera.name, Camera.grid_id
        )
        .where(*_drawn(who), Camera.geom.is_not(None))
        .order_by(Camera.id)
        .limit(limit + 1)
    )
    rows = db.session.execute(found).all()
    lons, lats = to_lonlats([row[1] for row in rows], [row[2] for row in rows], digits=6)
    return [[row[0], lon, lat, *row[3:]] for row, lon, lat in zip(rows, lons, lats, strict=True)]


def sectors(who: Actor, *, camera_id: int | None = None, limit: int) -> list[Any]:
    """What cameras see: (id, name, status, geometry as GeoJSON), what buildings hide left out."""
    return _shapes(who, Camera.visible, camera_id, limit)


def whole_sector(who: Actor, camera_id: int) -> list[Any]:
    """The same of one camera with what buildings hide; nothing where they hide nothing."""
    hidden = func.ST_Area(Camera.sector) - func.ST_Area(Camera.visible) > 1
    return _shapes(who, Camera.sector, camera_id, 1, hidden)


def _shapes(
    who: Actor, shape: Any, camera_id: int | None, limit: int, *where: ColumnElement[bool]
) -> list[Any]:
    found = (
        select(Camera.id, Camera.name, Camera.status, as_geojson(shape).label("geometry"))
        .where(*_drawn(who), shape.is_not(None), *where)
        .order_by(Camera.id)
        .limit(limit)
    )
    if camera_id is not None:
        found = found.where(Camera.id == camera_id)
    return list(db.session.execute(found))


def _drawn(who: Actor) -> tuple[ColumnElement[bool], ...]:
    return visible(Camera, who, "cameras.see"), Camera.closed_at.is_(None)
