"""Commands on the territory: load the geodata, check a boundary file."""

from __future__ import annotations

from pathlib import Path

import click
from flask.cli import AppGroup

from webapp.base.db import db
from webapp.grids import loading

group = AppGroup("geodata", help="The geodata of this installation.")


@group.command("load")
@click.option(
    "--package",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    default=loading.DEFAULT_PACKAGE,
    help="GeoPackage with the layers of the default one.",
)
def load(package: Path) -> None:
    """Load the geodata into an empty installation; does nothing where borders are in force."""
    counted = loading.load(package, say=lambda what: click.echo(f"loading {what} ..."))
    db.session.commit()
    click.echo(", ".join(f"{count} {name}" for name, count in counted.items()))
