"""Other borders for tests: the grids in force, drawn again with some of them changed."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import shapely
from flask import Flask
from shapely import Polygon

from tests import databases
from webapp.app import create_app
from webapp.base.access import Actor
from webapp.base.config import Settings
from webapp.base.db import db
from webapp.base.spatial import shape_of
from webapp.grids import actions, queries
from webapp.grids.actions import Drawn
from webapp.grids.models import BoundarySet, Grid
from webapp.grids.rules import GridKind


@contextmanager
def app_of_its_own(cluster_url: str, house: Flask) -> Iterator[Flask]:
    """The app on a database of its own, for what several connections do at once."""
    name = f"test_{uuid.uuid4().hex[:10]}"
    values = {
        "WANGGE_ENV": "test",
        "DATABASE_URL": databases.clone(cluster_url, name),
        "SECRET_KEY": "a key that only tests use, long enough",
        "INSTANCE": str(house.extensions["settings"].instance),
    }
    app = create_app(Settings.from_environment(values))
    try:
        yield app
        with app.app_context():
            db.engine.dispose()
    finally:
        databases.drop(cluster_url, name)


def borders() -> dict[str, Polygon]:
    """The borders in force by code, in metres."""
    return {each.code: shape_of(each.geom) for each in queries.active_versions()}


def border_of(grid: Grid) -> Polygon:
    """The border of a grid in force, in metres."""
    return borders()[grid.code]


def neighbours() -> tuple[str, str]:
    """The codes of two grids of one kind with a long common border, the first in order."""
    found = {each.code: each for each in queries.active_versions()}
    shapes = borders()
    for first in sorted(shapes):
        for second in sorted(shapes):
            if first < second and found[first].kind == found[second].kind:
                common = shapes[first].intersection(shapes[second])
                if common.length > 300:
                    return first, second
    raise AssertionError("no two grids have a long common border")


def drawn(changes: Mapping[str, Polygon | None], **new: Polygon) -> list[Drawn]:
    """The grids in force with other borders for some; None takes one out, `new` (letters) adds some.

    A new grid `A` has the code of the first changed one with A as its last letter.
    """
    versions = queries.active_versions()
    rows = [
        Drawn(
            code=each.code,
            name=each.name,
            kind=GridKind(each.kind),
            community_id=each.community_id,
            geom=geom,
        )
        for each in versions
        if (geom := changes.get(each.code, shape_of(each.geom))) is not None
    ]
    like = next((each for each in versions if each.code in changes), versions[0])
    rows += [
        Drawn(
            code=like.code[:-1] + letter,
            name=f"新网格{letter}",
            kind=GridKind(like.kind),
            community_id=like.community_id,
            geom=geom,
        )
        for letter, geom in new.items()
    ]
    return rows


def draft(
    changes: Mapping[str, Polygon | None], *, by: Actor | None = None, **new: Polygon
) -> BoundarySet:
    """A draft of these borders, based on those in force."""
    street = queries.root()
    assert street is not None
    return actions.draft(
        title="新边界",
        grids=drawn(changes, **new),
        unit=street,
        by=by,
        based_on=queries.active_set(),
    )


def put_in_force(changes: Mapping[str, Polygon | None], **new: Polygon) -> BoundarySet:
    """These borders are in force."""
    made = draft(changes, **new)
    actions.activate(made, by=None)
    return made


def bitten(first: str, second: str, *, radius: float = 60) -> dict[str, Polygon]:
    """The first grid gives the second a round piece at the middle of their common border."""
    shapes = borders()
    common = shapely.line_merge(shapes[first].intersection(shapes[second]))
    longest = max(shapely.get_parts(common), key=lambda each: float(each.length))
    middle = longest.interpolate(0.5, normalized=True)
    bite = middle.buffer(radius).intersection(shapes[first])
    pieces = {
        first: shapes[first].difference(bite),
        second: shapely.union(shapes[second], bite, grid_size=0.001),
    }
    return {
        code: max(shapely.get_parts(each), key=lambda p: float(p.area))
        for code, each in pieces.items()
    }


def halves(shape: Polygon) -> tuple[Polygon, Polygon]:
    """A grid cut in two by a line from north to south."""
    west, south, east, north = shape.bounds
    middle = (west + east) / 2
    sides = shapely.box(west, south, middle, north), shapely.box(middle, south, east, north)
    first, second = (
        max(shapely.get_parts(shape.intersection(side)), key=lambda p: float(p.area))
        for side in sides
    )
    return first, second
