"""Questions of feeds: the newest public cases of a place or a class, of somebody's own area, of one case."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, literal, or_, select, true, union
from sqlalchemy.orm import joinedload

from webapp.base.db import db
from webapp.base.spatial import SRID
from webapp.cases import publishing
from webapp.cases.models import Case, CaseClass
from webapp.cases.residents.models import Follow
from webapp.cases.residents.queries import shown_point
from webapp.interop.feeds.rules import ENTRIES

# A point of the storage CRS and the metres around it.
Near = tuple[float, float, int]


def cases(
    *, grid_id: int | None = None, class_prefix: str | None = None, near: Near | None = None
) -> list[Case]:
    """The newest public cases, of a grid, a class or a place where one is named."""
    keys = _newest()
    if grid_id is not None:
        keys = keys.where(Case.grid_id == grid_id)
    if near is not None:
        x, y, metres = near
        keys = keys.where(_within(func.ST_SetSRID(func.ST_MakePoint(x, y), SRID), literal(metres)))
    return _these(keys if class_prefix is None else _of_classes(keys, class_prefix))


def own_area(account_id: int, grid_ids: Collection[int]) -> list[Case]:
    """The newest public cases of some grids and of the places that an account follows."""
    held = _newest().where(Case.grid_id.in_(sorted(grid_ids))).subquery()
    mine = and_(
        Follow.account_id == account_id, Follow.ended_at.is_(None), Follow.confirmed_at.is_not(None)
    )
    wanted = or_(
        Follow.class_prefix.is_(None), func.starts_with(Case.class_code, Follow.class_prefix)
    )
    spot = _within(Follow.geom, func.coalesce(Follow.radius_m, 0))
    keys = union(
        select(held.c.id),
        # Each place by itself, so that each is found by its index.
        *(
            select(found.c.id).select_from(Follow).join(found, true()).where(mine)
            for found in (
                _newest().where(inside, wanted).correlate(Follow).lateral()
                for inside in (Case.grid_id == Follow.grid_id, spot)
            )
        ),
    ).subquery()
    return _these(select(keys.c.id).order_by(keys.c.id.desc()).limit(ENTRIES))


def _newest() -> Select[int]:
    return select(Case.id).where(publishing.clause()).order_by(Case.id.desc()).limit(ENTRIES)


def _these(keys: Select[int]) -> list[Case]:
    shown = (
        joinedload(Case.case_class),
        joinedload(Case.grid),
        joinedload(Case.department),
    )
    found = select(Case).options(*shown).where(Case.id.in_(keys.scalar_subquery()))
    return list(db.session.scalars(found.order_by(Case.id.desc())))


def _within(place: Any, metres: ColumnElement[int]) -> ColumnElement[bool]:
    """SQL: where the case stands, as the public may know it, is no farther from the place.

    The real point is looked for in a wider box by its index; what is told of it decides.
    """
    wider = func.ST_Expand(place, metres + publishing.COARSE_M)
    return and_(Case.geom.op("&&")(wider), func.ST_DWithin(shown_point(), place, metres))


def _of_classes(keys: Select[int], prefix: str) -> Select[int]:
    """The newest of some classes: those of each class by its index, and of them the newest."""
    each = keys.where(Case.class_code == CaseClass.code).correlate(CaseClass).lateral()
    return (
        select(each.c.id)
        .select_from(CaseClass)
        .join(each, true())
        .where(CaseClass.code.startswith(prefix, autoescape=True))
        .order_by(each.c.id.desc())
        .limit(ENTRIES)
    )


def class_names(prefix: str) -> tuple[str, str | None] | None:
    """What a class, or with two digits a group of classes, that residents may read is called."""
    found = select(CaseClass.name, CaseClass.name_en).where(CaseClass.public.is_(True))
    if len(prefix) == 2:
        found = select(CaseClass.major, literal(None)).where(CaseClass.public.is_(True))
        found = found.where(CaseClass.code.startswith(prefix, autoescape=True))
    else:
        found = found.where(CaseClass.code == prefix)
    row = db.session.execute(found.limit(1)).one_or_none()
    return (row[0], row[1]) if row else None
