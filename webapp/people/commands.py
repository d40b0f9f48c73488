"""Commands on people: load the bodies and enterprises, make an administrator, issue tokens."""

from __future__ import annotations

import csv
from datetime import timedelta
from pathlib import Path

import click
from flask.cli import AppGroup
from sqlalchemy import select

from webapp.base import clock
from webapp.base.db import db
from webapp.base.flow import Refusal
from webapp.grids import queries as grids
from webapp.grids.models import Place, Unit, UnitCode
from webapp.grids.rules import PlaceKind, UnitKind
from webapp.people import actions, enterprises, posts, queries
from webapp.people.rules import SCOPES

DATA = Path(__file__).parent / "data"

group = AppGroup("people", help="People, their posts and the bodies they work in.")
tokens = AppGroup("tokens", help="Keys of machines.")

ALL = (group, tokens)


@group.command("load")
def load() -> None:
    """Load departments, workstations and enterprises; those that are there already are kept."""
    bodies = load_bodies()
    firms = enterprises.load_from_places()
    db.session.commit()
    click.echo(f"{bodies} departments and workstations and {firms} enterprises added")


@group.command("admin")
@click.argument("username")
@click.option("--name", help="What a new administrator is called on the pages.")
@click.password_option(help="Asked for when it is not given.")
def admin(username: str, name: str | None, password: str) -> None:
    """Make an administrator: the first of an installation, or one to mend it.

    An account that is there already is unlocked and has the new password.
    """
    account = queries.by_username(username)
    try:
        if account is None:
            account = actions.create_account(
                name=name or username, username=username, password=password, by=None
            )
        else:
            if account.locked_at is not None:
                actions.unlock(account, by=None)
            actions.set_password(account, password, by=None)
        if not queries.is_admin(account.id):
            street = queries.street_id()
            posts.give(account, role="admin", unit_id=street, since=clock.now(), by=None)
    except Refusal as refusal:
        raise click.ClickException(str(refusal)) from refusal
    db.session.commit()
    click.echo(f"{username} is an administrator")


@tokens.command("issue")
@click.argument("name")
@click.option(
    "--scope", "scopes", multiple=True, required=True, type=click.Choice(sorted(SCOPES)),
    help="What the token may be used for; give it again for more.",
)  # fmt: skip
@click.option("--account", "username", help="Whose rights it has; otherwise those of a machine.")
@click.option("--days", type=click.IntRange(1), help="How long it is good; otherwise for ever.")
def issue(name: str, scopes: tuple[str, ...], username: str | None, days: int | None) -> None:
    """Print a new token. It is shown this once and kept nowhere."""
    try:
        owner = queries.by_username(username) if username else None
        if username and owner is None:
            raise click.ClickException(f"There is no account {username}.")
        _token, secret = actions.issue_token(
            name=name,
            scopes=scopes,
            account=owner or actions.machine_account(name, by=None),
            expires_at=clock.now() + timedelta(days=days) if days else None,
            by=None,
        )
    except Refusal as refusal:
        raise click.ClickException(str(refusal)) from refusal
    db.session.commit()
    click.echo(secret)


@tokens.command("list")
def list_tokens() -> None:
    """Show every token: its name, scopes, owner and state."""
    for token in queries.tokens():
        end = f"until {token.expires_at:%Y-%m-%d}" if token.expires_at else "for ever"
        used = f"used {token.used_at:%Y-%m-%d %H:%M}" if token.used_at else "never used"
        state = "revoked" if token.revoked_at else end
        owner = token.account.username or token.account.name
        click.echo("\t".join((token.name, ",".join(token.scopes), owner, state, used)))


@tokens.command("revoke")
@click.argument("name")
def revoke(name: str) -> None:
    """End a token at once."""
    token = queries.token_named(name)
    if token is None:
        raise click.ClickException(f"There is no token {name}.")
    try:
        actions.revoke_token(token, by=None)
    except Refusal as refusal:
        raise click.ClickException(str(refusal)) from refusal
    db.session.commit()
    click.echo(f"{name} is revoked")


def load_bodies() -> int:
    """The sixteen departments and the workstations of the geodata are units below the subdistrict."""
    street = grids.root()
    if street is None:
        raise click.ClickException("Load the geodata first: flask --app wsgi geodata load")
    made = 0
    with (DATA / "departments.tsv").open(encoding="utf-8", newline="") as source:
        for row in csv.DictReader(source, delimiter="\t"):
            made += _add(
                UnitKind.DEPARTMENT, row["name"], row["name_en"], street, row["code"], row["basis"]
            )
    stations = select(Place.name, Place.provenance).where(Place.kind == PlaceKind.WORKSTATION)
    for place, (name, source_words) in enumerate(
        db.session.execute(stations.order_by(Place.id)).all(), start=1
    ):
        made += _add(UnitKind.STATION, name, None, street, f"W{place}", source_words)
    return made


def _add(
    kind: UnitKind, name: str, english: str | None, parent: Unit, code: str, source: str | None
) -> int:
    known = select(Unit.id).where(Unit.kind == kind, Unit.name == name)
    if db.session.scalar(known) is not None:
        return 0
    unit = Unit(kind=kind, name=name, name_en=english, parent_id=parent.id, provenance=source)
    unit.codes = [UnitCode(system="local", code=code)]
    db.session.add(unit)
    db.session.flush()
    return 1
