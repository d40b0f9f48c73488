"""Drawn scenes as films: files by ffmpeg, and a folder served as a camera would."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

from tests.monitoring.video import scenes
from webapp.monitoring.video import example

# How long a film that is given as a camera would is (seconds).
LIVE_S = 60


def made(path: Path, seconds: float, *drawn: scenes.Draw, more: tuple[str, ...] = ()) -> Path:
    """The film of a scene lies there."""
    return example.written(path, scenes.film(seconds, *drawn), *more)


class _Camera(SimpleHTTPRequestHandler):
    """Gives the files of a folder; of NAME.live it gives NAME.ts at the speed of a film of a minute."""

    def do_GET(self) -> None:  # as the library names it
        """Answers: ten seconds at once, as a recorder has them, and the rest as it is filmed."""
        if not self.path.endswith(".live"):
            super().do_GET()
            return
        body = Path(self.translate_path(self.path)).with_suffix(".ts").read_bytes()
        self.send_response(200)
        self.end_headers()
        step = len(body) // (LIVE_S * 4)
        with suppress(OSError):
            for start in range(0, len(body), step):
                self.wfile.write(body[start : start + step])
                if start >= 40 * step:
                    time.sleep(0.25)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # as the library names it
        """Says nothing."""


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """The folder stands at this address on loopback."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Camera, directory=str(folder)))
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
