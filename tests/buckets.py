"""A real store that speaks S3 for tests, which holds everybody to their key."""

from __future__ import annotations

import os
import secrets
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.brokers import soon
from tests.databases import ROOT
from tests.forks import Process
from tests.servers import answers, free_port, start_other

KEY, SECRET, NAME = "wangge", "a/secret+with=strokes", "wangge-files"


@dataclass
class Stand:
    """The store: the address of its bucket as the house is told, the folder it keeps it in, its process."""

    address: str
    folder: Path
    port: int
    process: Process | None = None

    def begin(self) -> None:
        """It answers; what it kept is there."""
        command = (
            str(ROOT / ".venv/bin/nanio"),
            *("serve", "--data-dir", str(self.folder.parent), "--host", "127.0.0.1"),
            *("--port", str(self.port)),
        )
        keys = {"NANIO_ACCESS_KEY": KEY, "NANIO_SECRET_KEY": SECRET}
        where = self.folder.parent.parent
        self.process = start_other({**os.environ, **keys}, where, "bucket", *command)
        soon(lambda: answers(self.port), "the store of files does not come up")

    def end(self) -> None:
        """It is away without a word."""
        if self.process is not None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            self.process = None

    def names(self) -> set[str]:
        """The names in the bucket, as the store itself keeps them."""
        found = (each for each in self.folder.rglob("*") if each.is_file())
        words = {each.relative_to(self.folder).as_posix() for each in found}
        return {each for each in words if not each.startswith(".")}


@contextmanager
def bucket(folder: Path) -> Iterator[Stand]:
    """A store with an empty bucket, under a folder of the test's own."""
    place = folder / secrets.token_hex(4) / NAME
    place.mkdir(parents=True)
    port = free_port()
    secret = SECRET.replace("/", "%2F").replace("+", "%2B").replace("=", "%3D")
    stand = Stand(f"http://{KEY}:{secret}@127.0.0.1:{port}/{NAME}", place, port)
    stand.begin()
    try:
        yield stand
    finally:
        stand.end()
