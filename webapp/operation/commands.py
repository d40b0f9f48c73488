"""Commands of the whole house: its worker, its checks, its demo data, its documents."""

from __future__ import annotations

import signal
from zoneinfo import ZoneInfo

import click
from flask import current_app
from flask.cli import with_appcontext

from webapp.base import intake, listening, tasks
from webapp.base.config import Settings
from webapp.monitoring.ways import pulling
from webapp.operation import checks, demo as demo_data, documents, queries, resealing
from webapp.residents import commands as residents
from webapp.services.applications import commands as applications


@click.command("worker")
@with_appcontext
def worker() -> None:
    """Do the work that was put off, until told to stop."""
    settings: Settings = current_app.extensions["settings"]
    tasks.work(settings)


@click.group("intake", invoke_without_command=True)
@click.option(
    "--seat",
    type=click.IntRange(1),
    help="Of several intakes each has its own number, and they share what machines say; the first also fetches.",
)
@click.pass_context
@with_appcontext
def hear(context: click.Context, seat: int | None) -> None:
    """Hear what machines say over MQTT, and fetch what cameras hold, until told to stop."""
    if context.invoked_subcommand is not None:
        return
    app = current_app._get_current_object()  # type: ignore[attr-defined]  # the app itself
    ears: list[listening.Ear] = [*listening.listeners(app, seat)]
    if seat in (None, 1):
        ears += pulling.pullers(app)
    if not ears:
        click.echo("MQTT is switched off and CAMERA_HOSTS is empty: machines speak HTTP only")
        return
    listening.say_so()
    found = listening.Ears(ears)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: found.stop())
    found.run()


@hear.command("aside")
@with_appcontext
def aside() -> None:
    """Show the messages that broke the intake and were put aside."""
    for letter in intake.dead_letters():
        click.echo(f"{letter.id}\t{letter.at:%Y-%m-%d %H:%M:%S}\t{letter.topic}\t{letter.why}")


@hear.command("again")
@with_appcontext
def again() -> None:
    """Take the messages that were put aside once more; name those that break again, then exit 1."""
    taken, broken = 0, 0
    for number in [letter.id for letter in intake.dead_letters()]:
        why = intake.try_again(number)
        taken, broken = taken + (why is None), broken + (why is not None)
        if why is not None:
            click.echo(f"{number}\t{why}")
    click.echo(f"{taken} messages taken")
    if broken:
        raise click.ClickException(f"{broken} messages break still")


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


@click.command("check")
@click.option("--files", "read_files", is_flag=True, help="Read every stored file, too.")
@with_appcontext
def check(read_files: bool) -> None:
    """Verify the event log and the rules that always hold; name everything broken, then exit 1.

    The moment of the newest event says how much a restored house holds.
    """
    settings: Settings = current_app.extensions["settings"]
    if newest := queries.newest_event():
        local = newest.astimezone(ZoneInfo(settings.timezone))
        click.echo(f"the newest event is of {local.isoformat(' ', 'seconds')}")
    broken = 0
    for line in checks.findings(read_files=read_files):
        click.echo(line)
        broken += 1
    if broken:
        raise click.ClickException(f"{broken} things are broken")
    click.echo("everything is whole")


@click.command("docs")
@click.option("--check", "only_check", is_flag=True, help="Only say which are out of date.")
@with_appcontext
def docs(only_check: bool) -> None:
    """Write the documents that are made from the code: settings, commands, rights, flows."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]  # the app itself
    with app.test_request_context("/"):
        names = documents.outdated(app) if only_check else documents.write(app)
    if only_check and names:
        raise click.ClickException(f"out of date: {', '.join(names)}; run flask --app wsgi docs")
    click.echo(", ".join(names) if names else "all documents are up to date")


@click.command("reseal")
@with_appcontext
def reseal() -> None:
    """Seal everything under the first of SEALING_KEYS; pages of relocation papers never change and stay."""
    lost = 0
    for name, done, unread in resealing.seal_anew():
        click.echo(f"{name}: {done} sealed anew")
        lost += unread
    click.echo(f"residents: {residents.seal_anew()} sealed anew")
    answers, pages = applications.seal_anew()
    click.echo(f"applications: {answers} answers and {pages} pages sealed anew")
    if lost:
        raise click.ClickException(f"{lost} values are opened by no key of SEALING_KEYS")


ALL = (worker, hear, demo, check, docs, reseal)
