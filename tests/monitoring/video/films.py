"""Drawn scenes as films: files by ffmpeg, and a folder served as a camera would."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

from tests.monitoring.video import scenes

ENCODER = ("-c:v", "libx264", "-preset", "ultrafast", "-crf", "20", "-pix_fmt", "yuv420p")


def made(path: Path, seconds: float, *drawn: scenes.Draw, more: tuple[str, ...] = ()) -> Path:
    """The film of a scene lies there, with a key frame every second."""
    size = f"{scenes.WIDTH}x{scenes.HEIGHT}"
    command = [
        *("ffmpeg", "-loglevel", "error", "-y", "-f", "rawvideo", "-pix_fmt", "bgr24"),
        *("-s", size, "-r", str(scenes.FPS), "-i", "-", *ENCODER, "-g", str(scenes.FPS), *more),
        str(path),
    ]
    with subprocess.Popen(command, stdin=subprocess.PIPE) as process:
        assert process.stdin is not None
        for _at, picture in scenes.film(seconds, *drawn):
            process.stdin.write(picture.tobytes())
    assert process.returncode == 0
    return path


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
