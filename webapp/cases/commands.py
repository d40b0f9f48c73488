"""Commands of the case desk: load the classes of matters and components, and what goes with them."""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
from flask.cli import AppGroup
from sqlalchemy import ColumnElement, Table, case, func, or_, select
from sqlalchemy.dialects.postgresql import Insert, Range, insert
from tqdm import tqdm

from webapp.base.db import Base, db
from webapp.cases.models import CaseClass, ComponentClass, FilingCondition
from webapp.cases.residents.anonymising import anonymise
from webapp.cases.rota.models import ClassWish
from webapp.cases.routing import actions as routing, queries as rules
from webapp.cases.standards.models import ClassHint
from webapp.cases.standards.rules import Basis, Where
from webapp.cases.told import queries as told
from webapp.grids.models import Unit, UnitCode
from webapp.grids.rules import UnitKind

# Limits count for what was filed since then.
SINCE = datetime(2022, 1, 1, tzinfo=UTC)

DATA = Path(__file__).parent / "data"

group = AppGroup("cases", help="The case desk.")


@group.command("load")
def load() -> None:
    """Load the classes of the standard and the local ones; what an office changed is kept."""
    classes = load_classes()
    db.session.commit()
    click.echo(f"{classes} classes of matters and components")


@group.command("anonymise")
def anonymise_reports() -> None:
    """Erase who made reports whose time is over by the rules; a register tells what was erased."""
    total = 0
    with tqdm(desc="reports", leave=False) as bar:
        while done := anonymise():
            db.session.commit()
            total += done
            bar.update(done)
    click.echo(f"{total} reports anonymised")


@group.command("retell")
def retell() -> None:
    """Put right what the public is told of cases, where it differs from the rules of now."""
    changed = told.tell_anew()
    db.session.commit()
    click.echo(f"{changed} cases told anew")


def load_classes() -> int:
    """Every class of the standard and every local one is known; answers how many there are.

    A stored class that lacks an English name or keywords has them now; all else in it is as it was.
    """
    total = 0
    load_conditions()
    load_wishes()
    for table, name in ((CaseClass, "classes.tsv"), (ComponentClass, "components.tsv")):
        rows = _rows(DATA / name)
        db.session.execute(_fill(Base.metadata.tables[table.__tablename__]), rows)
        total += len(rows)
    load_hints()
    load_owners()
    return total


def load_conditions() -> int:
    """The first conditions and limits are on file where none are; what an office has set stays."""
    if db.session.scalar(select(func.count()).select_from(FilingCondition)):
        return 0
    rows: list[dict[str, Any]] = []
    with (DATA / "conditions.tsv").open(encoding="utf-8", newline="") as source:
        for row in csv.DictReader(source, delimiter="\t"):
            given: dict[str, Any] = {key: value or None for key, value in row.items()}
            given["class_prefix"] = row["class_prefix"]
            given["valid"] = Range(SINCE, None, bounds="[)")
            rows.append(given)
    db.session.execute(insert(FilingCondition), rows)
    return len(rows)


def load_hints() -> int:
    """Which classes are taken for each other is known where nothing was set; an office's own stay."""
    if db.session.scalar(select(func.count()).select_from(ClassHint)):
        return 0
    rows = _rows(DATA / "hints.tsv")
    db.session.execute(insert(ClassHint), rows)
    return len(rows)


def load_owners() -> int:
    """Each major has the department that usually owns it, where there is no rule at all yet."""
    if rules.any_rule():
        return 0
    found = select(UnitCode.code, Unit.id).join(Unit.codes).where(Unit.kind == UnitKind.DEPARTMENT)
    units = {code: key for code, key in db.session.execute(found)}
    made = 0
    for row in _rows(DATA / "owners.tsv"):
        if row["unit"] not in units:
            continue
        wish = routing.Wish(
            title=row["title"],
            basis=Basis.OWNER,
            class_prefix=row["class_prefix"],
            where=Where.ALL,
            unit=units[row["unit"]],
            helpers=[units[row["helpers"]]] if row["helpers"] in units else [],
            since=SINCE,
        )
        routing.add(wish, by=None, provenance="默认归属，可由街道调整")
        made += 1
    return made


def load_wishes() -> int:
    """The first wishes of classes are on file where none are; what an office has set stays."""
    if db.session.scalar(select(func.count()).select_from(ClassWish)):
        return 0
    rows = _rows(DATA / "wishes.tsv")
    db.session.execute(insert(ClassWish), rows)
    return len(rows)


def _fill(table: Table) -> Insert:
    statement = insert(table)
    filled = {
        name: case((missing, statement.excluded[name]), else_=table.c[name])
        for name, missing in _gaps(table).items()
    }
    changed = or_(*(table.c[name].is_distinct_from(value) for name, value in filled.items()))
    return statement.on_conflict_do_update(index_elements=["code"], set_=filled, where=changed)


def _gaps(table: Table) -> dict[str, ColumnElement[bool]]:
    gaps = {"name_en": func.coalesce(table.c.name_en, "") == ""}
    if "keywords" in table.c:
        gaps["keywords"] = func.cardinality(table.c.keywords) == 0
    return gaps


# How the columns that are no words are read; what is empty is nothing.
_READ: dict[str, Callable[[str], Any]] = {
    "keywords": str.split,
    "public": lambda words: words == "1",
    "triage": lambda words: words == "1",
    "common_rank": lambda words: int(words) if words else None,
    "merge_radius_m": float,
    "merge_days": int,
}


def _rows(file: Path) -> list[dict[str, Any]]:
    with file.open(encoding="utf-8", newline="") as source:
        return [
            {
                key: _READ[key](value) if key in _READ else value or None
                for key, value in row.items()
            }
            for row in csv.DictReader(source, delimiter="\t")
        ]
