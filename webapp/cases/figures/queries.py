"""Questions for figures: the numbers, the cases behind them, appeals."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, bindparam, func, select, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import joinedload
from sqlalchemy.types import Float, Text

from webapp.base import clock
from webapp.base.access import Actor, visible
from webapp.base.db import db
from webapp.base.web import Page
from webapp.cases.figures import periods
from webapp.cases.figures.counting import Count, Figure
from webapp.cases.figures.facts import ALONE, FACTS, TOUCHED
from webapp.cases.figures.kpis import KPIS, Kpi
from webapp.cases.figures.models import FigureAppeal
from webapp.cases.figures.periods import Window
from webapp.cases.figures.rules import AREAS, COLLECTORS, AppealState, Division, Scope
from webapp.cases.models import Case
from webapp.grids.models import Grid, Unit
from webapp.grids.rules import UnitKind
from webapp.people.models import Account, Post

PAGE = 50

# The cases of a figure: those that fit, those among which, those that an appeal took out.
PARTS = ("counted", "among", "left_out")


@dataclass(frozen=True)
class Behind:
    """Cases behind a number, those one may open; `hidden` is how many more there are."""

    rows: list[Case]
    after: int | None
    total: int
    hidden: int


def measured(
    kpis: Iterable[str], *, division: Division, window: Window, scope: Scope, grouped: bool = False
) -> dict[str | None, dict[str, Figure]]:
    """Figures by object of the division, each with its counts; one statement, however many cases.

    Not `grouped`: all objects together, under None. Grouped takes figures of the same objects.
    """
    chosen = list(kpis)
    group = f"cast({_key(chosen[0], division)} AS text)" if grouped else "cast(NULL AS text)"
    columns = [column for kpi in chosen for column in _columns(kpi, division, scope)]
    sql = f"""
        {FACTS.format(touched=TOUCHED)}
        SELECT {group} AS key, {", ".join(columns)} FROM facts GROUP BY 1
    """
    rows = db.session.execute(_bound(sql, scope), _values(division, window, scope)).mappings()
    found = {row["key"]: {kpi: _figure(kpi, row) for kpi in chosen} for row in rows}
    return found or ({} if grouped else {None: {kpi: Figure(kpi) for kpi in chosen}})


def behind(
    kpi: str,
    part: str,
    *,
    division: Division,
    window: Window,
    scope: Scope,
    who: Actor,
    key: str | None = None,
    before: int | None = None,
    limit: int = PAGE,
) -> Behind:
    """Just the cases of which a number is made, newest first, those that `who` may see.

    `key` is an object of the division, "" the cases of none, None all of them.
    """
    only = ["true"]
    if key == "":
        only.append(f"{_key(kpi, division)} IS NULL")
    elif key is not None:
        only.append(f"cast({_key(kpi, division)} AS text) = :key")
    sql = f"""
        {FACTS.format(touched=TOUCHED)}
        SELECT id FROM facts WHERE {_counts(kpi, part, division, scope)} AND {" AND ".join(only)}
    """
    values = {**_values(division, window, scope), **({"key": key} if key else {})}
    ids = _bound(sql, scope).columns(id=BigInteger).subquery()
    seen = visible(Case, who, "cases.see")
    together = db.session.execute(
        select(func.count(), func.count().filter(seen)).where(Case.id.in_(select(ids.c.id))),
        values,
    ).one()
    found = (
        select(Case)
        .options(joinedload(Case.case_class), joinedload(Case.grid), joinedload(Case.department))
        .where(Case.id.in_(select(ids.c.id)), seen)
        .order_by(Case.id.desc())
        .limit(limit + 1)
    )
    if before is not None:
        found = found.where(Case.id < before)
    rows = list(db.session.scalars(found, values))
    after = rows[limit - 1].id if len(rows) > limit else None
    return Behind(rows[:limit], after, together[0], together[0] - together[1])


def objects_of(case_id: int, window: Window) -> dict[tuple[str, Division], str]:
    """Against whom a case counts: for each figure and division, the key of the object."""
    pairs = [
        (kpi, Division(division)) for kpi, each in KPIS.items() for division in sorted(each.whose)
    ]
    columns = [
        f"CASE WHEN {each.by_day} IS NOT NULL AND ({each.among or each.counted})"
        f" THEN cast({each.whose[division]} AS text) END AS o{place}"
        for place, (kpi, division) in enumerate(pairs)
        for each in (KPIS[kpi],)
    ]
    sql = f"{FACTS.format(touched=ALONE)} SELECT {', '.join(columns)} FROM facts"
    values = {**_values(Division.STREET, window, Scope()), "case": case_id}
    row = db.session.execute(_bound(sql, Scope()), values).mappings().first()
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


def _bound(sql: str, scope: Scope) -> Any:
    arrays: list[Any] = [
        bindparam(name, type_=ARRAY(Float(53))) for name in ("starts", "ends", "sums")
    ]
    if scope.grids is not None:
        arrays.append(bindparam("grids", type_=ARRAY(BigInteger)))
    if scope.only is not None:
        arrays.append(bindparam("keys", type_=ARRAY(Text)))
    return text(sql).bindparams(*arrays)


def _values(division: Division, window: Window, scope: Scope) -> dict[str, Any]:
    values: dict[str, Any] = {
        "since": window.since,
        "until": window.until,
        "at": window.at,
        "division": division.value,
        **periods.office_hours(window.since, window.at),
    }
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
