"""Questions of public cases by the table in which they are kept ready: how many, how often changed, for tiles.

Squares of `told_count` that lie wholly in a box are counted by their sums, and only its rim case by case.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from datetime import timedelta
from functools import lru_cache
from typing import Any

import numpy as np

from webapp.base import reading
from webapp.cases.publishing import Shown
from webapp.cases.told.models import CELL_ZOOM, FIRST_DAY, WORLD
from webapp.interop.ogc.tiling import drawn
from webapp.interop.ogc.tiling.drawn import Ints, Named, Property
from webapp.interop.ogc.tiling.squares import EXTENT, MOST_IN_A_TILE, SQUARES, Tile
from webapp.interop.ogc.units import SIDE, Ground, of_tile

_ALL = "SELECT coalesce(sum(cases), 0) FROM told_count"
_SQUARES = "x BETWEEN %(x0)s AND %(x1)s AND y BETWEEN %(y0)s AND %(y1)s"
_WITHIN = """
    y BETWEEN %(y0{0})s AND %(y1{0})s
    AND coalesce(px BETWEEN %(west{0})s AND %(east{0})s
                 AND py BETWEEN %(north{0})s AND %(south{0})s, false)
"""
# Column by column the index is read just where it must be. A rim may be wider than any list: of its columns
# only those are looked at in which something is counted.
_IN_TILE = f"x = ANY(%(columns)s) AND {_WITHIN.format('')}"
_ON_RIM = f"""
    (SELECT count(*) FROM told_case
     WHERE x = ANY(ARRAY(SELECT DISTINCT o.x FROM told_count o
                         WHERE o.x BETWEEN %(x0{{0}})s AND %(x1{{0}})s
                           AND o.y BETWEEN %(y0{{0}})s AND %(y1{{0}})s))
       AND {_WITHIN})
"""


def how_many(box: Ground | None) -> int:
    """How many public cases are told to lie in the box, or at all. Exact."""
    if box is None:
        return int(reading.rows(_ALL, {})[0][0])
    inner, rim = box.cut()
    parts = [_ON_RIM.format(number) for number in range(len(rim))]
    values = {
        f"{name}{number}": value
        for number, each in enumerate(rim)
        for name, value in each.values.items()
    }
    if inner is not None:
        parts.append(f"({_ALL} WHERE {_SQUARES})")
        values |= inner.squares
    return int(reading.rows(f"SELECT {' + '.join(parts)}", values)[0][0])


def _of(at: Tile) -> dict[str, Any]:
    values = of_tile(at).values
    return {**values, "columns": list(range(values["x0"], values["x1"] + 1))}


_CHANGES = f"SELECT coalesce(sum(changes), 0)::bigint FROM told_count WHERE {_SQUARES}"


def changes(at: Tile) -> int:
    """How often anything on the ground of a tile has changed, as a number that is never the same again."""
    return int(reading.rows(_CHANGES, of_tile(at).squares)[0][0])


_MARKS = f"""
    SELECT ({_CHANGES}), string_agg(t.mark, ''), string_agg(t.named, ''),
           (SELECT json_object_agg(code, name)::text FROM case_class WHERE public),
           (SELECT json_object_agg(id, json_build_array(display_code, name))::text FROM grid),
           (SELECT json_object_agg(id, name)::text FROM unit)
    FROM (SELECT mark, named FROM told_case WHERE {_IN_TILE} LIMIT {MOST_IN_A_TILE}) t
