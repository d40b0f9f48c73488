"""Commands of the map: the atlas as a file."""

from __future__ import annotations

from pathlib import Path

import click
from flask import current_app
from flask.cli import AppGroup
from flask_babel import force_locale

from webapp.base.language import LANGUAGES
from webapp.maps import briefing

group = AppGroup("maps", help="Maps to hand round.")


@group.command("atlas")
@click.argument("file", type=click.Path(dir_okay=False, writable=True, path_type=Path))
@click.option("--lang", type=click.Choice(list(LANGUAGES)), default="zh_CN", help="Its language.")
def atlas(file: Path, lang: str) -> None:
    """Write the grid atlas: one HTML file that opens with no network."""
    with current_app.test_request_context("/"), force_locale(lang):
        sheet = briefing.atlas()
    file.write_text(sheet.page, encoding="utf-8")
    click.echo(f"{file}: {len(sheet.page.encode()) // 1024} KiB")
