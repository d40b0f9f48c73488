"""Commands on the cameras."""

from __future__ import annotations

import click
from flask.cli import AppGroup

from webapp.base.db import db
from webapp.monitoring.cameras import importing

group = AppGroup("cameras", help="Cameras.")


@group.command("load")
def load() -> None:
    """Take the cameras of the geodata into the catalogue. Those that are there stay as they are."""
    made = importing.load_places()
    db.session.commit()
    click.echo(f"{made} cameras added")
