"""Questions about what forms cost, in sums only."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Date, Select, cast, delete, func, insert, select, union_all
from sqlalchemy.orm import joinedload

from webapp.base.db import db
from webapp.base.months import month as month_of
from webapp.grids.models import Unit, UnitCode
from webapp.grids.rules import UnitKind
from webapp.ledgers.burden.models import FormMonth, FormTime


@dataclass(frozen=True)
class Cost:
    """What a form came to in a month: how often, by how many people, seconds in all, the middle one."""

    times: int
    people: int
    seconds: int
    median_s: float

    @property
    def hours(self) -> float:
        """Hours of work of people."""
        return self.seconds / 3600

    @property
    def minutes(self) -> float:
        """The middle one, in minutes."""
        return self.median_s / 60


def costs(month: date) -> dict[str, Cost]:
    """What each form came to in a month, from single times or from what is left of them."""
    lately = _summed(month).subquery()
    kept = select(
        FormMonth.form, FormMonth.times, FormMonth.people, FormMonth.seconds, FormMonth.median_s
    ).where(FormMonth.month == month)
    found = union_all(select(lately), kept)
    return {row[0]: Cost(*row[1:]) for row in db.session.execute(found)}


def own(account_id: int, month: date) -> dict[str, Cost]:
    """What one's own forms came to in a month."""
    found = _summed(month).where(FormTime.account_id == account_id)
    return {row[0]: Cost(*row[1:]) for row in db.session.execute(found)}


def departments(codes: Iterable[str]) -> dict[str, Unit]:
    """Departments by the code of the house."""
    found = (
        select(UnitCode)
        .options(joinedload(UnitCode.unit))
        .join(UnitCode.unit)
        .where(
            UnitCode.system == "local",
            UnitCode.code.in_(sorted(set(codes))),
            Unit.kind == UnitKind.DEPARTMENT,
        )
    )
    return {each.code: each.unit for each in db.session.scalars(found)}


def fold(before: date) -> int:
    """Months that ended before this day are summed up, and their single times gone; answers how many."""
    first = cast(func.date_trunc("month", FormTime.day), Date)
    months = list(
        db.session.scalars(select(first).where(FormTime.day < month_of(before)).distinct())
    )
    for month in sorted(months):
        rows = db.session.execute(_summed(month)).all()
        names = ("form", "times", "people", "seconds", "median_s")
        db.session.execute(
            insert(FormMonth),
            [{"month": month, **dict(zip(names, row, strict=True))} for row in rows],
        )
        db.session.execute(
            delete(FormTime).where(FormTime.day >= month, FormTime.day < month_of(month, 1))
        )
    return len(months)


def _summed(month: date) -> Select[Any]:
    return (
        select(
            FormTime.form,
            func.count().label("times"),
            func.count(FormTime.account_id.distinct()).label("people"),
            func.sum(FormTime.seconds).label("seconds"),
            func.percentile_cont(0.5).within_group(FormTime.seconds).label("median_s"),
        )
        .where(FormTime.day >= month, FormTime.day < month_of(month, 1))
        .group_by(FormTime.form)
    )
