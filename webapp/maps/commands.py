"""Commands of the map: briefings as files."""

from __future__ import annotations

from pathlib import Path

import click
from flask import current_app
from flask.cli import AppGroup
from flask_babel import force_locale

from webapp.base.access import Actor, may
from webapp.base.language import LANGUAGES
from webapp.maps.briefings.table import BRIEFINGS
from webapp.people import queries as people
from webapp.people.actors import Nobody, person

group = AppGroup("maps", help="Maps to hand round.")


@group.command("briefing")
@click.argument("name", type=click.Choice(list(BRIEFINGS)))
@click.argument("file", type=click.Path(dir_okay=False, writable=True, path_type=Path))
@click.option("--as", "username", help="Who may see what is in it; nobody: what everybody may.")
@click.option("--lang", type=click.Choice(list(LANGUAGES)), default="zh_CN", help="Its language.")
def briefing(name: str, file: Path, username: str | None, lang: str) -> None:
    """Write a briefing: one HTML file that opens with no network."""
    found = BRIEFINGS[name]
    who: Actor | None = Nobody()
    if username is not None:
        account = people.by_username(username)
        who = person(account.id) if account is not None else None
    if who is None:
        raise click.ClickException(f"There is no account {username}, or it is locked.")
    if not may(who, found.right):
        raise click.ClickException(f"This wants somebody with the right {found.right} (--as).")
    with current_app.test_request_context("/"), force_locale(lang):
        sheet = found.made(who)
    file.write_text(sheet.page, encoding="utf-8")
    click.echo(f"{file}: {len(sheet.page.encode()) // 1024} KiB")
