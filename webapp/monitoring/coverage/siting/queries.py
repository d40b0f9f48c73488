"""Questions for siting: what no camera sees, where a new one could stand, what it would see there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from sqlalchemy import func, select, text

from webapp.base.db import db
from webapp.base.spatial import SRID, to_lonlat
from webapp.grids import queries as grids
from webapp.grids.models import Grid, GridVersion
from webapp.monitoring.cameras.models import Camera
from webapp.monitoring.coverage.forms import SitingForm
from webapp.monitoring.coverage.rules import PIECE_M, Want
from webapp.monitoring.coverage.siting.rules import Aim, Floats, Marks, chosen
from webapp.travel import loaded

# What lies in the grids and in the sight of no camera: homes of the register, hazard points, places.
_UNSEEN = text("""
    SELECT w.what, ST_X(w.geom) AS x, ST_Y(w.geom) AS y, w.many
    FROM (
        SELECT 'homes' AS what, b.geom, b.grid_id, count(*) AS many
        FROM building b
        JOIN dwelling d ON d.building_id = b.id
        JOIN household h ON h.dwelling_id = d.id AND h.left_at IS NULL
        WHERE b.closed_at IS NULL
        GROUP BY b.id, b.geom, b.grid_id
        UNION ALL SELECT 'hazards', geom, grid_id, 1 FROM hazard_point WHERE closed_at IS NULL
        UNION ALL SELECT 'places', geom, grid_id, 1 FROM place WHERE kind <> 'camera'
    ) w
    WHERE w.geom IS NOT NULL AND w.grid_id IS NOT NULL
        AND (cast(:grid AS bigint) IS NULL OR w.grid_id = :grid)
        AND NOT EXISTS (
            SELECT FROM camera c WHERE c.closed_at IS NULL AND ST_Covers(c.visible, w.geom)
        )
    ORDER BY w.what, x, y
""")

# What a camera sees that looks so many degrees from the north of the grid; bearings are those of the compass.
_SIGHT = text(f"""
    SELECT aim.bearing, ST_AsBinary(seen.geom) AS shape,
        ST_AsGeoJSON(ST_Transform(seen.geom, 4326), 6)::json AS geometry
    FROM (SELECT ST_SetSRID(ST_MakePoint(:x, :y), {SRID}) AS point) here
    CROSS JOIN LATERAL (
        SELECT degrees(ST_Azimuth(
            ST_Transform(here.point, 4326)::geography,
            ST_Transform(ST_Translate(here.point, sin(:turn), cos(:turn)), 4326)::geography
        )) AS bearing
    ) aim
    CROSS JOIN LATERAL (
        SELECT camera_visible(
            camera_sector(here.point, aim.bearing, :fov, :range_m, 0), here.point, :high
        ) AS geom
    ) seen
