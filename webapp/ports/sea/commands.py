"""Receivers of AIS as commands: hear them, or play what they said again."""

from __future__ import annotations

import logging
import signal
import sys
import threading
from collections import Counter
from pathlib import Path

import click
from flask import current_app
from flask.cli import AppGroup
from tqdm import tqdm

from webapp.base import clock
from webapp.base.config import Settings
from webapp.base.db import db
from webapp.ports.sea import keeping
from webapp.ports.sea.listening import Ear, addresses, log, replay
from webapp.ports.sea.rules import What

group = AppGroup("ports", help="Positions of vessels.")


@group.command("listen")
@click.option(
    "--tcp", "tcp", multiple=True, metavar="HOST:PORT", help="A receiver that serves lines."
)
@click.option(
    "--udp", "udp", multiple=True, metavar="[HOST:]PORT", help="Where receivers send lines."
)
@click.option("--source", help="What it is called where positions are shown; else its address.")
def listen(tcp: tuple[str, ...], udp: tuple[str, ...], source: str | None) -> None:
    """Hear receivers of AIS (NMEA 0183, AIVDM) until told to stop; without options those of AIS_RECEIVERS."""
    settings: Settings = current_app.extensions["settings"]
    named = [f"tcp:{each}" for each in tcp] + [f"udp:{each}" for each in udp]
    try:
        found = addresses(named or settings.heard_receivers)
    except ValueError as error:
        raise click.ClickException(f"{error} is no HOST:PORT.") from error
    if not found:
        raise click.ClickException(
            "Say whom to hear: --tcp HOST:PORT, --udp PORT, or the setting AIS_RECEIVERS."
        )
    _say_so()
    keeping.tidy()
    db.session.commit()
    app = current_app._get_current_object()  # type: ignore[attr-defined]  # the app itself
    ears = [Ear(app, each, source=source or str(each)) for each in found]
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: _stop(ears))
    threads = [threading.Thread(target=each.run, name=str(each.where)) for each in ears]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@group.command("replay")
@click.argument("path", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--source", help="What it is called where positions are shown; else the file's name.")
@click.option("--now", "as_now", is_flag=True, help="Take lines without a time as heard just now.")
def replay_file(path: Path, source: str | None, as_now: bool) -> None:
    """Keep the positions of the recording PATH: lines with a tag block or a time before each sentence."""
    keeping.tidy()
    db.session.commit()
    became: Counter[What] = Counter()
    lines = bad = 0
    with path.open("rb") as file, tqdm(total=path.stat().st_size, unit="B", leave=False) as bar:
        at = clock.now() if as_now else None
        for counts, found in replay(file, source=source or path.name, at=at, tell=bar.update):
            became.update(found)
            lines, bad = lines + counts.lines, bad + counts.bad
    said = ", ".join(f"{became[each]} {each}" for each in What)
    click.echo(f"{lines} lines, {bad} unreadable: {said}")


def _stop(ears: list[Ear]) -> None:
    for each in ears:
        each.stop()


def _say_so() -> None:
    log.setLevel(logging.INFO)
    teller = logging.StreamHandler(sys.stdout)
    teller.setFormatter(logging.Formatter("%(asctime)s %(message)s"))
    log.addHandler(teller)
    log.propagate = False
