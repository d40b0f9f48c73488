"""Commands on people: load the departments and workstations, issue and revoke tokens."""

from __future__ import annotations

import csv
from pathlib import Path

import click
from flask.cli import AppGroup
from sqlalchemy import select

from webapp.base.db import db
from webapp.grids import queries as grids
from webapp.grids.models import Place, Unit, UnitCode
from webapp.grids.rules import PlaceKind, UnitKind

DATA = Path(__file__).parent / "data"

group = AppGroup("people", help="People, their posts and the bodies they work in.")


@group.command("load")
def load() -> None:
    """Load the departments and workstations; those that are there already are kept."""
    made = load_bodies()
    db.session.commit()
    click.echo(f"{made} departments and workstations added")


def load_bodies() -> int:
    """The sixteen departments and the workstations of the geodata are units below the subdistrict."""
    street = grids.root()
    if street is None:
        raise click.ClickException("Load the geodata first: flask --app wsgi geodata load")
    made = 0
    with (DATA / "departments.tsv").open(encoding="utf-8", newline="") as source:
        for row in csv.DictReader(source, delimiter="\t"):
            made += _add(
                UnitKind.DEPARTMENT, row["name"], row["name_en"], street, row["code"], row["basis"]
            )
    stations = select(Place.name, Place.provenance).where(Place.kind == PlaceKind.WORKSTATION)
    for place, (name, source_words) in enumerate(
        db.session.execute(stations.order_by(Place.id)).all(), start=1
    ):
        made += _add(UnitKind.STATION, name, None, street, f"W{place}", source_words)
    return made


def _add(
    kind: UnitKind, name: str, english: str | None, parent: Unit, code: str, source: str | None
) -> int:
    known = select(Unit.id).where(Unit.kind == kind, Unit.name == name)
    if db.session.scalar(known) is not None:
        return 0
    unit = Unit(kind=kind, name=name, name_en=english, parent_id=parent.id, provenance=source)
    unit.codes = [UnitCode(system="local", code=code)]
    db.session.add(unit)
    db.session.flush()
    return 1
