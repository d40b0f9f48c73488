"""Commands of the case desk: load the classes of matters and components."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import click
from flask.cli import AppGroup
from sqlalchemy.dialects.postgresql import insert

from webapp.base.db import Base, db
from webapp.cases.models import CaseClass, ComponentClass

DATA = Path(__file__).parent / "data"

group = AppGroup("cases", help="The case desk.")


@group.command("load")
def load() -> None:
    """Load the classes of the standard and the local ones; what an office changed is kept."""
    classes = load_classes()
    db.session.commit()
    click.echo(f"{classes} classes of matters and components")


def load_classes() -> int:
    """Every class of the standard and every local one is known; answers how many there are."""
    total = 0
    for table, name in ((CaseClass, "classes.tsv"), (ComponentClass, "components.tsv")):
        rows = _rows(DATA / name)
        db.session.execute(
            insert(Base.metadata.tables[table.__tablename__]).on_conflict_do_nothing(), rows
        )
        total += len(rows)
    return total


def _rows(file: Path) -> list[dict[str, Any]]:
    with file.open(encoding="utf-8", newline="") as source:
        return [
            {key: value or None for key, value in row.items()}
            for row in csv.DictReader(source, delimiter="\t")
        ]
