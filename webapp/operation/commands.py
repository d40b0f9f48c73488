"""Commands of the whole house: the worker and the demo data."""

from __future__ import annotations

import click
from flask import current_app
from flask.cli import with_appcontext

from webapp.base import tasks
from webapp.base.config import Settings
from webapp.operation import demo as demo_data


@click.command("worker")
@with_appcontext
def worker() -> None:
    """Do the work that was put off, until told to stop."""
    settings: Settings = current_app.extensions["settings"]
    tasks.work(settings.database_url)


@click.command("demo")
@with_appcontext
def demo() -> None:
    """Add the demo accounts and cases; what is there already is kept."""
    settings: Settings = current_app.extensions["settings"]
    if settings.production:
        raise click.ClickException("Demo data have no place in production.")
    with current_app.test_request_context("/"):
        try:
            made = demo_data.make(settings.instance, prefix=settings.case_prefix)
        except LookupError as error:
            raise click.ClickException(str(error)) from error
    click.echo(f"{made['accounts']} accounts and {made['cases']} cases added")


ALL = (worker, demo)
