"""Questions about cases: one, lists, the map, who could go."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Any

from sqlalchemy import Select, func, or_, select, text
from sqlalchemy.orm import joinedload, selectinload

from webapp.base.access import Actor, visible
from webapp.base.db import db
from webapp.cases.models import Assignment, Case, CaseClass, CaseMedia
from webapp.cases.rules import OPEN

PAGE = 50


def one(case_id: int) -> Case | None:
    """A case with everything its page shows."""
    return db.session.scalar(
        select(Case)
        .options(
            joinedload(Case.case_class),
            joinedload(Case.grid),
            joinedload(Case.reporter),
            joinedload(Case.handler),
            joinedload(Case.checker),
            selectinload(Case.media).joinedload(CaseMedia.file),
        )
        .where(Case.id == case_id)
    )


def by_number(number: str) -> Case | None:
    """A case by the number that people know."""
    return db.session.scalar(select(Case).where(Case.number == number))


def by_client_id(client_id: uuid.UUID) -> Case | None:
    """The case that a phone's report became, if it has arrived before."""
    return db.session.scalar(select(Case).where(Case.client_id == client_id))


def listed(
    who: Actor,
    *,
    states: Iterable[str] = OPEN,
    grid_id: int | None = None,
    outside: bool = False,
    mine: bool = False,
    before: int | None = None,
    limit: int = PAGE,
) -> list[Case]:
    """Cases that `who` may see, newest first; `before` is the key where the last page ended."""
    found: Select[tuple[Case]] = (
        select(Case)
        .options(
            joinedload(Case.case_class), joinedload(Case.grid), joinedload(Case.handler)
        )
        .where(visible(Case, who, "cases.see"), Case.state.in_(list(states)))
        .order_by(Case.id.desc())
        .limit(limit)
    )
    if grid_id is not None:
        found = found.where(Case.grid_id == grid_id)
    if outside:
        found = found.where(Case.grid_id.is_(None))
    if mine:
        found = found.where(or_(Case.handler_id == who.id, Case.checker_id == who.id))
    if before is not None:
        found = found.where(Case.id < before)
    return list(db.session.scalars(found))


def counts(who: Actor) -> dict[str, int]:
    """How many cases `who` may see in each state."""
    rows = db.session.execute(
        select(Case.state, func.count())
        .where(visible(Case, who, "cases.see"), Case.state.in_(list(OPEN)))
        .group_by(Case.state)
    )
    return {state: count for state, count in rows}


def open_by_grid(who: Actor) -> dict[int, int]:
    """How many open cases each grid has, of those that `who` may see."""
    rows = db.session.execute(
        select(Case.grid_id, func.count())
        .where(visible(Case, who, "cases.see"), Case.state.in_(list(OPEN)))
        .where(Case.grid_id.is_not(None))
        .group_by(Case.grid_id)
    )
    return {grid: count for grid, count in rows}


def classes(words: str | None = None, limit: int = 30) -> list[CaseClass]:
    """Classes whose name, code or keyword contains the words; without words the commonest."""
    found = select(CaseClass)
    if words:
        pattern = f"%{words.strip()}%"
        found = found.where(
            or_(
                CaseClass.name.ilike(pattern),
                CaseClass.name_en.ilike(pattern),
                CaseClass.code.like(pattern),
                CaseClass.major.like(pattern),
                func.array_to_string(CaseClass.keywords, " ").ilike(pattern),
            )
        )
    else:
        found = found.where(CaseClass.common_rank.is_not(None))
    found = found.order_by(CaseClass.common_rank.nulls_last(), CaseClass.code)
    return list(db.session.scalars(found.limit(limit)))


def open_assignment(case_id: int, duty: str) -> Assignment | None:
    """Who is sent to the case for this duty now."""
    return db.session.scalar(
        select(Assignment).where(
            Assignment.case_id == case_id,
            Assignment.duty == duty,
            Assignment.ended_at.is_(None),
        )
    )


# Whoever holds a field post, by the straight way from the nearest of their grids; the grid's own first
# within 600 m. Travel by road, load and skill come with the dispatch of the case desk.
_CANDIDATES = text("""
    SELECT a.id, a.name, g.name AS grid_name, p.role,
           p.grid_id = c.grid_id AS own_grid,
           min(ST_Distance(v.geom, c.geom)) AS away_m,
           (SELECT count(*) FROM assignment x
            WHERE x.account_id = a.id AND x.ended_at IS NULL) AS open_duties
    FROM case_file c
    JOIN post p ON p.valid @> now() AND p.grid_id IS NOT NULL
        AND p.role IN ('grid_worker', 'grid_leader', 'part_time_worker')
    JOIN account a ON a.id = p.account_id AND a.locked_at IS NULL
    JOIN grid g ON g.id = p.grid_id
    JOIN grid_version v ON v.grid_id = g.id AND upper_inf(v.valid)
    WHERE c.id = :case AND a.id <> ALL(:not_these)
    GROUP BY a.id, a.name, g.name, p.role, own_grid
    ORDER BY own_grid DESC NULLS LAST, away_m NULLS LAST, open_duties, a.id
    LIMIT :limit
""")


def candidates(case: Case, *, without: Iterable[int] = (), limit: int = 3) -> list[Any]:
    """Who could be sent: rows with name, grid, role, own_grid, away_m (metres), open_duties."""
    values = {"case": case.id, "not_these": list(without), "limit": limit}
    return list(db.session.execute(_CANDIDATES, values))
