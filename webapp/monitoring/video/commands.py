"""The watch over the cameras as a command."""

from __future__ import annotations

import logging
import signal
import sys
from pathlib import Path

import click
from flask import current_app
from flask.cli import with_appcontext

from webapp.base.config import Settings


@click.command("watch")
@click.option("--camera", "only", type=int, help="Only the camera of this number.")
@click.option(
    "--file",
    "path",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A film, as if that camera (or the first that nobody may enter) had shown it.",
)
@click.option("--example", is_flag=True, help="The same with a drawn film: somebody enters a zone.")
@click.option("--fast", is_flag=True, help="Do not wait for the speed of the film.")
@with_appcontext
def watch(only: int | None, path: Path | None, example: bool, fast: bool) -> None:
    """Watch the zones of the cameras and raise alarms, until told to stop or the film ends."""
    # OpenCV weighs too much for every process of the house.
    from webapp.monitoring.video import example as drawn, watching
    from webapp.monitoring.video.ffmpeg import Unreachable

    _say_so()
    app = current_app._get_current_object()  # type: ignore[attr-defined]  # the app itself
    try:
        finder = watching.finder(current_app.extensions["settings"])
    except ValueError as error:
        raise click.ClickException(str(error)) from error
    made = watching.Watch(app, finder=finder)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: made.stop())
    if example:
        settings: Settings = current_app.extensions["settings"]
        path = drawn.make(settings.instance / "example.mp4")
    if path is None:
        made.run(only=only)
        return
    try:
        post = made.play(path, only=only, at_its_speed=not fast)
    except LookupError as error:
        raise click.ClickException("Draw a zone at a camera first: none has one.") from error
    except Unreachable as error:
        raise click.ClickException(f"{path} is no film that can be read.") from error
    click.echo(f"{post.frames} pictures looked at")


def _say_so() -> None:
    log = logging.getLogger("wangge.watch")
    log.setLevel(logging.INFO)
    teller = logging.StreamHandler(sys.stdout)
    teller.setFormatter(logging.Formatter("%(asctime)s %(message)s"))
    log.addHandler(teller)
    log.propagate = False
