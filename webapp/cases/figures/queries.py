"""Questions for figures: the numbers, the cases behind them, appeals."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import BigInteger, bindparam, func, select, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import joinedload
from sqlalchemy.types import Float, Text

from webapp.base import clock
from webapp.base.access import Actor, visible
from webapp.base.db import among, db
from webapp.base.web import Page
from webapp.cases.appeals.models import Appeal
from webapp.cases.figures import periods
from webapp.cases.figures.counting import Count, Figure
from webapp.cases.figures.facts import ALONE, CASES, FACTS, RATED
from webapp.cases.figures.kpis import KPIS, Kpi, Subject
from webapp.cases.figures.models import FigureAppeal
from webapp.cases.figures.periods import Window
from webapp.cases.figures.rules import AREAS, COLLECTORS, AppealState, Division, Scope
from webapp.cases.models import Case
from webapp.grids.models import BoundarySet, Grid, Unit, UnitCell
from webapp.grids.rules import SetState, UnitKind
from webapp.people.models import Account, Post

PAGE = 50
# Working days in which what was rated badly is to be mended.
MEND_WITHIN_DAYS = 15

# What is shown of each subject behind a number, and the right to see it.
BEHIND: dict[Subject, tuple[Any, str]] = {
    Subject.CASE: (Case, "cases.see"),
    Subject.SHEET: (Appeal, "appeals.see"),
    Subject.CELL: (UnitCell, "grids.see"),
}
_SHOWN: dict[Subject, tuple[Any, ...]] = {
    Subject.CASE: (Case.case_class, Case.grid, Case.department),
    Subject.SHEET: (Appeal.unit,),
    Subject.CELL: (),
}

# The cases of a figure: those that fit, those among which, those that an appeal took out.
PARTS = ("counted", "among", "left_out")


@dataclass(frozen=True)
class Behind:
    """Cases, sheets or cells behind a number, those one may open; `hidden` is how many more there are."""

    rows: list[Any]
    after: int | str | None
    total: int
    hidden: int


def measured(
    kpis: Iterable[str], *, division: Division, window: Window, scope: Scope, grouped: bool = False
) -> dict[str | None, dict[str, Figure]]:
    """Figures by object of the division, each with its counts; one statement for each kind of subject.

    Not `grouped`: all objects together, under None. Grouped takes figures of the same objects.
    """
    chosen = list(kpis)
    found: dict[str | None, dict[str, Figure]] = {} if grouped else {None: {}}
    for subject in Subject:
        own = [kpi for kpi in chosen if KPIS[kpi].subject is subject]
        if not own:
            continue
        group = f"cast({_key(own[0], division)} AS text)" if grouped else "cast(NULL AS text)"
        columns = [column for kpi in own for column in _columns(kpi, division, scope)]
        sql = f"{_facts(subject, own)} SELECT {group} AS key, {', '.join(columns)} FROM facts GROUP BY 1"
        rows = db.session.execute(_bound(sql), _values(division, window, scope, subject)).mappings()
        for row in rows:
            found.setdefault(row["key"], {}).update({kpi: _figure(kpi, row) for kpi in own})
    return {
        key: {kpi: figures.get(kpi, Figure(kpi)) for kpi in chosen}
        for key, figures in found.items()
    }


def behind(
    kpi: str,
    part: str,
    *,
    division: Division,
    window: Window,
    scope: Scope,
    who: Actor,
    key: str | None = None,
    before: str | None = None,
    limit: int = PAGE,
) -> Behind:
    """Just the cases, sheets or cells of which a number is made, newest first, those that `who` may see.

    `key` is an object of the division, "" those of none, None all of them.
    """
    subject = KPIS[kpi].subject
    model, right = BEHIND[subject]
    number = model.code if subject is Subject.CELL else model.id
    only = ["true"]
    if key == "":
        only.append(f"{_key(kpi, division)} IS NULL")
    elif key is not None:
        only.append(f"cast({_key(kpi, division)} AS text) = :key")
    sql = f"""
        {_facts(subject, [kpi])}
        SELECT id FROM facts WHERE {_counts(kpi, part, division, scope)} AND {" AND ".join(only)}
    """
    values = {**_values(division, window, scope, subject), **({"key": key} if key else {})}
    # Read once and then looked up by key: within one statement the plan would take them for a single row.
    ids = list(db.session.scalars(_bound(sql), values))
    counted = among(number, ids)
    seen = visible(model, who, right)
    open_to = db.session.scalar(select(func.count()).select_from(model).where(counted, seen)) or 0
    found = (
        select(model)
        .options(*(joinedload(each) for each in _SHOWN[subject]))
        .where(counted, seen)
        .order_by(number.desc())
        .limit(limit + 1)
    )
    if before is not None and (subject is Subject.CELL or before.isdigit()):
        found = found.where(number < (before if subject is Subject.CELL else int(before)))
    rows = list(db.session.scalars(found))
    after = getattr(rows[limit - 1], number.key) if len(rows) > limit else None
    return Behind(rows[:limit], after, len(ids), len(ids) - open_to)


def objects_of(case_id: int, window: Window) -> dict[tuple[str, Division], str]:
    """Against whom a case counts: for each figure and division, the key of the object."""
    pairs = [
        (kpi, Division(division))
        for kpi, each in KPIS.items()
        if each.subject is Subject.CASE
        for division in sorted(each.whose)
    ]
    columns = [
        f"CASE WHEN {each.by_day} IS NOT NULL AND ({each.among or each.counted})"
        f" THEN cast({each.whose[division]} AS text) END AS o{place}"
        for place, (kpi, division) in enumerate(pairs)
        for each in (KPIS[kpi],)
    ]
    sql = f"{CASES.format(touched=ALONE)} SELECT {', '.join(columns)} FROM facts"
    values = {**_values(Division.STREET, window, Scope(), Subject.CASE), "case": case_id}
    row = db.session.execute(_bound(sql), values).mappings().first()
    if row is None:
        return {}
    return {pair: row[f"o{place}"] for place, pair in enumerate(pairs) if row[f"o{place}"]}


def names(division: Division, keys: Iterable[str | None]) -> dict[str, str]:
    """The objects of a division with their names, in the order of their names or codes.

    Those that have nothing stand there too: living grids, departments, holders of the post.
    """
    asked = [int(key) for key in keys if key and key.isdigit()]
    if division is Division.GRID:
        grids = select(Grid.id, Grid.name).where(Grid.retired_at.is_(None) | Grid.id.in_(asked))
        return _named(grids.order_by(Grid.code))
    if division is Division.COMMUNITY:
        living = select(Grid.community_id).where(Grid.retired_at.is_(None))
        units = select(Unit.id, Unit.name).where(Unit.id.in_(living) | Unit.id.in_(asked))
        return _named(units.order_by(Unit.name))
    if division is Division.DEPARTMENT:
        bodies = select(Unit.id, Unit.name).where(
            (Unit.kind == UnitKind.DEPARTMENT) | Unit.id.in_(asked)
        )
        return _named(bodies.order_by(Unit.name))
    roles = COLLECTORS if division is Division.COLLECTOR else (division.value,)
    holds = select(Post.account_id).where(Post.role.in_(roles), Post.valid.op("@>")(clock.now()))
    people = select(Account.id, Account.name).where(Account.id.in_(asked) | Account.id.in_(holds))
    return _named(people.order_by(Account.name, Account.id))


def appeal(appeal_id: int) -> FigureAppeal | None:
    """An appeal with its case and its people."""
    found = select(FigureAppeal).options(
        joinedload(FigureAppeal.case).joinedload(Case.case_class),
        joinedload(FigureAppeal.unit),
        joinedload(FigureAppeal.account),
        joinedload(FigureAppeal.filed_by),
        joinedload(FigureAppeal.decided_by),
        joinedload(FigureAppeal.file),
    )
    return db.session.scalar(found.where(FigureAppeal.id == appeal_id))


def appeals(
    who: Actor, *, decided: bool = False, before: int | None = None, limit: int = PAGE
) -> Page[FigureAppeal]:
    """Appeals one may see, those that wait or those that are decided, newest first."""
    state = (
        FigureAppeal.state != AppealState.FILED
        if decided
        else FigureAppeal.state == AppealState.FILED
    )
    found = (
        select(FigureAppeal)
        .options(
            joinedload(FigureAppeal.case).joinedload(Case.case_class),
            joinedload(FigureAppeal.unit),
            joinedload(FigureAppeal.account),
        )
        .where(visible(FigureAppeal, who, "figures.see_appeal"), state)
    )
    if before is not None:
        found = found.where(FigureAppeal.id < before)
    rows = list(db.session.scalars(found.order_by(FigureAppeal.id.desc()).limit(limit + 1)))
    return Page(rows[:limit], rows[limit - 1].id if len(rows) > limit else None)


def _facts(subject: Subject, kpis: Iterable[str]) -> str:
    facts, touched = FACTS[subject]
    if subject is Subject.CASE and all(KPIS[kpi].by_day == "rated_at" for kpi in kpis):
        touched = RATED
    return facts.format(touched=touched)


def _named(found: Any) -> dict[str, str]:
    return {str(key): name for key, name in db.session.execute(found)}


def _key(kpi: str, division: Division) -> str:
    return AREAS.get(division) or KPIS[kpi].whose[division]


def _columns(kpi: str, division: Division, scope: Scope) -> list[str]:
    each = KPIS[kpi]
    seconds = each.seconds or "0"
    columns = []
    for suffix, parts in (("", PARTS[:2]), ("_raw", ("counted_raw", "among_raw"))):
        counted = _counts(kpi, parts[0], division, scope)
        among = _counts(kpi, parts[1], division, scope)
        columns += [
            f"count(*) FILTER (WHERE {counted}) AS {kpi}_c{suffix}",
            f"count(*) FILTER (WHERE {among}) AS {kpi}_a{suffix}",
            f"coalesce(sum({seconds}) FILTER (WHERE {counted}), 0)::float8 AS {kpi}_s{suffix}",
        ]
    return columns


def _counts(kpi: str, part: str, division: Division, scope: Scope) -> str:
    """The condition on the facts of a case: it is of the period, of the scope, and fits."""
    each = KPIS[kpi]
    condition = each.counted if part.startswith("counted") else each.among or each.counted
    said = [f"{each.by_day} >= :since AND {each.by_day} < :until", f"({condition})"]
    if scope.grids is not None:
        said.append("grid_id = ANY(:grids)")
    if scope.only is not None:
        said.append(f"cast({_key(kpi, division)} AS text) = ANY(:keys)")
    if not part.endswith("_raw") and division not in AREAS:
        out = f"coalesce('{kpi}:' || {_key(kpi, division)} = ANY(left_out), false)"
        said.append(out if part == "left_out" else f"NOT {out}")
    elif part == "left_out":
        said.append("false")
    return " AND ".join(said)


def _figure(kpi: str, row: Any) -> Figure:
    return Figure(
        kpi,
        Count(row[f"{kpi}_c"], row[f"{kpi}_a"], row[f"{kpi}_s"]),
        Count(row[f"{kpi}_c_raw"], row[f"{kpi}_a_raw"], row[f"{kpi}_s_raw"]),
    )


# The lists among the values of a question, as far as it asks for them.
_ARRAYS: dict[str, Any] = {
    **dict.fromkeys(("starts", "ends", "sums"), Float(53)),
    "grids": BigInteger(),
    "keys": Text(),
    "cells": Text(),
    "cell_grids": BigInteger(),
}


def _bound(sql: str) -> Any:
    return text(sql).bindparams(
        *(bindparam(name, type_=ARRAY(each)) for name, each in _ARRAYS.items() if f":{name}" in sql)
    )


@lru_cache(maxsize=2)
def _cells(_borders: int | None, _cells: int) -> dict[str, int | None]:
    """In which grid a point inside each cell lies. It is asked anew when borders or cells are others."""
    rows = db.session.execute(
        text(
            "SELECT c.code, at.grid_id FROM unit_cell c"
            " CROSS JOIN LATERAL grid_at(ST_PointOnSurface(c.geom)) at WHERE c.end_date IS NULL"
        )
    )
    return {row.code: row.grid_id for row in rows}


def _cells_now() -> dict[str, int | None]:
    borders = select(BoundarySet.id).where(BoundarySet.state == SetState.ACTIVE).scalar_subquery()
    cells = select(func.count()).where(UnitCell.end_date.is_(None)).scalar_subquery()
    return _cells(*db.session.execute(select(borders, cells)).one())


def _values(division: Division, window: Window, scope: Scope, subject: Subject) -> dict[str, Any]:
    values: dict[str, Any] = {
        "since": window.since,
        "until": window.until,
        "at": window.at,
        "division": division.value,
        "mend_within_s": MEND_WITHIN_DAYS * periods.day_s(),
        **periods.office_hours(window.since, window.at),
    }
    if subject is Subject.CELL:
        inside = _cells_now()
        values |= {"cells": list(inside), "cell_grids": list(inside.values())}
    if scope.grids is not None:
        values["grids"] = list(scope.grids)
    if scope.only is not None:
        values["keys"] = list(scope.keys)
    return values


def kpis_of(division: Division) -> Sequence[tuple[str, Kpi]]:
    """The figures that are divided so."""
    return [
        (name, each) for name, each in KPIS.items() if division in AREAS or division in each.whose
    ]
