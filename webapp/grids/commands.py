"""Commands on the territory: load the geodata, check a boundary file."""

from __future__ import annotations

from pathlib import Path

import click
from flask import current_app
from flask.cli import AppGroup

from webapp.base.config import Settings
from webapp.base.db import db
from webapp.grids import actions, loading, queries

group = AppGroup("geodata", help="The geodata of this installation.")


@group.command("load")
@click.option(
    "--package",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    default=loading.DEFAULT_PACKAGE,
    help="GeoPackage with the layers of the default one.",
)
def load(package: Path) -> None:
    """Load the geodata into an empty installation, or begin one elsewhere as SUBDISTRICT says.

    Does nothing where there is a subdistrict already.
    """
    settings: Settings = current_app.extensions["settings"]
    if (stored := queries.stored_srid()) != settings.srid:
        raise click.ClickException(
            f"This database keeps geometry in EPSG:{stored}, which cannot change: start with SRID={stored}."
        )
    if actions.renew_rule():
        click.echo("points are located as the settings say now")
    if settings.elsewhere:
        counted = loading.begin(*settings.elsewhere)
    else:
        counted = loading.load(package, say=lambda what: click.echo(f"loading {what} ..."))
    db.session.commit()
    click.echo(", ".join(f"{count} {name}" for name, count in counted.items()))


@group.command("relocate")
def relocate() -> None:
    """Find the grids of everything open anew; what stands right stays as it is."""
    changed = actions.follow_again()
    db.session.commit()
    words = ", ".join(f"{count} in {name}" for name, count in changed.items() if count)
    click.echo(f"changed: {words or 'nothing'}")