""")


@dataclass(frozen=True)
class Proposal:
    """A place for a new camera: (lon, lat) degrees, bearing (degrees from north), its grid, the camera
    whose pole it is, what it would add, the share (0-1) of all unseen worth with it and those before it,
    and what it would see (GeoJSON)."""

    lonlat: tuple[float, float]
    bearing: float
    grid: GridVersion
    pole: str | None
    adds: dict[Want, float]
    share: float
    geometry: dict[str, Any]


@dataclass(frozen=True)
class Found:
    """The proposals, the best first, and how much of each is unseen before them."""

    proposals: Sequence[Proposal]
    unseen: dict[Want, float]
    places: int


def proposed(wish: SitingForm, grid: Grid | None) -> Found:
    """Where so many cameras of this make would see most of what no camera sees; at crossings and ends of
    roads, and on the poles of cameras that stand."""
    versions = [each for each in grids.active_versions() if grid is None or each.grid_id == grid.id]
    inside = shapely.STRtree([each.shape for each in versions])
    places, of_grid, poles = _places(inside)
    what, wanted, many = _wanted(inside, grid)
    price = wish.worth()
    worth = np.array([price[each] for each in what], dtype=float) * many
    total = float(worth.sum())
    sights: dict[Aim, Any] = {}

    def seen(aim: Aim) -> Marks:
        x, y = (float(each) for each in places[aim.place])
        said = {"x": x, "y": y, "turn": float(np.radians(aim.bearing)), "fov": wish.fov}
        said |= {"range_m": wish.range_m, "high": wish.mount_height_m}
        sights[aim] = sight = db.session.execute(_SIGHT, said).one()
        shape = shapely.from_wkb(bytes(sight.shape))
        shapely.prepare(shape)
        return np.asarray(shapely.intersects_xy(shape, wanted[:, 0], wanted[:, 1]))

    proposals, gained = [], 0.0
    found = chosen(
        places, wanted, worth, range_m=wish.range_m, fov=wish.fov, count=wish.count, seen=seen
    )
    for aim, adds in found:
        gained += float(worth[adds].sum())
        proposals.append(
            Proposal(
                lonlat=to_lonlat(*places[aim.place]),
                bearing=sights[aim].bearing,
                grid=versions[of_grid[aim.place]],
                pole=poles[aim.place],
                adds=_sums(what[adds], many[adds]),
                share=gained / total,
                geometry=sights[aim].geometry,
            )
        )
    return Found(proposals, _sums(what, many), len(places))


def _sums(what: Any, many: Floats) -> dict[Want, float]:
    return {each: float(many[what == each].sum()) for each in Want}


def _places(inside: shapely.STRtree) -> tuple[Floats, Any, list[str | None]]:
    """Where a camera could stand: (n, 2) metres, the number of its grid, whose pole it is."""
    lines = loaded.roads().edges.line
    ends = shapely.get_coordinates(
        np.concatenate([shapely.get_point(lines, 0), shapely.get_point(lines, -1)])
    )
    nodes = np.unique(np.round(ends, 2), axis=0)
    stand = select(func.ST_X(Camera.geom), func.ST_Y(Camera.geom), Camera.name).where(
        Camera.closed_at.is_(None), Camera.geom.is_not(None)
    )
    cameras = db.session.execute(stand.order_by(Camera.id)).all()
    spots = np.concatenate([nodes, np.array([row[:2] for row in cameras]).reshape(-1, 2)])
    names = [None] * len(nodes) + [row.name for row in cameras]
    at, of_grid = _first(inside, spots)
    return spots[at], of_grid, [names[each] for each in at]


def _wanted(inside: shapely.STRtree, grid: Grid | None) -> tuple[Any, Floats, Floats]:
    """What no camera sees: what it is, where (n, 2), how much of it."""
    rows = db.session.execute(_UNSEEN, {"grid": grid.id if grid else None}).all()
    lines = loaded.roads().edges.line
    length = shapely.length(lines)
    pieces = np.maximum(1, np.ceil(length / PIECE_M)).astype(np.int64)
    of_line = np.repeat(np.arange(len(lines)), pieces)
    number = np.arange(len(of_line)) - np.repeat(np.cumsum(pieces) - pieces, pieces)
    along = (number + 0.5) / pieces[of_line]
    middles = shapely.get_coordinates(
        shapely.line_interpolate_point(lines[of_line], along, normalized=True)
    )
    at, _of_grid = _first(inside, middles)
    seen = select(func.ST_AsBinary(Camera.visible)).where(
        Camera.closed_at.is_(None), Camera.visible.is_not(None)
    )
    shapes = shapely.from_wkb([bytes(each) for each in db.session.scalars(seen)])
    known, _of_camera = _first(shapely.STRtree(shapes), middles[at])
    at = np.delete(at, known)
    what = np.array([Want(row.what) for row in rows] + [Want.ROADS] * len(at), dtype=object)
    spots = np.array([(row.x, row.y) for row in rows], dtype=float).reshape(-1, 2)
    many = np.array([row.many for row in rows], dtype=float)
    metres = (length / pieces)[of_line[at]]
    return what, np.concatenate([spots, middles[at]]), np.concatenate([many, metres])


def _first(tree: shapely.STRtree, spots: Floats) -> tuple[Any, Any]:
    """The numbers of the spots that lie in one of the shapes, each once, and of the first of these shapes."""
    spot, shape = tree.query(shapely.points(spots), predicate="intersects")
    order = np.lexsort((shape, spot))
    inside, first = np.unique(spot[order], return_index=True)
    return inside, shape[order][first]
