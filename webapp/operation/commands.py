"""Commands of the whole house: the worker."""

from __future__ import annotations

import click
from flask import current_app
from flask.cli import with_appcontext

from webapp.base import tasks
from webapp.base.config import Settings


@click.command("worker")
@with_appcontext
def worker() -> None:
    """Do the work that was put off, until told to stop."""
    settings: Settings = current_app.extensions["settings"]
    tasks.work(settings.database_url)


ALL = (worker,)
