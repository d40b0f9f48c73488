"""Commands on the sources: connect one, give it a key or a secret, read again what nobody could read."""

from __future__ import annotations

import click
from flask.cli import AppGroup

from webapp.base.datum import Datum
from webapp.base.db import db
from webapp.base.flow import Refusal
from webapp.monitoring.intake import keeping, queries
from webapp.monitoring.intake.keeping import Described
from webapp.monitoring.intake.models import Message, Source
from webapp.monitoring.intake.rules import Format, Status

# By their values: of an enum the names would be taken.
FORMATS, DATUMS = [each.value for each in Format], [each.value for each in Datum]

group = AppGroup("sources", help="Machines that tell of alarms and readings.")


@group.command("add")
@click.argument("code")
@click.option("--name", default="", help="What people call it; empty: its code.")
@click.option("--format", "formats", multiple=True, type=click.Choice(FORMATS), required=True)
@click.option("--datum", type=click.Choice(DATUMS), default="wgs84", show_default=True)
@click.option("--signed", is_flag=True, help="Its requests must be signed; prints the secret, too.")
def add(code: str, name: str, formats: tuple[str, ...], datum: str, signed: bool) -> None:
    """Connect the source CODE and print its key, this once."""
    said = Described(name or code, tuple(Format(each) for each in formats), Datum(datum))
    try:
        source = keeping.set_up(code, said, by=None)
        click.echo(f"key\t{keeping.new_key(source, by=None)}")
        if signed:
            click.echo(f"secret\t{keeping.new_secret(source, by=None)}")
    except Refusal as refusal:
        raise click.ClickException(str(refusal)) from refusal
    db.session.commit()


@group.command("key")
@click.argument("code")
def key(code: str) -> None:
    """Give the source CODE a new key and print it; its earlier ones open nothing any more."""
    try:
        secret = keeping.new_key(_source(code), by=None)
    except Refusal as refusal:
        raise click.ClickException(str(refusal)) from refusal
    db.session.commit()
    click.echo(secret)


@group.command("list")
def list_sources() -> None:
    """Show every source: its formats, when it was last heard, how much of it nobody could read."""
    for source in queries.sources():
        heard = f"{source.heard_at:%Y-%m-%d %H:%M:%S}" if source.heard_at else "never heard"
        unread = queries.count_dead(source.id)
        state = "closed" if source.closed_at else heard
        click.echo(f"{source.code}\t{','.join(source.formats)}\t{state}\t{unread} unreadable")


@group.command("dead")
def dead() -> None:
    """Show the messages nobody could read, and why."""
    for number in queries.dead_ids():
        message = _message(number)
        at = f"{message.received_at:%Y-%m-%d %H:%M:%S}"
        why = f"{message.why} {message.detail}".strip()
        click.echo(f"{number}\t{at}\t{message.source.code}\t{message.format}\t{why}")


@group.command("again")
@click.argument("numbers", nargs=-1, type=int)
def again(numbers: tuple[int, ...]) -> None:
    """Read the messages NUMBERS once more, or all that nobody could read; exit 1 if some stay so."""
    taken, left = 0, 0
    for number in numbers or queries.dead_ids():
        for answer in keeping.read_again([_message(number)], by=None):
            read = answer.status != Status.DEAD
            taken, left = taken + read, left + (not read)
        db.session.commit()
    click.echo(f"{taken} messages taken")
    if left:
        raise click.ClickException(f"{left} messages cannot be read still")


def _source(code: str) -> Source:
    found = queries.source(code)
    if found is None:
        raise click.ClickException(f"There is no source {code}.")
    return found


def _message(number: int) -> Message:
    found = queries.message(number)
    if found is None:
        raise click.ClickException(f"There is no message {number}.")
    return found
