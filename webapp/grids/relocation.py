"""What is placed follows the borders: rows are located again, and features say what follows from it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    ColumnElement,
    Row,
    TableValuedAlias,
    Text,
    cast,
    func,
    or_,
    update,
)

from webapp.base import audit
from webapp.base.access import Actor
from webapp.base.db import Base, db
from webapp.base.spatial import Placed
from webapp.grids import bulk, queries
from webapp.grids.locate import RUN_SIDE_M
from webapp.grids.models import BoundarySet, Place

# Told when a set has taken force, in the same transaction; answers how many things changed.
Follow = Callable[[BoundarySet, Actor | None], int]

FOLLOWERS: dict[str, Follow] = {}


@dataclass(frozen=True)
class Relocated:
    """A row that lies in another grid than it did (None: in no grid)."""

    id: int
    old_grid_id: int | None
    old_version_id: int | None
    new_grid_id: int | None
    new_version_id: int | None


def follow(name: str, follower: Follow) -> None:
    """The feature is told of new borders from now on, under this name."""
    FOLLOWERS[name] = follower


def tell_followers(made: BoundarySet, *, by: Actor | None) -> dict[str, int]:
    """Every feature has followed the set in force; answers how many things changed in each."""
    return {name: follower(made, by) for name, follower in FOLLOWERS.items()}


def relocate(model: type[Base], *where: ColumnElement[bool]) -> list[Relocated]:
    """Rows of a placed table (those that fulfil `where`) stand where the borders in force say.

    Only rows whose grid, border mark or unit cell differ are written; a row that stops fulfilling
    `where` before it is written stays as it was. Answers those that lie in another grid now.
    """
    if not issubclass(model, Placed):
        raise TypeError(f"{model.__name__} is not placed")
    db.session.flush()
    rows = queries.placed_rows(model, *where)
    if not rows:
        return []
    wrong = {
        old.id: (old, new)
        for old, new in zip(rows, _located(rows), strict=True)
        if (old.grid_id, old.on_border, old.cell_code) != (new[0], new[2], new[3])
    }
    if not wrong:
        return []
    written = _write(model, [(key, *new) for key, (_old, new) in wrong.items()], where)
    for thing in db.session.identity_map.values():
        if isinstance(thing, model):
            db.session.expire(thing)
    return [
        Relocated(key, old.grid_id, old.grid_version_id, new[0], new[1])
        for key, (old, new) in wrong.items()
        if key in written and old.grid_id != new[0]
    ]


def relocate_in_log(
    model: type[Base], *where: ColumnElement[bool], kind: str, by: Actor | None
) -> list[Relocated]:
    """As `relocate`, and the log of each thing of this kind that moved says from which grid to which."""
    moved = relocate(model, *where)
    audit.record_many(
        [
            audit.Event(
                thing_kind=kind,
                thing_id=each.id,
                move="relocate",
                actor_id=by.id if by else None,
                grid_id=each.new_grid_id,
                grid_version_id=each.new_version_id,
                data={"old_grid": each.old_grid_id},
            )
            for each in moved
        ]
    )
    return moved


def _located(rows: list[Row[Any]]) -> Iterable[tuple[int | None, int | None, bool, str | None]]:
    """Grid, version, border mark and unit cell of each row."""
    x, y = (np.array([getattr(row, axis) for row in rows]) for axis in ("x", "y"))
    here = bulk.territory(side=RUN_SIDE_M).locate(x, y)
    return zip(
        [key or None for key in here.grid_id.tolist()],
        [key or None for key in here.grid_version_id.tolist()],
        here.on_border.tolist(),
        here.cell_code,
        strict=True,
    )


def _write(
    model: type[Base], rows: list[tuple[Any, ...]], where: tuple[ColumnElement[bool], ...]
) -> set[int]:
    table, columns = model.__table__, ("grid_id", "grid_version_id", "on_border", "cell_code")
    now = _as_table(rows, ("id", *columns))
    written = db.session.scalars(
        update(table)  # type: ignore[arg-type]  # a model's table
        .where(table.c.id == now.c.id, *where)
        .where(or_(*(table.c[name].is_distinct_from(now.c[name]) for name in columns)))
        .values({name: now.c[name] for name in columns})
        .returning(table.c.id)
    )
    return set(written)


def _as_table(rows: list[tuple[Any, ...]], names: tuple[str, ...]) -> TableValuedAlias:
    kinds: tuple[Any, ...] = (BigInteger, BigInteger, BigInteger, Boolean, Text)
    columns = [
        cast(list(values), ARRAY(kind))
        for values, kind in zip(zip(*rows, strict=True), kinds, strict=True)
    ]
    return func.unnest(*columns).table_valued(*names, name="now_there").render_derived()


def _places(made: BoundarySet, by: Actor | None) -> int:
    return len(relocate(Place))


follow("places", _places)
