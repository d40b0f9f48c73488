"""Commands on gates: set one up with a key, and a simulator that speaks like a real one."""

from __future__ import annotations

import click
from flask import current_app
from flask.cli import AppGroup

from webapp.base import broker, clock
from webapp.base.config import Settings
from webapp.base.db import db
from webapp.base.flow import Refusal
from webapp.people import actors
from webapp.points import queries as points
from webapp.points.gates import keeping, queries, registering
from webapp.points.gates.models import Gate
from webapp.points.gates.rules import EARLY
from webapp.points.gates.simulated import Plan, run
from webapp.points.gates.simulated_lines import by_http, by_mqtt
from webapp.points.models import ServicePoint

group = AppGroup("gates", help="Gates of service points.")


@group.command("add")
@click.argument("point")
@click.argument("code")
def add(point: str, code: str) -> None:
    """Set up the gate CODE at a POINT (its number or its name) and print its key, this once."""
    try:
        gate = keeping.set_up(_point(point), code, by=None)
        secret = keeping.new_key(gate, by=None)
    except Refusal as refusal:
        raise click.ClickException(str(refusal)) from refusal
    db.session.commit()
    click.echo(secret)


@group.command("list")
def list_gates() -> None:
    """Show every gate: its name, its point, when it was last heard."""
    for gate in queries.every():
        heard = f"{gate.heard_at:%Y-%m-%d %H:%M:%S}" if gate.heard_at else "never heard"
        click.echo(f"{gate.code}\t{gate.point.name}\t{heard}")


@group.command("simulate")
@click.argument("point")
@click.option("--people", default=30, show_default=True, help="How many come.")
@click.option("--speed", default=60.0, show_default=True, help="So many times as fast as real.")
@click.option("--rate", default=720.0, show_default=True, help="How many come an hour.")
@click.option("--seed", default=1, show_default=True, help="The same seed, the same people.")
@click.option("--url", default="", help="Address of the running house; empty: as the settings say.")
@click.option("--mqtt", is_flag=True, help="Speak MQTT at the broker of the settings, not HTTP.")
def simulate(
    point: str, people: int, speed: float, rate: float, seed: int, url: str, mqtt: bool
) -> None:
    """Let people come to the gate of a POINT and pass by the real interface of the running house.

    Among them are fevers, a code shown twice, an event sent twice, and a stretch without a line.
    The gate has a new key afterwards that nobody knows.
    """
    settings: Settings = current_app.extensions["settings"]
    gate = queries.of_point(_point(point).id)
    if gate is None:
        raise click.ClickException(f"There is no gate at {point}: flask --app wsgi gates add")
    secret = keeping.new_key(gate, by=None)
    code = _a_code(gate)
    db.session.commit()
    plan = Plan(gate.code, gate.lanes, people, speed, rate, seed, code)
    place = broker.place(settings) if mqtt else None
    if mqtt and place is None:
        raise click.ClickException("MQTT is switched off: MQTT_URL says so")
    try:
        if place is not None:
            with by_mqtt(place, gate.code, secret) as say:
                result = run(plan, say)
        else:
            address = url or f"http://127.0.0.1:{settings.port}"
            result = run(plan, by_http(address, gate.code, secret))
    except OSError as error:
        raise click.ClickException(f"The house does not answer: {error}") from error
    click.echo(result.line())


def _a_code(gate: Gate) -> str | None:
    """A registration of the gate itself for the window that runs, if there is one and it has none."""
    who = actors.person(gate.account_id)
    free = registering.windows(gate)
    if who is None or not free or free[0][0] - EARLY > clock.now():
        return None
    try:
        made = registering.register(gate, free[0][0], by=who)
    except Refusal:
        return None
    return registering.code_of(made)


def _point(said: str) -> ServicePoint:
    if said.isdigit():
        found = points.one(int(said))
    else:
        found = next((each for each in points.listed() if each.name == said), None)
    if found is None:
        raise click.ClickException(f"There is no point {said}.")
    return found
