"""Commands of the case desk: load the classes of matters and components."""

from __future__ import annotations

import csv
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
from flask.cli import AppGroup
from sqlalchemy import ColumnElement, Table, case, func, or_, select
from sqlalchemy.dialects.postgresql import Insert, Range, insert

from webapp.base.db import Base, db
from webapp.cases.models import CaseClass, ComponentClass, FilingCondition
from webapp.cases.rota.models import ClassWish

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


def _rows(file: Path) -> list[dict[str, Any]]:
    with file.open(encoding="utf-8", newline="") as source:
        return [
            {
                key: value.split() if key == "keywords" else value or None
                for key, value in row.items()
            }
            for row in csv.DictReader(source, delimiter="\t")
        ]
