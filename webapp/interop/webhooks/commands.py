"""Commands on webhooks: list them, send a test, send what is due, seal under the newest key."""

from __future__ import annotations

import click
from flask.cli import AppGroup
from tqdm import tqdm

from webapp.base import sealing
from webapp.base.db import db
from webapp.base.flow import Refusal
from webapp.interop.webhooks import actions, delivering, queries

group = AppGroup("webhooks", help="Webhooks: what is told to the programs of others.")


@group.command("list")
def listed() -> None:
    """Show every endpoint: number, state, how much waits, failures one after the other, address."""
    waiting = queries.waiting()
    for each in queries.endpoints():
        count = waiting.get(each.id, 0)
        click.echo(
            f"{each.id}\t{each.state}\t{count} waiting\t{each.failures} failures\t{each.name}\t{each.url}"
        )


@group.command("test")
@click.argument("number", type=int)
def test(number: int) -> None:
    """Send a test to the endpoint NUMBER at once, and say what it answered."""
    endpoint = queries.one(number)
    if endpoint is None:
        raise click.ClickException(f"There is no endpoint {number}.")
    try:
        delivery = actions.send_test(endpoint)
    except Refusal as refusal:
        raise click.ClickException(str(refusal)) from refusal
    db.session.commit()
    delivering.send()
    tries = queries.tries(delivery.id)
    if not tries:
        raise click.ClickException(f"Not sent yet: the endpoint is {endpoint.state}, or is busy.")
    said = tries[0].error or f"answered {tries[0].status} after {tries[0].took_ms} ms"
    click.echo(f"{delivery.message_id}: {said}")


@group.command("send")
def send() -> None:
    """Send what is due, as the task does every five seconds."""
    count = 0
    while done := delivering.send_some():
        count += done
    click.echo(f"{count} events and messages seen to")


@group.command("reseal")
def reseal() -> None:
    """Seal the secrets under the first of SEALING_KEYS; afterwards the others may go."""
    count = after = 0
    with tqdm(desc="sealed", leave=False) as bar:
        while rows := queries.secrets_after(after):
            for each in rows:
                each.sealed = sealing.sealed_anew(each.sealed)
            count, after = count + len(rows), rows[-1].id
            db.session.commit()
            bar.update(len(rows))
    click.echo(f"{count} secrets sealed anew")