"""
_MARK = np.dtype(
    [
        ("id", ">i8"),
        *((name, ">i4") for name in ("px", "py", "class_code", "grid", "department")),
        *((name, ">i2") for name in ("state", "received_at", "due_at", "closed_at")),
    ]
)


def tile(name: str, at: Tile) -> tuple[int, bytes]:
    """The cases of a tile, each for itself, and how often their ground had changed."""
    changed, marks, named, *words = reading.rows(_MARKS, _of(at))[0]
    if marks is None:
        return changed, b""
    classes, grids, units = (json.loads(each or "{}") for each in words)
    rows = np.frombuffer(marks, dtype=_MARK)
    read: dict[str, Ints] = {each: rows[each].astype(np.int64) for each in _MARK.names or ()}
    codes, of_code = drawn.among(read["class_code"])
    called = [f"{code:05}" for code in codes]
    states = [each.value for each in Shown]
    in_grid, of_grid = drawn.among(read["grid"])
    there = np.where(read["grid"] < 0, drawn.NOTHING, of_grid)
    about = [grids.get(str(each), ("", "")) for each in in_grid]
    led, of_led = drawn.among(read["department"])
    shared = [
        Property("class_code", called, of_code),
        Property("class_name", [classes.get(code, "") for code in called], of_code),
        Property("state", states, read["state"] >> 1),
        Property("grid", [code for code, _name in about], there),
        Property("grid_name", [each for _code, each in about], there),
        Property(
            "department",
            [units.get(str(each), "") for each in led],
            np.where(read["department"] < 0, drawn.NOTHING, of_led),
        ),
        Property("coarse", (False, True), read["state"] & 1),
        *_days({each: read[each] for each in ("received_at", "due_at", "closed_at")}),
    ]
    x, y = _in_tile(at, read["px"], read["py"])
    own = Named("number", bytes(named))
    body = drawn.layer(name, x, y, extent=EXTENT, shared=shared, keys=read["id"], own=own)
    return changed, body


def _days(columns: dict[str, Ints]) -> Iterator[Property]:
    """Moments are told to the day: that is enough to draw by, and many share it."""
    found, index = drawn.among(np.concatenate(list(columns.values())))
    words = [_day(each) for each in found]
    for (name, days), here in zip(columns.items(), np.split(index, len(columns)), strict=True):
        yield Property(name, words, np.where(days < 0, drawn.NOTHING, here))


@lru_cache(maxsize=10_000)
def _day(days: int) -> str:
    return (FIRST_DAY + timedelta(days=days)).isoformat()


def _in_tile(at: Tile, px: Ints, py: Ints) -> tuple[Ints, Ints]:
    side = SIDE >> at.zoom
    return (
        (px - at.column * side) * EXTENT // side,
        (py - at.row * side) * EXTENT // side,
    )


_GATHERED = f"""
    SELECT ({_CHANGES}), array_agg(g.x), array_agg(g.y), array_agg(g.count)
    FROM (SELECT {{x}}::integer AS x, {{y}}::integer AS y, {{count}}::integer AS count
          FROM {{source}} GROUP BY 1, 2 HAVING {{count}} > 0) g
"""
_BY_COUNTS = _GATHERED.format(
    x="x >> %(finer)s",
    y="y >> %(finer)s",
    count="sum(cases)",
    source=f"told_count WHERE {_SQUARES}",
)
_BY_CASES = _GATHERED.format(
    x="px >> %(finer)s",
    y="py >> %(finer)s",
    count="count(*)",
    source=f"told_case WHERE {_IN_TILE}",
)


def gathered(name: str, at: Tile) -> tuple[int, bytes]:
    """The cases of a tile gathered into squares, each with their number, and how often all had changed."""
    zoom = at.zoom + int(math.log2(SQUARES))
    by_counts = zoom <= CELL_ZOOM
    finer = (CELL_ZOOM if by_counts else WORLD) - zoom
    found = reading.rows(_BY_COUNTS if by_counts else _BY_CASES, {**_of(at), "finer": finer})[0]
    changed, *columns = found
    if columns[0] is None:
        return changed, b""
    x, y, counts = (np.array(each, dtype=np.int64) for each in columns)
    numbers, index = drawn.among(counts)
    step = EXTENT // SQUARES
    body = drawn.layer(
        name,
        (x - at.column * SQUARES) * step + step // 2,
        (y - at.row * SQUARES) * step + step // 2,
        extent=EXTENT,
        shared=[Property("count", numbers, index)],
    )
    return changed, body
