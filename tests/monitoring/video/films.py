"""Drawn scenes as films: files by ffmpeg, and a folder served as a camera would."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

from tests.monitoring.video import scenes
from webapp.monitoring.video import example


def made(path: Path, seconds: float, *drawn: scenes.Draw, more: tuple[str, ...] = ()) -> Path:
    """The film of a scene lies there."""
    return example.written(path, scenes.film(seconds, *drawn), *more)


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # as the library names it
        """Says nothing."""


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """The folder stands at this address on loopback."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(folder)))
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
