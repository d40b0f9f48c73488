"""Commands on the roads: other roads from an extract of OpenStreetMap, times counted anew."""

from __future__ import annotations

from pathlib import Path

import click
from flask.cli import AppGroup

from webapp.base.db import db
from webapp.base.flow import Unacceptable
from webapp.travel import actions, loading, queries

group = AppGroup("travel", help="The roads, and how long it takes along them.")

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@group.command("load-osm")
@click.argument("file", type=_FILE)
def load_osm(file: Path) -> None:
    """Use the roads of an OpenStreetMap extract (.osm) instead of those in use.

    Running processes take them up by themselves. Wants Debian's osm2pgrouting.
    """
    try:
        count = loading.from_osm(file)
    except Unacceptable as error:
        raise click.ClickException(str(error)) from error
    finally:
        db.session.commit()
    click.echo(f"{count} pieces of road from {file.name}")


@group.command("load-package")
@click.argument("file", type=_FILE)
@click.option("--layer", default="roads", help="The layer with the roads.")
def load_package(file: Path, layer: str) -> None:
    """Use the roads of a GeoPackage with the columns of the default one."""
    count = loading.from_package(file, layer)
    db.session.commit()
    click.echo(f"{count} pieces of road from {file.name}")


@group.command("count")
def count() -> None:
    """Count the times from every grid to every stop anew."""
    stops = actions.count_times(everything=True)
    db.session.commit()
    click.echo(f"times to {stops} stops counted")


@group.command("show")
def show() -> None:
    """Say which roads are in use, and how many times are kept."""
    network = queries.network()
    if network is None:
        click.echo("no roads are loaded: every answer is estimated from the straight line")
        return
    edges, metres = queries.size(network.id)
    click.echo(
        f"{edges} pieces of road, {metres / 1000:.0f} km, from {network.source},"
        f" {queries.kept()} times kept"
    )
