"""Many points at once: their grids and unit cells found in memory, written with COPY.

    here = bulk.territory().locate(x, y)            # arrays in, arrays out, some 30 million points/s
    bulk.place(Household, x=x, y=y, name=names)     # rows of a placed table, trusted by its trigger

The answers are those of `grid_at` and `cell_at`, point by point.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from sqlalchemy import Row, delete, text

from webapp.base.datum import Datum, to_wgs84
from webapp.base.db import PATIENT, db
from webapp.base.spatial import SRID, WGS84, Placed, transformer
from webapp.grids import queries
from webapp.grids.copying import Points, Repeated, copy_in
from webapp.grids.locate import BORDERS_LOCK, REACH, RUN_SIDE_M
from webapp.grids.models import GridRun
from webapp.grids.raster import DOUBTFUL, NOBODY, Floats, Raster, Shapes

# Width of a raster cell in memory (metres): 2 % of the points of the default territory are tested at
# a border, and the table of 10 MB fits beside them in the processor's cache.
SIDE_M = 5.0


# So many cells a raster may have: two bytes each, and as many again while it is made.
MOST_CELLS = 20_000_000


@dataclass(frozen=True)
class Located:
    """Where points lie: keys of grid and version (0: outside every grid), border mark, unit cell."""

    grid_id: NDArray[np.int64]
    grid_version_id: NDArray[np.int64]
    on_border: NDArray[np.bool_]
    cell: NDArray[np.int32]
    cell_codes: Sequence[str]

    def __len__(self) -> int:
        return len(self.grid_id)

    @property
    def cell_code(self) -> list[str | None]:
        """The code of each point's unit cell, None where there is none."""
        return [self.cell_codes[each] if each >= 0 else None for each in self.cell]


class Territory:
    """The borders of one boundary set and the unit cells, as they were read from the database."""

    def __init__(self, side: float | None = None) -> None:
        borders = queries.borders_in_order()
        living = queries.cells_in_order()
        # Keys by place in the order of precedence; the last one is nobody's.
        self.grid_ids = np.array([*(row.grid_id for row in borders), 0], dtype=np.int64)
        self.version_ids = np.array([*(row.id for row in borders), 0], dtype=np.int64)
        self.cell_codes = [row.code for row in living]
        grids, cells = (_shapes(rows) for rows in (borders, living))
        west, south, east, north = shapely.total_bounds(np.concatenate([grids, cells]))
        extent = (west - REACH, south - REACH, east + REACH, north + REACH)
        side = side or fitting_side(east - west, north - south)
        self.grids = Raster(grids, side=side, extent=extent, reach=REACH)
        self.cells = Raster(cells, side=side, extent=extent)

    def locate(self, x: Floats, y: Floats) -> Located:
        """Where points in metres of the storage CRS lie. `ValueError`: one is not a number."""
        grid, cell = self.grids.find(x, y), self.cells.find(x, y)
        return Located(
            grid_id=self.grid_ids[grid.area],
            grid_version_id=self.version_ids[grid.area],
            on_border=grid.on_border,
            cell=cell.area,
            cell_codes=self.cell_codes,
        )


def _shapes(rows: list[Row[Any]]) -> Shapes:
    shapes: Shapes = np.empty(len(rows), dtype=object)
    shapes[:] = shapely.from_wkb([bytes(row.wkb) for row in rows])
    return shapes


# What a process keeps ready: two rasters of the borders in force.
KEPT = 2

_lock = threading.Lock()
_kept: dict[tuple[str, int, str, float | None], Territory] = {}


def fitting_side(width: float, height: float) -> float:
    """The width of raster cells (metres) for a territory: `SIDE_M`, or more for a very large one."""
    side = SIDE_M
    while (width / side) * (height / side) > MOST_CELLS:
        side *= 2
    return side


def territory(side: float | None = None) -> Territory:
    """The borders in force, made ready once in a process for each time that others take force.

    `side`: width of a raster cell in metres; wider ones are sooner ready and slower to ask. Raises
    `LookupError` while no set is in force.
    """
    active = queries.active_stamp()
    if active is None:
        raise LookupError("no boundary set is in force")
    key = (str(db.engine.url), *active, side)
    with _lock:
        if key not in _kept:
            db.session.execute(PATIENT)
            made = Territory(side)
            while len(_kept) >= KEPT:
                del _kept[next(iter(_kept))]
            _kept[key] = made
        return _kept[key]


def hold_borders() -> None:
    """No other borders take force until this transaction ends; what it places stays right."""
    db.session.execute(text(f"SELECT pg_advisory_xact_lock_shared({BORDERS_LOCK})"))


def metres(lon: Floats, lat: Floats, datum: Datum = Datum.WGS84) -> tuple[Floats, Floats]:
    """Arrays of degrees in a datum -> arrays of metres in the storage CRS."""
    if datum is not Datum.WGS84:
        pairs = [to_wgs84(*pair, datum) for pair in zip(lon.tolist(), lat.tolist(), strict=True)]
        lon, lat = np.array(pairs, dtype=np.float64).reshape(-1, 2).T
    x, y = transformer(WGS84, SRID).transform(lon, lat)
    return np.asarray(x), np.asarray(y)


def place(model: type[Placed], *, x: Floats, y: Floats, **columns: Any) -> Located:
    """One row for each point is in the table of the model, in its grid and unit cell.

    `columns` are its other columns: arrays or lists with a value for each row, or one value for all.
    Runs in the session's transaction. Keys, checks and other triggers hold as for any other writer.
    """
    hold_borders()
    here = territory().locate(x, y)
    outside = here.grid_id == 0
    columns |= {
        "geom": Points(x, y),
        "grid_id": np.ma.array(here.grid_id, mask=outside),
        "grid_version_id": np.ma.array(here.grid_version_id, mask=outside),
        "on_border": here.on_border,
        "cell_code": Repeated(here.cell_codes, here.cell),
    }
    db.session.flush()
    db.session.execute(text("SET LOCAL wangge.located = 'on'"))
    copy_in(model.__table__, columns, len(here))  # type: ignore[attr-defined]  # it is a table
    db.session.execute(text("SET LOCAL wangge.located = 'off'"))
    return here


def renew_runs() -> int:
    """`grid_run` knows the squares of the borders in force; answers how many rows it has."""
    ground = territory(side=RUN_SIDE_M)
    grids = ground.grids
    shape = (grids.rows, grids.columns)
    grid = grids.table.reshape(shape).astype(np.int64)
    cell = ground.cells.table.reshape(shape)
    known = (grid >= 0) & (cell != DOUBTFUL)
    both = np.where(known, grid * (len(ground.cell_codes) + 1) + cell + 1, NOBODY)
    changes = np.diff(both, axis=1, prepend=NOBODY, append=NOBODY) != 0
    row, first = np.nonzero(changes[:, :-1] & known)
    last = np.nonzero(changes[:, 1:] & known)[1]
    area = grid[row, first]
    on_border = area >= len(grids.areas)
    area -= on_border * len(grids.areas)
    db.session.execute(delete(GridRun))
    copy_in(
        GridRun.__table__,
        {
            "north": row + grids.row0,
            "west": first + grids.column0,
            "east": last + grids.column0,
            "grid_id": ground.grid_ids[area],
            "grid_version_id": ground.version_ids[area],
            "on_border": on_border,
            "cell_code": Repeated(ground.cell_codes, cell[row, first]),
        },
        len(row),
    )
    return len(row)
