"""What an operator does with votes and councils: counting and drawing again."""

from __future__ import annotations

from pathlib import Path

import click
from flask.cli import AppGroup

from webapp.community.deliberation import recount, sortition

group = AppGroup("deliberation", help="Votes and councils.")


@group.command("check")
def check() -> None:
    """Counts every vote and draws every council again; fails when one is not what it was."""
    found = list(recount.differences())
    for line in found:
        click.echo(line)
    if found:
        raise SystemExit(1)
    click.echo("every vote and every list is what it was")


@group.command("draw")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--seats", type=int, required=True, help="How many are drawn.")
@click.option("--seed", required=True, help="The published seed, letter by letter.")
def draw(file: Path, seats: int, seed: str) -> None:
    """Draws a council from its published list (lines `number,stratum`), with the numbers that are drawn."""
    lines = file.read_text(encoding="utf-8").splitlines()
    pool = [(int(number), stratum) for number, stratum in (each.split(",", 1) for each in lines)]
    click.echo(f"list {sortition.seal(pool)}")
    for each in sortition.draw(pool, seats, seed):
        if each.drawn:
            click.echo(f"{each.stratum}: {each.number} ({each.ticket[:16]})")
