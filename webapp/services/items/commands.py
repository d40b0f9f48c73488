"""Commands on services: lay down the items of a file."""

from __future__ import annotations

from pathlib import Path

import click
from flask.cli import AppGroup

from webapp.base.db import db
from webapp.services.items import actions, described

group = AppGroup("services", help="Items that may be applied for.")


@group.command("load")
@click.option(
    "--file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Items of the subdistrict's own, in the form of webapp/services/data/items.json.",
)
def load(file: Path | None) -> None:
    """Lay down the items; what has changed becomes a new version, the rest stays.

    Items that were laid down from a file of one's own are not replaced by those the house comes with.
    """
    try:
        new = load_items(file)
    except (ValueError, LookupError) as error:
        raise click.ClickException(f"The items cannot be used: {error}") from error
    db.session.commit()
    click.echo(f"{new} versions of items added")


def load_items(file: Path | None = None) -> int:
    """The items of a file, or those the house comes with, are in force; answers how many are new."""
    return actions.lay_down(described.read(file or described.FILE), own=file is not None)
