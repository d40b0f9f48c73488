"""The processes of a running house: started, watched, started again, and ended together."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import IO

from house.trouble import ROOT, say

SHORT = 160  # characters of a line on the console; the log file has all of it
NOTE = "processes.json"  # in the instance: what runs, written anew every few seconds
LONGEST_WAIT = 30.0  # seconds between two starts of a child that keeps dying
SETTLED = 60.0  # seconds after which a child is believed to be well again


@dataclass
class Child:
    """One process of the house: what it says goes to its log file, its complaints to the console too."""

    name: str
    command: list[str]
    env: Mapping[str, str]
    log: Path
    ended: Callable[[Child], None]
    sockets: tuple[int, ...] = ()  # file descriptors of ours that it inherits
    process: subprocess.Popen[str] | None = None
    started: float = 0.0
    since: float = 0.0  # the same as a moment, for those who read the note
    starts: int = 0
    failures: int = 0
    last_words: str = ""
    _file: RotatingFileHandler = field(init=False)

    def __post_init__(self) -> None:
        self._file = RotatingFileHandler(
            self.log, maxBytes=10_000_000, backupCount=3, encoding="utf-8"
        )

    def start(self) -> None:
        """The child runs; it dies with us even if we are killed; `ended` is called when it goes."""
        self._kill_group()  # what a killed child left behind would keep its port
        self.process = subprocess.Popen(
            ["setpriv", "--pdeathsig=TERM", *self.command],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
            env=dict(self.env),
            cwd=ROOT,
            pass_fds=self.sockets,
            # Ctrl-C reaches the house alone, which ends its children in order.
            start_new_session=True,
        )
        self.started = time.monotonic()
        self.since = time.time()
        self.starts += 1
        readers = [
            threading.Thread(target=self._read, args=(self.process.stdout, False), daemon=True),
            threading.Thread(target=self._read, args=(self.process.stderr, True), daemon=True),
        ]
        for reader in readers:
            reader.start()
        threading.Thread(target=self._wait, args=(self.process, readers), daemon=True).start()

    def wait_before_restart(self) -> float:
        """Seconds until the next start: 1, 2, 4 ... 30, and 1 again after a good minute."""
        if time.monotonic() - self.started > SETTLED:
            self.failures = 0
        self.failures += 1
        return min(2.0 ** (self.failures - 1), LONGEST_WAIT)

    def alive(self) -> bool:
        """Whether the process runs."""
        return self.process is not None and self.process.poll() is None

    def ask_to_end(self) -> None:
        """The child was told to finish what it does."""
        if self.process is not None and self.alive():
            self.process.terminate()

    def end(self, *, within: float) -> None:
        """The child and everything it started are gone, by force after so many seconds."""
        if self.process is None:
            return
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(timeout=max(within, 0.0))
        self._kill_group()
        self.process.wait()

    def _kill_group(self) -> None:
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)

    def _wait(self, process: subprocess.Popen[str], readers: list[threading.Thread]) -> None:
        process.wait()
        for reader in readers:
            reader.join(timeout=1)
        self.ended(self)

    def _read(self, stream: IO[str], aloud: bool) -> None:
        for line in stream:
            words = line.rstrip()
            self._file.handle(logging.makeLogRecord({"msg": words}))
            if aloud and words:
                self.last_words = words
                say(f"{self.name:<6} | {words[:SHORT]}")


def note(children: Iterable[Child], instance: Path) -> None:
    """What runs stands in the instance: pages and alerts tell from it which process is well.

    `{"at": seconds, "processes": {name: {"alive", "since": seconds, "starts"}}}`, seconds since 1970.
    """
    found = {
        each.name: {"alive": each.alive(), "since": each.since, "starts": each.starts}
        for each in children
    }
    draft = instance / f"{NOTE}.new"
    # On a full disk the old note ages, and says by its age that nothing new is known.
    with contextlib.suppress(OSError):
        draft.write_text(json.dumps({"at": time.time(), "processes": found}) + "\n")
        draft.replace(instance / NOTE)
